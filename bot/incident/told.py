"""The sentences of a text that no fold may lose."""

import re
from collections.abc import Iterator
from functools import lru_cache

from bot.incident.facts import FactKind
from bot.incident.telling import telling_kind

_END = re.compile(r"\n+|(?<=[.!?;])\s+(?=\S)")
_AROUND = " \t`*_>"
_LONGEST_CHARS = 1_200
_MOST = 40


@lru_cache(maxsize=16_384)
def sentences_told(text: str) -> tuple[tuple[FactKind, str], ...]:
    """Return each sentence or line that decides, clears, refuses or asks, with its kind; exact substrings."""
    told = ((telling_kind(words), words) for words in _sentences(text))
    return tuple((kind, words) for kind, words in told if kind is not None)[:_MOST]


def _sentences(text: str) -> Iterator[str]:
    for words in _END.split(text):
        bare = words.strip(_AROUND)
        if bare:
            yield bare[:_LONGEST_CHARS]
