"""An API without room, out of reach or too slow: who is asked then, and for how long."""

import asyncio
from dataclasses import replace

import pytest

from bot.adapters.breaker import Breaker
from bot.adapters.claude import ClaudeAnalyst
from bot.adapters.claude_asks import FOLDED_NOTE, Failover
from bot.adapters.claude_trouble import ModelFailedError
from bot.errors import StoreUnavailableError
from bot.incident.hypotheses import Status
from bot.models.catalogue import default_catalogue
from tests.adapters.claude_cases import MODELS, object_store, steps_of
from tests.messages_api import diagnoses
from tests.messages_api.diagnoses import messages
from tests.messages_api.script import Turn, overloaded, rate_limited
from tests.messages_api.server import stand_in

GOOD = Turn(words=diagnoses.object_store)
LATE = Turn(words=diagnoses.object_store, break_after_chars=2_500, breaks_by="error")
HOUR = overloaded(retry_after="3600")
TOO_LONG = Turn(
    status=400, error="invalid_request_error", message="prompt is too long: 1200345 tokens > 1000000 maximum"
)
PAIRS = default_catalogue().pairs


class Allowance:
    """Allows a model to be paid for, or not, or does not know."""

    def __init__(self, answer):
        self.answer, self.asked = answer, []

    async def __call__(self, case):
        self.asked.append((case.route.tier, case.route.model))
        if self.answer is None:
            raise StoreUnavailableError("away")
        return self.answer


@pytest.fixture
async def api():
    async with stand_in([GOOD]) as api:
        yield api


@pytest.fixture
async def opened(api):
    made = []

    def make(**options):
        settings = {"backoff_seconds": 0.0, "total_seconds": 30.0, **options}
        analyst = ClaudeAnalyst(
            catalogue=default_catalogue(), api_key="test", base_url=api.base_url, **settings
        )
        made.append(analyst)
        return analyst

    yield make
    for analyst in made:
        await analyst.close()


def failover(pair="5.5", *, allows=True):
    return Failover(pair=PAIRS[pair], allows=Allowance(allows))


def asked(api):
    return [body["model"] for body in api.bodies]


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("busy", [HOUR, rate_limited(retry_after="3600")])
@pytest.mark.parametrize("tier", ["sonnet", "opus"])
async def test_a_model_without_room_hands_over_to_the_other_tier_and_the_answer_says_so(
    api, opened, pair, busy, tier
):
    own, other = PAIRS[pair].of(tier), PAIRS[pair].of("opus" if tier == "sonnet" else "sonnet")
    api.script(busy, GOOD)

    *_, closing = await steps_of(opened(failover=failover(pair)), object_store(model=own.id))

    assert asked(api) == [own.id, other.id]
    assert api.refusals == []
    assert closing.usage.model == other.id
    assert closing.note.startswith(f"{own.label} had no room (API ")
    assert closing.note.endswith(f"so {other.label} answered")


async def test_it_hands_over_after_its_own_tries_also_when_the_stream_had_begun(api, opened):
    api.script(LATE, LATE, LATE, GOOD)

    *_, closing = await steps_of(opened(failover=failover()), object_store())

    assert asked(api) == ["claude-opus-5-5"] * 3 + ["claude-sonnet-5-5"]
    assert "Sonnet 5.5 answered" in closing.note


@pytest.mark.parametrize(("allows", "requests"), [(True, 2), (False, 1), (None, 1)])
async def test_opus_stands_in_for_sonnet_only_where_its_price_is_allowed_and_known_to_be(
    api, opened, allows, requests
):
    api.script(HOUR)
    handing = failover(allows=allows)

    with pytest.raises(ModelFailedError, match="API overloaded"):
        await steps_of(opened(failover=handing), object_store(model="claude-sonnet-5-5"))

    assert len(api.requests) == requests
    assert handing.allows.asked == [("opus", "claude-opus-5-5")]


@pytest.mark.parametrize("turn", [Turn(status=500, error="api_error"), Turn(status=401, error="x")])
async def test_what_another_model_would_meet_as_well_hands_nothing_over(api, opened, turn):
    api.script(turn)

    with pytest.raises(ModelFailedError):
        await steps_of(opened(failover=failover()), object_store())

    assert set(asked(api)) == {"claude-opus-5-5"}


async def test_it_hands_over_once(api, opened):
    api.script(HOUR)

    with pytest.raises(ModelFailedError):
        await steps_of(opened(failover=failover()), object_store())

    assert asked(api) == ["claude-opus-5-5", "claude-sonnet-5-5"]


async def test_a_dead_api_is_not_asked_again_for_every_question_until_one_may_try(api, opened):
    api.script(overloaded())
    claude = opened(breaker=Breaker(rest_seconds=3_600))

    for _ in range(4):
        with pytest.raises(ModelFailedError) as caught:
            await steps_of(claude, object_store())

    assert len(api.requests) == 5
    assert caught.value.reason == "API overloaded, again and again: not asked for a moment"


async def test_a_model_whose_circuit_is_open_hands_over_at_once(api, opened):
    breaker, now = Breaker(rest_seconds=3_600), asyncio.get_running_loop().time()
    permit = breaker.admit("claude-opus-5-5", now=now)
    for _ in range(5):
        breaker.failed(permit, reason="API overloaded", is_busy=True, now=now)

    *_, closing = await steps_of(opened(breaker=breaker, failover=failover()), object_store())

    assert asked(api) == ["claude-sonnet-5-5"]
    assert "again and again" in closing.note


@pytest.mark.parametrize("good", [GOOD, Turn(words="no"), Turn(status=401, error="x")])
async def test_a_probe_that_is_answered_closes_the_circuit_whatever_the_answer_is_worth(api, opened, good):
    breaker = Breaker(rest_seconds=0.0)
    permit = breaker.admit("claude-opus-5-5", now=0.0)
    for _ in range(5):
        breaker.failed(permit, reason="API overloaded", is_busy=True, now=0.0)
    api.script(good, GOOD)
    claude = opened(breaker=breaker)

    for _ in range(2):
        try:
            steps = await steps_of(claude, object_store())
        except ModelFailedError:
            continue

    assert steps[-1].analyst == "claude"


@pytest.mark.parametrize("turn", [TOO_LONG, Turn(status=413), Turn(end="model_context_window_exceeded")])
@pytest.mark.parametrize("model", MODELS)
async def test_what_is_too_long_is_asked_once_more_with_less_to_read_and_the_answer_says_so(
    api, opened, model, turn
):
    api.script(turn, GOOD)

    *_, closing = await steps_of(opened(), object_store(model=model))

    first, second = (len(messages(body)) for body in api.bodies)
    assert second < first
    assert api.refusals == []
    assert closing.note == FOLDED_NOTE


async def test_an_incident_of_nothing_cannot_be_made_smaller(api, opened):
    api.script(TOO_LONG)
    case = object_store()
    empty = replace(case, incident=case.incident.with_messages(()))

    with pytest.raises(ModelFailedError, match="too long for the model"):
        await steps_of(opened(), empty)

    assert len(api.requests) == 1


async def test_what_the_asker_has_waited_already_is_taken_from_the_models_time(api, opened):
    api.script(Turn(words=diagnoses.object_store, break_after_chars=10, breaks_by="stall"))
    claude = opened(total_seconds=0.3)
    await claude.warm()

    with pytest.raises(ModelFailedError, match="no answer within 60 s") as caught:
        await steps_of(claude, replace(object_store(), spent_seconds=59.7))

    assert caught.value.can_go_on


@pytest.mark.parametrize(
    ("status", "says"), [(Status.PROPOSED, "stand by now: H7"), (None, "Nothing stands")]
)
async def test_a_question_that_goes_on_says_what_stands_also_when_it_is_repaired(api, opened, status, says):
    found = next(step for step in await steps_of(opened(), object_store()) if hasattr(step, "claim"))
    board = (replace(found, id="H7", status=status),) if status else ()
    api.script(Turn(words="no"), GOOD)

    await steps_of(opened(), replace(object_store(), board=board, continues="msg:1"))

    ends = [body["messages"][-1]["content"][-1]["text"] for body in api.bodies[1:]]
    assert all(says in end for end in ends)
    assert ["did not match" in end for end in ends] == [False, True]
