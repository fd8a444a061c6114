"""The board: all hypotheses of an incident, append-only; status by rule or by a person."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.incident.facts import Fact, Facts
from bot.incident.hypotheses import Change, Hypothesis, Status, cited_ids
from bot.incident.standing import refuting

_PROVEN = (Status.CONFIRMED, Status.SUPPORTED)
_MOST_BECAUSE = 2

RULE = "rule"
"""Who changed a status when nobody did: the code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """All hypotheses of one incident.

    Attributes:
        version: Grows by one with each commit; 0 for a board never stored.
    """

    hypotheses: tuple[Hypothesis, ...] = ()
    version: int = 0


def merge(board: Board, hypotheses: Iterable[Hypothesis], *, now: datetime, facts: Facts) -> Board:
    """Return the board with `hypotheses` on it; `version` is the store's to set.

    A hypothesis that cites the same trigger, or claims the same, keeps its id and its history; another gets
    the next number. Those that a fact has ruled out since are refuted, whoever proposed them. What a person
    decided stays.

    Args:
        board: As stored.
        hypotheses: Verified; their ids are the analyst's own and are not used.
        now: The time of every entry made in a history.
        facts: All that is known at `now`.
    """
    standing = list(board.hypotheses)
    for new in hypotheses:
        place = next((n for n, old in enumerate(standing) if _is_same(old, new)), None)
        if place is None:
            standing.append(_opened(new, _next_id(standing), now))
        else:
            standing[place] = _continued(standing[place], new, now)
    return replace(board, hypotheses=tuple(_checked(h, facts, now) for h in standing))


def refute(board: Board, hypothesis_id: str, *, reason: str, by: str, at: datetime) -> Board:
    """Return the board with one hypothesis refuted by a person; unknown ids change nothing.

    Args:
        board: As stored.
        hypothesis_id: `H1` ….
        reason: In the person's words; it becomes what would have to fall for the hypothesis to come back.
        by: The person's id.
        at: When they said so.
    """
    change = Change(at=at, status=Status.REFUTED, reason=reason, by=by)
    return replace(
        board,
        hypotheses=tuple(
            _moved(h, change, reopen_if=f"this no longer holds: {reason}") if h.id == hypothesis_id else h
            for h in board.hypotheses
        ),
    )


def settle(board: Board, proposed: Collection[str], *, now: datetime) -> Board:
    """Return the board after an answer: once one is proven, rivals that nobody proposes any more are stale.

    While nothing is proven, silence about a rival says nothing and changes nothing.

    Args:
        board: With all that was proposed now merged in.
        proposed: The board's ids of what was proposed now.
        now: The time of every entry made in a history.
    """
    named = [h for h in board.hypotheses if h.id in proposed and h.status in _PROVEN]
    proven = min(named, key=lambda h: _PROVEN.index(h.status), default=None)
    if proven is None:
        return board
    change = Change(
        at=now,
        status=Status.STALE,
        because=_proof(proven),
        reason=f"{proven.id} is {proven.status}",
    )
    return replace(
        board,
        hypotheses=tuple(
            _moved(h, change) if h.is_live and h.id not in proposed else h for h in board.hypotheses
        ),
    )


def _proof(proven: Hypothesis) -> tuple[str, ...]:
    """Return the messages that say most for it: what was done and what followed, else its latest news."""
    if proven.ended_by is not None:
        return cited_ids(proven.ended_by.evidence_for)
    return proven.history[-1].because[:_MOST_BECAUSE]


def _is_same(old: Hypothesis, new: Hypothesis) -> bool:
    if old.claim and _plain(old.claim) == _plain(new.claim):
        return True
    return bool(_trigger_ids(old)[:1]) and _trigger_ids(old)[:1] == _trigger_ids(new)[:1]


def _plain(text: str) -> str:
    return " ".join(text.lower().split()).rstrip(".")


def _trigger_ids(hypothesis: Hypothesis) -> tuple[str, ...]:
    return cited_ids(hypothesis.trigger.evidence)


def _next_id(standing: Sequence[Hypothesis]) -> str:
    numbers = (int(h.id[1:]) for h in standing if h.id[1:].isdigit())
    return f"H{max(numbers, default=0) + 1}"


def _opened(new: Hypothesis, own_id: str, now: datetime) -> Hypothesis:
    """Put a new one on the board; when and why it fell already, the facts say in `_checked`."""
    status = Status.PROPOSED if new.status is Status.REFUTED else new.status
    change = Change(at=now, status=status, because=_because(new), reason="proposed", by=RULE)
    return replace(new, id=own_id, status=new.status, history=(change,))


def _continued(old: Hypothesis, new: Hypothesis, now: datetime) -> Hypothesis:
    kept = replace(new, id=old.id, history=old.history)
    if _decided_by_person(old):
        return replace(kept, status=old.status, reopen_if=old.reopen_if)
    if new.status is Status.STALE:
        return _moved(old, new.history[-1]) if old.is_live else old
    if new.status is old.status:
        return replace(kept, reopen_if=new.reopen_if or old.reopen_if)
    fresh = tuple(i for i in _because(new) if i not in _because(old))
    return _moved(
        replace(kept, status=old.status), Change(at=now, status=new.status, because=fresh or _because(new))
    )


def _because(hypothesis: Hypothesis) -> tuple[str, ...]:
    return cited_ids(hypothesis.evidence)


def _decided_by_person(hypothesis: Hypothesis) -> bool:
    return bool(hypothesis.history) and hypothesis.history[-1].by != RULE


def _checked(hypothesis: Hypothesis, facts: Facts, now: datetime) -> Hypothesis:
    """Refute what a fact has ruled out and nothing said since has brought back."""
    against = [
        fact for fact in refuting(_trigger_ids(hypothesis), facts) if not _is_answered(hypothesis, fact)
    ]
    if not against or _decided_by_person(hypothesis):
        return hypothesis
    first = against[0]
    reopen = f"this no longer holds: {first.short}"
    if hypothesis.history[-1].status is Status.REFUTED:
        return replace(hypothesis, reopen_if=hypothesis.reopen_if or reopen)
    change = Change(at=min(first.at, now), status=Status.REFUTED, because=first.cites[:1], reason=first.short)
    return _moved(hypothesis, change, reopen_if=hypothesis.reopen_if or reopen)


def _is_answered(hypothesis: Hypothesis, against: Fact) -> bool:
    """Supported or confirmed by rule while that fact was known: it has been weighed already."""
    supported = hypothesis.status in {Status.SUPPORTED, Status.CONFIRMED}
    return supported and hypothesis.history[-1].at >= against.at


def _moved(hypothesis: Hypothesis, change: Change, *, reopen_if: str = "") -> Hypothesis:
    return replace(
        hypothesis,
        status=change.status,
        history=(*hypothesis.history, change),
        reopen_if=reopen_if or hypothesis.reopen_if,
    )
