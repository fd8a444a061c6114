"""Where a hypothesis stands: what each status takes. Every rule of it is here; the rest are people's acts.

A model proposes; it never sets a status. What a person decided stays until a person decides otherwise. By
rule, the first of these that holds decides:

- stale: what it rests on was deleted or edited.
- refuted: what it blames was found innocent, or undone without effect, and nothing said since answers that.
- confirmed: supported, and its trigger was undone and the trouble ended, as it had predicted.
- supported: every link is shown by more than an inference, the first directly; nothing unanswered speaks
  against it, no order is violated, and something tells it from a live rival.
- stale: a rival is proven and nobody proposes it any more; or an hour went by without new evidence while what
  is broken changed.
- testing: a person has said that they are looking.
- proposed: none of that holds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from bot.incident.hypotheses import Status


class Outcome(StrEnum):
    """What a person saw of what a check expects."""

    YES = "yes"
    """What a true hypothesis would show."""
    NO = "no"
    """What a false one would show."""
    UNCLEAR = "unclear"


class Ended(StrEnum):
    """What came of undoing a trigger."""

    NOT = "not"
    """Nothing was undone, or nothing ended."""
    FITTING = "fitting"
    """The trouble ended afterwards; nobody had predicted it, nobody explains it: that proves nothing."""
    PREDICTED = "predicted"
    """It was on the board, and live, before that was done."""
    EXPLAINED = "explained"
    """A person's own words say why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What the facts say of one hypothesis at one moment.

    Attributes:
        is_shown: Each link by more than an inference, the first directly; and the claim tells of its chain.
        is_answered: Nothing speaks against it that is still unanswered.
        is_ordered: No cause stands behind its effect.
        is_told_apart: Something tells it from a live rival, or it has none.
        is_ruled_out: What it blames was found innocent, or undone without effect.
        is_broken: What it rests on is gone.
        is_overtaken: A rival is proven and nobody proposes it any more.
        is_idle: An hour went by without new evidence while what is broken changed.
        is_looked_at: A person has taken a check of it and said nothing of it yet.
    """

    is_shown: bool = False
    is_answered: bool = True
    is_ordered: bool = True
    is_told_apart: bool = True
    is_ruled_out: bool = False
    ended: Ended = Ended.NOT
    is_broken: bool = False
    is_overtaken: bool = False
    is_idle: bool = False
    is_looked_at: bool = False

    @property
    def is_supported(self) -> bool:
        """All that is asked for support is there."""
        return self.is_shown and self.is_answered and self.is_ordered and self.is_told_apart

    @property
    def is_confirmed(self) -> bool:
        """It is supported, and what ended the trouble is more than a coincidence."""
        return self.is_supported and self.ended in {Ended.PREDICTED, Ended.EXPLAINED}


_RULES: tuple[tuple[Status, Callable[[Signs], bool]], ...] = (
    (Status.STALE, lambda signs: signs.is_broken),
    (Status.REFUTED, lambda signs: signs.is_ruled_out),
    (Status.CONFIRMED, lambda signs: signs.is_confirmed),
    (Status.SUPPORTED, lambda signs: signs.is_supported),
    (Status.STALE, lambda signs: signs.is_overtaken or signs.is_idle),
    (Status.TESTING, lambda signs: signs.is_looked_at),
)
"""In this order: the first that holds decides."""


def ruled(status: Status, signs: Signs, *, is_decided: bool) -> Status:
    """Return the status that the rules give.

    Args:
        status: As it stands.
        signs: What is known now.
        is_decided: A person decided last: then it stays.
    """
    if is_decided:
        return status
    return next((to for to, holds in _RULES if holds(signs)), Status.PROPOSED)
