"""Where a text was cut before anybody redacted it: a secret may begin there and be too short for its rule.

Slack shows heads of files and cuts long messages; we leave out the middle of what is too long. A run that
ends at such a place is tried as if it went on, and taken out when it would be a secret then.
"""

import re
from collections.abc import Iterator

from bot.safety.likeness import is_striking
from bot.safety.patterns import Span
from bot.safety.scan import Scan

_HELD_BYTES = 512
_MARK = re.compile(rb"\[(?:[\d,]{1,16} characters left out here|\xe2\x80\xa6)\]")
_ENDS = ("…".encode(), b"...")
"""What we write where something was left out, and Slack at the end."""
_MOST_TRIED = 16
_RUN = re.compile(rb"[^\s\"'<>`]+")
_VALUE = re.compile(rb"[^\s\"'<>`=:,;(){}\[\]]{8,}")
_GOING_ON = (b"0" * 160, b"aA1" * 60, b"@h/ ")
"""How a run may go on: as digits or capitals; as letters of all kinds; behind a password in an address."""


def unfinished(scan: Scan, *, is_cut: bool) -> Iterator[Span]:
    """Yield what may be the beginning of a secret: it ends where the text was cut.

    Args:
        scan: Has run.
        is_cut: The text ends where it was cut.
    """
    places = [mark.start() for mark in _MARK.finditer(scan.data)]
    bare = scan.data[-_HELD_BYTES:].rstrip()
    if is_cut or bare.endswith(_ENDS):
        left = len(scan.data) - min(len(scan.data), _HELD_BYTES)
        places.append(left + len(bare.removesuffix(_ENDS[0]).removesuffix(_ENDS[1])))
    for number, place in enumerate(places):
        at = place - len(before := scan.data[max(0, place - _HELD_BYTES) : place]) + len(before.rstrip())
        backwards = scan.data[max(0, at - _HELD_BYTES) : at][::-1]  # so that each byte is looked at once
        run = _RUN.match(backwards)
        if run is not None:
            is_tried = number < _MOST_TRIED or number == len(places) - 1
            begun = _begun(scan, max(0, at - _HELD_BYTES), at) if is_tried else at - run.end()
            if begun is None:
                begun = _striking(scan, backwards, at)
            if begun is not None:
                yield _whole(scan.data, begun), at


def _striking(scan: Scan, backwards: bytes, at: int) -> int | None:
    """Return where a value begins that nothing but its letters betrays."""
    value = _VALUE.match(backwards)
    if value is None:
        return None
    start = _whole(scan.data, at - value.end())
    return start if is_striking(scan.data[start:at].decode(errors="replace")) else None


def _begun(scan: Scan, start: int, end: int) -> int | None:
    """Return where a secret begins that would go on behind `end`."""
    tail = scan.data[_whole(scan.data, start) : end]
    found = [
        hit.start
        for more in _GOING_ON
        for hit in Scan(tail + more, scan.meter, depth=scan.depth + 1).run()
        if hit.start < len(tail) <= hit.end
    ]
    return end - len(tail) + min(found) if found else None


def _whole(data: bytes, at: int) -> int:
    """Return where the character begins that the byte at `at` is part of."""
    while at > 0 and data[at : at + 1] and data[at] & 0xC0 == 0x80:  # noqa: PLR2004 a byte that goes on in UTF-8
        at -= 1
    return at
