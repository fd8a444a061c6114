"""The beginning of every request that is answered: what is read, redacted, and asked of whom."""

import asyncio
from dataclasses import dataclass, replace

import structlog

from bot.incident.board import Board
from bot.incident.case import Case
from bot.incident.extraction import extract
from bot.incident.judged import verdicts_of
from bot.naming import Naming
from bot.ports import Aliases, Digests, Memory, Workspace
from bot.request import Request
from bot.router import Router, said_in
from bot.run import Run, asked_at
from bot.slack.texts import status_words
from bot.wishes import WAS_ASKED, question_of, wish_of

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """Reads incidents and makes cases of them.

    Args:
        workspace: Where the incident is.
        memory: Has the board, and what was asked before.
        aliases: What secrets are called.
        digests: What was folded before.
        router: Says whom to ask.
        literals: The process's own secrets, removed from everything.
    """

    workspace: Workspace
    memory: Memory
    aliases: Aliases
    digests: Digests
    router: Router
    literals: tuple[str, ...]

    async def read(self, request: Request) -> Run:
        """Read and redact; from here on nothing unredacted is in reach."""
        ref = await self.workspace.locate(request)
        thread_ts = request.thread_ts or request.message_ts or await self.workspace.active_thread(ref)
        await self.workspace.status(request, thread_ts, status_words())
        raw = await self.workspace.read(ref, until_ts=request.message_ts)
        log.info("incident.read", request=request.id, messages=len(raw.messages), deleted=raw.deleted)
        await self.workspace.status(request, thread_ts, status_words(messages=len(raw.messages)))
        question, is_again = await question_of(self.memory, request, ref, thread_ts)
        wish = await wish_of(self.memory, request)
        naming = Naming(memory=self.memory, aliases=self.aliases, literals=self.literals)
        incident, redactor, found = await naming.redacted(raw, question)
        run = Run(
            request=replace(request, is_full=wish.is_full),
            wish=wish,
            ref=ref,
            thread_ts=thread_ts,
            question=redactor.redact(question).text,
            is_again=is_again,
            incident=incident,
            redactor=redactor,
            asked_at=asked_at(request, incident),
            kept=await self.digests.digest(ref),
        )
        run.log("incident.redacted", found=found, messages=len(incident.messages))
        return run

    async def case(self, run: Run) -> tuple[Case, Board]:
        """Return what is asked with all that code knows of it, and the board as it is stored."""
        facts = await asyncio.to_thread(extract, run.incident, now=run.asked_at)
        await asyncio.to_thread(verdicts_of, run.incident)  # it keeps them; a long thread takes a while
        said = said_in(run.incident, facts)
        wish = run.wish
        route = await asyncio.to_thread(
            self.router.route, run.question, said, forced=wish.forced, phase=wish.phase
        )
        if wish.continues:
            route = replace(route, reason=WAS_ASKED)
        run.log_route(route)
        board = await self.memory.board(run.ref)
        case = Case(
            question=run.question,
            asked_at=run.asked_at,
            incident=run.incident,
            facts=facts,
            route=route,
            board=board.hypotheses,
            request_id=run.request.id,
            continues=wish.continues,
        )
        return case, board
