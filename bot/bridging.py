"""Bounded time, always something: what the rules say while a model thinks for long, or where it said nothing.

The rules need no time and no model, but they see less. So what they say is shown as theirs, beside the facts,
and gives way to what the model says; it stands only where the model's time was up, or a person stopped it,
before one of its own explanations had passed the check.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace

import structlog

from bot.answers import Closing, Restart
from bot.errors import CopilotError
from bot.incident.board import Board
from bot.incident.case import Case
from bot.incident.hypotheses import Hypothesis
from bot.investigation import Finding, investigate
from bot.ports import Analyst
from bot.showing import Shows
from bot.tasks import ended

log = structlog.get_logger()

BRIDGE_SECONDS = 40.0
"""So long nobody has seen an explanation when the rules step in; the first one is due after 45 s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridging:
    """Investigates with a model and has the rules at hand.

    Args:
        rules: Explain without a model.
        seconds: How long an asker waits for a verified explanation before those of the rules are shown,
            counted from when they asked.
    """

    rules: Analyst
    seconds: float = BRIDGE_SECONDS

    async def investigate(self, case: Case, analyst: Analyst, *, board: Board, shows: Shows) -> Finding:
        """Ask the analyst as `bot.investigation.investigate` does; show what rules say when it takes long.

        Raises:
            AnalystFailedError: No usable diagnosis, from any analyst.
        """
        bridge = asyncio.create_task(self._bridge(case, board, shows))
        try:
            heard = _Heard(analyst=analyst, shows=shows)
            finding = await investigate(case, heard, board=board, on_verified=shows.verified)
            async with shows.lock:  # what is being shown is never cut off
                await ended(bridge)
        finally:
            await ended(bridge)
            _tell(bridge)
        if not _is_empty_handed(finding, has_bridged=shows.has_bridged):
            return finding
        shows.begins_anew(rules_speak=True)
        instead = await investigate(
            case, _Instead(rules=self.rules, of=finding.closing), board=board, on_verified=shows.verified
        )
        return replace(instead, dropped=(*finding.dropped, *instead.dropped))

    async def _bridge(self, case: Case, board: Board, shows: Shows) -> None:
        await asyncio.sleep(max(0.0, self.seconds - case.spent_seconds))
        if shows.has_verified:
            return
        found = await investigate(case, self.rules, board=board, on_verified=_nothing)
        async with shows.lock:
            if not shows.has_verified:
                await shows.bridged([hypothesis for hypothesis in found.hypotheses if hypothesis.is_live])


async def _nothing(_hypothesis: Hypothesis) -> None:
    """Show nothing: what the rules say is shown as a whole."""


def _tell(bridge: "asyncio.Task[None]") -> None:
    """Log what went wrong beside an answer; it never fails the answer."""
    error = None if bridge.cancelled() else bridge.exception()
    if isinstance(error, CopilotError):
        log.warning("bridge.left", error=type(error).__name__)
    elif error is not None:
        log.error("bridge.failed", exc_info=error)


def _is_empty_handed(finding: Finding, *, has_bridged: bool) -> bool:
    """Say whether a model was cut off before anything of it stood."""
    closing = finding.closing
    was_cut_off = closing.can_go_on or (bool(closing.stopped_by) and has_bridged)
    is_empty = not any(hypothesis.is_live for hypothesis in finding.hypotheses)
    return was_cut_off and is_empty and closing.analyst != "rules"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """An analyst whose new beginnings are told to what shows its words."""

    analyst: Analyst
    shows: Shows

    async def diagnose(self, case: Case) -> AsyncGenerator[Hypothesis | Restart | Closing, None]:
        async with aclosing(self.analyst.diagnose(case)) as steps:
            async for step in steps:
                if isinstance(step, Restart):
                    self.shows.begins_anew(rules_speak=step.analyst == "rules")
                yield step


@dataclass(frozen=True, slots=True, kw_only=True)
class _Instead:
    """The rules in the place of a model that was cut off; what it used is still told."""

    rules: Analyst
    of: Closing

    async def diagnose(self, case: Case) -> AsyncGenerator[Hypothesis | Restart | Closing, None]:
        async with aclosing(self.rules.diagnose(case)) as steps:
            async for step in steps:
                yield self._signed(step) if isinstance(step, Closing) else step

    def _signed(self, step: Closing) -> Closing:
        who = self.of.stopped_by
        return replace(
            step,
            note=f"stopped by {who}" if who else "nothing it said in time passed the check",
            cut_short=f"Stopped by {who}; best so far." if who else self.of.cut_short,
            usage=self.of.usage,
            can_go_on=self.of.can_go_on,
            stopped_by=who,
        )
