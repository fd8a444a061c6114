"""Each role as its own process, against the local workspace and, for Claude, a stand-in for its API."""

import asyncio
import json
import os
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from bot.local import free_port
from sandbox.server import running_sandbox
from tests.end_to_end.conftest import INCIDENTS, KEY_ROTATION, running_product
from tests.end_to_end.person import AtThePage, until, words
from tests.messages_api.diagnoses import any_incident
from tests.messages_api.script import Turn, overloaded
from tests.messages_api.server import stand_in

SECRET = "only for " + "this test"


@dataclass
class Program:
    """One process of the copilot and what it has logged."""

    process: asyncio.subprocess.Process
    log: list[dict] = field(default_factory=list)

    async def read(self) -> None:
        async for line in self.process.stderr:
            if line.startswith(b"{"):
                self.log.append(json.loads(line))

    async def logged(self, event: str) -> bool:
        return any(entry["event"] == event for entry in self.log)


@asynccontextmanager
async def program(role: str, folder: Path, **environment: str):
    """Run a role until it is ready, for the length of a block; then end it as an operator does."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        role,
        env={**os.environ, "DATA_DIR": str(folder), "REDIS_URL": "", **environment},
        stderr=asyncio.subprocess.PIPE,
    )
    running = Program(process)
    reading = asyncio.create_task(running.read())
    try:
        await until(lambda: running.logged("role.ready"))
        yield running
    finally:
        process.terminate()
        await process.wait()
        await reading


@asynccontextmanager
async def workspace():
    settings = {"scenario_dir": INCIDENTS, "scenario": KEY_ROTATION, "autoplay": False}
    async with running_sandbox(**settings) as sandbox, aiohttp.ClientSession() as session:
        person = AtThePage(session, sandbox.url)
        await person.open(KEY_ROTATION)
        yield sandbox, person


def slack(sandbox, **more):
    return {"SLACK_API_URL": sandbox.api_url, "SLACK_BOT_TOKEN": "not-a-token", **more}


async def test_a_mention_over_socket_mode_is_answered_without_a_public_address(tmp_path):
    async with workspace() as (sandbox, person):
        sandbox.deliver_socket_mode()
        async with program("socket", tmp_path, **slack(sandbox, SLACK_APP_TOKEN="not-a-token")) as running:
            await person.ask()
            [answer] = await person.answers()
            await sandbox.delivery.settled()
            posts = await person.own_posts()

    assert "InvalidAccessKeyId" in words(answer["blocks"])
    assert len(posts) == 1
    assert running.process.returncode == 0


async def test_one_process_with_its_own_store_answers_and_remembers_over_a_restart(tmp_path):
    port = free_port()
    async with workspace() as (sandbox, person):
        sandbox.deliver_http(f"http://127.0.0.1:{port}/slack/events", SECRET)
        environment = slack(sandbox, SLACK_SIGNING_SECRET=SECRET, PORT=str(port))
        async with program("all", tmp_path, **environment):
            await person.ask()
            [answer] = await person.answers()
        async with program("all", tmp_path, **environment) as second:
            await person.press(answer, "evidence")
            quotes = await person.whisper("Evidence")

    assert "removed the old pair" in quotes
    assert second.process.returncode == 0


async def test_with_a_key_claude_answers_and_when_it_is_overloaded_the_rules_say_so(tmp_path, monkeypatch):
    async with stand_in([Turn(words=any_incident), overloaded()]) as api:
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-" + "not-a-key")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", api.base_url)
        async with running_product(tmp_path) as product:
            person = await product.fresh()
            await person.ask()
            [first] = await person.answers()
            await person.ask()
            [_, second] = await person.answers(2)
            state = await person.state()

    by_claude, by_rules = words(first["blocks"]), words(second["blocks"])
    assert state["bot"]["mode"] == "claude"
    assert "Production still uses the old key pair" in by_claude
    assert "Opus 5.5" in by_claude
    assert "$" in by_claude
    assert "overloaded" in by_rules.lower()
    assert "removed the old pair" in by_rules
    assert "not-a-key" not in json.dumps(api.bodies)


async def probed(port: int) -> tuple[int, dict]:
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/readyz") as answer:
        return answer.status, await answer.json()


async def test_socket_mode_is_ready_while_a_connection_stands(tmp_path):
    port = free_port()
    async with workspace() as (sandbox, _):
        environment = slack(sandbox, SLACK_APP_TOKEN="not-a-token", HEALTH_PORT=str(port))
        async with program("socket", tmp_path, **environment):
            sandbox.deliver_socket_mode()

            async def is_ready():
                return (await probed(port))[0] == 200

            await until(is_ready)
            said = await probed(port)

    assert said == (200, {"store": "ok", "slack": "ok", "socket": "ok"})


async def test_a_worker_answers_probes_where_it_is_told_to(tmp_path):
    port = free_port()
    async with (
        workspace() as (sandbox, _),
        program("worker", tmp_path, **slack(sandbox, HEALTH_PORT=str(port))),
    ):
        assert await probed(port) == (200, {"store": "ok", "slack": "ok"})
