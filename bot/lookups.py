"""What needs no model and so never waits behind one: help, evidence, a person's refutation, thumbs, costs."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.answers import SavedAnswer
from bot.costs import Costs
from bot.errors import BadInputError, ChannelUnreadableError, StoreUnavailableError
from bot.incident.board import Board, refute
from bot.incident.hypotheses import Hypothesis
from bot.incident.messages import IncidentRef, at_of
from bot.money import Money
from bot.outgoing import Outgoing
from bot.ports import Memory, Workspace
from bot.request import Request, RequestKind
from bot.slack.evidence_view import evidence_view
from bot.slack.texts import help_blocks, plain
from bot.superseded import Marker

log = structlog.get_logger()

FORGOTTEN = (
    "I no longer have that answer: it is older than my memory. Ask again and I will read the thread anew."
)
THANKS = "Noted, thank you."
UNMARKED = "I could not write it on the answers that name it; they are marked with the next answer here."
COMMITS = 8
"""So often is a change made anew when somebody else committed first."""


@dataclass(frozen=True, slots=True)
class Lookups:
    """Answers to the asker alone."""

    workspace: Workspace
    memory: Memory
    out: Outgoing
    money: Money

    async def handle(self, request: Request) -> None:
        """Work one quick request."""
        match request.kind:
            case RequestKind.EVIDENCE:
                await self._evidence(request)
            case RequestKind.REFUTE:
                await self._refute(request)
            case RequestKind.FEEDBACK:
                await self._feedback(request)
            case RequestKind.COST:
                await Costs(self.workspace, self.money, self.out).tell(request)
            case _:
                await self._help(request)

    async def _whisper(self, request: Request, blocks: list[dict[str, object]], words: str) -> None:
        safe, text = self.out.message(blocks, words)
        await self.workspace.whisper(request, safe, text=text)

    async def _help(self, request: Request) -> None:
        unknown = self.out.redactor.redact(request.text).text
        blocks = help_blocks(answer_id=request.id, unknown=unknown, nearest=request.subject)
        await self._whisper(request, blocks, "What I can do")

    async def _say(self, request: Request, sentence: str) -> None:
        await self._whisper(request, plain(sentence, answer_id=request.id), sentence)

    async def _admit(self, request: Request) -> None:
        """Refuse where others read too; who sees an answer of ours may otherwise see what it rests on.

        Raises:
            ExternalChannelError: People of another organisation are in the channel.
        """
        with suppress(ChannelUnreadableError):
            await self.workspace.admit(request)

    async def _evidence(self, request: Request) -> None:
        await self._admit(request)
        answer = await self.memory.answer(request.subject)
        if answer is None:
            await self._say(request, FORGOTTEN)
            return
        view = evidence_view(answer.quotes, answer_id=request.id)
        await self._whisper(request, view, f"Evidence: {len(answer.quotes)} messages")

    async def _feedback(self, request: Request) -> None:
        await self.memory.save_feedback(request.subject, request.asker_id, request.text)
        log.info("feedback.saved", request=request.id, verdict=request.text)
        await self._say(request, THANKS)

    async def _refute(self, request: Request) -> None:
        await self._admit(request)
        answer_id, _, hypothesis_id = request.subject.partition("|")
        answer = await self.memory.answer(answer_id)
        if answer is None:
            await self._say(request, FORGOTTEN)
            return
        reason = self.out.redactor.redact(request.text).text
        board = await self._commit(answer, hypothesis_id, reason, request)
        left = await Marker(self.workspace, self.memory, self.out).mark(ref_of(answer), board)
        fallen = _find(board, hypothesis_id)
        unmarked = f" {UNMARKED}" if left else ""
        await self._say(
            request,
            f"{fallen.id} is refuted, under your name. It opens again if: {fallen.reopen_if}{unmarked}",
        )

    async def _commit(self, answer: SavedAnswer, hypothesis_id: str, reason: str, request: Request) -> Board:
        ref = ref_of(answer)
        at = at_of(request.pressed_ts) if request.pressed_ts else request.received_at
        for _ in range(COMMITS):
            board = await self.memory.board(ref)
            if _is_done(_find(board, hypothesis_id), by=request.asker_id, at=at):
                return board
            changed = refute(board, hypothesis_id, reason=reason, by=request.asker_id, at=at)
            if await self.memory.commit_board(ref, changed):
                return changed
        raise StoreUnavailableError("the board changed too often")


def ref_of(answer: SavedAnswer) -> IncidentRef:
    """Return the incident that an answer is about."""
    team_id, channel_id, thread = answer.incident_key.split(":", 2)
    return IncidentRef(
        team_id=team_id, channel_id=channel_id, thread_ts=None if thread == "channel" else thread
    )


def _is_done(hypothesis: Hypothesis, *, by: str, at: datetime) -> bool:
    """Say whether an earlier run of the same request has refuted it."""
    return any(change.by == by and change.at == at for change in hypothesis.history)


def _find(board: Board, hypothesis_id: str) -> Hypothesis:
    for hypothesis in board.hypotheses:
        if hypothesis.id == hypothesis_id:
            return hypothesis
    raise BadInputError(field="hypothesis", problem=f"{hypothesis_id} is not on this incident's board")
