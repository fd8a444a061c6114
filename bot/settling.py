"""What was found is brought up to what is said now, and put on the board that all answers share."""

import asyncio
from dataclasses import dataclass, replace

from bot.errors import StoreUnavailableError
from bot.freshness import Freshness
from bot.incident.board import merge
from bot.incident.case import Case
from bot.investigation import Finding
from bot.lookups import COMMITS
from bot.ports import Log, Memory, Workspace
from bot.router import Router
from bot.run import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling:
    """Settles findings.

    Args:
        workspace: Reads again what changed.
        memory: Has the board.
        log: Knows what changed.
        router: Says where the question would go by now.
    """

    workspace: Workspace
    memory: Memory
    log: Log
    router: Router

    async def settled(self, run: Run, case: Case, finding: Finding) -> tuple[Run, Case, Finding]:
        """Return all three as of now, with the finding on the stored board.

        Raises:
            ForgottenError: Some of what was read must not be kept any more.
            StoreUnavailableError: The board could not be stored.
        """
        run, case, finding = await self._renewed(run, case, finding)
        return run, case, await self._committed(run, case, finding)

    async def _renewed(self, run: Run, case: Case, finding: Finding) -> tuple[Run, Case, Finding]:
        """Return all three as of now: what changed is checked again, and where the question goes may rise."""
        freshness = Freshness(self.workspace, self.memory, self.log)
        run, renewed, finding = await freshness.renewed(run, case, finding)
        if renewed is not case:
            renewed = await asyncio.to_thread(self.router.raised, renewed)
        if renewed.risen is not None:
            run.log_route(renewed.risen)
        return run, renewed, finding

    async def _committed(self, run: Run, case: Case, finding: Finding) -> Finding:
        """Store the board; when somebody else was first, merge into theirs and try again."""
        for _ in range(COMMITS):
            if await self.memory.commit_board(run.ref, finding.board):
                return finding
            theirs = await self.memory.board(run.ref)
            board = merge(theirs, finding.hypotheses, now=run.asked_at, facts=case.facts)
            finding = replace(finding, board=board)
        raise StoreUnavailableError("the board changed too often")
