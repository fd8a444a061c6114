"""What `replay` prints for an incident file: the answer of Slack as data, evidence as Slack's `ts`."""

from collections.abc import Iterable, Mapping
from typing import Any

from bot.answers import Usage
from bot.iam.thread import ThreadVerdict
from bot.incident.case import Case
from bot.incident.compaction import unfolded
from bot.incident.facts import Fact, FactKind
from bot.incident.hypotheses import Evidence, Hypothesis, Link, Mitigation, cited_ids
from bot.incident.messages import Incident
from bot.investigation import Finding

Document = dict[str, Any]


def document(case: Case, finding: Finding, *, incident_id: str) -> Document:
    """Return the answer as JSON-ready data.

    Args:
        case: What the analyst was given.
        finding: What passed verification.
        incident_id: The file's own id.
    """
    ts = {message.id: message.ts for message in case.incident.messages}
    usage = finding.closing.usage
    return {
        "incident": incident_id,
        "question": case.question,
        "asked_at": case.asked_at.isoformat(),
        "analyst": finding.closing.analyst,
        "note": finding.closing.note,
        "route": _route(case, ts),
        "insufficient": finding.closing.insufficient,
        "hypotheses": [_hypothesis(item, ts) for item in finding.hypotheses],
        "mitigations": [_mitigation(item, ts) for item in finding.mitigations],
        "open_questions": list(finding.closing.open_questions),
        "unseen": list(finding.closing.unseen),
        "timeline": [_entry(fact, case.incident) for fact in case.facts],
        "changes": [_entry(fact, case.incident) for fact in case.facts.of(FactKind.CHANGE)],
        "verdicts": [_verdict(item, ts) for item in case.verdicts],
        "dropped": [
            {"kind": item.kind.value, "what": item.what, "reason": item.reason} for item in finding.dropped
        ],
        "tokens": {**_tokens(usage), **_evidence(case)},
        "cost_usd": _cost(finding),
    }


def _verdict(item: ThreadVerdict, ts: Mapping[str, str]) -> Document:
    denial, verdict = item.denial, item.verdict
    return {
        "id": item.id,
        "denial": {
            "principal": denial.principal,
            "action": denial.action,
            "resource": denial.resource,
            "policy_type": denial.policy_type,
            "explicit": denial.explicit,
        },
        "decision": verdict.decision if verdict else None,
        "not_evaluated": item.not_evaluated,
        "deciding": [{"words": one.words, "evidence": ts.get(one.source)} for one in item.deciding],
        "missing": list(verdict.missing) if verdict else [],
        "rivals": [{"place": place, "check": check} for place, check in item.rivals],
        "evidence": [ts[one] for one in item.cites],
    }


def _route(case: Case, ts: Mapping[str, str]) -> Document:
    route = case.route
    return {
        "domain": route.domain,
        "tier": route.tier.value,
        "model": route.model,
        "effort": route.effort,
        "reason": route.reason,
        "score": round(route.score, 3),
        "matched": [{"words": m.words, "source": ts.get(m.source, m.source)} for m in route.matched],
    }


def _hypothesis(item: Hypothesis, ts: Mapping[str, str]) -> Document:
    return {
        "id": item.id,
        "claim": item.claim,
        "status": item.status.value,
        "likelihood": item.likelihood.value,
        "trigger": {"text": item.trigger.what, "evidence": _ts(item.trigger.evidence, ts)},
        "links": [_link(link, ts) for link in item.links],
        "impact": {
            "symptom": item.impact.symptom,
            "population": item.impact.population,
            "since": item.impact.since.isoformat() if item.impact.since else None,
            "evidence": _ts(item.impact.evidence, ts),
        },
        "does_not_explain": list(item.does_not_explain),
        "refuted_if": item.refuted_if,
        "next_check": item.next_check.do if item.next_check else None,
        "unseen": list(item.unseen),
        "access": [
            {
                "denial": one.denial,
                "decision": one.decision,
                "layer": one.layer,
                "disagreement": one.disagreement,
            }
            for one in item.access
        ],
    }


def _link(link: Link, ts: Mapping[str, str]) -> Document:
    return {
        "cause": link.cause,
        "effect": link.effect,
        "mechanism": link.mechanism,
        "evidence": _ts(link.evidence_for, ts),
        "against": _ts(link.evidence_against, ts),
        "shown": link.is_shown,
        "status": link.status,
        "order": link.order.value,
    }


def _mitigation(item: Mitigation, ts: Mapping[str, str]) -> Document:
    cites = [ts[evidence_id] for evidence_id in item.cites if evidence_id in ts]
    return {"do": item.do, "safe_under": list(item.safe_under), "cites": cites}


def _ts(evidence: Iterable[Evidence], ts: Mapping[str, str]) -> list[str]:
    return [ts[evidence_id] for evidence_id in cited_ids(evidence) if evidence_id in ts]


def _entry(fact: Fact, incident: Incident) -> Document:
    first = incident.by_id.get(fact.cites[0]) if fact.cites else None
    return {
        "ts": first.ts if first else None,
        "at": fact.at.isoformat(),
        "text": fact.text,
        "kind": fact.kind.value,
    }


def _tokens(usage: Usage | None) -> Document:
    if usage is None:
        return {"input": 0, "output": 0, "cache_read": 0, "cache_write": 0}
    return {
        "input": usage.input_tokens,
        "output": usage.output_tokens,
        "cache_read": usage.cache_read_tokens,
        "cache_write": usage.cache_write_tokens,
    }


def _evidence(case: Case) -> Document:
    """Return how large all messages are, and what of them enters a prompt: in tokens, estimated."""
    reading = case.reading or unfolded(case.incident)
    return {
        "evidence_raw": reading.raw_tokens,
        "evidence_entered": reading.tokens,
        "messages_in_full": len(reading.kept),
        "messages_folded": len(reading.digest.ids),
    }


def _cost(finding: Finding) -> float | None:
    """Return US dollars: 0 without a model, None when the model's price is not known."""
    usage = finding.closing.usage
    if usage is None:
        return 0.0
    return float(usage.cost_usd) if usage.cost_usd is not None else None
