"""The Slack CLI finds in `.slack` what it needs, and the tokens it hands over are the ones that count."""

import asyncio
import json
import os
import shlex
import sys
from pathlib import Path

import pytest

from handlers.manifest import manifest
from sandbox.people import APP_ID
from sandbox.server import running_sandbox

ROOT = Path(__file__).parents[2]
HOOKS = json.loads((ROOT / ".slack" / "hooks.json").read_text("utf-8"))
CLI = {"SLACK_CLI_XOXB": "xoxb-" + "1-2-local", "SLACK_CLI_XAPP": f"xapp-1-{APP_ID}-" + "2-local"}


async def start(hook, **environment):
    """Start a hook as the CLI does: split at spaces, in the project's folder, without a shell."""
    program, *arguments = shlex.split(HOOKS["hooks"][hook])
    own = {name: value for name, value in os.environ.items() if not name.startswith("SLACK_")}
    return await asyncio.create_subprocess_exec(
        sys.executable if program == "python3" else program,
        *arguments,
        cwd=ROOT,
        env={**own, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def printed(hook):
    process = await start(hook)
    told, _ = await process.communicate()
    return json.loads(told)


async def test_the_hooks_are_those_in_the_file():
    assert await printed("get-hooks") == HOOKS


async def test_the_manifest_is_the_one_for_socket_mode():
    assert await printed("get-manifest") == manifest(None)


def test_the_connection_is_ours_and_the_manifest_is_the_projects():
    config = json.loads((ROOT / ".slack" / "config.json").read_text("utf-8"))

    assert HOOKS["config"]["sdk-managed-connection-enabled"] is True
    assert config["manifest"]["source"] == "local"


@pytest.fixture
async def slack():
    async with running_sandbox() as running:
        running.deliver_socket_mode()
        running.add_channel("C0INC00001", name="inc-test", at_ts="1700000000.000000")
        yield running


async def test_what_the_cli_starts_connects_with_its_tokens_and_answers(slack, valkey_url, tmp_path):
    shell = {"SLACK_BOT_TOKEN": "", "SLACK_APP_TOKEN": "not-an-app-token", "ANTHROPIC_API_KEY": ""}
    place = {"SLACK_API_URL": slack.api_url, "REDIS_URL": valkey_url, "DATA_DIR": str(tmp_path)}
    process = await start("start", **shell, **place, **CLI)

    try:
        async with asyncio.timeout(60):
            await slack.socket_mode.connected(1)
            slack.person.say("C0INC00001", "@copilot help")
            while not any(call.method == "chat.postEphemeral" for call in slack.web_api.calls):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    finally:
        process.terminate()
        _, log = await process.communicate()

    assert b"role.ready" in log
    assert process.returncode == 0
