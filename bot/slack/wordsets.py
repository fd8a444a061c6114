"""Whether one text says what another says: by their words alone, without marks, spaces and case."""

import re

_WORD = re.compile(r"\w+")
_TWIN_SHARE = 0.8
"""A text whose words stand to this share in another is its twin, not more content."""


def words(text: str) -> list[str]:
    """Return the words of a text in small letters."""
    return _WORD.findall(text.casefold())


def squashed(text: str) -> str:
    """Return a text as its letters and digits alone."""
    return "".join(words(text))


def is_covered(text: str, shown: str) -> bool:
    """Say whether `shown` has nearly all words of `text`."""
    wanted = words(text)
    present = set(words(shown))
    return sum(word in present for word in wanted) >= _TWIN_SHARE * len(wanted)
