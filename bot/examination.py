"""The command `doctor`: all checks at once, each with its time limit, told in one order."""

import asyncio
from collections.abc import Coroutine, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from bot.adapters import doctor_machine, doctor_store
from bot.adapters.doctor_slack import Asked, SlackProbe
from bot.chosen import assumed
from bot.doctor import machine, model, slack, store
from bot.doctor.finding import Finding, failed
from bot.errors import BadInputError
from bot.settings import Settings
from handlers.manifest import WHY_SCOPE, bot_events, scopes

PROBE_SECONDS = 5.0

Probe = Coroutine[Any, Any, Sequence[Finding]]


async def examine(settings: Settings, *, seconds: float = PROBE_SECONDS) -> list[Finding]:
    """Examine everything that the settings name.

    Args:
        settings: As every role reads them.
        seconds: The most one check may take; they run side by side.

    Returns:
        One or more findings a check, in the order in which a person sets things up.
    """
    asking_models = _models(settings, seconds)  # loads the SDK: before any time limit begins to run
    done = await asyncio.gather(
        _slack(settings, seconds),
        _within(seconds, store.STORE, _store(settings, seconds)),
        _within(seconds, model.KEY, asking_models),
        _within(seconds, machine.PORT, _port(settings, seconds)),
    )
    urls = (settings.slack_api_url, doctor_machine.api_url())
    folder = [] if settings.redis_url else [doctor_machine.folder(settings.data_dir)]
    here = [*folder, doctor_machine.proxies(urls)]
    return [doctor_machine.env_file(Path(".env")), *chain.from_iterable((*done, here))]


async def _slack(settings: Settings, seconds: float) -> list[Finding]:
    probe = SlackProbe(
        api_url=settings.slack_api_url, needed=scopes(), features=WHY_SCOPE, seconds=seconds * 0.9
    )
    token, app_token = (
        settings.slack_bot_token.get_secret_value(),
        settings.slack_app_token.get_secret_value(),
    )
    secret = settings.slack_signing_secret.get_secret_value()
    asked = await _asked(probe, token, seconds)
    joined = await asyncio.gather(
        _within(seconds, slack.APP, probe.app_token(app_token, bot_app_id=asked.app_id)),
        _within(seconds, slack.CHANNELS, _channels(probe, settings, asked)),
    )
    return [
        *asked.findings,
        slack.receiver(has_app_token=bool(app_token), has_secret=bool(secret)),
        *joined[0],
        slack.signing_secret(secret),
        slack.events(bot_events()),
        *joined[1],
    ]


async def _asked(probe: SlackProbe, token: str, seconds: float) -> Asked:
    try:
        async with asyncio.timeout(seconds):
            return await probe.bot_token(token)
    except TimeoutError:
        return Asked(findings=[_too_slow(slack.BOT, seconds)])


async def _channels(probe: SlackProbe, settings: Settings, asked: Asked) -> list[Finding]:
    if not asked.user:
        return []
    token = settings.slack_bot_token.get_secret_value()
    return await probe.channels(
        token,
        watched=settings.watched_channels,
        user=asked.user,
        allow_external=settings.slack_connect == "on",
    )


async def _store(settings: Settings, seconds: float) -> list[Finding]:
    if settings.redis_url:
        return await doctor_store.examine(settings.redis_url, seconds=seconds)
    return await doctor_store.examine_embedded()


def _models(settings: Settings, seconds: float) -> Probe:
    key = settings.anthropic_api_key.get_secret_value()
    if not key:
        return _only(model.key_absent())
    from bot.adapters import doctor_model  # noqa: PLC0415  # the SDK takes a second to load

    try:
        models = assumed(settings)
    except BadInputError as error:
        return _only(model.wrong_choice(error.field, error.problem))
    wanted = tuple(zip(models.wanted, (models.pair.sonnet, models.pair.opus), strict=True))
    other = next(name for name in models.catalogue.pairs if name != models.pair.name)
    return doctor_model.examine(key, wanted, other_pair=other, seconds=seconds * 0.9)


async def _only(finding: Finding) -> list[Finding]:
    return [finding]


async def _port(settings: Settings, seconds: float) -> list[Finding]:
    if not settings.slack_signing_secret.get_secret_value():
        return []
    return await doctor_machine.port(settings.host, settings.port, seconds=seconds / 2)


async def _within(seconds: float, name: str, probe: Probe) -> Sequence[Finding]:
    try:
        async with asyncio.timeout(seconds):
            return await probe
    except TimeoutError:
        return [_too_slow(name, seconds)]


def _too_slow(name: str, seconds: float) -> Finding:
    remedy = "Try again; if it stays, look at the network between this machine and what is asked."
    return failed(name, f"no answer within {seconds:g} s", remedy)
