"""The epoch: while it is the same, somebody has received all the time and Slack has sent everything."""

from redis.asyncio import Redis

from bot.adapters.keys import EPOCH_SECONDS, RECEIVING_SECONDS, key
from bot.adapters.replies import as_text, store_errors_named

BEAT = """
-- KEYS: that somebody receives, epoch. ARGV: how long that holds, ttl of the epoch. Returns the epoch.
if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('INCR', KEYS[2]) end
redis.call('SET', KEYS[1], '1', 'EX', ARGV[1])
redis.call('EXPIRE', KEYS[2], ARGV[2])
return redis.call('GET', KEYS[2])
"""


async def current(redis: Redis) -> str:
    """Return the epoch.

    Raises:
        StoreUnavailableError: The store is away.
    """
    with store_errors_named():
        return as_text(await redis.get(key("epoch")) or b"0")


async def begin(redis: Redis) -> None:
    """Begin a new epoch: deliveries were lost.

    Raises:
        StoreUnavailableError: The store is away.
    """
    with store_errors_named():
        async with redis.pipeline(transaction=True) as pipe:
            pipe.incr(key("epoch"))
            pipe.expire(key("epoch"), EPOCH_SECONDS)
            await pipe.execute()


async def beat(redis: Redis, *, receiving_seconds: int = RECEIVING_SECONDS) -> str:
    """Say that somebody receives; return the epoch, a new one when nobody had said so.

    Args:
        redis: Where.
        receiving_seconds: How long it holds; whole seconds.

    Raises:
        StoreUnavailableError: The store is away.
    """
    script = redis.register_script(BEAT)
    with store_errors_named():
        epoch = await script(keys=[key("receiving"), key("epoch")], args=[receiving_seconds, EPOCH_SECONDS])
    return as_text(epoch)
