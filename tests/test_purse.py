"""Every call is booked and paid for once, whatever ends early, in one process and in the store alike."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot.adapters.keys import TABLE
from bot.adapters.purse_store import RedisPurse
from bot.errors import StoreUnavailableError
from bot.incident.messages import IncidentRef
from bot.models.catalogue import default_catalogue
from bot.models.cost import Tokens
from bot.models.spending import Caps, Purpose
from bot.purse import Account, Decision, Payment
from bot.till import Till
from tests.purses import LocalPurse

CHANNEL = IncidentRef(team_id="T1", channel_id="C1")
THREAD = IncidentRef(team_id="T1", channel_id="C1", thread_ts="1.000001")
ACCOUNT = Account(ref=CHANNEL, request_id="r1", month="2026-11")
OPUS = Tokens(model="claude-opus-5-5", input=1_000, output=500, write_5m=10, write_1h=20, read=4_000)
SONNET = Tokens(model="claude-sonnet-5-5", input=7, output=1)
EXPECTED = Tokens(model="claude-opus-5-5", write_5m=20_000, output=5_000)  # $0.20
PAID = Payment(tokens=OPUS, nanousd=15_010_000)


@pytest.fixture(params=["in one process", "in the store"])
def purse(request):
    if request.param == "in one process":
        return LocalPurse()
    return RedisPurse(request.getfixturevalue("redis_client"))


def till_of(purse, **settings):
    return Till(
        purse, default_catalogue(), now=lambda: datetime(2026, 11, 30, 23, 59, tzinfo=UTC), **settings
    )


async def pays(booking, *used, is_whole=True):
    await booking.begin(EXPECTED)
    booking.end(used, is_whole=is_whole)
    await booking.till.settled()


async def test_a_call_counts_for_its_request_its_incident_and_its_month(purse):
    await purse.book(ACCOUNT, "c1")
    await purse.pay(ACCOUNT, "c1", [PAID], is_whole=True)

    of = (
        await purse.of_request("r1"),
        await purse.of_incident(CHANNEL),
        await purse.of_month("T1", "2026-11"),
    )

    assert of[0] == of[1] == of[2]
    [spent] = of[0].by_model
    assert (spent.model, spent.questions, spent.samplings) == ("claude-opus-5-5", 1, 1)
    assert (spent.input, spent.output, spent.read, spent.written) == (1_000, 500, 4_000, 30)
    assert of[0].usd == Decimal("0.01501")
    assert of[0].is_exact


async def test_other_incidents_and_months_are_untouched(purse):
    await purse.book(ACCOUNT, "c1")
    await purse.pay(ACCOUNT, "c1", [PAID], is_whole=True)

    assert (await purse.of_incident(THREAD)).is_nothing
    assert (await purse.of_month("T1", "2026-12")).is_nothing
    assert (await purse.of_month("T2", "2026-11")).is_nothing
    assert (await purse.of_request("r2")).is_nothing


async def test_a_payment_that_is_written_again_counts_once(purse):
    await purse.book(ACCOUNT, "c1")
    await purse.book(ACCOUNT, "c1")
    for _ in range(3):
        await purse.pay(ACCOUNT, "c1", [PAID], is_whole=True)

    spending = await purse.of_incident(CHANNEL)
    assert spending.usd == Decimal("0.01501")
    assert spending.unreported == 0


async def test_a_call_that_is_never_paid_stays_unknown(purse):
    await purse.book(ACCOUNT, "c1")

    spending = await purse.of_incident(CHANNEL)

    assert (spending.unreported, spending.usd, spending.is_exact, spending.is_nothing) == (1, 0, False, False)


async def test_a_call_that_broke_off_counts_with_what_is_known_of_it(purse):
    await purse.book(ACCOUNT, "c1")
    await purse.pay(ACCOUNT, "c1", [PAID], is_whole=False)

    spending = await purse.of_incident(CHANNEL)

    assert (spending.unreported, spending.usd) == (1, Decimal("0.01501"))


async def test_a_booking_counts_for_caps_at_its_estimate_until_it_is_paid(purse):
    booking = till_of(purse).account(CHANNEL, "r1")

    await booking.begin(EXPECTED)
    held = await purse.of_incident(CHANNEL)
    booking.end([OPUS], is_whole=True)
    await booking.till.settled()
    paid = await purse.of_incident(CHANNEL)

    assert (held.usd, held.counted_usd) == (0, Decimal("0.2"))
    assert (paid.usd, paid.counted_usd) == (Decimal("0.01501"), Decimal("0.01501"))


async def test_a_call_reported_in_part_counts_at_its_estimate_and_with_more_when_more_is_known(purse):
    await purse.book(ACCOUNT, "c1", held_nanousd=20_000_000)
    await purse.pay(ACCOUNT, "c1", [PAID], is_whole=False)
    await purse.book(ACCOUNT, "c2", held_nanousd=1_000_000)
    await purse.pay(ACCOUNT, "c2", [PAID], is_whole=False)

    spending = await purse.of_incident(CHANNEL)

    assert spending.unreported == 2
    assert (spending.usd, spending.counted_usd) == (Decimal("0.03002"), Decimal("0.03501"))


async def test_a_model_without_a_price_reaches_the_caps(purse):
    """Fifty questions of 900,000 tokens each are told as not known, and are not free."""
    till = till_of(purse)
    for number in range(50):
        await pays(till.account(CHANNEL, f"r{number}"), Tokens(model="claude-opus-9", input=900_000))

    spending = await purse.of_incident(CHANNEL)

    assert (spending.usd, spending.unpriced, spending.unreported) == (0, 50, 0)
    assert spending.counted_usd == 50 * Decimal("4.5")  # of all Opus models the dearest: 900,000 * 5
    assert Caps(hard_usd=Decimal(15)).is_above_hard(spending)


async def test_notes_have_a_figure_of_their_own_and_answer_no_question(purse):
    till = till_of(purse)
    await pays(till.account(CHANNEL, "r1"), OPUS)
    await pays(till.account(CHANNEL, "r1", purpose=Purpose.NOTES), OPUS, SONNET)

    incident, request = await purse.of_incident(CHANNEL), await purse.of_request("r1")

    assert {(one.model, one.purpose): (one.questions, one.samplings) for one in incident.by_model} == {
        ("claude-opus-5-5", Purpose.ANSWER): (1, 1),
        ("claude-opus-5-5", Purpose.NOTES): (0, 1),
        ("claude-sonnet-5-5", Purpose.NOTES): (0, 1),
    }
    assert request.usd == Decimal("0.01501")


async def test_an_answer_that_goes_on_into_the_next_month_is_whole_in_the_month_it_began(purse):
    clock = [datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)]
    till = Till(purse, default_catalogue(), now=lambda: clock[0])
    booking = till.account(CHANNEL, "r1")
    await booking.begin(EXPECTED)

    clock.pop(0)
    booking.end([OPUS], is_whole=False)
    await pays(booking, OPUS)

    november, december = await purse.of_month("T1", "2026-11"), await purse.of_month("T1", till.month)
    assert (till.month, december.is_nothing, december.counted_usd) == ("2026-12", True, 0)
    assert (november.usd, november.unreported) == (Decimal("0.03002"), 1)
    assert november.by_model[0].questions == 1


async def test_a_call_that_was_refused_costs_nothing(purse):
    await purse.book(ACCOUNT, "c1")
    await purse.pay(ACCOUNT, "c1", (), is_whole=True)

    assert (await purse.of_incident(CHANNEL)).is_nothing


async def test_a_second_call_for_a_question_is_the_same_question(purse):
    for call, account in (
        ("c1", ACCOUNT),
        ("c2", ACCOUNT),
        ("c3", Account(ref=CHANNEL, request_id="r2", month="x")),
    ):
        await purse.book(account, call)
        await purse.pay(account, call, [PAID, Payment(tokens=SONNET, nanousd=None)], is_whole=True)

    opus, sonnet = (await purse.of_incident(CHANNEL)).by_model
    assert (opus.model, opus.questions, opus.samplings, opus.unpriced) == ("claude-opus-5-5", 2, 3, 0)
    assert (sonnet.model, sonnet.questions, sonnet.unpriced, sonnet.usd) == ("claude-sonnet-5-5", 2, 3, 0)


async def test_the_first_decision_counts(purse):
    first = Decision(request_id="act:1", by_id="U1", is_opus=False)
    second = Decision(request_id="act:2", by_id="U2", is_opus=True)

    assert await purse.decide("r1", first) == first
    assert await purse.decide("r1", second) == first
    assert await purse.decide("r1", first) == first
    assert await purse.decide("r2", second) == second


async def test_a_payment_that_the_store_lost_the_booking_of_is_counted_all_the_same(redis_client):
    purse = RedisPurse(redis_client)

    await purse.pay(ACCOUNT, "c1", [PAID], is_whole=True)

    spending = await purse.of_incident(CHANNEL)
    assert (spending.usd, spending.unreported) == (Decimal("0.01501"), 0)


async def test_figures_of_a_newer_program_are_left_alone(redis_client):
    purse = RedisPurse(redis_client)
    await purse.pay(ACCOUNT, "c1", [PAID], is_whole=True)
    await redis_client.hset("{copilot}:spent-request:r1", "claude-opus-5-5|searches", 3)

    assert (await purse.of_request("r1")).usd == Decimal("0.01501")


async def test_each_key_has_an_owner_and_a_time_to_live(redis_client):
    purse = RedisPurse(redis_client)
    await purse.book(ACCOUNT, "c1")
    await purse.pay(ACCOUNT, "c1", [PAID], is_whole=True)
    await purse.decide("r1", Decision(request_id="act:1", by_id="U1", is_opus=True))

    names = [name.decode() async for name in redis_client.scan_iter()]

    assert len(names) == 5
    for name in names:
        (family,) = [family for family in TABLE if family.matches(name)]
        assert 0 < await redis_client.ttl(name) <= family.ttl_seconds


async def test_what_a_till_takes_is_priced_by_the_model_that_answered(purse):
    await pays(till_of(purse).account(CHANNEL, "r1"), OPUS, Tokens(model="claude-opus-9", input=5))

    spending = await purse.of_month("T1", "2026-11")

    assert {spent.model: (spent.usd, spent.unpriced) for spent in spending.by_model} == {
        "claude-opus-5-5": (Decimal("0.01501"), 0),
        "claude-opus-9": (0, 1),
    }
    assert not spending.is_exact


async def test_what_was_not_booked_is_not_paid():
    purse = LocalPurse()
    booking = till_of(purse).account(CHANNEL, "r1")

    booking.end([OPUS], is_whole=True)

    assert purse.paid == {}


@dataclass
class Away(LocalPurse):
    """A store that does not take so many writes."""

    refused: int = 0
    asked: int = field(default=0)

    async def pay(self, *args, **named):
        self.asked += 1
        if self.asked <= self.refused:
            raise StoreUnavailableError
        await super().pay(*args, **named)


async def test_a_payment_waits_for_a_store_that_is_away_and_is_written_then():
    purse = Away(refused=2)

    await pays(till_of(purse, retry_seconds=(0, 0)).account(CHANNEL, "r1"), OPUS)

    assert (await purse.of_incident(CHANNEL)).usd == Decimal("0.01501")


async def test_a_payment_that_no_store_takes_stays_unknown():
    purse = Away(refused=9)

    await pays(till_of(purse, retry_seconds=(0,)).account(CHANNEL, "r1"), OPUS)

    spending = await purse.of_incident(CHANNEL)
    assert (spending.unreported, spending.counted_usd) == (1, Decimal("0.2"))


async def test_a_till_that_closes_waits_for_no_store_for_ever():
    till = till_of(Away(refused=9), retry_seconds=(60,))
    booking = till.account(CHANNEL, "r1")
    await booking.begin(EXPECTED)
    booking.end([OPUS], is_whole=True)
    await asyncio.sleep(0)

    await till.close(seconds=0.01)

    assert not till._paying
    assert (await till.purse.of_incident(CHANNEL)).counted_usd == Decimal("0.2")
