"""Somebody receives, or a new epoch begins."""

import asyncio

import pytest
from redis.asyncio import Redis

from bot.adapters.incident_log import IncidentLog
from bot.adapters.keys import key
from bot.adapters.presence import Presence
from bot.adapters.queue import open_redis
from bot.adapters.sealing import Sealer
from bot.errors import StoreUnavailableError

NOWHERE = "redis://127.0.0.1:1"


async def epoch(redis: Redis) -> str:
    return await IncidentLog(redis, Sealer("a-secret-" + "of-tests"), ttl_seconds=60).epoch()


async def test_the_first_receiver_begins_an_epoch(redis_client):
    assert await epoch(redis_client) == "0"

    async with Presence(redis_client):
        assert await epoch(redis_client) == "1"


async def test_a_second_receiver_and_a_restart_within_the_minute_go_on_with_it(redis_client):
    async with Presence(redis_client), Presence(redis_client):
        pass

    async with Presence(redis_client):
        assert await epoch(redis_client) == "1"


async def test_whoever_comes_after_a_gap_begins_a_new_one(redis_client):
    async with Presence(redis_client):
        pass
    await redis_client.delete(key("receiving"))

    async with Presence(redis_client):
        assert await epoch(redis_client) == "2"


async def test_it_is_said_again_while_it_lasts(redis_client):
    async with Presence(redis_client, beat_seconds=0.01):
        await redis_client.delete(key("receiving"))
        async with asyncio.timeout(5):
            while await epoch(redis_client) == "1":  # noqa: ASYNC110  # nobody tells of a beat
                await asyncio.sleep(0.01)


async def test_a_receiver_that_is_cut_off_from_slack_does_not_say_so(redis_client):
    async with Presence(redis_client, is_receiving=lambda: False):
        assert await redis_client.exists(key("receiving")) == 0
        assert await epoch(redis_client) == "0"


async def test_the_key_outlives_its_receiver_by_a_minute_at_most(redis_client):
    async with Presence(redis_client):
        assert 0 < await redis_client.ttl(key("receiving")) <= 60


async def test_a_store_that_is_away_ends_no_receiver():
    async with open_redis(NOWHERE) as redis, Presence(redis, beat_seconds=0.01) as presence:
        await asyncio.sleep(0.05)
        with pytest.raises(StoreUnavailableError):
            await presence.beat()
