"""What was said and is said no more leaves a log: only the pieces that tell of it are opened and replaced."""

from collections.abc import Callable, Sequence
from contextlib import suppress

from redis.asyncio import Redis

from bot.adapters import log_scripts as lua
from bot.adapters.keys import PREFIX
from bot.adapters.log_pieces import UNREADABLE, Arguments, Marks, Part, Sealing, digest
from bot.adapters.replies import as_text, store_errors_named
from bot.errors import StoreUnavailableError
from bot.incident.log import Deleted, Entry, Said
from bot.incident.messages import IncidentRef

MAX_TRIES = 20
Keep = Callable[[Entry, Said | None], bool]
"""Says of an entry whether it may be kept, given the last version of the message."""


class LogCleaner:
    """Takes out of logs what may not be kept; every method raises `StoreUnavailableError` when it is away.

    Args:
        redis: Where; not closed by this class.
        sealing: Opens and seals pieces.
    """

    def __init__(self, redis: Redis, sealing: Sealing) -> None:
        self._sealing = sealing
        self._told = redis.register_script(lua.LOG_TOLD)
        self._mark = redis.register_script(lua.LOG_MARK)
        self._scrub = redis.register_script(lua.LOG_SCRUB)

    async def told(self, ref: IncidentRef, ts: str) -> list[Entry]:
        """Return what the log tells of one message; only that is opened.

        Raises:
            UNREADABLE: Some of it is none of ours.
        """
        places = await self._places(ref, ts)
        found = (entry for _, piece in places for entry in self._sealing.open(piece, ref, naming=ts))
        return [entry for entry in found if entry.ts == ts]

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

    async def take_back(self, ref: IncidentRef, news: Sequence[Entry]) -> None:
        """Remove what was said before a deletion or an edit, before that is written: nothing is left."""
        marking = [part for entry in news if (part := Part(entries=(entry,))).is_marking]
        if not marking:
            return
        facts = "".join(part.facts for part in marking)
        with store_errors_named():
            places = await self._mark(args=[PREFIX, ref.key, facts])
        marks = Marks(news)
        for ts in dict.fromkeys(map(as_text, places)):
            await self._thin_out(ref, ts, lambda entry, _last: not marks.refuse(entry))

    async def _places(self, ref: IncidentRef, ts: str) -> list[tuple[str, bytes]]:
        """Return the elements that tell of a message, each with its id."""
        with store_errors_named():
            found = await self._told(args=[PREFIX, ref.key, ts])
        return [(as_text(number), piece) for number, piece in zip(found[::2], found[1::2], strict=True)]

    async def _thin_out(self, ref: IncidentRef, ts: str, is_kept: Keep) -> int:
        """Write anew what holds more of a message than may be kept; again where somebody was faster."""
        written = 0
        for _ in range(MAX_TRIES):
            changes = await self._changes(ref, ts, is_kept)
            if not changes:
                return written
            with store_errors_named():
                written += int(await self._scrub(args=[PREFIX, ref.key, *changes]))
        raise StoreUnavailableError("contended")

    async def _changes(self, ref: IncidentRef, ts: str, is_kept: Keep) -> Arguments:
        """Return what `LOG_SCRUB` takes: id, hash, new form and its facts of each changed piece."""
        telling: list[tuple[str, bytes, list[Entry]]] = []
        places = await self._places(ref, ts)
        for number, piece in places:
            with suppress(*UNREADABLE):
                telling.append((number, piece, self._sealing.open(piece, ref, naming=ts)))
        said = [entry for _, _, entries in telling for entry in entries if isinstance(entry, Said)]
        last = max((one for one in said if one.ts == ts), key=lambda one: one.rank, default=None)
        changes: Arguments = []
        for number, piece, entries in telling:
            kept = tuple(entry for entry in entries if is_kept(entry, last))
            if len(kept) < len(entries):
                new = self._sealing.seal(kept, ref) if kept else b""
                changes += [number, digest(piece), new, Part(entries=kept).facts]
        return changes
