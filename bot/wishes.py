"""What a request asks for: its question, whose answer, how hard it is to think, and what goes on."""

from dataclasses import dataclass

from bot.incident.messages import IncidentRef
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
DEFAULT_QUESTION = "What caused this, and what should we check next?"
WAS_ASKED = "because it was asked before"
"""The reason of a route that goes on where another answer ran out of time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person chose.

    Attributes:
        forced: Whose answer; None where the words decide.
        phase: Decides the effort.
        is_full: Every message is to be read in full.
        continues: Id of the request that asked this first, when its time was up; else empty.
    """

    forced: Tier | None = None
    phase: Phase = Phase.DIAGNOSE
    is_full: bool = False
    continues: str = ""

    @property
    def is_escalated(self) -> bool:
        """A person asked for the stronger model."""
        return self.phase is Phase.ESCALATED


async def question_of(
    memory: Memory, request: Request, ref: IncidentRef, thread_ts: str | None
) -> tuple[str, bool]:
    """Return what is asked, and whether it is an earlier question that nobody named.

    A bare `/opus` asks the newest question of the thread again, else of the incident.
    """
    if request.text:
        return request.text, False
    if request.subject:
        earlier = await memory.answer(request.subject)
        return (earlier.question if earlier else DEFAULT_QUESTION), False
    if request.kind is not RequestKind.ESCALATE:
        return DEFAULT_QUESTION, False
    kept = await memory.answers(ref)
    newest = next((a for a in reversed(kept) if a.thread_ts == thread_ts), kept[-1] if kept else None)
    question = newest.question if newest else DEFAULT_QUESTION
    return question, question != DEFAULT_QUESTION


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
    return Wish(forced=tier, is_full=earlier.is_full, continues=earlier.continues or earlier.id)
