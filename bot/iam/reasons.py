"""Why a verdict is as it is, in words that people can check in the policies."""

from collections.abc import Iterable, Iterator, Sequence

from bot.iam.asked import ENDPOINT, Asked
from bot.iam.callers import Form, Kind
from bot.iam.rulings import Ruling

_LEVELS = {"scp": "SCP", "rcp": "RCP"}
_MOST = 8


def because(
    asked: Asked, found: Sequence[Ruling], *, decision: str, lacking: Sequence[str]
) -> tuple[str, ...]:
    """Return what decided.

    Args:
        asked: The request.
        found: What each statement says of it.
        decision: As in `bot.iam.verdict.Verdict`.
        lacking: What does not allow: `grant`, `scp 2`, `endpoint`.

    Returns:
        At most eight sentences without a full stop.
    """
    if decision == "explicit_deny":
        reasons = _applying(found, allow=False)
    elif decision == "allow":
        reasons = _grants(asked, found)
    else:
        reasons = _open(found) if decision == "unknown" else _lacks(asked, found, lacking)
    return tuple(dict.fromkeys(reasons))[:_MOST]


def _applying(found: Iterable[Ruling], *, allow: bool) -> Iterator[str]:
    for ruling in found:
        if ruling.statement.is_allow is allow and ruling.applies.value is True:
            yield _said(ruling)


def _said(ruling: Ruling) -> str:
    effect = "Allow" if ruling.statement.is_allow else "Deny"
    named = f" (names the caller {ruling.form.value})" if ruling.policy_set == "resource" else ""
    return f"{ruling.statement.where}: {effect} applies{named}"


def _grants(asked: Asked, found: Iterable[Ruling]) -> Iterator[str]:
    """Name what grants before what only lets pass."""
    grants = [ruling for ruling in found if ruling.policy_set in {"identity", "resource"}]
    yield from _applying(grants, allow=True)
    if asked.caller.kind is Kind.ROOT:
        yield "the root user needs no identity policy"
    yield from _applying([ruling for ruling in found if ruling not in grants], allow=True)


def _open(found: Iterable[Ruling]) -> Iterator[str]:
    for ruling in found:
        if ruling.applies.value is None:
            effect = "Allow" if ruling.statement.is_allow else "Deny"
            keys = ", ".join(sorted(ruling.applies.needs))
            yield f"{ruling.statement.where}: whether this {effect} applies depends on {keys}, not supplied"


def _lacks(asked: Asked, found: Sequence[Ruling], lacking: Sequence[str]) -> Iterator[str]:
    for step in lacking:
        name, _, level = step.partition(" ")
        if name in _LEVELS:
            yield f"{_LEVELS[name]} level {level}: no statement allows {asked.action} on {asked.resource}"
        elif name == ENDPOINT:
            yield f"VPC endpoint policy: no statement allows {asked.action} on {asked.resource}"
        else:
            yield from _ungranted(asked, found)


def _ungranted(asked: Asked, found: Sequence[Ruling]) -> Iterator[str]:
    """Say for each set that would have to allow what it lacks."""
    resource = [one for one in found if _may_grant(one, "resource")]
    identity = any(_may_grant(one, "identity") for one in found) or asked.caller.kind is Kind.ROOT
    if asked.caller.has_identity and not identity:
        yield _silent(asked, "identity", "identity policies")
    if not resource and (_needs_both(asked) or not identity):
        yield _silent(asked, "resource", "resource policy" if not asked.is_trust else "trust policy")
    if resource and not identity and all(one.form is Form.ACCOUNT for one in resource):
        yield f"{resource[0].statement.where}: names the account, so an identity policy must allow too"
    for name, words in (("boundary", "permissions boundary"), ("session", "session policy")):
        if getattr(asked.policies, name) and not any(_may_grant(one, name) for one in found):
            yield _silent(asked, name, words)


def _needs_both(asked: Asked) -> bool:
    return not asked.is_same_account or asked.needs_resource_policy


def _silent(asked: Asked, name: str, words: str) -> str:
    if getattr(asked.policies, name) is None:
        return f"{words}: not supplied, so nothing there allows {asked.action}"
    return f"{words}: no statement allows {asked.action} on {asked.resource}"


def _may_grant(ruling: Ruling, name: str) -> bool:
    return ruling.policy_set == name and ruling.statement.is_allow and ruling.applies.value is not False
