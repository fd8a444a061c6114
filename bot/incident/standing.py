"""Where a hypothesis stands, by rule: its status from facts, its likelihood among its rivals."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.incident import cues
from bot.incident.case import Case
from bot.incident.entities import entities
from bot.incident.facts import Fact, FactKind, Facts
from bot.incident.hypotheses import EvidenceKind, Hypothesis, Likelihood, Link, Order, Status
from bot.incident.messages import Message, ts_key
from bot.incident.quotes import claims_its_chain
from bot.incident.statuses import Ended, Signs, ruled

_MOST_SHOWN = 0.5
_AIMED_ENTITIES = 1
_BACK_ENTITIES = 2
_LAST_ACTIONS = 3
_ENDING_SPAN = timedelta(hours=3)
_PROVEN = frozenset({Status.CONFIRMED, Status.SUPPORTED})


def status_by_rule(hypothesis: Hypothesis, case: Case) -> Status:
    """Return the status that the facts of `case` give to a hypothesis of an analyst, its rivals aside."""
    return ruled(Status.PROPOSED, signs_of(hypothesis, case), is_decided=False)


def signs_of(hypothesis: Hypothesis, case: Case) -> Signs:
    """Return what the facts of `case` say of a hypothesis, its rivals aside."""
    links = hypothesis.links
    is_direct = bool(links) and any(e.kind is EvidenceKind.DIRECT for e in links[0].evidence_for)
    return Signs(
        is_shown=is_direct and all(link.is_shown for link in links) and _is_its_claim(hypothesis),
        is_answered=not (hypothesis.is_overruled or any(is_unanswered(link, case) for link in links)),
        is_ordered=not any(link.order is Order.VIOLATED for link in links),
        is_ruled_out=_is_ruled_out(hypothesis, case),
        ended=_ended(hypothesis, case),
    )


def told_apart(hypotheses: Sequence[Hypothesis], rivals: Iterable[Hypothesis]) -> tuple[Hypothesis, ...]:
    """Return hypotheses of which none is proven that nothing tells from its live rivals.

    Something does when a rival has it against itself, or is out of order, or leaves unexplained what this one
    explains. A hypothesis without a rival needs nothing: the answer says that it is unopposed.

    Args:
        hypotheses: Of one diagnosis.
        rivals: What else is in the race.
    """
    running = [h for h in (*hypotheses, *rivals) if h.is_live]
    return tuple(
        replace(h, status=Status.PROPOSED) if h.status in _PROVEN and not _is_told_apart(h, running) else h
        for h in hypotheses
    )


def _is_told_apart(hypothesis: Hypothesis, running: Iterable[Hypothesis]) -> bool:
    others = [h for h in running if h is not hypothesis and h.links]
    return not others or any(_tells(hypothesis, rival) for rival in others)


def _tells(hypothesis: Hypothesis, rival: Hypothesis) -> bool:
    """Say whether something speaks for the one and against the other."""
    shows = {item.id for link in hypothesis.links for item in link.evidence_for}
    against = {item.id for link in rival.links for item in link.evidence_against}
    is_violated = any(link.order is Order.VIOLATED for link in rival.links)
    leaves_more = bool(rival.does_not_explain) and not hypothesis.does_not_explain
    return bool(shows & against) or bool(against) or is_violated or leaves_more


def refuting(trigger_ids: Iterable[str], facts: Facts) -> tuple[Fact, ...]:
    """Return the facts that rule out what the messages `trigger_ids` show."""
    ids = set(trigger_ids)
    return tuple(fact for fact in facts.of(FactKind.RULED_OUT) if ids & set(fact.cites[1:]))


def _is_ruled_out(hypothesis: Hypothesis, case: Case) -> bool:
    against = refuting((e.id for e in hypothesis.trigger.evidence), case.facts)
    if not against:
        return False
    if hypothesis.status is Status.REFUTED:
        return True
    last = max(ts_key(case.incident.by_id[fact.cites[0]].ts) for fact in against)
    about = _trigger_entities(hypothesis, case)
    later = (m for m in _explaining(hypothesis, case) if ts_key(m.ts) > last)
    return not any(len(about & entities(m.text)) >= _BACK_ENTITIES for m in later)


def _trigger_entities(hypothesis: Hypothesis, case: Case) -> frozenset[str]:
    told = (case.incident.by_id.get(e.id) for e in hypothesis.trigger.evidence)
    return frozenset(entity for message in told if message for entity in entities(message.text))


def _explaining(hypothesis: Hypothesis, case: Case) -> list[Message]:
    cited = (item.id for link in hypothesis.links for item in link.evidence_for)
    messages = (case.incident.by_id.get(i) for i in dict.fromkeys(cited))
    return [m for m in messages if m and (cues.EXPLAINS.search(m.text) or cues.ADMISSION.search(m.text))]


def _is_its_claim(hypothesis: Hypothesis) -> bool:
    ends = (end for link in hypothesis.links for end in (link.cause, link.effect))
    return claims_its_chain(hypothesis.claim, (hypothesis.trigger.what, *ends))


def is_unanswered(link: Link, case: Case) -> bool:
    """Say whether something speaks against a link and nothing cited for it was said later."""
    by_id = case.incident.by_id
    against = [ts_key(by_id[e.id].ts) for e in link.evidence_against if e.id in by_id]
    answers = [ts_key(by_id[e.id].ts) for e in link.evidence_for if e.id in by_id]
    return bool(against) and max(against) > max(answers, default=(0, 0))


def _ended(hypothesis: Hypothesis, case: Case) -> Ended:
    done = undoing(hypothesis, case)
    if done is None:
        return Ended.NOT
    if _was_predicted(hypothesis, case, done):
        return Ended.PREDICTED
    return Ended.EXPLAINED if _explaining(hypothesis, case) else Ended.FITTING


def undoing(hypothesis: Hypothesis, case: Case) -> Fact | None:
    """Return the last thing that was done about a hypothesis' trigger before the trouble ended, if any."""
    recovery = case.facts.recovery
    if recovery is None:
        return None
    failed = {i for f in case.facts.of(FactKind.RULED_OUT) for i in f.cites[1:]}
    spent = failed | {e.id for e in hypothesis.trigger.evidence}
    about = _trigger_entities(hypothesis, case)
    done = [
        f
        for f in case.facts.of(FactKind.ACTION, FactKind.DECISION)
        if recovery.at - _ENDING_SPAN <= f.at <= recovery.at and f.cites[0] not in spent
    ]
    aimed = [f for f in done[-_LAST_ACTIONS:] if len(about & f.entities) >= _AIMED_ENTITIES]
    return aimed[-1] if aimed else None


def _was_predicted(hypothesis: Hypothesis, case: Case, done: Fact) -> bool:
    """Say whether it was on the board, and live, before that was done."""
    ids = {e.id for e in hypothesis.trigger.evidence}
    before = (h for h in case.board if h.is_live and h.history and h.history[0].at <= done.at)
    return any(ids & {e.id for e in h.trigger.evidence} for h in before)


_STANDING = {
    Status.CONFIRMED: 0,
    Status.SUPPORTED: 1,
    Status.TESTING: 1,
    Status.PROPOSED: 1,
    Status.STALE: 2,
    Status.REFUTED: 3,
}


def rank(hypotheses: Iterable[Hypothesis]) -> tuple[Hypothesis, ...]:
    """Return hypotheses best first, each with the likelihood word that says how it stands among its rivals.

    The analyst's own order decides between equals: status first, then chains that violate no order and no
    verdict, and of which anything is shown.
    """
    ordered = sorted(hypotheses, key=_order)
    return tuple(replace(h, likelihood=_likelihood(n, h, ordered)) for n, h in enumerate(ordered))


def _order(hypothesis: Hypothesis) -> tuple[int, bool]:
    return _STANDING[hypothesis.status], _is_weak(hypothesis)


def _is_weak(hypothesis: Hypothesis) -> bool:
    """Say whether its order is wrong, a verdict overrules it, or nothing of it is shown."""
    violated = any(link.order is Order.VIOLATED for link in hypothesis.links)
    return violated or hypothesis.is_overruled or hypothesis.shown == 0


def _likelihood(n: int, hypothesis: Hypothesis, ordered: Sequence[Hypothesis]) -> Likelihood:
    if _is_weak(hypothesis) or not hypothesis.is_live:
        return Likelihood.LESS_LIKELY
    if n == 0 and hypothesis.shown >= _MOST_SHOWN * len(hypothesis.links):
        return Likelihood.LIKELY
    leader = ordered[0]
    is_proven = leader.status in {Status.CONFIRMED, Status.SUPPORTED}
    leaves_more = bool(hypothesis.does_not_explain) and not leader.does_not_explain
    if n > 0 and (is_proven or leaves_more):
        return Likelihood.LESS_LIKELY
    return Likelihood.POSSIBLE
