"""Claude tells folded messages better, over HTTP; what it loses or makes up never wins."""

import json
from dataclasses import replace

import pytest

from bot.adapters.claude import ClaudeAnalyst
from bot.adapters.claude_request import EFFORT_BETA
from bot.adapters.claude_trouble import ModelFailedError
from bot.errors import StoreUnavailableError
from bot.incident.check import missing
from bot.incident.compaction import compact
from bot.incident.digest import Chunk, Digest, Folder
from bot.incident.extraction import extract
from bot.incident.facts import FactKind
from bot.models.catalogue import default_catalogue
from bot.models.spending import Purpose
from bot.till import Till
from tests.adapters.claude_cases import a_message, an_incident, object_store, steps_of, words_of
from tests.messages_api import diagnoses
from tests.messages_api.diagnoses import messages, noted, tool_results
from tests.messages_api.script import Turn, overloaded
from tests.messages_api.server import StandIn, stand_in
from tests.purses import LocalPurse

PAIRS = [(pair.sonnet.id, pair.opus.id) for pair in default_catalogue().pairs.values()]
SONNETS = [sonnet for sonnet, _ in PAIRS]


def said(n):
    """Talk in which no message is like another; every third decides something."""
    words = words_of(n)
    if n % 3 == 0:
        return f"We decided to keep the {words[:30]} flag checkout-v{n} off, because of error E{n}17: {words}"
    return f"{words}, and cart-{n} took {n}ms"


def a_long_case(*, model="claude-sonnet-5-5", count=120):
    """An incident of which code has folded the older messages."""
    shown = [a_message(n, said(n)) for n in range(1, count + 1)]
    incident = an_incident(*shown)
    facts = extract(incident, now=shown[-1].at)
    case = replace(object_store(model=model), incident=incident, facts=facts, request_id="r1")
    return replace(case, reading=compact(incident, facts, budget_tokens=6_000, target_tokens=4_000))


def a_note(message, **changes):
    """A note of one message as a model writes it, all of it real."""
    is_decision = "decided" in message["text"]
    quote = message["text"][:60]
    return {
        "kind": "decision" if is_decision else "Observation",
        "text": "",
        "cites": [message["id"]],
        "quote": quote,
        **({"text": "flag kept off" if is_decision else "nothing odd seen"} | changes),
    }


def told(**changes):
    """Notes on the first 40 of the folded messages, all alike but for `changes`."""

    def words(body):
        return noted(*(a_note(message, **changes) for message in messages(body)[:40]))

    return Turn(words=words)


@pytest.fixture
async def api():
    async with stand_in([told()]) as api:
        yield api


@pytest.fixture
async def make(api: StandIn):
    made = []

    def analyst(model="claude-sonnet-5-5", **options):
        settings = {"backoff_seconds": 0.01, "total_seconds": 30.0, **options}
        made.append(
            ClaudeAnalyst(
                catalogue=default_catalogue(),
                api_key="test",
                base_url=api.base_url,
                fold_model=model,
                **settings,
            )
        )
        return made[-1]

    yield analyst
    for one in made:
        await one.close()


@pytest.mark.parametrize("model", SONNETS)
async def test_good_notes_take_the_place_of_those_of_code_and_code_adds_what_they_lack(api, make, model):
    case = a_long_case(model=model)
    before = case.reading.digest.chunks[-1]

    chunk = await make(model).fold(case)

    assert api.refusals == []
    assert (chunk.by, chunk.ids, chunk.prints) == (Folder.CLAUDE, before.ids, before.prints)
    assert missing(chunk, case.incident.messages, case.facts) == frozenset()
    assert "nothing odd seen" in {note.text for note in chunk.notes}
    assert {note.kind for note in chunk.notes} >= {FactKind.DECISION, FactKind.OBSERVATION}
    assert all(note.quote in case.incident.by_id[note.cites[0]].text for note in chunk.notes)


@pytest.mark.parametrize(
    "changes",
    [
        {"cites": ["m9999"]},
        {"cites": []},
        {"quote": "the root cause is the release of 14:00"},
        {"quote": ""},
        {"text": "nothing odd, but host db-prod-99 was rebooted"},
        {"text": "latency rose to 9000ms"},
        {"text": " \u200b "},
    ],
    ids=["unknown id", "no id", "made-up quote", "no quote", "made-up host", "made-up figure", "no words"],
)
async def test_notes_that_make_something_up_are_thrown_away(api, make, changes):
    api.script(told(**changes))

    with pytest.raises(ModelFailedError) as caught:
        await make().fold(a_long_case())

    assert caught.value.reason == "the notes are no better"


async def test_a_lossy_fold_is_completed_so_that_nothing_is_lost(api, make):
    case = a_long_case()
    api.script(Turn(words=lambda body: noted(a_note(messages(body)[0]))))

    chunk = await make().fold(case)

    assert missing(chunk, case.incident.messages, case.facts) == frozenset()
    kept_off = {f"checkout-v{n}" for n in range(3, 60, 3) if f"m{n}" in chunk.ids}
    assert kept_off <= {mark for mark in kept_off if mark in repr(chunk)}


async def test_notes_that_take_more_room_than_they_save_are_no_better(api, make):
    def wordy(body):
        many = "this is what they say in very many words " * 5
        return noted(*(a_note(m, text=many, quote=m["text"], kind="action") for m in messages(body)))

    api.script(Turn(words=wordy))

    with pytest.raises(ModelFailedError):
        await make().fold(a_long_case())


@pytest.mark.parametrize(
    ("turn", "reason"),
    [
        (overloaded(), "API overloaded"),
        (Turn(words="", end="refusal"), "the model declined"),
        (replace(told(), end="max_tokens"), "the answer was too long"),
        (replace(told(), break_after_chars=300, breaks_by="cut"), "the connection to the API broke"),
        (replace(told(), break_after_chars=300, breaks_by="silence"), "the answer was cut"),
        (Turn(words="Sure, here are my notes."), "the model did not answer in the agreed form"),
    ],
    ids=["overloaded", "refused", "too long", "cut", "silence", "no JSON"],
)
@pytest.mark.parametrize("model", SONNETS)
async def test_one_call_that_fails_is_not_repeated(api, make, turn, reason, model):
    api.script(turn, told())

    with pytest.raises(ModelFailedError) as caught:
        await make(model).fold(a_long_case(model=model))

    assert caught.value.reason == reason
    assert len(api.requests) == 1


async def test_the_request_begins_as_the_answer_did_so_that_it_reads_from_the_prompt_cache(api, make):
    case = a_long_case()
    api.script(Turn(words=diagnoses.from_facts), told())
    claude = make()
    await steps_of(claude, case)

    await claude.fold(case)

    answer, fold = api.bodies
    same = ("model", "tools", "tool_choice", "system", "thinking", "output_config")
    assert [fold[name] for name in same] == [answer[name] for name in same]
    assert fold["messages"][:3] == answer["messages"][:3]
    assert [turn["role"] for turn in fold["messages"][-3:]] == ["assistant", "system", "user"]
    assert fold["messages"][-2]["output_config"] == {"effort": "low"}
    assert [r.headers["anthropic-beta"] for r in api.requests] == [EFFORT_BETA] * 2
    digest = tool_results(fold)[0]["folded"]
    assert digest == tool_results(answer)[0]["folded"]
    assert api.usages[-1]["cache_read_input_tokens"] > len(json.dumps(digest)) / 4


async def test_where_the_effort_cannot_change_within_a_conversation_it_is_low_from_the_start(api, make):
    await make("claude-sonnet-4-6").fold(a_long_case(model="claude-sonnet-4-6"))

    (body,) = api.bodies
    assert body["output_config"]["effort"] == "low"
    assert {turn["role"] for turn in body["messages"]} == {"user", "assistant"}
    assert "anthropic-beta" not in api.requests[0].headers


async def test_after_an_answer_of_opus_the_smaller_sister_takes_the_notes(api, make):
    await make().fold(a_long_case(model="claude-opus-5-5"))

    assert [body["model"] for body in api.bodies] == ["claude-sonnet-5-5"]


async def test_only_what_is_no_repetition_is_read_again_and_bounded(api, make):
    alerts = [f"ALERT HighLatency on web-{n:02} is firing, value {n}.5 s" for n in range(1, 200)]
    talk = [f"{said(n)} {words_of(n + 1_000, 40)} {words_of(n + 2_000, 40)}" for n in range(1, 160)]
    shown = [a_message(n, text) for n, text in enumerate([*alerts, *talk], 1)]
    incident = an_incident(*shown)
    case = replace(a_long_case(), incident=incident, facts=extract(incident, now=shown[-1].at))
    case = replace(case, reading=compact(incident, case.facts))

    await make().fold(case)

    read = messages(api.bodies[0])
    assert not [message for message in read if "HighLatency" in message["text"]]
    assert 0 < len(read) < len(talk)


async def test_it_is_paid_for_as_notes_and_is_on_the_bill_of_no_question(api, make):
    till = Till(LocalPurse(), default_catalogue())
    claude = make(till=till)

    await claude.fold(a_long_case())
    await till.close()

    spent = await till.purse.of_request("r1:notes")
    assert spent.usd > 0
    assert [(one.purpose, one.questions) for one in spent.by_model] == [(Purpose.NOTES, 0)]
    assert (await till.purse.of_request("r1")).is_nothing
    assert spent.is_exact


async def test_a_call_that_cannot_be_booked_is_not_made(api, make):
    class Away(LocalPurse):
        async def book(self, account, call_id, **_):
            raise StoreUnavailableError("away")

    with pytest.raises(StoreUnavailableError):
        await make(till=Till(Away(), default_catalogue())).fold(a_long_case())

    assert api.requests == []


async def test_there_must_be_something_to_tell_and_a_model_that_is_known(api, make):
    case = a_long_case()
    nothing = replace(case, reading=replace(case.reading, digest=Digest()))
    gone = replace(
        case, reading=replace(case.reading, digest=Digest(chunks=(Chunk(ids=("m900",), prints=("a",)),)))
    )

    for one, model in ((nothing, "claude-sonnet-5-5"), (gone, "claude-sonnet-5-5"), (case, "claude-unknown")):
        with pytest.raises(ModelFailedError):
            await make(model).fold(one)

    assert api.requests == []
