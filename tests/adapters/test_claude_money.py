"""What a call costs is written down however it ends: from real requests to a stand-in for the API."""

import asyncio
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace

import pytest

from bot.adapters.claude import ClaudeAnalyst
from bot.adapters.claude_trouble import ModelFailedError
from bot.answers import Closing
from bot.errors import StoreUnavailableError
from bot.models.catalogue import default_catalogue
from bot.till import Till
from tests.adapters.claude_cases import object_store, steps_of
from tests.messages_api import diagnoses
from tests.messages_api.script import Turn, no_credit, overloaded, refused_key
from tests.messages_api.server import stand_in
from tests.purses import LocalPurse
from tests.waiting import eventually

GOOD = Turn(words=diagnoses.object_store)
DECLINED = Turn(words="", end="refusal")
NO_JSON = Turn(words="Sure! Here is what I think.")
CASE = replace(object_store(), request_id="r1")
REF = CASE.incident.ref


def broken(by, after=2_500):
    return Turn(words=diagnoses.object_store, break_after_chars=after, breaks_by=by)


@asynccontextmanager
async def asking(*turns, purse=None, base_url="", **options):
    """An analyst with a till, and the stand-in that it asks."""
    till = Till(purse or LocalPurse(), default_catalogue())
    async with stand_in(list(turns) or [GOOD]) as api:
        claude = ClaudeAnalyst(
            catalogue=default_catalogue(),
            api_key="test",
            base_url=base_url or api.base_url,
            till=till,
            **{"backoff_seconds": 0.01, "total_seconds": 30.0, **options},
        )
        try:
            yield claude, till, api
        finally:
            await claude.close()
            await till.close()


async def spent_on(*turns, **options):
    """The closing of an answer, or what it failed with, and what was written down."""
    async with asking(*turns, **options) as (claude, till, _):
        try:
            *_, end = await steps_of(claude, CASE)
        except ModelFailedError as error:
            end = error
        await till.settled()
        return end, await till.purse.of_incident(REF)


async def test_what_is_written_down_is_what_the_answer_says_it_cost():
    closing, spending = await spent_on(GOOD)

    [spent] = spending.by_model
    assert spending.usd == closing.usage.cost_usd > 0
    assert spending.is_exact
    assert (spent.questions, spent.samplings) == (1, 1)
    assert (spent.input, spent.output) == (closing.usage.input_tokens, closing.usage.output_tokens)
    assert spent.written == closing.usage.cache_write_tokens > 0
    assert not closing.usage.is_partial


async def test_a_model_that_declined_is_paid_as_well_as_the_one_that_answered():
    closing, spending = await spent_on(DECLINED, GOOD)

    assert {spent.model for spent in spending.by_model} == {"claude-opus-5-5", "claude-opus-4-6"}
    assert spending.usd == closing.usage.cost_usd
    assert spending.is_exact


async def test_an_answer_in_the_wrong_form_is_paid_and_so_is_its_repair():
    closing, spending = await spent_on(NO_JSON, GOOD)

    assert spending.by_model[0].samplings == 2
    assert spending.usd == closing.usage.cost_usd


@pytest.mark.parametrize("refusal", [overloaded(), refused_key(), no_credit()])
async def test_what_the_api_refuses_costs_nothing(refusal):
    error, spending = await spent_on(refusal)

    assert error.usage is None
    assert spending.is_nothing


async def test_where_no_connection_stands_nothing_is_spent():
    _, spending = await spent_on(base_url="http://127.0.0.1:9")

    assert spending.is_nothing


@pytest.mark.parametrize("by", ["error", "cut", "garbage", "silence"])
async def test_a_stream_that_breaks_counts_with_what_was_reported_and_as_not_reported_wholly(by):
    closing, spending = await spent_on(broken(by), GOOD)

    [spent] = spending.by_model
    assert (spent.questions, spent.samplings, spending.unreported) == (1, 2, 1)
    assert closing.usage.is_partial
    assert spending.usd == closing.usage.cost_usd


async def test_a_stream_without_a_message_may_have_cost_something():
    _, spending = await spent_on(Turn(is_mute=True))

    assert spending.by_model == ()
    assert spending.unreported == 3


async def test_a_stopped_answer_is_paid_as_far_as_it_came():
    async with asking(broken("stall")) as (claude, till, _):
        async with aclosing(claude.diagnose(CASE)) as steps:
            await anext(steps)
        await till.settled()
        spending = await till.purse.of_request("r1")

    assert (spending.unreported, spending.by_model[0].samplings) == (1, 1)
    assert spending.usd > 0


async def test_a_run_that_is_cancelled_is_paid_as_far_as_it_came():
    async with asking(broken("stall")) as (claude, till, api):
        task = asyncio.create_task(steps_of(claude, CASE))
        await eventually(lambda: api.requests)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await till.settled()
        spending = await till.purse.of_request("r1")

    assert spending.unreported == 1


async def test_an_answer_that_ran_out_of_time_is_paid_as_far_as_it_came():
    closing, spending = await spent_on(broken("stall"), total_seconds=2.0)

    assert isinstance(closing, Closing)
    assert closing.cut_short
    assert spending.unreported == 1
    assert spending.usd > 0


async def test_a_question_that_is_asked_again_adds_what_it_uses_and_no_more():
    async with asking(GOOD) as (claude, till, _):
        await steps_of(claude, CASE)
        await till.settled()
        once = await till.purse.of_incident(REF)
        await steps_of(claude, CASE)
        await till.settled()
        twice = await till.purse.of_incident(REF)

    assert once.usd < twice.usd < 2 * once.usd  # the second reads from the prompt cache
    assert (twice.by_model[0].questions, twice.by_model[0].samplings) == (1, 2)
    assert twice.by_model[0].read > 0


async def test_a_call_that_cannot_be_booked_is_not_made():
    class Away(LocalPurse):
        async def book(self, account, call_id, **_):
            raise StoreUnavailableError

    async with asking(GOOD, purse=Away()) as (claude, _, api):
        with pytest.raises(StoreUnavailableError):
            await steps_of(claude, CASE)

    assert api.requests == []
