"""Socket Mode over a real WebSocket: what is acknowledged, when, and how a connection is left."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from structlog.testing import capture_logs

from bot.errors import BadInputError, StoreUnavailableError
from handlers.socket_link import NotGreetedError, Pace
from handlers.socket_mode import run_socket, trouble_of
from tests.handlers.receiving import FakeQueue, FakeSlack, mention

APP_TOKEN = "xapp-" + "test"
HASTE = Pace(open_seconds=0.5, longest_pause_seconds=0.1, refused_seconds=0.1, steady_seconds=0.1)


@asynccontextmanager
async def connected(app: AsyncApp, slack: FakeSlack) -> AsyncIterator[web.WebSocketResponse]:
    async with run_socket(app=app, app_token=APP_TOKEN, pace=HASTE):
        yield await next_connection(slack)


async def next_connection(slack: FakeSlack) -> web.WebSocketResponse:
    return await asyncio.wait_for(slack.connected.get(), 5)


async def next_ack(slack: FakeSlack) -> dict[str, Any]:
    return await asyncio.wait_for(slack.frames.get(), 5)


def envelope(number: int, payload: object, **more: object) -> dict[str, Any]:
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

        assert await next_ack(slack) == {"envelope_id": "e1"}

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

        assert await next_ack(slack) == {"envelope_id": "e2"}


async def test_the_answer_to_a_command_travels_in_its_acknowledgement(
    app: AsyncApp, slack: FakeSlack
) -> None:
    async with connected(app, slack) as socket:
        command = {"command": "/opus", "channel_id": "C1", "user_id": "U1", "team_id": "T1", "text": "why?"}
        await socket.send_json(envelope(1, command, type="slash_commands"))

        ack = await next_ack(slack)

    assert ack["envelope_id"] == "e1"
    assert isinstance(ack["payload"], dict)


@pytest.mark.parametrize(
    "frame",
    [
        "no JSON",
        "[]",
        '"text"',
        "[" * 100_000,
        json.dumps({"envelope_id": "e0"}),
        json.dumps({"envelope_id": "e0", "type": "events_api", "payload": 5}),
        json.dumps({"envelope_id": "e0", "type": "events_api", "payload": {"event": 5, "type": []}}),
        json.dumps({"type": "a_kind_that_nobody_knows"}),
    ],
    ids=range(8),
)
async def test_what_cannot_be_read_is_left_and_the_next_envelope_is_taken(
    app: AsyncApp, slack: FakeSlack, frame: str
) -> None:
    async with connected(app, slack) as socket:
        await socket.send_str(frame)
        await socket.send_json(envelope(1, mention()))

        acks = [await next_ack(slack)]
        if acks[0]["envelope_id"] == "e0":
            acks.append(await next_ack(slack))

    assert acks[-1] == {"envelope_id": "e1"}


async def test_the_next_connection_stands_before_the_last_one_is_closed(
    app: AsyncApp, slack: FakeSlack, queue: FakeQueue
) -> None:
    queue.delay_seconds = 0.3
    async with connected(app, slack) as old:
        await old.send_json(envelope(1, mention()))
        await old.send_json({"type": "disconnect", "reason": "warning"})
        new = await next_connection(slack)
        assert not old.closed

        assert await next_ack(slack) == {"envelope_id": "e1"}
        await new.send_json(envelope(2, mention(ts="2.0")))
        assert await next_ack(slack) == {"envelope_id": "e2"}

    assert old.closed


async def test_an_envelope_under_way_at_the_end_is_acknowledged_and_a_later_one_is_not_taken(
    app: AsyncApp, slack: FakeSlack, queue: FakeQueue
) -> None:
    queue.delay_seconds = 0.3
    async with connected(app, slack) as socket:
        await socket.send_json(envelope(1, mention()))
        await asyncio.sleep(0.1)
        late = asyncio.create_task(_send_late(socket))

    await late
    assert await next_ack(slack) == {"envelope_id": "e1"}
    assert queue.stored == ["1.0:U0BOT"]


async def _send_late(socket: web.WebSocketResponse) -> None:
    await asyncio.sleep(0.1)
    await socket.send_json(envelope(2, mention(ts="2.0")))


async def test_a_token_that_slack_refuses_ends_the_start_with_what_to_do(
    app: AsyncApp, slack: FakeSlack
) -> None:
    slack.error = "invalid_auth"

    with pytest.raises(BadInputError, match=r"SLACK_APP_TOKEN.*connections:write"):
        async with run_socket(app=app, app_token=APP_TOKEN, pace=HASTE):
            pass


async def test_a_start_while_slack_is_ill_goes_on_trying_with_one_warning(
    app: AsyncApp, slack: FakeSlack
) -> None:
    slack.error = "internal_error"
    with capture_logs() as logs:
        async with run_socket(app=app, app_token=APP_TOKEN, pace=HASTE):
            await asyncio.sleep(0.3)
            slack.error = ""
            socket = await next_connection(slack)
            await socket.send_json(envelope(1, mention()))
            assert await next_ack(slack) == {"envelope_id": "e1"}

    assert slack.calls.count("apps.connections.open") > 2
    assert [entry["reason"] for entry in logs if entry["event"] == "socket.waiting"] == ["internal_error"]


def refused(status: int, body: object, **headers: str) -> SlackApiError:
    class Answer:
        data = body
        status_code = status

    answer = Answer()
    answer.headers = headers  # type: ignore[attr-defined]
    return SlackApiError("refused", answer)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(
    ("error", "reason", "pause_seconds"),
    [
        (NotGreetedError(reason="too_many_websockets"), "too_many_websockets", 8.0),
        (NotGreetedError(reason="ended"), "ended", 1.0),
        (TimeoutError(), "TimeoutError", 1.0),
        (refused(200, {"error": "invalid_auth"}), "invalid_auth", 8.0),
        (refused(200, {"error": "internal_error"}), "internal_error", 1.0),
        (refused(503, "plain text"), "http_503", 1.0),
        (refused(429, {"error": "ratelimited"}, **{"Retry-After": "20"}), "ratelimited", 20.0),
        (refused(429, {"error": "ratelimited"}, **{"Retry-After": "86400"}), "ratelimited", 60.0),
        (refused(429, {"error": "ratelimited"}, **{"Retry-After": "abc"}), "ratelimited", 30.0),
        (refused(429, {"error": "ratelimited"}), "ratelimited", 30.0),
        (refused(200, {"error": "rate_limited"}), "ratelimited", 30.0),
        (refused(429, "slow down"), "ratelimited", 30.0),
    ],
)
def test_the_pause_follows_from_what_went_wrong(error: Exception, reason: str, pause_seconds: float) -> None:
    trouble = trouble_of(error, attempt=1, pace=Pace())

    assert (trouble.reason, trouble.pause_seconds) == (reason, pause_seconds)


def test_a_slack_that_stays_away_is_tried_every_five_seconds() -> None:
    pauses = [trouble_of(OSError(), attempt=n, pace=Pace()).pause_seconds for n in (0, 1, 2, 3, 4, 5, 5000)]

    assert pauses == [0.5, 1.0, 2.0, 4.0, 5.0, 5.0, 5.0]
