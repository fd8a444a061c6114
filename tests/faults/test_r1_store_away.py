"""Row R1: the store is away, slow, reset, restarted or silent; what was acked is answered once, afterwards.

The long outages of the matrix, 30 s and 10 min, are `python -m tests.faults --away 30 600`.
"""

import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from aiohttp import ClientSession

from bot.adapters.valkey import EmbeddedValkey
from tests.faults.away import settle, start, store_away
from tests.faults.product import product
from tests.faults.proxy import proxied
from tests.faults.row import row


async def readiness(events_url: str) -> int:
    """Return what `/readyz` answers."""
    async with (
        ClientSession() as session,
        session.get(events_url.replace("slack/events", "readyz")) as answer,
    ):
        return answer.status


async def test_r1_a_store_that_is_away_at_the_start_is_waited_for(valkey_url: str) -> None:
    async with (
        product(lanes=3) as running,
        proxied(valkey_url) as proxy,
        row("R1", "away at start") as counted,
    ):
        await proxy.down()
        url = await start(running, proxy)
        assert await readiness(url) == 503
        running.ask(6)
        await asyncio.sleep(1.0)
        refused = list(running.sandbox.delivery.log)
        await proxy.up()
        await settle(running, counted)

        assert refused
        assert not any(attempt.is_ok for attempt in refused)
        assert await readiness(url) == 200


async def test_r1_a_store_that_is_away_for_three_seconds_loses_and_doubles_nothing(valkey_url: str) -> None:
    await store_away(valkey_url, away_seconds=3.0)


async def test_r1_a_store_that_is_restarted_loses_and_doubles_nothing(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        first = EmbeddedValkey(tmp_path)
        proxy = await stack.enter_async_context(proxied(await first.__aenter__()))
        running = await stack.enter_async_context(product(lanes=3))
        counted = await stack.enter_async_context(row("R1", "restarted"))
        await start(running, proxy)
        running.ask(6)
        await asyncio.sleep(0.1)
        await first.__aexit__(None, None, None)
        running.ask(3)
        await stack.enter_async_context(EmbeddedValkey(tmp_path))
        await settle(running, counted)


@pytest.mark.parametrize("cut_after_bytes", [200, 1_000, 5_000])
async def test_r1_connections_reset_after_so_many_bytes_lose_and_double_nothing(
    valkey_url: str, cut_after_bytes: int
) -> None:
    fault = f"connections reset each {cut_after_bytes} bytes"
    async with product(lanes=3) as running, proxied(valkey_url) as proxy, row("R1", fault) as counted:
        await start(running, proxy)
        proxy.cut_after_bytes = cut_after_bytes
        running.ask(6)
        await proxy.until_reset()
        await asyncio.sleep(2.0)
        proxy.cut_after_bytes = None
        await settle(running, counted)

        assert proxy.resets


async def test_r1_a_store_that_is_slow_only_slows(valkey_url: str) -> None:
    async with (
        product(lanes=3) as running,
        proxied(valkey_url) as proxy,
        row("R1", "200 ms latency") as counted,
    ):
        await start(running, proxy)
        proxy.latency_seconds = 0.1  # there and back
        running.ask(1)
        await settle(running, counted)


async def test_r1_a_store_that_swallows_everything_is_found_out(valkey_url: str) -> None:
    async with product(lanes=3) as running, proxied(valkey_url) as proxy, row("R1", "blackhole") as counted:
        url = await start(running, proxy)
        running.ask(3)
        await asyncio.sleep(0.1)
        proxy.swallows = True
        running.ask(3)
        begun = time.monotonic()
        assert await readiness(url) == 503
        counted.max_ack_ms = (time.monotonic() - begun) * 1000
        await asyncio.sleep(1.0)
        proxy.swallows = False
        await proxy.reset()
        await settle(running, counted)
