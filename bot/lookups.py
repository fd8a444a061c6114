"""What needs no model and so never waits behind one: help, evidence, thumbs, costs."""

from contextlib import suppress
from dataclasses import dataclass

import structlog

from bot.answers import SavedAnswer
from bot.costs import Costs
from bot.errors import ChannelUnreadableError
from bot.incident.messages import IncidentRef
from bot.money import Money
from bot.outgoing import Outgoing
from bot.ports import Memory, Workspace
from bot.request import Request, RequestKind
from bot.slack.evidence_view import evidence_view
from bot.slack.texts import WHY, help_blocks, plain, why_blocks

log = structlog.get_logger()

FORGOTTEN = (
    "I no longer have that answer: it is older than my memory. Ask again and I will read the thread anew."
)
THANKS = "Noted, thank you."
UNMARKED = "I could not write it on the answers that name it; they are marked with the next answer here."


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

    async def say(self, request: Request, sentence: str) -> None:
        """Tell the asker alone one sentence of ours."""
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
            await self.say(request, FORGOTTEN)
            return
        view = evidence_view(answer.quotes, answer_id=request.id)
        await self._whisper(request, view, f"Evidence: {len(answer.quotes)} messages")

    async def _feedback(self, request: Request) -> None:
        await self.memory.save_feedback(request.subject, request.asker_id, request.text)
        log.info("feedback.saved", request=request.id, verdict=request.text)
        if request.text == "bad":
            await self._whisper(request, why_blocks(request.subject, asked_in=request.id), WHY)
        else:
            await self.say(request, THANKS)


def ref_of(answer: SavedAnswer) -> IncidentRef:
    """Return the incident that an answer is about."""
    team_id, channel_id, thread = answer.incident_key.split(":", 2)
    return IncidentRef(
        team_id=team_id, channel_id=channel_id, thread_ts=None if thread == "channel" else thread
    )
