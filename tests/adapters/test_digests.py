"""Digests in the real store: sealed, beside an open log, gone with any word that they hold."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.adapters.digests import RedisDigests
from bot.adapters.incident_log import IncidentLog
from bot.adapters.keys import TABLE, key
from bot.adapters.log_keeper import LogKeeper
from bot.adapters.purse_store import RedisPurse
from bot.adapters.sealing import Sealer
from bot.adapters.store import RedisMemory
from bot.answers import KeptDigest
from bot.forgetting import Forgetting
from bot.incident.digest import Carried, Chunk, Digest, Note, Pattern
from bot.incident.facts import FactKind
from bot.incident.log import Said
from bot.incident.messages import IncidentRef
from bot.permalinks import Place

REF = IncidentRef(team_id="T1", channel_id="C1")
ONE, TWO, THREE = "1.000001", "1.000002", "1.000003"
AT = datetime(2025, 3, 21, 20, 0, tzinfo=UTC)
WORDS = "the quaternary relay is unplugged"
DIGEST = Digest(
    chunks=(
        Chunk(
            ids=("m1",),
            prints=("a1",),
            notes=(Note(kind=FactKind.CHANGE, at=AT, text=WORDS, cites=("m1", "m3"), quote="relay"),),
            patterns=(
                Pattern(
                    example_id="m1",
                    example="web-07 slow",
                    count=2,
                    first_id="m1",
                    first_at=AT,
                    last_id="m1",
                    last_at=AT,
                    ids=("m1",),
                    values=(("07", "12"),),
                ),
            ),
            carried=(Carried(id="m1", words=("10.0.0.7",)),),
        ),
    )
)
KEPT = KeptDigest(digest=DIGEST)


@pytest.fixture
async def logs(redis_client):
    log = IncidentLog(redis_client, Sealer("a secret of tests"), ttl_seconds=3600)
    await log.open(REF)
    await RedisMemory(redis_client).mint(REF, [ONE, TWO, THREE])
    yield log
    await log.aclose()


@pytest.fixture
def digests(logs, redis_client):
    return RedisDigests(redis_client, Sealer("a secret of tests"), ttl_seconds=3600)


@pytest.fixture
def keeper(logs, redis_client):
    return LogKeeper(logs, redis_client)


async def everything(redis):
    """All that the store holds of a digest, as bytes."""
    return b"".join([b"%b%b" % pair for pair in (await redis.hgetall(key("digest", REF.key))).items()])


async def test_a_digest_comes_back_as_it_was_and_no_word_of_it_stands_in_the_clear(digests, redis_client):
    assert await digests.digest(REF) == KeptDigest()

    assert await digests.commit_digest(REF, KEPT)

    assert await digests.digest(REF) == KeptDigest(digest=DIGEST, version=1)
    assert WORDS.encode() not in await everything(redis_client)
    assert b"10.0.0.7" not in await everything(redis_client)


async def test_of_two_answers_at_once_the_first_keeps_its_digest(digests):
    later = KeptDigest(digest=Digest(chunks=(*DIGEST.chunks, Chunk(ids=("m2",), prints=("b2",)))))
    assert await digests.commit_digest(REF, later)

    assert not await digests.commit_digest(REF, KEPT)

    assert (await digests.digest(REF)).digest == later.digest
    assert await digests.commit_digest(REF, replace(KEPT, version=1))


async def test_a_digest_lives_no_longer_than_its_oldest_words(digests, redis_client):
    name = key("digest", REF.key)
    assert await digests.commit_digest(REF, KEPT, age_seconds=3000)
    assert 0 < await redis_client.ttl(name) <= 600

    assert not await digests.commit_digest(REF, replace(KEPT, version=1), age_seconds=3600)

    await redis_client.expire(key("log", REF.key), 100)
    assert await digests.commit_digest(REF, replace(KEPT, version=1), age_seconds=60)
    assert 0 < await redis_client.ttl(name) <= 40

    assert [keys.owner for keys in TABLE if keys.matches(name)] == ["digests"]


async def test_without_a_log_no_digest_is_kept(digests, keeper):
    await digests.commit_digest(REF, KEPT)

    await keeper.remove(REF)

    assert await digests.digest(REF) == KeptDigest()
    assert not await digests.commit_digest(REF, KEPT)


@pytest.mark.parametrize(("ts", "is_left"), [(ONE, False), (THREE, False), (TWO, True), ("9.000009", True)])
async def test_it_goes_with_the_words_of_any_message_that_it_tells_of(
    digests, keeper, redis_client, ts, is_left
):
    await digests.commit_digest(REF, KEPT)

    await keeper.erase(REF, ts, is_deleted=ts != THREE)

    assert bool(await everything(redis_client)) is is_left


async def test_what_is_forgotten_of_an_incident_takes_its_digest(digests, redis_client):
    memory = RedisMemory(redis_client)
    await digests.commit_digest(REF, KEPT)
    assert REF in await memory.incidents_of(REF)

    await memory.forget(REF)

    assert not await everything(redis_client)


async def test_a_digest_that_cannot_be_opened_is_none_and_can_be_replaced(digests, redis_client):
    other = RedisDigests(redis_client, Sealer("another secret"), ttl_seconds=3600)
    await other.commit_digest(REF, KEPT)

    found = await digests.digest(REF)

    assert found == KeptDigest(version=1)
    assert await digests.commit_digest(REF, replace(found, digest=DIGEST))


async def test_a_digest_can_be_dropped(digests):
    await digests.commit_digest(REF, KEPT)

    await digests.drop_digest(REF)

    assert await digests.digest(REF) == KeptDigest()


@pytest.mark.parametrize(
    ("ts", "is_thread"),
    [(THREE, False), (ONE, True), (None, False)],
    ids=["a message that it tells of", "its thread", "the channel"],
)
async def test_the_command_forget_leaves_no_digest_of_what_it_forgets(
    digests, keeper, redis_client, ts, is_thread
):
    await keeper.log.write(REF, [Said(ts=THREE, version=THREE, body="{}", thread_ts=ONE)])
    await digests.commit_digest(REF, KEPT)
    forgetting = Forgetting(
        kept=RedisMemory(redis_client), logs=keeper, books=RedisPurse(redis_client), slack=None
    )

    await forgetting.forget("T1", Place(channel_id="C1", ts=ts, is_thread=is_thread))

    assert not await everything(redis_client)
