"""Words that somebody took back leave what was made of them: finds them in our texts and takes them out."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from enum import Enum
from typing import Any, TypeVar, cast

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
    """Takes the words of one message out of other texts, where no message that stands has them too.

    Attributes:
        gone: What the message said.
        kept: What is still said elsewhere, and by the message itself if it was edited.
        mark: What stands in their place.
    """

    gone: str
    kept: Sequence[str]
    mark: str = "(deleted)"
    _gone_line: str = field(init=False, repr=False)
    _kept_line: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_gone_line", _line(self.gone))
        object.__setattr__(self, "_kept_line", "\n".join(map(_line, self.kept)))

    def words(self, text: str) -> str:
        """Return a text without them. Three words in a row are theirs, a pair of long ones, or a name."""
        left, parts = 0, []
        for start, end in self._runs(text):
            parts += [text[left:start], self.mark]
            left = end
        return "".join((*parts, text[left:]))

    def _runs(self, text: str) -> Iterator[tuple[int, int]]:
        tokens = list(_TOKEN.finditer(text))
        first = 0
        while first < len(tokens):
            last = first
            while last < len(tokens) and _line_of(tokens[first : last + 1]) in self._gone_line:
                last += 1
            run = tokens[first:last]
            if _is_telling(run) and _line_of(run) not in self._kept_line:
                yield run[0].start(), run[-1].end()
                first = last
            else:
                first += 1


def erased(value: Value, words: Callable[[str], str]) -> Value:
    """Return a value of dataclasses and tuples with `words` applied to all of its prose."""
    return cast("Value", _erased(value, words))


def erased_json(value: Any, words: Callable[[str], str]) -> Any:  # blocks are Slack's own JSON
    """Return blocks with `words` applied to every text that a reader sees."""
    if isinstance(value, dict):
        return {
            name: words(part) if name == "text" and isinstance(part, str) else erased_json(part, words)
            for name, part in value.items()
        }
    return [erased_json(part, words) for part in value] if isinstance(value, list) else value


def _erased(value: object, words: Callable[[str], str]) -> object:
    if isinstance(value, str) and not isinstance(value, Enum):
        return words(value)
    if isinstance(value, tuple):
        return tuple(_erased(part, words) for part in value)
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
