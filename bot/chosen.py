"""The models that the settings choose, with what is known of them; asks Claude's API where too little is."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib import import_module

import structlog

from bot.models.catalogue import Catalogue, Pair, default_catalogue
from bot.models.choosing import UNTOLD, Choice, Listing, Unasked, choices, chosen, model_of, unlisted
from bot.settings import Settings

log = structlog.get_logger()

LOOKUP_SECONDS = 5.0
"""A start waits for it where a model is not in the catalogue, so it is short."""
UNPRICED = "what it costs is told as not known; caps count it at the dearest known price of its tier"
SOON = timedelta(days=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """What is asked, and all that is known of models."""

    catalogue: Catalogue
    pair: Pair
    wanted: tuple[Choice, Choice]


def assumed(settings: Settings) -> Models:
    """Return the models without asking anybody; of what the catalogue lacks, the usual is assumed.

    Raises:
        BadInputError: One is known to be of the other tier.
    """
    return _models(settings, default_catalogue())


async def looked_up(settings: Settings, *, seconds: float = LOOKUP_SECONDS) -> Models:
    """Return the models; what the catalogue does not know is looked up, which takes a few seconds at most.

    When the API does not tell, the usual is assumed and the log says so: an API that is away stops nobody.

    Raises:
        BadInputError: One cannot be asked; it names the setting and what to do.
    """
    catalogue = default_catalogue()
    wanted = _wanted(settings, catalogue)
    missing = unlisted(catalogue, wanted) if settings.anthropic_api_key.get_secret_value() else ()
    told = await _told(settings, missing, seconds)
    models = _models(settings, catalogue.with_models(model_of(choice, told[choice.id]) for choice in missing))
    for choice in missing:
        log.warning("model.price_unknown", model=choice.id, setting=choice.setting, told=UNPRICED)
    return models


async def warn_of_retirement(settings: Settings, models: Models, *, seconds: float = LOOKUP_SECONDS) -> None:
    """Log which of the models will be gone soon, or are; never raises for what the API does."""
    today = datetime.now(UTC).date()
    told = await _told(settings, models.wanted, seconds)
    for choice in models.wanted:
        if fate := fate_of(told[choice.id], today=today):
            log.warning("model.retiring", model=choice.id, setting=choice.setting, fate=fate)


def fate_of(listing: Listing, *, today: date) -> str:
    """Return what becomes of a model: `is deprecated, retires on 2027-02-01`; empty when nothing soon."""
    if not listing.is_known:
        return "is not available to this key"
    if listing.lifecycle == "retired":
        return "was retired"
    when = f"retires on {listing.retires_on.isoformat()}" if listing.retires_on else ""
    is_near = listing.retires_on is not None and listing.retires_on - today <= SOON
    if listing.lifecycle == "deprecated":
        return ", ".join(filter(None, ["is deprecated", when]))
    return when if is_near else ""


async def _told(settings: Settings, wanted: tuple[Choice, ...], seconds: float) -> dict[str, Listing]:
    """Return by its id what the API tells of each model; nothing where it does not tell."""
    if not wanted:
        return {}
    # The SDK takes a second to load: not in the event loop, and only where something is asked.
    lookup = await asyncio.to_thread(import_module, "bot.adapters.model_lookup")
    key = settings.anthropic_api_key.get_secret_value()
    answers = await lookup.look_up(key, [choice.id for choice in wanted], seconds=seconds)
    return {choice.id: _told_of(choice, answer) for choice, answer in zip(wanted, answers, strict=True)}


def _told_of(choice: Choice, answer: Listing | Unasked) -> Listing:
    if isinstance(answer, Listing):
        return answer
    log.warning("model.not_looked_up", model=choice.id, setting=choice.setting, reason=answer.why)
    return UNTOLD


def _models(settings: Settings, catalogue: Catalogue) -> Models:
    wanted = _wanted(settings, catalogue)
    pair = chosen(catalogue, settings.model_pair, wanted)
    return Models(catalogue=catalogue.with_models((pair.sonnet, pair.opus)), pair=pair, wanted=wanted)


def _wanted(settings: Settings, catalogue: Catalogue) -> tuple[Choice, Choice]:
    return choices(catalogue, settings.model_pair, sonnet=settings.model_sonnet, opus=settings.model_opus)
