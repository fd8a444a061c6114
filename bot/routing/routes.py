"""Which domain goes to which tier: published scores, the gap that matters, and a user's own word."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any

from bot.errors import BadInputError
from bot.routing.route import Tier

_MOST_QUESTIONS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How often each model was right in one domain.

    Attributes:
        sonnet: Percent, 0 to 100.
        opus: Percent, 0 to 100.
        n: How many questions that was measured on; 0 when it was not published.
    """

    sonnet: float
    opus: float
    n: int = 0

    @property
    def gap_points(self) -> float:
        """By how many points Opus is better; one decimal, as the scores."""
        return round(self.opus - self.sonnet, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Routes:
    """The table that decides.

    Attributes:
        smallest_gap_points: The gap from which on Opus is worth its price.
        scores: By domain.
        overrides: A user's own choice by domain; counts more than the scores.
    """

    smallest_gap_points: float
    scores: Mapping[str, Score]
    overrides: Mapping[str, Tier] = field(default_factory=dict)

    def tier_of(self, domain: str) -> Tier:
        """Return where a domain goes; an unmeasured one goes to Sonnet."""
        if domain in self.overrides:
            return self.overrides[domain]
        score = self.scores.get(domain)
        is_worth_it = score is not None and score.gap_points >= self.smallest_gap_points
        return Tier.OPUS if is_worth_it else Tier.SONNET


@lru_cache(maxsize=1)
def shipped_routes() -> Routes:
    """Return the table of `routes.toml`, read once."""
    return parse_routes(files("bot.routing").joinpath("routes.toml").read_text(encoding="utf-8"))


def parse_routes(text: str) -> Routes:
    """Return the table that a TOML text describes; its form is that of `routes.toml`.

    Raises:
        BadInputError: It says where the text cannot be used.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInputError(field="routes", problem=f"is not TOML: {error}") from error
    return Routes(
        smallest_gap_points=_number(data, "smallest_gap_points", low=0, high=100),
        scores={domain: _score(domain, entry) for domain, entry in _table(data, "scores").items()},
        overrides={domain: _tier(domain, entry) for domain, entry in _table(data, "overrides").items()},
    )


def _table(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = data.get(name, {})
    if not isinstance(table, Mapping):
        raise BadInputError(field=name, problem="must be a table with one entry a domain")
    return table


def _score(domain: str, entry: object) -> Score:
    field_name = f"scores.{domain}"
    if not isinstance(entry, Mapping):
        raise BadInputError(field=field_name, problem="must be a table with sonnet and opus, in percent")
    return Score(
        sonnet=_number(entry, "sonnet", low=0, high=100, within=field_name),
        opus=_number(entry, "opus", low=0, high=100, within=field_name),
        n=int(_number(entry, "n", low=0, high=_MOST_QUESTIONS, within=field_name)) if "n" in entry else 0,
    )


def _number(data: Mapping[str, Any], name: str, *, low: float, high: float, within: str = "") -> float:
    value = data.get(name)
    if isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high:
        return float(value)
    field_name = f"{within}.{name}" if within else name
    raise BadInputError(field=field_name, problem=f"must be a number from {low:g} to {high:g}")


def _tier(domain: str, entry: Any) -> Tier:
    try:
        return Tier(entry)
    except ValueError as error:
        raise BadInputError(field=f"overrides.{domain}", problem='must be "sonnet" or "opus"') from error
