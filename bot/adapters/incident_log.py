"""The logs of incidents in the store: a stream for each, sealed, appended to by whoever learns something.

Receivers append what happens, before they acknowledge it; readers append what history says. An element of
a stream is one sealed piece of `bot.incident.log.encode`; what it means does not depend on where it stands.
Only an open log is written to: who may be logged is decided when it is opened. What a message said before it
was deleted or edited is refused, whoever brings it and however late.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from bot.adapters import epochs
from bot.adapters import log_scripts as lua
from bot.adapters.batch import BatchedScript
from bot.adapters.keys import CLAIM_SECONDS, EPOCH_SECONDS, PREFIX, WAITING_SECONDS, key
from bot.adapters.log_cleaning import LogCleaner
from bot.adapters.log_pieces import UNREADABLE, Arguments, Marks, Part, Sealing, fact, groups, parts
from bot.adapters.replies import STORE_ERRORS, as_text, store_errors_named
from bot.adapters.sealing import Sealer
from bot.errors import StoreUnavailableError
from bot.incident.log import Entry
from bot.incident.messages import IncidentRef, ts_key

TRIM_SECONDS, TRIMS_AT_ONCE = 3600, 100
PAGE_PIECES = 100
"""How many elements of a stream are asked for at once: a page stays well under a second to send."""
MAX_PIECES = 50_000
"""More happens only where bots count seconds."""
FIELD, ORIGIN = b"e", b"o"
START = "0-0"
CLOSED = ""
NOBODY = -1
OF_LOG = (
    "log",
    "log-where",
    "log-marks",
    "log-due",
    "log-cut",
    "log-complete",
    "log-claim",
    "digest",
    "gathered",
)
"""The families of keys that a log has, and what was made of its words."""
DROPPED_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """Where an entry was kept.

    Attributes:
        open: The incidents whose log is open, and has it now.
        turn: How often a message was looked at again so far; None when nobody would miss another look.
    """

    open: tuple[IncidentRef, ...] = ()
    turn: int | None = None

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
        is_cut: Something was left out because it is older than the log keeps: only Slack has it.
    """

    entries: list[Entry]
    cursor: str
    is_open: bool
    is_broken: bool = False
    is_cut: bool = False


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
        ttl_seconds: How long an entry is kept after it was said, if known, else after its arrival; and
            a log after its last entry.
        append_seconds: The most one `append` may take.
        max_pieces: How long a log may become: then its oldest go, and it is whole no more.
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
        self.cleaner = LogCleaner(redis, self._sealing)
        self._ttl_seconds = ttl_seconds
        self._append_seconds = append_seconds
        self._max_pieces = max_pieces
        self._append = BatchedScript(redis, lua.LOG_APPEND)
        self._open = redis.register_script(lua.LOG_OPEN)
        self._drop = redis.register_script(lua.LOG_DROP)
        self._write = redis.register_script(lua.LOG_WRITE)
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
                keys=[_log(ref), key("log-trims")], args=[self._ttl_seconds, ref.key, EPOCH_SECONDS]
            )

    async def append(
        self, refs: Sequence[IncidentRef], entries: Iterable[Entry], *, withdraws: str = "", recheck: str = ""
    ) -> Appended:
        """Keep what happened in those of the logs that are open. One round trip, shared with other callers.

        Args:
            refs: All of one channel.
            entries: What happened.
            withdraws: The id of a request that its asker has taken back.
            recheck: The `ts` of a message that others may rest on.

        Raises:
            StoreUnavailableError: It may not be kept; the sender must try again.
        """
        if not refs:
            return Appended()
        sent = [Part(entries=(entry,)) for entry in entries]
        args: Arguments = [PREFIX, self._ttl_seconds, self._max_pieces, withdraws, WAITING_SECONDS, recheck]
        args.append(len(sent))
        for part in sent:
            args += [self._sealing.seal(part.entries, refs[0]), part.facts]
        args += [ref.key for ref in refs]
        try:
            async with asyncio.timeout(self._append_seconds):
                *kept, turn = await self._append(keys=[_log(ref) for ref in refs], args=args)
        except STORE_ERRORS as error:
            raise StoreUnavailableError(type(error).__name__) from error
        return Appended(
            open=tuple(ref for ref, is_kept in zip(refs, kept, strict=True) if is_kept),
            turn=None if turn == NOBODY else turn,
        )

    def is_kept(self, ts: str, *, as_of: str) -> bool:
        """Say whether a message is young enough to be kept.

        Args:
            ts: The message.
            as_of: The newest `ts` known; empty when none is: then everything is.
        """
        return not as_of or ts_key(as_of)[0] - ts_key(ts)[0] < self._ttl_seconds

    async def write(
        self,
        ref: IncidentRef,
        entries: Iterable[Entry],
        *,
        as_of: str = "",
        instead_of: str = "",
        behind: str = "",
    ) -> str:
        """Append what history says; return the cursor behind it, empty when the log is not open (any more).

        What it says is deleted or edited loses its former words at once.

        Args:
            ref: The log.
            entries: Any number of them.
            as_of: The newest `ts` known: what is too old by it is not written, and the rest stays no longer
                than if it had been written when it was said.
            instead_of: A cursor: everything up to it is removed afterwards. Give all entries that stand
                (`Log.entries()`), after all of history was read; then broken pieces are gone.
            behind: The cursor up to which the caller has read. When others have appended since, it is
                returned itself, so that nothing of theirs is passed over.
        """
        told = list(entries)
        marks = Marks(told)
        told = [entry for entry in told if not marks.refuse(entry)]
        young = [entry for entry in told if self.is_kept(entry.ts, as_of=as_of)]
        if not instead_of:
            await self.cleaner.take_back(ref, young)
        cursor = await self._write_all(ref, young, as_of=as_of, behind=behind, is_cut=len(young) < len(told))
        dropped = DROPPED_AT_ONCE if instead_of and cursor else 0
        with store_errors_named():
            while dropped == DROPPED_AT_ONCE:
                dropped = int(await self._drop(args=[PREFIX, ref.key, instead_of, DROPPED_AT_ONCE]))
        return cursor

    async def since(self, ref: IncidentRef, cursor: str | None) -> Slice:
        """Return what was appended after `cursor`; from the beginning when it is None."""
        entries: list[Entry] = []
        is_broken, is_open, last = False, False, cursor or START
        with store_errors_named():
            async for number, piece, first in self._pieces(ref, last):
                last, is_open = number, True
                if first and cursor and _place(first) <= _place(cursor):
                    continue  # what is left of a piece that the caller had
                try:
                    entries += self._sealing.open(piece, ref)
                except UNREADABLE:
                    is_broken = True
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.exists(_log(ref))
                pipe.exists(key("log-cut", ref.key))
                exists, is_cut = await pipe.execute()
        return Slice(
            entries=entries,
            cursor=last,
            is_open=is_open or bool(exists),
            is_broken=is_broken,
            is_cut=bool(is_cut),
        )

    async def begin_recheck(self, ref: IncidentRef, ts: str) -> None:
        """Say that a message is looked at again now: what happens to it from here on needs another look."""
        name = key("rechecks", ref.team_id, ref.channel_id)
        with store_errors_named():
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.hincrby(name, ts, 1)
                pipe.expire(name, WAITING_SECONDS)
                await pipe.execute()

    async def withdraw(self, request_id: str) -> None:
        """Let a request that waits end without a word."""
        with store_errors_named():
            await self._redis.set(key("withdrawn", request_id), b"1", ex=WAITING_SECONDS)

    async def remove(self, ref: IncidentRef) -> int:
        """Remove a log and all that is known of it; return how many keys that were."""
        names = [key(family, ref.key) for family in OF_LOG]
        with store_errors_named():
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.unlink(*names)
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
        return await epochs.current(self._redis)

    async def missed(self) -> None:
        """Begin a new epoch: deliveries were lost, so that every log must be compared with history."""
        await epochs.begin(self._redis)

    async def completeness(self, ref: IncidentRef) -> str | None:
        """Return the epoch in which the log was whole; None when it never was.

        Whole is what has all that is young enough to be kept.
        """
        with store_errors_named():
            found = await self._redis.get(key("log-complete", ref.key))
        return None if found is None else as_text(found)

    async def set_complete(self, ref: IncidentRef, epoch: str) -> None:
        """Say that the log has all of history, as of an epoch read before the reading began.

        What goes for its age leaves it whole; so does nothing else that goes.
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

    async def _pieces(self, ref: IncidentRef, after: str) -> AsyncIterator[tuple[str, bytes, str]]:
        """Yield the elements of a stream behind a cursor: id, piece, and of what it is what is left."""
        last = after
        while True:
            page: Any = await self._redis.xrange(_log(ref), f"({last}", "+", count=PAGE_PIECES)
            for number, fields in page:
                last = as_text(number)
                yield last, fields[FIELD], as_text(fields.get(ORIGIN, b""))
            if len(page) < PAGE_PIECES:
                return

    async def _write_all(
        self, ref: IncidentRef, entries: Sequence[Entry], *, as_of: str, behind: str, is_cut: bool
    ) -> str:
        """Write entries but those of messages that the store refuses; return the cursor."""
        sealed = [(part, self._sealing.seal(part.entries, ref)) for part in parts(entries)]
        refused: list[Entry] = []
        cursor = CLOSED
        for group in list(groups(sealed)) or [[]]:
            answer = await self._send(ref, group, as_of=as_of, behind=behind, is_cut=is_cut)
            cursor, unwanted = answer[0], set(answer[1:])
            behind = cursor if behind else ""
            hit = [part for part, _ in group if unwanted & set(map(fact, part.entries))]
            refused += [entry for part in hit for entry in part.entries if fact(entry) not in unwanted]
        if not refused:
            return cursor
        return await self._write_all(ref, refused, as_of=as_of, behind=behind, is_cut=False)

    async def _send(
        self, ref: IncidentRef, group: Sequence[tuple[Part, bytes]], *, as_of: str, behind: str, is_cut: bool
    ) -> list[str]:
        args: Arguments = [PREFIX, ref.key, self._ttl_seconds, behind, int(is_cut)]
        for part, piece in group:
            args += [piece, part.facts, part.age_seconds(as_of)]
        with store_errors_named():
            return [as_text(one) for one in await self._write(args=args)]


def _log(ref: IncidentRef) -> str:
    return key("log", ref.key)


def _ref_of(name: str) -> IncidentRef:
    team, channel, thread = name.split(":")
    return IncidentRef(team_id=team, channel_id=channel, thread_ts=None if thread == "channel" else thread)


def _place(cursor: str) -> tuple[int, int]:
    ms, number = cursor.split("-")
    return int(ms), int(number)
