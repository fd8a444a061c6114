"""Whether deliveries can be accepted now: what `/readyz` answers, within two seconds whatever hangs."""

import asyncio
import time
from typing import Protocol

from aiohttp import ClientError, web
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import StoreUnavailableError
from handlers.slack_answers import code_of, is_refusal
from handlers.socket_link import Line

OK = "ok"

UNREACHABLE = (ClientError, OSError, AttributeError)
"""What a call raises when no answer of Slack's came; slack-sdk raises the last one for plain text."""


class Pingable(Protocol):
    """A store that can say whether it is fit to accept."""

    async def ping(self) -> None:
        """Raise `StoreUnavailableError` when it is not."""
        ...


class Readiness:
    """Says whether deliveries can be accepted.

    A token that was good stays good while Slack cannot be reached: accepting needs the store alone.

    Args:
        client: Its token is tried, at most once in five minutes while it is good.
        store: Where requests are kept.
        line: Of Socket Mode; without a connection nothing is received.
        ready_seconds: The most that an answer may take.
        good_seconds: How long a token that Slack accepted counts as good.
        doubt_seconds: How long an answer that was not good stands, so that probes are no load on Slack.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        store: Pingable,
        *,
        line: Line | None = None,
        ready_seconds: float = 2.0,
        good_seconds: float = 300.0,
        doubt_seconds: float = 5.0,
    ) -> None:
        self._client = client
        self._store = store
        self._line = line
        self._is_leaving = False
        self._ready_seconds = ready_seconds
        self._good_seconds = good_seconds
        self._doubt_seconds = doubt_seconds
        self._asking = asyncio.Lock()
        self._word = ""
        self._stands_until = 0.0
        self._was_good = False

    async def answer(self, _request: web.Request) -> web.Response:
        """Answer `/readyz`."""
        store, slack = await asyncio.gather(self._try_store(), self._try_token())
        found = {"store": store, "slack": slack}
        if self._line is not None:
            found["socket"] = OK if self._line.is_up else "no connection"
        if self._is_leaving:
            found["process"] = "stopping"
        return web.json_response(found, status=200 if set(found.values()) == {OK} else 503)

    def leave(self) -> None:
        """Say no from now on: the process stops."""
        self._is_leaving = True

    def routes(self) -> list[web.RouteDef]:
        """Return what probes ask: `/healthz` says that the process lives, `/readyz` whether it can work."""
        return [web.get("/healthz", _alive), web.get("/readyz", self.answer)]

    async def _try_store(self) -> str:
        try:
            async with asyncio.timeout(self._ready_seconds):
                await self._store.ping()
        except StoreUnavailableError as error:
            return str(error)
        except TimeoutError:
            return "TimeoutError"
        return OK

    async def _try_token(self) -> str:
        try:
            async with asyncio.timeout(self._ready_seconds), self._asking:
                if time.monotonic() >= self._stands_until:
                    await self._ask()
        except TimeoutError:
            self._note("TimeoutError")
        return OK if self._was_good else self._word

    async def _ask(self) -> None:
        try:
            await self._client.auth_test()
        except SlackApiError as error:
            self._note(code_of(error), is_refused=is_refusal(error))
        except UNREACHABLE as error:
            self._note(type(error).__name__)
        else:
            self._word, self._was_good = OK, True
            self._stands_until = time.monotonic() + self._good_seconds

    def _note(self, word: str, *, is_refused: bool = False) -> None:
        self._word = word
        self._was_good = self._was_good and not is_refused
        self._stands_until = time.monotonic() + self._doubt_seconds


async def _alive(_request: web.Request) -> web.Response:
    return web.json_response({"alive": True})
