"""Where Slack comes in: the app that every delivery passes, and its HTTP route."""

import asyncio
import logging
import re
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.ports import Queue
from handlers import failures
from handlers.acceptance import ARRIVED, Acceptance, OneWorkspace, Parse, log_ack
from handlers.noting import Diary
from handlers.readiness import Pingable, Readiness
from handlers.screen import MAX_BODY_BYTES, Refusal, screen

log = structlog.get_logger()

EVENTS_PATH = "/slack/events"
READ_SECONDS = 5
UNTRUSTED = (ValueError, RecursionError, AttributeError, TypeError, LookupError, web.RequestPayloadError)
"""What reading a payload of the wrong shape raises."""

Register = Callable[[AsyncApp], None]


def build_app(
    *,
    client: AsyncWebClient,
    signing_secret: str,
    queue: Queue,
    parse: Parse,
    register: Register | None = None,
    diary: Diary | None = None,
    has_model: bool = True,
    is_silent: bool = False,
) -> AsyncApp:
    """Return the Bolt app: every delivery is accepted durably before it is acknowledged.

    Args:
        client: The one Web API client; its token and address are used for everything.
        signing_secret: Proves that an HTTP request comes from Slack; unused in Socket Mode.
        queue: Where requests are durable.
        parse: Finds the request in a payload.
        register: Adds listeners for what is no request, such as a button that opens a form.
        diary: Where what happens to messages is durable; without one it is not kept.
        has_model: There is a model to ask; without one a receipt says so.
        is_silent: Nobody is to see anything: commands get no receipt.
    """
    app = AsyncApp(
        name="incident-copilot",
        logger=_quiet(),
        client=client,
        signing_secret=signing_secret,
        authorize=OneWorkspace(client),
        attaching_conversation_kwargs_enabled=False,
        ignoring_self_events_enabled=False,  # that our own posts stand in a thread belongs into its log
    )
    app.middleware(
        Acceptance(queue=queue, parse=parse, diary=diary, has_model=has_model, is_silent=is_silent)
    )
    failures.register(app)
    if register is not None:
        register(app)
    _acknowledge_the_rest(app)
    return app


def _quiet() -> logging.Logger:
    """Return the logger for Bolt: at other levels it logs whole bodies, of wrong signatures for one."""
    logger = logging.getLogger("slack_bolt.receiver")
    logger.setLevel(logging.ERROR)
    return logger


def _acknowledge_the_rest(app: AsyncApp) -> None:
    """Bolt answers 404 to what no listener takes, and Slack would count that as a failed delivery."""
    anything = re.compile(".*")
    app.event("message")(_ignore)
    app.event(anything)(_ignore)
    for kind in (app.action, app.command, app.shortcut, app.view, app.view_closed, app.options):
        kind(anything)(_acknowledge)


async def _ignore() -> None:
    """Bolt has acknowledged it."""


async def _acknowledge(ack: Callable[[], Any]) -> None:
    await ack()


def build_receiver(
    *,
    app: AsyncApp,
    store: Pingable,
    read_seconds: float = READ_SECONDS,
    readiness: Readiness | None = None,
) -> web.Application:
    """Return the HTTP receiver.

    `POST /slack/events` takes events, commands and interactivity. `GET /healthz` says that the process
    lives; `GET /readyz` says with 200 or 503 whether it can accept: the store answers, Slack knows the token.

    Args:
        app: From `build_app`.
        store: Where requests are kept, usually the queue itself.
        read_seconds: The most a sender may take to send a body.
        readiness: What probes are told; by default of these alone.
    """
    told = readiness or Readiness(app.client, store)
    receiver = web.Application(client_max_size=MAX_BODY_BYTES)
    receiver.add_routes([web.post(EVENTS_PATH, Door(app, read_seconds).receive), *told.routes()])
    return receiver


def build_probes(readiness: Readiness) -> web.Application:
    """Return what answers probes alone, for roles that receive nothing over HTTP."""
    probes = web.Application()
    probes.add_routes(readiness.routes())
    return probes


def build_runner(receiver: web.Application, *, shutdown_timeout: float = 3.0) -> web.AppRunner:
    """Return what runs the receiver.

    Nothing is inflated: aiohttp would do so as a body arrives, before anybody could refuse it, and 50 kB may
    hold 50 MB.

    Args:
        receiver: From `build_receiver`.
        shutdown_timeout: So many seconds do deliveries under way get at the end; Slack waits for three.
    """
    return web.AppRunner(receiver, access_log=None, auto_decompress=False, shutdown_timeout=shutdown_timeout)


class Door:
    """Takes one delivery after the other from HTTP to Bolt.

    Args:
        app: From `build_app`.
        read_seconds: The most a sender may take to send a body.
    """

    def __init__(self, app: AsyncApp, read_seconds: float) -> None:
        self._app = app
        self._read_seconds = read_seconds

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """Answer one delivery; whatever it is, never with 500."""
        arrived = time.monotonic()
        refusal = screen(request.headers, size_bytes=request.content_length, now_seconds=time.time())
        if refusal is not None:
            return _turn_away(refusal)
        try:
            delivery = await self._read(request, arrived)
            response = await _to_http(await self._app.async_dispatch(delivery))
        except TimeoutError:
            return _turn_away(Refusal(status=408, reason="slow body"))
        except UNTRUSTED as error:
            # Bolt trusts the shape of a body, before the signature is checked and in its own error handler.
            return _turn_away(Refusal(status=400, reason=f"unreadable body: {type(error).__name__}"))
        await response.prepare(request)
        await response.write_eof()
        log_ack(delivery.context)
        return response

    async def _read(self, request: web.Request, arrived: float) -> AsyncBoltRequest:
        """Return a delivery as Bolt takes it.

        Raises:
            UNTRUSTED: Its body is empty, no UTF-8, no JSON, or of another shape than Slack's.
            TimeoutError: It does not come to its end.
        """
        async with asyncio.timeout(self._read_seconds):
            raw = await request.read()
        if not raw:
            raise ValueError("empty body")
        headers: dict[str, Any] = dict(request.headers)
        delivery = AsyncBoltRequest(body=raw.decode(), headers=headers, context={ARRIVED: arrived})
        is_event = delivery.body.get("type") == "event_callback"
        if is_event and not isinstance(delivery.body.get("event"), dict):
            raise TypeError("no event")
        return delivery


async def _to_http(answer: BoltResponse) -> web.Response:
    if answer.status == HTTPStatus.OK and not answer.body:  # nearly always, so it must be cheap
        return web.Response()
    return await to_aiohttp_response(answer)


def _turn_away(refusal: Refusal) -> web.Response:
    log.warning("delivery.turned_away", status=refusal.status, reason=refusal.reason)
    return web.Response(status=refusal.status, text=refusal.reason)
