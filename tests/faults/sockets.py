"""The product over Socket Mode; shared by row S5 and `python -m tests.faults`."""

import time

from handlers.socket_link import Pace
from handlers.socket_mode import run_socket
from tests.faults.product import Product, product
from tests.faults.proxy import Proxy, proxied
from tests.faults.row import Row, row

HASTE = Pace(
    ping_seconds=0.4, open_seconds=1.0, longest_pause_seconds=0.2, refused_seconds=0.2, steady_seconds=0.1
)
APP_TOKEN = "xapp-" + "test"


async def connect(running: Product, store_url: str, *, pace: Pace = HASTE) -> None:
    """Start one more receiver over Socket Mode."""
    app = await running.receiver(store_url)
    await running.stack.enter_async_context(run_socket(app=app, app_token=APP_TOKEN, pace=pace))
    running.sandbox.deliver_socket_mode()


async def settle(running: Product, counted: Row) -> None:
    """Wait until all is answered, and count."""
    begun = time.monotonic()
    await running.until_answered()
    counted.recovery_ms = (time.monotonic() - begun) * 1000
    await running.sandbox.delivery.settled()
    running.fill(counted)


async def behind(running: Product, proxy: Proxy, store_url: str, *, pace: Pace = HASTE) -> None:
    """Connect through a proxy."""
    running.sandbox.workspace.base_url = f"http://127.0.0.1:{proxy.port}"
    await connect(running, store_url, pace=pace)
    await running.work(store_url)


async def half_open(store_url: str, *, pace: Pace) -> None:
    """Ask while the connection is dead and nobody says so, twice."""
    async with (
        product() as running,
        proxied(running.sandbox.url) as proxy,
        row("S5", f"half-open TCP, twice (ping each {pace.ping_seconds:g} s)") as counted,
    ):
        await behind(running, proxy, store_url, pace=pace)
        running.ask(2)
        await running.until_answered()
        slowest_ms = 0.0
        for _ in range(2):
            begun = time.monotonic()
            proxy.half_open()
            running.ask(2)
            await running.until_answered()
            slowest_ms = max(slowest_ms, (time.monotonic() - begun) * 1000)
        await settle(running, counted)
        counted.recovery_ms = slowest_ms
