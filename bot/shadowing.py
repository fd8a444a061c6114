"""What shadow mode keeps beside its answers: when what would have ranked first, in ids and times alone.

No word of anybody stands in it. What a hypothesis claims is on the board, and goes there when its words go.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

from bot.errors import StoreUnavailableError
from bot.incident.board import Board
from bot.incident.facts import Facts
from bot.incident.hypotheses import Hypothesis, Status
from bot.incident.messages import Incident, IncidentRef
from bot.money import Money
from bot.ports import Memory
from bot.request import Request, RequestKind
from bot.run import Run

STALE_SECONDS = 3_600
"""Where nothing was said for longer, no model is paid to look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """One answer that nobody saw.

    Attributes:
        answer_id: Under which `Memory` keeps it.
        said_at: When it would have been posted; aware, UTC.
        newest_ts: Of the newest message that was known.
        messages: How many were known.
        ranked: Ids of the live hypotheses, best first.
        trigger_ts: The messages that the first one has for its trigger.
        likelihood: The first one's word; empty when there is none.
        confirmed: The id of the hypothesis that people or events confirmed by then; else empty.
        recovered_ts: The message that tells of the recovery; empty while it lasts.
        cost_usd: None when a price is not known.
    """

    answer_id: str
    said_at: datetime
    newest_ts: str
    messages: int
    ranked: tuple[str, ...] = ()
    trigger_ts: tuple[str, ...] = ()
    likelihood: str = ""
    confirmed: str = ""
    recovered_ts: str = ""
    cost_usd: Decimal | None = Decimal(0)

    @property
    def first(self) -> str:
        """The id of what ranks first; empty when nothing does."""
        return next(iter(self.ranked), "")


class Course(Protocol):
    """Where glances are kept, oldest first."""

    async def keep(self, ref: IncidentRef, glance: Glance) -> None:
        """Keep one more."""
        ...

    async def glances(self, ref: IncidentRef) -> Sequence[Glance]:
        """Return those of an incident."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadowing:
    """Follows what would have been said.

    Args:
        course: Where that is kept.
        memory: Has the answers and the board.
        money: Knows what answers cost, and may.
    """

    course: Course
    memory: Memory
    money: Money

    async def note(self, run: Run, facts: Facts) -> None:
        """Keep what an answer ranks first; of answers in a row that rank the same only the last is kept."""
        kept = await self.memory.answer(run.request.id)
        if kept is None:
            return
        board = await self.memory.board(run.ref)
        glance = _glance(run, facts, board, kept.hypothesis_ids)
        before = await self.course.glances(run.ref)
        if before and before[-1].answer_id == glance.answer_id:
            return
        await self.course.keep(run.ref, replace(glance, cost_usd=await self._cost(run)))
        if before and before[-1].ranked == glance.ranked and run.request.kind is RequestKind.SHADOW:
            await self._drop(before[-1].answer_id)

    async def is_free(self, request: Request, incident: Incident) -> bool:
        """Say whether only the rules may answer: the incident has cost what it may, or nobody talks there."""
        newest = incident.messages[-1].at if incident.messages else request.received_at
        if (request.received_at - newest).total_seconds() > STALE_SECONDS:
            return True
        try:
            return await self.money.is_above_hard(incident.ref)
        except StoreUnavailableError:
            return True

    async def _drop(self, answer_id: str) -> None:
        older = await self.memory.answer(answer_id)
        if older is not None and answer_id.startswith(f"{RequestKind.SHADOW}:"):
            await self.memory.drop_answer(older)

    async def _cost(self, run: Run) -> Decimal | None:
        await self.money.till.settled()
        paid = await self.money.till.purse.of_request(run.request.id)
        return paid.usd if paid.is_exact else None


def _glance(run: Run, facts: Facts, board: Board, ranked: tuple[str, ...]) -> Glance:
    first = next((h for h in board.hypotheses if ranked and h.id == ranked[0]), None)
    proven = next((h.id for h in board.hypotheses if h.status is Status.CONFIRMED), "")
    messages = run.incident.messages
    return Glance(
        answer_id=run.request.id,
        said_at=run.request.received_at + timedelta(seconds=run.seconds),
        newest_ts=messages[-1].ts if messages else "",
        messages=len(messages),
        ranked=ranked,
        trigger_ts=_trigger_ts(first, run.incident),
        likelihood=first.likelihood.value if first else "",
        confirmed=proven,
        recovered_ts=_recovered_ts(facts, run.incident),
    )


def _trigger_ts(first: Hypothesis | None, incident: Incident) -> tuple[str, ...]:
    return _ts_of((item.id for item in first.trigger.evidence), incident) if first else ()


def _recovered_ts(facts: Facts, incident: Incident) -> str:
    cites = facts.recovery.cites if facts.recovery else ()
    return next(iter(_ts_of(cites, incident)), "")


def _ts_of(ids: Iterable[str], incident: Incident) -> tuple[str, ...]:
    return tuple(incident.by_id[one].ts for one in ids if one in incident.by_id)
