"""One statement of a policy: its elements, and what makes it none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from bot.iam.conditions import Clause
from bot.iam.context import LONGEST
from bot.iam.patterns import ARN_PARTS, Token, tokens

_ELEMENTS = (
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
)
_PRINCIPAL_TYPES = ("AWS", "Service", "Federated", "CanonicalUser")
_WITH_PRINCIPAL = {"resource", "trust", "rcp", "endpoint"}
MOST_ENTRIES = 5_000


class StatementError(ValueError):
    """A statement cannot be evaluated; the text says why, without a full stop."""


@dataclass(frozen=True, slots=True)
class Named:
    """A principal as a policy names it.

    Attributes:
        type: `AWS`, `Service`, `Federated` or `CanonicalUser`; `*` alone is of type `AWS`.
        name: As written.
    """

    type: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement.

    Attributes:
        where: Policy and statement, in words people can look up.
        is_allow: Else it denies.
        principals: None when the policy has none (identity policies).
        not_principals: The same for NotPrincipal.
        actions, not_actions: As written; None when the other stands there.
        resources, not_resources: Patterns; both None in a trust policy.
        condition: All must hold.
    """

    where: str
    is_allow: bool
    principals: tuple[Named, ...] | None = None
    not_principals: tuple[Named, ...] | None = None
    actions: tuple[str, ...] | None = None
    not_actions: tuple[str, ...] | None = None
    resources: tuple[tuple[Token, ...], ...] | None = None
    not_resources: tuple[tuple[Token, ...], ...] | None = None
    condition: tuple[Clause, ...] = ()


def read_statement(
    given: object, *, kind: str, where: str, variables: bool, condition: tuple[Clause, ...]
) -> Statement:
    """Read one statement.

    Args:
        given: As JSON.
        kind: Of the policy; see `bot.iam.policies.read_policy`.
        where: Policy and statement, in words.
        variables: `${…}` in resources stands for a condition key.
        condition: Already read.

    Raises:
        StatementError: It is none of that kind of policy.
    """
    item = _object(given)
    _require_elements(item, kind)
    return Statement(
        where=where,
        is_allow=item["Effect"] == "Allow",
        principals=_principals(item, "Principal"),
        not_principals=_principals(item, "NotPrincipal"),
        actions=_actions(item, "Action"),
        not_actions=_actions(item, "NotAction"),
        resources=_resources(item, "Resource", variables=variables),
        not_resources=_resources(item, "NotResource", variables=variables),
        condition=condition,
    )


def _object(given: object) -> Mapping[str, object]:
    if not isinstance(given, Mapping):
        raise StatementError("a statement must be an object")
    for name in given:
        if name not in _ELEMENTS:
            raise StatementError(f'unknown element "{name[:80]}"{meant(name, _ELEMENTS)}')
    return given


def meant(name: str, elements: Sequence[str]) -> str:
    """Return which element was probably meant, as the end of a sentence; case matters in their names."""
    close = get_close_matches(name[:80].capitalize(), elements, n=1)
    return f'; element names are case-sensitive: "{close[0]}"' if close else ""


def _require_elements(item: Mapping[str, object], kind: str) -> None:
    if not any(item.get("Effect") == effect for effect in ("Allow", "Deny")):
        raise StatementError("Effect must be exactly Allow or Deny")
    _require_one(item, "Action", "NotAction")
    _require_principal(item, kind)
    if kind != "trust":
        _require_one(item, "Resource", "NotResource")
    elif "Resource" in item or "NotResource" in item:
        raise StatementError("a trust policy has no Resource: it is the role itself")


def _require_principal(item: Mapping[str, object], kind: str) -> None:
    has = "Principal" in item or "NotPrincipal" in item
    if kind in _WITH_PRINCIPAL:
        _require_one(item, "Principal", "NotPrincipal")
    elif has:
        raise StatementError(
            f"a policy of the kind {kind} has no Principal: it applies to whom it is attached to"
        )


def _require_one(item: Mapping[str, object], name: str, other: str) -> None:
    if name in item and other in item:
        raise StatementError(f"has both {name} and {other}")
    if name not in item and other not in item:
        raise StatementError(f"has neither {name} nor {other}")


def _principals(item: Mapping[str, object], name: str) -> tuple[Named, ...] | None:
    if name not in item:
        return None
    given = item[name]
    if given == "*":
        return (Named("AWS", "*"),)
    if not isinstance(given, Mapping) or not given:
        raise StatementError(f'{name} must be "*" or an object such as {{"AWS": "arn:…"}}')
    for kind in given:
        if kind not in _PRINCIPAL_TYPES:
            raise StatementError(
                f'unknown type "{kind[:80]}" in {name}: it is one of {", ".join(_PRINCIPAL_TYPES)}'
            )
    return tuple(Named(kind, text) for kind in given for text in _texts(given[kind], name))


def _actions(item: Mapping[str, object], name: str) -> tuple[str, ...] | None:
    if name not in item:
        return None
    texts = _texts(item[name], name)
    for text in texts:
        service, colon, rest = text.partition(":")
        if text != "*" and not (service and colon and rest):
            raise StatementError(f'{name} "{text[:80]}" must be "*" or begin with a service, such as "s3:"')
    return texts


def _resources(
    item: Mapping[str, object], name: str, *, variables: bool
) -> tuple[tuple[Token, ...], ...] | None:
    if name not in item:
        return None
    texts = _texts(item[name], name)
    for text in texts:
        if not _is_resource(text):
            raise StatementError(f'{name} "{text[:80]}" must be "*" or an ARN')
    return tuple(tokens(text, wild=True, variables=variables) for text in texts)


def _is_resource(text: str) -> bool:
    """Say whether this is `*` or an ARN; one that ends early must end with `*`."""
    is_arn = text.startswith("arn:") and (text.count(":") >= ARN_PARTS - 1 or text.endswith("*"))
    return text == "*" or is_arn


def _texts(given: object, name: str) -> tuple[str, ...]:
    texts: Sequence[object] = given if isinstance(given, list) else [given]
    if not texts or len(texts) > MOST_ENTRIES:
        raise StatementError(f"{name} must name 1 to {MOST_ENTRIES} entries")
    if not all(isinstance(text, str) and text and len(text) <= LONGEST for text in texts):
        raise StatementError(f"{name} must be text or a list of texts of at most {LONGEST} characters")
    return tuple(str(text) for text in texts)
