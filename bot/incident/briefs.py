"""Briefs: what somebody needs who was away, takes over, or must tell others; made by code from what is cited.

A line of the form that has nothing to say says so and is never filled in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.incident import brief_parts as parts
from bot.incident.board_notes import BoardNotes
from bot.incident.brief_parts import Entry
from bot.incident.postmortem_learning import action_rows
from bot.incident.postmortem_story import timeline_facts
from bot.incident.postmortem_values import Claim, Material, said

MOST_MOMENTS = 25


class Role(StrEnum):
    """For whom a brief is made."""

    RESPONDER = ""
    EXECUTIVE = "exec"
    """Impact, state and what is asked; no mechanisms."""
    EXPERT = "sme"
    """What was seen and tried besides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """A form with its lines.

    Attributes:
        title: What it is, such as `Since 20:50, when you last wrote`.
        entries: In the order in which they are read.
    """

    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """For whom a brief is made.

    Attributes:
        person_id: Slack's id.
        since: From when on they do not know; None for all.
        why: Such as `when you last wrote`; empty for all.
        role: What they need.
    """

    person_id: str = ""
    since: datetime | None = None
    why: str = ""
    role: Role = Role.RESPONDER


def brief_of(what: str, material: Material, notes: BoardNotes, reader: Reader) -> Brief:
    """Return the brief of a name: catchup, timeline, actions, handoff, fixed; the summary for any other.

    Args:
        what: The name.
        material: The incident as the reader may see it, its facts and its board.
        notes: Of the board.
        reader: For a catch-up.
    """
    match what:
        case "catchup":
            return catch_up(material, notes, reader)
        case "handoff":
            return handoff(material, notes)
        case "timeline":
            return timeline(material)
        case "actions":
            return actions(material)
        case "fixed":
            return fixed(material, notes)
        case _:
            return summary(material, notes)


def catch_up(material: Material, notes: BoardNotes, reader: Reader) -> Brief:
    """Return what somebody missed.

    Args:
        material: The incident as they may see it, its facts and its board.
        notes: Of the board.
        reader: Who reads, and since when they do not know.
    """
    lines: dict[str, Callable[[], Entry | None]] = {
        "impact": lambda: parts.impact(material),
        "stated": lambda: parts.stated(material),
        "believed": lambda: parts.believed(material, notes),
        "weakest": lambda: parts.weakest(notes),
        "changed": lambda: parts.changed(material, reader.since),
        "seen": lambda: parts.seen(material, reader.since),
        "ruled out": lambda: parts.ruled_out(material),
        "done": lambda: parts.done(material, reader.since),
        "in flight": lambda: parts.in_flight(material),
        "undo": lambda: parts.to_undo(notes),
        "customers": lambda: parts.customers(material),
        "you": lambda: parts.needs_you(material, reader.person_id),
    }
    told = (lines[name]() for name in _PARTS[reader.role])
    when = f"Since {material.clock(reader.since)}" if reader.since else "From the start"
    title = f"{when}, {reader.why}" if reader.why else when
    return Brief(title=title, entries=tuple(filter(None, told)))


_NOTHING_TO_UNDO = Entry(label="To undo later", claims=(Claim(text="nothing is said to be in place"),))
_PARTS: dict[Role, tuple[str, ...]] = {
    Role.RESPONDER: (
        *("impact", "stated", "believed", "weakest", "changed", "ruled out", "done", "in flight", "undo"),
        *("customers", "you"),
    ),
    Role.EXECUTIVE: ("impact", "stated", "believed", "done", "customers", "you"),
    Role.EXPERT: (
        *("impact", "believed", "weakest", "changed", "seen", "ruled out", "done", "in flight", "undo"),
        "you",
    ),
}


def summary(material: Material, notes: BoardNotes) -> Brief:
    """Return the incident as it stands, on one screen."""
    entries = (
        parts.impact(material),
        parts.stated(material),
        parts.changed_before(material),
        parts.believed(material, notes),
        parts.ruled_out(material),
        parts.done(material, None),
        parts.in_flight(material),
        parts.still_open(material),
        parts.next_check(notes),
    )
    return Brief(title="Summary", entries=tuple(filter(None, entries)))


def handoff(material: Material, notes: BoardNotes) -> Brief:
    """Return what whoever takes over must know: what holds, what was tried, what has to be watched."""
    entries = (
        parts.impact(material),
        parts.stated(material),
        parts.believed(material, notes),
        parts.weakest(notes),
        parts.ruled_out(material),
        parts.done(material, None, label="Tried"),
        parts.in_flight(material),
        parts.to_undo(notes) or _NOTHING_TO_UNDO,
        parts.still_open(material),
        parts.next_check(notes),
    )
    return Brief(title="Handoff", entries=tuple(filter(None, entries)))


def timeline(material: Material) -> Brief:
    """Return what happened, in order; the latest when there is more than one screen of it."""
    facts = timeline_facts(material)
    kept = facts[-MOST_MOMENTS:]
    moments = tuple(Entry(label=material.clock(fact.at), claims=(said(fact, fact.short),)) for fact in kept)
    left = len(facts) - len(kept)
    title = f"Timeline, the latest {len(kept)} of {len(facts)}" if left else "Timeline"
    none = Entry(label="", claims=(Claim(text="nothing with a time so far"),))
    return Brief(title=title, entries=moments or (none,))


def actions(material: Material) -> Brief:
    """Return the follow-ups that people named; an owner only where one was stated."""
    rows = action_rows(material)
    entries = tuple(Entry(label=f"{n}.", claims=(parts.owned(row),)) for n, row in enumerate(rows, 1))
    words = "nobody named one; a line that begins with TODO: is taken as one"
    return Brief(title="Follow-ups", entries=entries or (Entry(label="", claims=(Claim(text=words),)),))


def fixed(material: Material, notes: BoardNotes) -> Brief:
    """Return whether it is over: what shows it, or what would."""
    recovery = material.facts.recovery
    over = (
        Claim(text=f"since {material.clock(recovery.at)}: {recovery.short}", cites=recovery.cites)
        if recovery
        else Claim(text="nobody and no monitor says so")
    )
    entries = (
        Entry(label="Recovered" if recovery else "Not shown to be over", claims=(over,)),
        None if recovery else parts.would_show(material),
        parts.impact(material),
        parts.believed(material, notes),
        parts.to_undo(notes),
        parts.still_open(material),
    )
    title = "It is said to have recovered" if recovery else "Is it fixed?"
    return Brief(title=title, entries=tuple(filter(None, entries)))
