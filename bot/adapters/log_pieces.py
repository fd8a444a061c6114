"""The elements of a log's stream: a few entries each, packed and sealed."""

import zlib
from collections.abc import Iterable, Iterator
from hashlib import sha1

from bot.adapters.sealing import SealBrokenError, Sealer
from bot.incident.log import Entry, Said, decode, encode
from bot.incident.messages import IncidentRef

PIECE_ENTRIES = 50
PIECE_CHARS = 256 * 1024
GROUP_BYTES = 1024 * 1024
"""How much is sent to the store at once."""
PACKED_FROM_BYTES = 1024
PLAIN, PACKED = b"p", b"z"

UNREADABLE = (SealBrokenError, ValueError, zlib.error)
"""What opening a piece raises that is not ours."""


class Sealing:
    """Makes pieces of entries, and entries of pieces.

    Args:
        sealer: Seals them.
    """

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def seal(self, entries: Iterable[Entry], ref: IncidentRef) -> bytes:
        """Return a piece; it opens in every log of the same channel and in no other."""
        plain = encode(entries)
        is_long = len(plain) >= PACKED_FROM_BYTES
        data = PACKED + zlib.compress(plain, 1) if is_long else PLAIN + plain
        return self._sealer.seal(data, about=_about(ref))

    def open(self, piece: bytes, ref: IncidentRef, *, naming: str = "") -> list[Entry]:
        """Return the entries of a piece; an empty one, which only opens a log, has none.

        Args:
            piece: From `seal`.
            ref: The log in which it stands.
            naming: A `ts`; a piece that does not name it counts as empty, which costs a tenth.

        Raises:
            UNREADABLE: It is none of ours.
        """
        if not piece:
            return []
        data = self._sealer.open(piece, about=_about(ref))
        plain = zlib.decompress(data[1:]) if data[:1] == PACKED else data[1:]
        return list(decode(plain)) if naming.encode() in plain else []


def digest(piece: bytes) -> str:
    """Name a piece as the store does."""
    return sha1(piece, usedforsecurity=False).hexdigest()


def _about(ref: IncidentRef) -> str:
    return f"{ref.team_id}:{ref.channel_id}"


def parts(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Divide entries so that each part is sealed and opened at once."""
    part: list[Entry] = []
    chars = 0
    for entry in entries:
        part.append(entry)
        chars += len(entry.body) if isinstance(entry, Said) else 0
        if len(part) >= PIECE_ENTRIES or chars >= PIECE_CHARS:
            yield part
            part, chars = [], 0
    if part:
        yield part


def groups(pieces: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Divide pieces so that each group is sent at once."""
    group: list[bytes] = []
    for piece in pieces:
        group.append(piece)
        if sum(map(len, group)) >= GROUP_BYTES:
            yield group
            group = []
    if group:
        yield group
