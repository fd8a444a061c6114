"""What of an analyst's hypothesis may be shown: citations, quotes, order, status."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.incident.case import Case
from bot.incident.hypotheses import Dropped, Hypothesis, Mitigation


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A hypothesis that may be shown.

    Attributes:
        mitigations: Checks that would have changed something, turned into mitigations.
        dropped: What was taken out, and why.
    """

    hypothesis: Hypothesis
    mitigations: tuple[Mitigation, ...] = ()
    dropped: tuple[Dropped, ...] = ()


def verify(hypothesis: Hypothesis, case: Case) -> Verified | Dropped:
    """Return what may be shown of `hypothesis`."""
    if not any(item.id in case.incident.by_id for item in hypothesis.evidence):
        return Dropped(what=hypothesis.claim, reason="no message shows it")
    return Verified(hypothesis=hypothesis)


def rank(hypotheses: Iterable[Hypothesis]) -> tuple[Hypothesis, ...]:
    """Return them best first."""
    return tuple(hypotheses)
