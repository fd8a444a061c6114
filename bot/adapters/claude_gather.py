"""Claude looks things up before somebody explains: a loop of its own over read-only tools.

It may fail in any way and at any time: then there is less evidence, never no answer. What was asked and what
came back is kept after each turn, so that another worker goes on where this one ended.
"""

import asyncio
import json
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import structlog

from bot.adapters import claude_lookups as lookups
from bot.adapters.claude_trouble import Remedy, TroubleError
from bot.adapters.claude_usage import Ledger
from bot.adapters.turns import KeptTurns, LocalTurns, Turns, known_of
from bot.answers import Gathered
from bot.errors import StoreUnavailableError, ToolFailedError
from bot.incident.case import Case
from bot.incident.observations import Observation, Offer
from bot.incident.sizes import estimate_tokens
from bot.models.catalogue import Catalogue, Model
from bot.models.spending import Purpose
from bot.ports import IsTooDear, Tools, Until
from bot.tasks import ended
from bot.till import Till
from prompts import load

if TYPE_CHECKING:
    from bot.adapters.claude_stream import ClaudeClient, Message

log = structlog.get_logger()

Ready = Callable[[str], AbstractAsyncContextManager["ClaudeClient"]]
Block = dict[str, Any]
TOO_DEAR = "this incident has cost as much as it may"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long and how often things are looked up.

    Attributes:
        seconds: For all of it.
        calls: Of tools, failed ones included.
        rounds: Turns of the model.
        compact_tokens: Above so large a conversation it is summed up before the next turn.
    """

    seconds: float = 20.0
    calls: int = 12
    rounds: int = 8
    compact_tokens: int = 40_000


class ClaudeGatherer:
    """A `Gatherer` that has Claude choose what to look up.

    Args:
        catalogue: What the models accept and cost.
        model_id: Whom to ask: the smaller one of the pair.
        ready: Gives the client for one request to a model; raises `TroubleError` when none is to
            be had now.
        till: Takes down what every request costs; without one nobody does.
        turns: Where turns are kept.
        limits: How much of it.
    """

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        model_id: str,
        ready: Ready,
        till: Till | None = None,
        turns: Turns | None = None,
        limits: Limits = Limits(),
    ) -> None:
        self._catalogue = catalogue
        self._model_id = model_id
        self._ready = ready
        self._till = till
        self._turns = turns or LocalTurns()
        self._limits = limits

    async def gather(
        self, case: Case, tools: Tools, *, until: Until | None = None, is_too_dear: IsTooDear | None = None
    ) -> Gathered:
        """Return what was found worth knowing; see `bot.ports.Gatherer`."""
        model = self._catalogue.find(self._model_id)
        if model is None:
            return Gathered()
        loop = _Loop(
            case=case,
            tools=tools,
            model=model,
            ledger=self._ledger(case),
            turns=self._turns,
            limits=self._limits,
            kept=KeptTurns(model=model.id),
            is_too_dear=is_too_dear,
            ready=self._ready,
        )
        unseen = await self._ended(loop, until or asyncio.Event().wait)
        kept = loop.kept
        log.info("evidence.gathered", found=len(kept.observations), rounds=kept.rounds, unseen=unseen)
        return Gathered(
            observations=kept.observations, unseen=unseen, usage=loop.ledger.usage(self._catalogue)
        )

    async def forget(self, case: Case) -> None:
        """Keep nothing of a case's look-ups any more; what cannot be dropped now goes within a day."""
        try:
            for name in names_of(case):
                await self._turns.drop(case.incident.ref, name)
        except StoreUnavailableError:
            log.warning("look_ups.left", request=case.request_id)

    async def _ended(self, loop: "_Loop", until: Until) -> str:
        """Run a loop to its end; return why it ended early, in people's words, else nothing."""
        try:
            await _do(loop.run(), until=until())
        except TimeoutError:
            return f"look-ups beyond the first {self._limits.seconds:g} s"
        except TroubleError as trouble:
            log.warning("gathering.failed", reason=trouble.reason, model_request=trouble.request_id)
            return f"further look-ups: {trouble.reason}"
        except StoreUnavailableError:
            log.warning("gathering.failed", reason="store away")
            return "further look-ups: they could not be booked"
        return ""

    def _ledger(self, case: Case) -> Ledger:
        if self._till is None or not case.request_id:
            return Ledger()
        return Ledger(self._till.account(case.incident.ref, case.request_id, purpose=Purpose.GATHER))


@dataclass(slots=True, kw_only=True)
class _Loop:
    """One conversation of look-ups.

    Attributes:
        kept: It, as far as it came.
        is_too_dear: Says whether nothing more may be paid for; None where nobody keeps an account.
        ready: Gives the client for one request.
        deadline: When all of it ends; None before it has begun.
        tokens: How large it was at the last turn, as the API counted it.
    """

    case: Case
    tools: Tools
    model: Model
    ledger: Ledger
    turns: Turns
    limits: Limits
    kept: KeptTurns
    is_too_dear: IsTooDear | None
    ready: Ready
    deadline: asyncio.Timeout | None = None
    tokens: int = 0

    async def begin(self) -> None:
        """Go on with what an earlier run kept, if its words still stand; else begin anew."""
        incident = self.case.incident
        for name in names_of(self.case):
            earlier = await self.turns.kept(incident.ref, name)
            if earlier is not None and earlier.fits(incident, self.model.id):
                self.kept = earlier
                log.info("look_ups.resumed", request=self.case.request_id, rounds=earlier.rounds)
                return
        until_ts = incident.messages[-1].ts if incident.messages else ""
        known, turns = known_of(incident, until_ts), tuple(lookups.opening(self.case))
        await self._keep(replace(self.kept, until_ts=until_ts, known=known, turns=turns))

    async def run(self) -> None:
        """Take turns until nothing more is to be looked up, or no more may be.

        Raises:
            TimeoutError: The time was up.
            TroubleError: The model failed, or did not begin to answer before the time was up.
        """
        async with asyncio.timeout(self.limits.seconds) as self.deadline:
            await self.begin()
            await self._take_turns()

    async def _take_turns(self) -> None:
        while not self.kept.is_done:
            if calls := lookups.pending(self.kept.turns):
                await self._look_up(calls)
            elif self.is_too_dear and await self.is_too_dear():
                raise TroubleError(reason=TOO_DEAR, is_free=True)
            else:
                await self._ask()

    async def _keep(self, kept: KeptTurns) -> None:
        self.kept = kept
        await self.turns.keep(self.case.incident.ref, names_of(self.case)[0], kept)

    async def _turn(self, asked: dict[str, Any]) -> "Message":
        """Ask once; a model that has not begun to answer when our time is up has failed."""
        begun = self.ledger.requests
        async with self.ready(self.model.id) as client:
            try:
                return await client.turn(asked, self.ledger)
            except asyncio.CancelledError as error:
                if self._is_out_of_time() and self.ledger.requests == begun:
                    raise TroubleError(reason="no answer from the API", remedy=Remedy.AGAIN) from error
                raise

    def _is_out_of_time(self) -> bool:
        return self.deadline is not None and self.deadline.expired()

    async def _ask(self) -> None:
        if self.tokens > self.limits.compact_tokens:
            await self._shorten()
        asked = lookups.request(self.model, self._offers(), self.kept.turns)
        message = await self._turn(asked)
        self._log(message, "gather_system")
        self.tokens = _size(message)
        if message.stop_reason not in {"tool_use", "pause_turn", "end_turn"}:
            raise TroubleError(reason=_words(message.stop_reason))
        turn = {"role": "assistant", "content": [block.to_dict() for block in message.content]}
        rounds = self.kept.rounds + 1
        is_done = message.stop_reason == "end_turn" or (
            rounds >= self.limits.rounds and message.stop_reason == "pause_turn"
        )
        turns = (*self.kept.turns, turn) if turn["content"] else self.kept.turns
        await self._keep(replace(self.kept, turns=turns, rounds=rounds, is_done=is_done))

    async def _look_up(self, calls: Sequence[Block]) -> None:
        """Make the calls of a turn side by side; all their results go into one turn."""
        left = max(self.limits.calls - self.kept.calls, 0)
        made = await asyncio.gather(*(self._call(call) for call in calls[:left]), return_exceptions=True)
        observations, results = list(self.kept.observations), []
        for call, found in zip(calls, made, strict=False):
            if isinstance(found, BaseException):
                results.append(lookups.failure(call["id"], call["name"], _reason(found)))
                continue
            observation = replace(found, id=f"t{len(observations) + 1}")
            observations.append(observation)
            results.append(lookups.result(call["id"], observation))
        results += [lookups.spent(call["id"], call["name"]) for call in calls[left:]]
        number = self.kept.calls + len(made)
        is_done = number >= self.limits.calls or self.kept.rounds >= self.limits.rounds
        await self._keep(
            replace(
                self.kept,
                turns=(*self.kept.turns, lookups.results_turn(results)),
                observations=tuple(observations),
                calls=number,
                is_done=is_done,
            )
        )

    async def _call(self, call: Block) -> Observation:
        names = {lookups.tool_name(offer.name): offer.name for offer in self._offers()}
        name, arguments = names.get(call["name"], ""), call["input"]
        if not name or not isinstance(arguments, dict):
            raise ToolFailedError(reason="There is no such tool, or its arguments are no object.")
        found = await self.tools.call(self.case, name, arguments)
        return lookups.observed(self.case, 0, name, arguments, found)

    async def _shorten(self) -> None:
        """Sum the conversation up, by the API where it can, else by telling it again in short."""
        block = await self._summary() if self.model.compacts_on_demand else None
        if block is None:
            turns = lookups.told_again(self.case, self.kept.observations)
        else:
            turns = lookups.summed_up(self.case, block)
        log.info("look_ups.compacted", by="api" if block else "us", tokens=self.tokens)
        self.tokens = estimate_tokens(json.dumps(turns))
        await self._keep(replace(self.kept, turns=tuple(turns)))

    async def _summary(self) -> Block | None:
        """Return the API's signed summary; None when it has none to give."""
        instructions = load("gather_sum").text
        asked = lookups.request(self.model, self._offers(), self.kept.turns, instructions=instructions)
        try:
            message = await self._turn(asked)
        except TroubleError as trouble:
            if self._is_out_of_time():
                raise
            log.warning("compaction.failed", reason=trouble.reason, model_request=trouble.request_id)
            return None
        self._log(message, "gather_sum")
        if message.stop_reason != "compaction" or len(message.content) != 1:
            return None
        return message.content[0].to_dict()

    def _offers(self) -> Sequence[Offer]:
        return self.tools.offers(self.case)

    def _log(self, message: "Message", prompt: str) -> None:
        used, read = _size(message), message.usage.cache_read_input_tokens or 0
        log.info(
            "model.looked_up",
            request=self.case.request_id,
            prompt=load(prompt).label,
            model=message.model,
            effort=lookups.effort(self.model),
            tokens=used,
            output_tokens=message.usage.output_tokens,
            cache_share=round(read / used, 3) if used else 0.0,
            model_request=message.id,
            end=message.stop_reason,
        )


def names_of(case: Case) -> tuple[str, ...]:
    """Return the names under which a case's look-ups may be kept, its own first."""
    own = case.request_id or "replay"
    return (own, case.continues) if case.continues else (own,)


async def _do(work: Coroutine[Any, Any, None], *, until: Coroutine[Any, Any, object]) -> None:
    """Do something to its end, or until something else has happened; nothing of either goes on after that."""
    working, waiting = asyncio.create_task(work), asyncio.create_task(until)
    try:
        await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            working.result()
    finally:
        await ended(working, waiting)


def _size(message: "Message") -> int:
    usage = message.usage
    cached = (usage.cache_read_input_tokens or 0) + (usage.cache_creation_input_tokens or 0)
    return usage.input_tokens + cached + usage.output_tokens


def _words(stop_reason: str | None) -> str:
    known = {"refusal": "the model declined", "max_tokens": "the model's turn was too long"}
    return known.get(stop_reason or "", "the model stopped")


def _reason(error: BaseException) -> str:
    """Return what the model is told of a failed call: never an exception's own words."""
    if isinstance(error, ToolFailedError):
        return error.reason
    log.error("tool.failed", error=type(error).__name__, exc_info=error)
    return "The tool failed."
