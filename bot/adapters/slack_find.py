"""Finding again what a request has posted, when a crash fell between posting and writing that down.

Every message of ours names its request twice: in its metadata and in its blocks' ids. A message that is
streamed has no metadata until its final form, so the ids tell it; a block that Slack splits or renames
loses its id, so the metadata tells it.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.blocks import owner_of

FIND_PAGES = 10
"""How far back a message is looked for at the top level of a channel: 2,000 messages."""
PAGE_SIZE = 200

Raw = dict[str, Any]


def mark(request_id: str) -> Raw:
    """Return the metadata by which a message of ours names its request."""
    return {"event_type": "copilot_reply", "event_payload": {"request": request_id}}


def is_marked(message: Raw, request_id: str) -> bool:
    """Say whether a message is the reply to this request: by its blocks' ids, or by its metadata."""
    if message.get("metadata") == mark(request_id):
        return True
    blocks = message.get("blocks") or []
    return any(owner_of(str(block.get("block_id", ""))) == request_id for block in blocks)


async def find_marked(
    client: AsyncWebClient, channel_id: str, thread_ts: str | None, request_id: str, *, after_ts: str | None
) -> str | None:
    """Return the `ts` of the request's message; None when it has none.

    Args:
        client: Waits for rate limits by itself.
        channel_id: Where.
        thread_ts: The root of its thread; None for the top level of the channel.
        request_id: The request.
        after_ts: The message that asked, if any: its answer is younger.

    Raises:
        SlackApiError: Slack refuses.
    """
    async with aclosing(recent_pages(client, channel_id, thread_ts, after_ts=after_ts)) as found:
        async for page in found:
            mine = [str(message["ts"]) for message in page if is_marked(message, request_id)]
            if mine:
                return mine[-1]
    return None


async def recent_pages(
    client: AsyncWebClient, channel_id: str, thread_ts: str | None, *, after_ts: str | None = None
) -> AsyncGenerator[list[Raw], None]:
    """Yield the pages of a thread, oldest first, or the newest of a channel's top level, metadata included.

    Raises:
        SlackApiError: Slack refuses.
    """
    method = client.conversations_replies if thread_ts else client.conversations_history
    where: Raw = {"ts": thread_ts} if thread_ts else {}
    bounds: Raw = {"oldest": after_ts, "limit": PAGE_SIZE, "include_all_metadata": True}
    cursor, seen = "", 0
    while seen < FIND_PAGES or thread_ts:
        page = await method(channel=channel_id, cursor=cursor or None, **where, **bounds)
        yield list(page.get("messages") or [])
        seen += 1
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return
