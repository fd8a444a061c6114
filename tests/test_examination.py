"""The command `doctor` as people and scripts run it: everything at once, against real servers."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from bot.__main__ import command_line
from bot.examination import examine
from bot.settings import load_settings
from handlers.manifest import scopes
from sandbox.faults import NEVER, Fault
from sandbox.people import APP_ID
from sandbox.server import Sandbox, running_sandbox
from tests.adapters.forwarding import forward_proxy, tls_front

ROOT = Path(__file__).parents[1]
BOT_TOKEN = "xoxb-" + "111-222-abcdef"
APP_TOKEN = f"xapp-1-{APP_ID}-" + "2-abcdef"
SECRET = "0123456789abcdef" * 2
IN_ORDER = (
    *(
        "settings",
        "bot token",
        "scopes",
        "clock",
        "receiver",
        "app token",
        "connections",
        "signing secret",
        "events",
    ),
    *("channels", "store", "store writes", "store memory", "store on disk", "store speed"),
    *("model key", "port", "public address", "proxy"),
)


@pytest.fixture
async def slack():
    made = Sandbox()
    made.web_api.scopes = tuple(scopes())
    made.add_channel("C0INC00001", name="inc-test", at_ts="1700000000.000000")
    async with running_sandbox(made) as running:
        yield running


@pytest.fixture
def environment(slack, valkey_url, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # away from a developer's own .env
    return {
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": slack.api_url,
        "ANTHROPIC_API_KEY": "",
        "REDIS_URL": valkey_url,
        "DATA_DIR": str(tmp_path / "data"),
        "PORT": "0",
    }


def settings(environment, **changed):
    return load_settings(**{name.lower(): value for name, value in {**environment, **changed}.items()})


@pytest.fixture
def doctor(environment, capsys, monkeypatch):
    """Run the command in a thread of its own; return its exit status and what it printed."""

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            command_line(["doctor", *arguments])
        return ended.value.code, capsys.readouterr()

    async def start(*arguments, **changed):
        for name, value in {**environment, **changed}.items():
            monkeypatch.setenv(name, value)
        return await asyncio.to_thread(run, *arguments)

    return start


async def test_a_good_set_up_passes_in_the_order_in_which_it_is_made(environment):
    findings = await examine(settings(environment))

    assert tuple(finding.name for finding in findings) == IN_ORDER
    assert {finding.state.value for finding in findings} == {"pass", "note"}


async def test_without_tokens_nothing_is_asked_and_all_is_told(environment, slack):
    nothing = {"SLACK_BOT_TOKEN": "", "SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": ""}

    findings = await examine(settings(environment, **nothing))

    wrong = {finding.name for finding in findings if finding.state.value == "fail"}
    assert wrong == {"bot token", "receiver"}
    assert not slack.web_api.calls


async def test_what_hangs_is_given_up_and_the_rest_is_told(environment, slack):
    slack.faults.order("auth.test", Fault(wait_seconds=NEVER))

    findings = await examine(settings(environment), seconds=0.5)

    found = {finding.name: finding.state.value for finding in findings}
    assert found["bot token"] == "fail"
    assert found["app token"] == "pass"
    assert found["store"] == "pass"


async def test_without_a_store_of_ones_own_the_embedded_one_is_tried(environment):
    findings = await examine(settings(environment, REDIS_URL=""))

    [store] = (finding for finding in findings if finding.name.startswith("store"))
    assert "embedded" in store.found
    assert "data folder" in {finding.name for finding in findings}


async def test_the_command_prints_marks_and_ends_with_0(doctor):
    status, told = await doctor()

    assert (status, told.err) == (0, "")
    assert told.out.splitlines()[1].startswith("✓ bot token: @copilot in Local workspace")
    assert told.out.endswith("All that is needed is there.\n")


async def test_a_failure_ends_with_1_and_no_secret_is_printed(doctor, slack):
    slack.faults.order("auth.test", Fault(error="token_revoked"))
    keys = {"ANTHROPIC_BASE_URL": "http://127.0.0.1:1", "ANTHROPIC_API_KEY": "k" * 20}

    status, told = await doctor("--json", **keys)

    report = json.loads(told.out)
    assert (status, report["ok"]) == (1, False)
    assert [check["name"] for check in report["checks"] if check["state"] == "fail"] == [
        "bot token",
        "model key",
    ]
    assert all(set(check) == {"name", "state", "found", "remedy"} for check in report["checks"])
    assert not any(secret in told.out + told.err for secret in (BOT_TOKEN, APP_TOKEN, SECRET, "k" * 20))


async def test_all_of_slack_is_reached_through_a_proxy_that_tunnels(environment, slack, tmp_path):
    async with (
        tls_front(slack.url.removeprefix("http://"), tmp_path) as (address, certificate),
        forward_proxy(address) as proxy,
    ):
        way = {"HTTPS_PROXY": proxy.address, "SSL_CERT_FILE": str(certificate), "SLACK_APP_TOKEN": ""}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "doctor", "--json"),
            env={**os.environ, **environment, **way, "SLACK_API_URL": "https://slack.test/api/"},
            stdout=asyncio.subprocess.PIPE,
            cwd=ROOT,
        )
        told, _ = await process.communicate()

    found = {check["name"]: check for check in json.loads(told)["checks"]}
    assert found["bot token"]["state"] == found["channels"]["state"] == "pass"
    assert found["proxy"]["found"].startswith(f"slack.test by {proxy.address}")
    assert set(proxy.asked) == {"slack.test:443"}
