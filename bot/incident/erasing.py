"""Words that somebody took back leave what was made of them: finds the texts that show some of them."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from enum import Enum
from typing import TypeVar, cast

Value = TypeVar("Value")

_TOKEN = re.compile(r"\w(?:[\w.:/@%+-]*\w)?")
_MARKED = re.compile(r"\d|\w[.:/@_%+-]\w|[a-z][A-Z]")
"""What tells an identifier, such as a host or an error's name, from a word of the language."""
_LEAST_NAME_CHARS = 6
_LEAST_PAIR_CHARS = 12
_LEAST_WORDS = 3
_NAMES = frozenset({"id", "by", "because", "splits", "cites", "safe_under", "quote"})
"""Fields that hold no prose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """Knows the words of one message in other texts, where no message that stands has them too.

    A text that shows them goes as a whole: with a hole in it, it would say something that nobody said.

    Attributes:
        gone: What the message said.
        kept: What is still said elsewhere, and by the message itself if it was edited.
    """

    gone: str
    kept: Sequence[str]
    _gone_line: str = field(init=False, repr=False)
    _kept_line: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_gone_line", _line(self.gone))
        object.__setattr__(self, "_kept_line", "\n".join(map(_line, self.kept)))

    def words(self, text: str) -> str:
        """Return a text that shows none of them, else nothing."""
        return "" if self.is_in(text) else text

    def is_in(self, text: str) -> bool:
        """Say whether a text shows them. Three words in a row are theirs, a pair of long ones, or a name."""
        tokens = list(_TOKEN.finditer(text))
        first = 0
        while first < len(tokens):
            run = self._run(tokens, first)
            if _is_telling(run) and _line_of(run) not in self._kept_line:
                return True
            first += 1
        return False

    def _run(self, tokens: Sequence[re.Match[str]], first: int) -> Sequence[re.Match[str]]:
        """Return the longest row of words from one on that the message has."""
        last = first
        while last < len(tokens) and _line_of(tokens[first : last + 1]) in self._gone_line:
            last += 1
        return tokens[first:last]


def erased(value: Value, words: Callable[[str], str]) -> Value:
    """Return a value of dataclasses and tuples with `words` applied to all of its prose."""
    return cast("Value", _erased(value, words))


def _erased(value: object, words: Callable[[str], str]) -> object:
    if isinstance(value, str) and not isinstance(value, Enum):
        return words(value)
    if isinstance(value, tuple):
        left = (_erased(part, words) for part in value)
        return tuple(part for part in left if part != "")
    if is_dataclass(value) and not isinstance(value, type):
        prose = (one.name for one in fields(value) if one.name not in _NAMES)
        return replace(value, **{name: _erased(getattr(value, name), words) for name in prose})
    return value


def _line(text: str) -> str:
    return _line_of(_TOKEN.finditer(text))


def _line_of(tokens: Sequence[re.Match[str]] | Iterator[re.Match[str]]) -> str:
    return f" {' '.join(token[0].lower() for token in tokens)} "


def _is_telling(run: Sequence[re.Match[str]]) -> bool:
    words = [token[0] for token in run]
    if len(words) == 1:
        return len(words[0]) >= _LEAST_NAME_CHARS and _MARKED.search(words[0]) is not None
    return len(words) >= _LEAST_WORDS or sum(map(len, words)) >= _LEAST_PAIR_CHARS
