"""How soon a role is ready, what it weighs idle: `python -m bench.footprint [web|worker|all] [--claude]`.

Runs the program as an operator would, against a local stand-in for `auth.test`, with a store of its own.
Goal: ready within 3 s, at most 170 MB resident, the store included.
"""

import argparse
import asyncio
import json
import os
import socket
import sys
import tempfile
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path

from redis.asyncio import Redis

from bench.ack import cpu_seconds, fake_slack
from bot import logs
from bot.adapters.valkey import EmbeddedValkey

ROOT = Path(__file__).resolve().parents[1]
GOAL_SECONDS, GOAL_MB = 3.0, 170.0
READY_SECONDS, SETTLE_SECONDS, WATCH_SECONDS = 60, 5.0, 10.0
PAGE_KB = os.sysconf("SC_PAGE_SIZE") / 1024


def resident_mb(pid: int) -> float:
    """Return the memory a process holds, in MB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_KB / 1024


async def until_ready(process: Process, role: str) -> None:
    """Read the log until the role says that it is ready."""
    if process.stderr is None:
        raise RuntimeError("the process has no standard error")
    async with asyncio.timeout(READY_SECONDS):
        async for line in process.stderr:
            if '"role.ready"' in line.decode():
                return
    raise RuntimeError(f"{role} ended before it was ready")


async def read_on(process: Process) -> None:
    """Keep its log from blocking it."""
    while process.stderr and await process.stderr.read(65_536):
        pass


async def weigh(role: str, *, has_claude: bool) -> dict[str, object]:
    """Start a role, wait until it is ready and quiet, and weigh it and its store."""
    with tempfile.TemporaryDirectory() as folder:
        async with fake_slack() as api_url:
            environment = {
                **os.environ,
                "SLACK_BOT_TOKEN": "xoxb-bench",
                "SLACK_SIGNING_SECRET": "bench-signing-secret",
                "SLACK_API_URL": api_url,
                "DATA_DIR": folder,
                "PORT": str(free_port()),
                "REDIS_URL": "",
                "ANTHROPIC_API_KEY": "a-key-that-is-never-sent" if has_claude else "",
            }
            started = time.monotonic()
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", role, cwd=ROOT, env=environment, stdout=DEVNULL, stderr=PIPE
            )  # fmt: skip
            try:
                await until_ready(process, role)
                return await watch(process, role, time.monotonic() - started, Path(folder))
            finally:
                process.terminate()
                await process.wait()


async def watch(process: Process, role: str, ready_seconds: float, folder: Path) -> dict[str, object]:
    """Watch an idle role for a while."""
    reading = asyncio.create_task(read_on(process))
    await asyncio.sleep(SETTLE_SECONDS)
    before = cpu_seconds(process.pid)
    await asyncio.sleep(WATCH_SECONDS)
    used = cpu_seconds(process.pid) - before
    async with EmbeddedValkey(folder, keep=True) as url, Redis.from_url(url) as redis:
        store_pid = int((await redis.info("server"))["process_id"])
    own_mb, store_mb = resident_mb(process.pid), resident_mb(store_pid)
    reading.cancel()
    return {
        "bench": "footprint",
        "role": role,
        "ready_seconds": round(ready_seconds, 2),
        "own_mb": round(own_mb, 1),
        "store_mb": round(store_mb, 1),
        "idle_percent_of_a_core": round(used / WATCH_SECONDS * 100, 1),
        "goal_met": ready_seconds <= GOAL_SECONDS and own_mb + store_mb <= GOAL_MB,
    }


def free_port() -> int:
    """Return a port that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def main() -> None:
    """Run, print a table and one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("role", nargs="?", default="all", choices=("web", "worker", "all"))
    parser.add_argument("--claude", action="store_true", help="with the Claude client loaded")
    options = parser.parse_args()
    logs.set_up(form="json", level="error")
    result = asyncio.run(weigh(options.role, has_claude=options.claude))
    for name, value in result.items():
        print(f"{name:24}{value}")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
