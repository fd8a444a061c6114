"""All that the store keeps, opened: what people took back must not be in it."""

from collections.abc import AsyncIterator, Collection

from redis.asyncio import Redis

from bot.adapters.incident_log import IncidentLog
from bot.adapters.keys import key
from bot.adapters.log_keeper import LogKeeper
from bot.adapters.sealing import Sealer
from bot.incident.log import Deleted, Entry, Said
from bot.incident.messages import IncidentRef
from bot.settings import Settings


def secret_of(settings: Settings) -> str:
    """What seals the logs of a product."""
    return settings.slack_bot_token.get_secret_value()


async def entries(redis: Redis, secret: str) -> list[Entry]:
    """What every log in the store tells."""
    log = IncidentLog(redis, Sealer(secret), ttl_seconds=3600)
    found = [await log.since(ref, None) async for ref in _logs(redis)]
    await log.aclose()
    assert not any(one.is_broken for one in found)
    return [entry for one in found for entry in one.entries]


async def words_of(redis: Redis, secret: str, deleted: Collection[str]) -> list[Said]:
    """What the logs still say of messages that are gone."""
    told = await entries(redis, secret)
    return [entry for entry in told if isinstance(entry, Said) and entry.ts in deleted]


async def text(redis: Redis, secret: str) -> str:
    """All keys of the store and what stands in them, the logs opened."""
    readers = {
        b"string": redis.get,
        b"hash": redis.hgetall,
        b"set": redis.smembers,
        b"list": lambda name: redis.lrange(name, 0, -1),
        b"zset": lambda name: redis.zrange(name, 0, -1, withscores=True),
        b"stream": redis.xrange,
        b"none": redis.exists,  # gone in the meantime
    }
    kept = [(name, await readers[await redis.type(name)](name)) async for name in redis.scan_iter()]
    return f"{kept} {await entries(redis, secret)}"


async def erase(redis: Redis, secret: str) -> None:
    """Do with each deletion in the logs what the request does that it has put into the queue."""
    log = IncidentLog(redis, Sealer(secret), ttl_seconds=3600)
    async for ref in _logs(redis):
        told = (await log.since(ref, None)).entries
        await LogKeeper(log, redis).erase_all(ref, {one.ts for one in told if isinstance(one, Deleted)})
    await log.aclose()


async def _logs(redis: Redis) -> AsyncIterator[IncidentRef]:
    async for name in redis.scan_iter(match=key("log", "*")):
        team, channel, thread = name.decode().removeprefix(key("log", "")).split(":")
        yield IncidentRef(team_id=team, channel_id=channel, thread_ts=None if thread == "channel" else thread)
