"""The `Log` port over the logs in the store: what changed since a reading, what must not be kept."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from redis.asyncio import Redis

from bot.adapters.digests import drop_what_tells_of
from bot.adapters.incident_log import IncidentLog
from bot.adapters.keys import key
from bot.adapters.log_pieces import UNREADABLE
from bot.adapters.replies import as_text, store_errors_named
from bot.adapters.turns import drop_look_ups
from bot.incident.log import Deleted, Entry, Reacted, Said
from bot.incident.messages import Incident, IncidentRef, ts_key

_PROSE = frozenset({"text", "fallback", "title", "value", "preview", "pretext", "name"})
"""What people read of Slack's message objects stands under these names."""


@dataclass(frozen=True, slots=True)
class LogKeeper:
    """Looks after logs; every method raises `StoreUnavailableError` when the store is away.

    Args:
        log: The logs.
        redis: Where they are; finds those of a channel's threads. Not closed by this class.
    """

    log: IncidentLog
    redis: Redis

    async def changed(self, incident: Incident) -> frozenset[str]:
        """Return the `ts` of what may be gone, or say something else, since an incident was read."""
        if not incident.cursor:
            return frozenset()
        news = await self.log.since(incident.ref, incident.cursor)
        read = frozenset(message.ts for message in incident.messages)
        if not news.is_open or news.is_broken:  # forgotten, left or spoilt: what happened is not known
            return read
        return frozenset(entry.ts for entry in news.entries if not isinstance(entry, Reacted)) & read

    async def words(self, ref: IncidentRef, ts: str, *, is_deleted: bool) -> str:
        """Return the words that `erase` would remove; empty when none are kept.

        A recheck begins with it: what happens to the message from here on needs another one.
        """
        await self.log.begin_recheck(ref, ts)
        with suppress(*UNREADABLE):
            return _gone(_versions(await self.log.cleaner.told(ref, ts), ts), is_deleted=is_deleted)
        return ""

    async def erase(self, ref: IncidentRef, ts: str, *, is_deleted: bool) -> str:
        """Keep no word of a message that is gone; return those words, empty when none were kept.

        A crash between the steps loses no more than what history still has. A digest that tells of it goes,
        and so do look-ups under way.
        """
        await drop_what_tells_of(self.redis, ref, ts)
        await drop_look_ups(self.redis, ref)
        try:
            told = await self.log.cleaner.told(ref, ts)
        except UNREADABLE:  # what cannot be read cannot be shown to be clean; history fills a new log
            await self.log.remove(ref)
            return ""
        versions = _versions(told, ts)
        if not is_deleted:
            await self.log.cleaner.prune(ref, ts)
        elif any(isinstance(entry, Deleted) for entry in told):
            await self.log.cleaner.scrub(ref, ts)
        else:
            await self.log.write(ref, [Deleted(ts=ts)])
        return _gone(versions, is_deleted=is_deleted)

    async def erase_all(self, ref: IncidentRef, ts: Collection[str]) -> int:
        """Keep no word of many messages; return of how many words were kept."""
        return sum([bool(await self.erase(ref, one, is_deleted=True)) for one in ts])

    async def is_sealed_otherwise(self, ref: IncidentRef) -> bool:
        """Say whether a log of this channel or of its threads cannot be opened with our secret."""
        return any([(await self.log.since(one, None)).is_broken for one in await self.logs_of(ref)])

    async def withdraw(self, request_id: str) -> None:
        """Let a request that waits end without a word."""
        await self.log.withdraw(request_id)

    async def remove(self, ref: IncidentRef, *, with_threads: bool = False) -> int:
        """Remove a log, and with it those of all threads in its channel; return how many there were."""
        refs = await self.logs_of(ref) if with_threads else [ref]
        return sum([bool(await self.log.remove(one)) for one in refs])

    async def thread_of(self, ref: IncidentRef, root_ts: str) -> set[str]:
        """Return the `ts` of all messages of a thread that a log knows."""
        kept = (await self.log.since(ref, None)).entries
        return {one.ts for one in kept if isinstance(one, Said) and root_ts in {one.thread_ts, one.ts}}

    async def newest(self, ref: IncidentRef) -> str:
        """Return the newest `ts` that a log knows; empty when it knows none."""
        kept = (await self.log.since(ref, None)).entries
        return max((one.ts for one in kept), key=ts_key, default="")

    async def logs_of(self, ref: IncidentRef) -> list[IncidentRef]:
        """Return the incidents of a channel that have a log, and the channel's own."""
        start = key("log", ref.team_id, ref.channel_id, "")
        with store_errors_named():
            names = [as_text(name) async for name in self.redis.scan_iter(match=f"{start}*", count=1_000)]
        threads = {name.removeprefix(start) for name in names} - {"channel"}
        return [
            replace(ref, thread_ts=None),
            *(replace(ref, thread_ts=thread_ts) for thread_ts in sorted(threads)),
        ]


def _versions(entries: Iterable[Entry], ts: str) -> list[Said]:
    """Return all versions of a message, oldest first."""
    own = (entry for entry in entries if isinstance(entry, Said) and entry.ts == ts)
    return sorted(own, key=lambda said: said.rank)


def _gone(versions: Sequence[Said], *, is_deleted: bool) -> str:
    """Return what a message said that it says no more."""
    if is_deleted:
        return _words(versions)
    return _words(said for said in versions[:-1] if said.body != versions[-1].body)


def _words(versions: Iterable[Said]) -> str:
    return "\n".join(text for said in versions for text in _texts(said.raw))


def _texts(part: object) -> Iterator[str]:
    """Yield every text in Slack's message object, wherever it stands."""
    if isinstance(part, dict):
        for name, value in part.items():
            if isinstance(value, str) and name in _PROSE:
                yield value
            else:
                yield from _texts(value)
    elif isinstance(part, list):
        for value in part:
            yield from _texts(value)
