"""What must not be kept leaves the logs in the real store."""

import json
from dataclasses import replace

import pytest

from bot.adapters.incident_log import IncidentLog
from bot.adapters.keys import key
from bot.adapters.log_keeper import LogKeeper
from bot.adapters.sealing import Sealer
from bot.adapters.store import RedisMemory
from bot.incident.log import Deleted, Log, Reacted, Said
from bot.incident.messages import Author, AuthorKind, Incident, IncidentRef, Message

REF = IncidentRef(team_id="T1", channel_id="C1")
THREAD = replace(REF, thread_ts="1.000001")
ONE, TWO = "1.000001", "1.000002"


def said(ts, words, version=None):
    body = json.dumps({"ts": ts, "text": words, "blocks": [{"elements": [{"text": f"{words} again"}]}]})
    return Said(ts=ts, version=version or ts, body=body)


def thumb(ts):
    return Reacted(ts=ts, name="thumbsup", person_id="U1", version="1.000009")


@pytest.fixture
async def logs(redis_client):
    log = IncidentLog(redis_client, Sealer("a secret of tests"), ttl_seconds=3600)
    await log.open(REF)
    yield log
    await log.aclose()


@pytest.fixture
def keeper(logs, redis_client):
    return LogKeeper(logs, redis_client)


async def kept(logs, ref=REF):
    return (await logs.since(ref, None)).entries


async def test_a_deleted_message_leaves_no_word_and_is_known_to_be_deleted(keeper, logs):
    await logs.write(REF, [said(ONE, "secret plan"), thumb(ONE), said(TWO, "other")])

    words = await keeper.erase(REF, ONE, is_deleted=True)

    assert "secret plan again" in words
    assert [one for one in await kept(logs) if one.ts == ONE] == [Deleted(ts=ONE)]
    assert "secret" not in f"{await kept(logs)}"


async def test_an_edited_message_keeps_how_it_stands_and_its_reactions(keeper, logs):
    await logs.write(REF, [said(ONE, "secret plan"), thumb(ONE), said(ONE, "plan", version="1.000005")])

    words = await keeper.erase(REF, ONE, is_deleted=False)

    log = Log()
    log.apply_all(await kept(logs))
    assert "secret plan" in words
    assert "secret" not in f"{await kept(logs)}"
    assert log.raw(ONE)["text"] == "plan"
    assert log.reactions(ONE) == (("thumbsup", 1),)


async def test_a_message_that_says_what_it_said_is_left_alone(keeper, logs):
    await logs.write(REF, [said(ONE, "plan"), replace(said(ONE, "plan"), is_seen=True)])
    before = await kept(logs)

    assert await keeper.erase(REF, ONE, is_deleted=False) == ""
    assert await kept(logs) == before


@pytest.mark.parametrize("is_deleted", [True, False])
async def test_what_was_never_logged_has_no_words(keeper, logs, is_deleted):
    assert await keeper.erase(REF, ONE, is_deleted=is_deleted) == ""
    assert await keeper.erase(THREAD, ONE, is_deleted=is_deleted) == ""


async def test_a_log_that_cannot_be_read_is_removed_because_it_may_hold_the_words(logs, redis_client):
    await logs.write(REF, [said(ONE, "secret plan")])
    other = IncidentLog(redis_client, Sealer("another secret"), ttl_seconds=3600)

    await LogKeeper(other, redis_client).erase(REF, ONE, is_deleted=True)
    await other.aclose()

    assert not (await logs.since(REF, None)).is_open


async def test_what_changed_since_a_reading_is_told_of_what_was_read(keeper, logs):
    cursor = await logs.write(REF, [said(ONE, "a"), said(TWO, "b")])
    author = Author(id="U1", name="Ana", kind=AuthorKind.PERSON)
    read = tuple(Message(id=f"m{n}", ts=ts, author=author, text="a") for n, ts in enumerate((ONE, TWO), 1))
    incident = Incident(ref=REF, messages=read, cursor=cursor)
    assert await keeper.changed(incident) == frozenset()

    await logs.write(REF, [Deleted(ts=ONE), thumb(TWO), said("1.000009", "new")])

    assert await keeper.changed(incident) == {ONE}
    assert await keeper.changed(replace(incident, cursor="")) == frozenset()


async def test_a_channels_logs_are_removed_with_those_of_its_threads(keeper, logs, redis_client):
    await logs.open(THREAD)
    await logs.open(replace(THREAD, channel_id="C11"))
    await logs.write(THREAD, [replace(said(TWO, "b"), thread_ts=ONE)])
    assert await keeper.thread_of(THREAD, ONE) == {TWO}
    assert await keeper.newest(THREAD) == TWO
    assert await keeper.newest(REF) == ""

    assert await keeper.remove(REF, with_threads=True) == 2

    left = [name.decode() async for name in redis_client.scan_iter(match=key("log", "*"))]
    assert left == [key("log", "T1", "C11", ONE)]


async def test_one_log_is_removed_and_the_others_stay(keeper, logs):
    await logs.open(THREAD)

    assert await keeper.remove(THREAD) == 1
    assert await keeper.remove(THREAD) == 0
    assert (await logs.since(REF, None)).is_open


async def test_many_messages_are_erased_and_those_are_counted_that_had_words(keeper, logs):
    ts = [f"{n}.000001" for n in range(1, 121)]
    await logs.write(REF, [said(one, f"secret {one}") for one in ts])

    assert await keeper.erase_all(REF, [*ts[:-1], "999.000001"]) == 119

    left = [one for one in await kept(logs) if isinstance(one, Said)]
    assert [one.ts for one in left] == ts[-1:]


async def test_a_question_is_withdrawn(keeper, redis_client):
    await keeper.withdraw("msg:T1:C1:1.000001")

    assert await RedisMemory(redis_client).is_withdrawn("msg:T1:C1:1.000001")
