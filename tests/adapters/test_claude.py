"""The analyst that asks Claude, over HTTP against a stand-in that refuses what the API refuses."""

import asyncio
import json
import subprocess
import sys
from contextlib import aclosing
from dataclasses import replace
from decimal import Decimal

import pytest
from structlog.testing import capture_logs

from bot.adapters.claude import ClaudeAnalyst
from bot.adapters.claude_request import EFFORT_BETA
from bot.adapters.claude_trouble import ModelFailedError
from bot.answers import Closing, Restart
from bot.incident.compaction import compact
from bot.incident.digest import Digest
from bot.incident.facts import Facts
from bot.incident.hypotheses import Hypothesis
from bot.incident.pages import page_tokens
from bot.models.catalogue import default_catalogue
from tests.adapters.claude_cases import MODELS, a_message, an_incident, object_store, steps_of, words_of
from tests.messages_api import diagnoses
from tests.messages_api.diagnoses import diagnosis, messages, tool_results
from tests.messages_api.script import Turn, no_credit, overloaded, rate_limited, refused_key
from tests.messages_api.server import StandIn, stand_in

GOOD = Turn(words=diagnoses.object_store)


def broken(by: str, *, after: int = 2_500) -> Turn:
    """An answer that ends badly after its first hypothesis."""
    return Turn(words=diagnoses.object_store, break_after_chars=after, breaks_by=by)


@pytest.fixture
async def api():
    async with stand_in([GOOD]) as api:
        yield api


@pytest.fixture
async def claude(api: StandIn):
    analyst = an_analyst(api)
    yield analyst
    await analyst.close()


def an_analyst(api: StandIn, **options: object) -> ClaudeAnalyst:
    settings = {"backoff_seconds": 0.01, "total_seconds": 30.0, **options}
    return ClaudeAnalyst(catalogue=default_catalogue(), api_key="test", base_url=api.base_url, **settings)


def ids(steps: list[object]) -> list[str]:
    return [step.id for step in steps if isinstance(step, Hypothesis)]


@pytest.mark.parametrize("model", MODELS)
async def test_every_model_takes_our_request_and_explains_the_incident_with_real_citations(
    api, claude, model
):
    case = object_store(model=model)

    *hypotheses, closing = await steps_of(claude, case)

    assert api.refusals == []
    assert ids(hypotheses) == ["H1", "H2"]
    assert [item.id for item in hypotheses[0].trigger.evidence] == ["m3"]
    cited = [item for hypothesis in hypotheses for item in hypothesis.evidence]
    assert all(item.quote in case.incident.by_id[item.id].text for item in cited)
    assert closing.analyst == "claude"
    assert closing.usage.model == model
    assert closing.usage.cost_usd > 0
    assert closing.open_questions == ("Which key id does production use?",)
    assert [m.safe_under for m in closing.mitigations] == [("H1", "H2")]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("effort", ["low", "high", "xhigh", "max"])
async def test_no_effort_is_sent_that_a_model_refuses(api, claude, model, effort):
    await steps_of(claude, object_store(model=model, effort=effort))

    sent = api.bodies[0]["output_config"]["effort"]
    assert sent == ("high" if effort == "xhigh" and model.endswith("4-6") else effort)


async def test_what_people_wrote_stands_in_tool_results_alone(api, claude):
    await steps_of(claude, object_store())

    body = api.bodies[0]
    texts = [b["text"] for turn in body["messages"] for b in turn["content"] if b["type"] == "text"]
    assert not any("removed the old pair" in text for text in (*texts, json.dumps(body["system"])))
    assert "why are uploads failing?" in texts[-1]
    assert len(messages(body)) == 15
    assert all(result["trust"] == "untrusted" for result in tool_results(body))


@pytest.mark.parametrize("model", MODELS)
async def test_the_request_carries_the_key_as_a_bearer_and_no_trace(api, claude, model):
    await steps_of(claude, object_store(model=model))

    headers = {name.lower(): value for name, value in api.requests[0].headers.items()}
    assert headers["authorization"] == "Bearer test"
    assert not {"traceparent", "x-api-key"} & set(headers)
    assert headers.get("anthropic-beta") == (None if model.endswith("4-6") else EFFORT_BETA)


async def test_the_first_hypothesis_is_out_before_the_answer_has_ended(api):
    api.script(broken("stall"))
    claude = an_analyst(api)

    async with aclosing(claude.diagnose(object_store())) as steps:
        first = await anext(steps)

    await claude.close()
    assert first.id == "H1"


async def test_the_last_hypothesis_is_out_when_what_follows_the_list_has_begun(api):
    api.script(broken("stall", after=1_000_000))
    claude = an_analyst(api)

    async with aclosing(claude.diagnose(object_store())) as steps:
        shown = [(await anext(steps)).id for _ in range(2)]

    await claude.close()
    assert shown == ["H1", "H2"]


async def test_a_second_question_reads_the_thread_from_the_cache(api, claude):
    await steps_of(claude, object_store())

    *_, closing = await steps_of(claude, object_store())

    assert closing.usage.cache_read_tokens > 2 * closing.usage.input_tokens
    assert closing.usage.cache_write_tokens == 0


async def test_after_a_fold_the_earlier_pages_of_the_digest_still_come_from_the_cache(api, claude):
    alert = "{} [{n}]\nlatency of web-{m} is {n} ms"
    shown = [a_message(n, alert.format(words_of(n % 9), n=n, m=n % 9)) for n in range(1, 301)]
    limits = {"budget_tokens": 9_000, "target_tokens": 6_000}
    digest, pages, read = Digest(), [], []
    for count in (220, 222, 300):
        incident = an_incident(*shown[:count])
        reading = compact(incident, Facts(), digest=digest, **limits)
        digest = reading.digest
        pages.append([page_tokens(chunk) for chunk in digest.chunks])
        case = replace(object_store(), incident=incident, facts=Facts(), reading=reading)
        *_, closing = await steps_of(claude, case)
        read.append(closing.usage.cache_read_tokens)

    first, second, third = (sum(body) for body in pages)
    assert [len(chunks) for chunks in pages] == [1, 1, 2]
    assert read[0] == 0
    assert read[1] > first * 3 / 4
    assert read[2] > pages[2][0] * 3 / 4
    assert (first, first + pages[2][1]) == (second, third)


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        (broken("error"), "API overloaded"),
        (broken("cut"), "the connection to the API broke"),
        (broken("silence"), "the answer was cut"),
        (broken("garbage"), "the API answered in an unknown form"),
        (broken("disorder"), "the API answered in an unknown form"),
    ],
)
async def test_a_stream_that_breaks_is_asked_again_and_what_was_shown_is_taken_back(
    api, claude, first, reason
):
    api.script(first, GOOD)

    steps = await steps_of(claude, object_store())

    assert [type(step) for step in steps] == [Hypothesis, Restart, Hypothesis, Hypothesis, Closing]
    assert steps[1] == Restart(reason=reason)


@pytest.mark.parametrize(
    "busy", [overloaded(), rate_limited(retry_after="0"), Turn(status=500, error="api_error")]
)
async def test_an_api_that_is_busy_for_a_moment_is_asked_again(api, claude, busy):
    api.script(busy, busy, GOOD)

    steps = await steps_of(claude, object_store())

    assert ids(steps) == ["H1", "H2"]
    assert not any(isinstance(step, Restart) for step in steps)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (Turn(words="Sure! Here is what I think: {"), "did not match the schema"),
        (Turn(words='{"hypotheses": [{"id": "H1"}, {'), "did not match the schema (claim: missing)"),
        (Turn(words='{"hypotheses": [], "likely": 9}'), "did not match the schema (mitigations: missing)"),
        (Turn(words=diagnoses.object_store, end="max_tokens"), "it was too long"),
        (Turn(words=diagnoses.object_store, end="tool_use"), "it called a tool"),
    ],
)
async def test_an_unusable_answer_is_repaired_once_without_its_own_words(api, claude, bad, said):
    api.script(bad, GOOD)

    steps = await steps_of(claude, object_store())

    assert ids(steps)[-2:] == ["H1", "H2"]
    repair = api.bodies[1]["messages"][-1]["content"][-1]["text"]
    assert said in repair
    assert "what I think" not in json.dumps(api.bodies[1])
    assert api.bodies[1]["messages"][-1]["content"][:-1] == api.bodies[0]["messages"][-1]["content"]


@pytest.mark.parametrize(
    ("turn", "reason", "requests"),
    [
        (overloaded(), "API overloaded", 3),
        (overloaded(retry_after="3600"), "API overloaded", 1),
        (rate_limited(retry_after="Wed, 21 Oct 2099 07:28:00 GMT"), "API rate limit reached", 1),
        (rate_limited(retry_after="Wed, 21 Oct 2026 07:28:00 GMT"), "API rate limit reached", 3),
        (rate_limited(retry_after="-5"), "API rate limit reached", 3),
        (rate_limited(retry_after="soon"), "API rate limit reached", 3),
        (refused_key(), "API key refused", 1),
        (no_credit(), "no API credit left", 1),
        (Turn(status=402, error="billing_error"), "no API credit left", 1),
        (Turn(status=500, error="billing_error"), "no API credit left", 1),
        (Turn(status=403, error="permission_error"), "API key not allowed to use this model", 1),
        (Turn(status=404, error="not_found_error"), "model not available at the API", 1),
        (Turn(status=413, error="request_too_large"), "the incident is too long for the API", 2),
        (Turn(status=400, error="invalid_request_error"), "the API refused the request", 1),
        (Turn(status=503, error="api_error"), "the API failed", 3),
        (broken("cut"), "the connection to the API broke", 3),
        (broken("silence"), "the answer was cut", 3),
        (Turn(is_mute=True), "the answer was cut", 3),
        (Turn(words="no"), "the model did not answer in the agreed form", 2),
        (Turn(words="no", end="max_tokens"), "the answer was too long", 2),
        (Turn(words="", end="refusal"), "the model declined", 2),
        (Turn(end="model_context_window_exceeded"), "the incident is too long for the model", 2),
    ],
)
async def test_what_cannot_be_mended_fails_in_plain_words(api, claude, turn, reason, requests):
    api.script(turn)

    with pytest.raises(ModelFailedError) as caught:
        await steps_of(claude, object_store())

    assert caught.value.reason == reason
    assert len(api.requests) == requests


@pytest.mark.parametrize(
    ("asked", "answers", "note"),
    [
        ("claude-opus-5-5", "claude-opus-4-6", "Opus 5.5 declined, so Opus 4.6 answered"),
        ("claude-sonnet-5-5", "claude-sonnet-4-6", "Sonnet 5.5 declined, so Sonnet 4.6 answered"),
    ],
)
async def test_a_declined_question_goes_to_the_model_without_that_classifier(
    api, claude, asked, answers, note
):
    api.script(Turn(words="", end="refusal"), GOOD)

    *_, closing = await steps_of(claude, object_store(model=asked, effort="xhigh"))

    assert [body["model"] for body in api.bodies] == [asked, answers]
    assert api.refusals == []
    assert (closing.note, closing.usage.model) == (note, answers)


async def test_a_model_without_a_stand_in_that_declines_has_declined(api, claude):
    api.script(Turn(words="", end="refusal"))

    with pytest.raises(ModelFailedError, match="declined"):
        await steps_of(claude, object_store(model="claude-opus-4-6"))

    assert len(api.requests) == 1


async def test_failed_attempts_are_paid_for_as_well(api, claude):
    api.script(Turn(words="no"))

    with pytest.raises(ModelFailedError) as caught:
        await steps_of(claude, object_store())

    assert caught.value.usage.cost_usd > Decimal(0)
    assert caught.value.usage.output_tokens == 2


async def test_when_the_time_is_up_complete_hypotheses_stand_as_the_best_so_far(api):
    api.script(broken("stall"))
    claude = an_analyst(api, total_seconds=3)
    await claude.warm()

    steps = await steps_of(claude, object_store())

    await claude.close()
    assert ids(steps) == ["H1"]
    assert steps[-1].cut_short == "Stopped after 3 s; best so far."


async def test_when_the_time_is_up_with_nothing_to_show_it_says_so(api):
    api.script(broken("stall", after=10))
    claude = an_analyst(api, total_seconds=0.5)
    await claude.warm()

    with pytest.raises(ModelFailedError, match=r"no answer within 0\.5 s"):
        await steps_of(claude, object_store())

    await claude.close()


async def test_an_api_that_cannot_be_reached_is_no_connection(api):
    claude = ClaudeAnalyst(
        catalogue=default_catalogue(), api_key="test", base_url="http://127.0.0.1:9", backoff_seconds=0
    )

    with pytest.raises(ModelFailedError, match="no connection to the API"):
        await steps_of(claude, object_store())

    await claude.close()


async def test_an_address_that_is_none_fails_in_plain_words_and_warming_up_survives_it():
    claude = ClaudeAnalyst(catalogue=default_catalogue(), api_key="test", base_url="http://[::1")

    await claude.warm()
    with pytest.raises(ModelFailedError, match="address of the API cannot be used"):
        await steps_of(claude, object_store())

    await claude.close()


async def test_a_model_that_says_it_is_not_enough_is_heard(api, claude):
    api.script(Turn(words=diagnosis(insufficient="No change is known before 21:38.")))

    steps = await steps_of(claude, object_store())

    assert [step.insufficient for step in steps] == ["No change is known before 21:38."]


async def test_a_route_to_a_model_of_unknown_price_is_asked_and_has_no_cost(api, claude):
    case = object_store(model="claude-opus-9")

    with pytest.raises(ModelFailedError, match="model not available"):
        await steps_of(claude, case)

    assert api.bodies[0]["output_config"]["effort"] == "high"


async def test_logs_name_the_prompt_and_the_tokens_and_hold_no_text(api, claude):
    api.script(Turn(words="no"), GOOD)

    with capture_logs() as logs:
        await steps_of(claude, object_store())

    assert [entry["event"] for entry in logs] == ["model.warmed", "model.failed", "model.answered"]
    assert logs[-1]["prompt"].startswith("diagnose_system@")
    assert (logs[-1]["requests"], logs[-1]["effort"]) == (2, "high")
    assert not any(word in json.dumps(logs) for word in ("uploads", "removed", "gateway"))


async def test_five_questions_at_once_share_one_client(api, claude):
    answers = await asyncio.gather(*(steps_of(claude, object_store()) for _ in range(5)))

    assert [ids(steps) for steps in answers] == [["H1", "H2"]] * 5


async def test_a_closed_analyst_can_be_closed_again(claude):
    await claude.close()

    assert await claude.close() is None


def test_importing_the_analyst_does_not_load_the_sdk():
    check = "import sys, bot.adapters.claude, bot.adapters.fallback; sys.exit('anthropic' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
