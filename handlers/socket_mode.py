"""Socket Mode: a connection that is replaced before it goes, however Slack or the network ends it.

The client of slack-sdk 3.47 closes the old connection before it has a new one, retries a handshake with an
address that has expired, meets `too_many_websockets` by connecting again at once, and notices a dead line
after up to 25 s. Here the next connection stands before the old one is given up; what was accepted on the old
one is acknowledged there, or on the new one.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import structlog
from aiohttp import ClientError, ClientSession
from slack_bolt.adapter.socket_mode.internals import build_headers
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import BadInputError
from bot.slack.error_names import LIMITED
from bot.slack.pauses import asked_seconds
from bot.tasks import ended
from handlers.acceptance import ARRIVED, log_ack
from handlers.slack_answers import code_of, is_refusal
from handlers.socket_link import Line, Link, NotGreetedError, Pace, Raw, open_link

log = structlog.get_logger()

LIMITED_SECONDS, MOST_LIMITED_SECONDS = 30.0, 60.0
ACK_SECONDS = 3.0
"""So long does Slack wait for an acknowledgement; no use in finishing it later."""

UNTRUSTED = (ValueError, RecursionError, AttributeError, TypeError, LookupError)
"""What reading an envelope or an answer of the wrong shape raises."""
OPEN_ERRORS = (SlackApiError, ClientError, OSError, NotGreetedError, *UNTRUSTED)

REMEDIES = {
    "too_many_websockets": "all connections of this app are taken: end other processes that hold one",
    "link_disabled": "Socket Mode was switched off: turn it on in the app's settings",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why there is no connection, and how long to wait before the next attempt."""

    reason: str
    pause_seconds: float


def trouble_of(error: Exception, *, attempt: int, pace: Pace) -> Trouble:
    """Judge a failed attempt.

    Args:
        error: One of `OPEN_ERRORS`.
        attempt: How many failed before it in a row.
        pace: How patient we are.
    """
    growing = min(0.5 * 2 ** min(attempt, 10), pace.longest_pause_seconds)
    if isinstance(error, NotGreetedError):
        is_told = error.reason in REMEDIES
        return Trouble(reason=error.reason, pause_seconds=pace.refused_seconds if is_told else growing)
    if not isinstance(error, SlackApiError):
        return Trouble(reason=type(error).__name__, pause_seconds=growing)
    code = code_of(error)
    if code == LIMITED:
        asked = asked_seconds(getattr(error.response, "headers", {}))
        pause = min(LIMITED_SECONDS if asked is None else asked, MOST_LIMITED_SECONDS)
        return Trouble(reason=code, pause_seconds=max(pause, growing))
    return Trouble(reason=code, pause_seconds=pace.refused_seconds if is_refusal(error) else growing)


class SocketDoor:
    """Keeps one connection open and takes deliveries from it.

    Args:
        app: From `build_app`.
        app_token: `xapp-…` with the scope `connections:write`.
        session: Carries everything.
        pace: How patient it is.
        line: Is kept true.
    """

    def __init__(
        self, *, app: AsyncApp, app_token: str, session: ClientSession, pace: Pace, line: Line
    ) -> None:
        self._app = app
        self._app_token = app_token
        self._session = session
        self._pace = pace
        self._line = line
        self._client = _without_retries(app.client, session)
        self._link: Link | None = None
        self._since = 0.0
        self._failures = 0
        self._told = ""
        self._keeping: asyncio.Task[None] | None = None
        self._leaving: set[asyncio.Task[None]] = set()

    async def start(self) -> asyncio.Task[None]:
        """Connect, and keep connected; when Slack cannot be reached now, go on trying in the background.

        Raises:
            BadInputError: Slack refuses the token.
        """
        trouble: Exception | None = None
        try:
            self._adopt(await self._open())
        except OPEN_ERRORS as error:
            if isinstance(error, SlackApiError) and is_refusal(error):
                raise _refused(code_of(error)) from None
            trouble = error
        self._keeping = asyncio.create_task(self._keep(trouble))
        return self._keeping

    async def stop(self) -> None:
        """Take no new envelope, acknowledge those under way, and close."""
        if self._keeping is not None:
            await ended(self._keeping, again_seconds=ACK_SECONDS)
        if self._link is not None:
            await self._link.close(patience_seconds=ACK_SECONDS)
        await asyncio.gather(*self._leaving, return_exceptions=True)

    async def _keep(self, error: Exception | None) -> None:
        """Have a connection, for ever."""
        while True:
            if error is not None:
                await self._pause(error, attempt=self._failures)
            elif self._link is not None:
                await self._link.over.wait()
                await self._note_end(self._link)
            try:
                self._adopt(await self._open())
            except OPEN_ERRORS as failed:
                error = failed
            else:
                error = None

    async def _open(self) -> Link:
        return await open_link(self._client, self._session, self._app_token, self._take, pace=self._pace)

    def _adopt(self, link: Link) -> None:
        """Make this the connection, and let the one before go when its acknowledgements have left."""
        old, self._link = self._link, link
        self._since, self._told = time.monotonic(), ""
        self._line.is_up = True
        log.info("socket.connected")
        if old is not None:
            task = asyncio.create_task(old.close(patience_seconds=ACK_SECONDS, takes_more=True))
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    async def _note_end(self, link: Link) -> None:
        """Log why a connection is over; only after one that lasted is the next opened at once."""
        log.info("socket.over", reason=link.reason)
        self._line.is_up = False
        if time.monotonic() - self._since >= self._pace.steady_seconds:
            self._failures = 0
        if self._failures or link.reason in REMEDIES:
            await self._pause(NotGreetedError(reason=link.reason), attempt=self._failures - 1)
        else:
            self._failures = 1

    async def _pause(self, error: Exception, *, attempt: int) -> None:
        trouble = trouble_of(error, attempt=attempt, pace=self._pace)
        self._failures += 1
        if trouble.reason != self._told:  # once for as long as it lasts
            self._told = trouble.reason
            log.warning("socket.waiting", reason=trouble.reason, remedy=REMEDIES.get(trouble.reason))
        await asyncio.sleep(trouble.pause_seconds)

    async def _take(self, link: Link, message: Raw) -> None:
        """Hand one envelope to Bolt, and acknowledge it when its answer is 200; never raises."""
        arrived = time.monotonic()
        try:
            envelope = SocketModeRequest.from_dict(message)
            if envelope is None:
                raise ValueError("no envelope")
            delivery = AsyncBoltRequest(
                mode="socket_mode",
                body=envelope.payload,
                headers=build_headers(envelope),
                context={ARRIVED: arrived},
            )
            response = await self._app.async_dispatch(delivery)
            if response.status != HTTPStatus.OK:
                return
            frame = {"envelope_id": envelope.envelope_id, **_payload(response)}
        except UNTRUSTED as error:
            log.warning("delivery.turned_away", reason=f"unreadable envelope: {type(error).__name__}")
            return
        if await self._acknowledge(link, frame):
            log_ack(delivery.context)

    async def _acknowledge(self, link: Link, frame: Raw) -> bool:
        """Send an acknowledgement where the envelope came from, else on the connection of now.

        One that is lost does no harm: the envelope comes again and is known.
        """
        for way in (link, self._link):
            try:
                if way is not None:
                    await way.send(frame)
                    return True
            except (ConnectionError, ClientError):
                log.info("ack.lost", envelope=frame["envelope_id"])
        return False


def _payload(response: BoltResponse) -> Raw:
    """Return what an acknowledgement says, as Socket Mode wants it: an object, or text."""
    if not response.body:
        return {}
    content_type = (response.headers.get("content-type") or [""])[0]
    if not content_type.startswith("application/json"):
        return {"payload": {"text": response.body}}
    return {"payload": json.loads(response.body)}


def _without_retries(client: AsyncWebClient, session: ClientSession) -> AsyncWebClient:
    """Return a client that fails at once: what to do then is decided here."""
    options: dict[str, Any] = {"ssl": client.ssl, "proxy": client.proxy, "headers": client.headers}
    return AsyncWebClient(base_url=client.base_url, session=session, retry_handlers=[], **options)


def _refused(code: str) -> BadInputError:
    problem = (
        f"Slack refused it ({code}): copy an app-level token (xapp-…) with the scope connections:write "
        "from your app's Basic Information page, and turn Socket Mode on."
    )
    return BadInputError(field="SLACK_APP_TOKEN", problem=problem)


@asynccontextmanager
async def run_socket(
    *, app: AsyncApp, app_token: str, pace: Pace | None = None, line: Line | None = None
) -> AsyncIterator[asyncio.Task[None]]:
    """Receive over Socket Mode for the time of a block; gives the task that keeps the connection.

    That task never ends by itself: if it does, nothing is received any more.

    Args:
        app: From `build_app`.
        app_token: `xapp-…` with the scope `connections:write`.
        pace: How patient it is.
        line: Is kept true while the block lasts.

    Raises:
        BadInputError: Slack refuses the token.
    """
    async with ClientSession() as session:
        door = SocketDoor(
            app=app, app_token=app_token, session=session, pace=pace or Pace(), line=line or Line()
        )
        try:
            yield await door.start()
        finally:
            await door.stop()
