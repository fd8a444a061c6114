"""Readable phrases made of a thread's own words: no names of people, no marks, no blame."""

import re
from collections.abc import Iterable

from bot.incident.facts import Fact, FactKind
from bot.incident.messages import Message
from bot.incident.naming import impersonal
from bot.incident.sentences import clean, pieces, shorten

PHRASE_CHARS = 80
_STATE_WORDS = re.compile(
    r"\[(?:firing|resolved)(?::\d+)?\]\s*|\[p\d\]\s*|^\W*(?:triggered|firing|resolved|recovered|warn(?:ing)?|alarm|alert)\b[\s:·|]*|"
    r"^(?:cloudwatch alarm)\s*\|\s*|\s*\((?:\w+=\S+\s*)+\)|\s*\|\s*account: \d+",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^(?:(?:fyi|also|and|so|but|then|ok|ack|done|oh no|there it is|update|now|hm+|right|well|because|that|sh\*+t?|sh|shit|damn|oops|yes|no)\b[\s,.:!]*)+",
    re.IGNORECASE,
)


def phrase(fact: Fact, *, names: Iterable[str], limit: int = PHRASE_CHARS) -> str:
    """Return a fact as a phrase of at most `limit` characters."""
    text = clean(fact.text)
    if fact.kind is FactKind.ALERT:
        text = _STATE_WORDS.sub("", _STATE_WORDS.sub("", text))
    text = _LEAD.sub("", text) or text
    return shorten(impersonal(text, names=names).strip(" ,.;:-·|"), limit)


def quote(fact: Fact, message: Message, *, limit: int = 200) -> str:
    """Return the words of `message` that carry `fact`, exactly as they stand there, at most `limit` characters."""
    found = [piece for piece in pieces(message.text) if _carries(piece.text, fact.text)]
    raw = found[0].raw if found else next(iter(message.text.strip().splitlines()), "")
    line = next((part for part in raw.splitlines() if _carries(clean(part), fact.text)), raw.splitlines()[0] if raw else "")
    return line[:limit].strip()


def _carries(piece: str, text: str) -> bool:
    start = text.removesuffix("…")[:24].split(" · ")[0]
    return bool(start) and start in piece
