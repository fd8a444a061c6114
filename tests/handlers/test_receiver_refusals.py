"""What the receiver refuses, and when it is ready."""

import asyncio
import json
import zlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestClient, TestServer
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.queue import RequestQueue
from bot.errors import StoreUnavailableError
from bot.request import Request, RequestKind
from handlers.readiness import Readiness
from handlers.receiver import build_app, build_receiver
from tests.adapters.queueing import SEALER
from tests.handlers.receiving import (
    MENTION,
    SECRET,
    TOKEN,
    FakeQueue,
    FakeSlack,
    mention,
    parse,
    post,
    signed,
)

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
    {"command": []},
    {"command": "/copilot", "text": []},
    {"command": {}, "trigger_id": 5},
    {"type": []},
    {"type": "shortcut", "callback_id": []},
    {"type": "message_action", "callback_id": {}},
    {"type": "view_submission", "view": []},
    {"type": "view_submission", "view": {"callback_id": []}},
    {"type": "view_closed", "view": {"callback_id": {}}},
    {"type": "block_actions", "actions": [[]]},
    {"type": "block_actions", "actions": [{"action_id": []}]},
    {"type": "block_actions", "actions": [{"action_id": "a", "block_id": {}}]},
    {"type": "block_actions", "actions": {"a": 5}},
    {"type": "block_suggestion", "action_id": []},
    {"type": "event_callback", "event": {"type": "message", "subtype": []}},
    {"type": "event_callback", "event": {"type": []}},
    {"type": "event_callback", "event": []},
]


@pytest.mark.parametrize("body", ODD_SHAPES, ids=str)
async def test_a_signed_payload_of_an_odd_shape_is_answered_once_and_for_all(
    door: TestClient[Any, Any], body: dict[str, Any]
) -> None:
    assert await post(door, json.dumps(body).encode()) in {200, 400}


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


async def ready(door: TestClient[Any, Any]) -> tuple[int, dict[str, str]]:
    async with door.get("/readyz") as response:
        return response.status, await response.json()


async def test_it_says_within_its_time_that_it_is_not_ready_when_slack_and_the_store_hang(
    app: AsyncApp, slack: FakeSlack, queue: FakeQueue
) -> None:
    slack.delay_seconds = queue.delay_seconds = 30
    web_app = web.Application()
    web_app.add_routes([web.get("/readyz", Readiness(app.client, queue, ready_seconds=0.1).answer)])
    async with TestClient(TestServer(web_app)) as door:
        status, facts = await asyncio.wait_for(ready(door), 5)
        slack.delay_seconds = 0

    assert (status, facts) == (503, {"store": "TimeoutError", "slack": "TimeoutError"})


async def test_a_token_that_was_good_stays_good_until_slack_refuses_it(
    app: AsyncApp, slack: FakeSlack, queue: FakeQueue
) -> None:
    readiness = Readiness(app.client, queue, good_seconds=0, doubt_seconds=0)
    web_app = web.Application()
    web_app.add_routes([web.get("/readyz", readiness.answer)])
    async with TestClient(TestServer(web_app)) as door:
        told = [await ready(door)]
        for error in ("internal_error", "token_revoked", "internal_error"):
            slack.error = error
            told.append(await ready(door))

    assert [(status, facts["slack"]) for status, facts in told] == [
        (200, "ok"),
        (200, "ok"),
        (503, "token_revoked"),
        (503, "internal_error"),
    ]


async def test_probes_do_not_become_a_load_on_slack(door: TestClient[Any, Any], slack: FakeSlack) -> None:
    slack.error = "invalid_auth"

    await asyncio.gather(*(ready(door) for _ in range(20)))

    assert slack.calls == ["auth.test"]


async def test_accepted_means_it_is_in_the_store(slack: FakeSlack, valkey_url: str) -> None:
    client = AsyncWebClient(token=TOKEN, base_url=slack.url + "api/")
    async with RequestQueue(valkey_url, sealer=SEALER) as queue:
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
