"""What becomes visible while an answer is made: the facts, then each hypothesis that passed verification."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.answers import Blocks
from bot.incident.hypotheses import Hypothesis
from bot.outgoing import Outgoing
from bot.ports import Reply
from bot.run import Run
from bot.slack.hypothesis_lines import hypothesis_blocks
from bot.slack.texts import note_blocks

BRIDGED = "Computed without a model, while {model} still thinks:"
MODELS_OWN = "From {model}:"
MOST_BRIDGED = 2
"""So many explanations of the rules are shown while a model thinks; the answer itself may hold more."""


async def show(reply: Reply, out: Outgoing, blocks: Blocks, text: str) -> None:
    """Show blocks below what is shown already, through the gate."""
    safe, words = out.message(blocks, text)
    await reply.show(safe, text=words)


@dataclass(slots=True, kw_only=True)
class Shows:
    """Shows hypotheses as they pass verification, a model's and what the rules say meanwhile.

    Args:
        run: The request.
        reply: Its message.
        out: The gate.
        number: How many blocks stand already.
        model: The name of the model that thinks.
    """

    run: Run
    reply: Reply
    out: Outgoing
    number: int
    model: str = "the model"
    has_verified: bool = False
    has_bridged: bool = False
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    rules_speak: bool = False
    _is_told_whose: bool = False

    def begins_anew(self, *, rules_speak: bool) -> None:
        """Take down that what was shown is void, and who speaks from now on."""
        self.has_verified = False
        self.rules_speak = self.rules_speak or rules_speak

    async def verified(self, hypothesis: Hypothesis) -> None:
        """Show a hypothesis that passed verification, unless it is the rules' and theirs stand already."""
        self.has_verified = True
        if self.has_bridged and self.rules_speak:
            return
        async with self.lock:
            if self.has_bridged and not self._is_told_whose:
                self._is_told_whose = True
                await self._note(MODELS_OWN.format(model=self.model))
            await self._hypothesis(hypothesis)
        facts = {"hypothesis": hypothesis.id, "shown": hypothesis.shown, "links": len(hypothesis.links)}
        self.run.log("hypothesis.verified", **facts)

    async def bridged(self, hypotheses: Sequence[Hypothesis]) -> None:
        """Show what the rules say while a model thinks; whoever calls holds the lock."""
        if not hypotheses:
            return
        self.has_bridged = True
        await self._note(BRIDGED.format(model=self.model))
        for own in _numbered(hypotheses[:MOST_BRIDGED]):
            await self._hypothesis(own)
        self.run.log("rules.shown", hypotheses=len(hypotheses))

    async def _note(self, words: str) -> None:
        await self._show(note_blocks(words, answer_id=self.run.request.id, n=self.number), words)

    async def _hypothesis(self, hypothesis: Hypothesis) -> None:
        run = self.run
        made = hypothesis_blocks(
            hypothesis, run.incident, answer_id=run.request.id, as_of=run.asked_at, n=self.number
        )
        await self._show(made, hypothesis.claim)

    async def _show(self, blocks: Blocks, text: str) -> None:
        self.number += len(blocks)
        await show(self.reply, self.out, blocks, text)


def _numbered(hypotheses: Sequence[Hypothesis]) -> list[Hypothesis]:
    """Return the rules' hypotheses as R1, R2 …: the board's numbers belong to the answer."""
    names = {hypothesis.id: f"R{n}" for n, hypothesis in enumerate(hypotheses, 1)}
    return [_renamed(hypothesis, names) for hypothesis in hypotheses]


def _renamed(hypothesis: Hypothesis, names: dict[str, str]) -> Hypothesis:
    check = hypothesis.next_check
    if check is not None:
        check = replace(check, splits=tuple(names[one] for one in check.splits if one in names))
    return replace(hypothesis, id=names[hypothesis.id], next_check=check)
