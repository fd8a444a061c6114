"""Readable phrases made of a thread's own words: no names of people, no marks, no blame."""

import re
from collections.abc import Iterable
from dataclasses import replace

from bot.incident.entities import entities, is_name
from bot.incident.facts import Fact, FactKind
from bot.incident.messages import Message
from bot.incident.naming import impersonal
from bot.incident.sentences import clean, pieces, shorten

PHRASE_CHARS = 80
_MOST = 0.6
_FEW_LINES = 3
_CLAUSE = re.compile(r"\. |; |, | · | \(| -> ")
_STATE_WORDS = re.compile(
    r"\[(?:firing|resolved)(?::\d+)?\]\s*|\[p\d\]\s*|^\W*(?:triggered|firing|resolved|recovered|"
    r"warn(?:ing)?|alarm|alert)\b[\s:·|]*|"
    r"^(?:cloudwatch alarm)\s*\|\s*|\s*\((?:\w+=\S+\s*)+\)|\s*\|\s*account: \d+",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^(?:(?:fyi|also|and|so|but|then|ok|ack|done|oh no|there it is|update|now|hm+|right|well|because|that|"
    r"sh\*+t?|sh|shit|damn|oops|yes|no)\b[\s,.:!]*)+",
    re.IGNORECASE,
)


def phrase(fact: Fact, *, names: Iterable[str], limit: int = PHRASE_CHARS) -> str:
    """Return a fact as a phrase of at most `limit` characters."""
    text = clean(fact.text)
    if fact.kind is FactKind.ALERT:
        text = _STATE_WORDS.sub("", _STATE_WORDS.sub("", text))
    text = _LEAD.sub("", text) or text
    return _fitted(impersonal(text, names=names).strip(" ,.;:-·|"), limit)


def _fitted(text: str, limit: int) -> str:
    """Cut at the end of a clause when most of the text stays; else at a word."""
    if len(text) <= limit:
        return text
    ends = [m.start() for m in _CLAUSE.finditer(text) if _MOST * limit <= m.start() <= limit]
    return text[: ends[-1]].strip() if ends else shorten(text, limit)


def telling(fact: Fact, message: Message, other: Fact) -> Fact:
    """Return a pasted document's fact with the line that speaks of `other`; other facts as they are."""
    code = next(
        (
            p
            for p in pieces(message.text)
            if p.is_code and _carries(p.text, fact.text.removeprefix(clean(p.lead)).strip())
        ),
        None,
    )
    lines = [clean(line).strip(' ",') for line in code.raw.splitlines()] if code else []
    tied = [line for line in lines if len(entities(line) & other.entities) > 0]
    if code is None or not tied or len(lines) <= _FEW_LINES:
        return fact
    best = max(tied, key=lambda line: sum(1 + is_name(e) for e in entities(line) & other.entities))
    return replace(fact, text=shorten(f"{clean(code.lead)} {best}".strip(), 120))


def quote(fact: Fact, message: Message, *, limit: int = 200) -> str:
    """Return the words of `message` that carry `fact`, exactly as they stand there, cut at `limit`."""
    found = [piece for piece in pieces(message.text) if _carries(piece.text, fact.text)]
    raw = found[0].raw if found else next(iter(message.text.strip().splitlines()), "")
    line = next(
        (part for part in raw.splitlines() if _carries(clean(part), fact.text)),
        raw.splitlines()[0] if raw else "",
    )
    return line[:limit].strip()


def _carries(piece: str, text: str) -> bool:
    start = text.removesuffix("…")[:24].split(" · ")[0]
    return bool(start) and start in piece
