"""What code computes of the refusals in an incident: evidence `p1` and so on, cited like a message."""

from collections.abc import Iterator
from typing import cast

from bot.iam.codes import explain
from bot.iam.thread import ThreadVerdict, verdicts_in
from bot.incident.messages import Incident

PLACES = {
    "identity": "the caller's own policies",
    "resource": "the resource's own policy",
    "boundary": "a permissions boundary",
    "session": "a session policy",
    "scp": "a service control policy",
    "rcp": "a resource control policy",
    "endpoint": "the policy of a VPC endpoint",
}
"""Where a refusal can live, for people."""


def verdicts_of(incident: Incident) -> tuple[ThreadVerdict, ...]:
    """Return the verdicts on what was refused in an incident, oldest refusal first; computed once.

    Args:
        incident: Redacted; heads of files are part of their messages' text.
    """
    if incident.judged is None:
        verdicts = verdicts_in((message.id, message.text) for message in incident.messages)
        object.__setattr__(incident, "judged", verdicts)
    return cast("tuple[ThreadVerdict, ...]", incident.judged)


def text_of(verdict: ThreadVerdict) -> str:
    """Return a verdict as a model reads and quotes it: one statement a line."""
    return "\n".join(_lines(verdict))


def _lines(verdict: ThreadVerdict) -> Iterator[str]:
    denial = verdict.denial
    told = f"{denial.action} by {denial.principal} on {denial.resource}" if denial.action else "a refusal"
    yield f"refused: {told} [{verdict.cites[0]}]"
    if verdict.verdict is None:
        code = verdict.not_evaluated.partition(" ")[0]
        means = f"; {explain(code)}" if explain(code) else ""
        yield f"not evaluated: {verdict.not_evaluated}{means}"
    else:
        yield f"decision by the policies that were pasted: {verdict.verdict.decision}"
        for one in verdict.deciding:
            yield f"decided by {one.words}{f' [{one.source}]' if one.source else ''}"
        missing = ", ".join(verdict.verdict.missing)
        yield from [f"not supplied, and could change it: {missing}"] if missing else []
    for place, check in verdict.rivals:
        yield f"not shown, so it can still be refused in {PLACES[place]}; check: {check}"
