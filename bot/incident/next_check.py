"""Which look decides most for the least time: the one that splits most live hypotheses per minute."""

from collections.abc import Iterable, Sequence

from bot.incident.hypotheses import Check, Hypothesis, Likelihood

_WEIGHT = {Likelihood.LIKELY: 3, Likelihood.POSSIBLE: 2, Likelihood.LESS_LIKELY: 1}
_TAKEN = 0.5
"""A look that somebody has begun is worth half: the other half is on its way."""


def best_check(hypotheses: Sequence[Hypothesis]) -> Check | None:
    """Return the look to take next; None when nobody proposes one.

    Among equals the cheapest is taken, then that of the best hypothesis.

    Args:
        hypotheses: Best first; those out of the race are passed over.
    """
    live = [h for h in hypotheses if h.is_live]
    looks = [(_worth(h.next_check, h, live), h.next_check) for h in live if h.next_check is not None]
    return max(looks, key=lambda look: (look[0], -look[1].minutes), default=(0.0, None))[1]


def _worth(check: Check, owner: Hypothesis, live: Iterable[Hypothesis]) -> float:
    """Return the likelihoods of those between which it decides, for each minute it takes."""
    split = {*check.splits, owner.id}
    decided = sum(_WEIGHT[h.likelihood] for h in live if h.id in split)
    return decided * (_TAKEN if owner.under_check else 1) / max(check.minutes, 1)
