"""Many callers, one round trip, and each gets its own answer."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from bot.adapters.batch import BatchedScript
from bot.adapters.queue import open_redis
from bot.adapters.replies import STORE_ERRORS

APPEND = """
if ARGV[1] == 'bad' then return redis.error_reply('bad argument') end
redis.call('RPUSH', KEYS[1], ARGV[1])
return ARGV[1]
"""


@pytest.fixture
async def append(redis_client: Redis) -> AsyncIterator[BatchedScript]:
    await redis_client.script_flush()
    script = BatchedScript(redis_client, APPEND)
    yield script
    await script.close()


async def test_calls_of_one_moment_are_done_in_their_order_and_each_gets_its_answer(
    append: BatchedScript, redis_client: Redis
) -> None:
    answers = await asyncio.gather(*(append(keys=["list"], args=[n]) for n in range(50)))

    assert answers == [b"%d" % n for n in range(50)]
    assert await redis_client.lrange("list", 0, -1) == answers


async def test_a_server_that_lost_its_scripts_is_given_them_again(
    append: BatchedScript, redis_client: Redis
) -> None:
    await append(keys=["list"], args=["a"])
    await redis_client.script_flush()

    assert await append(keys=["list"], args=["b"]) == b"b"

    assert await redis_client.lrange("list", 0, -1) == [b"a", b"b"]


async def test_an_error_of_one_call_is_its_own(append: BatchedScript) -> None:
    good, bad, other = await asyncio.gather(
        *(append(keys=["list"], args=[word]) for word in ("good", "bad", "other")), return_exceptions=True
    )

    assert (good, other) == (b"good", b"other")
    assert isinstance(bad, ResponseError)


async def test_a_caller_who_gives_up_does_not_disturb_the_others(append: BatchedScript) -> None:
    impatient = asyncio.create_task(append(keys=["list"], args=["a"]))
    patient = asyncio.create_task(append(keys=["list"], args=["b"]))
    await asyncio.sleep(0)
    impatient.cancel()

    assert await patient == b"b"
    with pytest.raises(asyncio.CancelledError):
        await impatient


async def test_every_caller_hears_that_the_store_is_away() -> None:
    async with open_redis("unix:///nowhere/copilot.sock") as redis:
        append = BatchedScript(redis, APPEND)
        calls = (append(keys=["list"], args=[n]) for n in range(3))
        errors = await asyncio.gather(*calls, return_exceptions=True)

    assert [isinstance(error, STORE_ERRORS) for error in errors] == [True] * 3
