"""A recorded incident told again as it grew: what would have been answered after each message."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from bot.answers import Usage
from bot.compacting import reading_of
from bot.errors import AnalystFailedError
from bot.gathering import Gathering, with_usage
from bot.incident.board import Board
from bot.incident.case import Case
from bot.incident.digest import Digest
from bot.incident.extraction import extract
from bot.incident.hypotheses import Hypothesis
from bot.incident.messages import Incident, ts_key
from bot.investigation import Finding, investigate
from bot.ports import Analyst
from bot.router import Router, said_in
from evals.recorded import Told

EVERY_MESSAGE = 400
"""Longer incidents are answered at `SOME` moments, each of which takes seconds then."""
SOME = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What would have been shown after one message.

    Attributes:
        hypotheses: Verified, best first.
        baseline: The messages that show the nearest change before the first symptom.
        analyst: Who answered, `rules` or a model's analyst; empty when nobody gave anything usable.
        cost_usd: None when the model's price is not known.
    """

    ts: str
    at: datetime
    incident: Incident
    hypotheses: tuple[Hypothesis, ...] = ()
    baseline: frozenset[str] = frozenset()
    dropped: int = 0
    analyst: str = ""
    cost_usd: Decimal | None = Decimal(0)

    @property
    def live(self) -> tuple[Hypothesis, ...]:
        """Those in the race, best first."""
        return tuple(h for h in self.hypotheses if h.is_live)

    @property
    def top(self) -> Hypothesis | None:
        """The one that ranks first."""
        return next(iter(self.live), None)

    def cited(self, ids: Iterable[str]) -> frozenset[str]:
        """Return the `ts` of messages by their evidence ids."""
        return frozenset(self.incident.by_id[i].ts for i in ids if i in self.incident.by_id)


def moments_of(told: Told, *, most: int = 0) -> tuple[str, ...]:
    """Return the messages after which an answer is made, oldest first.

    The question's moment, the middle, what came before people knew, and the end are always among them.

    Args:
        told: The incident.
        most: About how many; 0 for every message, or for some of a very long incident.
    """
    every = [message.ts for message in told.incident.messages]
    if not most and len(every) <= EVERY_MESSAGE:
        return tuple(every)
    step = max(len(every) // (most or SOME), 1)
    spread = every[step - 1 :: step] if not most or most > len(_landmarks(told)) else []
    return tuple(sorted({*spread, *_landmarks(told)}, key=ts_key))


def _landmarks(told: Told) -> set[str]:
    every = [message.ts for message in told.incident.messages]
    last = {before(told, told.decisive_ts)} if told.decisive_ts else set()
    return {upto(told, told.ask_at), half(told), every[-1], *last} - {""}


def half(told: Told) -> str:
    """Return the `ts` of the message in the middle."""
    messages = told.incident.messages
    return messages[max((len(messages) + 1) // 2 - 1, 0)].ts


def upto(told: Told, ts: str) -> str:
    """Return the last message at or before `ts`; empty when there is none."""
    earlier = [m.ts for m in told.incident.messages if ts_key(m.ts) <= ts_key(ts)]
    return earlier[-1] if earlier else ""


def before(told: Told, ts: str) -> str:
    """Return the last message before `ts`; empty when there is none."""
    earlier = [m.ts for m in told.incident.messages if ts_key(m.ts) < ts_key(ts)]
    return earlier[-1] if earlier else ""


@dataclass(slots=True, kw_only=True)
class Budget:
    """Money that models may cost in one run.

    Attributes:
        most_usd: No answer is begun that would pass this if it cost as much as the dearest one before.
        spent_usd: So far.
        dearest_usd: What one answer has cost at most.
        is_at_least: Some answer has no known price: the sum leaves it out, and nothing more is asked.
    """

    most_usd: Decimal
    spent_usd: Decimal = Decimal(0)
    dearest_usd: Decimal = Decimal(0)
    is_at_least: bool = False

    @property
    def is_spent(self) -> bool:
        """Nothing more may be asked."""
        return self.is_at_least or self.spent_usd + self.dearest_usd > self.most_usd

    def pay(self, cost_usd: Decimal | None) -> None:
        """Count one answer."""
        self.is_at_least = self.is_at_least or cost_usd is None
        self.spent_usd += cost_usd or Decimal(0)
        self.dearest_usd = max(self.dearest_usd, cost_usd or Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """Who answers, and how.

    Attributes:
        gathering: Looks things up before each diagnosis; nothing without a model.
    """

    analyst: Analyst
    router: Router
    gathering: Gathering = field(default_factory=Gathering)


async def grown(
    told: Told,
    answering: Answering,
    *,
    moments: Sequence[str],
    budget: Budget,
    on_moment: Callable[[], None],
) -> list[Moment]:
    """Answer the incident's question after each of `moments`; the board of one is known to the next.

    It ends early, with what there is, when the budget is spent.
    """
    board, out = Board(), []
    for ts in moments:
        if budget.is_spent:
            break
        moment, board = await _answered(told, ts, answering, board)
        budget.pay(moment.cost_usd)
        out.append(moment)
        on_moment()
        await asyncio.sleep(0)
    return out


async def _answered(told: Told, ts: str, answering: Answering, board: Board) -> tuple[Moment, Board]:
    incident = told.incident.until(ts)
    now = incident.messages[-1].at
    facts = extract(incident, now=now)
    case = Case(
        question=told.question,
        asked_at=now,
        incident=incident,
        facts=facts,
        reading=reading_of(incident, facts, digest=Digest()),
        board=board.hypotheses,
        route=answering.router.route(told.question, said_in(incident, facts)),
    )
    changes = facts.changes_before_onset()
    bare = Moment(ts=ts, at=now, incident=incident)
    bare = replace(bare, baseline=bare.cited(changes[0].cites[:1]) if changes else frozenset())
    case, gathered = await answering.gathering.gather(case)
    try:
        finding = await investigate(case, answering.analyst, board=board, on_verified=_nothing)
    except AnalystFailedError:
        cost = _cost(gathered.usage)
        return replace(bare, cost_usd=cost), board
    return _moment(bare, with_usage(finding, gathered)), finding.board


def _moment(bare: Moment, finding: Finding) -> Moment:
    return replace(
        bare,
        hypotheses=finding.hypotheses,
        analyst=finding.closing.analyst,
        dropped=len(finding.dropped),
        cost_usd=_cost(finding.closing.usage),
    )


def _cost(usage: Usage | None) -> Decimal | None:
    return Decimal(0) if usage is None else usage.cost_usd


async def _nothing(_hypothesis: Hypothesis) -> None:
    """Show nothing: only what stands at the end of an answer is graded."""
