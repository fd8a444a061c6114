"""The board: all hypotheses of an incident, append-only; status by rule or by a person."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.incident.facts import Facts
from bot.incident.hypotheses import Change, Hypothesis, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """All hypotheses of one incident.

    Attributes:
        version: Grows by one with each commit; 0 for a board never stored.
    """

    hypotheses: tuple[Hypothesis, ...] = ()
    version: int = 0


def merge(board: Board, hypotheses: Iterable[Hypothesis], *, now: datetime, facts: Facts) -> Board:
    """Return the board with `hypotheses` on it; `version` is the store's to set."""
    del now, facts
    return replace(board, hypotheses=(*board.hypotheses, *hypotheses))


def refute(board: Board, hypothesis_id: str, *, reason: str, by: str, at: datetime) -> Board:
    """Return the board with one hypothesis refuted by a person."""
    change = Change(at=at, status=Status.REFUTED, reason=reason, by=by)
    return replace(
        board,
        hypotheses=tuple(
            replace(h, status=Status.REFUTED, history=(*h.history, change)) if h.id == hypothesis_id else h
            for h in board.hypotheses
        ),
    )
