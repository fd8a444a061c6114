"""The clients of every process go the way that the environment says: through a proxy, or past it."""

import pytest

from bot import wiring
from bot.adapters.proxy import proxy_for
from bot.settings import load_settings
from sandbox.server import running_sandbox
from tests.adapters.forwarding import forward_proxy

NOWHERE = "http://127.0.0.1:1"


@pytest.fixture
async def slack():
    async with running_sandbox() as running:
        yield running


async def test_slack_is_called_through_the_proxy(slack, monkeypatch):
    async with forward_proxy(slack.url.removeprefix("http://")) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.address)
        settings = load_settings(slack_bot_token="not-a-token", slack_api_url="http://slack.test/api/")

        async with wiring.slack_client(settings) as client:
            await client.auth_test()

    assert proxy.asked == ["slack.test"]


async def test_the_local_workspace_is_called_past_the_proxy(slack, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", NOWHERE)
    monkeypatch.setenv("HTTP_PROXY", NOWHERE)
    settings = load_settings(slack_bot_token="not-a-token", slack_api_url=slack.api_url)

    async with wiring.slack_client(settings) as client:
        answer = await client.auth_test()

    assert answer["user"] == "copilot"


@pytest.mark.parametrize(
    ("environment", "url", "way"),
    [
        ({}, "https://slack.com/api/", None),
        ({"HTTPS_PROXY": NOWHERE}, "https://slack.com/api/", NOWHERE),
        ({"https_proxy": NOWHERE}, "wss://wss-primary.slack.com/link", NOWHERE),
        ({"HTTPS_PROXY": "127.0.0.1:1"}, "https://slack.com/api/", NOWHERE),
        ({"ALL_PROXY": NOWHERE}, "https://slack.com/api/", NOWHERE),
        ({"HTTP_PROXY": NOWHERE}, "https://slack.com/api/", None),
        ({"HTTPS_PROXY": NOWHERE, "NO_PROXY": "slack.com"}, "https://slack.com/api/", None),
        ({"HTTPS_PROXY": NOWHERE, "NO_PROXY": ".slack.com"}, "wss://wss-primary.slack.com/link", None),
        ({"HTTPS_PROXY": NOWHERE, "NO_PROXY": "*"}, "https://slack.com/api/", None),
        ({"HTTP_PROXY": NOWHERE}, "http://localhost:8300/api/", None),
    ],
)
def test_each_address_has_its_way(environment, url, way, monkeypatch):
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert proxy_for(url) == way
