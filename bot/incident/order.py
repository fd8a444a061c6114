"""Whether a cause stands before its effect, as far as the thread says when things happened."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.incident import cues
from bot.incident.case import Case
from bot.incident.entities import words
from bot.incident.facts import Fact, FactKind
from bot.incident.hypotheses import Evidence, Hypothesis, Link, Order

_EVENTS = frozenset({FactKind.CHANGE, FactKind.ACTION, FactKind.ALERT, FactKind.RECOVERY})
"""Kinds that happen at a moment. A finding only says when somebody looked, unless it states a time."""

_ABOUT = timedelta(minutes=10)
_ROUND_MINUTES = 5


def with_times(hypothesis: Hypothesis, case: Case) -> Hypothesis:
    """Return `hypothesis` with the times of trigger and impact and the order of every link computed.

    A cause stands before its effect when it happened no later than the first sign of the effect: an alert, a
    line of a log or somebody's words. A step in the middle cannot be older than the trigger.
    """
    begun = moment(hypothesis.trigger.evidence, case, about=hypothesis.trigger.what)
    since = moment(hypothesis.impact.evidence, case, about=hypothesis.impact.symptom)
    last = len(hypothesis.links) - 1
    start = _start(hypothesis)
    links = tuple(
        _ordered(
            link,
            case,
            begun=begun if n >= start else None,
            is_start=n == start,
            effect_at=since if n == last else None,
        )
        for n, link in enumerate(hypothesis.links)
    )
    if begun and since and not _is_no_later(begun, since) and not _is_told_late(hypothesis, case):
        wrong = start if start <= last else 0
        late = replace(links[wrong], order=Order.VIOLATED)
        links = (*links[:wrong], late, *links[wrong + 1 :])
    return replace(
        hypothesis,
        trigger=replace(hypothesis.trigger, at=begun),
        impact=replace(hypothesis.impact, since=since),
        links=links,
    )


def _start(hypothesis: Hypothesis) -> int:
    """The place of the link that cites the trigger: what stands before it is older, no one says how much."""
    ids = {item.id for item in hypothesis.trigger.evidence}
    cited = (n for n, link in enumerate(hypothesis.links) if ids & {item.id for item in link.evidence_for})
    return next(cited, len(hypothesis.links))


def _is_told_late(hypothesis: Hypothesis, case: Case) -> bool:
    """`oh no, I removed the wrong one` says what was done, not when: only no later than it is said."""
    ids = {item.id for item in hypothesis.trigger.evidence}
    facts = [f for f in case.facts if f.cites[0] in ids and f.kind in _EVENTS]
    return bool(facts) and all(_is_owned_up(fact, case) for fact in facts)


def _is_owned_up(fact: Fact, case: Case) -> bool:
    message = case.incident.by_id.get(fact.cites[0])
    return message is not None and fact.at == message.at and cues.ADMISSION.search(message.text) is not None


def _began(item: Evidence | None, case: Case) -> datetime | None:
    """When a cause began. A monitor fires when it notices: that is no beginning, only a latest one."""
    facts = [f for f in case.facts if item and f.cites[0] == item.id and _has_moment(f, case)]
    return min((f.at for f in facts if f.kind not in {FactKind.ALERT, FactKind.RECOVERY}), default=None)


def moment(evidence: Iterable[Evidence], case: Case, *, about: str = "") -> datetime | None:
    """Return when what `evidence` shows happened: the earliest event it states; None when it states none."""
    cited = {item.id for item in evidence}
    facts = [f for f in case.facts if f.cites[0] in cited and _has_moment(f, case)]
    fitting = [f for f in facts if words(f.text) & words(about)] or facts
    return _exact(fitting, case)


def _exact(facts: Sequence[Fact], case: Case) -> datetime | None:
    """The earliest time; but `at noon` is about when somebody reported it as it happened."""
    first = min((f.at for f in facts), default=None)
    if first is None or first.second or first.minute % _ROUND_MINUTES:
        return first
    live = [f.at for f in facts if _is_live(f, case) and f.at - first <= _ABOUT]
    return min(live, default=first)


def _is_live(fact: Fact, case: Case) -> bool:
    message = case.incident.by_id.get(fact.cites[0])
    return fact.kind in _EVENTS and message is not None and fact.at == message.at


def _has_moment(fact: Fact, case: Case) -> bool:
    message = case.incident.by_id.get(fact.cites[0])
    return fact.kind in _EVENTS or (message is not None and fact.at != message.at)


def _ordered(
    link: Link, case: Case, *, begun: datetime | None, is_start: bool, effect_at: datetime | None
) -> Link:
    own = None if is_start and begun else _began(_carrier(link, case, link.cause, link.effect), case)
    cause = own or begun
    effect = (
        effect_at or _first_sign(_carrier(link, case, link.effect, link.cause), case) or _latest(link, case)
    )
    if cause is None or effect is None:
        return replace(link, order=Order.UNKNOWN)
    return replace(link, order=Order.OK if _is_no_later(cause, effect) else Order.VIOLATED)


def _latest(link: Link, case: Case) -> datetime | None:
    """When no citation speaks more of the effect than of the cause, the last one stands for the effect."""
    return max(filter(None, (_first_sign(item, case) for item in link.evidence_for)), default=None)


def _is_no_later(cause: datetime, effect: datetime) -> bool:
    """A time that people state has no seconds: within its minute everything is in order."""
    is_stated = effect.second == 0 and effect.microsecond == 0
    return (cause.replace(second=0, microsecond=0) if is_stated else cause) <= effect


def _first_sign(item: Evidence | None, case: Case) -> datetime | None:
    """When an effect was first seen: the time that is stated, else that of the message that tells it."""
    if item is None:
        return None
    message = case.incident.by_id.get(item.id)
    return moment((item,), case) or (message.at if message else None)


def _carrier(link: Link, case: Case, own: str, other: str) -> Evidence | None:
    """The one citation that speaks most of one end of a link, and more of it than of the other end."""
    sided = [item for item in link.evidence_for if _leans(item, case, own) > _leans(item, case, other)]
    return max(sided, key=lambda item: _leans(item, case, own), default=None)


def _leans(item: Evidence, case: Case, text: str) -> int:
    message = case.incident.by_id.get(item.id)
    return len(words(item.quote or (message.text if message else "")) & words(text))
