"""The verdict on a request: AWS's order of policies, over what was supplied.

The order is that of the IAM User Guide, "Policy evaluation logic" and "Cross-account policy evaluation
logic".
What nobody supplied is never guessed: a condition key that is not known gives `unknown` where it decides, and
a policy set that was not supplied is named.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.iam.asked import ENDPOINT, Asked
from bot.iam.callers import Form, Kind
from bot.iam.reasons import because
from bot.iam.rulings import Ruling, binding, rulings
from bot.iam.truth import NO, YES, Truth, all_of, any_of

Decision = Literal["allow", "explicit_deny", "implicit_deny", "unknown"]
POLICYLESS = frozenset(
    {
        "autoscaling",
        "cloudformation",
        "cloudwatch",
        "ec2",
        "ecs",
        "eks",
        "elasticloadbalancing",
        "rds",
        "route53",
    }
)
"""Services whose resources carry no policy that could grant or deny."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What AWS decides, as far as what was supplied tells.

    Attributes:
        decision: `unknown` only if one possibility allows and another does not.
        because: The statements and levels that decide, in words people can look up; the weightiest first.
        missing: Policy sets and condition keys that could change it; empty for an explicit deny.
    """

    decision: Decision
    because: tuple[str, ...]
    missing: tuple[str, ...] = ()


def judge(asked: Asked) -> Verdict:
    """Compute the verdict.

    Raises:
        BadInputError: A value of the context is not what a condition compares.
    """
    found = rulings(asked)
    steps = [*_limits(asked, found), ("grant", _granted(asked, found))]
    denied = any_of(ruling.applies for ruling in found if not ruling.statement.is_allow)
    allowed = all_of([~denied, *(truth for _, truth in steps)])
    decision = _decision(denied, allowed)
    lacking = [name for name, truth in steps if truth.value is False]
    return Verdict(
        decision=decision,
        because=because(asked, found, decision=decision, lacking=lacking),
        missing=_missing(asked, found, decision, allowed),
    )


def _decision(denied: Truth, allowed: Truth) -> Decision:
    if denied.value is True:
        return "explicit_deny"
    if allowed.value is None:
        return "unknown"
    return "allow" if allowed.value else "implicit_deny"


def _limits(asked: Asked, found: Sequence[Ruling]) -> list[tuple[str, Truth]]:
    """Return what must allow whoever grants: each level of the organization, and the endpoint."""
    bound = binding(asked)
    limits = [
        (f"{name} {level}", _allows(found, name, level=level))
        for name in ("scp", "rcp")
        if name in bound
        for level in range(1, len(getattr(asked.policies, name) or ()) + 1)
    ]
    if asked.policies.endpoint:
        limits.append((ENDPOINT, _allows(found, ENDPOINT)))
    return limits


def _allows(found: Iterable[Ruling], name: str, *, level: int = 0, forms: Iterable[Form] = Form) -> Truth:
    wanted = set(forms)
    return any_of(
        ruling.applies
        for ruling in found
        if ruling.statement.is_allow
        and (ruling.policy_set, ruling.level) == (name, level)
        and ruling.form in wanted
    )


def _granted(asked: Asked, found: Sequence[Ruling], assumed: frozenset[str] = frozenset()) -> Truth:
    """Say whether identity and resource policies grant, within boundary and session.

    Args:
        asked: The request.
        found: What each statement says.
        assumed: Absent sets that are taken to allow, to see whether they could change anything.
    """
    by = {form: _allows(found, "resource", forms=[form]) for form in Form}
    direct = YES if "resource" in assumed else by[Form.DIRECT]
    if not asked.caller.has_identity:
        return direct
    identity = YES if asked.caller.kind is Kind.ROOT or "identity" in assumed else _allows(found, "identity")
    limits = [_limited(asked, found, "boundary"), _limited(asked, found, "session")]
    if not asked.is_same_account:
        return all_of([any_of([direct, by[Form.ROLE], by[Form.ACCOUNT]]), identity, *limits])
    own = all_of([by[Form.ACCOUNT], identity]) if asked.needs_resource_policy else identity
    return any_of([direct, all_of([any_of([by[Form.ROLE], own]), *limits])])


def _limited(asked: Asked, found: Iterable[Ruling], name: str) -> Truth:
    """Say whether a boundary or session policy lets it pass; where there is none, it does."""
    binds = name in binding(asked) and getattr(asked.policies, name)
    return _allows(found, name) if binds else YES


def _missing(asked: Asked, found: Sequence[Ruling], decision: Decision, allowed: Truth) -> tuple[str, ...]:
    if decision == "explicit_deny":
        return ()
    sets = set(_could_grant(asked, found)) if decision != "allow" else set()
    sets |= set(_could_bind(asked)) if decision != "implicit_deny" else set()
    ordered = [name for name in asked.policies.absent if name in sets]
    return (*ordered, *sorted(allowed.needs))


def _could_bind(asked: Asked) -> list[str]:
    """Return the absent sets that could take away what is allowed."""
    return [name for name in asked.policies.absent if name in binding(asked) and _exists(asked, name)]


def _could_grant(asked: Asked, found: Sequence[Ruling]) -> list[str]:
    """Return the absent sets with which the request could be allowed."""
    granting = ("identity", "resource")
    absent = {name for name in asked.policies.absent if name in granting and _exists(asked, name)}
    barred = any(truth.value is False for _, truth in _limits(asked, found))
    if barred or _granted(asked, found, frozenset(absent)).value is False:
        return []
    return [name for name in absent if _is_of_use(asked, found, name, absent)]


def _is_of_use(asked: Asked, found: Sequence[Ruling], name: str, absent: set[str]) -> bool:
    """Say whether a set can grant what would not be granted without it."""
    others = absent - {name}
    return any(
        _granted(asked, found, frozenset(with_)).value is False
        and _granted(asked, found, frozenset({*with_, name})) != NO
        for with_ in (set[str](), others)
    )


def _exists(asked: Asked, name: str) -> bool:
    """Say whether there can be such a policy: many resources carry none."""
    if name != "resource" or asked.needs_resource_policy:
        return True
    service = asked.action.partition(":")[0].casefold()
    return asked.resource != "*" and service not in POLICYLESS
