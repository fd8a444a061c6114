import json
import shutil
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from bot import local
from bot.local import LocalBot
from bot.settings import load_settings
from sandbox.server import Sandbox
from tests.end_to_end.person import AtThePage, until

INCIDENTS = Path(__file__).parents[2] / "evals" / "data" / "incidents"
KEY_ROTATION = "objectstore-key-rotation"
RETRY_PAUSES_SECONDS = (0.0, 1.0, 5.0, 15.0, 30.0)
"""A receiver may take so long to start while other tests run; Slack's own last attempt comes after 300 s."""


@dataclass
class Product:
    """The whole product: a workspace, a store, the copilot's processes, and a person at the page."""

    person: AtThePage
    bot: LocalBot
    sandbox: Sandbox
    log_path: Path
    lines_before: int = 0

    async def fresh(self, scenario: str = KEY_ROTATION) -> AtThePage:
        """Begin a new take, of which the copilot knows nothing; the log counts from here.

        What is seen is not yet finished: faults of this take must not meet what is left of the one before.
        """
        await until(self._is_idle)
        await self.person.open(scenario)
        self.lines_before = len(self.log_path.read_text().splitlines())
        return self.person

    async def _is_idle(self) -> bool:
        begun = {entry["request"] for entry in self.logged("request.started")}
        ends = ("ticket.finished", "ticket.superseded", "ticket.left")
        return begun.issubset(entry["request"] for end in ends for entry in self.logged(end))

    def logged(self, event: str, **facts: object) -> list[dict[str, Any]]:
        """What the copilot's processes logged since the take began."""
        lines = self.log_path.read_text().splitlines()[self.lines_before :]
        entries = [json.loads(line) for line in lines if line.startswith("{")]
        return [
            entry
            for entry in entries
            if entry["event"] == event and all(entry.get(name) == fact for name, fact in facts.items())
        ]


@asynccontextmanager
async def running_product(folder: Path, incidents: Path = INCIDENTS, **changes: Any):
    settings = load_settings()
    wanted = local.Local(
        scenarios=incidents,
        scenario=KEY_ROTATION,
        data_dir=folder,
        autoplay=False,
        **{"pace_seconds": 0.0, "lease_seconds": 1.0, **changes},
    )
    async with local.running(wanted, settings) as (sandbox, bot), aiohttp.ClientSession() as session:
        sandbox.delivery.retry_pauses_seconds = RETRY_PAUSES_SECONDS
        person = AtThePage(session, sandbox.url)
        yield Product(person=person, bot=bot, sandbox=sandbox, log_path=folder / "sandbox.log")


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped incidents, and one that nobody has seen."""
    folder = tmp_path_factory.mktemp("incidents")
    for file in INCIDENTS.glob("*.json"):
        shutil.copy(file, folder)
    (folder / "mine.json").write_text(MINE)
    return folder


@pytest.fixture(scope="session", autouse=True)
def no_model():
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("ANTHROPIC_API_KEY", raising=False)
        yield


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def product(tmp_path_factory: pytest.TempPathFactory, library: Path):
    """One product for the tests of a module; each begins a take of its own."""
    async with running_product(tmp_path_factory.mktemp("quick"), library) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def slow_product(tmp_path_factory: pytest.TempPathFactory):
    """The same, but an answer takes long enough to be interrupted."""
    async with running_product(tmp_path_factory.mktemp("slow"), pace_seconds=0.8) as running:
        yield running


MINE = """{"id": "mine", "channel": {"id": "C0MINE", "name": "inc-checkout"}, "shape": "thread",
 "ask_at": "1700000900.000001", "question": "why does checkout fail?",
 "messages": [
  {"type": "message", "ts": "1700000000.000001", "thread_ts": "1700000000.000001", "user": "U0EVA",
   "reply_count": 3, "text": "renewed the certificate of the payment proxy"},
  {"type": "message", "ts": "1700000300.000001", "thread_ts": "1700000000.000001", "bot_id": "B0MON",
   "subtype": "bot_message", "username": "Alertmanager", "text": "[FIRING:1] CheckoutErrors: 5xx above 5 %"},
  {"type": "message", "ts": "1700000600.000001", "thread_ts": "1700000000.000001", "user": "U0KAI",
   "text": "log: ```x509: certificate signed by unknown authority (payment proxy)```"},
  {"type": "message", "ts": "1700000900.000001", "thread_ts": "1700000000.000001", "user": "U0EVA",
   "text": "checkout is down for everybody"}]}"""
