"""What each statement says of a request: whether it applies, and how it names the caller."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.iam.asked import ENDPOINT, Asked
from bot.iam.callers import Caller, Form, Kind, is_exempt, named_as
from bot.iam.patterns import Token, action_matches, matches
from bot.iam.policies import Policy
from bot.iam.statements import Statement
from bot.iam.truth import NO, Truth, all_of, any_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """One statement, held against the request.

    Attributes:
        policy_set: Such as `identity` or `scp`.
        level: Of SCPs and RCPs, from 1; else 0.
        statement: As read.
        applies: Whether all its elements match.
        form: How it names the caller.
    """

    policy_set: str
    level: int
    statement: Statement
    applies: Truth
    form: Form


def binding(asked: Asked) -> frozenset[str]:
    """Return the policy sets that can bind this caller at all."""
    caller = asked.caller
    sets = {"resource", ENDPOINT}
    if not caller.is_service_linked:
        sets.add("rcp")
    if caller.has_identity:
        sets.add("identity")
        sets |= {"boundary", "session"} if caller.kind is not Kind.ROOT else set()
        sets |= {"scp"} if not caller.is_service_linked else set()
    return frozenset(sets)


def rulings(asked: Asked) -> tuple[Ruling, ...]:
    """Hold every statement that can bind against the request.

    Raises:
        BadInputError: A value of the context is not what a condition compares.
    """
    bound = binding(asked)
    return tuple(
        ruling
        for name, level, policy in _placed(asked)
        if name in bound
        for ruling in _of(asked, name, level, policy)
    )


def _placed(asked: Asked) -> Iterator[tuple[str, int, Policy]]:
    for name in ("identity", "resource", "boundary", "session", ENDPOINT):
        for policy in getattr(asked.policies, name) or ():
            yield name, 0, policy
    for name in ("scp", "rcp"):
        for level, policies in enumerate(getattr(asked.policies, name) or (), 1):
            for policy in policies:
                yield name, level, policy


def _of(asked: Asked, name: str, level: int, policy: Policy) -> Iterator[Ruling]:
    for statement in policy.statements:
        form = _form(asked, statement)
        applies = NO if form is None else _applies(asked, statement)
        yield Ruling(
            policy_set=name, level=level, statement=statement, applies=applies, form=form or Form.DIRECT
        )


def _form(asked: Asked, statement: Statement) -> Form | None:
    """Return how a statement names the caller; None when it does not."""
    caller = asked.caller
    if statement.principals is not None:
        return named_as(caller, statement.principals)
    if statement.not_principals is None:
        return Form.DIRECT
    if not statement.is_allow and asked.policies.boundary and _can_have_boundary(caller):
        return Form.DIRECT  # AWS: NotPrincipal with Deny always denies whoever has a permissions boundary
    return None if is_exempt(caller, statement.not_principals) else Form.DIRECT


def _can_have_boundary(caller: Caller) -> bool:
    return caller.has_identity and caller.kind is not Kind.ROOT


def _applies(asked: Asked, statement: Statement) -> Truth:
    if not _names_action(statement, asked.action):
        return NO
    named = _names_resource(statement, asked)
    if named.value is False:
        return NO
    return all_of([named, *(clause.holds(asked.context) for clause in statement.condition)])


def _names_action(statement: Statement, action: str) -> bool:
    if statement.actions is not None:
        return any(action_matches(entry, action) for entry in statement.actions)
    return not any(action_matches(entry, action) for entry in statement.not_actions or ())


def _names_resource(statement: Statement, asked: Asked) -> Truth:
    if statement.resources is not None:
        return _among(statement.resources, asked)
    return ~_among(statement.not_resources or (), asked)


def _among(patterns: Iterable[tuple[Token, ...]], asked: Asked) -> Truth:
    return any_of([matches(pattern, asked.resource, asked.context, is_arn=True) for pattern in patterns])
