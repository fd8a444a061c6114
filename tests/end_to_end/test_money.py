"""Money over the whole product: two processes, a stand-in for Claude's API, a person at the page."""

import asyncio
import re
from decimal import Decimal

import pytest
import pytest_asyncio

from tests.end_to_end.conftest import running_product
from tests.end_to_end.person import until, words
from tests.messages_api.diagnoses import any_incident
from tests.messages_api.script import Turn
from tests.messages_api.server import stand_in

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def product(tmp_path_factory: pytest.TempPathFactory):
    """A product with a model, whose every incident is at its hard cap after one answer."""
    async with stand_in([Turn(words=any_incident)]) as api:
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("ANTHROPIC_API_KEY", "no-real-" + "key")
            environment.setenv("ANTHROPIC_BASE_URL", api.base_url)
            environment.setenv("INCIDENT_SOFT_USD", "0.001")
            environment.setenv("INCIDENT_HARD_USD", "0.002")
            async with running_product(tmp_path_factory.mktemp("money")) as running:
                running.api = api
                yield running


def asked_of(api):
    return [body["model"] for body in api.bodies]


def has_button(post, action_id):
    elements = [element for block in post["blocks"] for element in block.get("elements", [])]
    return action_id in {element.get("action_id") for element in elements}


async def answered(person, held_up):
    """Wait for the answer that a press brought; what was held up has buttons as well at first."""

    async def found():
        others = [post for post in await person.own_posts() if post["ts"] != held_up["ts"]]
        done = [post for post in others if has_button(post, "evidence")]
        return done if len(done) > 1 else []

    return (await until(found))[-1]


async def test_opus_asks_first_above_the_cap_and_answers_who_agrees(product):
    person, api = await product.fresh(), product.api
    await person.ask()
    [first] = await person.answers(1)
    before = len(asked_of(api))
    await person.ask()
    _, held_up = await person.answers(2)

    assert "this incident: $0.0" in words(first["blocks"])
    assert has_button(held_up, "consent_opus")
    assert "so I ask first: Opus 5.5 would cost about $0." in words(held_up["blocks"])
    assert "21:38" in words(held_up["blocks"])
    assert len(asked_of(api)) == before

    await asyncio.gather(person.press(held_up, "consent_opus"), person.press(held_up, "consent_opus"))
    await answered(person, held_up)

    assert asked_of(api)[before:] == ["claude-opus-5-5"]
    shown = next(post for post in await person.own_posts() if post["ts"] == held_up["ts"])
    assert not has_button(shown, "consent_opus")
    assert "Opus, decided by" in words(shown["blocks"])
    assert len(await person.own_posts()) == 3


def read_of(post):
    """How many messages were read for an answer."""
    return int(re.search(r"read (\d+) of", words(post["blocks"]))[1])


async def test_sonnet_goes_on_without_asking_and_reads_what_was_said_until_the_press(product):
    person, api = await product.fresh(), product.api
    await person.ask()
    await person.answers(1)
    await person.ask()
    first, held_up = await person.answers(2)
    before = len(asked_of(api))
    await person.wait_for_slack(seconds=600)

    await person.press(held_up, "consent_sonnet")
    answer = await answered(person, held_up)

    assert asked_of(api)[before:] == ["claude-sonnet-5-5"]
    assert read_of(answer) > read_of(first)


async def test_cost_is_told_to_the_person_alone(product):
    person = await product.fresh()
    await person.ask()
    await person.answers(1)

    await person.command("/copilot", "cost")
    told = await person.whisper("This incident")

    assert "Opus 5.5 · $0.0" in told
    assert "tokens in" in told
    assert "From under $0.01 every answer says so." in told
    assert Decimal(told.split("This incident: $")[1].split("Opus")[0]) > 0


async def test_a_call_whose_worker_was_killed_stays_unknown_and_the_next_one_is_counted(product):
    person, api = await product.fresh(), product.api
    before = len(asked_of(api))
    api.script(Turn(words=any_incident, pause_seconds=0.1))
    await person.ask()

    async def is_asked():
        return len(asked_of(api)) > before

    await until(is_asked)
    await product.bot.kill_worker()
    api.script(Turn(words=any_incident))
    [answer] = await person.answers(1)
    await person.command("/copilot", "cost")
    told = await person.whisper("1 call under way or broken off")

    assert len(asked_of(api)) == before + 2
    assert "at least $0.0" in words(answer["blocks"])
    assert "This incident: at least $0.0" in told
