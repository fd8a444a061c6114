"""With `SHADOW=on`, has followed channels looked at unasked: at once when one opens, later when it is quiet.

It reads only when something last happened in a log, so it sees what any receiver kept and what gaps brought
back. What it asks for goes into the queue like a person's question: durable, once, whoever asks.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from redis.asyncio import Redis

from bot.adapters.keys import MEMORY_SECONDS, key
from bot.adapters.log_looks import CHANNEL
from bot.adapters.replies import as_text, store_errors_named
from bot.errors import StoreUnavailableError
from bot.incident.messages import IncidentRef
from bot.ports import Queue
from bot.request import Request, RequestKind

log = structlog.get_logger()

POLL_SECONDS = 5.0
QUIET_SECONDS = 15
"""Whoever types one thing after the other is heard out."""
MOST_SECONDS = 60
"""Where nobody ever falls silent, a channel is looked at so often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """When something last happened in a channel.

    Attributes:
        element: The newest element of its log.
        seen: The one that was the newest at the last look; empty when there was none.
        looked_ms: When that was, by the store's clock; 0 when there was none.
    """

    ref: IncidentRef
    element: str
    seen: str = ""
    looked_ms: int = 0

    def is_due(self, now_ms: int) -> bool:
        """Say whether to look now."""
        if not self.element or self.element == self.seen:
            return False
        is_quiet = now_ms - self.at_ms >= QUIET_SECONDS * 1_000
        return is_quiet or now_ms - self.looked_ms >= MOST_SECONDS * 1_000

    @property
    def at_ms(self) -> int:
        """When it happened, by the store's clock."""
        return int(self.element.partition("-")[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowTimer:
    """Asks for looks.

    Args:
        redis: Where the logs are; not closed by this class.
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
                log.warning("shadow.postponed", error=str(error))
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
        return sum([await self._ask(one, now_ms) for one in pulses if one.is_due(now_ms)])

    async def _ask(self, pulse: Pulse, now_ms: int) -> bool:
        request = request_of(pulse)
        is_new = await self.queue.accept(request, keys=(request.id,))
        with store_errors_named():
            async with self.redis.pipeline(transaction=True) as pipe:
                pipe.hset(key("shadow-turns"), pulse.ref.key, f"{pulse.element} {now_ms}")
                pipe.expire(key("shadow-turns"), MEMORY_SECONDS)
                await pipe.execute()
        return is_new

    async def _pulses(self) -> list[Pulse]:
        found: list[Any] = await self.redis.zrange(key("log-trims"), 0, -1)
        logs = [as_text(name) for name in found]
        names = [name for name in logs if name.endswith(CHANNEL)]
        turns = {as_text(n): as_text(t) for n, t in (await self.redis.hgetall(key("shadow-turns"))).items()}
        newest = await newest_elements(self.redis, names)
        return [
            pulse_of(name, element, turns.get(name, " 0"))
            for name, element in zip(names, newest, strict=True)
        ]


async def newest_elements(redis: Redis, names: Sequence[str]) -> list[str]:
    """Return the newest element of each log; empty where nothing stands in it."""
    if not names:
        return []
    async with redis.pipeline(transaction=False) as pipe:
        for name in names:
            pipe.xrevrange(key("log", name), count=1)
        found: list[Any] = await pipe.execute()
    return [as_text(one[0][0]) if one and one[0][1].get(b"e") else "" for one in found]


def request_of(pulse: Pulse) -> Request:
    """Return what is asked for; the same for the same pulse, whoever asks."""
    ref = pulse.ref
    return Request(
        id=f"{RequestKind.SHADOW}:{ref.team_id}:{ref.channel_id}:{pulse.element}",
        kind=RequestKind.SHADOW,
        team_id=ref.team_id,
        channel_id=ref.channel_id,
        asker_id="",
        text="",
        received_at=datetime.now(UTC),
        pressed_ts=f"{pulse.at_ms // 1_000}.{pulse.at_ms % 1_000:03d}000",
    )


def pulse_of(name: str, element: str, turn: str) -> Pulse:
    """Return the pulse of a log by its name, its newest element and what is kept of the last look."""
    team_id, channel_id, place = name.split(":", 2)
    seen, _, looked_ms = turn.partition(" ")
    thread_ts = None if f":{place}" == CHANNEL else place
    ref = IncidentRef(team_id=team_id, channel_id=channel_id, thread_ts=thread_ts)
    return Pulse(ref=ref, element=element, seen=seen, looked_ms=int(looked_ms))
