"""What shadow mode keeps of answers that nobody saw, and when it pays for none."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.bridging import Bridging
from bot.models.spending import Caps
from bot.request import RequestKind
from bot.shadow import ShadowWorkspace
from bot.shadowing import Shadowing
from tests.fakes import FakeAnalyst, FakeFence, FakeMemory, FakeWorkspace
from tests.purses import money_of
from tests.slack.samples import H1, H2, STORE
from tests.test_copilot import CLAUDE, RULES, copilot, request

AT = STORE.messages[-1].at


@dataclass
class FakeCourse:
    kept: list = field(default_factory=list)

    async def keep(self, ref, glance):
        self.kept.append(glance)

    async def glances(self, ref):
        return list(self.kept)


def unasked(number=1, *, after_seconds=20):
    return request(
        RequestKind.SHADOW,
        id=f"shadow:T1:C1:{number}-0",
        asker_id="",
        text="",
        message_ts=None,
        pressed_ts="1742599999.000000",
        received_at=AT + timedelta(seconds=after_seconds),
    )


def shadowed(*steps, money=None, memory=None):
    memory = memory or FakeMemory()
    bot = copilot(*steps, memory=memory, workspace=ShadowWorkspace(FakeWorkspace(STORE)))
    course = FakeCourse()
    follows = Shadowing(course=course, memory=memory, money=money or bot.money)
    return replace(bot, shadowing=follows), course


async def test_what_would_have_ranked_first_is_kept_in_ids_and_times():
    bot, course = shadowed(H1, H2, CLAUDE)

    await bot.handle(unasked(), FakeFence())

    [glance] = course.kept
    assert glance.ranked == ("H1", "H2")
    assert (glance.newest_ts, glance.messages) == (STORE.messages[-1].ts, len(STORE.messages))
    assert set(glance.trigger_ts) <= {message.ts for message in STORE.messages}
    assert H1.claim not in repr(glance)


async def test_of_answers_in_a_row_that_rank_the_same_only_the_last_is_kept():
    bot, course = shadowed(H1, RULES)

    for number in (1, 2):
        await bot.handle(unasked(number), FakeFence())

    assert [one.first for one in course.kept] == ["H1", "H1"]
    assert set(bot.memory.answers_kept) == {"shadow:T1:C1:2-0"}


async def test_a_persons_question_is_followed_too_and_its_answer_stays():
    bot, course = shadowed(H1, RULES)
    asked = request()

    await bot.handle(asked, FakeFence())
    await bot.handle(unasked(), FakeFence())

    assert len(course.kept) == 2
    assert asked.id in bot.memory.answers_kept


async def test_where_nobody_has_talked_for_an_hour_the_rules_look():
    bot, course = shadowed(H1, CLAUDE)
    bot = replace(bot, bridging=Bridging(rules=FakeAnalyst((H2, RULES))), request_seconds=10**9)

    await bot.handle(unasked(after_seconds=3_601), FakeFence())

    kept = bot.memory.answers_kept["shadow:T1:C1:1-0"]
    assert list(kept.claims.values()) == [H2.claim]
    assert course.kept


@pytest.mark.parametrize(("hard_usd", "is_free"), [("5", False), ("0", True)])
async def test_above_the_hard_cap_only_the_rules_may_look(hard_usd, is_free):
    follows = shadowed(money=money_of(caps=Caps(hard_usd=Decimal(hard_usd))))[0].shadowing

    assert await follows.is_free(unasked(), STORE) is is_free
