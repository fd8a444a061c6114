"""Whether a quote tells of a link: what an analyst calls direct evidence has to read as such."""

import re
from collections.abc import Iterable

from bot.incident.entities import entities

_SENTENCE_END = re.compile(r"\n+|(?<=[.!?;])\s+")
_MIN_CHARS = 4
_MIN_CODE_CHARS = 3
_ENOUGH = 2


def shows_directly(quote: str, told: str, *, about: str) -> bool:
    """Say whether a quote shows what a link is about.

    It does as whole words of some length (or a code: `403`) from a sentence that shares a name or a word's
    stem with the link or stands beside one that does: people write what happened, and to what, in one breath.

    Args:
        quote: A substring of `told`.
        told: The message, look-up or verdict it was taken from.
        about: Cause and effect of the link.
    """
    return _is_told(quote.strip(), told) and bool(entities(_around(quote, told)) & entities(about))


def claims_its_chain(claim: str, chain: Iterable[str]) -> bool:
    """Say whether a claim speaks of what its chain shows: of two of its words, or of all when it has one."""
    own = entities(claim)
    shared = own & frozenset().union(*map(entities, chain))
    return bool(shared) and len(shared) >= min(_ENOUGH, len(own))


def _is_told(quote: str, told: str) -> bool:
    least = _MIN_CODE_CHARS if any(char.isdigit() for char in quote) else _MIN_CHARS
    return len(quote) >= least and re.search(rf"(?<!\w){re.escape(quote)}(?!\w)", told) is not None


def _around(quote: str, told: str) -> str:
    """Return the sentences that a quote stands in, each time it does, with those before and after."""
    parts = _SENTENCE_END.split(told)
    within = [at for at, part in enumerate(parts) if quote.strip() in part]
    beside = sorted({near for at in within for near in (at - 1, at, at + 1) if 0 <= near < len(parts)})
    return "\n".join((quote, *(parts[at] for at in beside)))
