"""Asks for a look at each board whose incident went on: when it is quiet, and not too often.

It reads only which log has a board and when something last happened in it, so it sees what any receiver kept
and what gaps brought back. What it asks for goes into the queue: durable, once, whichever worker asks.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from redis.asyncio import Redis

from bot.adapters.keys import MEMORY_SECONDS, key
from bot.adapters.replies import as_text, store_errors_named
from bot.adapters.shadow_timer import Pulse, newest_elements, pulse_of
from bot.errors import StoreUnavailableError
from bot.ports import Queue
from bot.request import Request, RequestKind

log = structlog.get_logger()

POLL_SECONDS = 5.0
QUIET_MS = 10_000
"""Whoever types one thing after the other is heard out."""
MOST_MS = 30_000
"""Where nobody ever falls silent, a board is looked at so often."""
LEAST_MS = 20_000
"""Never more often: a message is not edited more often either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewTimer:
    """Asks for looks at boards.

    Args:
        redis: Where boards and logs are; not closed by this class.
        queue: Takes what is asked for.
        poll_seconds: How often it is looked for what is due.
    """

    redis: Redis
    queue: Queue
    poll_seconds: float = POLL_SECONDS

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            try:
                await self.look()
            except StoreUnavailableError as error:
                log.warning("review.postponed", error=str(error))
            await asyncio.sleep(self.poll_seconds)

    async def look(self) -> int:
        """Ask for what is due; return how many looks nobody else had asked for.

        Raises:
            StoreUnavailableError: The store is away.
        """
        with store_errors_named():
            seconds, micros = await self.redis.time()
            pulses = await self._pulses()
        now_ms = int(seconds) * 1_000 + int(micros) // 1_000
        return sum([await self._ask(one, now_ms) for one in pulses if is_due(one, now_ms)])

    async def _ask(self, pulse: Pulse, now_ms: int) -> bool:
        is_new = await self.queue.accept(
            request_of(pulse, now_ms), keys=(f"{RequestKind.REVIEW}:{pulse.ref.key}:{now_ms // LEAST_MS}",)
        )
        with store_errors_named():
            async with self.redis.pipeline(transaction=True) as pipe:
                pipe.hset(key("review-turns"), pulse.ref.key, f"{pulse.element} {now_ms}")
                pipe.expire(key("review-turns"), MEMORY_SECONDS)
                await pipe.execute()
        return is_new

    async def _pulses(self) -> list[Pulse]:
        found: list[Any] = await self.redis.zrange(key("log-trims"), 0, -1)
        names = await self._with_board([as_text(name) for name in found])
        turns = {as_text(n): as_text(t) for n, t in (await self.redis.hgetall(key("review-turns"))).items()}
        newest = await newest_elements(self.redis, names)
        return [
            pulse_of(name, element, turns.get(name, " 0"))
            for name, element in zip(names, newest, strict=True)
        ]

    async def _with_board(self, names: Sequence[str]) -> list[str]:
        if not names:
            return []
        async with self.redis.pipeline(transaction=False) as pipe:
            for name in names:
                pipe.exists(key("board", name))
            there: Iterable[int] = await pipe.execute()
        return [name for name, is_there in zip(names, there, strict=True) if is_there]


def is_due(pulse: Pulse, now_ms: int) -> bool:
    """Say whether to look now: something new was said, and it is quiet or the last look is long ago."""
    if not pulse.element or pulse.element == pulse.seen or now_ms - pulse.looked_ms < LEAST_MS:
        return False
    return now_ms - pulse.at_ms >= QUIET_MS or now_ms - pulse.looked_ms >= MOST_MS


def request_of(pulse: Pulse, now_ms: int) -> Request:
    """Return what is asked for."""
    ref = pulse.ref
    return Request(
        id=f"{RequestKind.REVIEW}:{ref.key}:{now_ms}",
        kind=RequestKind.REVIEW,
        team_id=ref.team_id,
        channel_id=ref.channel_id,
        thread_ts=ref.thread_ts,
        asker_id="",
        text="",
        received_at=datetime.now(UTC),
    )
