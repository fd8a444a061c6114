"""A stop is known to all processes, for a while."""

from bot.adapters.keys import TABLE, key
from bot.adapters.stops import RedisStops
from bot.stopping import Stop

STOP = Stop(by_id="U0BEN", at_ts="1742595970.000300")


async def test_a_stop_is_found_at_each_of_its_places_and_nowhere_else(redis_client):
    await RedisStops(redis_client).save(["C1:1.1", "C1:2.2"], STOP)
    others = RedisStops(redis_client)

    assert await others.find(["C1:9.9", "C1:2.2"]) == STOP
    assert await others.find(["C1:9.9"]) is None


async def test_a_stop_is_forgotten_by_itself(redis_client):
    await RedisStops(redis_client).save(["C1:1.1"], STOP)

    lives = await redis_client.ttl(key("stop", "C1:1.1"))

    assert any(keys.matches(key("stop", "C1:1.1")) and 0 < lives <= keys.ttl_seconds for keys in TABLE)
