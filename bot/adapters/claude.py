"""The analyst that asks Claude. Cheap to import: the SDK is loaded by `warm`, in a thread."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from bot.adapters import claude_fold
from bot.adapters.breaker import Breaker, Refusal
from bot.adapters.claude_asks import Ask, Asks, Failover
from bot.adapters.claude_pack import conversation
from bot.adapters.claude_request import parameters
from bot.adapters.claude_trouble import ModelFailedError, Patience, TroubleError
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

ANSWER_TOKENS = 48_000
"""Most tokens of one answer, thinking included, which at the highest effort is most of it: the time is up
before that at usual speeds, and this bounds the price where they are not."""
LEAST_SECONDS = 8.0
"""A model has so long at least, however long the asker has waited already."""


class ClaudeAnalyst:
    """An `Analyst` that asks Claude.

    Args:
        catalogue: What the models accept and cost.
        api_key: The API key.
        base_url: Where the API is; None for the SDK's default, which honours `ANTHROPIC_BASE_URL`.
        total_seconds: Most time for one question, all attempts and pauses together, counted from when it was
            asked: what the asker has waited already is gone.
        backoff_seconds: Pause before the first retry.
        till: Takes down what every request costs; without one nobody does.
        fold_model: Who takes notes of folded messages; empty for the stronger model's smaller sister.
        failover: To the other tier when one has no room; None where that is not allowed.
        breaker: Knows which models are not to be asked now.
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
        failover: Failover | None = None,
        breaker: Breaker | None = None,
    ) -> None:
        self._catalogue = catalogue
        self._api_key = api_key
        self._base_url = base_url
        self._total_seconds = total_seconds
        self._backoff_seconds = backoff_seconds
        self._till = till
        self._fold_model = fold_model or catalogue.pair().sonnet.id
        self._asks = Asks(catalogue=catalogue, failover=failover)
        self._breaker = breaker or Breaker()
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
        left_seconds = max(self._total_seconds - case.spent_seconds, min(LEAST_SECONDS, self._total_seconds))
        deadline = asyncio.get_running_loop().time() + left_seconds
        ledger = self._ledger(case)
        shown = 0
        async with aclosing(self._attempts(case, ledger)) as steps:
            while True:
                try:
                    async with asyncio.timeout_at(deadline):
                        step = await anext(steps, None)
                except TimeoutError:
                    yield self._best_so_far(shown, ledger, seconds=case.spent_seconds + left_seconds)
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
        return await claude_fold.fold(case, self.client_for, ledger, catalogue=self._catalogue, model=model)

    def _ledger(self, case: Case, purpose: Purpose = Purpose.ANSWER) -> Ledger:
        """Return what takes down the requests that are made for a case."""
        if self._till is None or not case.request_id:
            return Ledger()
        return Ledger(self._till.account(case.incident.ref, case.request_id, purpose=purpose))

    @asynccontextmanager
    async def client_for(self, model: str) -> AsyncIterator["ClaudeClient"]:
        """Give the one client of this process for one request to a model; the breaker learns how it went.

        Raises:
            TroubleError: It cannot be opened, or the model is down and not to be asked now.
        """
        now = asyncio.get_running_loop().time
        permit = self._breaker.admit(model, now=now())
        if isinstance(permit, Refusal):
            raise TroubleError(reason=permit.reason, is_busy=permit.is_busy, is_free=True)
        try:
            yield await self._ready()
        except TroubleError as trouble:
            if trouble.is_outage:
                self._breaker.failed(permit, reason=trouble.reason, is_busy=trouble.is_busy, now=now())
            else:
                self._breaker.passed(permit)
            raise
        else:
            self._breaker.passed(permit)
        finally:
            self._breaker.left(permit)

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
        ask = self._asks.first(case)
        while True:
            has_shown = False
            try:
                async with aclosing(self._guarded(ask, ledger)) as items:
                    async for item in items:
                        has_shown = True
                        yield item
            except TroubleError as trouble:
                ask, reason = await self._next_ask(ask, trouble, patience, ledger), trouble.reason
            else:
                return
            if has_shown:
                yield Restart(reason=reason)

    async def _guarded(self, ask: Ask, ledger: Ledger) -> AsyncGenerator[Hypothesis | Closing, None]:
        """Ask unless the model is down."""
        async with (
            self.client_for(ask.model) as client,
            aclosing(self._attempt(ask, client, ledger)) as items,
        ):
            async for item in items:
                yield item

    async def _attempt(
        self, ask: Ask, client: "ClaudeClient", ledger: Ledger
    ) -> AsyncGenerator[Hypothesis | Closing, None]:
        asked = parameters(
            model_id=ask.model,
            model=self._catalogue.find(ask.model),
            effort=ask.effort,
            turns=conversation(ask.case, repair=ask.words),
            most_tokens=ANSWER_TOKENS,
        )
        async with aclosing(client.answer(asked, ledger)) as items:
            async for item in items:
                yield self._signed(item, ask, ledger) if isinstance(item, Closing) else item

    def _signed(self, closing: Closing, ask: Ask, ledger: Ledger) -> Closing:
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

    async def _next_ask(self, ask: Ask, trouble: TroubleError, patience: Patience, ledger: Ledger) -> Ask:
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
        following = await self._asks.following(ask, trouble) if wait_seconds is not None else None
        if following is None:
            wait_seconds, following = 0.0, await self._asks.moved(ask, trouble)
        if following is None:
            raise ModelFailedError(reason=trouble.reason, usage=ledger.usage(self._catalogue)) from trouble
        await asyncio.sleep(wait_seconds or 0.0)
        return following

    def _best_so_far(self, shown: int, ledger: Ledger, *, seconds: float) -> Closing:
        usage = ledger.usage(self._catalogue)
        if shown == 0:
            raise ModelFailedError(reason=f"no answer within {seconds:.3g} s", usage=usage, can_go_on=True)
        words = f"Stopped after {seconds:.3g} s; best so far."
        return Closing(analyst="claude", cut_short=words, usage=usage, can_go_on=True)
