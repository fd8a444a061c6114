"""The one door to RE2: patterns that cannot hang, whatever text somebody pastes.

Python's own `re` takes exponential or quadratic time on some pastes of a megabyte; RE2 is linear by design.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import re2

_MOST_MEMORY_BYTES = 64 << 20
"""What one pattern may use to stay fast on odd text; RE2's own default is 8 MiB."""

Span = tuple[int, int]

EngineError: type[Exception] = re2.error
"""What RE2 raises; the one error of it that is known outside this file."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern over UTF-8 bytes; offsets are bytes."""

    source: str
    _compiled: Any = field(init=False, repr=False, compare=False)
    _groups: range = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        options = re2.Options()
        options.max_mem = _MOST_MEMORY_BYTES
        options.log_errors = False
        compiled = re2.compile(self.source.encode(), options)
        object.__setattr__(self, "_compiled", compiled)
        object.__setattr__(self, "_groups", range(compiled.groups + 1))

    def spans(self, data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[Span, ...]]:
        """Yield the spans of each match and of its groups; `(-1, -1)` is a group that took no part."""
        for match in self._compiled.finditer(data, start, len(data) if end is None else end):
            yield tuple(map(match.span, self._groups))

    def first(self, data: bytes, start: int = 0) -> tuple[Span, ...] | None:
        """Return the spans of the first match at or after `start`."""
        match = self._compiled.search(data, start)
        return None if match is None else tuple(map(match.span, self._groups))

    def is_in(self, data: bytes) -> bool:
        """Say whether any part of `data` matches."""
        return self._compiled.search(data) is not None

    def fits(self, data: bytes) -> bool:
        """Say whether the whole of `data` matches."""
        return self._compiled.fullmatch(data) is not None


def any_of(patterns: Iterable[Pattern]) -> Pattern:
    """Return one pattern that is in a text exactly when one of `patterns` is."""
    return Pattern("|".join(f"(?:{pattern.source})" for pattern in patterns))
