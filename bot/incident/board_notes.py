"""What stands under a board: what it rests on, what to undo, who contradicts whom, what to look at next."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.incident.board import Board
from bot.incident.contradictions import contradictions
from bot.incident.entities import entities
from bot.incident.facts import Fact, FactKind, Facts
from bot.incident.hypotheses import Check, EvidenceKind, Hypothesis, Link, Status, cited_ids
from bot.incident.messages import AuthorKind, Incident
from bot.incident.next_check import best_check
from bot.incident.standing import rank
from bot.incident.wording import between

FLOOR = timedelta(minutes=20)
_LEAST_SAID = 3
_MOST = 3
_PROVEN = (Status.CONFIRMED, Status.SUPPORTED)
_DONE = (FactKind.ACTION, FactKind.CHANGE, FactKind.DECISION, FactKind.RULED_OUT)
_TEMPORARY = re.compile(
    r"\b(?:roll(?:ed|ing)?[ -]?(?:that |it |this )?back|rollback|revert\w*|disabl\w+|block(?:ed|ing)"
    r"|paus(?:ed|ing)|drain(?:ed|ing)|silenc(?:ed|ing)|turned off|switched off|bypass\w*|failed over"
    r"|scal(?:ed|ing) (?:up|down|out)|froze|frozen)\b",
    re.IGNORECASE,
)
_PUT_BACK = re.compile(
    r"\b(?:roll(?:ed|ing)?\b[^;\n]{0,40}\bforward|re-?enabl\w+|unblock\w*|resum\w+|undrain\w*|unsilenc\w*"
    r"|turned (?:back )?on|back on|failed back|redeploy\w*|re-?appl\w+|unfroze\w*)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One line under a board.

    Attributes:
        text: Without citations.
        cites: Evidence ids, in the order in which the text speaks of them.
    """

    text: str
    cites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardNotes:
    """All of them.

    Attributes:
        rests_on: Links of the leading chain that one person's words alone show.
        to_undo: What was done meanwhile and not said to be undone.
        contradictions: Statements of which one at most holds.
        floor: The leading hypothesis has seen no new evidence for a while; None when it has.
        is_inconclusive: Several are live and none is supported.
        next_check: The look that decides most.
        leader: The id of what ranks first; empty when nothing is in the race.
    """

    rests_on: tuple[Note, ...] = ()
    to_undo: tuple[Note, ...] = ()
    contradictions: tuple[Note, ...] = ()
    floor: Note | None = None
    is_inconclusive: bool = False
    next_check: Check | None = None
    leader: str = ""


def board_notes(board: Board, incident: Incident, facts: Facts, *, now: datetime) -> BoardNotes:
    """Return what to say under a board.

    Args:
        board: As it stands.
        incident: Redacted.
        facts: Of it.
        now: The moment that counts; aware, UTC.
    """
    live = [h for h in rank(board.hypotheses) if h.is_live]
    leader = next(iter(live), None)
    return BoardNotes(
        rests_on=tuple(_rests_on(leader, incident))[:_MOST] if leader else (),
        to_undo=tuple(_to_undo(facts))[:_MOST],
        contradictions=tuple(_against_each_other(incident, facts)),
        floor=_floor(leader, incident, facts, now) if leader else None,
        is_inconclusive=bool(live) and not any(h.status in _PROVEN for h in live),
        next_check=best_check(live),
        leader=leader.id if leader else "",
    )


def _rests_on(leader: Hypothesis, incident: Incident) -> Iterator[Note]:
    """Yield the links that nothing but one statement of one person shows."""
    trigger = set(cited_ids(leader.trigger.evidence))
    for link in leader.links:
        shown = {e.id for e in link.evidence_for if e.kind is not EvidenceKind.INFERENTIAL} - trigger
        message = incident.by_id.get(next(iter(shown), "")) if len(shown) == 1 else None
        if message is not None and message.author.kind is AuthorKind.PERSON and _is_told_only(link):
            yield Note(text=link.effect, cites=(message.id,))


def _is_told_only(link: Link) -> bool:
    """Say whether no machine's words are quoted for it."""
    return not any("`" in e.quote or "=" in e.quote for e in link.evidence_for)


def _to_undo(facts: Facts) -> Iterator[Note]:
    """Yield what was done meanwhile, the newest of each thing, unless it was put back since."""
    done: list[Fact] = []
    for fact in facts.of(*_DONE):
        if _PUT_BACK.search(fact.text):
            back = entities(fact.text)
            done = [earlier for earlier in done if not entities(_act_words(earlier)) & back]
        elif _TEMPORARY.search(fact.text) and _is_response(fact, facts):
            done = [earlier for earlier in done if not _is_same_act(earlier, fact)]
            done.append(fact)
    return (Note(text=_act_words(fact), cites=fact.cites[:1]) for fact in done)


def _is_response(fact: Fact, facts: Facts) -> bool:
    return facts.onset is not None and fact.at >= facts.onset.at


def _is_same_act(earlier: Fact, later: Fact) -> bool:
    """`rolling that back` and `rollback done, no change` tell of one act."""
    if set(earlier.cites) & set(later.cites):
        return True
    return bool(entities(earlier.short) & entities(later.short)) or later.kind is FactKind.RULED_OUT


def _act_words(fact: Fact) -> str:
    return f"{fact.status}: {fact.short}" if fact.kind is FactKind.RULED_OUT and fact.status else fact.short


_ABOUT = {"onset": "since when", "region": "where", "version": "which version"}


def _against_each_other(incident: Incident, facts: Facts) -> Iterator[Note]:
    for one in contradictions(incident, facts):
        yield Note(text=f"{_ABOUT[one.about]}: {one.words[0]} or {one.words[1]}", cites=one.cites)


def _floor(leader: Hypothesis, incident: Incident, facts: Facts, now: datetime) -> Note | None:
    """Say that people talk on while nothing new speaks for or against what leads."""
    if leader.status is Status.CONFIRMED or facts.recovery is not None or not leader.links:
        return None
    cited = [incident.by_id[i].at for i in cited_ids(leader.evidence) if i in incident.by_id]
    told = [one.at for one in leader.history]
    last = max((*cited, *told), default=now)
    talk = [m for m in incident.messages if m.at > last and m.author.kind is AuthorKind.PERSON]
    if now - last < FLOOR or len(talk) < _LEAST_SAID:
        return None
    return Note(text=f"{leader.id} leads, and nothing new speaks for or against it for {between(last, now)}")
