"""What shadow mode keeps of each incident: glances, in ids and times alone, oldest first."""

from pydantic import TypeAdapter
from redis.asyncio import Redis

from bot.adapters.keys import DAY_SECONDS, MEMORY_SECONDS, key
from bot.adapters.replies import as_text, store_errors_named
from bot.incident.messages import IncidentRef
from bot.money import Money
from bot.ports import Memory
from bot.settings import Settings
from bot.shadowing import Glance, Shadowing

MOST = 5_000
"""Of an incident; at one a minute those are three days and a half."""
_GLANCE = TypeAdapter(Glance)
_CHANNEL = "channel"


class ShadowCourse:
    """The `Course` port; every method raises `StoreUnavailableError` when the store is away.

    Args:
        redis: Where; not closed by this class.
        ttl_seconds: How long it is kept after the last glance.
    """

    def __init__(self, redis: Redis, *, ttl_seconds: int = MEMORY_SECONDS) -> None:
        self._redis = redis
        self._ttl_seconds = ttl_seconds

    async def keep(self, ref: IncidentRef, glance: Glance) -> None:
        """Keep one more; of too many the oldest go."""
        name = key("shadow", ref.key)
        with store_errors_named():
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.rpush(name, _GLANCE.dump_json(glance))
                pipe.ltrim(name, -MOST, -1)
                pipe.expire(name, self._ttl_seconds)
                await pipe.execute()

    async def glances(self, ref: IncidentRef) -> list[Glance]:
        """Return those of an incident."""
        with store_errors_named():
            stored = await self._redis.lrange(key("shadow", ref.key), 0, -1)
        return [_GLANCE.validate_json(one) for one in stored]

    async def incidents(self) -> list[IncidentRef]:
        """Return the incidents that were looked at, by channel."""
        start = key("shadow", "")
        with store_errors_named():
            names = [as_text(name) async for name in self._redis.scan_iter(match=f"{start}*", count=1_000)]
        return [_ref(name.removeprefix(start)) for name in sorted(names)]


def _ref(name: str) -> IncidentRef:
    team_id, channel_id, thread = name.split(":")
    return IncidentRef(
        team_id=team_id, channel_id=channel_id, thread_ts=None if thread == _CHANNEL else thread
    )


def as_paid(settings: Settings) -> Settings:
    """Return the settings without a model where shadow mode is not to pay for one."""
    if settings.shadow == "off" or settings.shadow_analyst == "claude":
        return settings
    return settings.model_copy(update={"anthropic_api_key": type(settings.anthropic_api_key)("")})


def following(settings: Settings, redis: Redis, memory: Memory, money: Money) -> Shadowing | None:
    """Return what follows answers that nobody sees; None where people do."""
    if settings.shadow == "off":
        return None
    course = ShadowCourse(redis, ttl_seconds=settings.retention_days * DAY_SECONDS)
    return Shadowing(course=course, memory=memory, money=money)
