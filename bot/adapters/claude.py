"""The analyst that asks Claude. Cheap to import: the SDK is loaded by `warm`, in a thread."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from bot.adapters import claude_fold
from bot.adapters.claude_pack import conversation
from bot.adapters.claude_request import parameters
from bot.adapters.claude_trouble import ModelFailedError, Patience, Remedy, TroubleError
from bot.adapters.claude_usage import Ledger
from bot.answers import Closing, Restart
from bot.incident.case import Case
from bot.incident.digest import Chunk
from bot.incident.hypotheses import Hypothesis
from bot.models.catalogue import Catalogue
from bot.models.spending import Purpose
from bot.till import Till
from prompts import load

if TYPE_CHECKING:
    from bot.adapters.claude_stream import ClaudeClient

log = structlog.get_logger()

ANSWER_TOKENS = 16_000
"""Most tokens of one answer, thinking included; at usual speeds a minute and a half is up before that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ask:
    """One attempt.

    Attributes:
        repair: What to say about an earlier answer that could not be used.
        note: Why another model than the route's is asked; else empty.
    """

    model: str
    effort: str
    repair: str = ""
    note: str = ""


class ClaudeAnalyst:
    """An `Analyst` that asks Claude.

    Args:
        catalogue: What the models accept and cost.
        api_key: The API key.
        base_url: Where the API is; None for the SDK's default, which honours `ANTHROPIC_BASE_URL`.
        total_seconds: Most time for one question, all attempts and pauses together.
        backoff_seconds: Pause before the first retry.
        till: Takes down what every request costs; without one nobody does.
        fold_model: Who takes notes of folded messages; empty for the stronger model's smaller sister.
    """

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        api_key: str,
        base_url: str | None = None,
        total_seconds: float = 90,
        backoff_seconds: float = 0.5,
        till: Till | None = None,
        fold_model: str = "",
    ) -> None:
        self._catalogue = catalogue
        self._api_key = api_key
        self._base_url = base_url
        self._total_seconds = total_seconds
        self._backoff_seconds = backoff_seconds
        self._till = till
        self._fold_model = fold_model or catalogue.pair().sonnet.id
        self._client: ClaudeClient | None = None
        self._opening = asyncio.Lock()

    async def warm(self) -> None:
        """Load the SDK and make the client, once, in a thread; the first question waits for it otherwise.

        Never raises for a key or an address that cannot be used: the questions fail then, in plain words.
        """
        try:
            await self._ready()
        except TroubleError as trouble:
            log.warning("model.unavailable", reason=trouble.reason)

    async def close(self) -> None:
        """Close the client; safe to call twice."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def diagnose(self, case: Case) -> AsyncGenerator[Hypothesis | Restart | Closing, None]:
        """Yield hypotheses as the model completes them, then one `Closing`; see `bot.ports.Analyst`.

        When the time is up, complete hypotheses stand as the best so far (`Closing.cut_short`).

        Raises:
            ModelFailedError: No usable diagnosis, for the reason it names.
        """
        deadline = asyncio.get_running_loop().time() + self._total_seconds
        ledger = self._ledger(case)
        shown = 0
        async with aclosing(self._attempts(case, ledger)) as steps:
            while True:
                try:
                    async with asyncio.timeout_at(deadline):
                        step = await anext(steps, None)
                except TimeoutError:
                    yield self._best_so_far(shown, ledger)
                    return
                if step is None:
                    return
                shown = 0 if isinstance(step, Restart) else shown + 1
                yield step

    async def fold(self, case: Case) -> Chunk:
        """Tell the newest folded messages better than code did; see `bot.ports.Improver`.

        Raises:
            ModelFailedError: There is nothing better.
        """
        model, ledger = self._catalogue.find(self._fold_model), self._ledger(case, Purpose.NOTES)
        if model is None:
            raise ModelFailedError(reason="it is not known what the model accepts", usage=None)
        try:
            client = await self._ready()
        except TroubleError as trouble:
            raise ModelFailedError(reason=trouble.reason, usage=None) from trouble
        return await claude_fold.fold(case, client, ledger, catalogue=self._catalogue, model=model)

    def _ledger(self, case: Case, purpose: Purpose = Purpose.ANSWER) -> Ledger:
        """Return what takes down the requests that are made for a case."""
        if self._till is None or not case.request_id:
            return Ledger()
        return Ledger(self._till.account(case.incident.ref, case.request_id, purpose=purpose))

    async def _ready(self) -> "ClaudeClient":
        async with self._opening:
            if self._client is None:
                self._client = await asyncio.to_thread(self._open)
                log.info("model.warmed")
            return self._client

    def _open(self) -> "ClaudeClient":
        from bot.adapters.claude_stream import ClaudeClient  # noqa: PLC0415  # a second and 40 MB: only in a worker

        turns = [{"role": "user", "content": "rehearsal"}]
        rehearsal = parameters(
            model_id="rehearsal", model=None, effort="low", turns=turns, most_tokens=ANSWER_TOKENS
        )
        return ClaudeClient.open(api_key=self._api_key, base_url=self._base_url, rehearsal=rehearsal)

    async def _attempts(
        self, case: Case, ledger: Ledger
    ) -> AsyncGenerator[Hypothesis | Restart | Closing, None]:
        patience = Patience(backoff_seconds=self._backoff_seconds)
        ask = self._first_ask(case)
        while True:
            has_shown = False
            try:
                async with aclosing(self._attempt(case, ask, ledger)) as items:
                    async for item in items:
                        has_shown = True
                        yield item
            except TroubleError as trouble:
                ask, reason = await self._next_ask(ask, trouble, patience, ledger), trouble.reason
            else:
                return
            if has_shown:
                yield Restart(reason=reason)

    async def _attempt(
        self, case: Case, ask: _Ask, ledger: Ledger
    ) -> AsyncGenerator[Hypothesis | Closing, None]:
        client = await self._ready()
        asked = parameters(
            model_id=ask.model,
            model=self._catalogue.find(ask.model),
            effort=ask.effort,
            turns=conversation(case, repair=ask.repair),
            most_tokens=ANSWER_TOKENS,
        )
        async with aclosing(client.answer(asked, ledger)) as items:
            async for item in items:
                yield self._signed(item, ask, ledger) if isinstance(item, Closing) else item

    def _signed(self, closing: Closing, ask: _Ask, ledger: Ledger) -> Closing:
        usage = ledger.usage(self._catalogue)
        log.info(
            "model.answered",
            model=ledger.model,
            effort=ask.effort,
            prompt=load("diagnose_system").label,
            requests=ledger.requests,
            input_tokens=usage.input_tokens if usage else 0,
            output_tokens=usage.output_tokens if usage else 0,
            cache_read_tokens=usage.cache_read_tokens if usage else 0,
            model_request=ledger.request_id,
        )
        return replace(closing, usage=usage, note=ask.note)

    async def _next_ask(self, ask: _Ask, trouble: TroubleError, patience: Patience, ledger: Ledger) -> _Ask:
        """Wait as long as needed and return the next attempt.

        Raises:
            ModelFailedError: There is nothing left to try.
        """
        log.warning(
            "model.failed",
            model=ask.model,
            reason=trouble.reason,
            remedy=trouble.remedy.value,
            status=trouble.status,
            model_request=trouble.request_id,
        )
        wait_seconds = patience.spend(trouble)
        following = self._following(ask, trouble)
        if wait_seconds is None or following is None:
            raise ModelFailedError(reason=trouble.reason, usage=ledger.usage(self._catalogue)) from trouble
        await asyncio.sleep(wait_seconds)
        return following

    def _following(self, ask: _Ask, trouble: TroubleError) -> _Ask | None:
        match trouble.remedy:
            case Remedy.REPAIR:
                return replace(ask, repair=load("repair").fill(problem=trouble.problem))
            case Remedy.OTHER_MODEL:
                return self._other_model(ask)
            case _:
                return ask

    def _other_model(self, ask: _Ask) -> _Ask | None:
        model = self._catalogue.find(ask.model)
        other = self._catalogue.find(model.on_refusal) if model and model.on_refusal else None
        if model is None or other is None:
            return None
        note = f"{model.label} declined, so {other.label} answered"
        return replace(ask, model=other.id, effort=other.fit_effort(ask.effort), note=note)

    def _first_ask(self, case: Case) -> _Ask:
        model = self._catalogue.find(case.route.model)
        effort = model.fit_effort(case.route.effort) if model else case.route.effort
        return _Ask(model=case.route.model, effort=effort)

    def _best_so_far(self, shown: int, ledger: Ledger) -> Closing:
        usage = ledger.usage(self._catalogue)
        reason = f"no answer within {self._total_seconds:g} s"
        if shown == 0:
            raise ModelFailedError(reason=reason, usage=usage)
        words = f"Stopped after {self._total_seconds:g} s; best so far."
        return Closing(analyst="claude", cut_short=words, usage=usage)
