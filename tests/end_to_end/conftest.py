import json
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from bot import local
from bot.settings import load_settings
from tests.end_to_end.person import AtThePage

INCIDENTS = Path(__file__).parents[2] / "evals" / "data" / "incidents"


@pytest.fixture
def playing(tmp_path, monkeypatch):
    """Run the whole product on one incident: a workspace, a store, the copilot's processes, a person."""
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)

    @asynccontextmanager
    async def play(scenario="objectstore-key-rotation", incidents=INCIDENTS, **changes):
        settings = load_settings()
        wanted = local.Local(
            scenarios=incidents,
            scenario=scenario,
            data_dir=tmp_path,
            autoplay=False,
            **{"pace_seconds": 0.0, "lease_seconds": 1.0, **changes},
        )
        async with (
            local.running(wanted, settings) as (sandbox, bot),
            aiohttp.ClientSession() as session,
        ):
            person = AtThePage(session, sandbox.url)
            await person.go_to_the_question()
            yield person, bot, sandbox

    return play


@pytest.fixture
def log_of(tmp_path):
    def read(event):
        lines = (tmp_path / "sandbox.log").read_text().splitlines()
        entries = [json.loads(line) for line in lines if line.startswith("{")]
        return [entry for entry in entries if entry["event"] == event]

    return read
