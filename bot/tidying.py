"""What is done once an answer stands. It never fails the answer, and it ends soon: the asker's next waits."""

import asyncio
from dataclasses import dataclass

import structlog

from bot.errors import CopilotError
from bot.freshness import Freshness
from bot.ports import Log, Memory, Workspace
from bot.rechecking import Rechecker
from bot.run import Run
from bot.superseded import Marker

log = structlog.get_logger()

TIDY_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tidying:
    """Marks older answers, and draws what follows from changes that no event told.

    Args:
        rechecker: Draws it.
        seconds: The most it may take; what is left then is done after the next answer.
    """

    workspace: Workspace
    memory: Memory
    log: Log
    rechecker: Rechecker
    seconds: float = TIDY_SECONDS

    async def tidy(self, run: Run) -> None:
        """Bring older answers up to date after an answer, as far as that can be done now."""
        await self.workspace.status(run.request, run.thread_ts, "")
        try:
            async with asyncio.timeout(self.seconds):
                await self._catch_up(run)
                marker = Marker(self.workspace, self.memory, self.rechecker.out(run.redactor))
                await marker.mark(run.ref, await self.memory.board(run.ref))
        except (CopilotError, TimeoutError) as error:
            log.warning("answers.left_unmarked", request=run.request.id, error=type(error).__name__)
        run.log("request.completed", seconds=round(run.seconds, 3))

    async def _catch_up(self, run: Run) -> None:
        """Draw what follows from changes that no event told, or none before the answer was kept."""
        freshness = Freshness(self.workspace, self.memory, self.log)
        _, lost = await freshness.since(run.incident, run.redactor)
        await self.rechecker.catch_up(run.incident, lost, at=run.asked_at)
