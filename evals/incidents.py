"""How recorded incidents are explained while they grow, message by message, by the rules or by Claude.

Graded is only what a reader would see: hypotheses that passed `verify`, best first, at each moment with no
more than was said by then. Beside it stands the rule "nearest change before the first symptom". Of a team's
own incidents (`evals.recorded`) without a truth, what can be told without one is told.
"""

import asyncio
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from bot import wiring
from bot.chosen import Models, assumed, looked_up
from bot.errors import BadInputError
from bot.investigation import redact
from bot.router import router_of
from bot.safety.redaction import Redactor
from bot.settings import Settings, load_settings, require
from evals.growing import Answering, Budget, grown, moments_of
from evals.incident_report import Graded, document
from evals.judging import Judge, open_judge
from evals.measures import course, cuts
from evals.recorded import Told, load_all

SHIPPED = Path(__file__).parent / "data" / "incidents"
CLAUDE_MOMENTS = 4
MOST_USD = Decimal(5)
_ALIAS_KEY = b"graded incidents"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to measure.

    Attributes:
        analyst: `rules` or `claude`.
        moments: About how many answers an incident gets; 0 for one after each message (Claude: a few).
        most_usd: What models may cost in this run.
    """

    analyst: str = "rules"
    moments: int = 0
    most_usd: Decimal = MOST_USD


def report(
    path: Path, *, analyst: str = "rules", moments: int = 0, max_usd: float = float(MOST_USD)
) -> dict[str, Any]:
    """Measure one incident file, a folder of them, or a folder that Slack's export is.

    Args:
        path: The file or folder.
        analyst: As in `Options`.
        moments: As in `Options`.
        max_usd: As in `Options`.

    Returns:
        `incidents`: one row an incident; `ask`, `half`, `end`: shares at those moments; `course`: medians;
        `by_incident` and `when_first`: the same as tables; `cost_usd`: what models cost.

    Raises:
        BadInputError: A file or an option cannot be used; it names it and the remedy.
    """
    told = load_all(path)
    chosen = Options(analyst=analyst, moments=moments, most_usd=Decimal(str(max_usd)))
    budget = Budget(most_usd=chosen.most_usd)
    graded = asyncio.run(_graded(told, chosen, load_settings(), budget))
    return document(graded, analyst=analyst, budget=budget)


async def _graded(told: Sequence[Told], options: Options, settings: Settings, budget: Budget) -> list[Graded]:
    answering = _chosen(settings, options.analyst)
    models = await looked_up(answering) if options.analyst == "claude" else assumed(answering)
    most = options.moments or (CLAUDE_MOMENTS if options.analyst == "claude" else 0)
    plan = [(one, moments_of(one, most=most)) for one in (_redacted(one, settings) for one in told)]
    async with open_judge(settings, models, budget) as judge:
        with _progress(sum(len(moments) for _, moments in plan)) as advance:
            return [
                await _grade(one, moments, answering, models, budget, judge, advance) for one, moments in plan
            ]


async def _grade(  # noqa: PLR0917  # one incident, and what the whole run shares
    told: Told,
    moments: Sequence[str],
    settings: Settings,
    models: Models,
    budget: Budget,
    judge: Judge | None,
    advance: Callable[[], None],
) -> Graded:
    async with wiring.analyst(settings, models) as analyst:
        answering = Answering(
            analyst=analyst,
            router=router_of(models.pair),
            gathering=wiring.gathering(analyst, models),
        )
        made = await grown(told, answering, moments=moments, budget=budget, on_moment=advance)
    judged = await judge.judge(told, cuts(told, made).get("ask")) if judge and told.is_labelled else None
    return Graded(told=told, moments=tuple(made), course=course(told, made), judged=judged)


def _chosen(settings: Settings, analyst: str) -> Settings:
    if analyst not in {"rules", "claude"}:
        raise BadInputError(field="--analyst", problem=f"must be rules or claude, not {analyst!r}")
    if analyst == "claude":
        require(settings, "anthropic_api_key", or_else="use --analyst rules, which needs no key")
        return settings
    return settings.model_copy(update={"anthropic_api_key": type(settings.anthropic_api_key)("")})


def _redacted(told: Told, settings: Settings) -> Told:
    redactor = Redactor(_ALIAS_KEY, literals=settings.literals())
    incident, _ = redact(told.incident, redactor)
    return replace(told, incident=incident, question=redactor.redact(told.question).text)


@contextmanager
def _progress(total: int) -> Iterator[Callable[[], None]]:
    """Show on a terminal how far it is; nothing elsewhere."""
    console = Console(file=sys.stderr)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("answers", total=total)
        yield lambda: bar.advance(task)
