"""A stream that a crashed worker left open is closed by another one, and only such a stream."""

import asyncio

import pytest
from redis.asyncio import Redis

from bot.adapters.keys import TABLE, key
from bot.adapters.open_streams import OpenStreams
from bot.adapters.queue import open_redis
from bot.answers import Posted
from sandbox.faults import Fault
from tests.adapters.conftest import CHANNEL, said
from tests.waiting import eventually

FACTS, FINAL = "Facts first", "Likely, not proven"


@pytest.fixture
async def root(place):
    return place.thread(1)


@pytest.fixture
def streams(place, redis_client: Redis):
    """The book of the worker that writes, and how another worker's is made."""
    place.slack.streams = OpenStreams(redis_client, place.slack.client)
    return place.slack.streams


def another(place, redis, *, fresh_seconds=0.0):
    return OpenStreams(redis, place.slack.client, fresh_seconds=fresh_seconds)


async def written(redis):
    return [entry.decode() for entry in await redis.zrange(key("streams"), 0, -1)]


def is_streaming(place):
    [message] = place.own()
    return place.sandbox.workspace.open_stream(CHANNEL, message["ts"]) is not None


async def begin(place, root):
    request = place.ask(thread_ts=root)
    reply = place.reply(request, root)
    await reply.show(said(request, FACTS), text=FACTS)
    return request, reply


async def test_a_stream_is_in_the_book_while_it_is_open(place, root, streams, redis_client):
    request, reply = await begin(place, root)
    while_open = await written(redis_client)
    lives = await redis_client.ttl(key("streams"))
    await reply.finish(said(request, FINAL), text=FINAL)

    assert while_open == [f"{CHANNEL}|{reply.posted.ts}|{request.id}"]
    assert await written(redis_client) == []
    assert any(keys.matches(key("streams")) and 0 < lives <= keys.ttl_seconds for keys in TABLE)


async def test_what_a_crashed_worker_left_open_is_closed_and_then_taken_over(
    place, root, streams, redis_client
):
    request, _ = await begin(place, root)
    was_streaming = is_streaming(place)

    closed = await another(place, redis_client).sweep()
    now_streaming = is_streaming(place)
    await place.again().reply(request, root).finish(said(request, FINAL), text=FINAL)

    assert was_streaming
    assert not now_streaming
    assert closed == 1
    assert await written(redis_client) == []
    assert place.texts() == [FINAL]


async def test_a_living_workers_stream_is_left_alone(place, root, streams, redis_client):
    await begin(place, root)
    streams.fresh_seconds = 0.0

    by_itself = await streams.sweep()
    by_another = await another(place, redis_client, fresh_seconds=30.0).sweep()

    assert (by_itself, by_another) == (0, 0)
    assert is_streaming(place)


async def test_an_answer_whose_stream_was_closed_under_it_goes_on(place, root, streams, redis_client):
    request, reply = await begin(place, root)
    await another(place, redis_client).sweep()

    await reply.show(said(request, "H1", start=1), text="H1")
    growing = place.texts()
    await reply.finish(said(request, FINAL), text=FINAL)

    assert growing == [f"{FACTS} H1"]
    assert place.texts() == [FINAL]


async def test_what_cannot_be_closed_now_is_closed_the_next_time(place, root, streams, redis_client):
    await begin(place, root)
    place.faults.order("chat.stopStream", Fault(status=500))
    sweeper = another(place, redis_client)

    assert await sweeper.sweep() == 0
    assert len(await written(redis_client)) == 1
    assert await sweeper.sweep() == 1
    assert not is_streaming(place)


async def test_what_is_over_already_is_struck_off(place, root, streams, redis_client):
    _, reply = await begin(place, root)
    place.delete(reply.posted.ts)

    await another(place, redis_client).sweep()

    assert await written(redis_client) == []


async def test_a_worker_closes_what_was_left_open_when_it_starts(place, root, streams, redis_client):
    await begin(place, root)

    watching = asyncio.create_task(another(place, redis_client).watch())
    await eventually(lambda: not is_streaming(place))
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)

    assert place.texts() == [FACTS]


async def test_while_the_store_is_away_answers_are_written_all_the_same(place):
    gone = open_redis("redis://127.0.0.1:1")
    streams = OpenStreams(gone, place.slack.client)
    posted = Posted(channel_id=CHANNEL, ts="1700000000.000100")

    await streams.opened(posted, "msg:1")
    watching = asyncio.create_task(streams.watch(beat_seconds=0.01))
    await asyncio.sleep(0.05)
    survives = not watching.done()
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    await streams.closed(posted, "msg:1")
    await gone.aclose()

    assert survives
