"""Where a question goes, and why."""

from dataclasses import dataclass
from enum import StrEnum


class Tier(StrEnum):
    """Which of the two models."""

    SONNET = "sonnet"
    OPUS = "opus"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Something of the incident that tells what a question is about.

    Attributes:
        id: An evidence id such as `m13` or `t2`.
        text: Redacted.
        is_refusal: It says that something was refused: it counts in full, however much else was said.
    """

    id: str
    text: str
    is_refusal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A word that decided, and where it stood.

    Attributes:
        words: The words as they stand in the text.
        source: An evidence id such as `m13`, or `question`.
    """

    words: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where a question goes.

    Attributes:
        domain: `aws_iam`, `aws_s3`, `aws_network`, `aws_compute`, `kubernetes`,
            `azure_*`, `gcp_*` or `other`.
        model: Model id from the catalogue.
        effort: `low`, `medium`, `high`, `xhigh` or `max`.
        reason: A few words for people: `because of InvalidAccessKeyId`.
        matched: The words that decided, strongest first.
        score: How strongly, 0 to 1; at least 0.5 means Opus unless a person forced a tier.
        is_forced: A person chose the tier.
    """

    domain: str
    tier: Tier
    model: str
    effort: str
    reason: str
    matched: tuple[Match, ...] = ()
    score: float = 0.0
    is_forced: bool = False


def risen(before: Route, found: Route) -> Route:
    """Return where a question goes after more was found: it may rise, it never falls.

    Args:
        before: Where it went; a person's choice is never overruled.
        found: Decided again, with everything that is known now.
    """
    is_higher = before.tier is Tier.SONNET and found.tier is Tier.OPUS
    return found if is_higher and not before.is_forced else before
