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

_MOST_SHOWN = 0.5
_AIMED_ENTITIES = 1
_BACK_ENTITIES = 2
_LAST_ACTIONS = 3
_ENDING_SPAN = timedelta(hours=3)


def status_by_rule(hypothesis: Hypothesis, case: Case) -> Status:
    """Return the status that the facts of `case` give to a hypothesis.

    Refuted: what ruled its trigger out stands unanswered. Supported: every link is shown, the first of them
    directly, nothing unanswered speaks against it, no order is violated and the claim speaks of what the
    trigger and the links do. Confirmed: supported, and after
    something was done about its trigger the trouble ended, as it had been on the board to predict or as a
    person's own words explain.
    """
    if _is_ruled_out(hypothesis, case):
        return Status.REFUTED
    if not _is_supported(hypothesis, case):
        return Status.PROPOSED
    return Status.CONFIRMED if _is_confirmed(hypothesis, case) else Status.SUPPORTED


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


def _is_supported(hypothesis: Hypothesis, case: Case) -> bool:
    links = hypothesis.links
    direct = any(e.kind is EvidenceKind.DIRECT for e in links[0].evidence_for)
    return direct and all(_holds(link, case) for link in links) and _is_its_claim(hypothesis)


def _is_its_claim(hypothesis: Hypothesis) -> bool:
    ends = (end for link in hypothesis.links for end in (link.cause, link.effect))
    return claims_its_chain(hypothesis.claim, (hypothesis.trigger.what, *ends))


def _holds(link: Link, case: Case) -> bool:
    return link.is_shown and link.order is not Order.VIOLATED and not is_unanswered(link, case)


def is_unanswered(link: Link, case: Case) -> bool:
    """Say whether something speaks against a link and nothing cited for it was said later."""
    by_id = case.incident.by_id
    against = [ts_key(by_id[e.id].ts) for e in link.evidence_against if e.id in by_id]
    answers = [ts_key(by_id[e.id].ts) for e in link.evidence_for if e.id in by_id]
    return bool(against) and max(against) > max(answers, default=(0, 0))


def _is_confirmed(hypothesis: Hypothesis, case: Case) -> bool:
    if undoing(hypothesis, case) is None:
        return False
    return _was_predicted(hypothesis, case) or bool(_explaining(hypothesis, case))


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


def _was_predicted(hypothesis: Hypothesis, case: Case) -> bool:
    ids = {e.id for e in hypothesis.trigger.evidence}
    return any(h.is_live and ids & {e.id for e in h.trigger.evidence} for h in case.board)


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

    The analyst's own order decides between equals: status first, then chains that violate no order, then
    chains of which anything is shown.
    """
    ordered = sorted(hypotheses, key=_order)
    return tuple(replace(h, likelihood=_likelihood(n, h, ordered)) for n, h in enumerate(ordered))


def _order(hypothesis: Hypothesis) -> tuple[int, bool, bool]:
    violated = any(link.order is Order.VIOLATED for link in hypothesis.links)
    return _STANDING[hypothesis.status], violated, hypothesis.shown == 0


def _likelihood(n: int, hypothesis: Hypothesis, ordered: Sequence[Hypothesis]) -> Likelihood:
    _, violated, unshown = _order(hypothesis)
    if violated or unshown or not hypothesis.is_live:
        return Likelihood.LESS_LIKELY
    if n == 0 and hypothesis.shown >= _MOST_SHOWN * len(hypothesis.links):
        return Likelihood.LIKELY
    leader = ordered[0]
    is_proven = leader.status in {Status.CONFIRMED, Status.SUPPORTED}
    leaves_more = bool(hypothesis.does_not_explain) and not leader.does_not_explain
    if n > 0 and (is_proven or leaves_more):
        return Likelihood.LESS_LIKELY
    return Likelihood.POSSIBLE
