"""The one door to RE2: patterns that cannot hang, whatever text somebody pastes.

Python's own `re` takes exponential or quadratic time on some pastes of a megabyte; RE2 is linear by design.
One pass is linear; how many passes are made is ours to bound, so each is paid for from a meter.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import re2

from bot.errors import CopilotError

_MOST_MEMORY_BYTES = 64 << 20
"""What one pattern may use to stay fast on odd text; RE2's own default is 8 MiB."""
_MATCH_COST = 400
"""What a call costs besides its bytes: as much as so many of them."""

Span = tuple[int, int]

EngineError: type[Exception] = re2.error
"""What RE2 raises; the one error of it that is known outside this file."""


class TooMuchWorkError(CopilotError):
    """A text takes more work than it may."""

    def __init__(self) -> None:
        super().__init__("a text takes more work than it may")


@dataclass(slots=True)
class Meter:
    """What may still be spent on a text: counted, not timed, so that the same text always ends alike.

    Attributes:
        left: In bytes read by one pattern; about ten nanoseconds each.
    """

    left: int

    def spend(self, cost: int) -> None:
        """Pay for work.

        Raises:
            TooMuchWorkError: There is not so much left.
        """
        self.left -= cost
        if self.left < 0:
            raise TooMuchWorkError


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern over UTF-8 bytes; offsets are bytes.

    Args:
        source: In RE2's syntax.
        captures: Groups are told; without them a pattern of thousands of states is as fast as one of few.
    """

    source: str
    captures: bool = field(default=True, kw_only=True)
    _match: Any = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        options = re2.Options()
        options.max_mem = _MOST_MEMORY_BYTES
        options.log_errors = False
        options.never_capture = not self.captures
        # The wrapper's match objects ask anew for the number of groups with each span: three quarters of the
        # time of a short match. What they wrap returns all spans at once.
        object.__setattr__(self, "_match", re2.compile(self.source.encode(), options)._regexp.Match)  # noqa: SLF001

    def spans(
        self, data: bytes, meter: Meter, start: int = 0, end: int | None = None
    ) -> Iterator[Sequence[Span]]:
        """Yield the spans of each match and of its groups; `(-1, -1)` is a group that took no part."""
        end, match = len(data) if end is None else end, self._match
        while start <= end:
            spans: Sequence[Span] = match(_ANYWHERE, data, start, end)
            at = spans[0][1]
            meter.spend((end if at < 0 else at) - start + _MATCH_COST)
            if at < 0:
                return
            yield spans
            start = at if at > start else start + 1

    def first(
        self, data: bytes, meter: Meter, start: int = 0, end: int | None = None
    ) -> Sequence[Span] | None:
        """Return the spans of the first match at or after `start`."""
        end = len(data) if end is None else end
        spans: Sequence[Span] = self._match(_ANYWHERE, data, start, end)
        is_found = spans[0][0] >= 0
        meter.spend((spans[0][1] if is_found else end) - start + _MATCH_COST)
        return spans if is_found else None

    def is_in(self, data: bytes, meter: Meter) -> bool:
        """Say whether any part of `data` matches."""
        return self.first(data, meter) is not None

    def fits(self, data: bytes) -> bool:
        """Say whether the whole of `data` matches."""
        return bool(self._match(_WHOLE, data, 0, len(data))[0][0] >= 0)


_ANYWHERE, _WHOLE = re2._Anchor.UNANCHORED, re2._Anchor.ANCHOR_BOTH  # noqa: SLF001  as above


def any_of(patterns: Iterable[Pattern]) -> Pattern:
    """Return one pattern that is in a text exactly when one of `patterns` is."""
    either = "|".join(f"(?:{pattern.source})" for pattern in patterns)
    return Pattern(rf"\A(?s:.*?)(?:{either})", captures=False)  # from the start: no second pass, backwards


def any_literal(words: Iterable[bytes]) -> Pattern:
    """Return one pattern that is in a text exactly when one of these words is."""
    either = "|".join(re2.escape(word).decode() for word in words)
    return Pattern(rf"\A(?s:.*?)(?:{either})", captures=False)
