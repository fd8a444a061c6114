"""Money over the whole product: two processes, a stand-in for Claude's API, a person at the page."""

import asyncio
import json
import re
from decimal import Decimal

import pytest
import pytest_asyncio

from tests.end_to_end.conftest import running_product
from tests.end_to_end.person import until, words
from tests.messages_api.diagnoses import any_incident
from tests.messages_api.script import Turn
from tests.messages_api.server import is_gathering, stand_in

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def product(tmp_path_factory: pytest.TempPathFactory):
    """A product with a model, whose every incident would pass its hard cap with one answer of Opus."""
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
    """The models that were asked to explain; what was looked up before that is not in it."""
    return [body["model"] for body in api.bodies if not is_gathering(body)]


def has_button(post, action_id):
    elements = [element for block in post["blocks"] for element in block.get("elements", [])]
    return action_id in {element.get("action_id") for element in elements}


async def held_up(person):
    """Ask; return the post that asks back."""
    await person.ask()
    [post] = await person.answers(1)
    return post


async def answered(person):
    """Wait for the answer that a press brought."""

    async def found():
        return [post for post in await person.own_posts() if has_button(post, "evidence")]

    [answer] = await until(found)
    return answer


async def test_opus_asks_before_the_cap_is_passed_and_answers_who_agrees(product):
    person, api = await product.fresh(), product.api
    before = len(asked_of(api))
    asking = await held_up(person)

    assert "Waiting for you. This incident has cost $0.00; I ask before Opus takes it" in words(
        asking["blocks"]
    )
    assert has_button(asking, "consent_opus")
    assert "21:38" in words(asking["blocks"])
    assert len(asked_of(api)) == before

    await asyncio.gather(person.press(asking, "consent_opus"), person.press(asking, "consent_opus"))
    answer = await answered(person)

    assert asked_of(api)[before:] == ["claude-opus-5-5"]
    assert re.search(r"this incident: \$0\.0\d, has reached its limit of", words(answer["blocks"]))
    shown = next(post for post in await person.own_posts() if post["ts"] == asking["ts"])
    assert not has_button(shown, "consent_opus")
    assert "Opus, decided by" in words(shown["blocks"])
    assert len(await person.own_posts()) == 2

    await person.command("/copilot", "cost")
    told = await person.whisper("This incident")

    assert "Opus 5.5 · $0.0" in told
    assert "tokens in" in told
    assert "From under $0.01 every answer says so." in told
    assert "Reached: I ask before Opus now." in told
    assert Decimal(told.split("This incident: $")[1].split("Opus")[0]) > 0


async def test_sonnet_goes_on_without_asking_and_reads_what_was_said_until_the_press(product):
    person, api = await product.fresh(), product.api
    asking = await held_up(person)
    before = len(asked_of(api))
    await person.wait_for_slack(seconds=600)

    await person.press(asking, "consent_sonnet")
    answer = await answered(person)

    assert asked_of(api)[before:] == ["claude-sonnet-5-5"]
    state = await person.state()
    later = [message["text"] for message in state["messages"] if asking["ts"] < message["ts"] < answer["ts"]]
    read = json.dumps(api.bodies[-1], ensure_ascii=False)
    assert [text for text in later if text and text.split("\n")[0][:20] in read]


async def test_a_call_whose_worker_was_killed_stays_unknown_and_the_next_one_is_counted(product):
    person, api = await product.fresh(), product.api
    asking = await held_up(person)
    before = len(asked_of(api))
    api.script(Turn(words=any_incident, pause_seconds=0.1))
    await person.press(asking, "consent_opus")

    async def is_asked():
        return len(asked_of(api)) > before

    await until(is_asked)
    await product.bot.kill_worker()
    api.script(Turn(words=any_incident))
    answer = await answered(person)
    await person.command("/copilot", "cost")
    told = await person.whisper("1 call under way or broken off")

    assert len(asked_of(api)) == before + 2
    assert "at least $0.0" in words(answer["blocks"])
    assert "This incident: at least $0.0" in told
