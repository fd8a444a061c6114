"""Which models there are, what each accepts and what it costs: data in `models.toml`, never code."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from bot.errors import BadInputError

EFFORTS = ("low", "medium", "high", "xhigh", "max")
"""Every effort level of the API, least first; no model accepts one that is not in here."""


class Phase(StrEnum):
    """What a call is for; decides its effort."""

    GATHER = "gather"
    """Collecting evidence with tools."""
    DIAGNOSE = "diagnose"
    """Explaining the incident."""
    ESCALATED = "escalated"
    """Explaining it after a person asked for the stronger model."""


NANOUSD_A_TOKEN = 1_000
"""One dollar for a million tokens is a thousand billionths of a dollar for one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """USD per million tokens, with three decimals at most, so that a token costs whole billionths.

    Attributes:
        write_5m, write_1h: Input that is also stored in the prompt cache, for 5 minutes or an hour.
        read: Input found in the prompt cache.
    """

    input: Decimal
    output: Decimal
    write_5m: Decimal
    write_1h: Decimal
    read: Decimal

    def __post_init__(self) -> None:
        """Refuse what no token can cost.

        Raises:
            InvalidOperation: A price is negative, not finite, or finer than whole billionths a token.
        """
        for usd in (self.input, self.output, self.write_5m, self.write_1h, self.read):
            if not usd.is_finite() or usd < 0 or usd * NANOUSD_A_TOKEN % 1:
                raise InvalidOperation(f"{usd} is no price in USD with three decimals at most")


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model.

    Attributes:
        id: As the API names it.
        label: As people name it: `Opus 5.5`.
        tier: `sonnet`, `opus` or `haiku`.
        price: None when it is not known.
        long_price: What all of a request costs whose prompt is longer than `long_tokens`, cache included;
            None where length makes no difference.
        efforts: Levels it accepts; any other is refused by the API.
        thinking: Forms of `thinking` it accepts.
        effort_by_phase: Our choice for each phase, always one of `efforts`.
        min_cache_tokens: A shorter prompt is not cached, without an error.
        token_factor: How many tokens its tokenizer makes of a text for each one of the 4.6 models'.
        per_message_effort: The effort may change within a conversation without a loss of the prompt cache.
        forced_tool_choice: A request may force the use of a tool.
        compacts_on_demand: A request may have a conversation summed up by the API; beta, on Claude's own API.
        refusal_classifier: It may decline a security incident.
        on_refusal: Id of the model to ask when this one declines; empty when there is none.
    """

    id: str
    label: str
    tier: str
    efforts: tuple[str, ...]
    thinking: tuple[str, ...]
    effort_by_phase: Mapping[Phase, str]
    min_cache_tokens: int
    context_tokens: int
    max_output_tokens: int
    price: Price | None = None
    long_price: Price | None = None
    long_tokens: int = 0
    token_factor: Decimal = Decimal(1)
    per_message_effort: bool = False
    forced_tool_choice: bool = False
    compacts_on_demand: bool = False
    refusal_classifier: bool = False
    on_refusal: str = ""

    def price_for(self, prompt_tokens: int) -> Price | None:
        """Return the price of a request with a prompt of this length, cached tokens included."""
        is_long = self.long_price is not None and prompt_tokens > self.long_tokens
        return self.long_price if is_long else self.price

    def fit_effort(self, effort: str) -> str:
        """Return the highest level this model accepts that is not above `effort`.

        `xhigh` becomes `high` on a model without it: a request never costs more than was asked for.
        """
        wanted = EFFORTS.index(effort) if effort in EFFORTS else EFFORTS.index("high")
        fitting = [level for level in self.efforts if EFFORTS.index(level) <= wanted]
        return max(fitting or self.efforts[:1], key=EFFORTS.index)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The two models between which questions are routed."""

    name: str
    sonnet: Model
    opus: Model

    def of(self, tier: str) -> Model:
        """Return the model of a tier, `sonnet` or `opus`."""
        return self.opus if tier == "opus" else self.sonnet


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All known models.

    Attributes:
        checked_on: When prices and capabilities were last compared with what the vendor publishes.
    """

    checked_on: date
    default_pair: str
    models: Mapping[str, Model]
    pairs: Mapping[str, Pair]

    def pair(self, name: str = "") -> Pair:
        """Return a pair by its name; the default pair for an empty one.

        Raises:
            BadInputError: There is no such pair; the error names those there are.
        """
        try:
            return self.pairs[name or self.default_pair]
        except KeyError:
            problem = f"no pair is named {name!r}; there are {', '.join(sorted(self.pairs))}"
            raise BadInputError(field="model pair", problem=problem) from None

    def find(self, model_id: str) -> Model | None:
        """Return a model by its id, a dated one (`…-20260922`) included; None when it is not known."""
        if model_id in self.models:
            return self.models[model_id]
        stem, _, suffix = model_id.rpartition("-")
        return self.models.get(stem) if suffix.isdigit() and len(suffix) == len("20260922") else None

    def with_models(self, models: Iterable[Model]) -> "Catalogue":
        """Return the catalogue with more models in it, or others under the same ids."""
        return replace(self, models={**self.models, **{model.id: model for model in models}})

    def label(self, model_id: str) -> str:
        """Return what people call a model; its id when it is not known."""
        model = self.find(model_id)
        return model.label if model else model_id


def load_catalogue(text: str) -> Catalogue:
    """Read a catalogue from TOML in the form of `models.toml`.

    Raises:
        BadInputError: Something is missing or contradicts itself; the error says where.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInputError(field="models.toml", problem=str(error)) from None
    models = {model_id: _model(model_id, entry) for model_id, entry in _table(raw, "models").items()}
    pairs = {name: _pair(name, entry, models) for name, entry in _table(raw, "pairs").items()}
    for model in models.values():
        _require(
            model.on_refusal in {"", *models},
            field=f"models.{model.id}.on_refusal",
            problem="names no model of this file",
        )
    default = raw.get("default_pair", "")
    _require(default in pairs, field="default_pair", problem="must be the name of one of the pairs")
    checked_on = raw.get("checked_on")
    if not isinstance(checked_on, date):
        raise BadInputError(field="checked_on", problem="must be a date such as 2026-11-23")
    return Catalogue(checked_on=checked_on, default_pair=default, models=models, pairs=pairs)


@cache
def default_catalogue() -> Catalogue:
    """Return the catalogue that ships with this package."""
    return load_catalogue(files("bot.models").joinpath("models.toml").read_text(encoding="utf-8"))


def _model(model_id: str, entry: dict[str, Any]) -> Model:
    where = f"models.{model_id}"
    try:
        model = Model(
            id=model_id,
            price=_price(entry["price"]),
            long_price=_price(entry["long_price"]) if "long_price" in entry else None,
            token_factor=Decimal(entry.get("token_factor", "1")),
            efforts=tuple(entry["efforts"]),
            thinking=tuple(entry["thinking"]),
            effort_by_phase={phase: entry["effort_by_phase"][phase.value] for phase in Phase},
            **{key: value for key, value in entry.items() if key not in _BUILT},
        )
    except (KeyError, TypeError, AttributeError, InvalidOperation) as error:
        raise BadInputError(field=where, problem=f"missing or unusable: {error}") from None
    _require(
        bool(model.efforts) and set(model.efforts) <= set(EFFORTS),
        field=f"{where}.efforts",
        problem=f"must be some of {', '.join(EFFORTS)}",
    )
    for phase, effort in model.effort_by_phase.items():
        _require(
            effort in model.efforts,
            field=f"{where}.effort_by_phase.{phase}",
            problem=f"{effort!r} is not one of the model's efforts",
        )
    return model


_BUILT = {"price", "long_price", "token_factor", "efforts", "thinking", "effort_by_phase"}
"""Entries that are turned into other types; the rest is taken as it stands."""


def _price(entry: dict[str, str]) -> Price:
    return Price(**{kind: Decimal(usd) for kind, usd in entry.items()})


def _pair(name: str, entry: dict[str, str], models: Mapping[str, Model]) -> Pair:
    for tier in ("sonnet", "opus"):
        model = models.get(entry.get(tier, ""))
        _require(
            model is not None and model.tier == tier,
            field=f"pairs.{name}.{tier}",
            problem=f"must be the id of a {tier} model of this file",
        )
    return Pair(name=name, sonnet=models[entry["sonnet"]], opus=models[entry["opus"]])


def _table(raw: dict[str, Any], key: str) -> dict[str, Any]:
    table = raw.get(key)
    if not isinstance(table, dict) or not table:
        raise BadInputError(field=key, problem="must be a table with at least one entry")
    return table


def _require(holds: object, *, field: str, problem: str) -> None:
    if not holds:
        raise BadInputError(field=field, problem=problem)
