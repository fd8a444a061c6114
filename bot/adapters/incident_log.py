"""The logs of incidents in the store: a stream for each, sealed, appended to by whoever learns something.

Receivers append what happens, before they acknowledge it; readers append what history says. An element of
a stream is one sealed piece of `bot.incident.log.encode`; what it means does not depend on where it stands.
Only an open log is written to: who may be logged is decided when it is opened.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from bot.adapters import lua
from bot.adapters.batch import BatchedScript
from bot.adapters.keys import CLAIM_SECONDS, EPOCH_SECONDS, PREFIX, WAITING_SECONDS, key
from bot.adapters.log_pieces import UNREADABLE, Sealing, digest, groups, parts
from bot.adapters.replies import STORE_ERRORS, as_text, store_errors_named
from bot.adapters.sealing import Sealer
from bot.errors import StoreUnavailableError
from bot.incident.log import Deleted, Entry, Said
from bot.incident.messages import IncidentRef

MAX_TRIES = 20
TRIM_SECONDS, TRIMS_AT_ONCE = 3600, 100
PAGE_PIECES = 100
"""How many elements of a stream are asked for at once: a page stays well under a second to send."""
MAX_PIECES = 50_000
"""More happens only where bots count seconds."""
FIELD = b"e"
START = "0-0"
CLOSED = ""

Arguments = list[str | bytes | int]
Keep = Callable[[Entry, Said | None], bool]
"""Says of an entry whether it may be kept, given the last version of the message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """Where an entry was kept.

    Attributes:
        open: The incidents whose log is open, and has it now.
    """

    open: tuple[IncidentRef, ...] = ()

    @property
    def logged(self) -> bool:
        """Whether any log has it."""
        return bool(self.open)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A part of a log, up to its end.

    Attributes:
        cursor: Where it ended: what `since` takes to go on.
        is_open: There is a log; without one there are no entries.
        is_broken: Some pieces cannot be opened, so entries are missing: read history and `write` with
            `instead_of=cursor`.
    """

    entries: list[Entry]
    cursor: str
    is_open: bool
    is_broken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Active:
    """A log in which something happened since it was last compared with history.

    Attributes:
        at_ms: When something last happened, by the store's clock.
    """

    ref: IncidentRef
    at_ms: int


class IncidentLog:
    """All logs; every method raises `StoreUnavailableError` when the store is away.

    Args:
        redis: Where; not closed by this class.
        sealer: Seals what is kept.
        ttl_seconds: How long an entry is kept after its arrival, and a log after its last entry.
        append_seconds: The most one `append` may take.
        max_pieces: How long a log may become: then its older half goes, and it is whole no more.
    """

    def __init__(
        self,
        redis: Redis,
        sealer: Sealer,
        *,
        ttl_seconds: int,
        append_seconds: float = 2.0,
        max_pieces: int = MAX_PIECES,
    ) -> None:
        self._redis = redis
        self._sealing = Sealing(sealer)
        self._ttl_seconds = ttl_seconds
        self._append_seconds = append_seconds
        self._max_pieces = max_pieces
        self._append = BatchedScript(redis, lua.LOG_APPEND)
        self._open = redis.register_script(lua.LOG_OPEN)
        self._write = redis.register_script(lua.LOG_WRITE)
        self._scrub = redis.register_script(lua.LOG_SCRUB)
        self._trim = redis.register_script(lua.LOG_TRIM)
        self._claim = redis.register_script(lua.LOG_CLAIM)
        self._settle = redis.register_script(lua.LOG_SETTLE)
        self._complete = redis.register_script(lua.LOG_COMPLETE)

    async def aclose(self) -> None:
        """Let go of an append under way."""
        await self._append.close()

    async def open(self, ref: IncidentRef) -> None:
        """Make the log exist; from now on it is appended to."""
        with store_errors_named():
            await self._open(
                keys=[_log(ref), key("log-trims")], args=[FIELD, self._ttl_seconds, ref.key, EPOCH_SECONDS]
            )

    async def append(
        self, refs: Sequence[IncidentRef], entries: Iterable[Entry], *, withdraws: str = ""
    ) -> Appended:
        """Keep what happened in those of the logs that are open. One round trip, shared with other callers.

        Args:
            refs: All of one channel.
            entries: What happened.
            withdraws: The id of a request that its asker has taken back.

        Raises:
            StoreUnavailableError: It may not be kept; the sender must try again.
        """
        if not refs:
            return Appended()
        piece = self._sealing.seal(entries, refs[0])
        args: Arguments = [
            PREFIX,
            FIELD,
            piece,
            self._ttl_seconds,
            self._max_pieces,
            withdraws,
            WAITING_SECONDS,
            *(ref.key for ref in refs),
        ]
        try:
            async with asyncio.timeout(self._append_seconds):
                kept = await self._append(keys=[_log(ref) for ref in refs], args=args)
        except STORE_ERRORS as error:
            raise StoreUnavailableError(type(error).__name__) from error
        return Appended(open=tuple(ref for ref, is_kept in zip(refs, kept, strict=True) if is_kept))

    async def write(
        self, ref: IncidentRef, entries: Iterable[Entry], *, instead_of: str = "", behind: str = ""
    ) -> str:
        """Append what history says; return the cursor behind it, empty when the log is not open (any more).

        Args:
            ref: The log.
            entries: Any number of them.
            instead_of: A cursor: everything up to it is removed in the same step. Give all entries that
                stand (`Log.entries()`), after all of history was read; then the log is as young as they
                are, and broken pieces are gone.
            behind: The cursor up to which the caller has read. When others have appended since, it is
                returned itself, so that nothing of theirs is passed over.
        """
        sent = list(groups([self._sealing.seal(part, ref) for part in parts(entries)])) or [[]]
        cursor = CLOSED
        with store_errors_named():
            for number, pieces in enumerate(sent, 1):
                replaced = instead_of if number == len(sent) else ""
                args: Arguments = [FIELD, self._ttl_seconds, replaced, behind, *pieces]
                cursor = as_text(await self._write(keys=[_log(ref)], args=args))
                behind = cursor if behind else ""
        return cursor

    async def since(self, ref: IncidentRef, cursor: str | None) -> Slice:
        """Return what was appended after `cursor`; from the beginning when it is None."""
        entries: list[Entry] = []
        is_broken, is_open, last = False, False, cursor or START
        with store_errors_named():
            async for number, piece in self._pieces(ref, last):
                last, is_open = number, True
                try:
                    entries += self._sealing.open(piece, ref)
                except UNREADABLE:
                    is_broken = True
            is_open = is_open or bool(await self._redis.exists(_log(ref)))
        return Slice(entries=entries, cursor=last, is_open=is_open, is_broken=is_broken)

    async def scrub(self, ref: IncidentRef, ts: str) -> int:
        """Keep no word and no reaction of a message; return how many pieces were written anew.

        That it was deleted stays known, and cursors stay good. What is appended meanwhile is left alone.
        """

        def is_kept(entry: Entry, _last: Said | None) -> bool:
            return entry.ts != ts or isinstance(entry, Deleted)

        return await self._thin_out(ref, ts, is_kept)

    async def prune(self, ref: IncidentRef, ts: str) -> int:
        """Keep no word of a message that it says no more; return how many pieces were written anew.

        Its last version and its reactions stay; for the rest as `scrub`.
        """

        def is_kept(entry: Entry, last: Said | None) -> bool:
            is_old = isinstance(entry, Said) and last is not None and entry.body != last.body
            return entry.ts != ts or not is_old

        return await self._thin_out(ref, ts, is_kept)

    async def remove(self, ref: IncidentRef) -> int:
        """Remove a log and all that is known of it; return how many keys that were."""
        names = [_log(ref), key("log-complete", ref.key), key("log-claim", ref.key)]
        with store_errors_named():
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.delete(*names)
                pipe.zrem(key("log-active"), ref.key)
                pipe.zrem(key("log-trims"), ref.key)
                removed, *_ = await pipe.execute()
        return int(removed)

    async def trim(self, *, every_seconds: int = TRIM_SECONDS, limit: int = TRIMS_AT_ONCE) -> int:
        """Remove what is too old from logs to which nothing is appended; return how many were looked at.

        Each log has its turn once in `every_seconds`, whoever asks.
        """
        args: Arguments = [PREFIX, self._ttl_seconds, every_seconds, limit, EPOCH_SECONDS]
        with store_errors_named():
            return int(await self._trim(keys=[key("log-trims")], args=args))

    async def epoch(self) -> str:
        """Return the epoch: another one than before means that nobody received for a while."""
        with store_errors_named():
            return as_text(await self._redis.get(key("epoch")) or b"0")

    async def missed(self) -> None:
        """Begin a new epoch: deliveries were lost, so that every log must be compared with history."""
        with store_errors_named():
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.incr(key("epoch"))
                pipe.expire(key("epoch"), EPOCH_SECONDS)
                await pipe.execute()

    async def completeness(self, ref: IncidentRef) -> str | None:
        """Return the epoch in which the log was whole; None when it never was or has lost its beginning."""
        with store_errors_named():
            found = await self._redis.get(key("log-complete", ref.key))
        return None if found is None else as_text(found)

    async def set_complete(self, ref: IncidentRef, epoch: str) -> None:
        """Say that the log has all of history, as of an epoch read before the reading began.

        It holds until the log's oldest piece reaches its age; `write(…, instead_of=…)` makes it young again.
        """
        names = [_log(ref), key("log-complete", ref.key)]
        with store_errors_named():
            await self._complete(keys=names, args=[epoch, self._ttl_seconds])

    async def claim(self, *, limit: int, seconds: int = CLAIM_SECONDS) -> list[Active]:
        """Return logs in which something happened since they were `settled`, those waiting longest first.

        Each goes to one caller at a time, and to nobody again for `seconds`. Logs of any kind are trimmed
        beside it, so that whoever asks on a timer keeps the promise of how long words are kept.
        """
        await self.trim()
        with store_errors_named():
            found = await self._claim(keys=[key("log-active")], args=[key("log-claim"), limit, seconds])
        names, times = found[::2], found[1::2]
        return [
            Active(ref=_ref_of(as_text(name)), at_ms=int(float(at_ms)))
            for name, at_ms in zip(names, times, strict=True)
        ]

    async def settled(self, active: Active) -> None:
        """Say that a claimed log was compared with history; what happened since then stays to be done."""
        with store_errors_named():
            await self._settle(keys=[key("log-active")], args=[active.ref.key, active.at_ms])

    async def _pieces(self, ref: IncidentRef, after: str) -> AsyncIterator[tuple[str, bytes]]:
        """Yield the elements of a stream behind a cursor, each with its own."""
        last = after
        while True:
            page: Any = await self._redis.xrange(_log(ref), f"({last}", "+", count=PAGE_PIECES)
            for number, fields in page:
                last = as_text(number)
                yield last, fields[FIELD]
            if len(page) < PAGE_PIECES:
                return

    async def _thin_out(self, ref: IncidentRef, ts: str, is_kept: Keep) -> int:
        """Write anew what holds more of a message than may be kept; again where somebody was faster."""
        written = 0
        for _ in range(MAX_TRIES):
            changes = await self._changes(ref, ts, is_kept)
            if not changes:
                return written
            with store_errors_named():
                written += int(await self._scrub(keys=[_log(ref)], args=[FIELD, *changes]))
        raise StoreUnavailableError("contended")

    async def _changes(self, ref: IncidentRef, ts: str, is_kept: Keep) -> Arguments:
        """Return what `LOG_SCRUB` takes: the id, the hash and the new form of each piece to be changed."""
        telling: list[tuple[str, bytes, list[Entry]]] = []
        with store_errors_named():
            async for number, piece in self._pieces(ref, START):
                with suppress(*UNREADABLE):
                    if entries := self._sealing.open(piece, ref, naming=ts):
                        telling.append((number, piece, entries))
        said = [entry for _, _, entries in telling for entry in entries if isinstance(entry, Said)]
        last = max((one for one in said if one.ts == ts), key=lambda one: one.rank, default=None)
        changes: Arguments = []
        for number, piece, entries in telling:
            kept = [entry for entry in entries if is_kept(entry, last)]
            if len(kept) < len(entries):
                changes += [number, digest(piece), self._sealing.seal(kept, ref)]
        return changes


def _log(ref: IncidentRef) -> str:
    return key("log", ref.key)


def _ref_of(name: str) -> IncidentRef:
    team, channel, thread = name.split(":")
    return IncidentRef(team_id=team, channel_id=channel, thread_ts=None if thread == "channel" else thread)
