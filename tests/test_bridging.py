"""Bounded time, always something: the rules while a model thinks, and where it was cut off."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from structlog.testing import capture_logs

from bot.adapters.claude_trouble import ModelFailedError
from bot.adapters.fallback import BEST_SO_FAR, FallbackAnalyst
from bot.answers import Closing, Restart, Usage
from bot.bridging import Bridging
from bot.errors import PostRefusedError
from bot.request import RequestKind
from bot.slack.limits import visible_text
from bot.stopping import Stop, place_of_asker
from tests.fakes import FakeAnalyst, FakeFence, FakeReply
from tests.slack.samples import H1, H2
from tests.test_copilot import copilot, request
from tests.waiting import eventually

SPENT = Usage(model="claude-opus-5-5", cost_usd=Decimal("0.13"))
DONE = Closing(analyst="claude", usage=SPENT)
CUT = Closing(analyst="claude", usage=SPENT, cut_short="Stopped after 90 s; best so far.", can_go_on=True)
LATE = ModelFailedError(reason="no answer within 90 s", usage=SPENT, can_go_on=True)
RULES_H = replace(H2, id="H1", claim="the removal comes before the refusals")
RULES = (RULES_H, Closing(analyst="rules"))
UNFOUNDED = replace(H1, trigger=replace(H1.trigger, evidence=()), links=(), claim="nothing cited")


@dataclass
class Thinker:
    """A model: says its steps; waits where one of them is an event."""

    steps: Sequence[object]
    cases: list[object] = field(default_factory=list)

    async def diagnose(self, case):
        self.cases.append(case)
        for step in self.steps:
            if isinstance(step, asyncio.Event):
                await step.wait()
            elif isinstance(step, Exception):
                raise step
            else:
                yield step


def bridged(*steps, rules=RULES, seconds=0.0):
    """A copilot whose model says these steps, and the rules at hand after so long."""
    own = FakeAnalyst(rules)
    bot = copilot(seconds=110.0)
    return replace(
        bot,
        analyst=FallbackAnalyst(Thinker(steps), own),
        bridging=Bridging(rules=own, seconds=seconds),
    )


async def during(bot, asked, *, until, then):
    """Work a request; when `until` holds for what is shown, do something else beside it."""
    work = asyncio.create_task(bot.handle(asked, FakeFence()))
    await eventually(lambda: until(shown(bot, asked)))
    await then()
    await work


def shown(bot, asked):
    return [text(blocks) for blocks in bot.workspace.replies[asked.id].shown]


def text(blocks):
    return "\n".join(visible_text(block) for block in blocks)


def final(bot, asked):
    return text(bot.workspace.replies[asked.id].final)


def buttons(bot, asked):
    blocks = bot.workspace.replies[asked.id].final
    return [e["text"]["text"] for b in blocks if b["type"] == "actions" for e in b["elements"]]


async def set_(event):
    event.set()


async def test_while_a_model_thinks_the_rules_are_shown_as_theirs_and_give_way_to_what_it_says():
    go = asyncio.Event()
    bot, asked = bridged(go, H1, DONE), request()

    await during(bot, asked, until=lambda said: any("R1" in one for one in said), then=lambda: set_(go))

    _, note, rules, models, own = shown(bot, asked)
    assert note == "Computed without a model, while Opus 5.5 still thinks:"
    assert RULES_H.claim in rules
    assert models == "From Opus 5.5:"
    assert H1.claim in own
    assert H1.claim in final(bot, asked)
    assert RULES_H.claim not in final(bot, asked)
    assert "Keep going" not in buttons(bot, asked)


async def test_the_numbers_of_blocks_never_meet():
    go = asyncio.Event()
    bot, asked = bridged(go, H1, DONE), request()

    await during(bot, asked, until=lambda said: any("R1" in one for one in said), then=lambda: set_(go))

    ids = [block["block_id"] for blocks in bot.workspace.replies[asked.id].shown for block in blocks]
    assert len(ids) == len(set(ids))


async def test_a_model_that_is_quick_is_alone():
    bot, asked = bridged(H1, DONE, seconds=30.0), request()

    await bot.handle(asked, FakeFence())

    assert not any("without a model" in one for one in shown(bot, asked))


async def test_what_was_verified_keeps_the_rules_away_unless_it_is_taken_back():
    go = asyncio.Event()
    bot, asked = bridged(H1, go, DONE, seconds=0.5), request()
    work = asyncio.create_task(bot.handle(asked, FakeFence()))
    await eventually(lambda: len(shown(bot, asked)) == 2)
    await asyncio.sleep(0.6)
    go.set()
    await work
    assert len(shown(bot, asked)) == 2

    go = asyncio.Event()
    bot, asked = bridged(H1, Restart(reason="cut"), go, H2, DONE, seconds=0.5), request()

    await during(bot, asked, until=lambda said: any("R1" in one for one in said), then=lambda: set_(go))

    assert shown(bot, asked)[-2] == "From Opus 5.5:"


async def test_a_model_that_says_nothing_in_time_leaves_the_rules_as_best_so_far_with_a_way_to_go_on():
    go = asyncio.Event()
    bot, asked = bridged(go, LATE), request()

    await during(bot, asked, until=lambda said: any("R1" in one for one in said), then=lambda: set_(go))

    assert len(shown(bot, asked)) == 3, "what stands already is not shown twice"
    assert BEST_SO_FAR in final(bot, asked)
    assert "No model (no answer within 90 s)" in final(bot, asked)
    assert buttons(bot, asked)[0] == "Keep going"
    assert "$0.13" in final(bot, asked)


@pytest.mark.parametrize("steps", [(), (UNFOUNDED,)])
async def test_a_model_of_which_nothing_passed_in_time_leaves_the_rules_as_well(steps):
    bot, asked = bridged(*steps, CUT, seconds=30.0), request()

    await bot.handle(asked, FakeFence())

    assert "nothing it said in time passed the check" in final(bot, asked)
    assert CUT.cut_short in final(bot, asked)
    assert RULES_H.links[-1].effect.strip("`") in final(bot, asked)
    assert buttons(bot, asked)[0] == "Keep going"
    assert ("1 statement without a source" in final(bot, asked)) is bool(steps)


async def test_a_model_that_finds_too_little_has_the_last_word():
    go = asyncio.Event()
    bot, asked = bridged(go, replace(DONE, insufficient="no change is known")), request()

    await during(bot, asked, until=lambda said: any("R1" in one for one in said), then=lambda: set_(go))

    assert "no change is known" in final(bot, asked)
    assert RULES_H.claim not in final(bot, asked)


async def test_a_stop_before_the_model_said_anything_keeps_what_the_rules_have_shown():
    bot = bridged(asyncio.Event())
    asked = request(thread_ts="1742595000.000001")
    place = place_of_asker("C1", "1742595000.000001", "UBEN")

    async def press():
        await bot.stops.save([place], Stop(by_id="UBEN", at_ts="1742595970.000001"))

    await during(bot, asked, until=lambda said: any("R1" in one for one in said), then=press)

    assert "Stopped by" in final(bot, asked)
    assert "No model (stopped by" in final(bot, asked)
    assert RULES_H.links[-1].effect.strip("`") in final(bot, asked)


async def test_rules_that_find_nothing_show_nothing():
    go = asyncio.Event()
    bot, asked = bridged(go, H1, DONE, rules=[Closing(analyst="rules", insufficient="no change")]), request()
    own = bot.bridging.rules

    await during(bot, asked, until=lambda _: own.cases, then=lambda: set_(go))

    assert not any("without a model" in one for one in shown(bot, asked))


@pytest.mark.parametrize(
    ("error", "event"),
    [(PostRefusedError(code="x", is_about_content=True), "bridge.left"), (KeyError("x"), "bridge.failed")],
)
async def test_what_goes_wrong_beside_an_answer_never_fails_it(error, event):
    go = asyncio.Event()
    bot, asked = bridged(go, H1, DONE, rules=[error]), request()

    with capture_logs() as logs:
        await during(bot, asked, until=lambda _: bot.bridging.rules.cases, then=lambda: set_(go))

    assert H1.claim in final(bot, asked)
    assert event in [entry["event"] for entry in logs]


async def test_an_asker_who_waited_long_already_sees_the_rules_at_once_and_the_model_has_what_is_left():
    go = asyncio.Event()
    asked = request(received_at=datetime.now(UTC) - timedelta(seconds=70))
    bot = bridged(go, H1, DONE, seconds=40.0)

    await during(bot, asked, until=lambda said: any("R1" in one for one in said), then=lambda: set_(go))

    assert bot.analyst.primary.cases[0].spent_seconds >= 70


async def test_keep_going_asks_the_same_question_of_the_same_model_on_top_of_what_stands():
    bot, asked = bridged(H1, CUT, seconds=30.0), request(RequestKind.ESCALATE)
    await bot.handle(asked, FakeFence())
    assert buttons(bot, asked)[0] == "Keep going"
    pressed = request(RequestKind.KEEP_GOING, id="act:9", text="", message_ts=None, subject=asked.id)
    again = request(RequestKind.KEEP_GOING, id="act:10", text="", message_ts=None, subject="act:9")

    for one in (pressed, again):
        await bot.handle(one, FakeFence())

    first, *later = bot.analyst.primary.cases
    assert [first.route.effort, *(case.route.effort for case in later)] == ["max", "high", "high"]
    assert {case.route.model for case in later} == {first.route.model}
    assert {case.question for case in later} == {first.question}
    assert [case.continues for case in later] == [asked.id, asked.id]
    assert [h.claim for h in later[0].board] == [H1.claim]
    assert "because it was asked before" in final(bot, pressed)


async def test_a_bridge_that_is_being_shown_is_not_cut_off():
    go, in_call, is_done = asyncio.Event(), asyncio.Event(), asyncio.Event()

    class SlowReply(FakeReply):
        async def show(self, blocks, *, text):
            if "without a model" in text:
                in_call.set()
                await asyncio.sleep(0.05)
                is_done.set()
            await super().show(blocks, text=text)

    bot, asked = bridged(go, DONE), request()
    bot.workspace.replies[asked.id] = SlowReply(bot.workspace, asked)
    work = asyncio.create_task(bot.handle(asked, FakeFence()))
    await in_call.wait()

    go.set()
    await work

    assert is_done.is_set()
