"""Where calls of models are booked before they are made and paid for after they ended."""

import asyncio
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from bot.errors import StoreUnavailableError
from bot.incident.messages import IncidentRef
from bot.models.catalogue import Catalogue
from bot.models.cost import Tokens, cost_nanousd, counted_nanousd
from bot.models.spending import Purpose
from bot.purse import Account, Payment, Purse
from bot.tasks import ended

log = structlog.get_logger()

RETRY_SECONDS = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Pauses before a payment is written again that a store which was away did not take."""
SETTLE_SECONDS = 1.5
"""So long an answer waits for its own payment to be written, so that it can say what it cost."""
CLOSE_SECONDS = 2.0


class Till:
    """Books and pays; a payment is written in the background, so that nothing that ends early loses it.

    One that no store takes in time is given up: what was held for its call goes on counting for the caps.

    Args:
        purse: Where it is written down.
        catalogue: Knows the prices.
        retry_seconds: Pauses before a payment is written again.
        now: Returns the time, aware; for the month.
    """

    def __init__(
        self,
        purse: Purse,
        catalogue: Catalogue,
        *,
        retry_seconds: Sequence[float] = RETRY_SECONDS,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.purse = purse
        self._catalogue = catalogue
        self._retry_seconds = tuple(retry_seconds)
        self._now = now
        self._paying: set[asyncio.Task[None]] = set()

    @property
    def month(self) -> str:
        """The month that it is, in UTC."""
        return self._now().astimezone(UTC).strftime("%Y-%m")

    def account(self, ref: IncidentRef, request_id: str, *, purpose: Purpose = Purpose.ANSWER) -> "Booking":
        """Return what takes down the calls that are made for a request."""
        own_id = f"{request_id}:{purpose.value}" if purpose is Purpose.NOTES else request_id
        return Booking(self, Account(ref=ref, request_id=own_id, month=self.month, purpose=purpose))

    async def book(self, account: Account, call_id: str, expected: Tokens) -> None:
        """Book a call; what it is expected to use is held until it is paid.

        Raises:
            StoreUnavailableError: It is not booked.
        """
        held = counted_nanousd(expected, self._catalogue)
        await self.purse.book(account, call_id, held_nanousd=held)

    async def settled(self, *, seconds: float = SETTLE_SECONDS) -> None:
        """Wait until the payments under way are written, but not for long."""
        if self._paying:
            await asyncio.wait(set(self._paying), timeout=seconds)

    async def close(self, *, seconds: float = CLOSE_SECONDS) -> None:
        """Let the payments under way be written; give up what the store does not take soon."""
        await self.settled(seconds=seconds)
        await ended(*self._paying)

    def pay(self, account: Account, call_id: str, used: Sequence[Tokens], *, is_whole: bool) -> None:
        """Write a payment in the background."""
        payments = [self._payment(tokens) for tokens in used]
        task = asyncio.create_task(self._pay(account, call_id, payments, is_whole=is_whole))
        self._paying.add(task)
        task.add_done_callback(self._paying.discard)

    def _payment(self, tokens: Tokens) -> Payment:
        nanousd = cost_nanousd(tokens, self._catalogue)
        assumed = counted_nanousd(tokens, self._catalogue) if nanousd is None else 0
        return Payment(tokens=tokens, nanousd=nanousd, assumed_nanousd=assumed)

    async def _pay(
        self, account: Account, call_id: str, payments: Sequence[Payment], *, is_whole: bool
    ) -> None:
        for pause_seconds in (*self._retry_seconds, None):
            try:
                await self.purse.pay(account, call_id, payments, is_whole=is_whole)
            except StoreUnavailableError:
                if pause_seconds is None:
                    log.exception("payment.lost", request=account.request_id, call=call_id)
                    return
                await asyncio.sleep(pause_seconds)
            else:
                return


@dataclass(slots=True)
class Booking:
    """The calls of one request; at most one at a time.

    Args:
        till: Where they are booked.
        account: For whom.
    """

    till: Till
    account: Account
    _call_id: str = ""

    async def begin(self, expected: Tokens) -> None:
        """Book the next call.

        Args:
            expected: What it will use about; held until it is paid.

        Raises:
            StoreUnavailableError: It must not be made: nobody would know what it cost.
        """
        call_id = uuid.uuid4().hex
        await self.till.book(self.account, call_id, expected)
        self._call_id = call_id

    def end(self, used: Sequence[Tokens], *, is_whole: bool) -> None:
        """Pay for the call; see `Purse.pay`. Does not wait, so that it can be called while all ends."""
        if self._call_id:
            self.till.pay(self.account, self._call_id, used, is_whole=is_whole)
        self._call_id = ""
