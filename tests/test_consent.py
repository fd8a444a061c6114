"""Above the hard cap Opus asks first; what was spent is told below answers and by `cost`."""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot.answers import Closing, Usage
from bot.consent import DECIDED, FORGOTTEN
from bot.errors import EditFailedError, NoThreadError, StoreUnavailableError
from bot.models.catalogue import default_catalogue
from bot.models.cost import Tokens
from bot.models.spending import caps_of
from bot.money import Money
from bot.purse import Account, Payment
from bot.request import RequestKind
from bot.router import router_of
from bot.slack.limits import visible_text
from bot.till import Till
from tests.fakes import FakeFence, FakeMemory, FakeWorkspace
from tests.purses import LocalPurse
from tests.slack.samples import H1, STORE
from tests.test_copilot import CLAUDE, copilot, request, seen

ASKED = request()
CATALOGUE = default_catalogue()
MONTH = "2026-11"
CAPS = caps_of(soft_usd=Decimal(2), hard_usd=Decimal(5))


def till():
    return Till(LocalPurse(), CATALOGUE, now=lambda: datetime(2026, 11, 23, tzinfo=UTC))


async def spent(usd, *, ref=STORE.ref, request_id="r0", is_whole=True, own=None):
    """A till into which so much was paid for an incident."""
    own = own or till()
    tokens = Tokens(model="claude-opus-5-5", input=40_000, output=4_000, read=160_000)
    account = Account(ref=ref, request_id=request_id, month=MONTH)
    await own.purse.book(account, f"{request_id}-c")
    payment = Payment(tokens=tokens, nanousd=int(Decimal(usd) * 10**9))
    await own.purse.pay(account, f"{request_id}-c", [payment], is_whole=is_whole)
    return own


def bot_with(own, *steps, caps=CAPS, has_model=True, **changes):
    money = Money(till=own, catalogue=CATALOGUE, caps=caps, has_model=has_model)
    return replace(copilot(*(steps or (H1, CLAUDE)), **changes), money=money, has_model=has_model)


async def asks(bot, asked=ASKED):
    await bot.handle(asked, FakeFence())
    return bot.workspace.replies[asked.id].final


def press(kind=RequestKind.CONSENT, *, by="UBEN", number=1, **changes):
    return request(
        kind, id=f"act:{by}-{number}", asker_id=by, text="", message_ts=None, subject=ASKED.id, **changes
    )


def buttons(blocks):
    return {
        element["action_id"]: (visible_text(element["text"]), element["value"])
        for block in blocks
        if block["type"] == "actions"
        for element in block["elements"]
    }


def whispered(bot):
    return [seen(blocks) for _, blocks, _ in bot.workspace.whispers]


async def test_below_the_soft_cap_an_answer_says_what_it_cost_and_no_more():
    final = seen(await asks(bot_with(await spent("1.99"))))

    assert "$0.13" in final
    assert "this incident" not in final


async def test_from_the_soft_cap_on_an_answer_says_what_the_incident_cost_and_the_cap():
    final = seen(await asks(bot_with(await spent("2.31"))))

    assert "this incident: $2.31, told from $2.00 on" in final


async def test_from_the_hard_cap_on_the_facts_stand_and_a_person_is_asked_instead_of_opus():
    bot = bot_with(await spent("5.12"))

    final = await asks(bot)

    words = seen(final)
    assert not bot.analyst.cases
    assert "21:38" in words
    assert "Diagnosis follows" not in words
    assert (
        "Waiting for you. This incident has cost $5.12; from $5.00 on I ask before Opus. Opus 5.5: about $"
        in words
    )
    assert words.index("Waiting for you.") < words.index("21:38")
    opus, price = buttons(final)["consent_opus"][0].split(" · about $")
    assert (opus, buttons(final)["consent_opus"][1]) == ("Ask Opus 5.5", ASKED.id)
    assert 0.05 <= float(price) <= 0.4
    sonnet, less = buttons(final)["consent_sonnet"][0].split(" · about $")
    assert (sonnet, buttons(final)["consent_sonnet"][1]) == ("Use Sonnet 5.5", ASKED.id)
    assert 0 < float(less) < float(price)
    assert bot.workspace.replies[ASKED.id].text.startswith("Waiting for you. This incident has cost $5.12")
    assert bot.workspace.statuses[-1] == ""


async def test_an_answer_that_would_pass_the_hard_cap_is_asked_about_before_it_does():
    bot = bot_with(await spent("4.99"))

    final = await asks(bot)

    assert "This incident has cost $4.99; I ask before Opus takes it to $5.00." in seen(final)
    assert "consent_opus" in buttons(final)
    assert not bot.analyst.cases


async def test_a_model_without_a_price_is_asked_about_when_a_guess_at_it_reaches_the_cap():
    opus = replace(CATALOGUE.models["claude-opus-5-5"], id="claude-opus-9", label="Opus 9", price=None)
    bot = bot_with(await spent("4.99"))
    money = replace(bot.money, catalogue=CATALOGUE.with_models([opus]))
    bot = replace(bot, money=money, router=router_of(replace(CATALOGUE.pair(), opus=opus)))

    final = await asks(bot)

    assert "Opus 9: price not known." in seen(final)
    assert not bot.analyst.cases


async def test_what_is_unknown_is_said_where_a_person_is_asked():
    final = await asks(bot_with(await spent("5.12", is_whole=False)))

    assert "This incident has cost at least $5.12; from" in seen(final)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, RequestKind.DEESCALATE),
        ({"has_model": False}, RequestKind.ESCALATE),
        ({"caps": caps_of(soft_usd=Decimal(0), hard_usd=Decimal(0))}, RequestKind.ESCALATE),
    ],
    ids=["sonnet", "no model", "no cap"],
)
async def test_nobody_is_asked_where_opus_is_not(changes, kind):
    bot = bot_with(await spent("99"), **changes)

    await asks(bot, request(kind))

    assert len(bot.analyst.cases) == 1


async def test_a_person_who_asks_for_opus_is_asked_as_well():
    bot = bot_with(await spent("5.12"))

    final = await asks(bot, request(RequestKind.ESCALATE, message_ts=None))

    assert "consent_opus" in buttons(final)


async def test_reading_everything_in_full_keeps_to_that_when_it_is_agreed_to():
    bot = bot_with(await spent("5.12"))

    final = await asks(bot, request(RequestKind.ESCALATE, is_full=True))

    assert set(buttons(final)) == {"consent_full", "consent_sonnet"}


async def test_a_question_that_was_held_up_is_not_held_up_twice():
    bot = bot_with(await spent("5.12"))
    final = await asks(bot)

    assert await asks(bot) == final
    assert len(bot.workspace.replies[ASKED.id].shown) == 1


@pytest.mark.parametrize(("kind", "tier"), [(RequestKind.CONSENT, "opus"), (RequestKind.DECLINE, "sonnet")])
async def test_who_presses_decides_and_the_same_question_is_answered(kind, tier):
    bot = bot_with(await spent("5.12"))
    await asks(bot)

    final = await asks(bot, press(kind))

    [case] = bot.analyst.cases
    assert (case.route.tier.value, case.question) == (tier, ASKED.text)
    assert seen(final).startswith("Likely, not proven")


async def test_the_decision_takes_the_place_of_the_buttons():
    named = replace(
        STORE,
        messages=(
            replace(STORE.messages[0], author=replace(STORE.messages[0].author, id="UBEN", name="Ben")),
            *STORE.messages[1:],
        ),
    )
    bot = bot_with(await spent("5.12"), workspace=FakeWorkspace(named))
    await asks(bot)

    await asks(bot, press())

    [(posted, blocks, _)] = bot.workspace.updates
    assert posted == bot.workspace.replies[ASKED.id].posted
    assert "Opus, decided by Ben. The answer is below." in seen(blocks)
    assert buttons(blocks) == {}
    assert "Waiting for you" not in seen(blocks)
    assert "Asked first: This incident has cost $5.12" in seen(blocks)
    assert "21:38" in seen(blocks)
    assert bot.memory.answers_kept[ASKED.id].blocks == blocks


async def test_agreeing_holds_for_one_question_only():
    bot = bot_with(await spent("5.12"))
    await asks(bot)
    await asks(bot, press())

    final = await asks(bot, request(id="r9"))

    assert "consent_opus" in buttons(final)
    assert len(bot.analyst.cases) == 1


async def test_pressing_twice_asks_once_and_says_nothing():
    bot = bot_with(await spent("5.12"))
    await asks(bot)
    await asks(bot, press())

    await bot.handle(press(number=2), FakeFence())

    assert len(bot.analyst.cases) == 1
    assert whispered(bot) == []


@pytest.mark.parametrize("kind", [RequestKind.CONSENT, RequestKind.DECLINE])
async def test_the_second_of_two_people_is_told_who_was_faster(kind):
    bot = bot_with(await spent("5.12"))
    await asks(bot)
    await asks(bot, press(RequestKind.DECLINE))

    await bot.handle(press(kind, by="UCHO"), FakeFence())

    assert len(bot.analyst.cases) == 1
    assert whispered(bot) == [DECIDED.format(model="Sonnet")]


async def test_a_decision_that_is_delivered_again_after_a_crash_goes_on():
    bot = bot_with(await spent("5.12"))
    await asks(bot)
    await bot.handle(press(), FakeFence())
    bot.memory.answers_kept.pop("act:UBEN-1")

    await bot.handle(press(), FakeFence())

    assert len(bot.analyst.cases) == 2
    assert len(bot.workspace.updates) == 1


async def test_a_question_that_is_no_longer_known_is_said_to_be():
    bot = bot_with(await spent("5.12"))

    await bot.handle(press(), FakeFence())

    assert whispered(bot) == [FORGOTTEN]
    assert not bot.analyst.cases


async def test_an_answer_does_not_wait_for_the_buttons_to_go():
    @dataclass
    class Stubborn(FakeWorkspace):
        async def update(self, posted, blocks, *, text):
            raise EditFailedError(code="http_503")

    bot = bot_with(await spent("5.12"), workspace=Stubborn(STORE))
    await asks(bot)

    assert "Likely" in seen(await asks(bot, press()))


async def test_a_slack_that_hangs_keeps_the_decided_answer_waiting_for_a_moment_only():
    @dataclass
    class Hanging(FakeWorkspace):
        async def update(self, posted, blocks, *, text):
            await asyncio.Event().wait()

    bot = bot_with(await spent("5.12"), workspace=Hanging(STORE))
    await asks(bot)
    consent = replace(bot._consent(bot._outgoing()), show_seconds=0.01)
    run = await bot._beginning().read(press())

    await consent.show(run)

    assert "consent_opus" in buttons(bot.memory.answers_kept[ASKED.id].blocks)


class Shut(LocalPurse):
    """A store that is away."""

    async def of_incident(self, ref):
        raise StoreUnavailableError

    async def decide(self, question_id, decision):
        raise StoreUnavailableError


async def test_nothing_is_asked_while_nobody_knows_what_was_spent():
    bot = bot_with(Till(Shut(), CATALOGUE))

    with pytest.raises(StoreUnavailableError):
        await bot.handle(ASKED, FakeFence())

    assert not bot.analyst.cases


async def test_an_answer_that_was_paid_for_is_shown_though_the_bill_cannot_be_read():
    bot = bot_with(Till(Shut(), CATALOGUE), caps=caps_of(soft_usd=Decimal(2), hard_usd=Decimal(0)))

    assert "$0.13" in seen(await asks(bot))


async def test_a_decision_waits_for_the_store():
    own = await spent("5.12")
    bot = bot_with(own)
    await asks(bot)
    away = replace(bot, money=replace(bot.money, till=Till(Shut(), CATALOGUE)))

    with pytest.raises(StoreUnavailableError):
        await away.handle(press(), FakeFence())

    assert not bot.analyst.cases


async def test_a_bill_has_what_an_earlier_run_of_the_request_paid():
    bot = bot_with(await spent("0.40", request_id=ASKED.id, is_whole=False))

    assert "at least $0.40" in seen(await asks(bot))


async def test_a_try_that_failed_is_on_the_bill_of_the_answer_without_a_model():
    failed = Usage(model="claude-opus-5-5", cost_usd=Decimal("0.04"))
    bot = bot_with(till(), replace(CLAUDE, analyst="rules", note="API overloaded", usage=failed))

    assert "$0.04 for a try that failed" in seen(await asks(bot))


async def test_a_draft_is_made_by_sonnet_above_the_hard_cap():
    bot = bot_with(await spent("5.12"))

    await bot.handle(request(RequestKind.POSTMORTEM), FakeFence())

    assert [case.route.tier.value for case in bot.analyst.cases] == ["sonnet"]


async def test_cost_is_whispered_with_the_incident_the_month_and_the_caps():
    own = await spent("5.12", is_whole=False)
    await spent("1", ref=replace(STORE.ref, channel_id="C9"), request_id="r9", own=own)
    bot = bot_with(own)

    await bot.handle(request(RequestKind.COST), FakeFence())

    [told] = whispered(bot)
    assert "This incident: at least $5.12" in told
    assert "Opus 5.5 · $5.12 · 1 question" in told
    assert "200k tokens in (80 % from the cache), 4.0k out" in told
    assert "1 call under way or broken off" in told
    assert "This workspace, November 2026: at least $6.12" in told
    assert "From $2.00 every answer says so. From $5.00 I ask before I ask Opus." in told
    assert not bot.analyst.cases


async def test_cost_is_told_of_the_month_where_nobody_can_say_which_incident_is_meant():
    @dataclass
    class Nowhere(FakeWorkspace):
        async def locate(self, request):
            raise NoThreadError

    bot = bot_with(await spent("5.12"), workspace=Nowhere(STORE), memory=FakeMemory())

    await bot.handle(request(RequestKind.COST), FakeFence())

    [told] = whispered(bot)
    assert "I do not know which one you mean" in told
    assert "November 2026: $5.12" in told


async def test_cost_without_a_model_is_nothing():
    bot = bot_with(till(), Closing(analyst="rules"), has_model=False)

    await bot.handle(request(RequestKind.COST), FakeFence())

    [told] = whispered(bot)
    assert "This incident: $0.00" in told
    assert "No model is set up, so nothing is spent." in told
