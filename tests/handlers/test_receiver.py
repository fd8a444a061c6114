"""The receiver over real HTTP: screened, signed, durable, then acknowledged."""

import asyncio
import json
import logging
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from structlog.testing import capture_logs

from bot.errors import BadInputError, StoreUnavailableError
from handlers.receiver import build_app, build_receiver
from tests.handlers.receiving import (
    MENTION,
    SECRET,
    TOKEN,
    FakeQueue,
    FakeSlack,
    mention,
    parse,
    post,
    post_form,
    signed,
)


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
