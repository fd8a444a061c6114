"""Row S7: hostile requests over raw TCP and HTTP; each is refused, none becomes a job, none costs much."""

import asyncio
import gzip
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slack_sdk.web.async_client import AsyncWebClient

import handlers
from bot.adapters.queue import RequestQueue
from handlers.receiver import build_app, build_receiver, build_runner
from sandbox.http_transport import signature
from tests.adapters.queueing import SEALER
from tests.faults.product import SECRET
from tests.faults.row import row, rss_mb
from tests.handlers.receiving import MENTION, FakeQueue, FakeSlack, mention

JSON_TYPE, FORM = "application/json", "application/x-www-form-urlencoded"
TIMESTAMP, SIGNATURE = "X-Slack-Request-Timestamp", "X-Slack-Signature"


@dataclass
class Target:
    """A receiver that listens; requests are written to it byte by byte."""

    port: int

    async def send(self, *parts: bytes, pause_seconds: float = 0.0) -> int:
        """Write the parts of a request; return the status that comes back, 0 for none."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(pause_seconds)
            line = await asyncio.wait_for(reader.readline(), 10)
        except ConnectionError:
            return 0
        finally:
            writer.close()
        return int(line.split()[1]) if line else 0


def head(body: bytes, *, length: int | None = None, **changes: str | None) -> bytes:
    """Return the head of a signed delivery; a header that is None is left out."""
    timestamp = changes.get(TIMESTAMP) or str(int(time.time()))
    headers: dict[str, str | None] = {
        "Host": "receiver",
        "Content-Type": JSON_TYPE,
        "Content-Length": str(len(body) if length is None else length),
        TIMESTAMP: timestamp,
        SIGNATURE: signature(secret=SECRET, timestamp=timestamp, body=body),
        **changes,
    }
    lines = [f"{name}: {value}" for name, value in headers.items() if value is not None]
    return ("POST /slack/events HTTP/1.1\r\n" + "\r\n".join(lines) + "\r\n\r\n").encode()


def delivery(body: bytes, **changes: Any) -> bytes:
    return head(body, **changes) + body


@pytest.fixture
async def queue() -> FakeQueue:
    return FakeQueue()


@pytest.fixture
async def target(queue: FakeQueue) -> AsyncIterator[Target]:
    slack = FakeSlack()
    web_api = web.Application()
    web_api.add_routes([web.route("*", "/api/{method}", slack.call)])
    api = await _listen(web_api)
    client = AsyncWebClient(token="any", base_url=f"http://127.0.0.1:{_port(api)}/api/")
    app = build_app(client=client, signing_secret=SECRET, queue=queue, parse=handlers.parse)
    runner = await _listen(build_receiver(app=app, store=queue, read_seconds=0.3))
    yield Target(_port(runner))
    await runner.cleanup()
    await api.cleanup()


async def _listen(app: web.Application) -> web.AppRunner:
    runner = build_runner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner


def _port(runner: web.AppRunner) -> int:
    return int(runner.addresses[0][1])


LIMITED = json.dumps({"type": "app_rate_limited", "minute_rate_limited": 1, "team_id": "T1"}).encode()
DEEP = b'{"event":' + b"[" * 300_000
BOMB = gzip.compress(b" " * 50_000_000)


def hostile() -> dict[str, tuple[bytes, int]]:
    """Return what is sent, signed now, and the status that it must get."""
    now = int(time.time())
    return {
        "signed with another secret": (
            delivery(MENTION, **{SIGNATURE: signature(secret="x", timestamp=str(now), body=MENTION)}),
            401,
        ),
        "no signature": (delivery(MENTION, **{SIGNATURE: None}), 401),
        "no timestamp": (delivery(MENTION, **{TIMESTAMP: None}), 401),
        "timestamp abc": (delivery(MENTION, **{TIMESTAMP: "abc"}), 401),
        "timestamp of 400 digits": (delivery(MENTION, **{TIMESTAMP: "9" * 400}), 401),
        "timestamp six minutes old": (
            delivery(MENTION, **{TIMESTAMP: str(now - 360)}),
            401,
        ),
        "timestamp six minutes ahead": (
            delivery(MENTION, **{TIMESTAMP: str(now + 360)}),
            401,
        ),
        "timestamp far ahead": (delivery(MENTION, **{TIMESTAMP: "99999999999"}), 401),
        "signature not ASCII": (delivery(MENTION, **{SIGNATURE: "v0=" + "é" * 64}), 401),
        "signature of 8 kB": (delivery(MENTION, **{SIGNATURE: "v0=" + "0" * 8000}), 401),
        "body changed after signing": (head(MENTION, length=len(MENTION) + 1) + MENTION + b" ", 401),
        "body of 0 bytes": (delivery(b""), 400),
        "body over 1 MB": (delivery(b"{" + b" " * 1_000_000), 413),
        "100 MB announced, none sent": (head(MENTION, length=100_000_000), 413),
        "gzip bomb": (delivery(BOMB, **{"Content-Encoding": "gzip"}), 415),
        "deflate": (delivery(MENTION, **{"Content-Encoding": "deflate"}), 415),
        "text/plain": (delivery(MENTION, **{"Content-Type": "text/plain"}), 415),
        "multipart": (delivery(MENTION, **{"Content-Type": "multipart/form-data; boundary=x"}), 415),
        "no content type": (delivery(MENTION, **{"Content-Type": None}), 415),
        "deep JSON": (delivery(DEEP), 400),
        "no JSON": (delivery(b"\x00\x01{"), 400),
        "no UTF-8": (delivery(b'{"type": "\xff\xfe"}'), 400),
        "a list": (delivery(b"[1, 2]"), 400),
        "a form whose payload is no JSON": (delivery(b"payload=%7B", **{"Content-Type": FORM}), 400),
        "app_rate_limited without signature": (
            delivery(LIMITED, **{SIGNATURE: "v0=" + "0" * 64}),
            401,
        ),
        "no HTTP": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        "a header of 64 kB": (delivery(MENTION, **{"X-Padding": "x" * 65_536}), 400),
        "another path": (delivery(MENTION).replace(b"/slack/events", b"/slack/events/../admin"), 404),
        "another method": (delivery(MENTION).replace(b"POST", b"PUT", 1), 405),
    }


async def test_s7_each_hostile_request_is_refused_by_its_status_and_makes_no_job(
    target: Target, queue: FakeQueue
) -> None:
    await target.send(delivery(LIMITED))  # from here on Slack has said who we are
    requests, wrong = hostile(), dict[str, int]()
    before_mb = rss_mb() or 0.0
    async with row("S7", f"{len(requests)} hostile requests, each 5 times") as counted:
        counted.events, counted.max_ack_ms = 5 * len(requests), 0.0
        for name, (request, status) in requests.items():
            for _ in range(5):
                begun = time.perf_counter()
                if (found := await target.send(request)) != status:
                    wrong[name] = found
                counted.max_ack_ms = max(counted.max_ack_ms, (time.perf_counter() - begun) * 1000)
        counted.jobs = len(queue.stored)

    assert wrong == {}
    assert queue.stored == []
    assert (rss_mb() or 0.0) - before_mb < 40


async def test_s7_a_hundred_megabytes_are_refused_without_being_kept(
    target: Target, queue: FakeQueue
) -> None:
    megabyte = b"x" * 1_000_000
    before_mb = rss_mb() or 0.0
    async with row("S7", "100 MB announced and sent") as counted:
        status = await target.send(head(MENTION, length=100_000_000), *[megabyte] * 100)
        counted.events, counted.jobs = 1, len(queue.stored)

    assert status in {413, 0}  # 0: the connection was closed while we were still sending
    assert (rss_mb() or 0.0) - before_mb < 40


async def test_s7_a_slow_body_is_let_go_and_others_are_served_meanwhile(
    target: Target, queue: FakeQueue
) -> None:
    async with row("S7", "20 bodies that never end") as counted:
        slow = [asyncio.create_task(target.send(head(MENTION), MENTION[:5])) for _ in range(20)]
        await asyncio.sleep(0.05)
        served = await target.send(delivery(MENTION))
        statuses = await asyncio.gather(*slow)
        counted.events, counted.jobs = 21, len(queue.stored)

    assert served == 200
    assert set(statuses) == {408}
    assert len(queue.stored) == 1


async def test_s7_a_delivery_recorded_and_replayed_within_its_time_is_no_second_job(valkey_url: str) -> None:
    slack = FakeSlack()
    web_api = web.Application()
    web_api.add_routes([web.route("*", "/api/{method}", slack.call)])
    api = await _listen(web_api)
    async with (
        RequestQueue(valkey_url, sealer=SEALER, accept_seconds=30) as queue,
        row("S7", "one delivery replayed 100 times") as counted,
    ):
        client = AsyncWebClient(token="any", base_url=f"http://127.0.0.1:{_port(api)}/api/")
        app = build_app(client=client, signing_secret=SECRET, queue=queue, parse=handlers.parse)
        runner = await _listen(build_receiver(app=app, store=queue))
        recorded = delivery(MENTION)
        statuses = await asyncio.gather(*(Target(_port(runner)).send(recorded) for _ in range(100)))
        counted.events, counted.acked = 100, statuses.count(200)
        counted.jobs = await queue._pools["model"].lanes.waiting()
        counted.double = counted.jobs - 1
        await runner.cleanup()
    await api.cleanup()

    assert counted.acked == 100


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"minute_rate_limited": "soon", "team_id": 5},
        {"minute_rate_limited": None, "event": [], "authorizations": []},
        {"minute_rate_limited": 10**30, "event": {"type": "message"}},
    ],
    ids=str,
)
async def test_s7_app_rate_limited_of_any_shape_is_acknowledged_and_is_no_job(
    target: Target, queue: FakeQueue, odd: dict[str, Any]
) -> None:
    body = json.dumps({"type": "app_rate_limited", **odd}).encode()

    assert await target.send(delivery(body)) == 200

    assert queue.stored == []


async def test_s7_half_a_character_in_a_question_is_no_reason_to_send_it_again(
    target: Target, queue: FakeQueue
) -> None:
    body = json.dumps(mention(text="<@U0BOT> why \ud83d?", ts="1.5")).encode()

    assert await target.send(delivery(body)) == 200

    assert len(queue.stored) == 1


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "event", "ts", "channel", "user", "text", "command", "actions", "team", "blocks"]
            )
            | st.text(max_size=5),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(body=st.dictionaries(st.sampled_from(["type", "event", "command", "actions", "view"]), ANYTHING))
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
def test_s7_no_signed_shape_breaks_the_door(body: dict[str, Any]) -> None:
    async def send() -> int:
        queue = FakeQueue()
        slack = FakeSlack()
        web_api = web.Application()
        web_api.add_routes([web.route("*", "/api/{method}", slack.call)])
        api = await _listen(web_api)
        client = AsyncWebClient(token="any", base_url=f"http://127.0.0.1:{_port(api)}/api/")
        app = build_app(client=client, signing_secret=SECRET, queue=queue, parse=handlers.parse)
        runner = await _listen(build_receiver(app=app, store=queue))
        try:
            return await Target(_port(runner)).send(delivery(json.dumps(body).encode()))
        finally:
            await runner.cleanup()
            await api.cleanup()

    assert asyncio.run(send()) in {200, 400, 404, 503}
