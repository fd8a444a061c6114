"""What `doctor` asks Claude's API: each model of the pair. Imports the SDK: import this only when asked."""

import asyncio
import re
import socket
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import anthropic
import httpx2

from bot.adapters.model_lookup import listing_of
from bot.doctor import model
from bot.doctor.finding import Finding, Trouble, unreachable
from bot.models.catalogue import Model
from bot.models.choosing import Choice, trouble

SETTING = "ANTHROPIC_BASE_URL"
_CLEAN = re.compile(r"[!#-&(-~]+")  # what can stand in a header, no quote among it


async def examine(
    key: str,
    wanted: Sequence[tuple[Choice, Model]],
    *,
    other_pair: str,
    seconds: float,
    base_url: str | None = None,
) -> list[Finding]:
    """Ask for each model of the pair; nothing is generated, so nothing is paid.

    Args:
        key: The API key.
        wanted: The models that questions are routed between, and who chose them.
        other_pair: The name of the pair that could be used instead.
        seconds: The most it may take.
        base_url: Where the API is; None for the SDK's default, which honours `ANTHROPIC_BASE_URL`.
    """
    if not _CLEAN.fullmatch(key):
        return [model.key_unclean()]
    async with anthropic.AsyncAnthropic(
        api_key=key, base_url=base_url, timeout=seconds, max_retries=0
    ) as client:
        try:
            facts = await asyncio.gather(*(_ask(client, *each) for each in wanted))
        except (anthropic.APIConnectionError, httpx2.TransportError) as error:
            host = client.base_url.host
            return [unreachable(model.KEY, _trouble(error), host=host, setting=SETTING)]
        except anthropic.AnthropicError:
            host = client.base_url.host
            return [unreachable(model.KEY, Trouble.BROKEN, host=host, setting=SETTING)]
    return model.models(list(facts), today=datetime.now(UTC).date(), other_pair=other_pair)


async def _ask(client: anthropic.AsyncAnthropic, choice: Choice, wanted: Model) -> model.ModelFacts:
    facts = model.ModelFacts(
        id=wanted.id,
        label=wanted.label,
        tier=wanted.tier,
        setting=choice.setting,
        is_priced=wanted.price is not None,
    )
    try:
        listing = listing_of(await client.models.retrieve(wanted.id))
    except anthropic.APIStatusError as error:
        return replace(facts, status=error.status_code)
    problem = trouble(choice, listing) if choice.is_own else ""
    return replace(facts, lifecycle=listing.lifecycle, retires_on=listing.retires_on, trouble=problem)


def _trouble(error: Exception) -> Trouble:
    """Classify by the chain of causes: the SDK wraps the transport's error, which wraps the system's."""
    for cause in _chain(error):
        if isinstance(cause, httpx2.TimeoutException | TimeoutError):
            return Trouble.TIMEOUT
        if isinstance(cause, httpx2.ProxyError):
            return Trouble.PROXY_LOGIN if "407" in str(cause) else Trouble.PROXY_REFUSED
        if isinstance(cause, ssl.SSLError) or "CERTIFICATE_VERIFY" in str(cause):
            return Trouble.TLS
        if isinstance(cause, socket.gaierror):
            return Trouble.DNS
        if isinstance(cause, ConnectionRefusedError | httpx2.ConnectError):
            return Trouble.REFUSED
    return Trouble.BROKEN


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    causes = []
    while error is not None:
        causes.append(error)
        error = error.__cause__ or error.__context__
    return reversed(causes)  # the innermost says most
