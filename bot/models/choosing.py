"""Which two models are asked: the pair that is set, or others that an operator names. Pure."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

from bot.errors import BadInputError
from bot.models.catalogue import EFFORTS, Catalogue, Model, Pair

NEEDED_THINKING = "adaptive"
ASSUMED_EFFORTS = ("low", "medium", "high")
ASSUMED_CONTEXT_TOKENS = 200_000
ASSUMED_OUTPUT_TOKENS = 32_000
_SETTINGS = {"sonnet": "MODEL_SONNET", "opus": "MODEL_OPUS"}
_MAY_BE = {"sonnet": frozenset({"sonnet", "haiku"}), "opus": frozenset({"opus"})}
"""What the catalogue's tier of a model may be that is chosen for a tier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A model that is to be asked.

    Attributes:
        tier: For which questions: `sonnet` or `opus`.
        id: As the API names it.
        usual: The model that the pair has there.
        is_own: An operator named it.
    """

    tier: str
    id: str
    usual: Model
    is_own: bool

    @property
    def setting(self) -> str:
        """The setting that names it."""
        return _SETTINGS[self.tier] if self.is_own else "MODEL_PAIR"

    @property
    def remedy(self) -> str:
        """What to do when it cannot be asked."""
        return f"correct it, or leave {self.setting} empty for {self.usual.label} ({self.usual.id})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What the Models API says of a model.

    Attributes:
        is_known: The API knows it; else nothing else is told.
        label: Its name for people; empty when not told.
        line: Such as `opus`; empty when not told.
        lifecycle: `active`, `deprecated` or `retired`; empty when not told.
        retires_on: When it will be gone; None when not planned.
        efforts, thinking: What it accepts; None when not told.
        has_schemas: It answers in the form of a schema; None when not told.
        context_tokens, output_tokens: The most it takes and gives; 0 when not told.
    """

    is_known: bool = True
    label: str = ""
    line: str = ""
    lifecycle: str = ""
    retires_on: date | None = None
    efforts: tuple[str, ...] | None = None
    thinking: tuple[str, ...] | None = None
    has_schemas: bool | None = None
    context_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unasked:
    """Nobody could be asked.

    Attributes:
        why: In a few words, such as `no answer within 5 s`.
    """

    why: str


UNTOLD = Listing()
"""What is known of a model when nobody could be asked."""


def choices(
    catalogue: Catalogue, pair_name: str, *, sonnet: str = "", opus: str = ""
) -> tuple[Choice, Choice]:
    """Return the two models that are to be asked.

    Args:
        catalogue: Has the pair.
        pair_name: Of the pair; empty for the default one.
        sonnet: Id of another model for the tier; empty for the pair's.
        opus: The same.

    Raises:
        BadInputError: One is known to be of the other tier; it names the setting.
    """
    pair = catalogue.pair(pair_name)
    return _choice(catalogue, pair.sonnet, "sonnet", sonnet), _choice(catalogue, pair.opus, "opus", opus)


def _choice(catalogue: Catalogue, usual: Model, tier: str, named: str) -> Choice:
    choice = Choice(tier=tier, id=named or usual.id, usual=usual, is_own=bool(named))
    model = catalogue.find(choice.id)
    if model is not None:
        _check_line(choice, model.label, model.tier)
    return choice


def unlisted(catalogue: Catalogue, wanted: Collection[Choice]) -> tuple[Choice, ...]:
    """Return those of the models that the catalogue does not know."""
    return tuple(choice for choice in wanted if catalogue.find(choice.id) is None)


def chosen(catalogue: Catalogue, name: str, wanted: tuple[Choice, Choice]) -> Pair:
    """Return the pair of the models that were chosen; what the catalogue does not know is assumed."""
    sonnet, opus = (_found(catalogue, choice) for choice in wanted)
    return Pair(name=name, sonnet=sonnet, opus=opus)


def _found(catalogue: Catalogue, choice: Choice) -> Model:
    model = catalogue.find(choice.id)
    return model_of(choice, UNTOLD) if model is None else replace(model, id=choice.id)


def model_of(choice: Choice, listing: Listing) -> Model:
    """Return a model that the catalogue does not know; its price is not known either.

    What nobody told is assumed to be what every model of the pairs accepts.

    Raises:
        BadInputError: It cannot be asked; it names the setting and what to do.
    """
    _check(choice, listing)
    efforts = tuple(level for level in EFFORTS if level in (listing.efforts or ASSUMED_EFFORTS))
    return Model(
        id=choice.id,
        label=listing.label.removeprefix("Claude ") or choice.id,
        tier=choice.tier,
        efforts=efforts,
        thinking=listing.thinking or (NEEDED_THINKING,),
        effort_by_phase={
            phase: replace(choice.usual, efforts=efforts).fit_effort(effort)
            for phase, effort in choice.usual.effort_by_phase.items()
        },
        min_cache_tokens=choice.usual.min_cache_tokens,
        context_tokens=listing.context_tokens or ASSUMED_CONTEXT_TOKENS,
        max_output_tokens=listing.output_tokens or ASSUMED_OUTPUT_TOKENS,
        token_factor=choice.usual.token_factor,
        on_refusal=choice.usual.on_refusal,
    )


def trouble(choice: Choice, listing: Listing) -> str:
    """Return why a model cannot be asked, with what to do; empty when it can."""
    try:
        _check(choice, listing)
    except BadInputError as error:
        return error.problem
    return ""


def _check(choice: Choice, listing: Listing) -> None:
    if not listing.is_known:
        _refuse(choice, f"Claude's API lets this key use no model {choice.id}")
    if listing.lifecycle == "retired":
        _refuse(choice, f"{choice.id} was retired")
    if listing.line in {"sonnet", "opus", "haiku"}:
        _check_line(choice, choice.id, listing.line)
    if listing.thinking is not None and NEEDED_THINKING not in listing.thinking:
        _refuse(choice, f"{choice.id} does not accept adaptive thinking, which every request asks for")
    if listing.efforts is not None and not set(listing.efforts) & set(EFFORTS):
        _refuse(choice, f"{choice.id} accepts no effort level, which every request sets")
    if listing.has_schemas is False:
        _refuse(choice, f"{choice.id} does not answer in the form of a schema, which every request asks for")


def _check_line(choice: Choice, name: str, line: str) -> None:
    if line not in _MAY_BE[choice.tier]:
        _refuse(choice, f"{name} is no {choice.tier.title()} model")


def _refuse(choice: Choice, problem: str) -> None:
    raise BadInputError(field=choice.setting, problem=f"{problem}: {choice.remedy}.")
