"""The model being down degrades the answer, never the bot."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace

import structlog

from bot.adapters.claude_trouble import ModelFailedError
from bot.answers import Closing, Restart
from bot.errors import AnalystFailedError
from bot.incident.case import Case
from bot.incident.hypotheses import Diagnosis, Hypothesis
from bot.ports import Analyst, Improver

log = structlog.get_logger()

BEST_SO_FAR = "Best so far, by rules: the model needs longer."


@dataclass(frozen=True, slots=True)
class RulesAnalyst:
    """An `Analyst` without a model.

    Attributes:
        explain: The rules: a pure function of the case.
        pace_seconds: Pause before each hypothesis, so that a person can watch them appear; 0 for none.
        note: Why no model is asked, in people's words.
    """

    explain: Callable[[Case], Diagnosis]
    pace_seconds: float = 0
    note: str = ""

    async def diagnose(self, case: Case) -> AsyncGenerator[Hypothesis | Restart | Closing, None]:
        """Yield what the rules find; see `bot.ports.Analyst`."""
        # In a thread: a long incident takes a while, and other people's answers must not wait for it.
        diagnosis = await asyncio.to_thread(self.explain, case)
        for hypothesis in diagnosis.hypotheses:
            await asyncio.sleep(self.pace_seconds)
            yield hypothesis
        yield Closing(
            analyst="rules",
            mitigations=diagnosis.mitigations,
            open_questions=diagnosis.open_questions,
            unseen=diagnosis.unseen,
            insufficient=diagnosis.insufficient,
            note=self.note,
        )


@dataclass(frozen=True, slots=True)
class FallbackAnalyst:
    """An `Analyst` that asks `primary` and, when that fails, `stand_in`.

    After a failure a `Restart` with the reason comes first, and the `Closing` carries the reason in `note`
    and what the failed attempts used in `usage`.

    Attributes:
        improver: Tells folded messages better than code; None where nobody does.
    """

    primary: Analyst
    stand_in: Analyst
    improver: Improver | None = None

    async def diagnose(self, case: Case) -> AsyncGenerator[Hypothesis | Restart | Closing, None]:
        """Yield the diagnosis of whoever can give one; see `bot.ports.Analyst`."""
        try:
            async with aclosing(self.primary.diagnose(case)) as steps:
                async for step in steps:
                    yield step
        except AnalystFailedError as error:
            failure = error
        else:
            return
        log.warning("analyst.replaced", reason=failure.reason)
        yield Restart(reason=failure.reason, analyst="rules")
        async with aclosing(self.stand_in.diagnose(case)) as steps:
            async for step in steps:
                yield _explained(step, failure)


def _explained(
    step: Hypothesis | Restart | Closing, failure: AnalystFailedError
) -> Hypothesis | Restart | Closing:
    if not isinstance(step, Closing):
        return step
    if not isinstance(failure, ModelFailedError):
        return replace(step, note=failure.reason)
    return replace(
        step,
        note=failure.reason,
        usage=step.usage or failure.usage,
        cut_short=BEST_SO_FAR if failure.can_go_on else "",
        can_go_on=failure.can_go_on,
    )
