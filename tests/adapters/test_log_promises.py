"""What people took back, and what is too old, is not in the store, whoever brings it and however late."""

import pytest
from redis.asyncio import Redis

from bot.adapters.incident_log import IncidentLog
from bot.adapters.keys import key
from bot.adapters.log_keeper import LogKeeper
from bot.adapters.sealing import Sealer
from bot.incident.log import Deleted, Reacted, Said, body_of
from bot.incident.messages import IncidentRef

REF = IncidentRef(team_id="T1", channel_id="C1")
THREAD = IncidentRef(team_id="T1", channel_id="C1", thread_ts="10.000001")
TS, OTHER = "10.000001", "10.000002"
SECRET_WORDS = "the password is hunter2"
TTL_SECONDS = 1000


def said(text, ts=TS, *, version="", edited="", **facts):
    raw = {"ts": ts, "text": text, **({"edited": {"user": "U1", "ts": edited}} if edited else {})}
    return Said(ts=ts, version=version or edited or ts, body=body_of(raw), **facts)


def thumb(ts=TS):
    return Reacted(ts=ts, name="+1", person_id="U1", version="11.000000")


@pytest.fixture
async def log(redis_client: Redis):
    made = IncidentLog(redis_client, Sealer("a-secret-of-" + "many-letters"), ttl_seconds=TTL_SECONDS)
    await made.open(REF)
    yield made
    await made.aclose()


@pytest.fixture
def keeper(log, redis_client):
    return LogKeeper(log, redis_client)


async def kept(log, ref=REF):
    return (await log.since(ref, None)).entries


async def test_a_message_that_comes_after_its_deletion_is_not_kept(log, keeper):
    await log.append([REF], [said(SECRET_WORDS)])
    await log.append([REF], [Deleted(ts=TS)])
    await keeper.erase(REF, TS, is_deleted=True)

    retried = await log.append([REF], [said(SECRET_WORDS)])
    await log.append([REF], [thumb()])

    assert retried.logged
    assert await kept(log) == [Deleted(ts=TS)]


async def test_a_page_fetched_before_a_deletion_is_written_without_the_message(log):
    await log.append([REF], [Deleted(ts=TS)])

    cursor = await log.write(REF, [said(SECRET_WORDS, is_seen=True), thumb(), said("other", OTHER)])

    assert cursor
    assert await kept(log) == [Deleted(ts=TS), said("other", OTHER)]


async def test_a_page_fetched_before_an_edit_is_written_without_the_old_words(log, keeper):
    await log.append([REF], [said(SECRET_WORDS)])
    await log.append([REF], [said("never mind", edited="20.000000", version="20.000300")])
    await keeper.erase(REF, TS, is_deleted=False)

    await log.append([REF], [said(SECRET_WORDS)])
    await log.write(REF, [said(SECRET_WORDS, version="19.000000", is_seen=True), thumb()])

    assert [one.raw["text"] for one in await kept(log) if isinstance(one, Said)] == ["never mind"]
    assert thumb() in await kept(log)


async def test_what_history_shows_of_an_edit_is_kept_though_its_version_is_older_than_the_event(log):
    await log.append([REF], [said("never mind", edited="20.000000", version="20.000300")])
    shown = said("never mind", edited="20.000000", is_seen=True)

    await log.write(REF, [shown])

    assert shown in await kept(log)


@pytest.mark.parametrize("found", [Deleted(ts=TS), said("never mind", edited="20.000000", is_seen=True)])
async def test_what_history_says_was_taken_back_takes_the_words_with_it(log, found):
    await log.write(REF, [said(SECRET_WORDS), said("other", OTHER)])

    await log.write(REF, [found])

    assert sorted(await kept(log), key=lambda one: one.ts) == [found, said("other", OTHER)]


async def test_what_history_had_no_longer_comes_back_only_if_history_has_it_again(log):
    missed = Deleted(ts=TS, as_of="20.000000")
    again = said("here again", version="21.000000", is_seen=True)
    await log.write(REF, [said(SECRET_WORDS), thumb()])

    await log.write(REF, [missed])
    await log.append([REF], [said(SECRET_WORDS)])
    assert await kept(log) == [thumb(), missed]

    await log.write(REF, [again])
    assert await kept(log) == [thumb(), missed, again]


async def test_what_is_left_of_a_piece_is_no_news_to_who_had_it(log):
    cursor = await log.write(REF, [said(SECRET_WORDS), said("other", OTHER)])

    await log.write(REF, [Deleted(ts=TS)])

    assert (await log.since(REF, cursor)).entries == [Deleted(ts=TS)]


async def test_a_rewritten_log_refuses_what_it_refused(log, redis_client):
    await log.append([REF], [Deleted(ts=TS)])
    read = await log.since(REF, None)

    await log.write(REF, [said("other", OTHER), Deleted(ts=TS)], instead_of=read.cursor)
    await log.append([REF], [said(SECRET_WORDS)])

    assert sorted(await kept(log), key=lambda one: one.ts) == [Deleted(ts=TS), said("other", OTHER)]
    assert len(await redis_client.zrange(key("log-where", REF.key), 0, -1)) == 2


async def test_history_older_than_the_retention_is_not_written(log):
    old, young = said("long ago", "10.000001"), said("lately", "1500.000001")

    await log.write(REF, [old, young], as_of="2000.000000")

    found = await log.since(REF, None)
    assert (found.entries, found.is_cut) == ([young], True)
    assert not log.is_kept(old.ts, as_of="2000.000000")
    assert log.is_kept(old.ts, as_of="")


async def test_history_goes_when_it_is_as_old_as_was_promised_however_late_it_was_read(log, redis_client):
    older, newer = said("an hour before", "5000.000001"), said("now", "9000.000001")
    log = IncidentLog(redis_client, Sealer("a-secret-of-" + "many-letters"), ttl_seconds=5000)
    cursor = (await log.since(REF, None)).cursor
    for _ in range(2):  # two cycles of reading and rewriting make nothing younger
        cursor = await log.write(REF, [older, newer], as_of="9000.000001", instead_of=cursor)
    ((number, at_ms),) = await redis_client.zrange(key("log-due", REF.key), 0, -1, withscores=True)
    assert int(number.split(b"-")[0]) - at_ms == 4_000_000

    await redis_client.zadd(key("log-due", REF.key), {number: at_ms - 1_001_000})  # so much time goes by
    await log.trim(every_seconds=0)

    found = await log.since(REF, None)
    assert (found.entries, found.is_cut) == ([newer], True)
    assert await redis_client.exists(key("log-due", REF.key)) == 0


async def test_what_is_left_of_a_piece_is_as_old_as_the_piece_was(log, redis_client):
    await log.write(REF, [said(SECRET_WORDS), said("other", OTHER)], as_of="510.000000")
    before = await redis_client.zrange(key("log-due", REF.key), 0, -1, withscores=True)

    await log.write(REF, [Deleted(ts=TS)])

    after = await redis_client.zrange(key("log-due", REF.key), 0, -1, withscores=True)
    assert [at_ms for _, at_ms in after] == [at_ms for _, at_ms in before]


async def test_a_message_that_somebody_may_rest_on_has_a_turn_logged_or_not(log, redis_client):
    elsewhere = IncidentRef(team_id="T1", channel_id="D1")

    none = await log.append([elsewhere], [Deleted(ts=TS)], recheck=TS)
    await redis_client.hset(key("numbers", elsewhere.key), TS, 1)
    first = await log.append([elsewhere], [Deleted(ts=TS)], recheck=TS)
    await log.begin_recheck(elsewhere, TS)
    second = await log.append([elsewhere], [Deleted(ts=TS)], recheck=TS)

    assert (none.turn, first.turn, second.turn) == (None, 0, 1)
    assert (await log.append([REF, THREAD], [Deleted(ts=TS)], recheck=TS)).turn == 0
