"""The role `sandbox`: a local Slack workspace, a store and the copilot in one command, without an account.

The receiver and the worker are processes of their own, as in production, so that the page's button can
really kill the worker. Their logs are what the page shows under the hood: nothing is made up for it.
"""

import asyncio
import json
import os
import secrets
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from bot.adapters.valkey import EmbeddedValkey
from bot.chosen import assumed, looked_up
from bot.errors import BadInputError
from bot.settings import Settings
from bot.tasks import ended
from sandbox.errors import PageError
from sandbox.scenario import Library, load_library
from sandbox.server import Sandbox

log = structlog.get_logger()

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
LEASE_SECONDS = 2
"""Short, so that a person who kills the worker sees the answer come back; 30 s in production."""
PACE_SECONDS = 0.9
READY_SECONDS = 60
PORTS = range(20_000, 32_000)
"""Below those that systems choose for connections: between our choice and its use nobody is given ours."""
STOP_SECONDS = 8

Publish = Callable[[dict[str, object]], None]


@dataclass(slots=True)
class Child:
    """One process of the copilot, whose log lines are passed on."""

    role: str
    environment: dict[str, str]
    log_path: Path
    publish: Publish
    process: asyncio.subprocess.Process | None = None
    is_ready: asyncio.Event = field(default_factory=asyncio.Event)
    _reader: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The process's id while it runs."""
        return self.process.pid if self.process and self.process.returncode is None else None

    async def start(self) -> None:
        """Start the process; `is_ready` is set when its log says so."""
        self.is_ready.clear()
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            self.role,
            env=self.environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            limit=1 << 20,
        )
        self._reader = asyncio.create_task(self._read(self.process))

    async def ready(self) -> None:
        """Wait until it is ready.

        Raises:
            BadInputError: It ended instead, or took too long; its log says why.
        """
        if self.process is None:
            return
        ends = (asyncio.create_task(self.is_ready.wait()), asyncio.create_task(self.process.wait()))
        await asyncio.wait(ends, timeout=READY_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        await ended(*ends)
        if not self.is_ready.is_set():
            problem = f"the process did not get ready; the last lines of {self.log_path} say why."
            raise BadInputError(field=self.role, problem=problem)

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        if process.stderr is None:
            return
        with self.log_path.open("ab") as file:
            async for line in process.stderr:
                file.write(line)
                file.flush()
                self._pass_on(line)

    def _pass_on(self, line: bytes) -> None:
        try:
            event = json.loads(line)
        except ValueError:
            return
        if event.get("event") == "role.ready":
            self.is_ready.set()
        if "request" in event:
            self.publish({"type": "run", "pid": self.pid, **event})

    def kill(self) -> int | None:
        """End it at once, as `kill -9` does; return the pid."""
        pid = self.pid
        if pid is not None and self.process is not None:
            self.process.kill()
        return pid

    async def stop(self) -> None:
        """End it in order, within `STOP_SECONDS`."""
        if self.process is not None and self.process.returncode is None:
            self.process.terminate()
            try:
                await asyncio.wait_for(self.process.wait(), STOP_SECONDS)
            except TimeoutError:
                self.process.kill()
                await self.process.wait()
        if self._reader is not None:
            await self._reader


@dataclass(slots=True)
class LocalBot:
    """The copilot's processes: what the page may know of them and do to them."""

    web: Child
    worker: Child
    publish: Publish
    mode: dict[str, object]
    _keepers: list[asyncio.Task[None]] = field(default_factory=list)

    def info(self) -> dict[str, object]:
        """Return what the banner says: with or without a model, and the worker's pid."""
        return {**self.mode, "worker_pid": self.worker.pid}

    async def kill_worker(self) -> int:
        """Kill the worker as `kill -9` does; another one is started at once."""
        return self.worker.kill() or 0

    async def start(self) -> None:
        """Start both and wait until both are ready.

        Raises:
            BadInputError: One did not get ready; its log says why.
        """
        await asyncio.gather(self.web.start(), self.worker.start())
        await asyncio.gather(self.web.ready(), self.worker.ready())
        self._keepers = [asyncio.create_task(self._keep(child)) for child in (self.web, self.worker)]

    async def _keep(self, child: Child) -> None:
        """Start a process again whenever it ends; at once, unless it ended before it was ready."""
        failed = 0
        while child.process is not None:
            pid = child.process.pid
            await child.process.wait()
            self.publish({"type": "bot", "event": f"{child.role}_killed", "pid": pid})
            failed = 0 if child.is_ready.is_set() else failed + 1
            await asyncio.sleep(pause_seconds(failed))
            await child.start()
            self.publish({"type": "bot", "event": f"{child.role}_started", "pid": child.pid})

    async def stop(self) -> None:
        """End both in order."""
        await ended(*self._keepers)
        await asyncio.gather(self.web.stop(), self.worker.stop())


def pause_seconds(failed: int) -> float:
    """Return the pause before a process is started again.

    Args:
        failed: How often in a row it ended before it was ready.
    """
    return min(FIRST_PAUSE_SECONDS * 2.0 ** (min(failed, 10) - 1), LONGEST_PAUSE_SECONDS) if failed else 0.0


def mode(settings: Settings) -> dict[str, object]:
    """Say in the banner's words which model answers, if any."""
    if not settings.anthropic_api_key.get_secret_value():
        detail = "Answers come from rules. Set ANTHROPIC_API_KEY and start again for Claude."
        return {"mode": "no model", "detail": detail}
    pair = assumed(settings).pair
    return {"mode": "claude", "detail": f"{pair.sonnet.label}, {pair.opus.label} for AWS IAM and S3"}


def free_port() -> int:
    """Return a port that nothing listens on right now, and that the system gives to nobody by itself."""
    port = secrets.choice(PORTS)
    with socket.socket() as probe:
        is_taken = probe.connect_ex(("127.0.0.1", port)) == 0
    return free_port() if is_taken else port


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """What one local workspace is made of.

    Attributes:
        scenarios: The folder of incident files.
        scenario: The incident to begin with; None takes the first.
        port: Of the page; 0 takes a free one.
        data_dir: Where the log goes.
        pace_seconds: Pause before each hypothesis of the rules analyst, so that a person can watch.
        lease_seconds: How long a killed worker's request waits for the next worker.
        autoplay: Play the incident as soon as a page is open.
    """

    scenarios: Path
    scenario: str | None = None
    port: int = 0
    data_dir: Path = Path("data")
    pace_seconds: float = PACE_SECONDS
    lease_seconds: float = LEASE_SECONDS
    autoplay: bool = True

    def environment(self, *, api_url: str, redis_url: str, web_port: int) -> dict[str, str]:
        """Return the environment of the copilot's processes: the caller's, pointed at the local workspace."""
        return {
            **os.environ,
            "SLACK_API_URL": api_url,
            "SLACK_BOT_TOKEN": f"xoxb-local-{secrets.token_hex(6)}",
            "SLACK_SIGNING_SECRET": secrets.token_hex(16),
            "REDIS_URL": redis_url,
            "PORT": str(web_port),
            "HOST": "127.0.0.1",
            "WATCHED_CHANNELS": "*",
            "LEASE_SECONDS": str(self.lease_seconds),
            "PACE_SECONDS": str(self.pace_seconds),
            "LOG_FORMAT": "json",
            "LOG_LEVEL": "info",
        }


@asynccontextmanager
async def running(local: Local, settings: Settings) -> AsyncIterator[tuple[Sandbox, LocalBot]]:
    """Run a local workspace with a store and the copilot's two processes for the length of a block."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="copilot-"))
        redis_url = await stack.enter_async_context(EmbeddedValkey(Path(folder) / "store"))
        sandbox = Sandbox(scenario_dir=local.scenarios, scenario=local.scenario, autoplay=local.autoplay)
        await _listen(sandbox, local.port)
        stack.push_async_callback(sandbox.stop)
        web_port = free_port()
        env = local.environment(api_url=sandbox.api_url, redis_url=redis_url, web_port=web_port)
        logs = local.data_dir / "sandbox.log"
        bot = LocalBot(
            web=Child("web", env, logs, sandbox.publish),
            worker=Child("worker", env, logs, sandbox.publish),
            publish=sandbox.publish,
            mode=mode(settings),
        )
        sandbox.bot = bot
        sandbox.deliver_http(f"http://127.0.0.1:{web_port}/slack/events", env["SLACK_SIGNING_SECRET"])
        stack.push_async_callback(bot.stop)
        await bot.start()
        yield sandbox, bot


async def _listen(sandbox: Sandbox, port: int) -> None:
    try:
        await sandbox.start(port=port)
    except OSError as error:
        problem = f"{port} cannot be listened on ({error.strerror}): take another, or 0 for a free one."
        raise BadInputError(field="--port", problem=problem) from None
    except PageError as error:
        raise BadInputError(field="--scenario", problem=str(error)) from None


def _refuse_empty(library: Library, folder: Path) -> None:
    """Refuse a folder with nothing to play, before anything is started."""
    if library.scenarios:
        return
    problem = f"no incident file (*.json) in {folder} can be played."
    if not folder.is_dir():
        problem = f"{folder} is no folder: name one with incident files (*.json)."
    raise BadInputError(field="--incidents", problem=problem)


def _tell_broken(library: Library, say: Callable[[str], Any]) -> None:
    for error in library.broken:
        say(f"  Not played: {error}")


def _reached(environment: dict[str, str]) -> str:
    """Return the settings by which another process reaches this workspace and its store."""
    return " ".join(
        f"{name}={environment[name]}" for name in ("SLACK_API_URL", "SLACK_BOT_TOKEN", "REDIS_URL")
    )


async def run(local: Local, settings: Settings, *, say: Callable[[str], Any]) -> None:
    """Run the local workspace until it is interrupted.

    Args:
        local: What it is made of.
        settings: For the models and their key.
        say: Prints a line to the person who started it; a file that cannot be played is named there.

    Raises:
        BadInputError: The folder holds nothing to play, or a model, the port or the scenario cannot be had.
    """
    library = load_library(local.scenarios)
    _tell_broken(library, say)
    _refuse_empty(library, local.scenarios)
    await looked_up(settings)  # what cannot be asked is said here rather than in a process's log
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with running(local, settings) as (sandbox, bot):
        say(f"\n  Open {sandbox.url}\n")
        say(f"  {bot.mode['mode']}: {bot.mode['detail']}\n")
        say(f"  For `doctor` and `forget`, in another terminal:\n  export {_reached(bot.web.environment)}\n")
        say("  Ctrl+C ends it.")
        await stop.wait()
