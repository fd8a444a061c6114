"""Turns of look-ups in the real store: another worker goes on after `kill -9`; lost words take them along."""

import asyncio
import os
import sys

import pytest

from bot.adapters.incident_log import IncidentLog
from bot.adapters.keys import GATHERED_SECONDS, TABLE, key
from bot.adapters.log_keeper import LogKeeper
from bot.adapters.sealing import Sealer
from bot.adapters.store import RedisMemory
from bot.adapters.turns import KeptTurns, RedisTurns, known_of
from tests.adapters.gather_worker import CASE, SEALER, gathered
from tests.messages_api.script import Turn, looking_up
from tests.messages_api.server import stand_in
from tests.waiting import eventually

REF = CASE.incident.ref
WORDS = "the quaternary relay is unplugged"
KEPT = KeptTurns(model="m", turns=({"role": "user", "content": WORDS},))
PLACE = key("gathered", REF.key)


@pytest.fixture
def turns(redis_client):
    return RedisTurns(redis_client, SEALER)


@pytest.fixture
async def keeper(redis_client):
    log = IncidentLog(redis_client, SEALER, ttl_seconds=3600)
    yield LogKeeper(log, redis_client)
    await log.aclose()


async def test_a_run_taken_over_after_kill_9_goes_on_from_the_last_turn_and_pays_nothing_twice(
    redis_client, valkey_url
):
    first = looking_up(("search_log", {"words": "403"}), ("list_changes", {}), thinking="first")
    stall = Turn(words="some words", break_after_chars=4, breaks_by="stall")
    async with stand_in([Turn(words="done")]) as api:
        api.gathering[:] = [first, looking_up(("read_message", {"id": "m3"})), stall]
        worker = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.adapters.gather_worker", valkey_url, api.base_url),
            env={**os.environ, "PYTHONPATH": "."},
        )
        try:
            await eventually(lambda: len(api.bodies) == 3)
        finally:
            worker.kill()
            await worker.wait()
        api.gathering[:] = [Turn(words="done")]
        found = await gathered(redis_client, api.base_url)

    # Two turns were paid for and are not asked for again; the third was cut off and is.
    assert len(api.bodies) == 4
    assert api.bodies[3] == api.bodies[2]
    assert [one.tool for one in found.observations] == ["search_log", "list_changes", "read_message"]
    assert api.refusals == []


async def test_turns_come_back_as_they_were_and_nobody_reads_them_in_the_store(redis_client, turns):
    await turns.keep(REF, "r1", KEPT)

    assert await turns.kept(REF, "r1") == KEPT
    assert WORDS.encode() not in (await redis_client.hget(PLACE, "r1"))
    assert 0 < await redis_client.ttl(PLACE) <= GATHERED_SECONDS
    assert any(family.matches(PLACE) for family in TABLE)


async def test_turns_sealed_with_another_secret_are_looked_up_anew(redis_client, turns):
    await turns.keep(REF, "r1", KEPT)

    assert await RedisTurns(redis_client, Sealer("another secret")).kept(REF, "r1") is None


async def test_turns_that_are_done_with_are_gone(redis_client, turns):
    await turns.keep(REF, "r1", KEPT)

    await turns.drop(REF, "r1")

    assert await turns.kept(REF, "r1") is None
    assert await redis_client.exists(PLACE) == 0


@pytest.mark.parametrize("is_deleted", [True, False])
async def test_turns_go_with_any_lost_word_and_what_a_run_has_in_hand_does_not_bring_them_back(
    turns, keeper, is_deleted
):
    await turns.keep(REF, "r1", KEPT)

    await keeper.erase(REF, "1.000001", is_deleted=is_deleted)
    await turns.keep(REF, "r1", KeptTurns(model="m", turns=KEPT.turns, rounds=1))

    assert await turns.kept(REF, "r1") is None


async def test_turns_go_with_the_log_and_with_the_incident(redis_client, turns, keeper):
    await turns.keep(REF, "r1", KEPT)
    await keeper.remove(REF)
    after_log = await turns.kept(REF, "r1")
    await turns.keep(REF, "r1", KEPT)
    await RedisMemory(redis_client).forget(REF)

    assert after_log is None
    assert await turns.kept(REF, "r1") is None


def test_what_is_known_changes_with_every_word_and_not_with_what_comes_later():
    *earlier, last = CASE.incident.messages
    until = earlier[-1].ts
    before = CASE.incident.with_messages(earlier)

    assert known_of(CASE.incident, until) == known_of(before, until)
    assert known_of(CASE.incident, last.ts) != known_of(before, last.ts)
