"""Whether anybody received all the while: when nobody did, every log may have holes.

A receiver holds one key that outlives it by a minute. Whoever finds it missing begins a new epoch, and a log
that was whole in another epoch is compared with Slack's history before it is trusted again.
"""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self

import structlog
from redis.asyncio import Redis

from bot.adapters import epochs
from bot.adapters.keys import RECEIVING_SECONDS
from bot.errors import StoreUnavailableError
from bot.tasks import ended

log = structlog.get_logger()

BEAT_SECONDS = 10.0
LOOK_SECONDS = 0.2
"""How soon it is noticed that Slack can reach this process again."""


class Presence:
    """Says that this process receives, for the time of a block.

    Args:
        redis: Where; not closed by this class.
        beat_seconds: How often it is said.
        receiving_seconds: How long it holds; whole seconds.
        is_receiving: Whether Slack could reach this process just now; over HTTP nobody can tell.
    """

    def __init__(
        self,
        redis: Redis,
        *,
        beat_seconds: float = BEAT_SECONDS,
        receiving_seconds: int = RECEIVING_SECONDS,
        is_receiving: Callable[[], bool] = lambda: True,
    ) -> None:
        self._beat_seconds = beat_seconds
        self._look_seconds = min(LOOK_SECONDS, beat_seconds)
        self._receiving_seconds = receiving_seconds
        self._is_receiving = is_receiving
        self._redis = redis
        self._beating: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self._try_to_beat()
        self._beating = asyncio.create_task(self._beat_forever())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._beating is not None:
            await ended(self._beating)

    async def beat(self) -> str:
        """Say once that this process receives; return the epoch, a new one when nobody had said so.

        Raises:
            StoreUnavailableError: The store is away.
        """
        return await epochs.beat(self._redis, receiving_seconds=self._receiving_seconds)

    async def _beat_forever(self) -> None:
        while True:
            await asyncio.sleep(self._beat_seconds if self._is_receiving() else self._look_seconds)
            await self._try_to_beat()

    async def _try_to_beat(self) -> None:
        if not self._is_receiving():
            return
        try:
            await self.beat()
        except StoreUnavailableError as error:
            log.warning("presence.unsaid", error=str(error))
