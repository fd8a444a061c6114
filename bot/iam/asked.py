"""A request for a verdict: who wants to do what to which resource, and the policies that were supplied."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.errors import BadInputError
from bot.iam.callers import Caller, read_caller
from bot.iam.context import LONGEST, Context, read_context
from bot.iam.policies import Policy, read_policy

SETS = ("identity", "resource", "boundary", "session", "scp", "rcp")
ENDPOINT = "endpoint"
MOST_POLICIES = 500
_ACCOUNT = re.compile(r"\d{12}")
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/.+")
_SPOKEN = {
    "identity": "identity policy",
    "resource": "resource policy",
    "boundary": "permissions boundary",
    "session": "session policy",
    "scp": "SCP",
    "rcp": "RCP",
    ENDPOINT: "VPC endpoint policy",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """What was supplied; a set that is None was not.

    Attributes:
        identity: The caller's own policies.
        resource, boundary, session, endpoint: None in the tuple's place means there is none: an empty tuple.
        scp, rcp: A tuple a level, root first.
    """

    identity: tuple[Policy, ...] | None = None
    resource: tuple[Policy, ...] | None = None
    boundary: tuple[Policy, ...] | None = None
    session: tuple[Policy, ...] | None = None
    endpoint: tuple[Policy, ...] | None = None
    scp: tuple[tuple[Policy, ...], ...] | None = None
    rcp: tuple[tuple[Policy, ...], ...] | None = None

    @property
    def absent(self) -> tuple[str, ...]:
        """The sets that were not supplied; an endpoint's policy counts only where one is supplied."""
        return tuple(name for name in SETS if getattr(self, name) is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request.

    Attributes:
        caller: Who.
        action: What, such as `s3:GetObject`.
        resource: To which ARN, or `*`.
        resource_account: Twelve digits; empty where it does not matter.
        context: Its condition keys.
        policies: What was supplied.
    """

    caller: Caller
    action: str
    resource: str
    resource_account: str
    context: Context
    policies: Policies

    @property
    def is_same_account(self) -> bool:
        """Whether caller and resource are of one account."""
        return self.caller.account == self.resource_account

    @property
    def is_trust(self) -> bool:
        """Whether a role is to be assumed, or its session tagged."""
        return is_trust(self.action, self.resource)

    @property
    def needs_resource_policy(self) -> bool:
        """Whether the resource's policy must allow also within one account: KMS keys and roles."""
        return self.action.casefold().startswith("kms:") or self.is_trust


def is_trust(action: str, resource: str) -> bool:
    """Say whether the resource policy of a request is a role's trust policy."""
    name = action.casefold()
    return name.startswith("sts:assumerole") or (name.startswith("sts:") and bool(_ROLE.fullmatch(resource)))


def read_request(given: Mapping[str, object]) -> Asked:
    """Read a request.

    Args:
        given: `principal`, `action`, `resource`, `policies`, and where they matter `context`,
            `context_complete`, `principal_account` and `resource_account`.

    Raises:
        BadInputError: A field is missing or of another shape.
        PolicyError: A policy cannot be evaluated.
    """
    action, resource = _text(given, "action"), _text(given, "resource")
    if not re.fullmatch(r"[^:\s]+:[^:\s]+", action):
        raise BadInputError(field="action", problem='must name service and action, such as "s3:GetObject"')
    caller = read_caller(given.get("principal"), action=action)
    _refuse_other_account(given, caller)
    account = _resource_account(given, resource, caller)
    derived = caller.derived_keys() | ({"aws:ResourceAccount": account} if account else {})
    complete = _flag(given, "context_complete")
    return Asked(
        caller=caller,
        action=action,
        resource=resource,
        resource_account=account,
        context=read_context(given.get("context", {}), is_complete=complete, derived=derived),
        policies=read_policies(given.get("policies"), trust=is_trust(action, resource)),
    )


def _text(given: Mapping[str, object], name: str) -> str:
    text = given.get(name)
    if not isinstance(text, str) or not text or len(text) > LONGEST:
        raise BadInputError(field=name, problem=f"must be text of at most {LONGEST} characters")
    return text


def _flag(given: Mapping[str, object], name: str) -> bool:
    flag = given.get(name, False)
    if not isinstance(flag, bool):
        raise BadInputError(field=name, problem="must be true or false")
    return flag


def _account(given: Mapping[str, object], name: str) -> str:
    account = given.get(name)
    if account is None:
        return ""
    if not isinstance(account, str) or not _ACCOUNT.fullmatch(account):
        raise BadInputError(field=name, problem="must be an account's twelve digits, as text")
    return account


def _refuse_other_account(given: Mapping[str, object], caller: Caller) -> None:
    account = _account(given, "principal_account")
    if account and caller.has_identity and account != caller.account:
        problem = f"is {account}, but the principal's ARN says {caller.account}"
        raise BadInputError(field="principal_account", problem=problem)


def _resource_account(given: Mapping[str, object], resource: str, caller: Caller) -> str:
    """Return the account of the resource; `*` is of the caller's own."""
    account = _account(given, "resource_account")
    parts = resource.split(":")
    said = parts[4] if len(parts) > 5 and _ACCOUNT.fullmatch(parts[4]) else ""  # noqa: PLR2004  # an ARN's fifth part
    account = account or said or (caller.account if resource == "*" else "")
    if not account and caller.has_identity:
        raise BadInputError(
            field="resource_account", problem="is needed: the resource's ARN names no account"
        )
    return account


def read_policies(given: object, *, trust: bool) -> Policies:
    """Read the policies that were supplied.

    Args:
        given: An object of policy sets.
        trust: The resource policy is a role's trust policy.

    Raises:
        BadInputError: A set is unknown or of another shape.
        PolicyError: A policy cannot be evaluated.
    """
    if not isinstance(given, dict):
        raise BadInputError(field="policies", problem=f"must be an object of {', '.join(SETS)}")
    _refuse_other_sets(given)
    return Policies(
        identity=_identity(given),
        resource=_one(given, "resource", "trust" if trust else "resource"),
        boundary=_one(given, "boundary", "boundary"),
        session=_one(given, "session", "session"),
        endpoint=_one(given, ENDPOINT, ENDPOINT),
        scp=_levels(given, "scp"),
        rcp=_levels(given, "rcp"),
    )


def _refuse_other_sets(given: dict[str, object]) -> None:
    for name in given:
        if name not in (*SETS, ENDPOINT):
            problem = f'"{name[:80]}" is none of {", ".join((*SETS, ENDPOINT))}'
            raise BadInputError(field="policies", problem=problem)


def _identity(given: Mapping[str, object]) -> tuple[Policy, ...] | None:
    if "identity" not in given:
        return None
    listed = [] if given["identity"] is None else _list(given["identity"], "policies.identity")
    return tuple(_policies("identity", _SPOKEN["identity"], listed))


def _one(given: Mapping[str, object], name: str, kind: str) -> tuple[Policy, ...] | None:
    if name not in given:
        return None
    where = "trust policy" if kind == "trust" else _SPOKEN[name]
    return () if given[name] is None else (read_policy(given[name], kind=kind, where=where),)


def _levels(given: Mapping[str, object], name: str) -> tuple[tuple[Policy, ...], ...] | None:
    if name not in given:
        return None
    levels = [] if given[name] is None else _list(given[name], f"policies.{name}")
    return tuple(
        tuple(
            _policies(
                name,
                f"{_SPOKEN[name]} level {number}, policy",
                _list(level, f"policies.{name}[{number - 1}]"),
            )
        )
        for number, level in enumerate(levels, 1)
    )


def _policies(kind: str, where: str, listed: list[object]) -> Iterator[Policy]:
    for number, item in enumerate(listed, 1):
        yield read_policy(item, kind=kind, where=f"{where} {number}")


def _list(value: object, field: str) -> list[object]:
    if not isinstance(value, list) or len(value) > MOST_POLICIES:
        raise BadInputError(field=field, problem=f"must be a list of at most {MOST_POLICIES}")
    return value
