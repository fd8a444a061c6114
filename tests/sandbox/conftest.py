"""A running workspace, and the ways to reach it."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.server import Sandbox, running_sandbox
from tests.sandbox.receiver import Receiver, running_receiver

INCIDENTS = Path(__file__).resolve().parents[2] / "evals" / "data" / "incidents"
CHANNEL = "C0TEST00001"
NOW = "1700000000.000000"


def fake_token() -> str:
    """Only its presence counts."""
    return "not-a-token"


class Ticker:
    """A machine clock that moves when a test says so."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def ticker() -> Ticker:
    return Ticker()


@pytest.fixture
async def sandbox(ticker: Ticker) -> AsyncIterator[Sandbox]:
    """An empty workspace with one channel, where machine time stands still."""
    made = Sandbox(monotonic=ticker, retry_pauses_seconds=(0.0, 0.0, 0.0))
    made.add_channel(CHANNEL, name="inc-test", at_ts=NOW)
    async with running_sandbox(made) as running:
        yield running


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[AsyncWebClient]:
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(token=fake_token(), base_url=sandbox.api_url, session=session, retry_handlers=[])


@pytest.fixture
async def browser(sandbox: Sandbox) -> AsyncIterator[aiohttp.ClientSession]:
    """What the page in the browser is to the workspace."""
    async with aiohttp.ClientSession(sandbox.url) as session:
        yield session


@pytest.fixture
async def app(sandbox: Sandbox) -> AsyncIterator[Receiver]:
    """An app that takes events by HTTP and is known to the workspace."""
    async with running_receiver() as receiver:
        sandbox.deliver_http(receiver.url, receiver.secret)
        yield receiver


def incident(**fields: object) -> dict[str, object]:
    """A small incident in one thread: six messages, ten minutes apart, asked after the third."""
    root = "1700000000.000100"
    messages = [
        {
            "ts": f"{1_700_000_000 + 600 * n}.000100",
            "user": "U0ANA00001",
            "text": f"line {n}",
            "thread_ts": root,
        }
        for n in range(6)
    ]
    messages[4] = {
        "ts": messages[4]["ts"],
        "thread_ts": root,
        "subtype": "bot_message",
        "bot_id": "B0ALERTS01",
        "username": "Alerts",
        "text": "",
        "attachments": [{"id": 1, "title": "Recovered"}],
    }
    return {
        "id": "small",
        "shape": "thread",
        "channel": {"id": "C0SMALL001", "name": "inc-small"},
        "question": "why?",
        "ask_at": messages[2]["ts"],
        "decisive_ts": messages[3]["ts"],
        "trigger_ts": messages[0]["ts"],
        "messages": messages,
        **fields,
    }


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A folder with the small incident."""
    (tmp_path / "small.json").write_text(json.dumps(incident()))
    return tmp_path
