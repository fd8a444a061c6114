"""The streams that are open now, so that one of a crashed worker does not stay a broken pill.

Every worker keeps its own entries fresh. An entry that nobody keeps fresh belongs to a worker that is gone:
whichever worker notices it first closes that stream. The message stays; the next run of its request takes it
over (`bot.adapters.slack_reply`). A stream that is closed under a living worker, because the store was away
for a while, does no harm either: its next append is refused and the reply goes on by edits.
"""

import asyncio
from dataclasses import dataclass, field

import structlog
from redis.asyncio import Redis
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.keys import STREAM_SECONDS, key
from bot.adapters.replies import as_text, store_errors_named
from bot.adapters.slack_failures import FAULTS
from bot.adapters.slack_stream import is_over, name_of
from bot.answers import Posted
from bot.errors import StoreUnavailableError

log = structlog.get_logger()

FRESH_SECONDS = 30.0
"""An entry older than this belongs to nobody; so long does a dead worker's request wait for another too."""
BEAT_SECONDS = 10.0


@dataclass(slots=True)
class OpenStreams:
    """An `OpenStreamBook` in Redis: a sorted set of messages by the store's own time.

    Args:
        redis: Where; not closed by this class.
        client: Closes what others left open.
        fresh_seconds: The age at which an entry belongs to nobody.
    """

    redis: Redis
    client: AsyncWebClient
    fresh_seconds: float = FRESH_SECONDS
    _mine: set[str] = field(default_factory=set)

    async def opened(self, posted: Posted, request_id: str) -> None:
        """Write down that a stream was opened; cosmetic, so a store that is away is only logged."""
        entry = _entry(posted, request_id)
        self._mine.add(entry)
        try:
            await self._keep(entry)
        except StoreUnavailableError as error:
            log.info("stream.not_noted", request=request_id, error=str(error))

    async def closed(self, posted: Posted, request_id: str) -> None:
        """Write down that it was closed; when the store is away, the entry is found closed later."""
        entry = _entry(posted, request_id)
        self._mine.discard(entry)
        try:
            await self._remove(entry)
        except StoreUnavailableError as error:
            log.info("stream.not_noted", request=request_id, error=str(error))

    async def watch(self, *, beat_seconds: float = BEAT_SECONDS) -> None:
        """Keep our entries fresh and close what nobody keeps, now and on a timer, until cancelled."""
        while True:
            try:
                await self.sweep()
            except StoreUnavailableError as error:
                log.warning("streams.not_swept", error=str(error))
            await asyncio.sleep(beat_seconds)

    async def sweep(self) -> int:
        """Keep our entries fresh and close what nobody keeps; return how many that were.

        Raises:
            StoreUnavailableError: The store does not answer.
        """
        await self._keep(*self._mine)
        return sum([await self._close(entry) for entry in await self._left()])

    async def _keep(self, *entries: str) -> None:
        if not entries:
            return
        now = await self._now()
        with store_errors_named():
            async with self.redis.pipeline(transaction=True) as pipe:
                pipe.zadd(key("streams"), dict.fromkeys(entries, now))
                pipe.expire(key("streams"), STREAM_SECONDS)
                await pipe.execute()

    async def _left(self) -> list[str]:
        oldest = await self._now() - self.fresh_seconds
        with store_errors_named():
            found = await self.redis.zrangebyscore(key("streams"), "-inf", f"({oldest}")
        entries = [as_text(entry) for entry in found if isinstance(entry, bytes | str)]
        return [entry for entry in entries if entry not in self._mine]

    async def _close(self, entry: str) -> bool:
        """Close a stream and strike it off; one that cannot be closed now is tried again next time."""
        channel_id, ts, request_id = entry.split("|", 2)
        try:
            await self.client.chat_stopStream(channel=channel_id, ts=ts)
        except FAULTS as error:
            if not is_over(error):
                log.info("stream.left_open", request=request_id, error=name_of(error))
                return False
        await self._remove(entry)
        log.warning("stream.closed_for_another", request=request_id, channel=channel_id, ts=ts)
        return True

    async def _remove(self, entry: str) -> None:
        with store_errors_named():
            await self.redis.zrem(key("streams"), entry)

    async def _now(self) -> float:
        """Return the store's time: the clocks of workers may differ."""
        with store_errors_named():
            seconds, micros = await self.redis.time()
        return float(seconds) + micros / 1_000_000


def _entry(posted: Posted, request_id: str) -> str:
    return f"{posted.channel_id}|{posted.ts}|{request_id}"
