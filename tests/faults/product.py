"""The whole product in one process: a local workspace, a real store, receivers and workers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession, ClientTimeout, web
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bench.mentions import CHANNEL, NOW, ROOTS, answers, is_finished, roots
from bot import roles, wiring
from bot.adapters.queue import RequestQueue
from bot.adapters.tickets import Patience
from bot.settings import Settings
from handlers.receiver import EVENTS_PATH, build_receiver, build_runner
from sandbox.server import Sandbox, running_sandbox
from tests.adapters.queueing import SEALER
from tests.faults.row import Row

SECRET = "only for " + "this test"
PATIENCE_SECONDS = 40.0
HURRY = Patience(delays_seconds=(0.05, 0.1))


@dataclass
class Product:
    """What is asked and what stands in the threads.

    Attributes:
        asked: The `ts` of every question.
    """

    sandbox: Sandbox
    settings: Settings
    client: AsyncWebClient
    lanes: int
    stack: AsyncExitStack
    asked: list[str] = field(default_factory=list)
    queues: list[RequestQueue] = field(default_factory=list)

    def ask(self, count: int = 1) -> None:
        """Mention the copilot, in each thread in turn; every mention is delivered as two events."""
        for _ in range(count):
            thread_ts = f"1700000{len(self.asked) % self.lanes:03d}.000001"
            said = self.sandbox.person.say(CHANNEL, f"@copilot why? ({len(self.asked)})", thread_ts=thread_ts)
            self.asked.append(str(said["ts"]))

    def posts(self) -> dict[str, list[dict[str, Any]]]:
        """Return what was posted for each question."""
        found = answers(self.sandbox)
        return {ts: found.get(ts, []) for ts in self.asked}

    async def until_answered(self) -> None:
        """Wait until each question has a finished answer, or patience ends."""
        until = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while asyncio.get_running_loop().time() < until:
            if all(any(map(is_finished, found)) for found in self.posts().values()):
                return
            await asyncio.sleep(0.02)

    def fill(self, row: Row) -> None:
        """Count what was asked, delivered and answered."""
        posts = self.posts()
        row.events = len(self.asked)
        row.acked = sum(attempt.is_ok for attempt in self.sandbox.delivery.log)
        row.posts = sum(map(len, posts.values()))
        row.lost += sum(not found for found in posts.values())
        row.double += sum(len(found) > 1 for found in posts.values())
        row.stuck += sum(bool(found) and not any(map(is_finished, found)) for found in posts.values())

    async def receiver(self, store_url: str) -> AsyncApp:
        """Start one more receiver with a queue of its own; return its Bolt app."""
        queue = await self.stack.enter_async_context(RequestQueue(store_url, sealer=SEALER))
        self.queues.append(queue)
        return await self.stack.enter_async_context(roles._app(self.settings, store_url, self.client, queue))

    async def listen(self, store_url: str) -> str:
        """Start one more receiver over HTTP; return where events go."""
        app = await self.receiver(store_url)
        runner = build_runner(build_receiver(app=app, store=self.queues[-1]))
        await runner.setup()
        self.stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}{EVENTS_PATH}"

    async def work(self, store_url: str, *, seeks: bool = False) -> None:
        """Start one more worker; `seeks` lets it look for questions that were never delivered."""
        queue = await self.stack.enter_async_context(
            RequestQueue(store_url, sealer=SEALER, patience=HURRY, sweep_seconds=1.0)
        )
        ready = asyncio.Event()
        copilot = await self.stack.enter_async_context(
            wiring.copilot(self.settings, store_url, self.client, ready=ready, queue=queue if seeks else None)
        )
        working = asyncio.create_task(queue.work(copilot.handle, give_up=copilot.give_up, lease_seconds=2.0))
        self.stack.push_async_callback(_stop, queue, working)
        ready.set()


async def _stop(queue: RequestQueue, working: "asyncio.Task[None]") -> None:
    await queue.drain(1.0)
    await working


@asynccontextmanager
async def product(*, lanes: int = 5, call_seconds: float = 30.0, **changes: Any) -> AsyncIterator[Product]:
    """Run a workspace with as many threads as lanes, and a client of it; receivers and workers are added.

    Args:
        lanes: How many threads.
        call_seconds: The most that one call of the Web API may take.
        changes: Settings of the workspace.
    """
    quick = {"retry_pauses_seconds": (0.0, 0.3, 1.0, 3.0), "ack_seconds": 1.0, **changes}
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(running_sandbox(**quick))
        sandbox.add_channel(CHANNEL, name=ROOTS, at_ts=NOW, messages=roots(lanes))
        settings = Settings(
            _env_file=None,
            slack_bot_token="xoxb-" + "test",
            slack_signing_secret=SECRET,
            slack_api_url=sandbox.api_url,
            anthropic_api_key="",
        )
        client = await stack.enter_async_context(wiring.slack_client(settings))
        session = ClientSession(timeout=ClientTimeout(total=call_seconds))
        client.session = await stack.enter_async_context(session)
        yield Product(sandbox=sandbox, settings=settings, client=client, lanes=lanes, stack=stack)
