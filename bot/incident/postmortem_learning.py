"""Sections 6 to 11 of a draft: what was believed when, what contributed, what is left to do and ask."""

import re
from collections import Counter
from collections.abc import Iterator

from bot.incident.facts import Fact, FactKind
from bot.incident.hypotheses import EvidenceKind, Hypothesis, Link, Status
from bot.incident.messages import AuthorKind, Message
from bot.incident.postmortem_values import Claim, Material, Row, Section, Table, cites_of, said
from bot.incident.wording import between, counted, one_line, without_citations

_MOST_QUOTES = 4
_MOST_QUESTIONS = 8
_QUOTE_CHARS = 160
_SHARED_ENTITIES = 1
_HEADER = re.compile(
    r"^.{0,40}?\b(?:follow[- ]?ups?|action items?|actions|to-?dos?|next steps)\b[^:\n]{0,20}:\s*",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(?:^|(?<=\s))\d{1,2}[.)]\s+")
_BULLET = re.compile(r"^\s*[-*•]\s+")
_COMMA = re.compile(r"\s*[,;]\s+(?![^(]*\))")
_OWNER = re.compile(r"@(\w[\w.-]+)")
_UNDOABLE = re.compile(
    r"\b(?:roll(?:ed|ing)?[ -]?back|revert\w*|disabl\w+|block\w*|paus\w+|scal\w+|rais\w+|lower\w*"
    r"|dropp?\w+|drain\w*|froz\w+|silenc\w+|turned off|switched off|bypass\w*|widen\w*|opened)\b",
    re.IGNORECASE,
)
_TAKEN_BACK = "whose words were taken back"
_TYPES = (
    (
        "detect",
        re.compile(
            r"\b(?:alert|monitor|log|metric|dashboard|pag(?:e|ing)|notice|visib|trace|canary)", re.IGNORECASE
        ),
    ),
    (
        "process",
        re.compile(
            r"\b(?:two people|second person|review|approv|train|docs?|document|runbook|policy|owner)",
            re.IGNORECASE,
        ),
    ),
    (
        "mitigate",
        re.compile(
            r"\b(?:backups?|restore|failover|roll ?back|kill switch|rate.?limit|shed|timeout)", re.IGNORECASE
        ),
    ),
    (
        "prevent",
        re.compile(
            r"\b(?:check|block|guard|validat|require|limit|only|refuse|lint|test|before|pin|never|must)",
            re.IGNORECASE,
        ),
    ),
)


def beliefs(material: Material) -> Section:
    """Return who believed what from when until when: it keeps hindsight out of the review."""
    stated = [_belief_row(material, fact) for fact in material.facts.of(FactKind.BELIEF)]
    ours = [_hypothesis_row(material, hypothesis) for hypothesis in material.hypotheses]
    rows = (*stated, *ours)
    columns = ("From", "Belief", "Raised in", "Ended", "By")
    none = () if rows else (Claim(text="The thread names no suspicion"),)
    table = Table(columns=columns, rows=rows) if rows else None
    return Section(number=6, title="What we believed when", claims=none, table=table)


def factors(material: Material) -> Section:
    """Return the trigger and what let it happen, as proposals; what no message states says so."""
    lead = material.lead
    asked = Claim(text="Why did each of these steps make sense at the time?")
    title = "Contributing factors (proposed, for people to own)"
    if lead is None:
        changes = tuple(said(fact) for fact in material.facts.changes_before_onset())
        found = (
            "Changes before the first sign, for people to weigh" if changes else "No change was named either"
        )
        none = Claim(text=f"No chain has been shown. {found}")
        return Section(number=7, title=title, claims=(none,), bullets=changes, people=(asked,))
    bullets = (*_links(material, lead), *_conditions(material, lead), *_rivals(material, lead))
    return Section(number=7, title=title, claims=_trigger(material, lead), bullets=bullets, people=(asked,))


def went_well(material: Material) -> Section:
    """Return quotes of what brought the explanation nearer; people judge."""
    quotes = tuple(_quote(message) for message in _turning_points(material))
    asked = (
        ("What made these possible?", "Where were we lucky?")
        if quotes
        else ("What went well, and where were we lucky?",)
    )
    people = tuple(Claim(text=words) for words in asked)
    return Section(number=8, title="What went well, luck, adaptations", bullets=quotes, people=people)


def surprises(material: Material) -> Section:
    """Return questions alone: this section is never filled in for people."""
    questions = [
        *_late_sign(material),
        *_first_evidence(material),
        *_set_aside(material),
        *_unexplained(material),
    ]
    asked = questions or [Claim(text="What surprised you, and what was hard to see?")]
    title = "Surprises, difficulties, what we still do not know"
    return Section(number=9, title=title, people=tuple(asked[:_MOST_QUESTIONS]))


def action_rows(material: Material) -> tuple[Row, ...]:
    """Return the follow-ups that people named: action, kind, owner, when it is done."""
    return tuple(_action_row(words, cites) for words, cites in _actions(material))


def action_items(material: Material) -> Section:
    """Return what people said should be done, one row each, with an owner only where one was named."""
    rows = action_rows(material)
    none = () if rows else (Claim(text="The thread names no follow-up"),)
    columns = ("Action", "Type (proposed)", "Owner", "Done when")
    table = Table(columns=columns, rows=rows) if rows else None
    return Section(number=10, title="Action items", claims=none, table=table)


def open_questions(material: Material) -> Section:
    """Return what nobody answered, what would have to be undone, and what would decide between rivals."""
    asked = [said(fact) for fact in material.facts.of(FactKind.QUESTION)]
    found = [*_checks(material), *_left_in_place(material), *asked]
    none = () if found else (Claim(text="None found in the thread"),)
    return Section(number=11, title="Open questions", claims=none, bullets=tuple(found[:_MOST_QUESTIONS]))


def _belief_row(material: Material, belief: Fact) -> Row:
    end = next((fact for fact in material.facts.of(FactKind.RULED_OUT) if _ends(fact, belief)), None)
    ended = Claim(text=f"ruled out {material.clock(end.at)}") if end else Claim(text="not said")
    by = Claim(text="", cites=end.cites[:1]) if end else Claim(text="")
    return (
        Claim(text=material.clock(belief.at)),
        Claim(text=belief.short),
        Claim(text="", cites=belief.cites),
        ended,
        by,
    )


def _ends(ruled_out: Fact, belief: Fact) -> bool:
    """Say whether a finding answers a suspicion: it comes later and cites it or speaks of the same thing."""
    shared = belief.entities & ruled_out.entities or set(belief.cites) & set(ruled_out.cites)
    is_named = bool(ruled_out.status) and ruled_out.status.lower() in belief.text.lower()
    return ruled_out.at >= belief.at and (is_named or len(shared) >= _SHARED_ENTITIES)


def _hypothesis_row(material: Material, hypothesis: Hypothesis) -> Row:
    raised = hypothesis.history[0].at if hypothesis.history else material.now
    changes = [change for change in hypothesis.history if change.status is not Status.PROPOSED]
    ended = ", ".join(f"{change.status.words} {material.clock(change.at)}" for change in changes)
    by = tuple(dict.fromkeys(i for change in changes for i in change.because))
    return (
        Claim(text=material.clock(raised)),
        Claim(text=f"{hypothesis.id} {material.blameless(hypothesis.claim) or _TAKEN_BACK} (copilot)"),
        Claim(text="", cites=cites_of(hypothesis.trigger.evidence)),
        Claim(text=ended or hypothesis.status.words),
        Claim(text="", cites=by),
    )


def _trigger(material: Material, lead: Hypothesis) -> tuple[Claim, ...]:
    sure = Claim(text="Leading explanation, not confirmed by a person")
    trigger = _trigger_claim(material, lead)
    return (trigger,) if lead.status is Status.CONFIRMED else (sure, trigger)


def _trigger_claim(material: Material, lead: Hypothesis) -> Claim:
    if fate := material.fate(lead.trigger.evidence, lead.trigger.what):
        return Claim(text=f"The trigger is left out: its message was {fate}")
    at = f" at {material.clock(lead.trigger.at)} UTC" if lead.trigger.at else ""
    words = f"Trigger: {material.blameless(lead.trigger.what)}{at}"
    return Claim(text=words, cites=cites_of(lead.trigger.evidence))


def _links(material: Material, lead: Hypothesis) -> tuple[Claim, ...]:
    """Return the links, those without words or message counted: a hole in one would be no sentence."""
    fates = {link: material.fate(link.evidence_for, link.cause, link.effect) for link in lead.links}
    told = (_factor(material, link) for link in lead.links if not fates[link])
    counts = Counter(filter(None, fates.values()))
    return (*told, *(_left_out(count, fate) for fate, count in counts.items()))


def _left_out(count: int, fate: str) -> Claim:
    whose = "its message was" if count == 1 else "their messages were"
    return Claim(text=f"{counted(count, 'link')} left out: {whose} {fate}")


def _factor(material: Material, link: Link) -> Claim:
    cause, effect = material.blameless(link.cause), material.blameless(link.effect)
    how = f": {material.blameless(link.mechanism).rstrip('.')}" if link.mechanism else ""
    words = f"{cause} → {effect}{how}"
    cites = cites_of(link.evidence_for)
    if link.is_shown:
        only_fits = all(item.kind is not EvidenceKind.DIRECT for item in link.evidence_for)
        return Claim(
            text=f"{words} (fits in time or by name, not observed)" if only_fits else words, cites=cites
        )
    return Claim(text=f"We infer that {words}", cites=cites, is_inferred=True)


def _conditions(material: Material, lead: Hypothesis) -> tuple[Claim, ...]:
    return tuple(
        Claim(text=f"We infer a condition: {material.blameless(words)}", is_inferred=True)
        for words in lead.conditions
    )


def _rivals(material: Material, lead: Hypothesis) -> tuple[Claim, ...]:
    rivals = [one for one in material.hypotheses if one.is_live and one is not lead and one.claim]
    return tuple(
        Claim(
            text=f"Not ruled out: {material.blameless(rival.claim)}", cites=cites_of(rival.trigger.evidence)
        )
        for rival in rivals
    )


def _turning_points(material: Material) -> list[Message]:
    """Return what people wrote after the first sign: what the explanation rests on, else what they saw."""
    lead = material.lead
    seen = [i for fact in material.facts.of(FactKind.DENIAL, FactKind.OBSERVATION) for i in fact.cites]
    cited = dict.fromkeys(cites_of(lead.evidence) if lead else seen)
    messages = [material.incident.by_id[i] for i in cited if i in material.incident.by_id]
    people = [m for m in messages if m.author.kind is AuthorKind.PERSON and m.at > material.start]
    return sorted(people, key=lambda message: message.at)[:_MOST_QUOTES]


def _quote(message: Message) -> Claim:
    words = one_line(message.text)
    cut = words if len(words) <= _QUOTE_CHARS else f"{words[:_QUOTE_CHARS].rsplit(' ', 1)[0]} …"
    return Claim(text=f"“{cut}”", cites=(message.id,))


def _late_sign(material: Material) -> Iterator[Claim]:
    lead, onset = material.lead, material.facts.onset
    if lead and onset and lead.trigger.at and lead.trigger.at < onset.at:
        gap = between(lead.trigger.at, onset.at)
        words = f"{gap} passed between the trigger and the first sign: what was there to see, and where?"
        yield Claim(text=words, cites=(*cites_of(lead.trigger.evidence), *onset.cites))


def _first_evidence(material: Material) -> Iterator[Claim]:
    onset = material.facts.onset
    later = [m for m in _turning_points(material) if onset and m.id not in onset.cites]
    if onset and later:
        span = f"{material.clock(onset.at)} and {material.clock(later[0].at)}"
        yield Claim(text=f"What was hard to see between {span}?", cites=(*onset.cites, later[0].id))


def _set_aside(material: Material) -> Iterator[Claim]:
    for fact in material.facts.of(FactKind.RULED_OUT):
        words = f"What made “{fact.status or fact.text}” look likely, and what ended it?"
        yield Claim(text=words, cites=fact.cites[:1])


def _unexplained(material: Material) -> Iterator[Claim]:
    for words in material.lead.does_not_explain if material.lead else ():
        yield Claim(text=f"The leading explanation does not cover: {without_citations(words)}. What does?")


def _actions(material: Material) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each single action with its source; a list that was read as one fact is taken apart here."""
    facts = material.facts.of(FactKind.FOLLOW_UP)
    for fact in facts:
        message = material.incident.by_id.get(fact.cites[0]) if fact.cites else None
        is_alone = sum(other.cites == fact.cites for other in facts) == 1
        items = split_actions(message.text) if message and is_alone else [one_line(fact.text)]
        yield from ((item, fact.cites) for item in items)


def split_actions(words: str) -> list[str]:
    """Return the single actions in a list of follow-ups: its numbers, else its bullets, else its commas."""
    rest = _NUMBERED.sub("\n", _HEADER.sub("", words.strip(), count=1))
    lines = [_BULLET.sub("", line).strip() for line in rest.splitlines() if line.strip()]
    items = lines if len(lines) > 1 else _COMMA.split(rest)
    return [item.strip(" ;.,") for item in map(one_line, items) if item]


def _action_row(words: str, cites: tuple[str, ...]) -> Row:
    owner = _OWNER.search(words)
    kind = next((name for name, pattern in _TYPES if pattern.search(words)), "not clear")
    return (
        Claim(text=words, cites=cites),
        Claim(text=kind),
        Claim(text=owner[1] if owner else "not stated"),
        Claim(text="not stated"),
    )


def _checks(material: Material) -> Iterator[Claim]:
    lead = material.lead
    if lead and lead.status is not Status.CONFIRMED and lead.next_check:
        yield Claim(text=without_citations(lead.next_check.do))
    for words in lead.unseen if lead else ():
        yield Claim(text=f"Not seen: {without_citations(words)}")


def _left_in_place(material: Material) -> Iterator[Claim]:
    for fact in material.facts.of(FactKind.ACTION):
        if _UNDOABLE.search(fact.text):
            yield Claim(text=f"Is this still in place, and should it be: “{fact.text}”?", cites=fact.cites)
