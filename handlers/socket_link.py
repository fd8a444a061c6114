"""One Socket Mode connection: envelopes in, acknowledgements out, until Slack or the network ends it."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog
from aiohttp import ClientSession, ClientWebSocketResponse, ClientWSTimeout, WSMsgType
from slack_sdk.web.async_client import AsyncWebClient

from bot.tasks import ended

log = structlog.get_logger()

CLOSE_SECONDS = 1.0
ENDED = "ended"
"""The reason when a connection ended without a word."""

Raw = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How patient a connection is.

    Attributes:
        ping_seconds: How long it may be silent before it is asked; half as long later it counts as dead.
        open_seconds: The most that opening may take: the address, the handshake and Slack's hello.
        longest_pause_seconds: Between attempts while Slack cannot be reached: so soon is it found again.
        refused_seconds: Between attempts while Slack refuses: other processes hold all connections, or
            Socket Mode is off.
        steady_seconds: A connection that lasted so long was a good one; the next is opened at once.
    """

    ping_seconds: float = 5.0
    open_seconds: float = 8.0
    longest_pause_seconds: float = 5.0
    refused_seconds: float = 8.0
    steady_seconds: float = 10.0


@dataclass(slots=True)
class Line:
    """Whether Slack can reach this process just now."""

    is_up: bool = False


class NotGreetedError(Exception):
    """A connection ended before Slack said hello.

    Args:
        reason: Slack's word for why, such as `too_many_websockets`, or `ended`.
    """

    def __init__(self, *, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Link:
    """One connection, from its handshake on.

    Args:
        socket: The connection.
        take: Works on one envelope; its task is kept here until it has ended.

    Attributes:
        over: Set when another connection is needed: Slack said goodbye, or this one ended.
        reason: Why.
    """

    def __init__(
        self, socket: ClientWebSocketResponse, take: Callable[["Link", Raw], Awaitable[None]]
    ) -> None:
        self._socket = socket
        self._take = take
        self._is_greeted = False
        self._is_open_to_new = True
        self._news = asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()
        self.over = asyncio.Event()
        self.reason = ""
        self._reading = asyncio.create_task(self._read())

    async def greeted(self) -> None:
        """Return when Slack has said hello.

        Raises:
            NotGreetedError: It said goodbye instead, or nothing any more.
        """
        await self._news.wait()
        if not self._is_greeted:
            raise NotGreetedError(reason=self.reason)

    async def send(self, frame: Raw) -> None:
        """Send one frame.

        Raises:
            ConnectionError: The connection has ended.
        """
        await self._socket.send_json(frame)

    async def close(self, *, patience_seconds: float, takes_more: bool = False) -> None:
        """Let what is under way be acknowledged, then close.

        Args:
            patience_seconds: The most to wait for acknowledgements.
            takes_more: Take what still comes while waiting; else it is left for Slack to send again.
        """
        self._is_open_to_new = takes_more
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=patience_seconds)
        await self._socket.close()
        await ended(*self._under_way, self._reading)

    async def _read(self) -> None:
        try:
            async for frame in self._socket:
                if frame.type is WSMsgType.TEXT:
                    self._sort(frame.data)
        finally:
            self._end(ENDED)

    def _sort(self, text: str) -> None:
        """Tell apart what Slack says: hello, goodbye, an envelope."""
        message = _parsed(text)
        kind = message.get("type")
        if kind == "hello":
            self._is_greeted = True
            self._news.set()
        elif kind == "disconnect":
            self._end(str(message.get("reason") or ENDED))
        elif self._is_open_to_new and "envelope_id" in message:
            self._start(message)

    def _start(self, message: Raw) -> None:
        task = asyncio.ensure_future(self._take(self, message))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    def _end(self, reason: str) -> None:
        self.reason = self.reason or reason
        self.over.set()
        self._news.set()


def _parsed(text: str) -> Raw:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        log.warning("frame.unreadable", chars=len(text))
        return {}
    return found if isinstance(found, dict) else {}


async def open_link(
    client: AsyncWebClient,
    session: ClientSession,
    app_token: str,
    take: Callable[[Link, Raw], Awaitable[None]],
    *,
    pace: Pace,
) -> Link:
    """Open one connection and wait for Slack's hello.

    Args:
        client: Without retry handlers: whoever opens decides when to try again.
        session: Carries the connection.
        app_token: `xapp-…` with the scope `connections:write`.
        take: As for `Link`.
        pace: How patient it is.

    Raises:
        NotGreetedError: Slack closed it at once.
        SlackApiError: Slack gives no address.
        aiohttp.ClientError: The network; also `OSError` and `TimeoutError`.
    """
    async with asyncio.timeout(pace.open_seconds):
        answer = await client.apps_connections_open(app_token=app_token)
        socket = await session.ws_connect(
            str(answer["url"]),
            heartbeat=pace.ping_seconds,
            timeout=ClientWSTimeout(ws_close=CLOSE_SECONDS),
            proxy=client.proxy,
            ssl=True if client.ssl is None else client.ssl,
        )
        link = Link(socket, take)
        try:
            await link.greeted()
        except (NotGreetedError, asyncio.CancelledError):
            await link.close(patience_seconds=0)
            raise
    return link
