"""The board: all hypotheses of an incident, append-only; status by rule or by a person."""

from dataclasses import dataclass

from bot.incident.hypotheses import Hypothesis


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """All hypotheses of one incident.

    Attributes:
        version: Grows by one with each commit; 0 for a board never stored.
    """

    hypotheses: tuple[Hypothesis, ...] = ()
    version: int = 0
