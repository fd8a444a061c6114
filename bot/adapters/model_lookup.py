"""What Claude's API says of models. Imports the SDK: import this only where one is asked."""

import asyncio
from collections.abc import Sequence

import anthropic
import httpx2
from anthropic.types import ModelInfo

from bot.models.catalogue import EFFORTS
from bot.models.choosing import Listing, Unasked

_THINKING = ("adaptive", "between_tools", "disabled", "enabled")
NOT_FOUND = 404
"""No model has this id, or none that the key may use."""


async def look_up(
    key: str, ids: Sequence[str], *, seconds: float, base_url: str | None = None
) -> list[Listing | Unasked]:
    """Ask for each model; nothing is generated, so nothing is paid. Never raises for what the API does.

    Args:
        key: The API key.
        ids: Of the models.
        seconds: The most it takes for all of them.
        base_url: Where the API is; None for the SDK's default, which honours `ANTHROPIC_BASE_URL`.
    """
    try:
        async with anthropic.AsyncAnthropic(
            api_key=key,
            base_url=base_url,
            timeout=seconds,
            max_retries=0,
            open_telemetry={"propagation": False},
        ) as client:
            return list(await asyncio.gather(*(_asked(client, each, seconds) for each in ids)))
    except (anthropic.AnthropicError, httpx2.HTTPError, httpx2.InvalidURL) as error:
        return [Unasked(why=type(error).__name__) for _ in ids]


async def _asked(client: anthropic.AsyncAnthropic, model_id: str, seconds: float) -> Listing | Unasked:
    try:
        async with asyncio.timeout(seconds):
            return listing_of(await client.models.retrieve(model_id))
    except anthropic.APIStatusError as error:
        is_unknown = error.status_code == NOT_FOUND
        return Listing(is_known=False) if is_unknown else Unasked(why=f"it answers {error.status_code}")
    except (TimeoutError, anthropic.APITimeoutError):
        return Unasked(why=f"no answer within {seconds:g} s")
    except anthropic.APIConnectionError:
        return Unasked(why="no connection")
    except (anthropic.AnthropicError, httpx2.HTTPError, ValueError, TypeError, AttributeError):
        return Unasked(why="it answers in an unknown form")


def listing_of(found: ModelInfo) -> Listing:
    """Return what the API told; what it left out is not told."""
    able = found.capabilities
    return Listing(
        label=found.display_name or "",
        line=found.line or "",
        lifecycle=found.lifecycle or "",
        retires_on=found.retires_at.date() if found.retires_at else None,
        efforts=_supported(able.effort, EFFORTS) if able else None,
        thinking=_supported(able.thinking.types, _THINKING) if able else None,
        has_schemas=able.structured_outputs.supported if able else None,
        context_tokens=found.max_input_tokens or 0,
        output_tokens=found.max_tokens or 0,
    )


def _supported(able: object, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in names if getattr(getattr(able, name, None), "supported", False))
