"""What happens when the model is down."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from bot.adapters.claude_trouble import ModelFailedError
from bot.adapters.fallback import FallbackAnalyst, RulesAnalyst
from bot.answers import Closing, Restart, Usage
from bot.errors import AnalystFailedError, StaleRunError
from bot.incident.hypotheses import Diagnosis, Hypothesis, Impact, Mitigation, Trigger
from tests.adapters.claude_cases import object_store, steps_of

CASE = object_store()
RULES = RulesAnalyst(
    lambda _case: Diagnosis(
        hypotheses=(a_hypothesis("R"),),
        mitigations=(Mitigation(do="put the pair back"),),
        open_questions=("who?",),
        unseen=("a log",),
    )
)


def a_hypothesis(claim: str) -> Hypothesis:
    return Hypothesis(id="H1", claim=claim, trigger=Trigger(what="x"), links=(), impact=Impact(symptom="y"))


@dataclass
class FakeAnalyst:
    """Yields its steps, then fails if it is told to."""

    steps: list[Any] = field(default_factory=list)
    error: Exception | None = None
    is_closed: bool = False

    async def diagnose(self, case):
        try:
            for step in self.steps:
                yield step
            if self.error:
                raise self.error
        finally:
            self.is_closed = True


async def test_the_rules_give_their_hypotheses_and_say_that_they_are_the_rules():
    first, closing = await steps_of(RULES, CASE)

    assert first.claim == "R"
    assert closing == Closing(
        analyst="rules",
        mitigations=(Mitigation(do="put the pair back"),),
        open_questions=("who?",),
        unseen=("a log",),
    )


async def test_rules_that_find_nothing_say_why():
    rules = RulesAnalyst(lambda _case: Diagnosis(insufficient="no change is known"))

    (closing,) = await steps_of(rules, CASE)

    assert closing.insufficient == "no change is known"


async def test_an_analyst_that_works_is_passed_through():
    steps = [a_hypothesis("A"), Closing(analyst="claude")]

    assert await steps_of(FallbackAnalyst(FakeAnalyst(steps), RULES), CASE) == steps


@pytest.mark.parametrize("before", [[], [a_hypothesis("A")]])
async def test_an_analyst_that_fails_is_replaced_and_what_it_said_is_void(before):
    failing = FakeAnalyst(before, error=AnalystFailedError(reason="API overloaded"))

    steps = await steps_of(FallbackAnalyst(failing, RULES), CASE)

    restart, hypothesis, closing = steps[len(before) :]
    assert restart == Restart(reason="API overloaded", analyst="rules")
    assert hypothesis.claim == "R"
    assert (closing.analyst, closing.note, closing.usage) == ("rules", "API overloaded", None)


async def test_what_the_failed_attempts_cost_is_not_forgotten():
    spent = Usage(model="claude-opus-5-5", cost_usd=Decimal("0.02"))
    failing = FakeAnalyst(error=ModelFailedError(reason="the model declined", usage=spent))

    *_, closing = await steps_of(FallbackAnalyst(failing, RULES), CASE)

    assert closing.usage == spent


async def test_other_errors_are_not_swallowed():
    failing = FakeAnalyst(error=StaleRunError())

    with pytest.raises(StaleRunError):
        await steps_of(FallbackAnalyst(failing, RULES), CASE)


async def test_leaving_early_closes_the_analyst_underneath():
    working = FakeAnalyst([a_hypothesis("A"), Closing(analyst="claude")])
    steps = FallbackAnalyst(working, RULES).diagnose(CASE)
    await anext(steps)

    await steps.aclose()

    assert working.is_closed
