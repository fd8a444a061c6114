"""Sections 1 to 5 of a draft: what happened, whom it hurt, when, who noticed and what was done."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.incident.facts import Fact, FactKind
from bot.incident.hypotheses import Hypothesis, Status
from bot.incident.messages import AuthorKind
from bot.incident.postmortem_values import Claim, Material, Row, Section, Table, cites_of, gist
from bot.incident.wording import between, counted, source_words, without_citations

MOST_ROWS = 60
"""A timeline longer than this keeps its milestones and says how many entries it left out."""

_NO_TIME = "0 min"
_NOTHING = Claim(text="")
_NOT_STATED = Claim(text="not stated")
_TIMELINE = (
    FactKind.ALERT,
    FactKind.RECOVERY,
    FactKind.CHANGE,
    FactKind.DENIAL,
    FactKind.ACTION,
    FactKind.RULED_OUT,
    FactKind.DECISION,
    FactKind.IMPACT,
    FactKind.OBSERVATION,
)
"""What a timeline tells; where one message states several things, the first of these kinds wins."""

_PAGE = re.compile(r"\bpag(?:ed?|ing)\b|pagerduty|opsgenie|on-?call|triggered", re.IGNORECASE)
_ASKED_ALWAYS = (
    (
        "Customers affected",
        re.compile(r"\b(?:customers?|users?|tenants?|people|shoppers|orders?)\b", re.IGNORECASE),
    ),
    (
        "Data loss",
        re.compile(
            r"\b(?:data|records?|rows?|writes?)\b.*\b(?:lost|loss|gone|stored|safe|corrupt)", re.IGNORECASE
        ),
    ),
)
_FOLLOWS = timedelta(hours=1)
"""A recovery this soon after an attempt is mentioned beside it; that it followed is all that is said."""


def summary(material: Material) -> Section:
    """Return at most five sentences, as sure as the evidence allows."""
    claims = [*_explanation(material), *_symptom(material), *_ruled_out(material), *_end(material)]
    return Section(number=1, title="Summary", claims=tuple(claims))


def impact(material: Material) -> Section:
    """Return who was hurt, as stated; what nobody stated says so."""
    facts = material.facts
    stated = [fact for fact in facts.of(FactKind.IMPACT, FactKind.ALERT) if fact is not facts.onset]
    rows = [_impact_row(material, "First sign", facts.onset)] if facts.onset else []
    rows += [_impact_row(material, fact.kind.capitalize(), fact) for fact in stated]
    rows += [_impact_row(material, "Recovery", facts.recovery)] if facts.recovery else []
    told = facts.of(FactKind.IMPACT, FactKind.OBSERVATION)
    for what, pattern in _ASKED_ALWAYS:
        if not any(pattern.search(fact.text) for fact in told):
            rows.append((Claim(text=what), _NOT_STATED, _NOTHING))
    return Section(
        number=2, title="Impact", table=Table(columns=("What", "Value", "Source"), rows=tuple(rows))
    )


def timeline(material: Material) -> Section:
    """Return what happened in order, with the milestones and how long after the first warning."""
    entries = timeline_facts(material)
    marks = milestones(material)
    milestone = [fact for fact in entries if fact.id in marks]
    shown = entries if len(entries) <= MOST_ROWS else _spread(entries, milestone)
    rows = tuple(
        _timeline_row(material, fact, marks, before)
        for fact, before in zip(shown, [None, *shown], strict=False)
    )
    left_out = len(entries) - len(shown)
    note = (Claim(text=f"{counted(left_out, 'entry', 'entries')} left out for length"),) if left_out else ()
    columns = ("Time (UTC)", "Event", "Milestone", "Since first warning")
    return Section(number=3, title="Timeline", claims=note, table=Table(columns=columns, rows=rows))


def detection(material: Material) -> Section:
    """Return what noticed, how long after the trigger, and when somebody was paged."""
    onset, trigger = material.facts.onset, _trigger_at(material)
    if onset is None:
        claims: list[Claim] = [Claim(text="The thread holds no alert and no first symptom")]
        asked = "What noticed it, and when?"
    else:
        claims = [_noticed(material, onset), *_paged(material, onset)]
        since = f" at {material.clock(trigger)}, when the trigger happened" if trigger else " earlier"
        asked = f"What should have noticed{since}?"
    return Section(number=4, title="Detection", claims=tuple(claims), people=(Claim(text=asked),))


def response(material: Material) -> Section:
    """Return each attempt and whether it held."""
    done = material.facts.of(FactKind.ACTION, FactKind.DECISION)
    tried = {fact.cites[:1] for fact in done}
    looked_at = [f for f in material.facts.of(FactKind.RULED_OUT) if not tried & {(i,) for i in f.cites}]
    attempts = sorted((*done, *looked_at), key=lambda fact: fact.at)
    rows = tuple(_attempt(material, fact) for fact in attempts)
    none = () if rows else (Claim(text="The thread names no attempt to stop the impact"),)
    table = Table(columns=("Attempt", "When", "Held?"), rows=rows) if rows else None
    return Section(number=5, title="Response", claims=none, table=table)


def timeline_facts(material: Material) -> list[Fact]:
    """Return the facts of the timeline in order, one for each message and moment."""
    kept: dict[tuple[str, ...], Fact] = {}
    ranked = sorted(material.facts.of(*_TIMELINE), key=lambda fact: _TIMELINE.index(fact.kind))
    for fact in ranked:
        kept.setdefault(fact.cites, fact)
    return sorted(kept.values(), key=lambda fact: fact.at)


def milestones(material: Material) -> dict[str, str]:
    """Return what each milestone of the timeline is called, by the fact's id."""
    entries, facts = timeline_facts(material), material.facts
    named = ((fact.id, list(_mark(material, fact))) for fact in entries)
    marks = {fact_id: names[-1] for fact_id, names in named if names}
    if facts.recovery and (last := _last_attempt(material)):
        marks.setdefault(last.id, "last attempt before recovery")
    return marks


def _mark(material: Material, fact: Fact) -> Iterable[str]:
    """Yield what makes a fact a milestone; the last one counts."""
    lead, facts = material.lead, material.facts
    if _is_page(material, fact) and fact is not facts.onset:
        yield "paged"
    if lead is not None and _confirms(lead, fact):
        yield "cause identified"
    if lead is not None and set(fact.cites) & set(cites_of(lead.trigger.evidence)[:1]):
        yield "trigger" if lead.status is Status.CONFIRMED else "trigger (proposed)"
    for milestone, name in ((facts.onset, "detected"), (facts.recovery, "recovered")):
        if milestone is not None and fact.cites == milestone.cites:
            yield name


def _confirms(lead: Hypothesis, fact: Fact) -> bool:
    proven = (Status.SUPPORTED, Status.CONFIRMED)
    because = next((change.because for change in lead.history if change.status in proven), ())
    return bool(set(fact.cites) & set(because))


def _is_page(material: Material, fact: Fact) -> bool:
    message = material.incident.by_id.get(fact.cites[0]) if fact.cites else None
    is_program = message is not None and message.author.kind is AuthorKind.BOT
    return (
        is_program
        and fact.kind is FactKind.ALERT
        and bool(_PAGE.search(f"{material.author(fact.cites[0])} {fact.text}"))
    )


def _spread(entries: list[Fact], milestone: list[Fact]) -> list[Fact]:
    """Return the milestones and as many other entries, the weightier kinds first, as have room."""
    others = sorted((f for f in entries if f not in milestone), key=lambda fact: _TIMELINE.index(fact.kind))
    kept = {fact.id for fact in (*milestone, *others[: MOST_ROWS - len(milestone)])}
    return [fact for fact in entries if fact.id in kept]


def _timeline_row(material: Material, fact: Fact, marks: dict[str, str], before: Fact | None) -> Row:
    is_new_day = before is not None and before.at.date() != fact.at.date()
    time = f"{fact.at.day} {fact.at:%b %H:%M}" if is_new_day or before is None else f"{fact.at:%H:%M}"
    return (
        Claim(text=time),
        gist(fact),
        Claim(text=marks.get(fact.id, "")),
        Claim(text=_since(material, fact)),
    )


def _since(material: Material, fact: Fact) -> str:
    onset = material.facts.onset
    if onset is None:
        return ""
    away = between(onset.at, fact.at)
    if away == _NO_TIME:
        return "0"
    return f"{away} before" if fact.at < onset.at else away


def _explanation(material: Material) -> list[Claim]:
    lead = material.lead
    if lead is None:
        return [Claim(text="No explanation has been shown yet")]
    if fate := material.fate(lead.trigger.evidence, lead.claim, lead.trigger.what):
        return [Claim(text=f"The leading explanation is left out: a message it rests on was {fate}")]
    sure = "" if lead.status is Status.CONFIRMED else "Leading explanation, not confirmed: "
    cites = cites_of(lead.trigger.evidence) or cites_of(lead.evidence)
    claim = Claim(text=f"{sure}{material.blameless(lead.claim).rstrip('.')}", cites=cites)
    at = lead.trigger.at
    trigger = (
        f"The trigger, {material.blameless(lead.trigger.what)}, was at {material.clock(at)} UTC" if at else ""
    )
    return [claim, *([Claim(text=trigger, cites=cites)] if trigger else [])]


def _symptom(material: Material) -> list[Claim]:
    onset = material.facts.onset
    if onset is None:
        return []
    stated = material.facts.of(FactKind.IMPACT)
    also = f"; {_one_sentence(stated[0].text)}" if stated and stated[0] is not onset else ""
    cites = (*onset.cites, *(stated[0].cites if also else ()))
    return [
        Claim(
            text=f"From {material.clock(onset.at)} UTC: {_one_sentence(onset.text)}{also}",
            cites=tuple(dict.fromkeys(cites)),
        )
    ]


def _one_sentence(words: str) -> str:
    """Return what somebody said as a part of one sentence: a summary has five of them at most."""
    return re.sub(r"[.!?]\s+(?=\S)", "; ", words)


def _ruled_out(material: Material) -> list[Claim]:
    items = material.facts.of(FactKind.RULED_OUT)
    cites = tuple(dict.fromkeys(cite for fact in items for cite in fact.cites[:1]))
    were = "was" if len(items) == 1 else "were"
    words = f"{counted(len(items), 'other explanation')} {were} looked at and ruled out"
    return [Claim(text=words, cites=cites)] if items else []


def _end(material: Material) -> list[Claim]:
    recovery, onset = material.facts.recovery, material.facts.onset
    if recovery is None:
        return [Claim(text=f"No recovery is recorded as of {material.clock(material.now)} UTC")]
    after = f", {between(onset.at, recovery.at)} after the first sign" if onset else ""
    return [Claim(text=f"Recovery was at {material.clock(recovery.at)} UTC{after}", cites=recovery.cites)]


def _impact_row(material: Material, what: str, fact: Fact) -> Row:
    message = material.incident.by_id.get(fact.cites[0]) if fact.cites else None
    source = f"{source_words(message)} {material.clock(fact.at)}" if message else material.clock(fact.at)
    return (Claim(text=what), Claim(text=fact.text), Claim(text=source, cites=fact.cites))


def _noticed(material: Material, onset: Fact) -> Claim:
    message = material.incident.by_id.get(onset.cites[0]) if onset.cites else None
    is_program = message is not None and message.author.kind is AuthorKind.BOT
    who = "An alert noticed it" if is_program else "A person noticed it, before any alert,"
    trigger = _trigger_at(material)
    late = f", {between(trigger, onset.at)} after the trigger" if trigger and trigger < onset.at else ""
    return Claim(text=f"{who} at {material.clock(onset.at)} UTC{late}", cites=onset.cites)


def _paged(material: Material, onset: Fact) -> list[Claim]:
    pages = [f for f in material.facts.of(FactKind.ALERT) if _is_page(material, f) and f.at >= onset.at]
    if not pages or pages[0] is onset:
        return []
    return [Claim(text=f"The page followed {between(onset.at, pages[0].at)} later", cites=pages[0].cites)]


def _trigger_at(material: Material) -> datetime | None:
    return material.lead.trigger.at if material.lead else None


def _attempt(material: Material, fact: Fact) -> Row:
    if fact.kind is FactKind.RULED_OUT:
        what = f"Looked at: {fact.status or fact.short}"
        return (
            Claim(text=what),
            Claim(text=material.clock(fact.at)),
            Claim(text="ruled out", cites=fact.cites[:1]),
        )
    held = _outcome(material, fact)
    return (gist(fact), Claim(text=material.clock(fact.at)), held)


def _outcome(material: Material, fact: Fact) -> Claim:
    recovery = material.facts.recovery
    answer = next((f for f in material.facts.of(FactKind.RULED_OUT) if set(fact.cites) & set(f.cites)), None)
    if answer is not None:
        return Claim(text=f"{answer.short} ({material.clock(answer.at)})", cites=answer.cites[:1])
    if fact.status:
        return Claim(text=without_citations(fact.status), cites=fact.cites)
    if recovery is not None and fact is _last_attempt(material) and recovery.at - fact.at <= _FOLLOWS:
        return Claim(text=f"recovery followed after {between(fact.at, recovery.at)}", cites=recovery.cites)
    return _NOT_STATED


def _last_attempt(material: Material) -> Fact | None:
    """Return the last thing done before it recovered."""
    recovery = material.facts.recovery
    done = material.facts.of(FactKind.ACTION, FactKind.CHANGE)
    before = [
        f for f in done if recovery and material.start <= f.at <= recovery.at and f.cites != recovery.cites
    ]
    return max(before, key=lambda fact: fact.at, default=None)
