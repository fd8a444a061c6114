"""The analyst without a model."""

from bot.incident.case import Case
from bot.incident.hypotheses import Diagnosis


def diagnose(case: Case) -> Diagnosis:
    """Return the chains that structure, time and shared names alone can show."""
    return Diagnosis(insufficient=f"{len(case.facts.items)} facts, no chain")
