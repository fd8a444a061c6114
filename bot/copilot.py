"""One request from start to end; the only place that orders steps."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import structlog

from bot import permits
from bot.answers import Gathered
from bot.beginning import Beginning
from bot.boards import Boards
from bot.bridging import Bridging
from bot.compacting import Compacting, LocalDigests
from bot.consent import DECISIONS, Consent
from bot.desk import KINDS as DESK_KINDS
from bot.desk import Desk
from bot.errors import (
    CopilotError,
    EditFailedError,
    PostRefusedError,
    SlackAwayError,
    StaleRunError,
    StoreUnavailableError,
    WithdrawnError,
)
from bot.fenced import FencedWorkspace
from bot.finishing import Finishing
from bot.gathering import Gathering, with_usage
from bot.improving import Folding, Improving
from bot.incident.board import Board
from bot.incident.case import Case
from bot.incident.hypotheses import Hypothesis
from bot.incident.postmortem import draft, to_markdown
from bot.investigation import Finding, investigate
from bot.lookups import Lookups
from bot.models.catalogue import Catalogue
from bot.money import Money
from bot.naming import LocalAliases
from bot.outgoing import Outgoing
from bot.ports import Aliases, Analyst, Digests, Fence, Log, Memory, Reply, Workspace
from bot.request import SILENT_KINDS, Request, RequestKind
from bot.router import Router
from bot.routing.route import Tier
from bot.run import Run, timed
from bot.safety.filters import FILTERS, Filters
from bot.safety.redaction import Redactor
from bot.settling import Settling
from bot.shadowing import Shadowing
from bot.showing import Shows, show
from bot.slack.fact_lines import first_facts
from bot.slack.texts import note_blocks, plain, status_words
from bot.stopping import LocalStops, StopBook, Stoppable, Watch
from bot.upkeep import Upkeep

log = structlog.get_logger()

OUT_OF_TIME = "I ran out of time before I had an answer. Please ask again."
NO_MODEL = "no model: putting changes and symptoms in order"
LEAST_SECONDS = 15.0
"""Even a request that waited long gets so much time, so that it can end with more than an apology."""
GAVE_UP = (
    "I tried this several times, failed each time and gave up. Please ask again; nothing else is affected."
)
UNREADABLE = "I can no longer read this question: the secret that sealed it was changed. Please ask again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Copilot:
    """Works requests.

    Args:
        literals: The process's own secrets, removed from everything.
        request_seconds: The most a person waits for the end of a request, from the moment it was received.
        has_model: There is a model to ask.
        money: What answers cost, and may.
        retention_days: How long what was said is kept.
        bridging: Has the rules at hand while a model thinks; None without a model.
        gathering: Looks things up before the diagnosis.
        improving: Tells better what code folded; None without a model.
        shadowing: Follows what is answered where nobody sees it; None where people do.
        canary: The mark of the orders that models get, which nothing we send may repeat.
        filters: What all words pass that leave.
        confirm_by: Who may confirm a hypothesis; see `Boarding`.
    """

    workspace: Workspace
    memory: Memory
    log: Log
    analyst: Analyst
    router: Router
    catalogue: Catalogue
    link_hosts: frozenset[str]
    literals: tuple[str, ...]
    request_seconds: float
    money: Money
    has_model: bool = True
    retention_days: int = 14
    stops: StopBook = field(default_factory=LocalStops)
    aliases: Aliases = field(default_factory=LocalAliases)
    digests: Digests = field(default_factory=LocalDigests)
    improving: Improving | None = None
    bridging: Bridging | None = None
    gathering: Gathering = field(default_factory=Gathering)
    shadowing: Shadowing | None = None
    canary: str = ""
    filters: Filters = FILTERS
    confirm_by: str = "hands-on"

    async def handle(self, request: Request, fence: Fence) -> None:
        """Work one request to its visible end.

        Raises:
            StaleRunError: Another worker has taken it over.
            StoreUnavailableError: It cannot be finished now and must be tried again.
        """
        log.info("request.started", request=request.id, kind=request.kind.value)
        await self._fenced(fence)._handle(request, fence)  # noqa: SLF001  # one of our own

    async def _handle(self, request: Request, fence: Fence) -> None:
        run, deadline = None, asyncio.timeout(self._left_seconds(request))
        try:
            async with deadline:
                await self._check_withdrawn(request)
                await permits.check(self.workspace, request)
                run = await self._work(request, fence)
        except WithdrawnError:
            log.info("request.withdrawn", request=request.id)
        except (StaleRunError, StoreUnavailableError, SlackAwayError, EditFailedError):
            raise  # another run of this request ends it, here or elsewhere
        except TimeoutError:
            if not deadline.expired():
                raise  # a call was slow, not we: another run tries again
            log.warning("request.timed_out", request=request.id)
            await self._apologize(request, fence, OUT_OF_TIME)
        except CopilotError as error:
            log.warning("request.failed", request=request.id, error=type(error).__name__)
            await self._apologize(request, fence, error.user_message)
        if run is not None:
            await self._upkeep().tidying.tidy(run)

    def _fenced(self, fence: Fence) -> "Copilot":
        return replace(self, workspace=FencedWorkspace(self.workspace, fence))

    def _left_seconds(self, request: Request) -> float:
        """Return what is left of the time a person waits, waiting in the lane and earlier runs included."""
        age = (datetime.now(UTC) - request.received_at).total_seconds()
        return max(min(LEAST_SECONDS, self.request_seconds), self.request_seconds - age)

    async def _check_withdrawn(self, request: Request) -> None:
        """Stop before anything is shown when the message that asked was deleted.

        Raises:
            WithdrawnError: It was.
        """
        if request.message_ts and await self.memory.is_withdrawn(request.id):
            await self.workspace.status(request, request.thread_ts or request.message_ts, "")
            raise WithdrawnError

    async def give_up(self, request: Request, fence: Fence) -> None:
        """Tell the asker that a request failed too often to be tried again, or cannot be read any more."""
        sentence = UNREADABLE if request.is_unreadable else GAVE_UP
        await self._fenced(fence)._apologize(request, fence, sentence)  # noqa: SLF001  # one of our own

    async def _apologize(self, request: Request, fence: Fence, sentence: str) -> None:
        """End a request with one plain sentence: in its message if it has one, else to the asker alone.

        What nobody asked for, or nobody asks for any more, ends without a word; an answer that stands, stays.
        """
        if request.kind in SILENT_KINDS:
            await self._upkeep().give_up(request)
            return
        if await self.memory.answer(request.id):
            return
        blocks, text = self._outgoing().message(plain(sentence, answer_id=request.id), sentence)
        reply = self.workspace.reply(request, request.thread_ts or request.message_ts, fence)
        try:
            if await reply.exists():
                await reply.finish(blocks, text=text)
                return
        except PostRefusedError as error:
            log.warning("reply.refused", request=request.id, error=error.code)
        if await self.memory.is_withdrawn(request.id):
            return
        await self.workspace.whisper(request, blocks, text=text)
        await self.workspace.status(request, request.thread_ts or request.message_ts, "")

    def _outgoing(self, redactor: Redactor | None = None) -> Outgoing:
        own = redactor or Redactor(b"no incident", literals=self.literals)
        return Outgoing(redactor=own, link_hosts=self.link_hosts, canary=self.canary, filters=self.filters)

    async def _work(self, request: Request, fence: Fence) -> Run | None:
        """Bring a request to its visible end; return what there is to tidy up after it."""
        if request.kind in DESK_KINDS:
            await self._desk().handle(request, fence)
            return None
        if await self._is_settled(request):
            await self.workspace.status(request, request.thread_ts or request.message_ts, "")
            return None
        run = await self._beginning().read(request)
        case, board = await self._beginning().case(run)
        if request.kind is RequestKind.POSTMORTEM:
            return await self._postmortem(run, case, board)
        return await self._followed(run, case, board, fence)

    async def _followed(self, run: Run, case: Case, board: Board, fence: Fence) -> Run:
        """Answer; where nobody sees it, keep what that would have been. Unasked, the cap is never passed."""
        if self.shadowing is None:
            return await self._answer(run, case, board, fence)
        is_unasked = run.request.kind is RequestKind.SHADOW
        is_free = is_unasked and await self.shadowing.is_free(run.request, run.incident)
        answers = self._free() if is_free else self
        run = await answers._answer(run, case, board, fence)  # noqa: SLF001  # one of our own
        await self.shadowing.note(run, case.facts)
        return run

    def _free(self) -> "Copilot":
        """Return a copilot that pays nothing: the rules answer."""
        if self.bridging is None:
            return self
        return replace(
            self,
            analyst=self.bridging.rules,
            has_model=False,
            bridging=None,
            gathering=Gathering(),
            improving=None,
            money=replace(self.money, has_model=False),
        )

    async def _is_settled(self, request: Request) -> bool:
        """Say whether there is nothing to answer: an earlier run has, or somebody decided otherwise."""
        if await self.memory.answer(request.id):
            log.info("request.answered_before", request=request.id)
            return True
        return request.kind in DECISIONS and not await self._consent(self._outgoing()).decide(request)

    def _desk(self) -> Desk:
        boards = Boards(
            workspace=self.workspace,
            memory=self.memory,
            aliases=self.aliases,
            literals=self.literals,
            outgoing=self._outgoing,
        )
        return Desk(
            workspace=self.workspace,
            stops=self.stops,
            upkeep=self._upkeep(),
            lookups=Lookups(self.workspace, self.memory, self._outgoing(), self.money),
            boards=boards,
            rules=self.bridging.rules if self.bridging else self.analyst,
            router=self.router,
            confirm_by=self.confirm_by,
        )

    def _upkeep(self) -> Upkeep:
        return Upkeep(
            workspace=self.workspace,
            memory=self.memory,
            log=self.log,
            out=self._outgoing(),
            literals=self.literals,
            aliases=self.aliases,
            retention_days=self.retention_days,
        )

    def _beginning(self) -> Beginning:
        return Beginning(
            workspace=self.workspace,
            memory=self.memory,
            aliases=self.aliases,
            digests=self.digests,
            router=self.router,
            literals=self.literals,
        )

    async def _answer(self, run: Run, case: Case, board: Board, fence: Fence) -> Run:
        out = self._outgoing(run.redactor)
        reply = self.workspace.reply(run.request, run.thread_ts, fence)
        facts = first_facts(case.facts, case.incident, answer_id=run.request.id, as_of=run.asked_at)
        await self._check_withdrawn(run.request)
        await show(reply, out, facts, "Facts first; the diagnosis follows.")
        run.log("facts.shown", facts=len(case.facts.items))
        case = await self._folding().read(run, case)
        if asking := await self.money.question(run, case, self.router):
            await self._finishing(out).asking(run, reply, case, asking)
            return run
        if run.request.kind in DECISIONS:
            await self._consent(out).show(run)
        price = await self._folding().price(run, case)
        if price:
            await show(reply, out, note_blocks(price, answer_id=run.request.id, n=len(facts)), price)
        case, gathered = await self._gathered(run, case, reply, out)
        if gathered.usage and (asking := await self.money.question(run, case, self.router)):
            await self._finishing(out).asking(run, reply, case, asking)
            await self.gathering.forget(case, can_go_on=False)
            return run
        await self.workspace.status(run.request, run.thread_ts, out.line(price or self._asking(case)))
        finding = await self._investigated(run, case, board, reply=reply, number=len(facts) + bool(price))
        run, case, finding = await self._settling().settled(run, case, with_usage(finding, gathered))
        run.log("answer.verified", kept=len(finding.hypotheses), dropped=len(finding.dropped))
        await self._finishing(out).answer(run, reply, case, finding)
        await self._folding().after(run, case, finding)
        await self.gathering.forget(case, can_go_on=finding.closing.can_go_on)
        return run

    async def _gathered(self, run: Run, case: Case, reply: Reply, out: Outgoing) -> tuple[Case, Gathered]:
        """Look things up before the diagnosis, telling what is done."""

        async def say(words: str) -> None:
            await self.workspace.status(run.request, run.thread_ts, out.line(words))

        stopped_by = self._watch(run, reply).stopped_by
        known, gathered = await self.gathering.gather(case, say=say, stopped_by=stopped_by)
        if known.route is not case.route and await self.money.question(run, known, self.router):
            known = replace(known, route=case.route, risen=known.route)
        if known.route is not case.route:
            run.log_route(known.route)
        return known, gathered

    async def _investigated(
        self, run: Run, case: Case, board: Board, *, reply: Reply, number: int
    ) -> Finding:
        """Ask the analyst within the asker's time; `number` blocks stand already."""
        shows = Shows(
            run=run,
            reply=reply,
            out=self._outgoing(run.redactor),
            number=number,
            model=self.catalogue.label(case.route.model),
        )
        analyst, case = self._stoppable(run, reply), timed(run.request, case)
        if self.bridging is None:
            return await investigate(case, analyst, board=board, on_verified=shows.verified)
        return await self.bridging.investigate(case, analyst, board=board, shows=shows)

    def _folding(self) -> Folding:
        compacting = Compacting(digests=self.digests, memory=self.memory, log=self.log)
        return Folding(compacting=compacting, improving=self.improving, money=self.money)

    def _watch(self, run: Run, reply: Reply) -> Watch:
        return Watch(
            stops=self.stops,
            request=run.request,
            reply=reply,
            thread_ts=run.thread_ts,
            incident=run.incident,
        )

    def _stoppable(self, run: Run, reply: Reply) -> Analyst:
        name = "claude" if self.has_model else "rules"
        return Stoppable(analyst=self.analyst, stopped_by=self._watch(run, reply).stopped_by, name=name)

    def _asking(self, case: Case) -> str:
        if not self.has_model:
            return NO_MODEL
        return status_words(route=case.route, model_name=self.catalogue.label(case.route.model))

    async def _postmortem(self, run: Run, case: Case, board: Board) -> Run:
        """Draft the review from the board, asking the analyst only when the board is empty."""
        if not board.hypotheses:
            case = await self._folding().read(run, case)
            case = await self._spared(run, case)
            waited = timed(run.request, case)
            finding = await investigate(waited, self.analyst, board=board, on_verified=_nothing)
            run, case, finding = await self._settling().settled(run, case, finding)
            board = finding.board
        review = draft(run.incident, case.facts, board.hypotheses, now=run.asked_at)
        await self._finishing(self._outgoing(run.redactor)).draft(run, to_markdown(review))
        return run

    async def _spared(self, run: Run, case: Case) -> Case:
        """Return a case for a draft; above the hard cap Sonnet explains it, since nobody is asked."""
        if await self.money.question(run, case, self.router) is None:
            return case
        return replace(case, route=self.router.route(run.question, (), forced=Tier.SONNET))

    def _settling(self) -> Settling:
        return Settling(workspace=self.workspace, memory=self.memory, log=self.log, router=self.router)

    def _finishing(self, out: Outgoing) -> Finishing:
        return Finishing(
            workspace=self.workspace,
            memory=self.memory,
            log=self.log,
            catalogue=self.catalogue,
            out=out,
            money=self.money,
        )

    def _consent(self, out: Outgoing) -> Consent:
        return Consent(workspace=self.workspace, memory=self.memory, money=self.money, out=out)


async def _nothing(_hypothesis: Hypothesis) -> None:
    """Show nothing: a postmortem is posted as a whole."""
