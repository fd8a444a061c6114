"""What hypotheses claim about permissions, held against what code computed; a model never overrules it."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from bot.iam.thread import ThreadVerdict
from bot.incident.hypotheses import Access, Hypothesis
from bot.incident.judged import PLACES

DECISIONS: Mapping[str, str] = {
    "allow": "allowed",
    "explicit_deny": "refused by an explicit deny",
    "implicit_deny": "refused because nothing allows it",
    "unknown": "not decided by what was pasted",
}
"""A decision, for people."""
_REFUSALS = frozenset({"explicit_deny", "implicit_deny"})
_NAMED = {"vpc_endpoint": "endpoint", "trust": "resource"}
"""What the words of a refusal call otherwise than the sets of a request."""


def with_access(hypothesis: Hypothesis, verdicts: Collection[ThreadVerdict]) -> Hypothesis:
    """Return a hypothesis whose claims about permissions say where they disagree with what was computed.

    Claims about a refusal that is not there are left out.
    """
    known = {one.id: one for one in verdicts}
    told = (one for one in hypothesis.access if one.denial in known)
    held = tuple(
        replace(one, disagreement=disagreement(one, known[one.denial])) for one in dict.fromkeys(told)
    )
    return replace(hypothesis, access=held)


def disagreement(claimed: Access, computed: ThreadVerdict) -> str:
    """Say how a claim differs from what was computed; empty where it does not, or nothing is known.

    Args:
        claimed: By a hypothesis; `unknown` claims nothing.
        computed: Of the same refusal.
    """
    if claimed.decision == "unknown":
        return ""
    if computed.verdict is not None:
        return _against_verdict(claimed, computed, computed.verdict.decision)
    if not computed.denial.action and "authentication" in computed.not_evaluated:
        is_refusal = claimed.decision in _REFUSALS
        return "not a policy denial: it is about authentication" if is_refusal else ""
    return _against_words(claimed, computed)


def _against_verdict(claimed: Access, computed: ThreadVerdict, decision: str) -> str:
    layers = {one.set_name for one in computed.deciding if one.set_name}
    if decision == "unknown" or _may_be_hidden(claimed, computed, decision):
        return ""
    by = "; ".join(one.words for one in computed.deciding[:1])
    told = f"{DECISIONS[decision]}{f', {by}' if by else ''}"
    if claimed.decision != decision:
        return told
    is_elsewhere = decision == "explicit_deny" and bool(layers) and claimed.layer in PLACES
    return told if is_elsewhere and claimed.layer not in layers else ""


def _may_be_hidden(claimed: Access, computed: ThreadVerdict, decision: str) -> bool:
    """Say whether the claim is about a place that nobody showed, and nothing that was shown denies."""
    hidden = {place for place, _ in computed.rivals}
    is_refusal = claimed.decision in _REFUSALS and decision in _REFUSALS
    return is_refusal and decision != "explicit_deny" and (claimed.layer in hidden or claimed.layer == "none")


def _against_words(claimed: Access, computed: ThreadVerdict) -> str:
    """Where no policy was pasted the refusal itself may say how, and where, it was decided."""
    denial = computed.denial
    said = _NAMED.get(denial.policy_type or "", denial.policy_type or "")
    if denial.explicit is None:
        return ""
    decision = "explicit_deny" if denial.explicit else "implicit_deny"
    place = f" in {PLACES[said]}" if said in PLACES else ""
    is_other = claimed.layer in PLACES and said in PLACES and claimed.layer != said
    return (
        f"{DECISIONS[decision]}{place}, by its own words" if claimed.decision != decision or is_other else ""
    )


def words_of(hypothesis: Hypothesis, claimed: Access) -> str:
    """Return a disagreement as people read it."""
    place = f" in {PLACES[claimed.layer]}" if claimed.layer in PLACES else ""
    return (
        f"{hypothesis.id} takes it as {DECISIONS[claimed.decision]}{place}; computed: {claimed.disagreement}"
    )
