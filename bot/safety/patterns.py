"""The one door to RE2: patterns that cannot hang, whatever text somebody pastes.

Python's own `re` takes exponential or quadratic time on some pastes of a megabyte; RE2 is linear by design.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import re2

Span = tuple[int, int]

EngineError: type[Exception] = re2.error
"""What RE2 raises; the one error of it that is known outside this file."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern over UTF-8 bytes; offsets are bytes."""

    source: str
    _compiled: Any = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_compiled", re2.compile(self.source.encode()))

    def spans(self, data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[Span, ...]]:
        """Yield for each match the spans of the whole and of every group; `(-1, -1)` is a group without part."""
        for match in self._compiled.finditer(data, start, len(data) if end is None else end):
            yield tuple(match.span(group) for group in range(self._compiled.groups + 1))

    def fits(self, data: bytes) -> bool:
        """Say whether the whole of `data` matches."""
        return self._compiled.fullmatch(data) is not None
