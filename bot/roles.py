"""What each role of the program runs, until it is told to stop."""

import asyncio
import signal
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from typing import Any

import structlog
from aiohttp import ClientError, web
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

import handlers
from bot import wiring
from bot.adapters.presence import Presence
from bot.adapters.queue import RequestQueue, open_redis
from bot.adapters.slack import identify
from bot.adapters.slack_failures import code_of, had_no_effect
from bot.adapters.store import RedisMemory
from bot.copilot import Copilot
from bot.errors import BadInputError
from bot.forms import Forms
from bot.settings import Settings, require
from bot.tasks import ended, running
from handlers.readiness import Readiness
from handlers.receiver import build_app, build_probes, build_receiver, build_runner
from handlers.socket_link import Line
from handlers.socket_mode import run_socket
from handlers.views import opener

log = structlog.get_logger()

NEEDED = {
    "all": ("slack_bot_token", "slack_signing_secret"),
    "web": ("slack_bot_token", "slack_signing_secret"),
    "socket": ("slack_bot_token", "slack_app_token"),
    "worker": ("slack_bot_token",),
}


REST_SECONDS = 3.0
"""What is kept of the time to stop for ending what a drain cut off, and for the store."""
LAST_SECONDS = 1.0
"""What is kept of that for cutting off whatever hangs, such as a store that does not answer."""
LEAVE_SECONDS = 0.3
"""So long do probes hear that the process stops before its port is closed."""


async def serve(role: str, settings: Settings) -> None:
    """Run one role until SIGINT or SIGTERM, then stop in order and within `drain_seconds`.

    Raises:
        BadInputError: A setting is missing, or Slack refuses the token.
    """
    require(settings, *NEEDED[role])
    stop = _stop_on_signals()
    async with running(_serve(role, settings, stop, asyncio.Event())) as serving, running(_set(stop)) as told:
        await asyncio.wait({serving, told}, return_when=asyncio.FIRST_COMPLETED)
        seconds = max(settings.drain_seconds, REST_SECONDS) - LAST_SECONDS
        await asyncio.wait({serving}, timeout=seconds)
        if serving.done():
            serving.result()
            return
        log.warning("stop.cut_short", seconds=seconds)
        await ended(serving, again_seconds=LAST_SECONDS / 4)


async def _set(event: asyncio.Event) -> None:
    await event.wait()


async def _serve(role: str, settings: Settings, stop: asyncio.Event, ready: asyncio.Event) -> None:
    """Run one role until it is to stop; then the receiver stops first, and the work is drained."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(wiring.store(settings))
        client = await stack.enter_async_context(wiring.slack_client(settings))
        await _check_token(client, settings)
        queue = await stack.enter_async_context(RequestQueue(url, sealer=wiring.sealer(settings)))
        stack_receiver = await stack.enter_async_context(AsyncExitStack())
        tasks: list[asyncio.Task[None]] = []
        if role in {"all", "worker", "socket"}:
            copilot = await stack.enter_async_context(
                wiring.copilot(settings, url, client, ready=ready, queue=queue)
            )
            tasks.append(asyncio.create_task(_work(queue, copilot, settings)))
        keeping: list[asyncio.Task[None]] = []
        line = Line(is_up=role != "socket")  # over HTTP nobody can tell
        readiness = Readiness(client, queue, line=line if role == "socket" else None)
        await stack.enter_async_context(_probes(readiness, settings))
        try:
            if role != "worker":
                app = await stack.enter_async_context(_app(settings, url, client, queue, line))
                over_http = build_receiver(app=app, store=queue, readiness=readiness)
                receiver = _socket(app, settings, line) if role == "socket" else _http(over_http, settings)
                keeping = await stack_receiver.enter_async_context(receiver)
            log.info("role.ready", role=role)
            ready.set()
            await _until(stop, [*tasks, *keeping])
        finally:
            readiness.leave()  # first, so that probes hear it while the port is still open
            until = asyncio.get_running_loop().time() + settings.drain_seconds - REST_SECONDS
            await stack_receiver.aclose()
            await _drain(queue, tasks, max(0.0, until - asyncio.get_running_loop().time()))


def _work(queue: RequestQueue, copilot: Copilot, settings: Settings) -> Coroutine[Any, Any, None]:
    return queue.work(
        copilot.handle,
        give_up=copilot.give_up,
        concurrency=settings.concurrency,
        lease_seconds=settings.lease_seconds,
    )


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop


async def _check_token(client: AsyncWebClient, settings: Settings) -> None:
    try:
        await identify(client)
    except SlackApiError as error:
        code = code_of(error)
        if not had_no_effect(error):  # Slack is ill, and the token may be good
            problem = f"{settings.slack_api_url} does not answer as Slack does ({code}): try again later."
            raise BadInputError(field="SLACK_API_URL", problem=problem) from None
        problem = f"Slack refused it ({code}): copy the Bot User OAuth Token of your app again."
        raise BadInputError(field="SLACK_BOT_TOKEN", problem=problem) from None
    except (ClientError, OSError) as error:
        kind = type(error).__name__
        problem = f"{settings.slack_api_url} cannot be reached ({kind}): check the address and your network."
        raise BadInputError(field="SLACK_API_URL", problem=problem) from None


async def _until(stop: asyncio.Event, tasks: list[asyncio.Task[None]]) -> None:
    waiting = asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait({waiting, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    await ended(waiting)
    for task in done - {waiting}:
        task.result()  # what ends by itself has failed: let the program end with its error


async def _drain(queue: RequestQueue, tasks: list[asyncio.Task[None]], seconds: float) -> None:
    if tasks:
        await queue.drain(seconds)
        await asyncio.gather(*tasks)
    log.info("process.stopped")


@asynccontextmanager
async def _app(
    settings: Settings, url: str, client: AsyncWebClient, queue: RequestQueue, line: Line | None = None
) -> AsyncIterator[AsyncApp]:
    redis = open_redis(url)
    memory = RedisMemory(redis, ttl_seconds=settings.retention_days * wiring.DAY_SECONDS)

    open_form = opener(Forms(memory=memory).view)
    diary, line = wiring.incident_log(settings, redis), line or Line(is_up=True)
    async with redis, aclosing(diary), Presence(redis, is_receiving=lambda: line.is_up):
        yield build_app(
            client=client,
            signing_secret=settings.slack_signing_secret.get_secret_value(),
            queue=queue,
            parse=handlers.parse,
            register=lambda app: handlers.register(app, open_form),
            diary=diary,
            has_model=bool(settings.anthropic_api_key.get_secret_value()),
            is_silent=settings.shadow == "on",
        )


@asynccontextmanager
async def _http(receiver: web.Application, settings: Settings) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Receive for the time of a block, and a moment longer, in which probes hear that it is over."""
    async with _listening(receiver, settings.host, settings.port, setting="PORT"):
        try:
            yield []
        finally:
            await asyncio.sleep(LEAVE_SECONDS)


@asynccontextmanager
async def _probes(readiness: Readiness, settings: Settings) -> AsyncIterator[None]:
    """Answer probes, if they have a port of their own, until the work is drained."""
    if not settings.health_port:
        yield
        return
    async with _listening(
        build_probes(readiness), settings.host, settings.health_port, setting="HEALTH_PORT"
    ):
        yield


@asynccontextmanager
async def _listening(served: web.Application, host: str, port: int, *, setting: str) -> AsyncIterator[None]:
    runner = build_runner(served)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        await runner.cleanup()
        problem = f"{host}:{port} cannot be listened on: {error.strerror}."
        raise BadInputError(field=setting, problem=problem) from None
    try:
        yield
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _socket(app: AsyncApp, settings: Settings, line: Line) -> AsyncIterator[list[asyncio.Task[None]]]:
    token = settings.slack_app_token.get_secret_value()
    async with run_socket(app=app, app_token=token, line=line) as keeping:
        yield [keeping]
