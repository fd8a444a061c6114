"""The board: all hypotheses of an incident, append-only; status by rule or by a person."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.incident.entities import entities
from bot.incident.facts import Fact, Facts
from bot.incident.hypotheses import Act, Change, Hypothesis, Status, cited_ids
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
        forgotten: The highest number of a hypothesis that was removed with its messages; none gets it again.
    """

    hypotheses: tuple[Hypothesis, ...] = ()
    version: int = 0
    forgotten: int = 0


def merge(
    board: Board,
    hypotheses: Iterable[Hypothesis],
    *,
    now: datetime,
    facts: Facts,
    taken: Collection[str] = (),
) -> Board:
    """Return the board with `hypotheses` on it; `version` is the store's to set.

    A hypothesis that cites the same trigger, or claims the same, keeps its id and its history; another gets
    the next number. Those that a fact has ruled out since are refuted, whoever proposed them. What a person
    decided stays.

    Args:
        board: As stored.
        hypotheses: Verified; their ids are the analyst's own and are not used.
        now: The time of every entry made in a history.
        facts: All that is known at `now`.
        taken: Ids that other hypotheses of the same diagnosis have: rivals may share a trigger, so by that
            alone two of one diagnosis never become one.
    """
    standing, used = list(board.hypotheses), set(taken)
    for new in hypotheses:
        place = _place_of(new, standing, used)
        if place is None:
            standing.append(_opened(new, next_id(standing, above=board.forgotten), now))
            used.add(standing[-1].id)
        else:
            standing[place] = _continued(standing[place], new, now)
            used.add(standing[place].id)
    return replace(board, hypotheses=tuple(_checked(h, facts, now) for h in standing))


def is_continuation(before: Board, after: Board) -> bool:
    """Say whether nothing was taken off a board: every hypothesis and every entry is there, in order."""
    left = {h.id: h.history for h in after.hypotheses}
    is_kept = [h.id for h in before.hypotheses] == [h.id for h in after.hypotheses][: len(before.hypotheses)]
    return is_kept and all(left[h.id][: len(h.history)] == h.history for h in before.hypotheses)


def same_suspicion(board: Board, claim: str, raised_in: Collection[str]) -> Hypothesis | None:
    """Return what people suspect or suspected already in these words, or about the same names."""
    about = entities(claim)
    for old in board.hypotheses:
        is_told = bool(old.claim) and _plain(old.claim) == _plain(claim)
        is_about = bool(old.raised_by) and bool(about) and about == entities(old.claim)
        if is_told or is_about or (old.raised_by and set(raised_in) & set(old.raised_in)):
            return old
    return None


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
    last = proven.last_word
    return last.because[:_MOST_BECAUSE] if last else ()


def _place_of(new: Hypothesis, standing: Sequence[Hypothesis], used: Collection[str]) -> int | None:
    """Return where the hypothesis stands that a new one goes on with; None when there is none."""
    said = [n for n, old in enumerate(standing) if old.claim and _plain(old.claim) == _plain(new.claim)]
    if said:
        return said[0]
    about = entities(new.claim)
    alike = [
        (len(about & entities(old.claim)), -n)
        for n, old in enumerate(standing)
        if old.id not in used and _has_same_trigger(old, new)
    ]
    return -max(alike)[1] if alike else None


def _has_same_trigger(old: Hypothesis, new: Hypothesis) -> bool:
    """The same message shows it first; or a person's suspicion was raised about just that message."""
    first = _trigger_ids(new)[:1]
    return bool(first) and (first == _trigger_ids(old)[:1] or (not old.links and first[0] in old.raised_in))


def _plain(text: str) -> str:
    return " ".join(text.lower().split()).rstrip(".")


def _trigger_ids(hypothesis: Hypothesis) -> tuple[str, ...]:
    return cited_ids(hypothesis.trigger.evidence)


def next_id(standing: Sequence[Hypothesis], *, above: int = 0) -> str:
    """Return the next number on a board; none is used twice.

    Args:
        standing: What is on it.
        above: The highest number that was on it and is no more.
    """
    return f"H{max(highest(standing), above) + 1}"


def highest(standing: Iterable[Hypothesis]) -> int:
    """Return the highest number of some hypotheses; 0 when there are none."""
    return max((int(h.id[1:]) for h in standing if h.id[1:].isdigit()), default=0)


def _opened(new: Hypothesis, own_id: str, now: datetime) -> Hypothesis:
    """Put a new one on the board; when and why it fell already, the facts say in `_checked`."""
    status = Status.PROPOSED if new.status is Status.REFUTED else new.status
    change = Change(at=now, status=status, because=_because(new), reason="proposed", act=Act.PROPOSED)
    return replace(new, id=own_id, status=new.status, history=(change,))


def _continued(old: Hypothesis, new: Hypothesis, now: datetime) -> Hypothesis:
    kept = replace(new, id=old.id, history=old.history, raised_by=old.raised_by, raised_in=old.raised_in)
    if old.is_decided:
        return replace(kept, status=old.status, reopen_if=old.reopen_if)
    if new.status is Status.STALE:
        return _moved(old, new.history[-1]) if old.is_live else old
    status = Status.TESTING if new.status is Status.PROPOSED and old.under_check else new.status
    if status is old.status:
        return replace(kept, status=status, reopen_if=new.reopen_if or old.reopen_if)
    change = Change(at=now, status=status, because=_news(old, new), reason=_expected(old, new))
    return _moved(replace(kept, status=old.status), change)


def _news(old: Hypothesis, new: Hypothesis) -> tuple[str, ...]:
    """Return what a change rests on: what was done and what followed, else what was not cited before."""
    if new.status is Status.CONFIRMED and new.ended_by is not None:
        return cited_ids(new.ended_by.evidence_for)
    return tuple(i for i in _because(new) if i not in _because(old)) or _because(new)


def _expected(old: Hypothesis, new: Hypothesis) -> str:
    """Say that what ended it had been expected, and since when."""
    is_met = new.status is Status.CONFIRMED and new.ended_by is not None and old.is_live
    return f"as expected at {old.history[0].at:%H:%M}" if is_met and old.history else ""


def _because(hypothesis: Hypothesis) -> tuple[str, ...]:
    return cited_ids(hypothesis.evidence)


def _checked(hypothesis: Hypothesis, facts: Facts, now: datetime) -> Hypothesis:
    """Refute what a fact has ruled out and nothing said since has brought back."""
    blamed = (*_trigger_ids(hypothesis), *(() if hypothesis.links else hypothesis.raised_in))
    against = [fact for fact in refuting(blamed, facts) if not _is_answered(hypothesis, fact)]
    if not against or hypothesis.is_decided:
        return hypothesis
    first = against[0]
    reopen = f"this no longer holds: {first.short}"
    if hypothesis.status is Status.REFUTED and hypothesis.history[-1].status is Status.REFUTED:
        return replace(hypothesis, reopen_if=hypothesis.reopen_if or reopen)
    change = Change(at=min(first.at, now), status=Status.REFUTED, because=first.cites[:1], reason=first.short)
    return _moved(hypothesis, change, reopen_if=hypothesis.reopen_if or reopen)


def _is_answered(hypothesis: Hypothesis, against: Fact) -> bool:
    """It has been weighed already: by rule, which supported it all the same, or by who reopened it."""
    supported = hypothesis.status in {Status.SUPPORTED, Status.CONFIRMED}
    last = hypothesis.last_word
    if supported and last is not None and last.at >= against.at:
        return True
    return any(one.act is Act.REOPENED and one.at >= against.at for one in hypothesis.history)


def _moved(hypothesis: Hypothesis, change: Change, *, reopen_if: str = "") -> Hypothesis:
    return replace(
        hypothesis,
        status=change.status,
        history=(*hypothesis.history, change),
        reopen_if=reopen_if or hypothesis.reopen_if,
    )
