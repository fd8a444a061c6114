"""What people suspected in the thread and found innocent: it goes on the board under their names.

Nobody has to type a command for it. What is only suspected stays in the thread: most of it is thinking aloud,
and a board of that would be noise. What was ruled out is worth keeping, so that nobody looks a second time.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from bot.incident import cues
from bot.incident.board import RULE, Board, next_id, same_suspicion
from bot.incident.case import Case
from bot.incident.facts import Fact, FactKind, Facts
from bot.incident.hypotheses import Act, Change, Hypothesis, Impact, Status, Trigger, cited_ids
from bot.incident.messages import AuthorKind, Incident, Message

_INNOCENT = re.compile(
    r"\b(healthy|idle|normal|fine|green|flat|unchanged|quiet|clean|ok|steady|nominal|empty)\b", re.IGNORECASE
)
_LEAST_CHARS = 3


def with_ruled_out(board: Board, facts: Facts, incident: Incident, *, until: datetime) -> Board:
    """Return the board with what people ruled out in the thread, each once.

    What an analyst's hypothesis blames, or people have on the board already, is not added again: where it was
    raised is noted there.

    Args:
        board: As stored.
        facts: Of the incident.
        incident: Redacted.
        until: Nothing later is known; aware, UTC.
    """
    for fact in facts.of(FactKind.RULED_OUT):
        if fact.at <= until and len(fact.status) >= _LEAST_CHARS:
            board = _with(board, fact, incident)
    return board


def _with(board: Board, fact: Fact, incident: Incident) -> Board:
    raised = tuple(i for i in fact.cites[1:] if i in incident.by_id)
    known = _known(board, fact, raised)
    if known is not None:
        return _noted(board, known, raised)
    first = _first_person(raised, incident)
    if first is None:
        return board
    new = _suspicion(next_id(board.hypotheses, above=board.forgotten), fact, raised, first)
    return replace(board, hypotheses=(*board.hypotheses, new))


def _known(board: Board, fact: Fact, raised: Sequence[str]) -> Hypothesis | None:
    """Return the hypothesis that the fact is about: by its trigger, by where it was raised, by its words."""
    blamed = set(raised)
    for hypothesis in board.hypotheses:
        if blamed & {*cited_ids(hypothesis.trigger.evidence)[:1], *hypothesis.raised_in}:
            return hypothesis
    return same_suspicion(board, fact.status, raised)


def _noted(board: Board, known: Hypothesis, raised: Iterable[str]) -> Board:
    """Return the board with where it was raised added, if people did that elsewhere than in its trigger."""
    own = set(cited_ids(known.trigger.evidence))
    more = tuple(dict.fromkeys((*known.raised_in, *(i for i in raised if i not in own))))
    if more == known.raised_in:
        return board
    changed = replace(known, raised_in=more)
    return replace(board, hypotheses=tuple(changed if h.id == known.id else h for h in board.hypotheses))


def _first_person(raised: Sequence[str], incident: Incident) -> Message | None:
    said = (incident.by_id[i] for i in raised)
    return next((m for m in said if m.author.kind in {AuthorKind.PERSON, AuthorKind.EXTERNAL}), None)


def _suspicion(own_id: str, fact: Fact, raised: tuple[str, ...], first: Message) -> Hypothesis:
    suspected = Change(
        at=first.at,
        status=Status.PROPOSED,
        because=raised,
        by=first.author.id,
        by_name=first.author.name,
        act=Act.SUSPECTED,
    )
    fallen = Change(at=fact.at, status=Status.REFUTED, because=fact.cites[:1], reason=fact.short, by=RULE)
    return Hypothesis(
        id=own_id,
        claim=fact.status,
        trigger=Trigger(what=fact.status),
        links=(),
        impact=Impact(symptom=""),
        status=Status.REFUTED,
        reopen_if=_reopen_if(fact),
        history=(suspected, fallen),
        raised_by=first.author.id,
        raised_in=raised,
    )


def _reopen_if(fact: Fact) -> str:
    """Return what would bring it back, by how it was cleared."""
    if cues.REVERSAL.search(fact.text) or cues.REVERSAL.search(fact.quote):
        return "undoing it was not complete"
    found = _INNOCENT.search(fact.quote) or _INNOCENT.search(fact.text)
    if found:
        return f"a later look finds it not {found[1].lower()}"
    return "what cleared it turns out to be wrong"


def newest_evidence_at(hypothesis: Hypothesis, case: Case) -> datetime | None:
    """Return when the newest message that it cites was said; None when none of them is there."""
    said = (case.incident.by_id.get(i) for i in cited_ids(hypothesis.evidence))
    return max((message.at for message in said if message), default=None)
