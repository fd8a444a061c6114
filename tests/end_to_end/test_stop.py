"""A person presses Stop: over the whole product, receiver and worker in processes of their own."""

import pytest
import pytest_asyncio

from sandbox.people import BOT_USER_ID
from tests.end_to_end.conftest import running_product
from tests.end_to_end.person import until, words

pytestmark = pytest.mark.asyncio(loop_scope="module")

OTHER = "U0ANA00001"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pensive_product(tmp_path_factory: pytest.TempPathFactory):
    """A product that thinks for so long that only a Stop can end it as soon as these tests expect."""
    async with running_product(tmp_path_factory.mktemp("pensive"), pace_seconds=2.5) as running:
        yield running


def answer_below(answers, root):
    return next(answer for answer in answers if answer["thread_ts"] == root)


async def test_stop_ends_the_answer_in_that_thread_at_once_and_no_other(pensive_product):
    person, workspace = await pensive_product.fresh(), pensive_product.sandbox.workspace
    channel_id, root = await person.place()
    await person.ask()
    asked = workspace.post(
        workspace.channel(channel_id), {"user": OTHER, "text": f"<@{BOT_USER_ID}> why are uploads failing?"}
    )

    async def both_begun():
        return len(pensive_product.logged("facts.shown")) == 2

    await until(both_begun)
    mine = answer_below(await person.own_posts(), root)
    stopped = pensive_product.sandbox.person.stop(channel_id, mine["ts"])
    [ended] = await person.answers(1)
    answers = await person.answers(2)

    other = answer_below(answers, asked["ts"])
    assert stopped == [mine["ts"]]
    assert ended["ts"] == mine["ts"]
    assert "stopped by a person" in words(ended["blocks"]).lower()
    assert "stopped" not in words(other["blocks"]).lower()
    assert len(await person.own_posts()) == 2
    assert not [status for status in (await person.state())["statuses"].values() if status]


async def test_a_question_asked_after_a_stop_is_answered(pensive_product):
    person = await pensive_product.fresh()
    channel_id, root = await person.place()
    pensive_product.sandbox.person.stop(channel_id, root)

    await person.ask()
    [answer] = await person.answers()

    assert "stopped" not in words(answer["blocks"]).lower()
