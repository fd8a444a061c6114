"""A status update for people outside the channel: a draft that a person reads, changes and sends.

It tells what is stated and supported, in plain words, without names of people, hypotheses or guesses.
"""

from dataclasses import dataclass
from enum import StrEnum

from bot.incident.facts import Fact, FactKind
from bot.incident.hypotheses import Status
from bot.incident.postmortem_values import Material
from bot.incident.wording import between, without_citations

_PROVEN = frozenset({Status.SUPPORTED, Status.CONFIRMED})


class Audience(StrEnum):
    """For whom it is."""

    EXECUTIVE = "exec"
    CUSTOMER = "customer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A draft.

    Attributes:
        text: What may be sent once a person has read it.
        cites: What it was made from, in the order in which it speaks of it.
        missing: What only people can say; asked, never filled in.
    """

    text: str
    cites: tuple[str, ...]
    missing: tuple[str, ...]


def draft_update(material: Material, audience: Audience) -> Draft:
    """Return a draft of an update.

    Args:
        material: The incident, its facts and its board.
        audience: Customers get no cause that is not confirmed, and nothing of how it was found.
    """
    facts, status = material.facts, _status(material)
    impact = _impact(material)
    parts = [f"{status} · {material.now:%H:%M} UTC, {material.now.day} {material.now:%B}"]
    parts += [_sentence(material.blameless(impact.short))] if impact else []
    if facts.onset:
        parts.append(_since(material, facts.onset))
    parts.append(_cause(material, audience))
    if audience is Audience.EXECUTIVE:
        parts += _done(material)
    parts.append("Next update: [time].")
    cited = [fact for fact in (impact, facts.onset, facts.recovery) if fact]
    lead = material.lead if _is_told(material, audience) else None
    cites = [i for fact in cited for i in fact.cites]
    cites += [e.id for e in lead.trigger.evidence if e.id.startswith("m")] if lead else []
    return Draft(
        text="\n".join(filter(None, parts)),
        cites=tuple(dict.fromkeys(cites)),
        missing=tuple(_missing(material, impact)),
    )


def _status(material: Material) -> str:
    if material.facts.recovery:
        return "Monitoring"
    lead = material.lead
    return "Identified" if lead and lead.status is Status.CONFIRMED else "Investigating"


def _impact(material: Material) -> Fact | None:
    stated = material.facts.of(FactKind.IMPACT)
    return stated[-1] if stated else None


def _since(material: Material, onset: Fact) -> str:
    recovery = material.facts.recovery
    if recovery is None:
        return f"It began at {onset.at:%H:%M} UTC, {between(onset.at, material.now)} ago, and is not over."
    lasted = between(onset.at, recovery.at)
    return f"It lasted from {onset.at:%H:%M} to {recovery.at:%H:%M} UTC ({lasted}). We are watching it."


def _is_told(material: Material, audience: Audience) -> bool:
    lead = material.lead
    if lead is None:
        return False
    return lead.status in (_PROVEN if audience is Audience.EXECUTIVE else {Status.CONFIRMED})


def _cause(material: Material, audience: Audience) -> str:
    lead = material.lead
    if lead is None or not _is_told(material, audience):
        return "" if material.facts.recovery else "We are looking for the cause."
    if audience is Audience.CUSTOMER:
        return "We have found what started it."
    words = material.blameless(without_citations(lead.claim or lead.trigger.what))
    sure = "Confirmed" if lead.status is Status.CONFIRMED else "Best explanation, supported but not confirmed"
    return f"{sure}: {words.rstrip('.')}."


def _done(material: Material) -> list[str]:
    done = material.facts.of(FactKind.ACTION, FactKind.DECISION)[-2:]
    return [f"Done {fact.at:%H:%M}: {material.blameless(fact.short).rstrip('.')}." for fact in done]


def _missing(material: Material, impact: Fact | None) -> list[str]:
    asked = ["When is the next update?"]
    if impact is None:
        asked.insert(0, "What do customers notice? Nobody has said it in the thread.")
    if not material.facts.recovery:
        asked.append("Is there a workaround?")
    return asked


def _sentence(words: str) -> str:
    plain = words.strip().rstrip(".")
    return f"{plain[:1].upper()}{plain[1:]}."
