"""A draft of the review, written by code from the thread's facts and the board.

Every sentence cites the messages that state it or says that it is inferred; numbers, durations and
order are computed here; what only people can know is asked, never filled in.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.incident import postmortem_learning as learning
from bot.incident import postmortem_story as story
from bot.incident.facts import FactKind, Facts
from bot.incident.hypotheses import Hypothesis
from bot.incident.messages import Incident
from bot.incident.postmortem_format import to_json, to_markdown
from bot.incident.postmortem_values import Claim, Material, Postmortem, Quote, Section, Table
from bot.incident.wording import between, counted, day, without_citations

__all__ = ["Postmortem", "draft", "to_json", "to_markdown"]

_TITLE_CHARS = 90
_FIRST_PART = re.compile(r"(?<=\w)[.;](?=\s)|\s·\s")
_SEVERITY = re.compile(r"\b(?:sev(?:erity)?[- ]?\d|p[0-4])\b", re.IGNORECASE)
_PARTS = (
    story.summary,
    story.impact,
    story.timeline,
    story.detection,
    story.response,
    learning.beliefs,
    learning.factors,
    learning.went_well,
    learning.surprises,
    learning.action_items,
    learning.open_questions,
)


def draft(
    incident: Incident,
    facts: Facts,
    hypotheses: Sequence[Hypothesis],
    *,
    now: datetime,
    title: str = "",
) -> Postmortem:
    """Return the draft.

    Args:
        incident: Redacted, with everything that may be cited.
        facts: Extracted from it.
        hypotheses: The board, refuted ones included.
        now: The moment the draft is asked for; aware, UTC.
        title: What happened, in a few words; made from the impact when empty.
    """
    material = Material(incident=incident, facts=facts, hypotheses=tuple(hypotheses), now=now)
    written = [part(material) for part in _PARTS]
    sections = tuple(_sourced(section, incident) for section in written)
    dropped = sum(_count(section) for section in written) - sum(_count(section) for section in sections)
    header = _header(material)
    claims = [*header, *(claim for section in sections for claim in section)]
    cited = {cite for claim in claims for cite in claim.cites}
    return Postmortem(
        title=title or _title(material),
        at=material.start,
        header=header,
        coverage=_coverage(incident, dropped, now),
        sections=sections,
        evidence=tuple(_quotes(incident, cited)),
        dropped=dropped,
    )


def _sourced(section: Section, incident: Incident) -> Section:
    """Return a section without the statements whose source is not there."""

    def has_source(claim: Claim) -> bool:
        return all(cite in incident.by_id for cite in claim.cites)

    rows = section.table.rows if section.table else ()
    kept = tuple(row for row in rows if all(has_source(cell) for cell in row))
    return replace(
        section,
        claims=tuple(filter(has_source, section.claims)),
        bullets=tuple(filter(has_source, section.bullets)),
        people=tuple(filter(has_source, section.people)),
        table=Table(columns=section.table.columns, rows=kept) if section.table else None,
    )


def _count(section: Section) -> int:
    rows = len(section.table.rows) if section.table else 0
    return len(section.claims) + len(section.bullets) + len(section.people) + rows


def _title(material: Material) -> str:
    lead, onset = material.lead, material.facts.onset
    stated = material.facts.of(FactKind.IMPACT)
    words = next(
        filter(
            None,
            (
                lead.impact.symptom if lead else "",
                stated[0].text if stated else "",
                onset.text if onset else "",
            ),
        ),
        material.incident.channel_name or "incident",
    )
    plain = _FIRST_PART.split(without_citations(words), maxsplit=1)[0]
    cut = plain if len(plain) <= _TITLE_CHARS else f"{plain[:_TITLE_CHARS].rsplit(' ', 1)[0]} …"
    return f"{cut[:1].upper()}{cut[1:]}"


def _header(material: Material) -> tuple[Claim, ...]:
    return (*_stated(material), _lasted(material), Claim(text="Review owner: not stated"))


def _stated(material: Material) -> list[Claim]:
    roles = material.facts.of(FactKind.ROLE)
    severities = [(fact, found) for fact in roles if (found := _SEVERITY.search(fact.text))]
    others = [Claim(text=fact.text, cites=fact.cites) for fact in roles if not _SEVERITY.search(fact.text)]
    if not severities:
        return [Claim(text="Severity: not stated"), *others]
    fact, found = severities[-1]
    return [Claim(text=f"Severity: {found[0].upper()}, as stated", cites=fact.cites), *others]


def _lasted(material: Material) -> Claim:
    onset, recovery = material.facts.onset, material.facts.recovery
    if onset is None:
        return Claim(text="Impact: no first sign in the thread")
    if recovery is None:
        return Claim(
            text=f"Impact since {material.clock(onset.at)} UTC, no recovery recorded", cites=onset.cites
        )
    span = f"{material.clock(onset.at)} to {material.clock(recovery.at)} UTC"
    lasted = f"{between(onset.at, recovery.at)} from first sign to recovery"
    return Claim(text=f"Impact {span}, {lasted}", cites=(*onset.cites, *recovery.cites))


def _coverage(incident: Incident, dropped: int, now: datetime) -> tuple[Claim, ...]:
    read, gone = len(incident.messages), incident.deleted + incident.omitted
    missing = [f"{incident.deleted} deleted"] * bool(incident.deleted)
    missing += [f"{incident.omitted} unreadable"] * bool(incident.omitted)
    words = f"Read {read} of {counted(read + gone, 'message')}" + (f" ({', '.join(missing)})" if gone else "")
    partial = incident.partial_files
    parts = [
        words,
        *([f"{counted(partial, 'file')} in part"] if partial else []),
        f"{counted(dropped, 'sentence')} dropped for want of a source",
        f"as of {now:%H:%M} UTC, {day(now)}",
    ]
    return tuple(Claim(text=part) for part in parts)


def _quotes(incident: Incident, cited: set[str]) -> list[Quote]:
    return [
        Quote(
            id=message.id,
            ts=message.ts,
            author=message.author.name,
            at=message.at,
            text=message.text,
            permalink=message.permalink,
            edited_at=message.edited_at,
        )
        for message in incident.messages
        if message.id in cited
    ]
