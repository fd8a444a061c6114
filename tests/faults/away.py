"""The store behind a proxy, and an outage of any length; shared by row R1 and `python -m tests.faults`."""

import asyncio
import time

from tests.faults.product import SECRET, Product, product
from tests.faults.proxy import Proxy, proxied
from tests.faults.row import Row, row

QUESTIONS = 6


async def start(running: Product, proxy: Proxy) -> str:
    """Start a receiver over HTTP and a worker, both behind the proxy; return where events go."""
    store_url = f"redis://127.0.0.1:{proxy.port}"
    url = await running.listen(store_url)
    running.sandbox.deliver_http(url, SECRET)
    await running.work(store_url)
    return url


async def settle(running: Product, counted: Row) -> None:
    """Wait until all is answered, and count."""
    begun = time.monotonic()
    await running.until_answered()
    counted.recovery_ms = (time.monotonic() - begun) * 1000
    await running.sandbox.delivery.settled()
    running.fill(counted)


async def store_away(store_url: str, *, away_seconds: float) -> Row:
    """Ask before and during an outage of the store; return the row that it made."""
    async with (
        product(lanes=3, retry_pauses_seconds=_pauses(away_seconds)) as running,
        proxied(store_url) as proxy,
        row("R1", f"away for {away_seconds:g} s") as counted,
    ):
        await start(running, proxy)
        running.ask(QUESTIONS)
        await asyncio.sleep(0.1)
        await proxy.down()
        running.ask(QUESTIONS)
        await asyncio.sleep(away_seconds)
        await proxy.up()
        await settle(running, counted)
    return counted


def _pauses(away_seconds: float) -> tuple[float, ...]:
    """Return pauses between attempts that outlast the outage, as Slack's five minutes outlast a short one."""
    return (0.0, 0.3, *[0.7] * (int(away_seconds / 0.7) + 4))
