"""A cancellation comes back out of every call of the store, at whatever moment it comes."""

import asyncio

import pytest
from redis.exceptions import ConnectionError as StoreConnectionError
from redis.exceptions import TimeoutError as StoreTimeoutError

from bot.adapters.queue import open_redis
from tests.faults.proxy import proxied

MOMENTS = 40
"""A call passes through some fifteen turns of the loop."""


async def later(turns):
    for _ in range(turns):
        await asyncio.sleep(0)


async def pipelined(redis):
    async with redis.pipeline(transaction=True) as pipe:
        pipe.set("a", 1).get("a")
        await pipe.execute()


CALLS = {"get": lambda redis: redis.get("a"), "pipeline": pipelined}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("is_warm", [True, False])
async def test_a_call_that_is_cancelled_ends_as_cancelled(valkey_url, call, is_warm):
    lost = []
    for turns in range(MOMENTS):
        async with open_redis(valkey_url) as redis:
            if is_warm:
                await redis.ping()
            task = asyncio.create_task(call(redis))
            await later(turns)
            was_running = task.cancel()
            await asyncio.wait({task})
            if was_running and not task.cancelled():
                lost.append(turns)

    assert lost == []


async def expire(limit, turns):
    await later(turns)
    limit.reschedule(0.0)


async def ask_often(redis, limit):
    async with limit:
        for _ in range(100):
            await redis.get("a")


@pytest.mark.parametrize("turns", range(1, 12))
async def test_a_deadline_ends_a_run_of_calls_at_whatever_moment_it_comes(valkey_url, turns):
    async with open_redis(valkey_url) as redis, asyncio.TaskGroup() as group:
        await redis.ping()
        limit = asyncio.timeout(60)
        group.create_task(expire(limit, turns))
        with pytest.raises(TimeoutError):
            await ask_often(redis, limit)


async def test_a_store_that_takes_nothing_any_more_is_given_up(valkey_url):
    async with proxied(valkey_url) as proxy, open_redis(f"redis://127.0.0.1:{proxy.port}") as redis:
        redis.connection_pool.connection_kwargs["socket_timeout"] = 0.05
        await redis.ping()
        proxy.swallows = True
        with pytest.raises(StoreTimeoutError):
            await redis.set("large", b"x" * 50_000_000)


async def test_nobody_there_is_said_as_before():
    async with open_redis("unix:///nowhere/copilot.sock") as redis:
        with pytest.raises(StoreConnectionError):
            await redis.get("a")


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1", "rediss://127.0.0.1:1", "unix:///nowhere/a.sock"])
async def test_every_kind_of_address_has_such_connections(url):
    async with open_redis(url) as redis:
        kind = redis.connection_pool.connection_class

    assert kind.__module__ == "bot.adapters.steady"
