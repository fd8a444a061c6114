"""The verdict on what was refused in a thread, from the policies that people pasted there."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.errors import CopilotError
from bot.iam.asked import SETS, read_request
from bot.iam.codes import authentication_errors
from bot.iam.denial import Denial
from bot.iam.denials import parse_denials
from bot.iam.pasted import Pasted, pasted
from bot.iam.verdict import Verdict, judge

PASSES = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
"""Stands for the policies of a level of the organization that nobody pasted: only their Denies are seen."""
_PASSES_ALL = {"Statement": {**PASSES["Statement"], "Principal": "*"}}
CHECKS: Mapping[str, str] = {
    "identity": "list the policies of the caller: aws iam list-attached-role-policies, list-role-policies",
    "resource": "read the resource's policy: for a bucket, aws s3api get-bucket-policy",
    "boundary": "read PermissionsBoundary in aws iam get-role",
    "session": "look in CloudTrail at how the session was made: AssumeRole, requestParameters.policy",
    "scp": "list what is attached: aws organizations list-policies-for-target, SERVICE_CONTROL_POLICY",
    "rcp": "list what is attached: aws organizations list-policies-for-target, RESOURCE_CONTROL_POLICY",
}
"""For each place where a refusal can live, one check that only reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadVerdict:
    """What the pasted policies say of one refusal.

    Attributes:
        id: `p1`, `p2`, …: what the verdict is cited by.
        denial: What was refused.
        verdict: Over what was pasted; None where the request is not known well enough, or for authentication.
        cites: The messages with the refusal and the policies.
        rivals: Place and check for each policy set that was not pasted and could be what refuses.
        not_evaluated: Why there is no verdict; empty where there is one.
    """

    id: str
    denial: Denial
    verdict: Verdict | None
    cites: tuple[str, ...]
    rivals: tuple[tuple[str, str], ...] = ()
    not_evaluated: str = ""


def verdicts_in(messages: Iterable[tuple[str, str]]) -> tuple[ThreadVerdict, ...]:
    """Judge each refusal of a thread once, in the order in which they were told.

    Args:
        messages: Id and redacted text of each, oldest first.
    """
    texts = list(messages)
    policies = pasted(texts)
    found = dict.fromkeys((denial, source) for source, text in texts for denial in parse_denials(text))
    first: dict[Denial, str] = {}
    for denial, source in found:
        first.setdefault(denial, source)
    told = [_judged(denial, source, policies) for denial, source in first.items()]
    told += _unauthenticated(texts)
    return tuple(_numbered(told))


def _judged(denial: Denial, source: str, policies: Sequence[Pasted]) -> ThreadVerdict:
    verdict = _verdict(denial, policies)
    if verdict is None:
        why = "the refusal does not name caller, action and resource"
        return ThreadVerdict(
            id="",
            denial=denial,
            verdict=None,
            cites=(source,),
            rivals=_rivals(denial, SETS),
            not_evaluated=why,
        )
    shown = {"resource" if one.kind == "trust" else one.kind for one in policies}
    hidden = [name for name in SETS if name not in shown] if verdict.decision != "explicit_deny" else []
    cites = dict.fromkeys([source, *(one.source for one in policies)])
    return ThreadVerdict(
        id="", denial=denial, verdict=verdict, cites=tuple(cites), rivals=_rivals(denial, hidden)
    )


def _verdict(denial: Denial, policies: Sequence[Pasted]) -> Verdict | None:
    """Judge for a resource of the caller's account and of another: where the two differ, it is not known."""
    accounts = [(denial.principal or "::::").split(":")[4:5], ["0" * 12]]
    verdicts = [_for(denial, policies, account) for account in accounts]
    own, other = verdicts
    if own is None or other is None or own.decision == other.decision or _names_account(denial):
        return own
    return Verdict(decision="unknown", because=own.because, missing=(*own.missing, "resource_account"))


def _names_account(denial: Denial) -> bool:
    return any((denial.resource or "").split(":")[4:5])


def _for(denial: Denial, policies: Sequence[Pasted], account: Sequence[str]) -> Verdict | None:
    given = {
        "principal": denial.principal,
        "action": denial.action,
        "resource": denial.resource,
        "resource_account": None if _names_account(denial) else next(iter(account), None),
        "policies": _supplied(policies),
    }
    try:
        return judge(read_request(given))
    except CopilotError:
        return None


def _supplied(policies: Sequence[Pasted]) -> dict[str, object]:
    """Return the sets as a request takes them; of two of one kind the later stands for how it is now."""
    sets: dict[str, object] = {}
    for one in policies:
        kind = "resource" if one.kind == "trust" else one.kind
        if kind in {"scp", "rcp"}:
            passes = PASSES if kind == "scp" else _PASSES_ALL
            sets[kind] = [[passes, *(other.document for other in policies if other.kind == kind)]]
        elif kind == "identity":
            sets[kind] = [other.document for other in policies if other.kind == kind]
        else:
            sets[kind] = one.document
    return sets


def _rivals(denial: Denial, hidden: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return the places that stay possible; what the refusal names itself is the only one."""
    said = "resource" if denial.policy_type == "trust" else denial.policy_type
    places = [name for name in hidden if said in {None, name}]
    return tuple((name, CHECKS[name]) for name in places)


def _unauthenticated(texts: Iterable[tuple[str, str]]) -> Iterator[ThreadVerdict]:
    first: dict[str, str] = {}
    for source, text in texts:
        for code in authentication_errors(text):
            first.setdefault(code, source)
    for code, source in first.items():
        why = f"{code} is about authentication: no policy was looked at"
        yield ThreadVerdict(id="", denial=Denial(), verdict=None, cites=(source,), not_evaluated=why)


def _numbered(told: Iterable[ThreadVerdict]) -> Iterator[ThreadVerdict]:
    for number, one in enumerate(told, 1):
        yield ThreadVerdict(
            id=f"p{number}",
            denial=one.denial,
            verdict=one.verdict,
            cites=one.cites,
            rivals=one.rivals,
            not_evaluated=one.not_evaluated,
        )
