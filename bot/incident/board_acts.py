"""What people do to hypotheses: suspect, look, tell what they saw, refute, confirm, reopen.

Each act leaves one entry in a history, with its author and its because. An act that is worked twice (the
same person, the same moment) leaves one.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.errors import BoardActError
from bot.incident.board import Board, next_id, same_suspicion
from bot.incident.hypotheses import Act, Change, Hypothesis, Impact, Status, Trigger
from bot.incident.statuses import Outcome

MOST_CLAIM_CHARS = 140


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Who does something, when and because of what.

    Attributes:
        by: The person's id.
        by_name: Their name as people know it, redacted.
        at: When, by Slack's clock; aware, UTC.
        because: Evidence ids of the messages that they name.
        reason: In their words, redacted.
    """

    by: str
    by_name: str
    at: datetime
    because: tuple[str, ...] = ()
    reason: str = ""


def suspect(board: Board, claim: str, deed: Deed) -> tuple[Board, str]:
    """Return the board with a person's suspicion on it, and its id.

    The same suspicion keeps its id: then the person's words are added to where it was raised.

    Raises:
        BoardActError: There are no words, or too many.
    """
    words = " ".join(claim.split())
    if not 3 <= len(words) <= MOST_CLAIM_CHARS:  # noqa: PLR2004  # fewer tell nothing
        raise BoardActError(
            problem=f"say what you suspect in 3 to {MOST_CLAIM_CHARS} characters: `suspect the 14:00 release`"
        )
    known = same_suspicion(board, words, deed.because)
    if known is not None:
        raised = tuple(dict.fromkeys((*known.raised_in, *deed.because)))
        return _with(board, replace(_noted(known, Act.SUSPECTED, deed), raised_in=raised)), known.id
    new = _suspicion(next_id(board.hypotheses, above=board.forgotten), words, deed)
    return replace(board, hypotheses=(*board.hypotheses, new)), new.id


def take_check(board: Board, hypothesis_id: str, deed: Deed) -> Board:
    """Return the board on which a person looks at a hypothesis.

    Raises:
        BoardActError: There is no such hypothesis, or it is out of the race.
    """
    hypothesis = _live(board, hypothesis_id, Act.CHECK_TAKEN, deed)
    status = Status.TESTING if hypothesis.status is Status.PROPOSED else hypothesis.status
    return _with(board, _noted(hypothesis, Act.CHECK_TAKEN, deed, status=status))


def result(board: Board, hypothesis_id: str, outcome: Outcome, deed: Deed) -> Board:
    """Return the board with what a check showed.

    What was expected if it were false refutes it. What was expected if it were true speaks against the
    rivals that the same check splits from it, but refutes none: a rival may explain it too.

    Raises:
        BoardActError: There is no such hypothesis, or it is out of the race.
    """
    hypothesis = _live(board, hypothesis_id, Act.RESULT, deed)
    if outcome is Outcome.NO:
        fallen = _noted(hypothesis, Act.RESULT, deed, status=Status.REFUTED)
        return _with(board, replace(fallen, reopen_if=_reopened_if(deed)))
    looked = Status.PROPOSED if hypothesis.status is Status.TESTING else hypothesis.status
    return _with(board, _noted(hypothesis, Act.RESULT, deed, status=looked))


def refute(board: Board, hypothesis_id: str, deed: Deed) -> Board:
    """Return the board with a hypothesis refuted by a person.

    Raises:
        BoardActError: There is no such hypothesis, or no reason is given.
    """
    hypothesis = _found(board, hypothesis_id)
    if not deed.reason and not deed.because:
        raise BoardActError(
            problem=f"say what speaks against {hypothesis.id}: `refute {hypothesis.id} because …`"
        )
    fallen = _noted(hypothesis, Act.REFUTED, deed, status=Status.REFUTED)
    return _with(board, replace(fallen, reopen_if=_reopened_if(deed)))


def confirm(board: Board, hypothesis_id: str, deed: Deed) -> Board:
    """Return the board with a hypothesis confirmed by a person.

    Raises:
        BoardActError: There is no such hypothesis, or no message is named that shows it.
    """
    hypothesis = _found(board, hypothesis_id)
    if not deed.because:
        raise BoardActError(
            problem=f"name the message that shows {hypothesis.id}: its link, or its number as in [18]"
        )
    return _with(board, _noted(hypothesis, Act.CONFIRMED, deed, status=Status.CONFIRMED))


def reopen(board: Board, hypothesis_id: str, deed: Deed) -> Board:
    """Return the board with a hypothesis back in the race.

    Raises:
        BoardActError: There is no such hypothesis, or it never left the race.
    """
    hypothesis = _found(board, hypothesis_id)
    if hypothesis.is_live and not _is_done(hypothesis, Act.REOPENED, deed):
        raise BoardActError(problem=f"{hypothesis.id} is {hypothesis.status}: there is nothing to reopen")
    back = _noted(hypothesis, Act.REOPENED, deed, status=Status.PROPOSED)
    return _with(board, replace(back, reopen_if=""))


def _suspicion(own_id: str, words: str, deed: Deed) -> Hypothesis:
    change = Change(
        at=deed.at,
        status=Status.PROPOSED,
        because=deed.because,
        by=deed.by,
        by_name=deed.by_name,
        act=Act.SUSPECTED,
    )
    return Hypothesis(
        id=own_id,
        claim=words,
        trigger=Trigger(what=words),
        links=(),
        impact=Impact(symptom=""),
        history=(change,),
        raised_by=deed.by,
        raised_in=deed.because,
    )


def _noted(hypothesis: Hypothesis, act: Act, deed: Deed, *, status: Status | None = None) -> Hypothesis:
    """Return it with the act in its history; as it is when the act stands there already."""
    if _is_done(hypothesis, act, deed):
        return hypothesis
    change = Change(
        at=deed.at,
        status=status or hypothesis.status,
        because=deed.because,
        reason=deed.reason,
        by=deed.by,
        by_name=deed.by_name,
        act=act,
    )
    return replace(hypothesis, status=change.status, history=(*hypothesis.history, change))


def _is_done(hypothesis: Hypothesis, act: Act, deed: Deed) -> bool:
    return any((one.act, one.by, one.at) == (act, deed.by, deed.at) for one in hypothesis.history)


def _reopened_if(deed: Deed) -> str:
    return f"this no longer holds: {deed.reason}" if deed.reason else "what shows that turns out to be wrong"


def _with(board: Board, changed: Hypothesis) -> Board:
    swap: Callable[[Hypothesis], Hypothesis] = lambda one: changed if one.id == changed.id else one  # noqa: E731
    return replace(board, hypotheses=tuple(map(swap, board.hypotheses)))


def _found(board: Board, hypothesis_id: str) -> Hypothesis:
    for hypothesis in board.hypotheses:
        if hypothesis.id == hypothesis_id:
            return hypothesis
    there = ", ".join(h.id for h in board.hypotheses) or "none yet"
    raise BoardActError(problem=f"{hypothesis_id} is not on this incident's board; there is {there}")


def _live(board: Board, hypothesis_id: str, act: Act, deed: Deed) -> Hypothesis:
    hypothesis = _found(board, hypothesis_id)
    if hypothesis.is_live or _is_done(hypothesis, act, deed):
        return hypothesis
    raise BoardActError(
        problem=f"{hypothesis.id} is {hypothesis.status.words}: `reopen {hypothesis.id}` first"
    )
