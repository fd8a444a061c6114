"""Folding around an answer: what is read for it and kept after it, and how a model tells that better.

The model does so in the background, while nobody waits for it.
"""

import asyncio
from dataclasses import dataclass, field, replace

from bot.answers import KeptDigest
from bot.compacting import Compacting
from bot.errors import CopilotError
from bot.incident.case import Case
from bot.incident.digest import Digest
from bot.investigation import Finding
from bot.money import Money
from bot.ports import Improver
from bot.run import Run
from bot.slack.texts import full_words
from bot.tasks import ended

IMPROVE_SECONDS = 30.0


@dataclass(slots=True, kw_only=True)
class Improving:
    """Has newest chunks told better in the background, one call each; else they stay as code told them.

    Args:
        improver: The model.
        seconds: The most that one of them may take.
    """

    improver: Improver
    seconds: float = IMPROVE_SECONDS
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)

    def begin(self, compacting: Compacting, run: Run, case: Case, kept: KeptDigest) -> None:
        """Have the newest chunk told better, if it was folded for this answer.

        Args:
            compacting: Stores the better one, unless somebody was faster or its words must not be kept.
            run: The request; its cost is the incident's.
            case: What the answer was made of.
            kept: The digest as it is stored.
        """
        if case.reading is None or not case.reading.folded_now or not kept.digest.chunks:
            return
        task = asyncio.create_task(self._improve(compacting, run, case, kept))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """End what is under way; safe to call twice."""
        await ended(*self._tasks)

    async def _improve(self, compacting: Compacting, run: Run, case: Case, kept: KeptDigest) -> None:
        *earlier, _newest = kept.digest.chunks
        try:
            async with asyncio.timeout(self.seconds):
                chunk = await self.improver.fold(case)
            better = replace(kept, digest=Digest(chunks=(*earlier, chunk)))
            stored = await compacting.store(run.incident, better, as_of=run.asked_at)
        except (CopilotError, TimeoutError) as error:
            run.log("digest.not_improved", error=type(error).__name__, reason=str(error))
            return
        run.log("digest.improved", notes=len(chunk.notes), is_stored=stored is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Folding:
    """What a request does about folding.

    Args:
        compacting: Reads and keeps digests.
        improving: Has newest chunks told better; None without a model.
        money: Whether an incident may cost more.
    """

    compacting: Compacting
    improving: Improving | None
    money: Money

    async def read(self, run: Run, case: Case) -> Case:
        """Return a case with its reading; after the first facts, which need none of it."""
        return await self.compacting.read(run, case, self.money.catalogue)

    async def price(self, run: Run, case: Case) -> str:
        """Say what it takes to read everything in full, before the model is asked; else nothing."""
        if not (case.is_full and case.reading and self.money.has_model):
            return ""
        name, usd = self.money.catalogue.label(case.route.model), await self.money.about_usd(run, case)
        return full_words(read=case.reading.words, model_name=name, usd=usd)

    async def after(self, run: Run, case: Case, finding: Finding) -> None:
        """Keep what was folded for an answer; where a model gave it, it may tell that better meanwhile.

        It never fails the answer, which stands. A model that was down or was stopped is not asked.
        """
        kept, closing = await self.compacting.keep(run, case), finding.closing
        if kept is None or self.improving is None or closing.analyst == "rules" or closing.cut_short:
            return
        try:
            is_above = await self.money.is_above_hard(run.ref)
        except CopilotError as error:
            run.log("digest.not_improved", error=type(error).__name__)
            return
        if not is_above:
            self.improving.begin(self.compacting, run, case, kept)
