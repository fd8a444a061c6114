"""What is not a question: stops, upkeep, boards and look-ups. None of it waits behind a model."""

from dataclasses import dataclass

from bot.boarding import KINDS as BOARD_KINDS
from bot.boarding import Boarding
from bot.boards import Boards
from bot.briefing import Briefing
from bot.lookups import Lookups
from bot.ports import Analyst, Fence, Workspace
from bot.request import QUICK_KINDS, Request, RequestKind
from bot.reviewing import Reviewing
from bot.router import Router
from bot.stopping import StopBook, note
from bot.upkeep import KINDS as UPKEEP_KINDS
from bot.upkeep import Upkeep

STOPPED = "Stopped: what you asked here ends with what stands."
KINDS = QUICK_KINDS | UPKEEP_KINDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Works the requests of `KINDS`.

    Args:
        rules: The analyst that needs no model.
        router: For cases that the rules look at again.
        confirm_by: Who may confirm a hypothesis; see `Boarding`.
    """

    workspace: Workspace
    stops: StopBook
    upkeep: Upkeep
    lookups: Lookups
    boards: Boards
    rules: Analyst
    router: Router
    confirm_by: str

    async def handle(self, request: Request, fence: Fence) -> None:
        """Work one of them."""
        if request.kind is RequestKind.STOP:
            await note(self.stops, request)
            await self.workspace.status(request, request.thread_ts, "")
            if not request.pressed_ts:  # typed: Slack shows nothing of it by itself
                await self.lookups.say(request, STOPPED)
        elif request.kind in UPKEEP_KINDS:
            await self.upkeep.handle(request)
        elif request.kind in BOARD_KINDS:
            await Boarding(boards=self.boards, confirm_by=self.confirm_by).handle(request, fence)
        elif request.kind is RequestKind.BRIEF:
            await Briefing(boards=self.boards).handle(request, fence)
        elif request.kind is RequestKind.REVIEW:
            await Reviewing(boards=self.boards, router=self.router, rules=self.rules).handle(request)
        else:
            await self.lookups.handle(request)
