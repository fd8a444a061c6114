"""What a request asks for beside its words: whose answer, how hard it is to think, and what goes on."""

from dataclasses import dataclass

from bot.models.catalogue import Phase
from bot.ports import Memory
from bot.request import Request, RequestKind
from bot.routing.route import Tier

FORCED = {
    RequestKind.ESCALATE: Tier.OPUS,
    RequestKind.CONSENT: Tier.OPUS,
    RequestKind.DEESCALATE: Tier.SONNET,
    RequestKind.DECLINE: Tier.SONNET,
}
WAS_ASKED = "because it was asked before"
"""The reason of a route that goes on where another answer ran out of time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person chose.

    Attributes:
        forced: Whose answer; None where the words decide.
        phase: Decides the effort.
        is_full: Every message is to be read in full.
        is_continued: The question was asked before, and the time was up.
    """

    forced: Tier | None = None
    phase: Phase = Phase.DIAGNOSE
    is_full: bool = False
    is_continued: bool = False

    @property
    def is_escalated(self) -> bool:
        """A person asked for the stronger model."""
        return self.phase is Phase.ESCALATED


async def wish_of(memory: Memory, request: Request) -> Wish:
    """Return what a request asks for; what goes on, or was agreed to, is as it was asked first.

    Agreeing to the cost of Opus escalates nothing by itself: the words may have sent the question there.
    """
    forced = FORCED.get(request.kind)
    if request.kind is RequestKind.ESCALATE:
        return Wish(forced=forced, phase=Phase.ESCALATED, is_full=request.is_full)
    if request.kind not in {RequestKind.CONSENT, RequestKind.KEEP_GOING}:
        return Wish(forced=forced, is_full=request.is_full)
    earlier = await memory.answer(request.subject)
    if request.kind is RequestKind.CONSENT:
        phase = Phase.ESCALATED if earlier and earlier.is_escalated else Phase.DIAGNOSE
        return Wish(forced=forced, phase=phase, is_full=request.is_full)
    if earlier is None:
        return Wish()
    tier = Tier(earlier.tier) if earlier.tier else None
    return Wish(forced=tier, is_full=earlier.is_full, is_continued=True)
