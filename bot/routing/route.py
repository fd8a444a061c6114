"""Where a question goes, and why."""

from dataclasses import dataclass
from enum import StrEnum


class Tier(StrEnum):
    """Which of the two models."""

    SONNET = "sonnet"
    OPUS = "opus"


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
