"""What stands in a text when base64 and percent signs are read, and where it was written."""

import base64
import binascii
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from urllib.parse import unquote_to_bytes

from bot.safety.patterns import Span

_ESCAPE = re.compile(rb"%[0-9A-Fa-f]{2}")
_EXTRA_BYTES = 2
"""An escape is three bytes for one."""

_BETWEEN = b"\n\n-----END PRIVATE KEY-----\nPrivate-MAC\n---\n\n"
"""Ends whatever a part may have begun and not ended: a line, a key, a certificate, a document."""


def base64_text(run: bytes) -> bytes:
    """Decode base64 of either alphabet; nothing when it is not base64 of text."""
    padded = run.rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
    padded = padded[: len(padded) - (len(padded) % 4 == 1)]
    try:
        decoded = base64.b64decode(padded + b"=" * (-len(padded) % 4), validate=True)
        words = decoded.decode()
    except (binascii.Error, UnicodeDecodeError):
        return b""
    return decoded if words.replace("\n", "").replace("\t", "").replace("\r", "").isprintable() else b""


class Joined:
    """Short texts as one, so that they are searched by one pass of each pattern.

    Attributes:
        data: The texts, with something between them that ends what one of them may have begun.
    """

    def __init__(self, parts: Sequence[bytes]) -> None:
        self.data = _BETWEEN.join(parts)
        self._starts: list[int] = []
        self._ends: list[int] = []
        at = 0
        for part in parts:
            self._starts.append(at)
            self._ends.append(at + len(part))
            at += len(part) + len(_BETWEEN)

    def parts(self, start: int, end: int) -> Iterator[tuple[int, Span]]:
        """Yield the number of each text that a span touches, and what it touches of it."""
        for number in range(bisect_right(self._ends, start), bisect_left(self._starts, end)):
            low, high = self._starts[number], self._ends[number]
            yield number, (max(start, low) - low, min(end, high) - low)


class Unescaped:
    """Short texts as one whose percent escapes are read once.

    Attributes:
        data: The bytes that are meant.
    """

    def __init__(self, parts: Sequence[bytes]) -> None:
        self._joined = Joined(parts)
        self.data = unquote_to_bytes(self._joined.data)
        self._escapes = [
            match.start() - _EXTRA_BYTES * number
            for number, match in enumerate(_ESCAPE.finditer(self._joined.data))
        ]

    def parts(self, start: int, end: int) -> Iterator[tuple[int, Span]]:
        """Yield the number of each text that a span touches, and where what it touches is written."""
        before, within = bisect_left(self._escapes, start), bisect_right(self._escapes, end - 1)
        return self._joined.parts(start + _EXTRA_BYTES * before, end + _EXTRA_BYTES * within)
