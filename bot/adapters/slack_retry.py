"""When a call of Slack's Web API is made again, and after how long.

A rate limit means that the call did nothing, so every method is tried again after it. A broken answer (5xx, a
reset, a timeout, HTML) leaves open whether the call took effect: only what may happen twice without harm is
tried again here. A post is not: `bot.adapters.slack_reply` looks for it first.

slack-sdk 3.47 reads `Retry-After` by `int()` and waits as long as it says; a header of `abc` ends the call by
`ValueError`, and one of 86400 parks its worker for a day. Hence handlers of our own.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from http import HTTPStatus

import structlog
from aiohttp import ClientConnectorError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState

from bot.adapters.slack_failures import FAULTS
from bot.slack.error_names import LIMITED, UNSURE, name_of, named
from bot.slack.pauses import asked_seconds

log = structlog.get_logger()

MOST_SECONDS = 60.0
"""So long may one call wait in all, whatever Slack asks for; after that its request fails and says so."""
UNSAID_SECONDS = 1.0
"""The first pause when Slack does not say how long, or in no number; each next one is twice as long."""
MOST_LIMITS, MOST_FAULTS = 8, 2

READS = frozenset({"get", "getPermalink", "history", "info", "list", "members", "replies", "test"})
"""The last words of methods that only read."""
REPEATABLE = frozenset(
    {
        "assistant.threads.setStatus",
        "chat.delete",
        "chat.stopStream",
        "chat.update",
        "conversations.open",
        "files.getUploadURLExternal",
    }
)
"""Writes after which the world is the same, done once or twice."""

Sleep = Callable[[float], Awaitable[None]]


def retry_handlers(
    *, most_seconds: float = MOST_SECONDS, sleep: Sleep = asyncio.sleep
) -> list[AsyncRetryHandler]:
    """Return what an `AsyncWebClient` takes as its `retry_handlers`.

    Args:
        most_seconds: How long one call may wait for rate limits in all. Whoever cannot wait so long ends the
            call by a timeout of their own, or uses a client without handlers.
        sleep: Waits so many seconds.
    """
    return [LimitRetry(most_seconds=most_seconds, sleep=sleep), FaultRetry(sleep=sleep)]


class LimitRetry(AsyncRetryHandler):
    """Waits as long as Slack asks, within reason, and lets the call be made again.

    Args:
        most_seconds: The most that one call waits in all.
        sleep: Waits so many seconds.
    """

    def __init__(self, *, most_seconds: float, sleep: Sleep) -> None:
        super().__init__(max_retry_count=MOST_LIMITS)
        self._most_seconds = most_seconds
        self._sleep = sleep

    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        del request
        return error is None and is_limited(response) and _waited(state) < self._most_seconds

    async def prepare_for_next_attempt_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> None:
        """Wait before the next attempt."""
        del error
        asked = asked_seconds(response.headers if response else {})
        seconds = UNSAID_SECONDS * 2**state.current_attempt if asked is None else asked
        seconds = min(seconds + _jitter(seconds), self._most_seconds - _waited(state))
        state.custom_values = {"waited": _waited(state) + seconds}
        log.info("slack.limited", method=method_of(request), seconds=round(seconds, 1))
        await _again(state, self._sleep, seconds)


class FaultRetry(AsyncRetryHandler):
    """Lets a call be made again after a broken answer, if that cannot do a thing twice.

    Args:
        sleep: Waits so many seconds.
    """

    def __init__(self, *, sleep: Sleep) -> None:
        super().__init__(max_retry_count=MOST_FAULTS)
        self._sleep = sleep

    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if isinstance(error, ClientConnectorError):
            return True  # nothing was sent
        if isinstance(error, TimeoutError) and state.current_attempt:
            return False  # two timeouts are a minute: whoever asks has waited long enough
        is_broken = isinstance(error, FAULTS) if error else has_no_answer(response)
        return is_broken and is_repeatable(method_of(request))

    async def prepare_for_next_attempt_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> None:
        """Wait before the next attempt."""
        fault = type(error).__name__ if error else f"http_{response.status_code if response else 0}"
        log.info("slack.failed", method=method_of(request), fault=fault, attempt=state.current_attempt + 1)
        seconds = 0.5 * 2**state.current_attempt
        await _again(state, self._sleep, seconds + _jitter(seconds))


def is_limited(response: HttpResponse | None) -> bool:
    """Say whether an answer is a rate limit; some methods say it in the body alone."""
    return response is not None and name_of(response.body, response.status_code) == LIMITED


def has_no_answer(response: HttpResponse | None) -> bool:
    """Say whether what came is no answer of Slack's that can be relied on."""
    if response is None or is_limited(response):
        return False
    is_slacks = isinstance(response.body, dict)
    is_broken = response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR
    return is_broken or not is_slacks or named(response.body) in UNSURE


def is_repeatable(method: str) -> bool:
    """Say whether a method may take effect twice without harm."""
    return method in REPEATABLE or method.rpartition(".")[2] in READS


def method_of(request: HttpRequest) -> str:
    """Return the method's name, the last part of the address."""
    return request.url.rpartition("/")[2]


def _waited(state: RetryState) -> float:
    return float((state.custom_values or {}).get("waited", 0.0))


def _jitter(seconds: float) -> float:
    """Return up to a tenth more, so that callers that were refused together do not come back together."""
    return random.random() * seconds / 10  # noqa: S311  # no secret depends on it


async def _again(state: RetryState, sleep: Sleep, seconds: float) -> None:
    state.next_attempt_requested = True
    await sleep(seconds)
    state.increment_current_attempt()
