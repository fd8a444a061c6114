"""The rules look at a board again when something was said: nobody asked, nothing is posted or paid."""

from dataclasses import dataclass

import structlog

from bot.boards import Boards, Scene, commit
from bot.errors import AnalystFailedError, ChannelUnreadableError
from bot.incident.board import Board
from bot.incident.case import Case
from bot.incident.hypotheses import Hypothesis
from bot.incident.messages import IncidentRef
from bot.incident.review import review
from bot.investigation import investigate
from bot.ports import Analyst
from bot.request import Request
from bot.router import Router, said_in

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewing:
    """Reviews boards.

    Args:
        boards: Reads incidents and tells what changed.
        router: A case has a route; nobody is asked by it.
        rules: The analyst that needs no model.
    """

    boards: Boards
    router: Router
    rules: Analyst

    async def handle(self, request: Request) -> None:
        """Look at the board of a place as of now; where there is none, or none can be, do nothing."""
        ref = ref_of(request)
        board = await self.boards.memory.board(ref)
        if not board.hypotheses:
            return
        try:
            scene = await self.boards.scene(ref)
        except ChannelUnreadableError as error:
            log.info("board.unread", incident=ref.key, code=error.code)
            return
        fresh = await self._fresh(scene, board)
        changed = await commit(
            self.boards.memory, ref, lambda theirs: review(theirs, self._case(scene, theirs), fresh=fresh)
        )
        await self.boards.tell(scene, changed)
        log.info("board.reviewed", incident=ref.key, version=changed.version, was=board.version)

    async def _fresh(self, scene: Scene, board: Board) -> tuple[Hypothesis, ...]:
        """Return what the rules explain now, where they proposed something that is still in the race."""
        if not any(h.is_by_rules and h.is_live for h in board.hypotheses):
            return ()
        try:
            finding = await investigate(
                self._case(scene, board), self.rules, board=Board(), on_verified=_nothing
            )
        except AnalystFailedError:
            return ()
        return tuple(h for h in finding.hypotheses if h.is_by_rules)

    def _case(self, scene: Scene, board: Board) -> Case:
        return Case(
            question="",
            asked_at=scene.now,
            incident=scene.incident,
            facts=scene.facts,
            route=self.router.route("", said_in(scene.incident, scene.facts)[:1]),
            board=board.hypotheses,
        )


def ref_of(request: Request) -> IncidentRef:
    """Return the incident of a review: its thread, else its channel."""
    return IncidentRef(team_id=request.team_id, channel_id=request.channel_id, thread_ts=request.thread_ts)


async def _nothing(_hypothesis: Hypothesis) -> None:
    """Show nothing."""
