"""Above the hard cap Opus asks first: the question above the facts, and what becomes of it.

Whoever presses first decides, for that one question: later presses, of theirs or others', change nothing. The
decision is a request like any other: it reads what stands there then, and has an answer of its own.
"""

import asyncio
from dataclasses import dataclass, replace

import structlog

from bot.answers import Posted
from bot.errors import EditFailedError
from bot.money import Money
from bot.outgoing import Outgoing
from bot.ports import Memory, Workspace
from bot.purse import Decision
from bot.request import Request, RequestKind
from bot.run import Run
from bot.slack.blocks import numbered, rich
from bot.slack.blocks import text as plain_text
from bot.slack.money import asked_words, decided_line
from bot.slack.texts import plain
from bot.stopping import name_of

log = structlog.get_logger()

DECISIONS = frozenset({RequestKind.CONSENT, RequestKind.DECLINE})
SHOW_SECONDS = 2.0
DECIDED = "Somebody was faster: {model} answers, below. The buttons under that answer can ask the other one."
FORGOTTEN = "I no longer know what was asked: it is older than my memory. Ask again and I will read anew."


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """Takes the decision.

    Args:
        out: The gate, for the incident.
        show_seconds: The most that telling of the decision may keep the answer waiting.
    """

    workspace: Workspace
    memory: Memory
    money: Money
    out: Outgoing
    show_seconds: float = SHOW_SECONDS

    async def decide(self, request: Request) -> bool:
        """Say whether a press of a button is the one that decides; tell its presser when it is not.

        Raises:
            StoreUnavailableError: Nobody knows now; it must be tried again.
        """
        if await self.memory.answer(request.subject) is None:
            await self._say(request, FORGOTTEN)
            return False
        is_opus = request.kind is RequestKind.CONSENT
        own = Decision(request_id=request.id, by_id=request.asker_id, is_opus=is_opus)
        counts = await self.money.till.purse.decide(request.subject, own)
        log.info("consent.decided", request=request.id, is_opus=counts.is_opus, is_own=counts == own)
        if counts == own:
            return True
        if counts.by_id != request.asker_id or counts.is_opus != is_opus:
            await self._say(request, DECIDED.format(model="Opus" if counts.is_opus else "Sonnet"))
        return False

    async def show(self, run: Run) -> None:
        """Put the decision in the place of the question; the answer does not depend on it, nor wait for long.

        Buttons that stay do no harm: whoever presses one is told what was decided.
        """
        asked = await self.memory.answer(run.request.subject)
        at = (
            next((n for n, block in enumerate(asked.blocks) if block["type"] == "actions"), 0) if asked else 0
        )
        if asked is None or not at:
            return
        who = name_of(run.request.asker_id, run.incident)
        line = decided_line(is_opus=run.request.kind is RequestKind.CONSENT, who=who)
        words = asked_words(asked.text)
        told = rich([line, [plain_text(words)]])  # in the place of the question and its buttons
        made = numbered([*asked.blocks[: at - 1], told, *asked.blocks[at + 1 :]], asked.id)
        blocks, text = self.out.message(made, words)
        posted = Posted(channel_id=asked.channel_id, ts=asked.ts)
        try:
            async with asyncio.timeout(self.show_seconds):
                await self.workspace.update(posted, blocks, text=text)
        except (EditFailedError, TimeoutError) as error:
            run.log("consent.left_unmarked", error=type(error).__name__)
            return
        await self.memory.save_answer(replace(asked, blocks=blocks))

    async def _say(self, request: Request, sentence: str) -> None:
        blocks, text = self.out.message(plain(sentence, answer_id=request.id), sentence)
        await self.workspace.whisper(request, blocks, text=text)
