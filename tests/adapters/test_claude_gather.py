"""Looking things up, against a stand-in for the API that judges every request as the API does."""

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import pairwise

import pytest

from bot.adapters.breaker import Breaker
from bot.adapters.claude import ClaudeAnalyst
from bot.adapters.claude_gather import ClaudeGatherer, Limits
from bot.adapters.turns import LocalTurns
from bot.errors import ToolFailedError
from bot.gathering import Gathering, IncidentTools
from bot.incident.extraction import extract
from bot.models.catalogue import default_catalogue
from bot.models.spending import Purpose
from bot.till import Till
from tests.adapters.claude_cases import object_store
from tests.messages_api.script import Turn, looking_up, overloaded
from tests.messages_api.server import stand_in
from tests.purses import LocalPurse
from tests.waiting import eventually

BARE = object_store()
CASE = replace(BARE, facts=extract(BARE.incident, now=BARE.asked_at), request_id="r1")
SONNETS = [pair.sonnet.id for pair in default_catalogue().pairs.values()]
SEARCH = ("search_log", {"words": "InvalidAccessKeyId"})
READ = ("read_message", {"id": "m3"})
CHANGES = ("list_changes", {})
DONE = Turn(words="done")


class Tools(IncidentTools):
    """The incident's own tools; a call of `explodes` or `refuses` fails."""

    def __init__(self, fails=None):
        self.fails, self.calls = fails or {}, []

    async def call(self, case, name, arguments):
        self.calls.append((name, dict(arguments)))
        if name in self.fails:
            raise self.fails[name]
        return await super().call(case, name, arguments)


@asynccontextmanager
async def gathering(
    *turns, model=SONNETS[0], catalogue=None, till=None, turns_kept=None, breaker=None, base_url="", **limits
):
    """A gatherer and the stand-in that it asks."""
    catalogue = catalogue or default_catalogue()
    async with stand_in([DONE]) as api:
        api.gathering[:] = turns
        claude = ClaudeAnalyst(
            catalogue=catalogue, api_key="test", base_url=base_url or api.base_url, breaker=breaker
        )
        await claude.warm()
        try:
            yield (
                ClaudeGatherer(
                    catalogue=catalogue,
                    model_id=model,
                    ready=claude.client_for,
                    till=till,
                    turns=turns_kept,
                    limits=Limits(**limits),
                ),
                api,
            )
        finally:
            await claude.close()


def results(body):
    """What the last turn of a request told of its calls, by tool."""
    return [
        (json.loads(block["content"]), block.get("is_error", False))
        for block in body["messages"][-1]["content"]
        if block["type"] == "tool_result"
    ]


def without(catalogue, model_id):
    """The catalogue on a platform where that model sums nothing up."""
    model = replace(catalogue.find(model_id), compacts_on_demand=False)
    return catalogue.with_models([model])


@pytest.mark.parametrize("model", SONNETS)
async def test_both_pairs_look_things_up_in_parallel_at_low_effort_and_refuse_nothing(model):
    turns = (looking_up(SEARCH, READ, thinking="what first?"), looking_up(CHANGES), DONE)
    async with gathering(*turns, model=model) as (gatherer, api):
        gathered = await gatherer.gather(CASE, Tools())

    assert api.refusals == []
    assert [body["output_config"]["effort"] for body in api.bodies] == ["low"] * 3
    assert [(one.id, one.tool) for one in gathered.observations] == [
        ("t1", "search_log"),
        ("t2", "read_message"),
        ("t3", "list_changes"),
    ]
    assert gathered.observations[0].shows == ("m13",)
    assert gathered.unseen == ""
    first, second = results(api.bodies[1])
    assert (first[0]["source"], first[0]["trust"], first[0]["id"]) == ("search_log", "untrusted", "t1")
    assert second[0]["data"]["message"]["id"] == "m3"


@pytest.mark.parametrize("model", SONNETS)
async def test_turns_go_back_as_they_came_and_all_before_is_read_from_the_cache(model):
    turns = (looking_up(SEARCH, thinking="let me see"), looking_up(READ, thinking="and now"), DONE)
    async with gathering(*turns, model=model) as (gatherer, api):
        await gatherer.gather(CASE, Tools())

    bare = [
        json.dumps(body["messages"]).replace(', "cache_control": {"type": "ephemeral"}', "")
        for body in api.bodies
    ]
    assert all(later.startswith(earlier[:-1]) for earlier, later in pairwise(bare))
    assert all(usage["cache_read_input_tokens"] > 0 for usage in api.usages[1:])
    assert all(usage["input_tokens"] < 50 for usage in api.usages[1:])


async def test_what_people_wrote_stands_in_results_of_tools_alone():
    async with gathering(looking_up(SEARCH), DONE) as (gatherer, api):
        await gatherer.gather(CASE, Tools())

    texts = [
        block["text"]
        for body in api.bodies
        for turn in body["messages"]
        for block in turn["content"]
        if turn["role"] == "user" and block["type"] == "text"
    ]
    assert not any(message.text in text for message in CASE.incident.messages for text in texts)
    assert any(CASE.question in text for text in texts)


async def test_no_more_calls_are_made_than_allowed_and_the_rest_is_told_so():
    many = looking_up(*[("read_message", {"id": f"m{n}"}) for n in (1, 2, 3, 6)])
    async with gathering(many, calls=3) as (gatherer, api):
        gathered = await gatherer.gather(CASE, tools := Tools())

    assert len(tools.calls) == len(gathered.observations) == 3
    assert len(api.bodies) == 1


async def test_a_call_that_fails_tells_the_model_one_sentence_and_never_an_exceptions_words():
    secret = RuntimeError("connection to 10.1.2.3 with token abc")
    fails = {"list_changes": secret, "search_log": ToolFailedError(reason="The log is away.")}
    bad = ("read_message", {"id": "m999"})
    unknown = ("drop_tables", {})
    async with gathering(looking_up(CHANGES, SEARCH, bad, unknown), DONE) as (gatherer, api):
        gathered = await gatherer.gather(CASE, Tools(fails))

    told = results(api.bodies[1])
    assert all(is_error for _, is_error in told)
    assert [data["data"] for data, _ in told] == [
        "The tool failed.",
        "The log is away.",
        "`id` must be the id of a message of this incident, as m17.",
        "There is no such tool, or its arguments are no object.",
    ]
    assert gathered.observations == ()
    assert gathered.unseen == ""


@pytest.mark.parametrize(
    ("fault", "unseen"),
    [
        (overloaded(), "further look-ups: API overloaded"),
        (Turn(words="", end="refusal"), "further look-ups: the model declined"),
        (Turn(words="x", end="max_tokens"), "further look-ups: the model's turn was too long"),
        (Turn(words="some words", break_after_chars=4), "further look-ups: the answer was cut"),
    ],
)
async def test_whatever_fails_leaves_what_was_found_and_says_that_there_may_be_more(fault, unseen):
    async with gathering(looking_up(SEARCH), fault) as (gatherer, _):
        gathered = await gatherer.gather(CASE, Tools())

    assert [one.id for one in gathered.observations] == ["t1"]
    assert gathered.unseen == unseen


async def test_when_the_time_is_up_what_was_found_stands():
    stall = Turn(words="some words", break_after_chars=4, breaks_by="stall")
    async with gathering(looking_up(SEARCH), stall, seconds=1.0) as (gatherer, _):
        gathered = await gatherer.gather(CASE, Tools())

    assert [one.id for one in gathered.observations] == ["t1"]
    assert gathered.unseen == "look-ups beyond the first 1 s"


async def told_of(gatherer, *, times=3):
    """What so many questions, one after the other, say of their look-ups."""
    cases = [replace(CASE, request_id=f"r{n}") for n in range(times)]
    return [(await gatherer.gather(case, Tools())).unseen for case in cases]


async def test_look_ups_that_fail_open_their_models_circuit_and_the_next_question_asks_nobody():
    breaker = Breaker(most_failures=2, rest_seconds=3_600)
    async with gathering(overloaded(), overloaded(), DONE, breaker=breaker) as (gatherer, api):
        *told, last = await told_of(gatherer)

    assert told == ["further look-ups: API overloaded"] * 2
    assert last == "further look-ups: API overloaded, again and again: not asked for a moment"
    assert len(api.bodies) == 2


async def test_an_api_that_says_nothing_while_there_is_time_has_failed():
    asked = []

    async def say_nothing(reader, writer):
        asked.append(await reader.readline())
        await reader.read()
        writer.close()

    breaker = Breaker(most_failures=2, rest_seconds=3_600)
    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, gathering(breaker=breaker, base_url=url, seconds=0.3) as (gatherer, _):
        await gatherer.gather(CASE, Tools())
        told = await told_of(gatherer)

    assert told[-1] == "further look-ups: no answer from the API, again and again: not asked for a moment"
    assert 1 <= len(asked) <= 2


@pytest.mark.parametrize("fault", [DONE, Turn(words="some words", break_after_chars=4, breaks_by="stall")])
async def test_look_ups_that_are_answered_or_only_slow_open_no_circuit(fault):
    breaker = Breaker(most_failures=1)
    async with gathering(fault, DONE, breaker=breaker, seconds=1.0) as (gatherer, _):
        *_, last = await told_of(gatherer, times=2)

    assert last == ""


async def test_a_stop_ends_a_turn_at_once_and_keeps_what_was_found_and_used():
    stall = Turn(words="some words", break_after_chars=4, breaks_by="stall")
    stopped = []

    async def stopped_by():
        return "Ana" if stopped else ""

    async with gathering(looking_up(SEARCH), stall) as (gatherer, api):
        own = Gathering(gatherer=gatherer, tools=Tools(), poll_seconds=0.01)
        looking = asyncio.create_task(own.gather(CASE, stopped_by=stopped_by))
        await eventually(lambda: len(api.bodies) == 2)
        stopped.append(True)
        case, gathered = await looking

    assert [one.id for one in case.observations] == ["t1"]
    assert case.unseen[-1] == "look-ups: stopped by Ana"
    assert gathered.usage.output_tokens > 0


async def test_look_ups_that_reach_the_cap_themselves_end_there_and_say_so():
    async with gathering(looking_up(SEARCH), looking_up(READ), DONE) as (gatherer, api):

        async def is_too_dear():
            return len(api.bodies) == 2

        gathered = await gatherer.gather(CASE, Tools(), is_too_dear=is_too_dear)

    assert [one.id for one in gathered.observations] == ["t1", "t2"]
    assert len(api.bodies) == 2
    assert gathered.unseen == "further look-ups: this incident has cost as much as it may"


async def test_a_paused_turn_goes_on_with_what_it_said():
    async with gathering(Turn(words="wait", end="pause_turn"), looking_up(SEARCH), DONE) as (gatherer, api):
        gathered = await gatherer.gather(CASE, Tools())

    assert api.refusals == []
    assert api.bodies[1]["messages"][-1]["role"] == "assistant"
    assert len(gathered.observations) == 1


@pytest.mark.parametrize("model", SONNETS)
async def test_a_long_conversation_is_summed_up_by_the_api_whose_block_goes_back_first_and_as_it_came(model):
    turns = (looking_up(SEARCH, CHANGES), looking_up(READ), DONE)
    async with gathering(*turns, model=model, compact_tokens=100) as (gatherer, api):
        api.summing[:] = [Turn(words="m3 removed the pair; m13 says 403.")]
        gathered = await gatherer.gather(CASE, Tools())

    asked = [body for body in api.bodies if "compaction" in body]
    after = api.bodies[2]["messages"]
    assert api.refusals == []
    assert len(asked) == 2
    assert "anthropic-beta" in {name.lower() for name in api.requests[0].headers}
    assert after[0]["content"][0]["content"] == "m3 removed the pair; m13 says 403."
    assert after[0]["content"][0]["signature"]
    assert "search_log" not in json.dumps(after)
    assert [one.id for one in gathered.observations] == ["t1", "t2", "t3"]


@pytest.mark.parametrize(("fails", "sums"), [(False, 0), (True, 1)])
async def test_where_the_api_sums_nothing_up_the_conversation_is_told_again_in_short(fails, sums):
    model = SONNETS[0]
    catalogue = default_catalogue() if fails else without(default_catalogue(), model)
    turns = (looking_up(CHANGES, SEARCH, READ, ("ruled_out_before", {})), DONE)
    async with gathering(*turns, model=model, catalogue=catalogue, compact_tokens=100) as (gatherer, api):
        api.summing[:] = [overloaded()]
        gathered = await gatherer.gather(CASE, Tools())

    assert api.refusals == []
    assert sum("compaction" in body for body in api.bodies) == sums
    last = api.bodies[-1]["messages"]
    told = results(api.bodies[-1])
    assert [turn["role"] for turn in last] == ["user", "assistant", "user", "assistant", "user"]
    assert "beginning" in told[0][0]
    assert all("data" in data for data, _ in told[1:])
    assert "thinking" not in json.dumps(last)
    assert len(gathered.observations) == 4


async def test_look_ups_are_paid_for_as_part_of_their_answer():
    till = Till(LocalPurse(), default_catalogue())
    async with gathering(looking_up(SEARCH), DONE, till=till) as (gatherer, _):
        gathered = await gatherer.gather(CASE, Tools())
        await till.settled()
    spent = await till.purse.of_request("r1")
    await till.close()

    (one,) = spent.by_model
    assert (one.purpose, one.samplings) == (Purpose.GATHER, 2)
    assert spent.usd == gathered.usage.cost_usd > 0


async def test_a_run_that_was_ended_between_two_turns_goes_on_and_pays_nothing_twice():
    stall = Turn(words="some words", break_after_chars=4, breaks_by="stall")
    async with gathering(looking_up(SEARCH), stall, turns_kept=LocalTurns()) as (gatherer, api):
        first = asyncio.create_task(gatherer.gather(CASE, Tools()))
        await eventually(lambda: len(api.bodies) == 2)
        first.cancel()
        await asyncio.wait({first})
        api.gathering[:] = [looking_up(READ), DONE]
        gathered = await gatherer.gather(CASE, tools := Tools())
        again = await gatherer.gather(replace(CASE, request_id="r2", continues="r1"), tools)

    assert [one.id for one in gathered.observations] == ["t1", "t2"]
    assert tools.calls == [READ]
    assert len(api.bodies) == 4  # the first turn was asked for once; the second, which was cut off, twice
    assert again.observations == gathered.observations


async def test_kept_turns_of_messages_that_say_something_else_by_now_are_not_used():
    kept = LocalTurns()
    first, *rest = CASE.incident.messages
    edited = replace(CASE, incident=CASE.incident.with_messages([replace(first, text="never mind"), *rest]))
    async with gathering(looking_up(SEARCH), DONE, DONE, turns_kept=kept) as (gatherer, api):
        await gatherer.gather(CASE, Tools())
        gathered = await gatherer.gather(edited, Tools())
        await gatherer.forget(edited)

    assert gathered.observations == ()
    assert len(api.bodies) == 3
    assert kept.entries == {}
