"""What the signals of a text add up to, before anything learnt is added.

Phrases with weights (`signals.toml`), a few shapes of machine text, and one idea. A refusal means little by
itself: it is AWS's when the text names AWS, and another's when it names another cloud or program.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.routing.lexicon import Hit, Role

BIAS = -2.2
"""The log-odds of a text that says nothing either way."""
_NEXT_COUNTS = 0.5
"""Each further signal of one role counts half of the one before: three synonyms are not three reasons."""
_ACCESS_CAP = 4.0
_VENDOR_CAP = 0.4
_NAMES_ANOTHER = 2.0
"""A foreign signal of this weight or more says whose refusals the text is about."""
_LEAST_NAMING = 0.1
"""A word that weighs nothing still names its domain."""
_REFUSES = 1.0
"""`account` or `token` are no more than a hint that access is spoken of."""
_REFUSAL_NAMES = 0.3
_NAMING = frozenset({Role.VENDOR, Role.FOREIGN})
_WHOSE = {(True, False): "aws", (False, True): "another", (True, True): "both", (False, False): "nobody"}

Hits = Mapping[Role, Sequence[Hit]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """The signals of a text, added up.

    Attributes:
        logit: The log-odds that it is a matter of AWS policy, by the phrases alone.
        spoken: What speaks for policy, with its weight in this text; strongest first.
        domains: How much each domain is spoken of.
        situation: Who is named and what is said: `aws:access`, `nobody:policy`, `aws:policy:trouble`, …
    """

    logit: float
    spoken: tuple[tuple[Hit, float], ...]
    domains: Mapping[str, float]
    situation: str


def weigh(found: Iterable[Hit]) -> Weighed:
    """Add up the signals of a text; one that is there twice counts once."""
    hits = _distinct(found)
    roles: dict[Role, list[Hit]] = {role: [] for role in Role}
    for hit in hits:
        roles[hit.signal.role].append(hit)
    is_aws, is_foreign = _names_aws(roles), _names_another(roles)
    spoken = _spoken(roles, is_aws=is_aws, is_foreign=is_foreign)
    naming = [(hit, hit.signal.weight) for hit in hits if hit.signal.role in _NAMING]
    return Weighed(
        logit=BIAS + _speaking_for(spoken, roles) - _speaking_against(roles),
        spoken=tuple(spoken),
        domains=_domains([*((hit, _naming(hit, weight)) for hit, weight in spoken), *naming]),
        situation=f"{_WHOSE[is_aws, is_foreign]}:{_said(roles)}{_strain(roles)}",
    )


def _naming(hit: Hit, weight: float) -> float:
    """A refusal says little about whose matter it is: a bucket that denies access is a matter of S3."""
    return weight * _REFUSAL_NAMES if hit.signal.role is Role.ACCESS else weight


def _distinct(hits: Iterable[Hit]) -> list[Hit]:
    first: dict[str, Hit] = {}
    for hit in hits:
        first.setdefault(hit.signal.name, hit)
    return list(first.values())


def _names_aws(roles: Hits) -> bool:
    named = [*roles[Role.VENDOR], *roles[Role.POLICY]]
    return any(hit.signal.domain.startswith("aws_") and not hit.signal.is_shared for hit in named)


def _names_another(roles: Hits) -> bool:
    return any(hit.signal.weight >= _NAMES_ANOTHER for hit in roles[Role.FOREIGN])


def _said(roles: Hits) -> str:
    """Return what a text says most clearly: policy, shared words of it, access, a hint of it, nothing."""
    if any(not hit.signal.is_shared for hit in roles[Role.POLICY]):
        return "policy"
    if roles[Role.POLICY]:
        return "share"
    if any(hit.signal.weight >= _REFUSES for hit in roles[Role.ACCESS]):
        return "access"
    return "hint" if roles[Role.ACCESS] else "nothing"


def _strain(roles: Hits) -> str:
    """Tell load and crashes without any refusal apart: there a service is named, not accused."""
    return ":trouble" if roles[Role.TROUBLE] and not roles[Role.ACCESS] else ""


def _spoken(roles: Hits, *, is_aws: bool, is_foreign: bool) -> list[tuple[Hit, float]]:
    """Weigh what speaks for policy, given who else is named in the text; strongest first."""
    shared, access = _discounts(is_aws=is_aws, is_foreign=is_foreign)
    spoken = [(h, h.signal.weight * (shared if h.signal.is_shared else 1.0)) for h in roles[Role.POLICY]]
    spoken += [(hit, hit.signal.weight * access) for hit in roles[Role.ACCESS]]
    return sorted(spoken, key=lambda pair: -pair[1])


def _speaking_for(spoken: Sequence[tuple[Hit, float]], roles: Hits) -> float:
    policy = _total(weight for hit, weight in spoken if hit.signal.role is Role.POLICY)
    access = _total(weight for hit, weight in spoken if hit.signal.role is Role.ACCESS)
    vendor = _total(hit.signal.weight for hit in roles[Role.VENDOR])
    return policy + min(access, _ACCESS_CAP) + min(vendor, _VENDOR_CAP)


def _speaking_against(roles: Hits) -> float:
    return sum(_total(hit.signal.weight for hit in roles[role]) for role in (Role.FOREIGN, Role.TROUBLE))


def _discounts(*, is_aws: bool, is_foreign: bool) -> tuple[float, float]:
    """Return what words that others use too count for, and what refusals count for."""
    if is_foreign:
        return (0.8, 0.6) if is_aws else (0.4, 0.15)
    return (1.1, 1.1) if is_aws else (1.0, 0.5)


def _total(weights: Iterable[float]) -> float:
    ranked = sorted(weights, reverse=True)
    return sum(weight * _NEXT_COUNTS**rank for rank, weight in enumerate(ranked))


def _domains(weighed: Iterable[tuple[Hit, float]]) -> dict[str, float]:
    domains: dict[str, float] = defaultdict(float)
    for hit, weight in weighed:
        domains[hit.signal.domain] += weight or _LEAST_NAMING
    return dict(domains)
