"""What the thread states, as short cited lines; made by code alone, before any analyst has spoken."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from bot.incident.facts import Fact, FactKind, Facts
from bot.incident.gist import brief, is_filler, names_something, undressed
from bot.incident.hypotheses import Link
from bot.incident.messages import Incident
from bot.incident.wording import clock, counted
from bot.slack.blocks import Line, bold, cites, joined, lines_chars, numbered, rich, spans, text
from bot.slack.limits import Blocks

TOP_CHARS = 590
"""What a phone shows without scrolling; the part above the first rule stays under it."""

_WORD_CAPS = (90, 64, 46, 34, 24)
_TOLD = (FactKind.OBSERVATION, FactKind.ACTION, FactKind.DECISION, FactKind.BELIEF)
_MOST_TOLD = 8
_ACTION_CAP = 80
_SAME_MOMENT = timedelta(minutes=1)
MORE: Line = [text("More below.")]
"""The last line where not all of them fit."""
MOST = 3
"""So many changes, and so many suspects, are printed at most."""


def first_facts(
    facts: Facts, incident: Incident, *, answer_id: str, as_of: datetime, follows: str = "Diagnosis follows."
) -> Blocks:
    """Return the facts that stand in the thread before anybody diagnoses.

    Args:
        facts: Extracted from `incident`.
        incident: Redacted.
        answer_id: Of the answer that will follow.
        as_of: The moment that counts; aware, UTC.
        follows: What is said of what comes next; may be empty.

    Returns:
        One block of less than 600 visible characters.
    """
    tail = [[text(follows)]] if follows else []
    versions = ([*fact_lines(facts, incident, as_of=as_of, cap=cap), *tail] for cap in _WORD_CAPS)
    lines = first_that_fits(versions, TOP_CHARS)
    return numbered([rich(lines)], answer_id)


def first_that_fits(versions: Iterable[list[Line]], room_chars: int) -> list[Line]:
    """Return the first (longest) version that fits, else what fits of the last, saying that more follows."""
    lines: list[Line] = []
    for lines in versions:
        if lines_chars(lines) <= room_chars:
            return lines
    while lines and lines_chars([*lines, MORE]) > room_chars:
        lines = lines[:-1]
    return [*lines, MORE]


def fact_lines(facts: Facts, incident: Incident, *, as_of: datetime, cap: int) -> list[Line]:
    """Return since when, what changed before and what is ruled out; or that nothing is known.

    Each fact's own words take `cap` characters at most.
    """
    lines = [
        *symptom_lines(facts, incident, as_of=as_of, cap=cap),
        changes_line(facts, incident, as_of=as_of, cap=cap),
        ruled_out_line(facts, incident, as_of=as_of, cap=cap),
    ]
    return [line for line in lines if line]


def symptom_lines(
    facts: Facts,
    incident: Incident,
    *,
    as_of: datetime,
    cap: int,
    ended_by: Link | None = None,
) -> list[Line]:
    """Return since when it hurts, whether it is over, what was refused and for whom it hurts.

    `ended_by` is what was done before it was over.
    """
    onset = facts.onset
    if onset is None:
        return [[*_label("Since:"), text(f" unknown, no alert and no symptom in {_read(incident)}")]]
    since = [*_label(f"Since {clock(onset.at, as_of=as_of)}:"), text(" "), *worded(onset, incident, cap=cap)]
    recovery = _recovery(facts, incident, as_of=as_of, cap=cap, ended_by=ended_by)
    denial = _denial(facts, incident, as_of=as_of, cap=cap)
    return [since, recovery, denial, _impact(facts, incident, as_of=as_of, cap=cap)]


def changes_line(
    facts: Facts,
    incident: Incident,
    *,
    as_of: datetime,
    cap: int,
    told: AbstractSet[str] = frozenset(),
    most: int = MOST,
) -> Line:
    """Return the changes before the first sign of trouble, nearest first.

    A change whose message is `told` already is left out.
    """
    every = _each_once(_one_a_message(facts.changes_before_onset()), incident)
    first = min((fact.at for fact in every if told & set(fact.cites)), default=None)
    changes = [fact for fact in every if not told & set(fact.cites) and not _is_retold(fact, first, incident)]
    also = "Also changed before:" if told else "Changed before:"
    label = _label(also if facts.onset else "Changes, newest first:")
    if told and not changes:
        return []
    if not changes:
        return [*label, text(f" nothing seen in {_read(incident)}")]
    return [*label, text(" "), *_several(changes, incident, as_of=as_of, cap=cap, most=most)]


def ruled_out_line(facts: Facts, incident: Incident, *, as_of: datetime, cap: int, most: int = MOST) -> Line:
    """Return the suspects that were looked at and found innocent; empty when there are none."""
    named = [fact for fact in facts.of(FactKind.RULED_OUT) if names_something(_suspect_words(fact))]
    last_word = {_suspect_words(fact).lower(): fact for fact in named}
    by_suspect = {fact.cites[1:2] or fact.cites: fact for fact in reversed(last_word.values())}
    items = tuple(reversed(by_suspect.values()))
    if not items:
        return []
    pieces = [_ruled_out(fact, incident, as_of=as_of, cap=cap) for fact in items[-most:]]
    return [*_label("Ruled out:"), text(" "), *joined(pieces), *_more(len(items) - len(pieces))]


def told_lines(
    facts: Facts, incident: Incident, *, as_of: datetime, cap: int, most: int = _MOST_TOLD
) -> list[Line]:
    """Return what people saw, did and suspect, the latest last, for an answer that has no chain to show."""
    every = _one_a_message(facts.of(*_TOLD))
    title: Line = [*_label("Seen, done and suspected so far"), *_more(len(every) - most)]
    lines = [timed(fact, incident, as_of=as_of, cap=cap) for fact in every[-most:]]
    return [title, *lines] if lines else []


def timed(fact: Fact, incident: Incident, *, as_of: datetime, cap: int) -> Line:
    """Return `20:37 removed the old pair [3]`; the time is not said twice."""
    at = clock(fact.at, as_of=as_of)
    stamp = [] if at in fact.short else [text(f"{at} ")]
    return [*stamp, *worded(fact, incident, cap=cap)]


def worded(fact: Fact, incident: Incident, *, cap: int) -> Line:
    """Return a fact's own words and its citations."""
    return [*spans(brief(fact.short, limit=cap)), *cites(fact.cites, incident)]


def _label(words: str) -> Line:
    return [bold(words)]


def _several(facts: Sequence[Fact], incident: Incident, *, as_of: datetime, cap: int, most: int) -> Line:
    pieces = [timed(fact, incident, as_of=as_of, cap=cap) for fact in facts[:most]]
    return [*joined(pieces), *_more(len(facts) - len(pieces))]


def _one_a_message(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """Return the facts without those whose message has spoken already."""
    return tuple({fact.cites[:1]: fact for fact in reversed(facts)}.values())[::-1]


def _each_once(facts: Sequence[Fact], incident: Incident) -> tuple[Fact, ...]:
    """Return the changes without those that somebody only remembers: they were told when they happened."""
    live = [fact.at for fact in facts if not _is_late(fact, incident)]
    return tuple(f for f in facts if not any(_is_retold(f, at, incident) for at in live))


def _is_retold(fact: Fact, at: datetime | None, incident: Incident) -> bool:
    return at is not None and abs(fact.at - at) < _SAME_MOMENT and _is_late(fact, incident)


def _is_late(fact: Fact, incident: Incident) -> bool:
    message = incident.by_id.get(fact.cites[0]) if fact.cites else None
    return message is not None and message.at - fact.at > _SAME_MOMENT


def _more(count: int) -> Line:
    return [text(f" · {count} earlier")] if count > 0 else []


def _ruled_out(fact: Fact, incident: Incident, *, as_of: datetime, cap: int) -> Line:
    suspect = spans(_suspect_words(fact), limit_chars=cap)
    return [*suspect, text(f" {clock(fact.at, as_of=as_of)}"), *cites(fact.cites[:1], incident)]


def _suspect_words(fact: Fact) -> str:
    return undressed(fact.text if is_filler(fact.status) else fact.status or fact.text)


def _denial(facts: Facts, incident: Incident, *, as_of: datetime, cap: int) -> Line:
    denials = facts.of(FactKind.DENIAL)
    if not denials or denials[0] is facts.onset:
        return []
    return [*_label("Refused:"), text(" "), *timed(denials[0], incident, as_of=as_of, cap=cap)]


def _impact(facts: Facts, incident: Incident, *, as_of: datetime, cap: int) -> Line:
    """Return the latest statement of what is broken: people correct it as they learn."""
    stated = [fact for fact in facts.of(FactKind.IMPACT) if fact is not facts.onset]
    if not stated:
        return []
    return [*_label("Impact:"), text(" "), *timed(stated[-1], incident, as_of=as_of, cap=cap)]


def _recovery(facts: Facts, incident: Incident, *, as_of: datetime, cap: int, ended_by: Link | None) -> Line:
    fact = facts.recovery
    if fact is None:
        return []
    over = [*_label(f"Recovered {clock(fact.at, as_of=as_of)}"), *cites(fact.cites, incident)]
    if ended_by is None:
        return over
    return [*over, text(" after "), *undoing_words(ended_by, incident, as_of=as_of, cap=cap)]


def undoing_words(ended_by: Link, incident: Incident, *, as_of: datetime, cap: int) -> Line:
    """Return `22:43 deploying the new pair [19]`: what was done about the trigger before it was over."""
    action = ended_by.evidence_for[0].id
    at = clock(incident.by_id[action].at, as_of=as_of) if action in incident.by_id else ""
    most = max(cap, _ACTION_CAP)
    return [*spans(f"{at} {ended_by.cause}".strip(), limit_chars=most), *cites([action], incident)]


def _read(incident: Incident) -> str:
    return counted(len(incident.messages), "message")
