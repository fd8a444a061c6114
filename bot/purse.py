"""The books of what the models cost: the port to where they are kept, and what is written there.

A call that is booked and never paid is of unknown use: it is under way, or broke off, or its process died.
It counts for the caps with what was held for it. So nothing is forgotten, whoever fails; and a payment has a
name, so that nothing is counted twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.incident.messages import IncidentRef
from bot.models.cost import Tokens
from bot.models.spending import Purpose, Spending


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """For whom a call is made.

    Attributes:
        request_id: What somebody asked; notes have an id of their own: the answer's bill is out by then.
        month: In which it is made, by our clock and UTC: `2026-11`.
        purpose: What for.
    """

    ref: IncidentRef
    request_id: str
    month: str
    purpose: Purpose = Purpose.ANSWER


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One sampling with what it cost.

    Attributes:
        nanousd: Billionths of a dollar; None when the price is not known.
        assumed_nanousd: What it counts for the caps when the price is not known; else 0.
    """

    tokens: Tokens
    nanousd: int | None
    assumed_nanousd: int = 0

    @property
    def counted_nanousd(self) -> int:
        """What it counts for the caps."""
        return self.assumed_nanousd if self.nanousd is None else self.nanousd


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

    async def book(self, account: Account, call_id: str, *, held_nanousd: int = 0) -> None:
        """Write down that a call is about to be made; safe to repeat.

        Args:
            account: For whom.
            call_id: New for every call.
            held_nanousd: What it counts for the caps until all of its use is reported.
        """
        ...

    async def pay(
        self, account: Account, call_id: str, payments: Sequence[Payment], *, is_whole: bool
    ) -> None:
        """Write down what a call used; the first time counts. What was held for it is released.

        Of a call that was reported in part, what was held and not used stays held.

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

    async def forget(self, ref: IncidentRef) -> int:
        """Forget what an incident cost; months keep their sums. Return how many entries that were."""
        ...

    async def decide(self, question_id: str, decision: Decision) -> Decision:
        """Write a decision down if nobody decided before; return the one that counts."""
        ...
