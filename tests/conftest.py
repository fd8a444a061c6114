"""What every test may ask for: a real store, fresh for each test."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.adapters.steady import steadied
from bot.adapters.valkey import EmbeddedValkey
from tests.faults.table import (  # noqa: F401  # hooks: the table of all rows stands at the end of every run
    pytest_sessionfinish,
    pytest_terminal_summary,
    pytest_testnodedown,
)


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[str]:
    """The address of one real server for the whole run."""
    folder = Path(tempfile.mkdtemp(prefix="copilot-"))
    loop = asyncio.new_event_loop()
    server = EmbeddedValkey(folder)
    try:
        yield loop.run_until_complete(server.__aenter__())
    finally:
        loop.run_until_complete(server.__aexit__(None, None, None))
        loop.close()
        shutil.rmtree(folder)


@pytest.fixture
async def valkey_url(valkey_server: str) -> str:
    """The address of a real store that is empty."""
    async with steadied(Redis.from_url(valkey_server)) as redis:
        await redis.flushall()
    return valkey_server


@pytest.fixture
async def redis_client(valkey_url: str) -> AsyncIterator[Redis]:
    """A client of a real store that is empty."""
    async with steadied(Redis.from_url(valkey_url)) as redis:
        yield redis
