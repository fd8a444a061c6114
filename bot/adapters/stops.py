"""Which answers were stopped, by whom, for all processes."""

from collections.abc import Sequence
from dataclasses import dataclass

from redis.asyncio import Redis

from bot.adapters.keys import STOP_SECONDS, key
from bot.adapters.replies import as_text, store_errors_named
from bot.stopping import Stop


@dataclass(frozen=True, slots=True)
class RedisStops:
    """A `StopBook` over Redis or Valkey; every method raises `StoreUnavailableError` when it is away.

    Args:
        redis: Where; not closed by this class.
    """

    redis: Redis

    async def save(self, places: Sequence[str], stop: Stop) -> None:
        """Write a stop down for each place, for a quarter of an hour."""
        with store_errors_named():
            async with self.redis.pipeline(transaction=True) as pipe:
                for place in places:
                    pipe.set(key("stop", place), f"{stop.by_id} {stop.at_ts}", ex=STOP_SECONDS)
                await pipe.execute()

    async def find(self, places: Sequence[str]) -> Stop | None:
        """Return the stop of the first of these places that has one."""
        with store_errors_named():
            found = await self.redis.mget([key("stop", place) for place in places])
        stored = next((as_text(value) for value in found if value), None)
        if stored is None:
            return None
        by_id, _, at_ts = stored.partition(" ")
        return Stop(by_id=by_id, at_ts=at_ts)
