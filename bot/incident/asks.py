"""What was asked or begun: questions nobody took up, what is put to one person, who is at what.

A question counts as taken up when, within a while, somebody else says something that shares a telling word
with it, answers it in so many words, or names who asked.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from bot.incident.entities import STOP_WORDS, stem
from bot.incident.facts import Fact, FactKind, Facts
from bot.incident.messages import AuthorKind, Incident, Message

TAKEN_UP_WITHIN = timedelta(minutes=15)
"""A word about the matter that comes later is about something else as often as not."""
_NEXT_FEW = 4
_SHARED = 2
_SHORTEST = 4
STILL_AT_IT = timedelta(minutes=45)
"""Whoever said longer ago that they do something may have stopped."""
_DOING = re.compile(
    r"(?:^|[.;:,]\s+)(?:(?:i'?m|i am|we'?re|we are)\s+(?:now\s+|going to\s+|about to\s+)?\w+"
    r"|(?:i'?ll|i will|let me|i can)\s+\w+|on it\b|(?:roll|restart|drain|revert|deploy|scal|fail|check|"
    r"look|dig|pull|bisect|rotat|patch|disabl|enabl|bump|page|brief|talk|writ|runn?)\w*ing\b)",
    re.IGNORECASE,
)
_NO_DEED = re.compile(
    r"(?:i'?m|i am|we'?re|we are)\s+(?:not|sure|afraid|sorry|seeing|confused|wondering|guessing|back|here|"
    r"out|off|blind|down|up)\b|\?\s*$",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z][\w.-]{2,}")
_REPLY = re.compile(
    r"^\W*(?:yes|yep|yeah|no|nope|not yet|on it|looking|checking|will do|i do|i'll|i will|done|sure|ok|okay|"
    r"doing|me\b|mine\b|correct|right|agreed)\b",
    re.IGNORECASE,
)


def unanswered(incident: Incident, facts: Facts) -> tuple[Fact, ...]:
    """Return the questions that nobody took up, oldest first."""
    return tuple(fact for fact in facts.of(FactKind.QUESTION) if not _is_taken_up(fact, incident))


def put_to(incident: Incident, facts: Facts, person_id: str) -> tuple[Fact, ...]:
    """Return the open questions that name one person, oldest first.

    Args:
        incident: Redacted.
        facts: Extracted from it.
        person_id: Slack's id of the person, who may never have written here.
    """
    names = {m.author.name.lower() for m in incident.messages if m.author.id == person_id and m.author.name}
    named = [re.compile(rf"(?<!\w)@?{re.escape(name)}(?!\w)", re.IGNORECASE) for name in sorted(names)]
    return tuple(
        fact
        for fact in unanswered(incident, facts)
        if (asked := _message(fact, incident))
        and asked.author.id != person_id
        and any(name.search(asked.text) for name in named)
    )


def under_way(incident: Incident, *, now: datetime) -> tuple[Message, ...]:
    """Return who said last what they are doing and has said nothing since, oldest first.

    Args:
        incident: Redacted.
        now: Aware, UTC.
    """
    last = {m.author.id: m for m in incident.messages if m.author.kind is AuthorKind.PERSON}
    return tuple(
        m
        for m in incident.messages
        if last.get(m.author.id) is m
        and now - m.at <= STILL_AT_IT
        and _DOING.search(m.text)
        and not _NO_DEED.search(m.text)
    )


def _message(fact: Fact, incident: Incident) -> Message | None:
    return incident.by_id.get(fact.cites[0]) if fact.cites else None


def _is_taken_up(fact: Fact, incident: Incident) -> bool:
    asked = _message(fact, incident)
    if asked is None:
        return True
    words = telling_words(asked.text)
    return any(_takes_up(reply, n, asked, words) for n, reply in enumerate(_after(asked, incident.messages)))


def _after(asked: Message, messages: Sequence[Message]) -> Iterator[Message]:
    """Yield what other people say for a while after a question, in its place."""
    for message in messages:
        is_later = asked.at < message.at <= asked.at + TAKEN_UP_WITHIN
        is_other = message.author.id != asked.author.id and message.author.kind is AuthorKind.PERSON
        if is_later and is_other and message.thread_ts in {asked.thread_ts, asked.ts, None}:
            yield message


def _takes_up(reply: Message, n: int, asked: Message, words: frozenset[str]) -> bool:
    if n < _NEXT_FEW and _REPLY.search(reply.text):
        return True
    shared = len(words & telling_words(reply.text))
    is_named = bool(asked.author.name) and f"@{asked.author.name.lower()}" in reply.text.lower()
    return is_named or shared >= min(_SHARED, len(words) or 1)


def telling_words(text: str) -> frozenset[str]:
    """Return the stems of the words in a text that tell what it is about."""
    words = (word.lower().strip(".-") for word in _WORD.findall(text))
    return frozenset(stem(word) for word in words if len(word) >= _SHORTEST and word not in STOP_WORDS)
