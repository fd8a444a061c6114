"""Whether a cause stands before its effect, as far as the thread says when things happened."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.incident.case import Case
from bot.incident.entities import words
from bot.incident.facts import Fact, FactKind
from bot.incident.hypotheses import Evidence, Hypothesis, Link, Order

_EVENTS = frozenset({FactKind.CHANGE, FactKind.ACTION, FactKind.ALERT, FactKind.RECOVERY})
"""Kinds that happen at a moment. A finding only says when somebody looked, unless it states a time."""


def with_times(hypothesis: Hypothesis, case: Case) -> Hypothesis:
    """Return `hypothesis` with the times of trigger and impact and the order of every link computed."""
    begun = moment(hypothesis.trigger.evidence, case, about=hypothesis.trigger.what)
    since = moment(hypothesis.impact.evidence, case, about=hypothesis.impact.symptom)
    last = len(hypothesis.links) - 1
    links = tuple(
        _ordered(link, case, cause_at=begun if n == 0 else None, effect_at=since if n == last else None)
        for n, link in enumerate(hypothesis.links)
    )
    if begun and since and begun > since:
        links = (replace(links[0], order=Order.VIOLATED), *links[1:])
    return replace(
        hypothesis,
        trigger=replace(hypothesis.trigger, at=begun),
        impact=replace(hypothesis.impact, since=since),
        links=links,
    )


def _began(item: Evidence | None, case: Case) -> datetime | None:
    """When a cause began. A monitor fires when it notices: that is no beginning, only a latest one."""
    facts = [f for f in case.facts if item and f.cites[0] == item.id and _has_moment(f, case)]
    return min((f.at for f in facts if f.kind not in {FactKind.ALERT, FactKind.RECOVERY}), default=None)


def moment(evidence: Iterable[Evidence], case: Case, *, about: str = "") -> datetime | None:
    """Return when what `evidence` shows happened: the earliest event it states; None when it states none."""
    cited = {item.id for item in evidence}
    facts = [f for f in case.facts if f.cites[0] in cited and _has_moment(f, case)]
    fitting = [f for f in facts if words(f.text) & words(about)] or facts
    return min((f.at for f in fitting), default=None)


def _has_moment(fact: Fact, case: Case) -> bool:
    message = case.incident.by_id.get(fact.cites[0])
    return fact.kind in _EVENTS or (message is not None and fact.at != message.at)


def _ordered(link: Link, case: Case, *, cause_at: datetime | None, effect_at: datetime | None) -> Link:
    carrier = _carrier(link, case, link.effect, link.cause)
    cause = cause_at or _began(_carrier(link, case, link.cause, link.effect), case)
    effect = effect_at or moment((carrier,) if carrier else (), case)
    if cause is None or effect is None:
        return replace(link, order=Order.UNKNOWN)
    return replace(link, order=Order.OK if cause <= effect else Order.VIOLATED)


def _carrier(link: Link, case: Case, own: str, other: str) -> Evidence | None:
    """The one citation that speaks most of one end of a link, and more of it than of the other end."""
    sided = [item for item in link.evidence_for if _leans(item, case, own) > _leans(item, case, other)]
    return max(sided, key=lambda item: _leans(item, case, own), default=None)


def _leans(item: Evidence, case: Case, text: str) -> int:
    message = case.incident.by_id.get(item.id)
    return len(words(item.quote or (message.text if message else "")) & words(text))
