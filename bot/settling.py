"""What was found is brought up to what is said now, and put on the board that all answers share."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.boards import commit
from bot.freshness import Freshness
from bot.incident.board import Board, merge, settle
from bot.incident.case import Case
from bot.incident.hypotheses import Hypothesis
from bot.investigation import Finding, placed
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

        def settled(board: Board) -> Board:
            if board.version == finding.board.version:
                return finding.board
            merged = merge(board, finding.hypotheses, now=run.asked_at, facts=case.facts)
            if finding.closing.cut_short:
                return merged
            named = {placed(merged, h).id for h in finding.hypotheses if h.is_live}
            return settle(merged, named, now=run.asked_at)

        board = await commit(self.memory, run.ref, settled)
        return finding if finding.board.version + 1 >= board.version else renamed(finding, board)


def renamed(finding: Finding, board: Board) -> Finding:
    """Return a finding with the numbers that its hypotheses have on another board.

    Two answers at once may have given one number to two hypotheses; whoever commits later takes the next.
    """
    ids = {h.id: placed(board, h).id for h in finding.hypotheses}

    def named(own: Sequence[str]) -> tuple[str, ...]:
        return tuple(ids[one] for one in own if one in ids)

    def moved(hypothesis: Hypothesis) -> Hypothesis:
        standing, check = placed(board, hypothesis), hypothesis.next_check
        split = replace(check, splits=named(check.splits)) if check else None
        return replace(standing, likelihood=hypothesis.likelihood, next_check=split)

    return replace(
        finding,
        board=board,
        hypotheses=tuple(map(moved, finding.hypotheses)),
        mitigations=tuple(replace(m, safe_under=named(m.safe_under)) for m in finding.mitigations),
        unproposed=tuple(h.id for h in board.hypotheses if h.is_live and h.id not in ids.values()),
    )
