"""A bare `/opus` asks the newest question again and says which one it is."""

import pytest

from bot.request import RequestKind
from bot.wishes import DEFAULT_QUESTION
from tests.fakes import FakeFence
from tests.test_copilot import RULES, copilot, request, seen


def bare(**changes):
    values = {"id": "cmd:1", "text": "", "message_ts": None, "is_full": True, **changes}
    return request(RequestKind.ESCALATE, **values)


async def test_a_bare_opus_asks_the_newest_question_again_and_says_which():
    bot = copilot(RULES)
    await bot.handle(request(), FakeFence())

    await bot.handle(bare(), FakeFence())

    assert bot.analyst.cases[1].question == "why are uploads failing?"
    shown = seen(bot.workspace.replies["cmd:1"].final)
    assert "Asked again: why are uploads failing?" in shown


@pytest.mark.parametrize("kind", [RequestKind.ESCALATE, RequestKind.ANSWER])
async def test_where_nothing_was_asked_the_usual_question_is(kind):
    bot = copilot(RULES)

    await bot.handle(request(kind, text="", id="cmd:2", message_ts=None), FakeFence())

    assert bot.analyst.cases[0].question == DEFAULT_QUESTION


async def test_a_question_of_another_thread_is_asked_again_where_this_one_has_none():
    bot = copilot(RULES)
    await bot.handle(request(), FakeFence())

    await bot.handle(bare(thread_ts="1742590000.000001"), FakeFence())

    assert bot.analyst.cases[1].question == "why are uploads failing?"
