import pytest

from sandbox.people import BOT_USER_ID
from tests.end_to_end.person import until, words

pytestmark = pytest.mark.asyncio(loop_scope="module")

PEOPLE = ("U0ANA00001", "U0BEN00001", "U0CHO00001", "U0DAN00001", "U0EVA00001")


async def test_five_people_who_ask_at_once_get_five_answers_under_way_at_once(slow_product):
    person = await slow_product.fresh()
    channel_id, root = await person.place()
    channel = slow_product.sandbox.workspace.channel(channel_id)

    for name in PEOPLE:
        text = f"<@{BOT_USER_ID}> why are uploads failing?"
        slow_product.sandbox.workspace.post(channel, {"user": name, "text": text, "thread_ts": root})

    async def all_begun():
        return len(slow_product.logged("facts.shown")) == len(PEOPLE)

    await until(all_begun)
    done = len(slow_product.logged("answer.posted"))
    answers = await person.answers(5)

    assert done == 0
    assert len(answers) == 5


async def test_a_worker_killed_mid_answer_leaves_one_whole_answer(slow_product):
    person = await slow_product.fresh()

    await person.ask()
    await person.posts()
    killed = await slow_product.bot.kill_worker()
    [answer] = await person.answers()

    assert len(await person.own_posts()) == 1
    assert "check before you act" in words(answer["blocks"])
    assert slow_product.bot.worker.process.pid != killed
    assert slow_product.logged("request.repeated")


async def test_a_receiver_that_was_killed_is_started_again_and_loses_no_question(slow_product):
    person = await slow_product.fresh()

    slow_product.bot.web.kill()
    await person.ask()
    [answer] = await person.answers()

    assert "check before you act" in words(answer["blocks"])
    assert slow_product.bot.web.pid
