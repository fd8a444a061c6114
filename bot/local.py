"""The role `sandbox`: a local Slack workspace, a store and the copilot in one command, without an account.

The receiver and the worker are processes of their own, as in production, so that the page's button can
really kill the worker. Their logs are what the page shows under the hood: nothing is made up for it.
"""

import asyncio
import contextlib
import json
import os
import secrets
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from bot.adapters.valkey import EmbeddedValkey
from bot.models.catalogue import default_catalogue
from bot.settings import Settings
from sandbox.server import Sandbox

log = structlog.get_logger()

LEASE_SECONDS = 2
"""Short, so that a person who kills the worker sees the answer come back; 30 s in production."""
PACE_SECONDS = 0.9
READY_SECONDS = 30
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
    _keeper: asyncio.Task[None] | None = None

    def info(self) -> dict[str, object]:
        """Return what the banner says: with or without a model, and the worker's pid."""
        return {**self.mode, "worker_pid": self.worker.pid}

    async def kill_worker(self) -> int:
        """Kill the worker as `kill -9` does; another one is started at once."""
        return self.worker.kill() or 0

    async def start(self) -> None:
        """Start both and wait until both are ready.

        Raises:
            TimeoutError: They did not get ready in time; their logs say why.
        """
        await asyncio.gather(self.web.start(), self.worker.start())
        async with asyncio.timeout(READY_SECONDS):
            await asyncio.gather(self.web.is_ready.wait(), self.worker.is_ready.wait())
        self._keeper = asyncio.create_task(self._keep_worker())

    async def _keep_worker(self) -> None:
        while self.worker.process is not None:
            pid = self.worker.process.pid
            await self.worker.process.wait()
            self.publish({"type": "bot", "event": "worker_killed", "pid": pid})
            await self.worker.start()
            self.publish({"type": "bot", "event": "worker_started", "pid": self.worker.pid})

    async def stop(self) -> None:
        """End both in order."""
        if self._keeper is not None:
            self._keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeper
        await asyncio.gather(self.web.stop(), self.worker.stop())


def mode(settings: Settings) -> dict[str, object]:
    """Say in the banner's words which model answers, if any."""
    if not settings.anthropic_api_key.get_secret_value():
        detail = "Answers come from rules. Set ANTHROPIC_API_KEY and start again for Claude."
        return {"mode": "no model", "detail": detail}
    pair = default_catalogue().pair(settings.model_pair)
    return {"mode": "claude", "detail": f"{pair.sonnet.label}, {pair.opus.label} for AWS IAM and S3"}


def free_port() -> int:
    """Return a port that nothing listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(settings: Settings, *, api_url: str, redis_url: str, port: int) -> dict[str, str]:
    """Return the environment of the copilot's processes: the caller's, pointed at the local workspace."""
    return {
        **os.environ,
        "SLACK_API_URL": api_url,
        "SLACK_BOT_TOKEN": f"xoxb-local-{secrets.token_hex(6)}",
        "SLACK_SIGNING_SECRET": secrets.token_hex(16),
        "REDIS_URL": redis_url,
        "PORT": str(port),
        "HOST": "127.0.0.1",
        "WATCHED_CHANNELS": "*",
        "LEASE_SECONDS": str(LEASE_SECONDS),
        "PACE_SECONDS": str(settings.pace_seconds or PACE_SECONDS),
        "LOG_FORMAT": "json",
        "LOG_LEVEL": "info",
    }


async def run(
    settings: Settings, *, port: int, scenarios: Path, scenario: str | None, say: Callable[[str], Any]
) -> None:
    """Run the local workspace until it is interrupted.

    Args:
        settings: For the models and the folder of the log.
        port: Of the page; 0 takes a free one.
        scenarios: The folder of incident files.
        scenario: The incident to begin with; None takes the first.
        say: Prints a line to the person who started it.
    """
    with tempfile.TemporaryDirectory(prefix="copilot-") as folder:
        async with EmbeddedValkey(Path(folder) / "store") as redis_url:
            web_port = free_port()
            sandbox = Sandbox(scenario_dir=scenarios, scenario=scenario)
            await sandbox.start(port=port)
            env = environment(settings, api_url=sandbox.api_url, redis_url=redis_url, port=web_port)
            logs = settings.data_dir / "sandbox.log"
            logs.parent.mkdir(parents=True, exist_ok=True)
            bot = LocalBot(
                web=Child("web", env, logs, sandbox.publish),
                worker=Child("worker", env, logs, sandbox.publish),
                publish=sandbox.publish,
                mode=mode(settings),
            )
            sandbox.bot = bot
            sandbox.deliver_http(f"http://127.0.0.1:{web_port}/slack/events", env["SLACK_SIGNING_SECRET"])
            try:
                await bot.start()
                say(f"Open {sandbox.url}  ({bot.mode['mode']}; Ctrl+C ends it)")
                await interrupted()
            finally:
                await bot.stop()
                await sandbox.stop()


async def interrupted() -> None:
    """Wait for SIGINT or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()
