"""Row S3: the same event again and again; each question is one job, and has one answer."""

import asyncio
import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from aiohttp import ClientSession
from redis.asyncio import Redis
from structlog.testing import capture_logs
from structlog.typing import EventDict

from bot.adapters.keys import SEEN_SECONDS, key
from sandbox.delivery import Ack, Envelope
from sandbox.http_transport import HttpTransport
from tests.faults.product import SECRET, Product, product
from tests.faults.row import Row, row

DAY_SECONDS = 86_400
COPIES = 100


@dataclass
class Copier:
    """Delivers each thing many times at once: the first attempt and its three retries, over and over."""

    ways: Sequence[HttpTransport]
    copies: int
    acks: int = 0
    max_ack_ms: float = 0.0
    sent: list[Envelope] = field(default_factory=list)

    async def send(self, envelope: Envelope, *, timeout_seconds: float) -> Ack:
        self.sent.append(envelope)
        attempts = [
            replace(envelope, attempt=number % 4, reason="http_timeout" if number % 4 else "")
            for number in range(self.copies)
        ]
        ways = itertools.cycle(self.ways)
        acks = await asyncio.gather(*(self._send(next(ways), one) for one in attempts))
        return next((ack for ack in acks if not ack.is_ok), acks[0])

    async def _send(self, way: HttpTransport, envelope: Envelope) -> Ack:
        begun = time.perf_counter()
        ack = await way.send(envelope, timeout_seconds=20)
        self.max_ack_ms = max(self.max_ack_ms, (time.perf_counter() - begun) * 1000)
        self.acks += ack.is_ok
        return ack


async def copier(running: Product, store_url: str, *, receivers: int, copies: int) -> Copier:
    """Let everything be delivered in copies, to several receivers in turn."""
    session = await running.stack.enter_async_context(ClientSession())
    urls = [await running.listen(store_url) for _ in range(receivers)]
    ways = [HttpTransport(session=session, request_url=url, signing_secret=SECRET) for url in urls]
    running.sandbox.delivery.transport = copying = Copier(ways, copies)
    await running.work(store_url)
    return copying


async def settle(running: Product) -> None:
    """Wait until all is answered and nothing is on its way."""
    await running.until_answered()
    await running.sandbox.delivery.settled()


def count(running: Product, counted: Row, copying: Copier, logs: list[EventDict]) -> None:
    """Count answers and jobs: one of each for each question."""
    running.fill(counted)
    counted.acked, counted.max_ack_ms, counted.jobs = copying.acks, copying.max_ack_ms, new_jobs(logs)
    counted.double += max(0, counted.jobs - len(running.asked))


def new_jobs(logs: list[EventDict]) -> int:
    """Return how many questions were accepted as new."""
    accepted = [entry for entry in logs if entry["event"] == "request.accepted"]
    return sum(not entry["duplicate"] for entry in accepted if str(entry["request"]).startswith("msg:"))


async def test_s3_a_hundred_copies_at_once_of_message_and_mention_are_one_job(valkey_url: str) -> None:
    fault = f"{COPIES} copies of message and app_mention, 2 receivers"
    async with product(lanes=2, ack_seconds=20.0) as running, row("S3", fault) as counted:
        copying = await copier(running, valkey_url, receivers=2, copies=COPIES)
        with capture_logs() as logs:
            running.ask(2)
            await settle(running)
        count(running, counted, copying, logs)

        assert counted.jobs == 2
        kinds = [envelope.payload["event"]["type"] for envelope in copying.sent]
        assert kinds.count("app_mention") == 2
        assert kinds.count("message") > 2


async def test_s3_what_is_replayed_a_day_later_is_still_known(valkey_url: str, redis_client: Redis) -> None:
    async with product(lanes=2) as running, row("S3", "retries 1 to 3, then all again after 24 h") as counted:
        copying = await copier(running, valkey_url, receivers=1, copies=4)
        with capture_logs() as logs:
            running.ask(4)
            await settle(running)
            await _let_a_day_pass(redis_client)
            for envelope in list(copying.sent):
                await copying.send(envelope, timeout_seconds=5)
            await settle(running)
        count(running, counted, copying, logs)

        assert counted.jobs == 4


async def _let_a_day_pass(redis: Redis) -> None:
    """Age what is remembered of deliveries by 24 hours, and check that it lives on."""
    seen = [name async for name in redis.scan_iter(match=key("seen", "*"))]
    assert len(seen) >= 12
    for name in seen:
        left = await redis.ttl(name)
        assert SEEN_SECONDS - 60 < left <= SEEN_SECONDS
        assert await redis.expire(name, left - DAY_SECONDS)
