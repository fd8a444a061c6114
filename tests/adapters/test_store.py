"""Memory and ledger on a real server."""

import asyncio
import json
from collections.abc import Awaitable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from redis.asyncio import Redis

from bot.adapters.keys import TABLE, key
from bot.adapters.ledger import INTENT, RedisLedger
from bot.adapters.queue import open_redis
from bot.adapters.store import RedisMemory
from bot.answers import SavedAnswer
from bot.errors import StoreUnavailableError
from bot.incident.board import Board
from bot.incident.hypotheses import (
    Change,
    Check,
    Evidence,
    EvidenceKind,
    Hypothesis,
    Impact,
    Link,
    Status,
    Trigger,
)
from bot.incident.messages import IncidentRef

REF = IncidentRef(team_id="T1", channel_id="C1", thread_ts="1.0")
OTHER = IncidentRef(team_id="T1", channel_id="C2")
AT = datetime(2025, 3, 21, 20, 37, tzinfo=UTC)
EVIDENCE = Evidence(id="m3", quote="old pair removed", kind=EvidenceKind.DIRECT)
HYPOTHESIS = Hypothesis(
    id="H1",
    claim="production still uses the old key pair",
    trigger=Trigger(what="old pair removed", evidence=(EVIDENCE,), at=AT),
    links=(Link(cause="removal", effect="403", evidence_for=(EVIDENCE,), falsifier="the key is new"),),
    impact=Impact(symptom="writes fail", since=AT),
    status=Status.SUPPORTED,
    next_check=Check(do="when did the secret change?", splits=("H1", "H2"), minutes=1),
    history=(Change(at=AT, status=Status.SUPPORTED, because=("m18",)),),
)
ANSWER = SavedAnswer(
    id="a1",
    incident_key=REF.key,
    channel_id="C1",
    ts="2.0",
    question="why?",
    quotes={"m3": ("Ana", "2025-03-21T20:37:00Z", "old pair removed", "https://x.example/p1")},
    blocks=[{"type": "section", "text": {"type": "mrkdwn", "text": "ö"}}],
)


@pytest.fixture
def memory(redis_client: Redis) -> RedisMemory:
    return RedisMemory(redis_client)


async def test_numbers_are_minted_in_the_order_first_seen_and_never_change(memory: RedisMemory) -> None:
    assert await memory.mint(REF, ["1.0", "2.0"]) == {"1.0": 1, "2.0": 2}

    # 1.5 turned up late: it gets the next number, the others keep theirs.
    assert await memory.mint(REF, ["1.0", "1.5", "2.0", "3.0"]) == {"1.0": 1, "1.5": 3, "2.0": 2, "3.0": 4}
    assert await memory.mint(REF, []) == {}
    assert await memory.mint(OTHER, ["9.0"]) == {"9.0": 1}


async def test_ten_thousand_messages_are_minted_at_once(memory: RedisMemory) -> None:
    ts = [f"{n}.000001" for n in range(10_000)]

    assert list((await memory.mint(REF, ts)).values()) == list(range(1, 10_001))


async def test_many_who_mint_at_once_agree(memory: RedisMemory) -> None:
    ts = [f"{n}.0" for n in range(50)]

    minted = await asyncio.gather(*(memory.mint(REF, ts[: 10 + 5 * n]) for n in range(8)))

    final = await memory.mint(REF, ts)
    assert sorted(final.values()) == list(range(1, 51))
    assert all(final[key] == number for numbers in minted for key, number in numbers.items())


async def test_an_incident_has_one_secret_of_its_own(memory: RedisMemory) -> None:
    first = await memory.incident_key(REF)

    assert len(first) == 32
    assert await memory.incident_key(REF) == first
    assert await memory.incident_key(OTHER) != first


async def test_a_board_comes_back_as_it_was_with_its_next_version(memory: RedisMemory) -> None:
    assert await memory.board(REF) == Board()

    assert await memory.commit_board(REF, Board(hypotheses=(HYPOTHESIS,)))

    assert await memory.board(REF) == Board(hypotheses=(HYPOTHESIS,), version=1)


async def test_a_board_that_somebody_changed_meanwhile_is_not_overwritten(memory: RedisMemory) -> None:
    mine, theirs = await memory.board(REF), await memory.board(REF)
    assert await memory.commit_board(REF, replace(theirs, hypotheses=(HYPOTHESIS,)))

    assert not await memory.commit_board(REF, mine)

    assert (await memory.board(REF)).hypotheses == (HYPOTHESIS,)


async def test_of_many_who_commit_at_once_one_wins_each_version(memory: RedisMemory) -> None:
    async def add_one() -> None:
        while not await memory.commit_board(REF, await memory.board(REF)):
            pass

    await asyncio.gather(*(add_one() for _ in range(10)))

    assert (await memory.board(REF)).version == 10


async def test_an_answer_is_kept_for_its_buttons(memory: RedisMemory) -> None:
    assert await memory.answer("a1") is None

    await memory.save_answer(ANSWER)

    assert await memory.answer("a1") == ANSWER


async def test_an_answer_that_was_kept_before_claims_were_is_still_read(
    memory: RedisMemory, redis_client: Redis
) -> None:
    await memory.save_answer(ANSWER)
    stored = json.loads(await redis_client.get(key("answer", "a1")))
    del stored["claims"]
    await redis_client.set(key("answer", "a1"), json.dumps(stored))

    assert await memory.answer("a1") == ANSWER


async def test_the_answers_about_an_incident_come_oldest_first_and_without_those_that_expired(
    memory: RedisMemory, redis_client: Redis
) -> None:
    assert await memory.answers(REF) == []
    later, earlier = replace(ANSWER, id="a2", ts="10.0"), ANSWER
    for answer in (later, earlier, replace(ANSWER, id="a3", ts="11.0")):
        await memory.save_answer(answer)
    await redis_client.delete(key("answer", "a3"))

    assert await memory.answers(REF) == [earlier, later]


async def test_the_last_thumb_of_a_person_counts(memory: RedisMemory) -> None:
    for person, verdict in [("U1", "good"), ("U2", "good"), ("U1", "bad")]:
        await memory.save_feedback("a1", person, verdict)

    assert await memory.feedback("a1") == {"U1": "bad", "U2": "good"}


async def test_forgetting_removes_everything_of_one_incident_and_nothing_of_another(
    memory: RedisMemory, redis_client: Redis
) -> None:
    for ref, answer_id in ((REF, "a1"), (OTHER, "a2")):
        await memory.mint(ref, ["1.0"])
        await memory.incident_key(ref)
        await memory.commit_board(ref, Board())
        await memory.save_answer(replace(ANSWER, id=answer_id, incident_key=ref.key))
        await memory.save_feedback(answer_id, "U1", "good")

    assert await memory.forget(REF) == 6

    left = [name.decode() async for name in redis_client.scan_iter()]
    assert len(left) == 6
    assert not [name for name in left if REF.key in name or "a1" in name]


async def test_everything_kept_has_a_time_to_live_and_an_owner(
    memory: RedisMemory, redis_client: Redis
) -> None:
    await memory.mint(REF, ["1.0"])
    await memory.incident_key(REF)
    await memory.commit_board(REF, Board())
    await memory.save_answer(ANSWER)
    await memory.save_feedback("a1", "U1", "good")
    await RedisLedger(redis_client).intend("r1", "reply")

    for name in [name.decode() async for name in redis_client.scan_iter()]:
        (owner,) = [keys for keys in TABLE if keys.matches(name)]
        assert owner.ttl_seconds is not None
        assert 0 < await redis_client.ttl(name) <= owner.ttl_seconds


async def test_a_use_of_a_secret_prolongs_its_life(redis_client: Redis) -> None:
    await RedisMemory(redis_client, ttl_seconds=10).incident_key(REF)

    await RedisMemory(redis_client, ttl_seconds=1000).incident_key(REF)

    assert await redis_client.ttl("{copilot}:secret:" + REF.key) > 900


async def test_a_store_that_is_away_is_named() -> None:
    async with open_redis("unix:///nowhere/copilot.sock") as redis:
        memory, ledger = RedisMemory(redis), RedisLedger(redis)
        calls: list[Awaitable[object]] = [
            memory.board(REF),
            memory.mint(REF, ["1.0"]),
            memory.save_answer(ANSWER),
            ledger.lookup("r1", "reply"),
            ledger.intend("r1", "reply"),
        ]
        for call in calls:
            with pytest.raises(StoreUnavailableError):
                await call


async def test_an_effect_is_unknown_then_intended_then_recorded(redis_client: Redis) -> None:
    ledger = RedisLedger(redis_client)
    assert await ledger.lookup("r1", "reply") is None

    assert await ledger.intend("r1", "reply")
    assert await ledger.lookup("r1", "reply") is INTENT

    await ledger.record("r1", "reply", "1742595147.001644")
    assert await ledger.lookup("r1", "reply") == "1742595147.001644"


async def test_only_the_first_intent_counts_and_an_outcome_is_not_forgotten(redis_client: Redis) -> None:
    ledger = RedisLedger(redis_client)
    await ledger.intend("r1", "reply")
    assert not await ledger.intend("r1", "reply")

    await ledger.record("r1", "reply", "?")

    assert not await ledger.intend("r1", "reply")
    assert await ledger.lookup("r1", "reply") == "?"
    assert await ledger.lookup("r1", "file") is None


async def test_a_members_wish_stands_until_another_is_made(memory: RedisMemory) -> None:
    assert await memory.wish("T1", "C1") is None

    await memory.save_wish("T1", "C1", is_on=True)
    assert await memory.wish("T1", "C1") is True
    await memory.save_wish("T1", "C1", is_on=False)

    assert await memory.wish("T1", "C1") is False
    assert await memory.wish("T1", "C2") is None


async def test_a_withdrawn_request_is_known_and_no_other(memory: RedisMemory, redis_client: Redis) -> None:
    await redis_client.set(key("withdrawn", "msg:T1:C1:1.0"), b"1")

    assert await memory.is_withdrawn("msg:T1:C1:1.0")
    assert not await memory.is_withdrawn("msg:T1:C1:1.1")


async def test_marks_of_what_was_forgotten_are_kept_by_channel(memory: RedisMemory) -> None:
    await memory.mark_forgotten(OTHER, until_ts="5.0")
    await memory.mark_forgotten(replace(OTHER, thread_ts="6.0"), until_ts="7.0")
    await memory.mark_message_forgotten(OTHER, "8.0")

    marks = await memory.forgotten(replace(OTHER, thread_ts="9.0"))

    assert (marks.until_ts, marks.threads, marks.messages) == ("5.0", {"6.0": "7.0"}, {"8.0"})
    assert not await memory.forgotten(REF)


async def test_all_incidents_of_a_channel_are_found(memory: RedisMemory) -> None:
    await memory.mint(REF, ["1.0"])
    await memory.incident_key(replace(REF, thread_ts=None))
    await memory.mint(replace(REF, channel_id="C11"), ["1.0"])

    found = await memory.incidents_of(REF)

    assert {one.thread_ts for one in found} == {"1.0", None}


async def test_a_message_without_a_number_has_none(memory: RedisMemory) -> None:
    await memory.mint(REF, ["1.0", "2.0"])

    assert await memory.number_of(REF, "2.0") == 2
    assert await memory.number_of(REF, "3.0") is None


async def test_a_dropped_answer_is_gone_and_no_longer_listed(memory: RedisMemory) -> None:
    await memory.save_answer(ANSWER)
    await memory.save_feedback(ANSWER.id, "U1", "good")

    await memory.drop_answer(ANSWER)

    assert await memory.answer(ANSWER.id) is None
    assert await memory.answers(REF) == []
    assert await memory.feedback(ANSWER.id) == {}


async def test_messages_are_found_by_their_numbers(memory: RedisMemory) -> None:
    await memory.mint(REF, ["1.0", "2.0", "3.0"])

    assert await memory.ts_of(REF, {1, 3, 9}) == {1: "1.0", 3: "3.0"}
    assert await memory.ts_of(REF, ()) == {}
