"""Several workers on the books of one store: nothing is counted twice, lost, or decided twice."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot.adapters.purse_store import RedisPurse
from bot.adapters.queue import open_redis
from bot.adapters.store import RedisMemory
from bot.answers import SavedAnswer
from bot.incident.messages import IncidentRef
from bot.models.catalogue import default_catalogue
from bot.models.cost import Tokens
from bot.purse import Account, Decision, Payment
from bot.till import Till

REF = IncidentRef(team_id="T1", channel_id="C1")
ACCOUNT = Account(ref=REF, request_id="r1", month="2026-11")
USED = Tokens(model="claude-opus-5-5", input=1_000)  # $0.004
PAID = Payment(tokens=USED, nanousd=4_000_000)
CALLS = 40


@pytest.fixture
async def workers(redis_client, valkey_url):
    """The books as two workers have them, each over connections of its own."""
    clients = [open_redis(valkey_url), open_redis(valkey_url)]
    yield [RedisPurse(client) for client in clients]
    for client in clients:
        await client.aclose()


async def test_two_workers_that_book_and_pay_at_once_lose_nothing(workers):
    now = datetime(2026, 11, 23, tzinfo=UTC)
    tills = [Till(purse, default_catalogue(), now=lambda: now) for purse in workers]

    async def ask(number):
        booking = tills[number % 2].account(REF, f"r{number}")
        await booking.begin(USED)
        booking.end([USED], is_whole=True)

    await asyncio.gather(*(ask(number) for number in range(CALLS)))
    await asyncio.gather(*(till.settled(seconds=30) for till in tills))

    for spending in (await workers[0].of_incident(REF), await workers[1].of_month("T1", "2026-11")):
        assert (spending.usd, spending.counted_usd) == (CALLS * Decimal("0.004"), CALLS * Decimal("0.004"))
        assert (spending.unreported, spending.by_model[0].questions) == (0, CALLS)


async def test_a_payment_that_two_workers_write_at_once_counts_once(workers):
    await workers[0].book(ACCOUNT, "c1", held_nanousd=9)

    await asyncio.gather(*(purse.pay(ACCOUNT, "c1", [PAID], is_whole=True) for purse in workers * 10))

    spending = await workers[0].of_incident(REF)
    assert (spending.counted_usd, spending.unreported) == (Decimal("0.004"), 0)
    assert spending.by_model[0].samplings == 1


async def test_of_two_presses_on_two_workers_at_once_one_decides(workers):
    async def press(number):
        own = Decision(request_id=f"act:{number}", by_id=f"U{number}", is_opus=number % 2 == 0)
        return await workers[number % 2].decide("r1", own)

    decided = await asyncio.gather(*(press(number) for number in range(20)))

    assert len(set(decided)) == 1


async def test_forgetting_an_incident_takes_its_sum_and_leaves_the_month(workers):
    purse, other = workers
    await purse.book(ACCOUNT, "c1", held_nanousd=9)
    await purse.pay(ACCOUNT, "c1", [PAID], is_whole=True)

    assert (await other.forget(REF), await other.forget(REF)) == (1, 0)

    assert (await purse.of_incident(REF)).is_nothing
    assert (await purse.of_month("T1", "2026-11")).usd == Decimal("0.004")


async def test_forgetting_an_answer_takes_who_decided_about_it_and_its_incident_is_found_by_its_sum(
    workers, redis_client
):
    purse, memory = workers[0], RedisMemory(redis_client)
    await purse.book(ACCOUNT, "c1")
    found = await memory.incidents_of(REF)
    answer = SavedAnswer(
        id="r1", incident_key=REF.key, channel_id="C1", ts="1.1", question="", quotes={}, blocks=[], text=""
    )
    await memory.save_answer(answer)
    await purse.decide("r1", Decision(request_id="act:1", by_id="U1", is_opus=True))

    await memory.drop_answer(answer)

    assert found == [REF]
    assert not await redis_client.exists("{copilot}:consent:r1")


async def test_a_call_under_way_while_its_incident_is_forgotten_leaves_no_debt(workers):
    purse, other = workers
    await purse.book(ACCOUNT, "c1", held_nanousd=5_000_000)
    await other.forget(REF)
    await purse.pay(ACCOUNT, "c1", [PAID], is_whole=True)

    await purse.book(ACCOUNT, "c2", held_nanousd=5_000_000)

    spending = await purse.of_incident(REF)
    assert (spending.unreported, spending.counted_usd) == (1, Decimal("0.009"))


async def test_a_call_that_an_older_program_booked_is_paid(workers, redis_client):
    await workers[0].book(ACCOUNT, "c1")
    await redis_client.set("{copilot}:call:c1", "booked")

    await workers[0].pay(ACCOUNT, "c1", [PAID], is_whole=True)

    spending = await workers[1].of_incident(REF)
    assert (spending.unreported, spending.counted_usd) == (0, Decimal("0.004"))
