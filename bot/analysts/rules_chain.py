"""The way from a change to the trouble: which findings stand between, and what shows each step."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.analysts.rules_checks import question
from bot.analysts.rules_scene import Candidate, Scene
from bot.analysts.rules_words import PASTED, phrase, telling
from bot.incident import cues
from bot.incident.entities import words
from bot.incident.facts import Fact, FactKind
from bot.incident.hypotheses import Evidence, EvidenceKind, Hypothesis, Impact, Link, Order, Trigger
from bot.incident.messages import AuthorKind
from bot.incident.order import with_times
from bot.incident.sentences import shorten

_BETWEEN = frozenset({FactKind.OBSERVATION, FactKind.DENIAL, FactKind.IMPACT, FactKind.ALERT})
_STEP_COST = 0.7
_POINTS_CLEARLY = 1.5
_MOST_FINDINGS = 40
_CLAIM_CHARS = 140
_ERROR_NAME = re.compile(r"[a-z](?:Error|Exception|Timeout|Denied|Refused|Failure)\b")
_ECHO_SHARE = 0.5
_DOCUMENT_COST = 1.5
"""A pasted document is a state that somebody looked up, not what broke last."""

_KIND_BONUS = {FactKind.DENIAL: 1.2, FactKind.OBSERVATION: 0.5, FactKind.IMPACT: 0.2, FactKind.ALERT: 0.0}


@dataclass(frozen=True, slots=True)
class Way:
    """Findings in order from the change to the trouble, and how well they hold together."""

    steps: tuple[Fact, ...]
    worth: float


def chain(candidate: Candidate, view: Scene, *, number: int) -> Hypothesis | None:
    """Return a candidate as a hypothesis of at least two links; None when nothing visible stands between."""
    symptom = _symptom_of(candidate, view)
    if symptom is None:
        return None
    every = _findings(candidate, symptom, view)
    bad = [f for f in every if not _is_good_news(f, view)]
    made = _ordered(candidate, symptom, view, number, bad)
    return made or _ordered(candidate, symptom, view, number, every)


def _ordered(
    candidate: Candidate, symptom: Fact, view: Scene, number: int, findings: list[Fact]
) -> Hypothesis | None:
    """Return the best chain without a link of the wrong order, when there is one."""
    first = _made(_best_way(candidate, symptom, view, findings), candidate, symptom, view, number)
    made = first
    while made is not None and (late := _out_of_order(made, view) & {f.cites[0] for f in findings}):
        findings = [f for f in findings if f.cites[0] not in late]
        made = _made(_best_way(candidate, symptom, view, findings), candidate, symptom, view, number)
    return made or first


def _out_of_order(made: Hypothesis, view: Scene) -> set[str]:
    """Return the messages between trigger and impact that a link of the wrong order cites."""
    ends = {e.id for e in (*made.trigger.evidence, *made.impact.evidence)}
    wrong = (link for link in with_times(made, view.case).links if link.order is Order.VIOLATED)
    return {e.id for link in wrong for e in link.evidence_for} - ends


def _made(way: Way, candidate: Candidate, symptom: Fact, view: Scene, number: int) -> Hypothesis | None:
    if not way.steps:
        return None
    facts = _told((candidate.head, *way.steps, symptom), view)
    names = view.names
    links = tuple(_link(n, pair, candidate, view) for n, pair in enumerate(pairwise(facts)))
    what = phrase(candidate.head, names=names)
    return Hypothesis(
        id=f"H{number}",
        claim=_claim(what, links),
        trigger=Trigger(
            what=what,
            evidence=_trigger_evidence(candidate, view),
            at=None if candidate.is_condition else candidate.at,
        ),
        links=links,
        impact=_impact(symptom, view),
        conditions=tuple(phrase(step, names=names) for step in candidate.earlier_steps[-2:]),
        refuted_if=question(candidate, view, effect=links[0].effect).refuted_if,
        is_by_rules=True,
    )


def _told(facts: tuple[Fact, ...], view: Scene) -> tuple[Fact, ...]:
    """Show of a pasted document the line that the step before speaks of."""
    rest = (telling(fact, view.message(fact), before) for before, fact in pairwise(facts))
    return (facts[0], *rest)


def _claim(what: str, links: Sequence[Link]) -> str:
    room = _CLAIM_CHARS - len(" → ") - len(what)
    return f"{what} → {shorten(links[-1].effect, room)}"


def _symptom_of(candidate: Candidate, view: Scene) -> Fact | None:
    """The trouble asked about, or, for what was done during it, the next trouble that shares its names."""
    symptom = view.symptom
    if symptom is None or candidate.is_condition or candidate.at <= symptom.at:
        return symptom
    later = view.case.facts.of(FactKind.ALERT, FactKind.IMPACT)
    tied = (
        f for f in later if f.at >= candidate.at and view.weights.overlap(candidate.entities, f.entities) > 0
    )
    return next(tied, symptom)


def _best_way(candidate: Candidate, symptom: Fact, view: Scene, findings: Sequence[Fact]) -> Way:
    pull = {fact.id: weight for fact, weight in candidate.support}
    last = [f for f in findings if not f.label.endswith(PASTED)]
    ways = [Way((f,), pull.get(f.id, 0.0) + _step(f, symptom, view)) for f in findings if f.id in pull]
    ways += [
        Way((a, b), pull[a.id] + view.ties(a, b) + _step(b, symptom, view) + _bonus(a) - _STEP_COST)
        for a in findings
        for b in last
        if a.id in pull and a.cites[0] != b.cites[0] and view.ties(a, b) > 0 and _leads(a, b)
    ]
    plain = [Way((f,), _step(f, symptom, view)) for f in findings if f.kind is FactKind.DENIAL]
    return max(ways or plain, key=lambda way: way.worth, default=Way((), 0.0))


def _leads(one: Fact, other: Fact) -> bool:
    """A refusal is what requests meet in the end: what people found about the cause comes before it."""
    return one.kind is not FactKind.DENIAL or other.kind is not FactKind.OBSERVATION


def _findings(candidate: Candidate, symptom: Fact, view: Scene) -> list[Fact]:
    taken = {*candidate.ids, symptom.cites[0]}
    pointed = [fact for fact, _ in candidate.support]
    others = sorted(view.case.facts.of(*_BETWEEN), key=lambda f: -_step(f, symptom, view))
    ordered = dict.fromkeys((*pointed, *others))
    fitting = (
        f
        for f in ordered
        if f.cites[0] not in taken and f.kind in _BETWEEN and _may_follow(f, candidate, view)
    )
    told = (f for f in fitting if not view.is_aftermath(f) and not _is_mentioned(f, view))
    return [f for f in told if not _is_echo(f, symptom) and not _is_later_alarm(f, symptom)][:_MOST_FINDINGS]


def _is_good_news(fact: Fact, view: Scene) -> bool:
    """What is well is a step of what went wrong only when nothing else is known."""
    is_well = cues.INNOCENT.search(fact.text) or cues.BACK.search(fact.text)
    told = cues.IMPACT.search(fact.text) or cues.EXPLAINS.search(view.message(fact).text)
    return fact.kind is FactKind.OBSERVATION and is_well is not None and told is None


def _is_mentioned(fact: Fact, view: Scene) -> bool:
    """A bot that neither fires nor changes anything shows no step."""
    return fact.kind is FactKind.OBSERVATION and view.message(fact).author.kind is AuthorKind.BOT


def _may_follow(fact: Fact, candidate: Candidate, view: Scene) -> bool:
    return candidate.is_condition or view.message(fact).at >= candidate.at


def _is_later_alarm(fact: Fact, symptom: Fact) -> bool:
    """What fires with or after the symptom is another sign of it; only one that names an error says why."""
    return fact.kind is FactKind.ALERT and fact.at >= symptom.at and not _ERROR_NAME.search(fact.label)


def _is_echo(fact: Fact, symptom: Fact) -> bool:
    """A pager repeats what the monitor said: that is no step of its own."""
    if fact.kind is not FactKind.ALERT:
        return False
    one, other = words(fact.text), words(symptom.text)
    return len(one & other) >= _ECHO_SHARE * min(len(one), len(other))


def _step(fact: Fact, symptom: Fact, view: Scene) -> float:
    document = _DOCUMENT_COST if fact.label.endswith(PASTED) else 0.0
    return min(view.ties(fact, symptom), 2.0) + _bonus(fact) - document


def _bonus(fact: Fact) -> float:
    return _KIND_BONUS.get(fact.kind, 0.0)


def _link(n: int, pair: tuple[Fact, Fact], candidate: Candidate, view: Scene) -> Link:
    cause, effect = pair
    evidence = tuple(_link_evidence(n, cause, effect, candidate, view))
    return Link(
        cause=phrase(cause, names=view.names),
        effect=phrase(effect, names=view.names),
        evidence_for=evidence,
        falsifier=f"{phrase(effect, names=view.names, limit=60)} without the step before it",
    )


def _link_evidence(
    n: int, cause: Fact, effect: Fact, candidate: Candidate, view: Scene
) -> Iterator[Evidence]:
    tied = view.ties(cause, effect) > 0 or (n == 0 and any(f.id == effect.id for f, _ in candidate.support))
    tied = tied or cause.kind is FactKind.DENIAL
    yield _cite(cause, view, EvidenceKind.CORRELATIONAL if tied else EvidenceKind.INFERENTIAL)
    kind = EvidenceKind.CORRELATIONAL if n == 0 else _kind(effect, view)
    yield _cite(effect, view, kind if tied else EvidenceKind.INFERENTIAL)
    if n == 0:
        for step in candidate.earlier_steps[-1:]:
            yield _cite(step, view, EvidenceKind.CORRELATIONAL)
        for fact in _explaining(candidate, view, without={cause.cites[0], effect.cites[0]}):
            yield _cite(fact, view, _telling_kind(fact, view))


def _telling_kind(fact: Fact, view: Scene) -> EvidenceKind:
    """Who explains or owns up shows the step; who only mentions the change shows that it fits."""
    text = view.message(fact).text
    told = cues.EXPLAINS.search(text) or cues.ADMISSION.search(text)
    return EvidenceKind.DIRECT if told else EvidenceKind.CORRELATIONAL


def _explaining(candidate: Candidate, view: Scene, *, without: set[str]) -> list[Fact]:
    """The later statement that ties the change to the trouble, when it is not in the chain already."""
    mentions = [f for f in candidate.facts[1:] if f.cites[0] not in without]
    told = [
        f
        for f, _ in candidate.support
        if cues.EXPLAINS.search(view.message(f).text) and f.cites[0] not in without
    ]
    found = {f.cites[0]: f for f in (*told[:2], *mentions[:1])}
    return list(found.values())


def _kind(fact: Fact, view: Scene) -> EvidenceKind:
    seen = fact.kind is FactKind.DENIAL or cues.EXPLAINS.search(view.message(fact).text) is not None
    return EvidenceKind.DIRECT if seen else EvidenceKind.CORRELATIONAL


def _cite(fact: Fact, view: Scene, kind: EvidenceKind) -> Evidence:
    message = view.message(fact)
    return Evidence(id=message.id, quote=fact.quote, kind=kind)


def _trigger_evidence(candidate: Candidate, view: Scene) -> tuple[Evidence, ...]:
    cited = {f.cites[0]: f for f in reversed(candidate.facts)}
    own = tuple(_cite(cited[i], view, EvidenceKind.DIRECT) for i in candidate.ids)
    same = [f for f in candidate.earlier_steps[-1:] if _is_same_act(f, view) and f.cites[0] not in cited]
    return (*own, *(_cite(f, view, EvidenceKind.CORRELATIONAL) for f in same))


def _is_same_act(step: Fact, view: Scene) -> bool:
    """What was merged or announced is the act itself, told before it took place."""
    message = view.message(step)
    return message.author.kind is AuthorKind.BOT or cues.ANNOUNCED.search(message.text) is not None


def _impact(symptom: Fact, view: Scene) -> Impact:
    said = [
        f
        for f in view.case.facts.of(FactKind.IMPACT)
        if f.at >= symptom.at and f.cites[0] != symptom.cites[0]
    ][:1]
    told = next(iter(said), None)
    tied = told is not None and view.ties(told, symptom) > 0
    return Impact(
        symptom=phrase(symptom, names=view.names),
        population=phrase(told, names=view.names) if told and tied else "",
        since=symptom.at,
        evidence=tuple(
            _cite(f, view, EvidenceKind.DIRECT) for f in (symptom, told) if f and (f is symptom or tied)
        ),
    )
