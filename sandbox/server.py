"""The local workspace as one server on loopback."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from sandbox.channel import Channel, Json
from sandbox.delivery import RETRY_PAUSES_SECONDS, Delivery
from sandbox.errors import PageError
from sandbox.faults import Faults
from sandbox.http_transport import HttpTransport
from sandbox.listeners import Listeners
from sandbox.news import News
from sandbox.page_api import BotProcesses, PageApi
from sandbox.person import Person
from sandbox.player import DEFAULT_SPEED, LEAD_SECONDS, Player
from sandbox.scenario import Library, load_library
from sandbox.socket_mode import SocketMode
from sandbox.web_api import WebApi
from sandbox.workspace import Workspace

__all__ = ["BotProcesses", "Sandbox", "running_sandbox"]

MOST_BODY_BYTES = 50_000_000
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104  # names of the setting, nothing binds here
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


@dataclass(slots=True, kw_only=True)
class Sandbox:
    """A local Slack workspace with a page.

    Attributes:
        scenario_dir: Folder of incident files; None for an empty workspace.
        speed: Scenario seconds per second of ours.
        lead_seconds: Our seconds of play before an opened incident's question; None begins at its
            first message.
        autoplay: Play as soon as a page is open.
        stream_age_seconds: How long a streamed message takes more, in machine time.
        ack_seconds: How long the app has to ack.
        retry_pauses_seconds: Pauses before the further attempts of an event that was not acked.
        scenario: The id of the incident to begin with; None takes the first file.
        bot: The copilot's processes, for the page; may be set after the start.
        url: Where it listens, without a slash at the end; empty before the start.
    """

    scenario_dir: Path | None = None
    speed: float = DEFAULT_SPEED
    lead_seconds: float | None = LEAD_SECONDS
    autoplay: bool = True
    stream_age_seconds: float = 300.0
    ack_seconds: float = 3.0
    retry_pauses_seconds: tuple[float, ...] = RETRY_PAUSES_SECONDS
    monotonic: Callable[[], float] = time.monotonic
    scenario: str | None = None
    bot: BotProcesses | None = None
    url: str = ""
    workspace: Workspace = field(init=False)
    delivery: Delivery = field(init=False)
    player: Player = field(init=False)
    person: Person = field(init=False)
    web_api: WebApi = field(init=False)
    page: PageApi = field(init=False)
    socket_mode: SocketMode = field(default_factory=SocketMode, init=False)
    listeners: Listeners = field(default_factory=Listeners, init=False)
    _session: aiohttp.ClientSession = field(init=False)
    _stack: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack, init=False)

    def __post_init__(self) -> None:
        library = load_library(self.scenario_dir)
        self.workspace = Workspace(monotonic=self.monotonic, stream_age_seconds=self.stream_age_seconds)
        self.delivery = Delivery(ack_seconds=self.ack_seconds, retry_pauses_seconds=self.retry_pauses_seconds)
        self.player = self._new_player(library)
        self.person = Person(workspace=self.workspace, delivery=self.delivery)
        self.web_api = WebApi(workspace=self.workspace, replies=self.person.replies)
        news = News(
            workspace=self.workspace,
            delivery=self.delivery,
            publish=self.publish,
            is_shown=self._is_shown,
        )
        self.page = PageApi(
            workspace=self.workspace,
            player=self.player,
            person=self.person,
            news=news,
            listeners=self.listeners,
            processes=lambda: self.bot,
        )
        self.workspace.observers.append(news)
        self.workspace.catch_up = self.player.catch_up

    @property
    def api_url(self) -> str:
        """What a Slack client takes as its base URL."""
        return f"{self.url}/api/"

    @property
    def faults(self) -> Faults:
        """Where faults of the Web API are ordered."""
        return self.web_api.faults

    @property
    def current_channel(self) -> Channel | None:
        """The channel of the take that is on."""
        return self.player.take.channel if self.player.take else None

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen, and begin the first incident; sets `url`.

        Args:
            host: Loopback, unless others shall reach it.
            port: 0 takes a free one.

        Raises:
            OSError: The port is taken.
            PageError: There is no incident `scenario`.
        """
        try:
            await self._listen(host, port)
            self._begin()
        except (OSError, PageError):
            await self.stop()
            raise

    async def stop(self) -> None:
        """End everything that runs."""
        await self._stack.aclose()

    def publish(self, event: dict[str, object]) -> None:
        """Send an event to all open pages; `type` is `run` or `bot` from outside."""
        self.listeners.publish(event)

    def deliver_http(self, request_url: str, signing_secret: str) -> None:
        """From now on, reach the app by signed HTTP at this URL; only after the start."""
        self.delivery.transport = HttpTransport(
            session=self._session, request_url=request_url, signing_secret=signing_secret
        )

    def deliver_socket_mode(self) -> None:
        """From now on, reach the app by the connections it opens."""
        self.delivery.transport = self.socket_mode

    def add_channel(
        self,
        channel_id: str,
        *,
        name: str,
        at_ts: str,
        bot_is_member: bool = True,
        is_private: bool = False,
        is_external: bool = False,
        messages: tuple[Json, ...] = (),
    ) -> Channel:
        """Add a channel beside the incidents', where time stands still at `at_ts`."""
        return self.workspace.add_channel(
            channel_id,
            name=name,
            at_ts=at_ts,
            bot_is_member=bot_is_member,
            is_private=is_private,
            is_external=is_external,
            messages=messages,
        )

    async def _listen(self, host: str, port: int) -> None:
        app = web.Application(client_max_size=MOST_BODY_BYTES, middlewares=[_guard(host)])
        app.add_routes(
            [*self.web_api.routes(), *self.page.routes(), web.get("/link", self.socket_mode.serve)]
        )
        runner = web.AppRunner(app, shutdown_timeout=0.5, access_log=None)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, host, port).start()
        shown = "127.0.0.1" if host in _EVERYWHERE else host
        self.url = self.workspace.base_url = f"http://{shown}:{runner.addresses[0][1]}"
        self._session = await self._stack.enter_async_context(aiohttp.ClientSession())

    def _new_player(self, library: Library) -> Player:
        return Player(
            workspace=self.workspace,
            library=library,
            publish=self.publish,
            speed=self.speed,
            lead_seconds=self.lead_seconds,
            autoplay=self.autoplay,
            monotonic=self.monotonic,
        )

    def _begin(self) -> None:
        if self.player.library.scenarios:
            self.player.open(self.scenario)
        playing = asyncio.create_task(self.player.run())
        self._stack.push_async_callback(self._end, playing)

    async def _end(self, playing: asyncio.Task[None]) -> None:
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)
        self.listeners.stop()
        await self.delivery.stop()
        await self.socket_mode.stop()

    def _is_shown(self, channel_id: str) -> bool:
        return self.current_channel is not None and self.current_channel.id == channel_id


@contextlib.asynccontextmanager
async def running_sandbox(sandbox: Sandbox | None = None, **settings: object) -> AsyncIterator[Sandbox]:
    """Run a workspace for the length of a block.

    Args:
        sandbox: One made before; else one is made of `settings`.
        settings: As `Sandbox` takes them.
    """
    running = sandbox or Sandbox(**settings)  # type: ignore[arg-type]  # the dataclass checks the names
    await running.start()
    try:
        yield running
    finally:
        await running.stop()


def _guard(host: str) -> Middleware:
    """Refuse what another site's page sends, and names that were made to point here."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not _is_ours(request, host):
            return web.json_response({"ok": False, "error": "foreign origin"}, status=403)
        response = await handler(request)
        if not response.prepared:
            response.headers.update(_HEADERS)
        return response

    return middleware


def _is_ours(request: web.Request, host: str) -> bool:
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        return False
    name = urlsplit(f"//{request.host}").hostname
    return host in _EVERYWHERE or name in _LOOPBACK or name == host
