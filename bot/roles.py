"""What each role of the program runs, until it is told to stop."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager

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
from bot.errors import BadInputError
from bot.settings import Settings, require
from bot.slack.modals import wrong_modal
from bot.tasks import ended
from handlers.receiver import build_app, build_receiver, build_runner
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


REST_SECONDS = 2.0
"""What is kept of the time to stop for ending what a drain cut off, and for the store."""


async def serve(role: str, settings: Settings) -> None:
    """Run one role until SIGINT or SIGTERM, then stop in order: receiver first, then drain the work.

    Raises:
        BadInputError: A setting is missing, or Slack refuses the token.
    """
    require(settings, *NEEDED[role])
    stop, ready = _stop_on_signals(), asyncio.Event()
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(wiring.store(settings))
        client = await stack.enter_async_context(wiring.slack_client(settings))
        await _check_token(client, settings)
        queue = await stack.enter_async_context(RequestQueue(url))
        stack_receiver = await stack.enter_async_context(AsyncExitStack())
        tasks: list[asyncio.Task[None]] = []
        if role in {"all", "worker", "socket"}:
            copilot = await stack.enter_async_context(
                wiring.copilot(settings, url, client, ready=ready, queue=queue)
            )
            working = queue.work(
                copilot.handle,
                give_up=copilot.give_up,
                concurrency=settings.concurrency,
                lease_seconds=settings.lease_seconds,
            )
            tasks.append(asyncio.create_task(working))
        keeping: list[asyncio.Task[None]] = []
        try:
            if role != "worker":
                line = Line(is_up=role != "socket")  # over HTTP nobody can tell
                app = await stack.enter_async_context(_app(settings, url, client, queue, line))
                receiver = _socket(app, settings, line) if role == "socket" else _http(app, settings, queue)
                keeping = await stack_receiver.enter_async_context(receiver)
            log.info("role.ready", role=role)
            ready.set()
            await _until(stop, [*tasks, *keeping])
        finally:
            until = asyncio.get_running_loop().time() + settings.drain_seconds - REST_SECONDS
            await stack_receiver.aclose()
            await _drain(queue, tasks, max(0.0, until - asyncio.get_running_loop().time()))


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

    async def view_for(answer_id: str) -> dict[str, object] | None:
        answer = await memory.answer(answer_id)
        if answer is None or not answer.hypothesis_ids:
            return None
        return wrong_modal(answer_id, {i: answer.claims.get(i, "") for i in answer.hypothesis_ids})

    open_form = opener(view_for)
    diary, line = wiring.incident_log(settings, redis), line or Line(is_up=True)
    async with redis, aclosing(diary), Presence(redis, is_receiving=lambda: line.is_up):
        yield build_app(
            client=client,
            signing_secret=settings.slack_signing_secret.get_secret_value(),
            queue=queue,
            parse=handlers.parse,
            register=lambda app: handlers.register(app, open_form),
            diary=diary,
        )


@asynccontextmanager
async def _http(
    app: AsyncApp, settings: Settings, queue: RequestQueue
) -> AsyncIterator[list[asyncio.Task[None]]]:
    runner = build_runner(build_receiver(app=app, store=queue))
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
    except OSError as error:
        problem = f"{settings.host}:{settings.port} cannot be listened on: {error.strerror}."
        raise BadInputError(field="PORT", problem=problem) from None
    try:
        yield []
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _socket(app: AsyncApp, settings: Settings, line: Line) -> AsyncIterator[list[asyncio.Task[None]]]:
    token = settings.slack_app_token.get_secret_value()
    async with run_socket(app=app, app_token=token, line=line) as keeping:
        yield [keeping]
