"""Readable phrases made of a thread's own words: no names of people, no marks, no blame."""

import re
from collections.abc import Iterable

from bot.incident.facts import Fact, FactKind
from bot.incident.messages import Message
from bot.incident.sentences import clean, pieces, shorten

PHRASE_CHARS = 80
_BY = re.compile(r"\s*\b(?:deployed by|merged by|started by|queued by|triggered by|approved by|by)\s+@?{names}\b", re.IGNORECASE)
_STATE_WORDS = re.compile(
    r"^\W*(?:triggered|firing|resolved|recovered|warn(?:ing)?|alarm|alert)\b\W*|\[(?:firing|resolved)(?::\d+)?\]\s*|\[p\d\]\s*|"
    r"^(?:cloudwatch alarm)\s*\|\s*|\s*\((?:\w+=\S+\s*)+\)|\s*\|\s*account: \d+",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^(?:(?:fyi|also|and|so|but|then|ok|ack|done|oh no|there it is|update|now|hm+|right|well|because|that|sh\*+t?|sh|shit|damn|oops|yes|no)\b[\s,.:!]*)+",
    re.IGNORECASE,
)
_FIRST_PERSON = ((r"\b(?:i|we)'?(?:ve| have)?\b", "somebody"), (r"\b(?:my|our)\b", "the"), (r"\bus\b", "them"), (r"\bme\b", "somebody"))


def phrase(fact: Fact, *, names: Iterable[str], limit: int = PHRASE_CHARS) -> str:
    """Return a fact as a phrase of at most `limit` characters."""
    text = clean(fact.text)
    if fact.kind is FactKind.ALERT:
        text = _STATE_WORDS.sub("", _STATE_WORDS.sub("", text))
    text = _LEAD.sub("", text) or text
    return shorten(nameless(text, names=names).strip(" ,.;:-·|"), limit)


def nameless(text: str, *, names: Iterable[str]) -> str:
    """Return `text` with people's names and first persons made neutral."""
    alternatives = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True) if name)
    if alternatives:
        text = re.sub(_BY.pattern.replace("{names}", f"(?:{alternatives})"), "", text, flags=re.IGNORECASE)
        text = re.sub(rf"(?<![\w/-])@?(?:{alternatives})(?![\w/-])", "somebody", text, flags=re.IGNORECASE)
    for pattern, instead in _FIRST_PERSON:
        text = re.sub(pattern, instead, text, flags=re.IGNORECASE)
    return text


def quote(fact: Fact, message: Message, *, limit: int = 200) -> str:
    """Return the words of `message` that carry `fact`, exactly as they stand there, at most `limit` characters."""
    found = [piece for piece in pieces(message.text) if _carries(piece.text, fact.text)]
    raw = found[0].raw if found else next(iter(message.text.strip().splitlines()), "")
    line = next((part for part in raw.splitlines() if _carries(clean(part), fact.text)), raw.splitlines()[0] if raw else "")
    return line[:limit].strip()


def _carries(piece: str, text: str) -> bool:
    start = text.removesuffix("…")[:24].split(" · ")[0]
    return bool(start) and start in piece
