"""The elements of a log's stream: a few entries each, packed and sealed."""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha1

from bot.adapters.sealing import SealBrokenError, Sealer
from bot.incident.log import Deleted, Entry, Said, decode, encode, is_ts
from bot.incident.messages import IncidentRef, ts_key

PIECE_ENTRIES = 50
PIECE_SECONDS = 3600
"""A piece is of one hour by Slack's clock: it goes as a whole when it is too old."""
PIECE_CHARS = 256 * 1024
GROUP_BYTES = 1024 * 1024
"""How much is sent to the store at once."""
PACKED_FROM_BYTES = 1024
PLAIN, PACKED = b"p", b"z"
NEVER = "0.0"

Arguments = list[str | bytes | int]
"""What a script takes."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Entries that are sealed together."""

    entries: tuple[Entry, ...]

    @property
    def facts(self) -> str:
        """What the store may know of them, in the clear: `kind ts edited version;` for each, no word."""
        return "".join(map(fact, self.entries))

    @property
    def is_marking(self) -> bool:
        """Whether they say that something is said no more."""
        return any(isinstance(entry, Deleted) or edited_of(entry) != NEVER for entry in self.entries)

    def age_seconds(self, as_of: str) -> int:
        """Return how old the newest of them was, by Slack's clock; 0 without one."""
        newest = max(ts_key(entry.ts)[0] for entry in self.entries)
        return max(0, ts_key(as_of)[0] - newest) if as_of else 0


def edited_of(entry: Entry) -> str:
    """Return when a message as it is told was last edited; `0.0` when it never was."""
    if not isinstance(entry, Said) or '"edited":' not in entry.body:
        return NEVER
    edited = entry.raw.get("edited")
    ts = edited.get("ts") if isinstance(edited, dict) else None
    return ts if is_ts(ts) else NEVER


class Marks:
    """What entries say is said no more.

    Args:
        entries: Of any messages.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._gone: set[str] = set()
        self._missed: dict[str, str] = {}
        self._edited: dict[str, str] = {}
        for entry in entries:
            if isinstance(entry, Said):
                _raise(self._edited, entry.ts, edited_of(entry))
            elif isinstance(entry, Deleted) and entry.as_of:
                _raise(self._missed, entry.ts, entry.as_of)
            elif isinstance(entry, Deleted):
                self._gone.add(entry.ts)

    def refuse(self, entry: Entry) -> bool:
        """Say whether an entry must not be kept."""
        if entry.ts in self._gone:
            return not isinstance(entry, Deleted)
        if not isinstance(entry, Said):
            return False
        is_old = ts_key(edited_of(entry)) < ts_key(self._edited.get(entry.ts, NEVER))
        return is_old or ts_key(entry.version) < ts_key(self._missed.get(entry.ts, NEVER))


def _raise(marks: dict[str, str], ts: str, mark: str) -> None:
    marks[ts] = max(marks.get(ts, NEVER), mark, key=ts_key)


def digest(piece: bytes) -> str:
    """Name a piece as the store does."""
    return sha1(piece, usedforsecurity=False).hexdigest()


def _about(ref: IncidentRef) -> str:
    return f"{ref.team_id}:{ref.channel_id}"


def fact(entry: Entry) -> str:
    """Return what the store may know of an entry, in the clear."""
    if isinstance(entry, Said):
        return f"s {entry.ts} {edited_of(entry)} {entry.version};"
    if isinstance(entry, Deleted):
        return f"{'m' if entry.as_of else 'd'} {entry.ts} {NEVER} {entry.as_of or NEVER};"
    return f"r {entry.ts} {NEVER} {NEVER};"


def parts(entries: Iterable[Entry]) -> Iterator[Part]:
    """Divide entries, in order of their messages, so that each part is sealed, opened and gone at once."""
    part: list[Entry] = []
    chars = 0
    for entry in sorted(entries, key=lambda one: ts_key(one.ts)):
        if part and (_hour(entry) != _hour(part[0]) or len(part) >= PIECE_ENTRIES or chars >= PIECE_CHARS):
            yield Part(entries=tuple(part))
            part, chars = [], 0
        part.append(entry)
        chars += len(entry.body) if isinstance(entry, Said) else 0
    if part:
        yield Part(entries=tuple(part))


def _hour(entry: Entry) -> int:
    return ts_key(entry.ts)[0] // PIECE_SECONDS


def groups(sealed: Iterable[tuple[Part, bytes]]) -> Iterator[list[tuple[Part, bytes]]]:
    """Divide sealed parts so that each group is sent at once."""
    group: list[tuple[Part, bytes]] = []
    for part, piece in sealed:
        group.append((part, piece))
        if sum(len(one) for _, one in group) >= GROUP_BYTES:
            yield group
            group = []
    if group:
        yield group
