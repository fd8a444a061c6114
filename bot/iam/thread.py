"""The verdict on what was refused in a thread, from the policies that people pasted there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.errors import CopilotError
from bot.iam.asked import ENDPOINT, SETS, read_request
from bot.iam.codes import authentication_errors
from bot.iam.denial import Denial
from bot.iam.denials import parse_denials
from bot.iam.pasted import Pasted, pasted
from bot.iam.s3 import judge_s3
from bot.iam.sources import Decider, deciders
from bot.iam.verdict import Verdict, judge

PASSES = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
"""Stands for the policies of a level of the organization that nobody pasted: only their Denies are seen."""
_PASSES_ALL = {"Statement": {**PASSES["Statement"], "Principal": "*"}}
CHECKS: Mapping[str, str] = {
    "identity": "list the policies of the caller: aws iam list-attached-role-policies, list-role-policies",
    "resource": "read the resource's policy, for a bucket: aws s3api get-bucket-policy",
    "boundary": "read PermissionsBoundary in aws iam get-role",
    "session": "look in CloudTrail for requestParameters.policy of its AssumeRole",
    "scp": (
        "list what is attached: aws organizations list-policies-for-target --filter SERVICE_CONTROL_POLICY"
    ),
    "rcp": (
        "list what is attached: aws organizations list-policies-for-target --filter RESOURCE_CONTROL_POLICY"
    ),
}
"""For each place where a refusal can live, one check that only reads."""

_NAMED = {"vpc_endpoint": ENDPOINT, "trust": "resource"}
"""What the words of a refusal call otherwise than the sets of a request."""
_ENDPOINT_CHECK = "read PolicyDocument in aws ec2 describe-vpc-endpoints"
_MOST = 12
"""Of more refusals than these the newest are judged."""
NOTHING_SHOWN = "no policy was shown that speaks of it"


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadVerdict:
    """What the pasted policies say of one refusal.

    Attributes:
        id: `p1`, `p2`, …: what the verdict is cited by.
        denial: What was refused.
        verdict: Over what was pasted; None where the request is not known well enough, or for authentication.
        cites: The messages with the refusal and the policies that it was judged by.
        deciding: The statements and sets that decide, each with the message in which it was pasted.
        rivals: Place and check for each policy set that was not pasted and could be what refuses.
        not_evaluated: Why there is no verdict; empty where there is one.
    """

    id: str
    denial: Denial
    verdict: Verdict | None
    cites: tuple[str, ...]
    deciding: tuple[Decider, ...] = ()
    rivals: tuple[tuple[str, str], ...] = ()
    not_evaluated: str = ""


def verdicts_in(messages: Iterable[tuple[str, str]]) -> tuple[ThreadVerdict, ...]:
    """Judge each refusal of a thread once, in the order in which they were told; of many the newest.

    Their numbers count all that were told, so they stay while the thread only grows.

    Args:
        messages: Id and redacted text of each, oldest first.
    """
    texts = list(messages)
    found: dict[Denial | str, str] = {}
    for source, text in texts:
        refusals: tuple[Denial | str, ...] = (*parse_denials(text), *authentication_errors(text))
        for one in refusals:
            found.setdefault(one, source)
    if not found:
        return ()
    policies = pasted(texts)
    numbered = list(enumerate(found.items(), 1))[-_MOST:]
    return tuple(replace(_told(one, source, policies), id=f"p{number}") for number, (one, source) in numbered)


def _told(one: Denial | str, source: str, policies: Sequence[Pasted]) -> ThreadVerdict:
    if isinstance(one, Denial):
        return _judged(one, source, [policy for policy in policies if _is_about(policy, one)])
    why = f"{one} is about authentication: no policy was looked at"
    return ThreadVerdict(id="", denial=Denial(), verdict=None, cites=(source,), not_evaluated=why)


def _is_about(policy: Pasted, denial: Denial) -> bool:
    """Say whether a policy of a resource can be that of this one: a key's is not a bucket's."""
    if policy.set_name != "resource" or not denial.action:
        return True
    service = denial.action.partition(":")[0].casefold()
    return any(name in {"*", service} for name in policy.services)


def _judged(denial: Denial, source: str, policies: Sequence[Pasted]) -> ThreadVerdict:
    sets = _supplied(policies)
    verdict = _verdict(denial, sets)
    if verdict is None or not policies:
        why = NOTHING_SHOWN if verdict else "the refusal does not name caller, action and resource"
        rivals = _rivals(denial, SETS)
        return ThreadVerdict(
            id="", denial=denial, verdict=None, cites=(source,), rivals=rivals, not_evaluated=why
        )
    hidden = [name for name in SETS if name not in sets] if verdict.decision != "explicit_deny" else []
    deciding = deciders(verdict, policies)
    shown = [one.source for one in deciding if one.source] or [one.source for one in policies]
    return ThreadVerdict(
        id="",
        denial=denial,
        verdict=verdict,
        cites=tuple(dict.fromkeys([source, *shown])),
        deciding=deciding,
        rivals=_rivals(denial, hidden),
    )


def _verdict(denial: Denial, sets: Mapping[str, object]) -> Verdict | None:
    """Judge for a resource of the caller's account and of another: where the two differ, it is not known."""
    accounts = [(denial.principal or "::::").split(":")[4:5], ["0" * 12]]
    verdicts = [_for(denial, sets, account) for account in accounts]
    own, other = verdicts
    if own is None or other is None or own.decision == other.decision or _names_account(denial):
        return own
    return Verdict(decision="unknown", because=own.because, missing=(*own.missing, "resource_account"))


def _names_account(denial: Denial) -> bool:
    return any((denial.resource or "").split(":")[4:5])


def _for(denial: Denial, sets: Mapping[str, object], account: Sequence[str]) -> Verdict | None:
    given = {
        "principal": denial.principal,
        "action": denial.action,
        "resource": denial.resource,
        "resource_account": None if _names_account(denial) else next(iter(account), None),
        "policies": dict(sets),
    }
    try:
        asked = read_request(given)
        return judge_s3(asked, given) if asked.action.casefold().startswith("s3:") else judge(asked)
    except CopilotError:
        return None


def _supplied(policies: Sequence[Pasted]) -> dict[str, object]:
    """Return the sets as a request takes them; of two of one kind the later stands for how it is now."""
    sets: dict[str, object] = {}
    for one in policies:
        name = one.set_name
        same = [other.document for other in policies if other.set_name == name]
        if name in {"scp", "rcp"}:
            sets[name] = [[*same, PASSES if name == "scp" else _PASSES_ALL]]
        else:
            sets[name] = same if name == "identity" else one.document
    return sets


def _rivals(denial: Denial, hidden: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return the places that stay possible; what the refusal names itself is the only one."""
    said = _NAMED.get(denial.policy_type or "", denial.policy_type)
    if said == ENDPOINT:
        return ((ENDPOINT, _ENDPOINT_CHECK),)
    return tuple((name, CHECKS[name]) for name in hidden if said in {None, name})
