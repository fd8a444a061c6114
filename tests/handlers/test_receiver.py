"""The receiver over real HTTP and a real WebSocket: screened, signed, durable, then acknowledged."""

import asyncio
import hashlib
import hmac
import io
import json
import logging
import time
import zlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from aiohttp import ClientSession, WSMsgType, web
from aiohttp.test_utils import TestClient, TestServer
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from structlog.testing import capture_logs

from bot.adapters.queue import RequestQueue
from bot.errors import BadInputError, StoreUnavailableError
from bot.request import Request, RequestKind
from handlers.receiver import build_app, build_receiver, run_socket

SECRET = "a-signing-" + "secret"
TOKEN = "xoxb-" + "test"


class FakeSlack:
    """A Web API of two methods, and a Socket Mode connection whose frames the test sends and reads."""

    def __init__(self) -> None:
        self.error = ""
        self.calls: list[str] = []
        self.connected: asyncio.Queue[web.WebSocketResponse] = asyncio.Queue()
        self.frames: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.url = ""

    async def call(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        self.calls.append(method)
        if self.error:
            return web.json_response({"ok": False, "error": self.error})
        if method == "apps.connections.open":
            return web.json_response({"ok": True, "url": self.url.replace("http", "ws") + "ws"})
        return web.json_response({"ok": True, "team_id": "T1", "user_id": "U0BOT", "bot_id": "B0BOT"})

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1})
        await self.connected.put(socket)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await self.frames.put(json.loads(message.data))
        return socket


class FakeQueue:
    """Takes `delay_seconds` to store a request, or fails."""

    def __init__(self) -> None:
        self.stored: list[str] = []
        self.keys: list[Sequence[str]] = []
        self.delay_seconds = 0.0
        self.error: Exception | None = None

    async def accept(self, request: Request, *, keys: Sequence[str]) -> bool:
        await asyncio.sleep(self.delay_seconds)
        if self.error is not None:
            raise self.error
        is_new = request.id not in self.stored
        self.stored.append(request.id)
        self.keys.append(keys)
        return is_new

    async def ping(self) -> None:
        if self.error is not None:
            raise self.error


def parse(body: Any, bot_user_id: str, *, now: datetime) -> tuple[Request, tuple[str, ...]] | None:
    """Find a request in a mention, a command or a pressed button."""
    asked = body.get("event", {}).get("ts") or body.get("command") or body.get("trigger_id")
    if not asked or body.get("event", {}).get("type") == "message":
        return None
    request = Request(
        id=f"{asked}:{bot_user_id}",
        kind=RequestKind.ANSWER,
        team_id="T1",
        channel_id="C1",
        asker_id="U1",
        text="why?",
        received_at=now,
    )
    return request, (f"ev:{body.get('event_id')}",)


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    fake = FakeSlack()
    app = web.Application()
    app.add_routes([web.route("*", "/api/{method}", fake.call), web.get("/ws", fake.connect)])
    async with TestServer(app) as server:
        fake.url = str(server.make_url("/"))
        yield fake


@pytest.fixture
def queue() -> FakeQueue:
    return FakeQueue()


@pytest.fixture
def app(slack: FakeSlack, queue: FakeQueue) -> AsyncApp:
    client = AsyncWebClient(token=TOKEN, base_url=slack.url + "api/")
    return build_app(client=client, signing_secret=SECRET, queue=queue, parse=parse)


@pytest.fixture
async def door(app: AsyncApp, queue: FakeQueue) -> AsyncIterator[TestClient[Any, Any]]:
    async with TestClient(TestServer(build_receiver(app=app, store=queue))) as client:
        yield client


def mention(**event: object) -> dict[str, Any]:
    inner = {"type": "app_mention", "user": "U1", "channel": "C1", "ts": "1.0", "text": "<@U0BOT> why?"}
    return {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": {**inner, **event}}


def signed(body: bytes, *, age_seconds: float = 0, **changes: str) -> dict[str, str]:
    timestamp = str(int(time.time() - age_seconds))
    base = b"v0:" + timestamp.encode() + b":" + body
    headers = {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": "v0=" + hmac.new(SECRET.encode(), base, hashlib.sha256).hexdigest(),
    }
    return {**headers, **changes}


async def post(door: TestClient[Any, Any], body: bytes, **changes: Any) -> int:
    async with door.post("/slack/events", data=io.BytesIO(body), headers=signed(body, **changes)) as response:
        return response.status


async def post_form(door: TestClient[Any, Any], fields: dict[str, str]) -> int:
    body = urlencode(fields).encode()
    return await post(door, body, **{"Content-Type": "application/x-www-form-urlencoded"})


MENTION = json.dumps(mention()).encode()


async def test_a_signed_mention_is_accepted_with_its_keys(
    door: TestClient[Any, Any], queue: FakeQueue
) -> None:
    assert await post(door, MENTION) == 200

    assert queue.stored == ["1.0:U0BOT"]
    assert queue.keys == [("ev:Ev1",)]


async def test_the_answer_leaves_only_after_the_write(door: TestClient[Any, Any], queue: FakeQueue) -> None:
    queue.delay_seconds = 0.2

    answering = asyncio.create_task(post(door, MENTION))
    await asyncio.sleep(0.1)
    assert not answering.done()

    assert await answering == 200
    assert queue.stored


async def test_a_delivery_that_cannot_be_stored_is_answered_503(
    door: TestClient[Any, Any], queue: FakeQueue
) -> None:
    queue.error = StoreUnavailableError("away")

    assert await post(door, MENTION) == 503


async def test_a_delivery_too_large_to_store_is_answered_400_for_good(
    door: TestClient[Any, Any], queue: FakeQueue
) -> None:
    queue.error = BadInputError(field="request", problem="too large")

    async with door.post("/slack/events", data=MENTION, headers=signed(MENTION)) as response:
        assert response.status == 400
        assert response.headers["x-slack-no-retry"] == "1"


async def test_a_defect_of_ours_is_answered_503_and_logged_once_without_the_body(
    door: TestClient[Any, Any], queue: FakeQueue
) -> None:
    queue.error = RuntimeError("defect")

    with capture_logs() as logs:
        assert await post(door, MENTION) == 503

    refused = [entry for entry in logs if entry["event"] == "delivery.refused"]
    assert [entry["error"] for entry in refused] == ["RuntimeError"]
    assert "why?" not in str({**refused[0], "exc_info": ""})


async def test_a_repeated_delivery_is_acknowledged_and_logged_as_duplicate(
    door: TestClient[Any, Any],
) -> None:
    await post(door, MENTION)

    with capture_logs() as logs:
        assert await post(door, MENTION) == 200

    assert [entry["duplicate"] for entry in logs if entry["event"] == "request.accepted"] == [True]


async def test_each_step_is_logged_with_its_request_and_rising_milliseconds(
    door: TestClient[Any, Any],
) -> None:
    with capture_logs() as logs:
        await post(door, MENTION)
        await asyncio.sleep(0.05)  # the last is logged after the answer has left

    steps = [entry for entry in logs if entry["event"].startswith("request.")]
    assert [entry["event"] for entry in steps] == ["request.signed", "request.accepted", "request.acked"]
    assert {entry["request"] for entry in steps} == {"1.0:U0BOT"}
    assert 0 < steps[0]["ms"] <= steps[1]["ms"] <= steps[2]["ms"]


@pytest.mark.parametrize(
    "fields",
    [
        {"command": "/copilot", "text": "postmortem", "team_id": "T1"},
        {"payload": json.dumps({"type": "block_actions", "trigger_id": "t1", "user": {"id": "U1"}})},
    ],
)
async def test_commands_and_buttons_are_acknowledged_after_they_are_accepted(
    door: TestClient[Any, Any], queue: FakeQueue, fields: dict[str, str]
) -> None:
    assert await post_form(door, fields) == 200

    assert len(queue.stored) == 1


OTHERS: list[dict[str, Any]] = [
    mention(type="message"),
    mention(type="message", subtype="message_changed", text=None),
    mention(type="reaction_added", ts=""),
    {"type": "app_rate_limited", "minute_rate_limited": 1},
]


@pytest.mark.parametrize("body", OTHERS)
async def test_events_that_ask_nothing_are_answered_200(
    door: TestClient[Any, Any], queue: FakeQueue, body: dict[str, Any]
) -> None:
    assert await post(door, json.dumps(body).encode()) == 200

    assert queue.stored == []


UNKNOWN_INTERACTIONS: list[dict[str, Any]] = [
    {"type": "block_actions", "actions": [{"action_id": "a", "block_id": "b", "type": "button"}]},
    {"type": "message_action", "callback_id": "c"},
    {"type": "shortcut", "callback_id": "c"},
    {"type": "view_submission", "view": {"type": "modal", "callback_id": "c", "state": {"values": {}}}},
    {"type": "view_closed", "view": {"type": "modal", "callback_id": "c"}},
]


@pytest.mark.parametrize("payload", UNKNOWN_INTERACTIONS)
async def test_interactions_nobody_knows_are_acknowledged(
    door: TestClient[Any, Any], payload: dict[str, Any]
) -> None:
    payload = {"user": {"id": "U1"}, "team": {"id": "T1"}, **payload}

    assert await post_form(door, {"payload": json.dumps(payload)}) == 200


async def test_a_listener_of_others_gets_what_is_no_request(slack: FakeSlack, queue: FakeQueue) -> None:
    opened = asyncio.Event()

    def register(app: AsyncApp) -> None:
        @app.action("wrong")
        async def open_form(ack: Any) -> None:
            await ack()
            opened.set()

    client = AsyncWebClient(token=TOKEN, base_url=slack.url + "api/")
    app = build_app(client=client, signing_secret=SECRET, queue=queue, parse=parse, register=register)
    payload = {"type": "block_actions", "user": {"id": "U1"}, "team": {"id": "T1"}}
    payload["actions"] = [{"action_id": "wrong", "block_id": "b", "type": "button"}]  # type: ignore[assignment]
    async with TestClient(TestServer(build_receiver(app=app, store=queue))) as door:
        assert await post_form(door, {"payload": json.dumps(payload)}) == 200
        await asyncio.wait_for(opened.wait(), 5)


async def test_the_address_is_confirmed_to_slack(door: TestClient[Any, Any]) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "c-1"}).encode()

    async with door.post("/slack/events", data=body, headers=signed(body)) as response:
        assert (response.status, await response.text()) == (200, '{"challenge": "c-1"}')


@pytest.mark.parametrize("age_seconds", [301, -302, 1e9, -1e9])
async def test_a_late_or_early_delivery_is_refused_with_401(
    door: TestClient[Any, Any], queue: FakeQueue, age_seconds: float
) -> None:
    assert await post(door, MENTION, age_seconds=age_seconds) == 401

    assert queue.stored == []


@pytest.mark.parametrize("timestamp", ["", "abc", "1e9", "-1", "9" * 400, "١٢٣", "1.5", "NaN"])
async def test_a_timestamp_that_is_no_number_is_refused_with_401(
    door: TestClient[Any, Any], timestamp: str
) -> None:
    assert await post(door, MENTION, **{"X-Slack-Request-Timestamp": timestamp}) == 401


@pytest.mark.parametrize(
    "signature", ["", "v0=", "v0=" + "0" * 64, "v0=é", "v1=" + "0" * 64, "v0=" + "0" * 9000]
)
async def test_a_wrong_signature_is_refused_with_401(
    door: TestClient[Any, Any], queue: FakeQueue, signature: str
) -> None:
    assert await post(door, MENTION, **{"X-Slack-Signature": signature}) in {400, 401}

    assert queue.stored == []


async def test_a_delivery_whose_body_was_changed_is_refused_with_401(door: TestClient[Any, Any]) -> None:
    async with door.post("/slack/events", data=MENTION + b" ", headers=signed(MENTION)) as response:
        assert response.status == 401


async def test_bolt_logs_nothing_of_a_body(
    slack: FakeSlack, queue: FakeQueue, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = AsyncWebClient(token=TOKEN, base_url=slack.url + "api/")
    app = build_app(client=client, signing_secret=SECRET, queue=queue, parse=parse)
    async with TestClient(TestServer(build_receiver(app=app, store=queue))) as door:
        await post(door, MENTION, **{"X-Slack-Signature": "v0=" + "0" * 64})
        await post(door, MENTION)
        await post(door, json.dumps(mention(type="message", text="why?")).encode())

    assert "why?" not in caplog.text
    assert TOKEN not in caplog.text


DEEP = b"[" * 200_000
BODIES = [
    b"",
    b"{",
    b"[]",
    b"[1]",
    b'"text"',
    b"null",
    b"1",
    b"\xff\xfe",
    DEEP,
    b'{"a":' * 100_000,
    b'{"authorizations": 5}',
    b'{"authorizations": [5]}',
]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
async def test_a_body_that_is_not_slacks_is_refused_with_400(door: TestClient[Any, Any], body: bytes) -> None:
    assert await post(door, body) == 400


@pytest.mark.parametrize("body", [b"payload=%7B", b"payload=[]", b"payload=5"])
async def test_a_form_that_is_not_slacks_is_refused_with_400(door: TestClient[Any, Any], body: bytes) -> None:
    assert await post(door, body, **{"Content-Type": "application/x-www-form-urlencoded"}) == 400


ODD_SHAPES: list[dict[str, Any]] = [
    {},
    {"type": 5},
    {"type": "event_callback"},
    {"type": "event_callback", "event": {}},
    {"type": "event_callback", "event": {"type": 5}},
    {"type": "block_actions"},
    {"type": "block_actions", "actions": []},
    {"type": "view_submission"},
    {"command": ""},
]


@pytest.mark.parametrize("body", ODD_SHAPES, ids=str)
async def test_a_signed_payload_of_an_odd_shape_is_never_answered_500(
    door: TestClient[Any, Any], body: dict[str, Any]
) -> None:
    assert await post(door, json.dumps(body).encode()) != 500


@pytest.mark.parametrize(
    "content_type", ["text/plain", "multipart/form-data; boundary=x", "", "application/xml"]
)
async def test_another_content_type_is_refused_with_415(
    door: TestClient[Any, Any], content_type: str
) -> None:
    assert await post(door, MENTION, **{"Content-Type": content_type}) == 415


async def test_a_compressed_body_is_refused_with_415(door: TestClient[Any, Any]) -> None:
    bomb = zlib.compress(b" " * 5_000_000)

    assert await post(door, bomb, **{"Content-Encoding": "deflate"}) == 415


async def test_a_body_over_a_megabyte_is_refused_with_413(
    door: TestClient[Any, Any], queue: FakeQueue
) -> None:
    body = json.dumps(mention(text="x" * 1_000_001)).encode()

    assert await post(door, body) == 413

    assert queue.stored == []


async def test_a_body_over_a_megabyte_that_hides_its_size_is_refused_with_413(
    door: TestClient[Any, Any],
) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 100_000

    async with door.post("/slack/events", data=chunks(), headers=signed(b"")) as response:
        assert response.status == 413


async def test_the_first_delivery_waits_for_slack_to_say_who_we_are_and_no_other_asks(
    door: TestClient[Any, Any], slack: FakeSlack
) -> None:
    slack.error = "internal_error"
    assert await post(door, MENTION) == 503

    slack.error = ""
    assert [await post(door, MENTION) for _ in range(3)] == [200, 200, 200]

    assert slack.calls == ["auth.test", "auth.test"]


async def test_the_process_says_that_it_lives(door: TestClient[Any, Any]) -> None:
    async with door.get("/healthz") as response:
        assert response.status == 200


async def test_it_is_ready_when_the_store_answers_and_slack_knows_the_token(
    door: TestClient[Any, Any], slack: FakeSlack
) -> None:
    for _ in range(2):
        async with door.get("/readyz") as response:
            assert (response.status, await response.json()) == (200, {"store": "ok", "slack": "ok"})

    assert slack.calls == ["auth.test"]


async def test_it_is_not_ready_without_store_or_with_a_bad_token(
    door: TestClient[Any, Any], slack: FakeSlack, queue: FakeQueue
) -> None:
    queue.error = StoreUnavailableError("away")
    slack.error = "invalid_auth"

    async with door.get("/readyz") as response:
        assert (response.status, await response.json()) == (503, {"store": "away", "slack": "invalid_auth"})


async def test_it_is_not_ready_when_slack_cannot_be_reached(queue: FakeQueue) -> None:
    client = AsyncWebClient(token=TOKEN, base_url="http://127.0.0.1:1/api/", retry_handlers=[])
    app = build_app(client=client, signing_secret=SECRET, queue=queue, parse=parse)
    async with (
        TestClient(TestServer(build_receiver(app=app, store=queue))) as door,
        door.get("/readyz") as response,
    ):
        assert response.status == 503


@asynccontextmanager
async def connected(app: AsyncApp, slack: FakeSlack) -> AsyncIterator[web.WebSocketResponse]:
    async with run_socket(app=app, app_token="xapp-" + "test"):
        yield await asyncio.wait_for(slack.connected.get(), 5)


def envelope(number: int, payload: dict[str, Any], **more: object) -> dict[str, Any]:
    body = {"envelope_id": f"e{number}", "type": "events_api", "payload": payload}
    return {**body, "accepts_response_payload": False, "retry_attempt": 0, "retry_reason": "", **more}


async def test_an_envelope_is_acknowledged_only_after_the_write(
    app: AsyncApp, slack: FakeSlack, queue: FakeQueue
) -> None:
    queue.delay_seconds = 0.2
    async with connected(app, slack) as socket:
        await socket.send_json(envelope(1, mention()))
        await asyncio.sleep(0.1)
        assert slack.frames.empty()

        assert await asyncio.wait_for(slack.frames.get(), 5) == {"envelope_id": "e1"}

    assert queue.stored == ["1.0:U0BOT"]


async def test_an_envelope_that_cannot_be_stored_gets_no_answer_until_it_comes_again(
    app: AsyncApp, slack: FakeSlack, queue: FakeQueue
) -> None:
    queue.error = StoreUnavailableError("away")
    async with connected(app, slack) as socket:
        await socket.send_json(envelope(1, mention()))
        await asyncio.sleep(0.2)
        assert slack.frames.empty()

        queue.error = None
        await socket.send_json(envelope(2, mention(), retry_attempt=1, retry_reason="timeout"))

        assert await asyncio.wait_for(slack.frames.get(), 5) == {"envelope_id": "e2"}


async def test_accepted_means_it_is_in_the_store(slack: FakeSlack, valkey_url: str) -> None:
    client = AsyncWebClient(token=TOKEN, base_url=slack.url + "api/")
    async with RequestQueue(valkey_url) as queue:
        app = build_app(client=client, signing_secret=SECRET, queue=queue, parse=parse)
        async with TestClient(TestServer(build_receiver(app=app, store=queue))) as door:
            assert await post(door, MENTION) == 200

        assert not await queue.accept(
            Request(
                id="x",
                kind=RequestKind.ANSWER,
                team_id="T1",
                channel_id="C1",
                asker_id="U1",
                text="",
                received_at=datetime.now(UTC),
            ),
            keys=["ev:Ev1"],
        )


async def test_a_sender_that_never_ends_its_body_is_let_go(app: AsyncApp, queue: FakeQueue) -> None:
    async def stalled() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(1)

    receiver = build_receiver(app=app, store=queue, read_seconds=0.1)
    async with TestServer(receiver) as server, ClientSession() as session:
        url = server.make_url("/slack/events")
        async with session.post(url, data=stalled(), headers=signed(b"{")) as response:
            assert response.status == 408
