"""What was spent on models, and how much may be: values in whole billionths of a dollar. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from bot.models.cost import usd_of


class Purpose(StrEnum):
    """What a model was used for."""

    ANSWER = "answer"
    """Answering somebody's question."""
    GATHER = "gather"
    """Looking things up for it; part of its price, and no question of its own."""
    NOTES = "notes"
    """Notes on a long incident, taken after an answer and for the next one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What one model was used for, and what that cost.

    Attributes:
        model: Id of the model that answered.
        purpose: What for; notes answer no question.
        questions: How many different requests it was asked for.
        samplings: How often it was sampled; failed attempts and what was declined count too.
        input, output: Tokens; `input` has none of the cached ones.
        read, written: Tokens found in the prompt cache, and stored there.
        nanousd: What all of known price cost.
        unpriced: How many samplings had no known price.
    """

    model: str
    purpose: Purpose = Purpose.ANSWER
    questions: int = 0
    samplings: int = 0
    input: int = 0
    output: int = 0
    read: int = 0
    written: int = 0
    nanousd: int = 0
    unpriced: int = 0

    @property
    def prompt(self) -> int:
        """All input tokens, cached or not."""
        return self.input + self.read + self.written

    @property
    def usd(self) -> Decimal:
        """The known cost."""
        return usd_of(self.nanousd)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What was spent on a request, an incident or in a month.

    Attributes:
        by_model: The dearest first.
        unreported: Calls whose use was not, or not wholly, reported: under way, or broken off.
        assumed_nanousd: A guess on the dear side at what is not known; it counts for caps and is no cost.
    """

    by_model: tuple[Spent, ...] = ()
    unreported: int = 0
    assumed_nanousd: int = 0

    @property
    def counted_usd(self) -> Decimal:
        """What counts for caps: the known cost, and the guess at what is not known."""
        return self.usd + usd_of(self.assumed_nanousd)

    @property
    def usd(self) -> Decimal:
        """The known cost; what is unknown comes on top of it."""
        return usd_of(sum(spent.nanousd for spent in self.by_model))

    @property
    def unpriced(self) -> int:
        """How many samplings had no known price."""
        return sum(spent.unpriced for spent in self.by_model)

    @property
    def is_exact(self) -> bool:
        """Nothing of it is unknown."""
        return not (self.unreported or self.unpriced)

    @property
    def is_nothing(self) -> bool:
        """No model was asked."""
        return not self.by_model and not self.unreported


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """How much an incident may cost; what is not known counts with a guess, so that nothing is unbounded.

    Attributes:
        soft_usd: From here on every answer says so; None for never.
        hard_usd: From here on a person is asked before Opus is; None for never.
    """

    soft_usd: Decimal | None = None
    hard_usd: Decimal | None = None

    def is_above_soft(self, spending: Spending) -> bool:
        """Say whether an incident has reached the soft cap."""
        return self.soft_usd is not None and spending.counted_usd >= self.soft_usd

    def is_above_hard(self, spending: Spending, *, more_usd: Decimal = Decimal(0)) -> bool:
        """Say whether an incident has reached the hard cap, or would with so much more."""
        return self.hard_usd is not None and spending.counted_usd + more_usd >= self.hard_usd


NO_CAPS = Caps()


def dearest_first(spent: Iterable[Spent]) -> tuple[Spent, ...]:
    """Return what models cost in the order in which people want to read it."""
    return tuple(sorted(spent, key=lambda one: (-one.nanousd, -one.unpriced, one.model, one.purpose)))


def caps_of(*, soft_usd: Decimal, hard_usd: Decimal) -> Caps:
    """Return caps from two sums, of which 0 means none; what is asked about is told as well."""
    lower = min(soft_usd, hard_usd) if hard_usd else soft_usd
    return Caps(soft_usd=lower or None, hard_usd=hard_usd or None)
