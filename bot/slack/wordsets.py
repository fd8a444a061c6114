"""Whether one text says what another says: by their words alone, without marks, spaces and case."""

import re
from functools import lru_cache

_WORD = re.compile(r"\w+")
_BETWEEN_WORDS = re.sub(r"\w", "", "".join(map(chr, range(128)))).encode("ascii")
_TWIN_SHARE = 0.8
"""A text whose words stand to this share in another is its twin, not more content."""


@lru_cache(maxsize=64)  # one message asks for the same few texts again and again
def words(text: str) -> tuple[str, ...]:
    """Return the words of a text in small letters."""
    return tuple(_WORD.findall(text.casefold()))


def small(text: str) -> str:
    """Return a text in small letters, each at its place in the text.

    A pattern of small letters finds here what it finds in the text where case is ignored, at a third of the
    cost; the three letters that are replaced are those that Python's patterns take for `i` and `s` then.
    """
    if text.isascii():
        return text.lower()
    return text.replace("\u0130", "i").replace("\u0131", "i").replace("\u017f", "s").lower()


def squashed(text: str) -> str:
    """Return a text as its letters and digits alone, the same as its words without what is between them."""
    if text.isascii():  # nearly always; bytes are looked up some ten times faster than a pattern searches
        return text.encode("ascii").lower().translate(None, _BETWEEN_WORDS).decode("ascii")
    return "".join(words(text))


def is_covered(text: str, shown: str) -> bool:
    """Say whether `shown` has nearly all words of `text`."""
    wanted = words(text)
    present = set(words(shown))
    return sum(word in present for word in wanted) >= _TWIN_SHARE * len(wanted)
