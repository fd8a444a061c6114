"""Behind a proxy that is the only way out, the whole program works: calls, the connection, the answer."""

import asyncio
import os
import sys
from pathlib import Path

from sandbox.server import running_sandbox
from tests.adapters.forwarding import forward_proxy, tls_front

ROOT = Path(__file__).parents[2]
TOKENS = {"SLACK_BOT_TOKEN": "xoxb-" + "1-2-abc", "SLACK_APP_TOKEN": "xapp-" + "1-A0AA-2-abc"}


async def test_a_question_over_socket_mode_is_answered_through_the_proxy(valkey_url, tmp_path):
    async with (
        running_sandbox() as slack,
        tls_front(slack.url.removeprefix("http://"), tmp_path) as (address, certificate),
        forward_proxy(address) as proxy,
    ):
        slack.deliver_socket_mode()
        slack.workspace.base_url = "https://slack.test"  # as Slack names the address to connect to
        slack.add_channel("C0INC00001", name="inc-test", at_ts="1700000000.000000")
        way = {"HTTPS_PROXY": proxy.address, "SSL_CERT_FILE": str(certificate), "NO_PROXY": ""}
        place = {
            "SLACK_API_URL": "https://slack.test/api/",
            "REDIS_URL": valkey_url,
            "DATA_DIR": str(tmp_path),
        }
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "socket"),
            env={**os.environ, **TOKENS, **way, **place, "ANTHROPIC_API_KEY": ""},
            cwd=ROOT,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(60):
                await slack.socket_mode.connected(1)
                slack.person.say("C0INC00001", "@copilot help")
                while not any(call.method == "chat.postEphemeral" for call in slack.web_api.calls):  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
        finally:
            process.terminate()
            await process.wait()

    assert set(proxy.asked) == {"slack.test:443"}
    assert process.returncode == 0
