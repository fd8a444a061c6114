"""What was ruled out: who found it, when, by which message, and what would bring it back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.incident.board import RULE, Board
from bot.incident.entities import entities
from bot.incident.hypotheses import Change, Hypothesis
from bot.incident.messages import Incident


@dataclass(frozen=True, slots=True, kw_only=True)
class RuledOut:
    """One thing that nobody needs to look at again.

    Attributes:
        by_name: Whose words or whose act it was; empty when nobody's.
        because: Evidence ids.
        raised_in: Where it was suspected.
    """

    id: str
    what: str
    at: datetime
    by_name: str
    because: tuple[str, ...] = ()
    reason: str = ""
    raised_in: tuple[str, ...] = ()
    reopen_if: str = ""


def ruled_out(board: Board, incident: Incident, *, about: str = "") -> tuple[RuledOut, ...]:
    """Return what is out of the race, newest first.

    Args:
        board: With what people ruled out in the thread.
        incident: Says who wrote what; redacted.
        about: Words or names to look for; empty for everything.
    """
    wanted = entities(about)
    found = [
        _told(h, h.last_word, incident)
        for h in board.hypotheses
        if not h.is_live and h.last_word is not None and _is_about(h, wanted, incident)
    ]
    return tuple(sorted(found, key=lambda one: one.at, reverse=True))


def _told(hypothesis: Hypothesis, last: Change, incident: Incident) -> RuledOut:
    return RuledOut(
        id=hypothesis.id,
        what=hypothesis.claim or hypothesis.trigger.what,
        at=last.at,
        by_name=last.by_name or (_author(last.because, incident) if last.by == RULE else ""),
        because=last.because,
        reason=last.reason,
        raised_in=hypothesis.raised_in,
        reopen_if=hypothesis.reopen_if,
    )


def _author(ids: Iterable[str], incident: Incident) -> str:
    said = (incident.by_id.get(one) for one in ids)
    return next((message.author.name for message in said if message), "")


def _is_about(hypothesis: Hypothesis, wanted: frozenset[str], incident: Incident) -> bool:
    if not wanted:
        return True
    raised = (incident.by_id[one].text for one in hypothesis.raised_in if one in incident.by_id)
    last = hypothesis.last_word
    words = (hypothesis.claim, hypothesis.trigger.what, last.reason if last else "", *raised)
    return bool(wanted & entities(" ".join(words)))
