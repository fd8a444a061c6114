from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.server import Sandbox
from tests.sandbox.conftest import CHANNEL, Ticker

RECIPIENT = {"recipient_user_id": "U0YOU00001", "recipient_team_id": "T0LOCAL001"}


def words(text: str) -> dict[str, Any]:
    return {"type": "markdown_text", "text": text}


async def started(client: AsyncWebClient, **more: Any) -> dict[str, str]:
    root = (await client.chat_postMessage(channel=CHANNEL, text="root"))["ts"]
    stream = await client.chat_startStream(channel=CHANNEL, thread_ts=root, **RECIPIENT, **more)
    return {"channel": CHANNEL, "ts": stream["ts"]}


async def error_of(call: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def test_what_is_streamed_stands_in_order_and_closing_blocks_come_last(client: AsyncWebClient):
    divider = {"type": "divider"}
    task = {"type": "task_update", "id": "t1", "title": "read", "status": "in_progress"}
    metadata = {"event_type": "answer", "event_payload": {"request": "r1"}}
    stream = await started(client, chunks=[words("one ")])

    await client.chat_appendStream(**stream, chunks=[words("two"), task])
    await client.chat_appendStream(
        **stream, chunks=[{**task, "status": "complete"}, {"type": "plan_update", "title": "Plan"}]
    )
    await client.chat_appendStream(**stream, chunks=[{"type": "blocks", "blocks": [divider]}])
    done = await client.chat_stopStream(
        **stream,
        chunks=[],
        blocks=[{"type": "header", "text": {"type": "plain_text", "text": "end"}}],
        metadata=metadata,
    )

    blocks = done["message"]["blocks"]
    assert [block["type"] for block in blocks] == ["markdown", "plan", "divider", "header"]
    assert blocks[0]["text"] == done["message"]["text"] == "one two"
    assert blocks[1]["tasks"] == [
        {"type": "task_card", "task_id": "t1", "title": "read", "status": "complete"}
    ]
    root = done["message"]["thread_ts"]
    replies = await client.conversations_replies(channel=CHANNEL, ts=root, include_all_metadata=True)
    assert replies["messages"][1]["metadata"] == metadata


@pytest.mark.parametrize("missing", ["recipient_user_id", "recipient_team_id"])
async def test_a_stream_in_a_channel_names_its_recipient(client: AsyncWebClient, missing: str):
    root = (await client.chat_postMessage(channel=CHANNEL, text="root"))["ts"]
    recipient = {name: value for name, value in RECIPIENT.items() if name != missing}

    error = await error_of(client.chat_startStream(channel=CHANNEL, thread_ts=root, **recipient))

    assert error == f"missing_{missing}"


async def test_a_stopped_stream_takes_nothing_more(client: AsyncWebClient):
    stream = await started(client)
    await client.chat_stopStream(**stream)

    append = await error_of(client.chat_appendStream(**stream, chunks=[words("x")]))
    stop = await error_of(client.chat_stopStream(**stream))

    assert append == stop == "message_not_in_streaming_state"


async def test_a_stream_ends_by_itself_after_five_minutes_and_can_then_be_updated(
    client: AsyncWebClient, ticker: Ticker
):
    stream = await started(client, chunks=[words("x")])
    during = await error_of(client.chat_update(**stream, text="y"))

    ticker.seconds += 300
    append = await error_of(client.chat_appendStream(**stream, chunks=[words("x")]))
    updated = await client.chat_update(**stream, text="y")

    assert (during, append) == ("streaming_state_conflict", "message_not_in_streaming_state")
    assert updated["text"] == "y"


async def test_a_stream_of_somebody_else_is_not_ours(sandbox: Sandbox, client: AsyncWebClient):
    theirs = sandbox.person.say(CHANNEL, "hello")["ts"]

    error = await error_of(client.chat_appendStream(channel=CHANNEL, ts=theirs, chunks=[words("x")]))

    assert error == "message_not_owned_by_app"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"markdown_text": "x", "chunks": [words("x")]}, "cannot_provide_both_markdown_text_and_chunks"),
        ({"markdown_text": "x"}, "streaming_mode_mismatch"),
        ({"markdown_text": "x" * 12_001}, "msg_too_long"),
        ({"chunks": [words("x" * 12_001)]}, "msg_too_long"),
        ({"chunks": [words("x" * 12_000)]}, "msg_blocks_too_long"),
        ({"chunks": "words"}, "invalid_chunks"),
        ({"chunks": ["words"]}, "invalid_chunks"),
        ({"chunks": [{"type": "song"}]}, "invalid_chunks"),
        ({"chunks": [{"type": "markdown_text"}]}, "invalid_chunks"),
        ({"chunks": [{"type": "task_update", "id": "1", "title": "t", "status": "?"}]}, "invalid_chunks"),
        ({"chunks": [{"type": "blocks", "blocks": [{"type": "divider"}] * 51}]}, "msg_blocks_too_many"),
        ({}, "no_text"),
    ],
)
async def test_a_refused_append_leaves_the_stream_as_it_was(
    client: AsyncWebClient, arguments: dict[str, Any], error: str
):
    stream = await started(client, chunks=[words("kept")])

    refused = await error_of(client.api_call("chat.appendStream", json={**stream, **arguments}))
    done = await client.chat_stopStream(**stream)

    assert refused == error
    assert done["message"]["text"] == "kept"


async def test_a_stream_of_plain_markdown_calls_grows_too(client: AsyncWebClient):
    stream = await started(client, markdown_text="*a")

    await client.chat_appendStream(**stream, markdown_text="b*")
    done = await client.chat_stopStream(**stream, markdown_text=" c")

    assert done["message"]["text"] == "*ab* c"


async def test_an_unknown_display_mode_is_refused(client: AsyncWebClient):
    root = (await client.chat_postMessage(channel=CHANNEL, text="root"))["ts"]
    start = client.chat_startStream(channel=CHANNEL, thread_ts=root, task_display_mode="disco", **RECIPIENT)

    assert await error_of(start) == "invalid_arguments"
