"""What a worker does with one ticket: claim a lane, work its first request, pass the lane on.

A ticket never raises: the engine would keep the exception with its text, and the lane would stand still.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum

import structlog

from bot.adapters.lanes import Claim, Lanes
from bot.adapters.replies import STORE_ERRORS
from bot.errors import BadInputError, StaleRunError
from bot.ports import Work
from bot.request import SILENT_KINDS, Request

log = structlog.get_logger()

AddTicket = Callable[[str, float], Awaitable[None]]
"""Gives the engine a ticket of this name, to run after so many seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """When a request is tried again, and when no more.

    Attributes:
        delays_seconds: The pause after the first failure, the second, …; one failure more and the request
            is given up. Telling the person has as many tries.
        silent_delays_seconds: The same for what nobody waits for.
        begun_limit: So often may a request be begun, crashes of the worker included, before it is given up:
            it may be what kills the worker.
        limit_seconds: The longest one run may take.
    """

    delays_seconds: tuple[float, ...] = (2.0, 8.0)
    silent_delays_seconds: tuple[float, ...] = (2.0, 8.0, 60.0, 300.0, 600.0)
    begun_limit: int = 8
    limit_seconds: float = 660.0

    def with_request(self, request: Request | None) -> "Patience":
        """Return the patience for a request: more when nobody waits for it."""
        if request is None or request.kind not in SILENT_KINDS:
            return self
        return replace(self, delays_seconds=self.silent_delays_seconds)

    def delay_seconds(self, failed: int) -> float:
        """Return the pause after the `failed`-th failure; none before the person is told."""
        return (*self.delays_seconds, 0.0)[(failed - 1) % self.tries]

    @property
    def tries(self) -> int:
        """How many runs a request gets."""
        return len(self.delays_seconds) + 1


class Step(Enum):
    """What to do with a claimed request."""

    RUN = "run"
    TELL = "tell"
    BURY = "bury"


def next_step(*, begun: int, failed: int, patience: Patience) -> Step:
    """Decide what a claimed request gets: a run, else its person is told, else it is only buried.

    Args:
        begun: How often it was begun, this time included.
        failed: How often a run, or the telling, ended in an error.
        patience: The limits.
    """
    if failed < patience.tries and begun <= patience.begun_limit:
        return Step.RUN
    if failed < 2 * patience.tries and begun <= patience.begun_limit + patience.tries:
        return Step.TELL
    return Step.BURY


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneFence:
    """Lets a run ask whether it still owns its lane."""

    lanes: Lanes
    claim: Claim

    async def check(self) -> None:
        """Raise `StaleRunError` when another worker has taken over."""
        await self.lanes.check(self.claim)


@dataclass(slots=True, kw_only=True)
class Tickets:
    """Works tickets of one pool.

    Attributes:
        run: Does the work of a request.
        give_up: Tells the person that their request was given up.
    """

    lanes: Lanes
    run: Work
    give_up: Work
    add: AddTicket
    patience: Patience = Patience()

    async def serve(self, ticket: str) -> None:
        """Work on one ticket; raises nothing but `CancelledError`."""
        claim = None
        try:
            claim = await self.lanes.claim(ticket)
            if claim is not None:
                await self._work(claim)
        except StaleRunError as error:
            log.warning("ticket.superseded", request=str(error))
        except Exception as error:  # noqa: BLE001  # the one edge of all work: a ticket that raises stops its lane
            await self._survive(ticket, claim, error)

    async def _work(self, claim: Claim) -> None:
        request = self._read(claim)
        patience = self.patience.with_request(request)
        step = next_step(begun=claim.begun, failed=claim.failed, patience=patience)
        if request and request.is_unreadable and step is Step.RUN:
            step = Step.TELL
        log.info("ticket.claimed", request=claim.request_id, step=step.value, begun=claim.begun)
        if request is None or step is Step.BURY:
            await self._bury(claim, "unreadable" if request is None else "could not be told")
            return
        await self._attempt(claim, request, step)

    async def _attempt(self, claim: Claim, request: Request, step: Step) -> None:
        work = self.run if step is Step.RUN else self.give_up
        started = time.monotonic()
        async with asyncio.timeout(self.patience.limit_seconds):
            await work(request, LaneFence(lanes=self.lanes, claim=claim))
        if step is Step.TELL:
            await self._bury(
                claim, "sealed with another secret" if request.is_unreadable else "failed too often"
            )
            return
        await self._pass_on(claim, has_more=await self.lanes.finish(claim))
        log.info(
            "ticket.finished", request=claim.request_id, ms=round((time.monotonic() - started) * 1000, 1)
        )

    async def _bury(self, claim: Claim, reason: str) -> None:
        log.error(
            "request.buried", request=claim.request_id, reason=reason, begun=claim.begun, failed=claim.failed
        )
        has_more = await self.lanes.bury(claim, reason=reason, now=datetime.now(UTC))
        await self._pass_on(claim, has_more=has_more)

    async def _pass_on(self, claim: Claim, *, has_more: bool) -> None:
        if has_more:
            await self.add(f"next:{claim.turn}", 0.0)

    async def _survive(self, ticket: str, claim: Claim | None, error: Exception) -> None:
        """Log a failure once and see to it that the request is tried again."""
        log.error("ticket.failed", ticket=ticket, request=claim and claim.request_id, exc_info=error)
        if claim is None:
            return
        try:
            await self._try_again(claim)
        except StaleRunError:
            log.warning("ticket.superseded", request=claim.request_id)
        except STORE_ERRORS as gone:
            # The claim stands, so the sweep gives the lane its ticket back when the store is there again.
            log.warning("ticket.left", request=claim.request_id, error=type(gone).__name__)

    async def _try_again(self, claim: Claim) -> None:
        next_ticket = f"again:{claim.turn}"
        failed = await self.lanes.put_back(claim, next_ticket=next_ticket)
        patience = self.patience.with_request(self._read(claim))
        await self.add(next_ticket, patience.delay_seconds(failed))

    def _read(self, claim: Claim) -> Request | None:
        try:
            return self.lanes.read(claim)
        except BadInputError as error:
            log.warning("request.unreadable", request=claim.request_id, field=error.field)
            return None
