"""The logs in the store: what is appended is there for every reader, sealed, and goes when it is old."""

import asyncio
import time

import pytest
from redis.asyncio import Redis

from bot.adapters.incident_log import IncidentLog
from bot.adapters.keys import PREFIX, TABLE, key
from bot.adapters.log_pieces import PIECE_CHARS
from bot.adapters.queue import open_redis
from bot.adapters.sealing import Sealer
from bot.adapters.store import RedisMemory
from bot.errors import StoreUnavailableError
from bot.incident.log import Deleted, Reacted, Said
from bot.incident.messages import IncidentRef

CHANNEL = IncidentRef(team_id="T1", channel_id="C1")
THREAD = IncidentRef(team_id="T1", channel_id="C1", thread_ts="10.000001")
ELSEWHERE = IncidentRef(team_id="T1", channel_id="C2")
SECRET = "a-secret-of-" + "many-letters"
TTL_SECONDS = 1000


def said(ts="10.000001", text="the bucket policy is gone", **facts):
    body = f'{{"text":"{text}","ts":"{ts}"}}'
    return Said(**{"ts": ts, "version": ts, "body": body, **facts})


def thumb(ts="10.000001", person="U1"):
    return Reacted(ts=ts, name="+1", person_id=person, version="11.000000")


def logs(redis, *, secret=SECRET):
    return IncidentLog(redis, Sealer(secret), ttl_seconds=TTL_SECONDS)


@pytest.fixture
def log(redis_client):
    return logs(redis_client)


async def aged(redis: Redis, ref: IncidentRef, *, seconds: float) -> None:
    """Make a log as if all of it had arrived so long ago."""
    name = key("log", ref.key)
    elements = await redis.xrange(name)
    await redis.delete(name)
    for number, (_, fields) in enumerate(elements):
        await redis.xadd(name, fields, id=f"{int((time.time() - seconds) * 1000)}-{number + 1}")


async def test_only_an_open_log_takes_what_happens(log):
    await log.open(CHANNEL)

    kept = await log.append([CHANNEL, THREAD], [said()])

    assert (kept.open, kept.logged) == ((CHANNEL,), True)
    assert (await log.since(CHANNEL, None)).entries == [said()]
    assert not (await log.since(THREAD, None)).is_open


async def test_one_happening_is_kept_in_the_channels_log_and_in_the_threads(log):
    await asyncio.gather(log.open(CHANNEL), log.open(THREAD))

    await log.append([CHANNEL, THREAD], [said()])

    assert [(await log.since(ref, None)).entries for ref in (CHANNEL, THREAD)] == [[said()], [said()]]


async def test_a_log_that_is_not_open_is_not_opened_by_what_happens(log, redis_client):
    assert not (await log.append([CHANNEL], [said()])).logged
    assert not (await log.append([], [said()])).logged
    assert await log.write(CHANNEL, [said()]) == ""

    assert await redis_client.keys("*") == []


async def test_opening_again_changes_nothing(log):
    await log.open(CHANNEL)
    await log.append([CHANNEL], [said()])

    await log.open(CHANNEL)

    assert (await log.since(CHANNEL, None)).entries == [said()]


async def test_a_reader_goes_on_where_it_was(log):
    await log.open(CHANNEL)
    before = await log.since(CHANNEL, None)
    await log.append([CHANNEL], [said()])

    first = await log.since(CHANNEL, before.cursor)
    second = await log.since(CHANNEL, first.cursor)

    assert (before.entries, first.entries, second.entries) == ([], [said()], [])
    assert (second.cursor, second.is_open) == (first.cursor, True)


async def test_what_history_says_is_read_back_whole_whatever_its_length(log):
    entries = [said(f"{n}.000001", "x" * 100, is_seen=True) for n in range(1, 6_001)]
    entries += [said("9000.000001", "y" * PIECE_CHARS), said("9001.000001"), thumb("9002.000001")]
    entries.append(Deleted(ts="9003.000001"))
    await log.open(CHANNEL)

    cursor = await log.write(CHANNEL, entries)

    found = await log.since(CHANNEL, None)
    assert (found.entries, found.cursor) == (entries, cursor)


async def test_many_who_append_at_once_are_all_kept(log):
    await log.open(CHANNEL)
    entries = [said(f"{n}.000001") for n in range(1, 101)]

    await asyncio.gather(*(log.append([CHANNEL], [entry]) for entry in entries))

    assert (await log.since(CHANNEL, None)).entries == entries


async def test_no_word_of_people_can_be_read_in_the_store(log, redis_client):
    await log.open(CHANNEL)
    await log.append([CHANNEL], [said()])
    await log.write(CHANNEL, [said(text="the bucket policy is gone " * 100)])

    assert b"bucket" not in await redis_client.dump(key("log", CHANNEL.key))


async def test_a_log_that_cannot_be_opened_any_more_says_that_it_is_broken(log, redis_client):
    await log.open(CHANNEL)
    await log.append([CHANNEL], [said()])
    after = logs(redis_client, secret="another-" + SECRET)

    await after.append([CHANNEL], [said("12.000000")])
    found = await after.since(CHANNEL, None)

    assert (found.is_broken, found.entries) == (True, [said("12.000000")])


async def test_a_piece_moved_into_another_channels_log_is_not_believed(log, redis_client):
    await asyncio.gather(log.open(CHANNEL), log.open(ELSEWHERE))
    await log.append([CHANNEL], [said()])
    (_, _), (_, fields) = await redis_client.xrange(key("log", CHANNEL.key))

    await redis_client.xadd(key("log", ELSEWHERE.key), fields)

    found = await log.since(ELSEWHERE, None)
    assert (found.is_broken, found.entries) == (True, [])


async def test_rewriting_replaces_what_was_read_and_keeps_what_came_meanwhile(log, redis_client):
    await log.open(CHANNEL)
    await log.append([CHANNEL], [said(), thumb()])
    await redis_client.xadd(key("log", CHANNEL.key), {"e": b"broken"})
    read = await log.since(CHANNEL, None)
    await log.append([CHANNEL], [said("12.000000")])

    await log.write(CHANNEL, [said(is_seen=True)], instead_of=read.cursor)

    found = await log.since(CHANNEL, None)
    assert (found.is_broken, found.entries) == (False, [said("12.000000"), said(is_seen=True)])


async def test_a_log_may_be_rewritten_to_nothing_and_stays_open(log):
    await log.open(CHANNEL)
    read = await log.since(CHANNEL, None)

    cursor = await log.write(CHANNEL, [], instead_of=read.cursor)

    assert cursor == read.cursor
    assert (await log.append([CHANNEL], [said()])).logged


async def test_a_scrubbed_message_leaves_no_word_and_stays_deleted(log):
    other = said("12.000000", "another")
    await log.open(CHANNEL)
    await log.append([CHANNEL], [said(), thumb(), other])
    await log.append([CHANNEL], [Deleted(ts="10.000001")])

    assert await log.cleaner.scrub(CHANNEL, "10.000001") == 2

    assert (await log.since(CHANNEL, None)).entries == [other, Deleted(ts="10.000001")]
    assert await log.cleaner.scrub(CHANNEL, "10.000001") == 0


async def test_scrubbing_leaves_every_cursor_good(log, redis_client):
    await log.open(CHANNEL)
    await log.append([CHANNEL], [said()])
    read = await log.since(CHANNEL, None)
    await log.append([CHANNEL], [said("12.000000")])

    await log.cleaner.scrub(CHANNEL, "10.000001")

    assert (await log.since(CHANNEL, read.cursor)).entries == [said("12.000000")]
    assert 0 < await redis_client.ttl(key("log", CHANNEL.key)) <= TTL_SECONDS


async def test_pruning_leaves_the_last_version_and_the_reactions(log):
    old, new = said(text="the old words"), said(text="the new words", version="13.000000")
    await log.open(CHANNEL)
    await log.append([CHANNEL], [old, thumb(), said("12.000000")])
    await log.append([CHANNEL], [new])

    assert await log.cleaner.prune(CHANNEL, "10.000001") == 1
    assert await log.cleaner.prune(CHANNEL, "10.000001") == 0

    assert (await log.since(CHANNEL, None)).entries == [thumb(), said("12.000000"), new]


async def test_messages_of_one_piece_that_are_scrubbed_at_once_are_all_gone(log):
    entries = [said(f"{n}.000001") for n in range(10, 40)]
    await log.open(CHANNEL)
    await log.write(CHANNEL, entries)

    await asyncio.gather(*(log.cleaner.scrub(CHANNEL, entry.ts) for entry in entries[:9]))

    assert (await log.since(CHANNEL, None)).entries == entries[9:]


async def test_scrubbing_passes_over_what_cannot_be_opened(log, redis_client):
    await log.open(CHANNEL)
    await redis_client.xadd(key("log", CHANNEL.key), {"e": b"broken"})
    await log.append([CHANNEL], [said()])

    assert await log.cleaner.scrub(CHANNEL, "10.000001") == 1

    assert (await log.since(CHANNEL, None)).is_broken


async def test_a_message_is_kept_no_longer_than_was_promised(log, redis_client):
    await log.open(CHANNEL)
    await log.append([CHANNEL], [said()])
    await aged(redis_client, CHANNEL, seconds=TTL_SECONDS + 1)

    await log.append([CHANNEL], [said("12.000000")])

    assert (await log.since(CHANNEL, None)).entries == [said("12.000000")]
    assert 0 < await redis_client.ttl(key("log", CHANNEL.key)) <= TTL_SECONDS


async def test_a_log_to_which_nothing_comes_keeps_nothing_longer_for_that(log, redis_client):
    await asyncio.gather(log.open(CHANNEL), log.open(ELSEWHERE))
    await log.append([CHANNEL], [said()])
    await aged(redis_client, CHANNEL, seconds=TTL_SECONDS + 1)
    await redis_client.delete(key("log", ELSEWHERE.key))

    assert await log.trim() == 0
    assert await log.trim(every_seconds=0) == 2

    found = await log.since(CHANNEL, None)
    assert (found.entries, found.is_open) == ([], True)
    assert await redis_client.zrange(key("log-trims"), 0, -1) == [CHANNEL.key.encode()]


async def test_a_log_stays_whole_when_what_is_too_old_leaves_it(log, redis_client):
    await log.open(CHANNEL)
    assert await log.completeness(CHANNEL) is None
    await log.append([CHANNEL], [said()])
    await log.set_complete(CHANNEL, "7")
    await aged(redis_client, CHANNEL, seconds=TTL_SECONDS + 1)

    await log.trim(every_seconds=0)

    assert (await log.since(CHANNEL, None)).is_cut
    assert await log.completeness(CHANNEL) == "7"
    assert 0 < await redis_client.ttl(key("log-complete", CHANNEL.key)) <= TTL_SECONDS


async def test_a_log_that_is_closed_is_never_whole(log):
    await log.set_complete(CHANNEL, "1")

    assert await log.completeness(CHANNEL) is None


async def test_lost_deliveries_begin_an_epoch(log):
    await log.missed()

    assert await log.epoch() == "1"


async def test_a_log_grown_too_long_loses_its_oldest_pieces_and_is_whole_no_more(redis_client):
    log = IncidentLog(redis_client, Sealer(SECRET), ttl_seconds=TTL_SECONDS, max_pieces=10)
    await log.open(CHANNEL)
    await log.set_complete(CHANNEL, "1")

    for n in range(1, 12):
        await log.append([CHANNEL], [said(f"{n}.000000")])
        assert (await log.completeness(CHANNEL) is None) == (n >= 10)

    assert [entry.ts for entry in (await log.since(CHANNEL, None)).entries] == [
        f"{n}.000000" for n in range(2, 12)
    ]
    assert len(await redis_client.zrange(key("log-where", CHANNEL.key), 0, -1)) == 10


async def test_a_request_whose_message_was_deleted_is_withdrawn_logged_or_not(log, redis_client):
    await log.append([CHANNEL], [Deleted(ts="10.000001")], withdraws="msg:T1:C1:10.000001")

    assert await RedisMemory(redis_client).is_withdrawn("msg:T1:C1:10.000001")


async def test_logs_with_news_go_to_one_worker_at_a_time(log):
    await asyncio.gather(log.open(CHANNEL), log.open(THREAD), log.open(ELSEWHERE))
    await log.append([CHANNEL, THREAD], [said()])

    first, second = await log.claim(limit=1), await log.claim(limit=9)

    assert {active.ref for active in first + second} == {CHANNEL, THREAD}
    assert len(first) == 1
    assert await log.claim(limit=9) == []


async def test_a_settled_log_is_claimed_again_only_after_news(log, redis_client):
    await log.open(CHANNEL)
    await log.append([CHANNEL], [said()])
    (active,) = await log.claim(limit=9)
    await log.settled(active)
    await redis_client.delete(key("log-claim", CHANNEL.key))

    assert await log.claim(limit=9) == []

    await log.append([CHANNEL], [said("12.000000")])
    assert [again.ref for again in await log.claim(limit=9)] == [CHANNEL]


async def test_news_that_come_while_a_log_is_compared_are_not_settled(log, redis_client):
    await log.open(CHANNEL)
    await log.append([CHANNEL], [said()])
    (active,) = await log.claim(limit=9)
    await redis_client.zadd(key("log-active"), {CHANNEL.key: active.at_ms + 1})

    await log.settled(active)

    assert await redis_client.zcard(key("log-active")) == 1


async def test_removing_leaves_nothing(log, redis_client):
    await log.open(CHANNEL)
    await log.append([CHANNEL], [said()])
    await log.set_complete(CHANNEL, "1")
    await log.claim(limit=9)

    assert await log.remove(CHANNEL) == 4

    assert await redis_client.keys("*") == []


async def test_every_key_is_in_the_table_and_lives_no_longer_than_it_says(log, redis_client):
    await log.open(CHANNEL)
    await log.append([CHANNEL], [Deleted(ts="1.000000")], withdraws="msg:T1:C1:1.000000")
    await log.set_complete(CHANNEL, "1")
    await log.write(CHANNEL, [said("5000.000000"), said("9.000000")], as_of="5001.000000")
    await log.begin_recheck(CHANNEL, "1.000000")
    await log.missed()
    await log.claim(limit=9)

    names = [name.decode() for name in await redis_client.keys("*")]

    assert len(names) == 12
    for name in names:
        (family,) = [family for family in TABLE if family.matches(name)]
        assert 0 < await redis_client.ttl(name) <= (family.ttl_seconds or 0)
        assert name.startswith(PREFIX)


async def test_a_store_that_is_away_is_said_to_be():
    async with open_redis("redis://127.0.0.1:1") as redis:
        log = logs(redis)

        for asked in (log.append([CHANNEL], [said()]), log.open(CHANNEL), log.since(CHANNEL, None)):
            with pytest.raises(StoreUnavailableError):
                await asked

        await log.aclose()
