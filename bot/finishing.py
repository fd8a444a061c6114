"""The end of an answer and of a draft: what is posted, with its file, and what is kept of it."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from bot.answering import answer_of
from bot.answers import Closing, KeptFile, SavedAnswer
from bot.boards import link_of
from bot.errors import EditFailedError, ForgottenError, StoreUnavailableError
from bot.forgetting import clear_board
from bot.freshness import Freshness
from bot.incident.board import Board
from bot.incident.case import Case
from bot.incident.messages import at_of
from bot.investigation import Finding
from bot.models.catalogue import Catalogue
from bot.money import Money
from bot.outgoing import Outgoing
from bot.ports import Log, Memory, Reply, Workspace
from bot.run import Run, cited_in, saved_answer
from bot.slack.answer import answer as answer_message
from bot.slack.answer_values import Answer, Before, Rendered
from bot.slack.blocks import numbered
from bot.slack.fact_lines import first_facts
from bot.slack.money import Asking, asking_blocks, asking_words

COMMENT = "Draft of the postmortem."
WHOLE = "The whole answer: the message leaves some of it out for length."


@dataclass(frozen=True, slots=True, kw_only=True)
class Finishing:
    """Posts the final form and keeps it.

    Args:
        out: The gate, for the incident.
    """

    workspace: Workspace
    memory: Memory
    log: Log
    catalogue: Catalogue
    out: Outgoing
    money: Money

    async def answer(self, run: Run, reply: Reply, case: Case, finding: Finding) -> None:
        """Post an answer and keep it.

        Raises:
            ForgottenError: Something that was read for it must not be kept; then nothing of it is.
        """
        said = replace(
            self._values(run, reply, case, finding), before=await self._before(run, finding.closing.analyst)
        )
        bill = await self.money.bill(run, finding.closing.usage)
        message = await self._rendered(run, replace(said, bill=bill) if bill else said)
        blocks, text = self.out.message(message.blocks, message.text)
        posted = await reply.finish(blocks, text=text)
        kept = saved_answer(run, finding, posted, tier=case.route.tier, blocks=blocks, text=text)
        await self.memory.save_answer(kept)
        await self._check_kept(run)
        run.log("answer.posted", ts=posted.ts)

    async def asking(self, run: Run, reply: Reply, case: Case, asking: Asking) -> None:
        """Finish a request with the question whether Opus is to go on above its facts; keep it for buttons.

        Raises:
            ForgottenError: As for an answer.
        """
        own = run.request.id
        facts = first_facts(case.facts, case.incident, answer_id=own, as_of=run.asked_at, follows="")
        made = numbered([*asking_blocks(asking, answer_id=own), *facts], own)
        blocks, text = self.out.message(made, asking_words(asking))
        posted = await reply.finish(blocks, text=text)
        nothing = Finding(hypotheses=(), board=Board(), closing=Closing(analyst="rules"))
        kept = saved_answer(run, nothing, posted, tier=case.route.tier, blocks=blocks, text=text)
        await self.memory.save_answer(kept)
        await self._check_kept(run)
        run.log("answer.posted", ts=posted.ts)
        run.log("consent.asked", usd=str(asking.spent.usd), about_usd=str(asking.about_usd))

    async def draft(self, run: Run, content: str) -> None:
        """Share the draft of a review and keep that it is there.

        Raises:
            ForgottenError: As for an answer.
        """
        safe, name = self.out.file(content), file_name(run.incident.channel_name)
        file_id = await self.workspace.attach(
            run.request, run.thread_ts, name=name, content=safe, comment=COMMENT
        )
        await self._keep_file(run, file_id, safe)
        await self._check_kept(run)
        run.log("answer.posted", file=name, chars=len(safe))

    async def _rendered(self, run: Run, said: Answer) -> Rendered:
        """Return an answer, with a file of the whole beside one that leaves something out."""
        message = answer_message(said, has_file=True)
        if not message.whole:
            return message
        name = file_name(run.incident.channel_name, "answer")
        whole = self.out.file(message.whole)
        file_id = await self.workspace.enclose(
            run.request, run.thread_ts, name=name, content=whole, comment=WHOLE
        )
        if not file_id:
            return answer_message(said)
        await self._keep_file(run, file_id, whole)
        return message

    async def _keep_file(self, run: Run, file_id: str, content: str) -> None:
        file = KeptFile(id=file_id, request_id=run.request.id, cites=cited_in(content))
        await self.memory.save_file(run.ref, file)

    async def _check_kept(self, run: Run) -> None:
        """Take back what was kept after somebody had its messages forgotten.

        `forget` leaves its mark before it looks for answers: it finds what is kept by then, we find the mark.
        """
        forgotten = await Freshness(self.workspace, self.memory, self.log).forgotten(run.incident)
        if not forgotten:
            return
        await clear_board(self.memory, run.ref, forgotten)
        for file in await self.memory.files(run.ref):
            if file.request_id == run.request.id:
                await self._remove_file(run, file)
        if kept := await self.memory.answer(run.request.id):
            await self.memory.drop_answer(kept)
        raise ForgottenError

    async def _remove_file(self, run: Run, file: KeptFile) -> None:
        try:
            await self.workspace.remove_file(file.id)
        except EditFailedError as error:
            run.log("file.left", error=error.code)
            return
        await self.memory.drop_file(run.ref, file.id)

    async def _before(self, run: Run, analyst: str) -> Before | None:
        """Return the newest earlier answer of the same analyst that had something to explain.

        An answer does without it when the store is away.
        """
        kept: Sequence[SavedAnswer] = ()
        with suppress(StoreUnavailableError):
            kept = await self.memory.answers(run.ref)
        earlier = [one for one in kept if one.id != run.request.id and one.standing and not one.lost]
        if not earlier or earlier[-1].analyst != analyst:
            return None
        last = earlier[-1]
        return Before(at=at_of(last.ts), standing=last.standing, permalink=link_of(run.incident, last))

    def _values(self, run: Run, reply: Reply, case: Case, finding: Finding) -> Answer:
        return replace(
            answer_of(case, finding, answer_id=run.request.id, catalogue=self.catalogue),
            asked_at=run.asked_at if run.request.message_ts else None,
            answered_at=run.answered_at(reply.posted),
            seconds=run.seconds,
            is_set_up=self.money.has_model,
            again=run.question if run.is_again else "",
        )


def file_name(channel_name: str, what: str = "postmortem") -> str:
    """Return the name of a file; a channel's name may hold any letters, a file's should not."""
    return f"{what}-{re.sub(r'[^A-Za-z0-9_-]+', '-', channel_name).strip('-') or 'incident'}.md"
