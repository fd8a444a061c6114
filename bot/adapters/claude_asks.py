"""What is asked of Claude for one question: the first request, and the next one after trouble."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from bot.adapters.claude_trouble import Remedy, TroubleError
from bot.errors import StoreUnavailableError
from bot.incident.case import Case
from bot.incident.compaction import compact, unfolded
from bot.incident.hypotheses import cited_ids
from bot.models.catalogue import Catalogue, Model, Pair
from bot.routing.route import Tier
from prompts import load

SMALLER_SHARE = 0.4
"""How much of what was too long is read at the second try: tokens are estimated, so it is much less."""
NOT_SMALLER = 0.9
"""A prompt that would hardly be smaller is not sent again."""
FOLDED_NOTE = "it was too long to be read as planned, so more of it was folded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One attempt.

    Attributes:
        opening: What is said after the question from the first attempt on.
        repair: What to say about an earlier answer that could not be used.
        note: Why it is not asked as the route says, in people's words; else empty.
        is_moved: Another tier is asked than the route's.
        case: What is read.
    """

    case: Case
    model: str
    effort: str
    opening: str = ""
    repair: str = ""
    note: str = ""
    is_moved: bool = False

    @property
    def words(self) -> str:
        """All that is said after the question."""
        return "\n\n".join(filter(None, (self.opening, self.repair)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Failover:
    """Whether another tier may answer when the route's has no room.

    Args:
        pair: The two models.
        allows: Says whether the model of a case may be paid for without asking a person.
    """

    pair: Pair
    allows: Callable[[Case], Awaitable[bool]]

    async def other(self, model: Model, case: Case) -> Model | None:
        """Return the model of the other tier; None when it must not be asked."""
        tier = Tier.SONNET if model.tier == Tier.OPUS.value else Tier.OPUS
        other = self.pair.of(tier.value)
        if tier is Tier.SONNET:  # never asks, costs less
            return other
        moved = replace(case, route=replace(case.route, tier=tier, model=other.id))
        try:
            return other if await self.allows(moved) else None
        except StoreUnavailableError:
            return None  # nobody knows what has been spent


@dataclass(frozen=True, slots=True, kw_only=True)
class Asks:
    """Decides what is asked next.

    Args:
        catalogue: What the models accept.
        failover: To the other tier; None where it is not allowed.
    """

    catalogue: Catalogue
    failover: Failover | None = None

    def first(self, case: Case) -> Ask:
        """Return what is asked first."""
        model = self.catalogue.find(case.route.model)
        effort = model.fit_effort(case.route.effort) if model else case.route.effort
        return Ask(case=case, model=case.route.model, effort=effort, opening=_opening(case))

    async def following(self, ask: Ask, trouble: TroubleError) -> Ask | None:
        """Return the next attempt with the remedy of a trouble; None when there is none."""
        match trouble.remedy:
            case Remedy.REPAIR:
                return replace(ask, repair=load("repair").fill(problem=trouble.problem))
            case Remedy.OTHER_MODEL:
                return self._other_model(ask)
            case Remedy.SMALLER:
                return await asyncio.to_thread(_smaller, ask)
            case _:
                return ask

    async def moved(self, ask: Ask, trouble: TroubleError) -> Ask | None:
        """Return the same question to the other tier when this one has no room; once for a question."""
        model = self.catalogue.find(ask.model)
        if self.failover is None or model is None or not trouble.is_busy or ask.is_moved:
            return None
        other = await self.failover.other(model, ask.case)
        if other is None:
            return None
        note = f"{model.label} had no room ({trouble.reason}), so {other.label} answered"
        return replace(
            ask,
            model=other.id,
            effort=other.fit_effort(ask.effort),
            note=_both(ask.note, note),
            is_moved=True,
        )

    def _other_model(self, ask: Ask) -> Ask | None:
        model = self.catalogue.find(ask.model)
        other = self.catalogue.find(model.on_refusal) if model and model.on_refusal else None
        if model is None or other is None:
            return None
        note = f"{model.label} declined, so {other.label} answered"
        return replace(ask, model=other.id, effort=other.fit_effort(ask.effort), note=_both(ask.note, note))


def _opening(case: Case) -> str:
    if not case.continues:
        return ""
    standing = [hypothesis.id for hypothesis in case.board if hypothesis.is_live]
    words = f"On the board stand by now: {', '.join(standing)}." if standing else "Nothing stands by now."
    return load("keep_going").fill(standing=words)


def _smaller(ask: Ask) -> Ask | None:
    """Return an attempt that reads less: more is folded, and of that the oldest words are left out."""
    case = ask.case
    before = case.reading or unfolded(case.incident, is_whole=case.is_full)
    most = int(before.tokens * SMALLER_SHARE)
    if most == 0:
        return None
    cited = frozenset(one for hypothesis in case.board for one in cited_ids(hypothesis.evidence))
    reading = compact(
        case.incident,
        case.facts,
        digest=before.digest,
        cited=cited,
        budget_tokens=most,
        target_tokens=most // 2,
        most_tokens=most,
    )
    if reading.tokens > before.tokens * NOT_SMALLER:
        return None
    less = replace(case, reading=reading, is_full=False)
    return replace(ask, case=less, note=_both(ask.note, FOLDED_NOTE))


def _both(first: str, second: str) -> str:
    return "; ".join(filter(None, (first, second)))
