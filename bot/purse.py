"""What the models cost: every call is booked before it is made and paid for after it.

A call that is booked and never paid counts as of unknown use: it is under way, or broke off, or its process
died. So nothing is forgotten, whoever fails; and a payment has a name, so that nothing is counted twice.
"""

import asyncio
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

import structlog

from bot.errors import StoreUnavailableError
from bot.incident.messages import IncidentRef
from bot.models.catalogue import Catalogue
from bot.models.cost import Tokens, cost_nanousd
from bot.models.spending import Spending, Spent
from bot.tasks import ended

log = structlog.get_logger()

RETRY_SECONDS = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Pauses before a payment is written again that a store which was away did not take."""
SETTLE_SECONDS = 1.5
"""So long an answer waits for its own payment to be written, so that it can say what it cost."""
CLOSE_SECONDS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """For whom a call is made.

    Attributes:
        request_id: What somebody asked.
        month: In which it is made, by our clock and UTC: `2026-11`.
    """

    ref: IncidentRef
    request_id: str
    month: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One sampling with its price; None when that is not known."""

    tokens: Tokens
    nanousd: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What somebody decided about a question that the hard cap held up.

    Attributes:
        request_id: Of the request by which they decided.
        by_id: Who.
        is_opus: They agreed to the cost of Opus; else Sonnet answers.
    """

    request_id: str
    by_id: str
    is_opus: bool


class Purse(Protocol):
    """Where it is written down; every method may raise `StoreUnavailableError`."""

    async def book(self, account: Account, call_id: str) -> None:
        """Write down that a call is about to be made; safe to repeat."""
        ...

    async def pay(
        self, account: Account, call_id: str, payments: Sequence[Payment], *, is_whole: bool
    ) -> None:
        """Write down what a call used; the first time counts.

        Args:
            account: As it was booked.
            call_id: The same.
            payments: All samplings of it; none for a call that was refused before it began.
            is_whole: All of its use was reported.
        """
        ...

    async def of_request(self, request_id: str) -> Spending:
        """Return what one request cost, all runs of it together."""
        ...

    async def of_incident(self, ref: IncidentRef) -> Spending:
        """Return what an incident cost."""
        ...

    async def of_month(self, team_id: str, month: str) -> Spending:
        """Return what a workspace spent in a month such as `2026-11`."""
        ...

    async def decide(self, question_id: str, decision: Decision) -> Decision:
        """Write a decision down if nobody decided before; return the one that counts."""
        ...


@dataclass(slots=True)
class LocalPurse:
    """A `Purse` for one process."""

    booked: dict[str, tuple[Account, bool]] = field(default_factory=dict)
    """By call: for whom, and whether all of it was reported."""
    paid: dict[str, tuple[Account, tuple[Payment, ...]]] = field(default_factory=dict)
    decisions: dict[str, Decision] = field(default_factory=dict)

    async def book(self, account: Account, call_id: str) -> None:
        """Write down that a call is about to be made."""
        self.booked.setdefault(call_id, (account, False))

    async def pay(
        self, account: Account, call_id: str, payments: Sequence[Payment], *, is_whole: bool
    ) -> None:
        """Write down what a call used; the first time counts."""
        if call_id not in self.paid:
            self.booked[call_id] = (account, is_whole)
            self.paid[call_id] = (account, tuple(payments))

    async def of_request(self, request_id: str) -> Spending:
        """Return what one request cost."""
        return self._sum(lambda account: account.request_id == request_id)

    async def of_incident(self, ref: IncidentRef) -> Spending:
        """Return what an incident cost."""
        return self._sum(lambda account: account.ref == ref)

    async def of_month(self, team_id: str, month: str) -> Spending:
        """Return what a workspace spent in a month."""
        return self._sum(lambda account: (account.ref.team_id, account.month) == (team_id, month))

    async def decide(self, question_id: str, decision: Decision) -> Decision:
        """Write a decision down if nobody decided before; return the one that counts."""
        return self.decisions.setdefault(question_id, decision)

    def _sum(self, is_for: Callable[[Account], bool]) -> Spending:
        unreported = sum(is_for(account) and not is_whole for account, is_whole in self.booked.values())
        paid = [(account, p) for account, all_of in self.paid.values() if is_for(account) for p in all_of]
        models = {p.tokens.model for _, p in paid}
        spent = [_spent(model, [(a, p) for a, p in paid if p.tokens.model == model]) for model in models]
        return Spending(by_model=dearest_first(spent), unreported=unreported)


def dearest_first(spent: Sequence[Spent]) -> tuple[Spent, ...]:
    """Return what models cost in the order in which people want to read it."""
    return tuple(sorted(spent, key=lambda one: (-one.nanousd, -one.unpriced, one.model)))


def _spent(model: str, paid: Sequence[tuple[Account, Payment]]) -> Spent:
    payments = [payment for _, payment in paid]
    tokens = [payment.tokens for payment in payments]
    return Spent(
        model=model,
        questions=len({account.request_id for account, _ in paid}),
        samplings=len(payments),
        input=sum(one.input for one in tokens),
        output=sum(one.output for one in tokens),
        read=sum(one.read for one in tokens),
        written=sum(one.write_5m + one.write_1h for one in tokens),
        nanousd=sum(payment.nanousd or 0 for payment in payments),
        unpriced=sum(payment.nanousd is None for payment in payments),
    )


class Till:
    """Books and pays; a payment is written in the background, so that nothing that ends early loses it.

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

    def account(self, ref: IncidentRef, request_id: str) -> "Booking":
        """Return what takes down the calls that are made for a request."""
        return Booking(self, Account(ref=ref, request_id=request_id, month=self.month))

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
        payments = [Payment(tokens=one, nanousd=cost_nanousd(one, self._catalogue)) for one in used]
        task = asyncio.create_task(self._pay(account, call_id, payments, is_whole=is_whole))
        self._paying.add(task)
        task.add_done_callback(self._paying.discard)

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

    async def begin(self) -> None:
        """Book the next call.

        Raises:
            StoreUnavailableError: It must not be made: nobody would know what it cost.
        """
        call_id = uuid.uuid4().hex
        await self.till.purse.book(self.account, call_id)
        self._call_id = call_id

    def end(self, used: Sequence[Tokens], *, is_whole: bool) -> None:
        """Pay for the call; see `Purse.pay`. Does not wait, so that it can be called while all ends."""
        if self._call_id:
            self.till.pay(self.account, self._call_id, used, is_whole=is_whole)
        self._call_id = ""
