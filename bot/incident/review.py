"""The rules look at a board again as of now: nobody asked, no model is paid, and nothing is posted."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.incident.board import Board, merge, settle
from bot.incident.case import Case
from bot.incident.facts import FactKind
from bot.incident.hypotheses import Change, Hypothesis, Status, cited_ids
from bot.incident.standing import signs_of, undoing
from bot.incident.statuses import ruled
from bot.incident.suspicions import newest_evidence_at, with_ruled_out

IDLE = timedelta(minutes=60)
NO_NEWS = "no new evidence for an hour, and the impact changed"
_PROVEN = (Status.PROPOSED, Status.TESTING, Status.SUPPORTED, Status.CONFIRMED)
"""A look can only raise a status along this line; it has no new evidence to take one back."""
_IMPACT = (FactKind.ALERT, FactKind.IMPACT, FactKind.RECOVERY)


def review(board: Board, case: Case, *, fresh: Sequence[Hypothesis] = ()) -> Board:
    """Return the board as the rules see it now; the same again for the same case.

    Args:
        board: As stored.
        case: What is known now; `case.asked_at` is the time of every entry made.
        fresh: What the rules themselves explain now, verified: it goes on with what they proposed before.
            A chain that a model proposed is no business of theirs.
    """
    known = with_ruled_out(board, case.facts, case.incident, until=case.asked_at)
    ours = [h for h in fresh if _goes_on(h, known.hypotheses)]
    merged = merge(known, ours, now=case.asked_at, facts=case.facts)
    told = replace(merged, hypotheses=tuple(_reruled(h, case) for h in merged.hypotheses))
    settled = _settled(told, ours, case)
    return board if settled.hypotheses == board.hypotheses else settled


def _settled(board: Board, ours: Sequence[Hypothesis], case: Case) -> Board:
    """Return the board on which rivals of what is confirmed are out, unless the rules still see them."""
    confirmed = {h.id for h in board.hypotheses if h.status is Status.CONFIRMED}
    if not confirmed:
        return board
    seen = {cited_ids(h.trigger.evidence)[:1] for h in ours if h.is_live}
    proposed = {h.id for h in board.hypotheses if cited_ids(h.trigger.evidence)[:1] in seen and h.links}
    return settle(board, confirmed | proposed, now=case.asked_at)


def _goes_on(fresh: Hypothesis, standing: Iterable[Hypothesis]) -> bool:
    """Say whether it is news of what the rules had proposed: of the same trigger, and live there."""
    first = cited_ids(fresh.trigger.evidence)[:1]
    return any(
        h.is_by_rules and h.is_live and cited_ids(h.trigger.evidence)[:1] == first
        for h in standing
        if h.links
    )


def _reruled(hypothesis: Hypothesis, case: Case) -> Hypothesis:
    if hypothesis.is_decided or not (hypothesis.is_live and hypothesis.links):
        return hypothesis
    signs = replace(
        signs_of(hypothesis, case),
        is_looked_at=hypothesis.under_check is not None,
        is_idle=_is_idle(hypothesis, case),
        is_shown=hypothesis.status in {Status.SUPPORTED, Status.CONFIRMED},
    )
    status = ruled(hypothesis.status, signs, is_decided=False)
    if not _is_news(hypothesis.status, status):
        return hypothesis
    change = _change(hypothesis, status, case)
    return replace(hypothesis, status=status, history=(*hypothesis.history, change))


def _is_news(before: Status, after: Status) -> bool:
    if after in {Status.REFUTED, Status.STALE}:
        return True
    return _PROVEN.index(after) > _PROVEN.index(before)


def _change(hypothesis: Hypothesis, status: Status, case: Case) -> Change:
    done, recovery = undoing(hypothesis, case), case.facts.recovery
    if status is Status.CONFIRMED and done is not None and recovery is not None:
        reason = f"as expected at {hypothesis.history[0].at:%H:%M}" if hypothesis.history else ""
        because = (*done.cites[:1], *recovery.cites[:1])
        return Change(at=case.asked_at, status=status, because=because, reason=reason)
    is_idle = status is Status.STALE
    because = () if is_idle else cited_ids(hypothesis.evidence)[:1]
    return Change(at=case.asked_at, status=status, because=because, reason=NO_NEWS if is_idle else "")


def _is_idle(hypothesis: Hypothesis, case: Case) -> bool:
    """Say whether nothing new came of it for an hour, while what is broken changed and nobody looked."""
    if hypothesis.status in {Status.SUPPORTED, Status.CONFIRMED} or case.facts.recovery is not None:
        return False
    newest = newest_evidence_at(hypothesis, case)
    told = [one.at for one in hypothesis.history] + ([newest] if newest else [])
    last = max(told, default=case.asked_at)
    changed = any(last < fact.at <= case.asked_at for fact in case.facts.of(*_IMPACT))
    return changed and case.asked_at - last > IDLE
