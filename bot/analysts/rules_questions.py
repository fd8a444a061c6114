"""What to ask people: the most useful thing that is missing, and what they asked without an answer."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.analysts.rules_scene import Candidate, Scene
from bot.analysts.rules_words import phrase
from bot.incident.entities import is_name
from bot.incident.facts import Fact, FactKind
from bot.incident.messages import Message
from bot.incident.times import stated_times
from bot.incident.wording import clock

_LAST_GOOD = re.compile(
    r"\blast (?:known )?(?:good|green|successful|working|passing|clean)\b[\w\s-]{0,24}", re.IGNORECASE
)
_SEEKS = re.compile(
    r"\b(?:who|anyone|anybody|somebody|someone) knows?\b|\bwhat do (?:\w+ ){1,4}have in common\b|"
    r"\bwhy (?:do|does|would|is|are|did)\b|\bhow can\b|\bwhere does\b",
    re.IGNORECASE,
)
"""Asks for what nobody here knows yet: the way on, where nothing explains the trouble."""

_ANSWERED = re.compile(r"\?.*(?:->|→|=>)", re.DOTALL)
_ANSWER_SPAN = timedelta(minutes=45)
_MOST_QUESTIONS = 3
_SHARED = 2
_TECHNICAL = 1.0


def open_questions(view: Scene, *, is_explained: bool) -> tuple[str, ...]:
    """Return what is worth asking, the most useful first.

    Without an explanation that is what changed since it last worked; then what people asked about the trouble
    itself, as long as nothing later speaks of the same.
    """
    own = () if is_explained else (_missing(view),)
    asked = [f for f in view.case.facts.of(FactKind.QUESTION) if _is_open(f, view)]
    latest = asked[-_MOST_QUESTIONS:]
    if is_explained:
        return tuple(f.text for f in latest)
    seeking = [f.text for f in latest if _SEEKS.search(f.text)]
    return tuple(dict.fromkeys((*seeking[-1:], *own, *(f.text for f in latest))))


def insufficient(found: Sequence[Candidate], view: Scene) -> str:
    """Say what is not known, from what the thread does hold."""
    if view.onset_at is None:
        return "Nothing here says when it began or what fails."
    since = _clock(view, view.onset_at)
    before = [c for c in found if c.at <= view.onset_at and not c.refuted_by]
    if not before:
        return f"No change before {since} UTC is visible here that is not ruled out."
    words = phrase(before[0].head, names=view.names)
    return f"Nothing ties a change before {since} UTC to the failure; the nearest is: {words}."


def _missing(view: Scene) -> str:
    if view.onset_at is None:
        return "When did the first request fail, and with exactly which error?"
    since = f"{_clock(view, view.onset_at)}{_cited(view.symptom)}"
    good = _last_good(view)
    return (
        f"What changed between the last good run, {good}, and {since}: merges, configuration, "
        f"permissions, flags?"
        if good
        else f"What changed before {since}: merges, configuration, permissions, flags, data, traffic?"
    )


def _last_good(view: Scene) -> str:
    """Return when it last worked, as somebody said: `20 Apr 17:06 [m12]`."""
    found = (_said_good(message, view) for message in reversed(view.case.incident.messages))
    return next(filter(None, found), "")


def _said_good(message: Message, view: Scene) -> str:
    for match in _LAST_GOOD.finditer(message.text):
        line = message.text[match.start() :].splitlines()[0]
        times = [t.at for t in stated_times(line, said_at=message.at) if t.is_exact]
        if times and view.onset_at is not None and times[0] < view.onset_at:
            day = "yesterday " if times[0].date() == view.case.asked_at.date() - timedelta(days=1) else ""
            words = f"{day}{times[0]:%H:%M}" if day else _clock(view, times[0])
            return f"{words} [{message.id}]"
    return ""


def _clock(view: Scene, at: datetime) -> str:
    return clock(at, as_of=view.case.asked_at)


def _cited(fact: Fact | None) -> str:
    return f" [{fact.cites[0]}]" if fact else ""


def _is_open(asked: Fact, view: Scene) -> bool:
    """Nobody answered it, nothing clears it, and it speaks of the trouble."""
    message = view.message(asked)
    cleared = {i for f in view.case.facts.of(FactKind.RULED_OUT) for i in f.cites[1:]}
    if message.id in cleared or _ANSWERED.search(message.text) or not _is_technical(asked, view):
        return False
    later = (f for f in view.case.facts if message.at < view.message(f).at <= message.at + _ANSWER_SPAN)
    return not any(_speaks_of(asked, f) for f in later)


def _is_technical(asked: Fact, view: Scene) -> bool:
    findings = view.case.facts.of(FactKind.ALERT, FactKind.IMPACT, FactKind.DENIAL, FactKind.CHANGE)
    needed = 0.0 if _SEEKS.search(asked.text) else _TECHNICAL
    shared = (view.ties(asked, f) for f in findings if f.cites[0] != asked.cites[0])
    return any(tie > 0 and tie >= needed for tie in shared)


def _speaks_of(asked: Fact, later: Fact) -> bool:
    shared = asked.entities & later.entities
    return len(shared) >= _SHARED or any(is_name(entity) for entity in shared)
