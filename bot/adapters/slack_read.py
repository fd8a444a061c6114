"""Reads a whole incident from Slack: all pages of the channel, all threads, the names of all who spoke.

Methods and paging are Slack's Web API: `conversations.history` (newest first) and `conversations.replies`
(oldest first; wants the root's `ts`), both cursor-paged; `users.info` for names.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Iterable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack_failures import code_of, unreadable
from bot.incident.messages import IncidentRef, ts_key

PAGE_SIZE = 200
CALLS_AT_ONCE = 8
MAX_NAMES = 5_000
PAGES_FOR_THREADS = 5
"""How far back the newest thread is looked for: 1,000 messages of the channel itself."""

MENTION = re.compile(r"<@([UW][A-Z0-9]{2,})")
UNKNOWN_USER = frozenset({"user_not_found", "user_not_visible", "users_not_found"})

Raw = dict[str, Any]


async def pages(
    client: AsyncWebClient, channel_id: str, thread_ts: str | None, **arguments: Any
) -> AsyncGenerator[list[Raw], None]:
    """Yield the pages of a thread, or of a channel's top level when `thread_ts` is None.

    Args:
        client: Waits for rate limits by itself.
        channel_id: Where.
        thread_ts: The root's `ts`.
        arguments: Further ones of the method, such as `oldest`.

    Raises:
        SlackApiError: Slack refuses.
    """
    method = client.conversations_replies if thread_ts else client.conversations_history
    where = {"channel": channel_id, **({"ts": thread_ts} if thread_ts else {}), **arguments}
    cursor = ""
    while True:
        page = await method(limit=PAGE_SIZE, cursor=cursor or None, include_all_metadata=True, **where)
        yield list(page.get("messages") or [])
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return


@dataclass(slots=True)
class IncidentReader:
    """Reads messages and names; names are kept for the life of the process."""

    client: AsyncWebClient
    names: dict[str, str] = field(default_factory=dict)

    async def messages(self, ref: IncidentRef, *, until_ts: str | None) -> list[Raw]:
        """Return every message of the incident in `ts` order, each once.

        Args:
            ref: The channel with all its threads, or one thread.
            until_ts: Leave out this message and everything later; None reads to the end.

        Raises:
            ChannelUnreadableError: Slack does not let us.
        """
        try:
            found = await (
                self._all(ref.channel_id, ref.thread_ts) if ref.thread_ts else self._channel(ref.channel_id)
            )
        except SlackApiError as error:
            raise unreadable(ref.channel_id, error) from None
        unique = {str(message["ts"]): message for message in found if "ts" in message}
        ordered = sorted(unique.values(), key=lambda message: ts_key(str(message["ts"])))
        if until_ts is None:
            return ordered
        return [message for message in ordered if ts_key(str(message["ts"])) < ts_key(until_ts)]

    async def _all(self, channel_id: str, thread_ts: str | None) -> list[Raw]:
        async with aclosing(pages(self.client, channel_id, thread_ts)) as found:
            return [message async for page in found for message in page]

    async def _channel(self, channel_id: str) -> list[Raw]:
        top = await self._all(channel_id, None)
        roots = [str(message["ts"]) for message in top if message.get("reply_count")]
        gate = asyncio.Semaphore(CALLS_AT_ONCE)

        async def thread(ts: str) -> list[Raw]:
            async with gate:
                return await self._thread(channel_id, ts)

        threads = await asyncio.gather(*(thread(ts) for ts in roots))
        return [*top, *(message for messages in threads for message in messages)]

    async def _thread(self, channel_id: str, thread_ts: str) -> list[Raw]:
        try:
            return await self._all(channel_id, thread_ts)
        except SlackApiError as error:
            if code_of(error) != "thread_not_found":
                raise
            return []  # deleted since the channel was listed

    async def newest_thread(self, channel_id: str) -> str | None:
        """Return the root of the thread with the newest message; None when the channel has none.

        Raises:
            ChannelUnreadableError: Slack does not let us.
        """
        try:
            roots = await self._recent_roots(channel_id)
        except SlackApiError as error:
            raise unreadable(channel_id, error) from None
        newest = max(roots, key=_latest_reply, default=None)
        return str(newest["ts"]) if newest else None

    async def _recent_roots(self, channel_id: str) -> list[Raw]:
        roots: list[Raw] = []
        seen = 0
        async with aclosing(pages(self.client, channel_id, None)) as found:
            async for page in found:
                roots.extend(message for message in page if message.get("reply_count"))
                seen += 1
                if seen == PAGES_FOR_THREADS:
                    break
        return roots

    async def names_of(self, user_ids: Iterable[str]) -> dict[str, str]:
        """Return a display name for each user id; an id that Slack does not explain stands for itself."""
        if len(self.names) > MAX_NAMES:
            self.names.clear()
        unknown = sorted({user_id for user_id in user_ids if user_id not in self.names})
        gate = asyncio.Semaphore(CALLS_AT_ONCE)

        async def learn(user_id: str) -> None:
            async with gate:
                await self._learn(user_id)

        await asyncio.gather(*map(learn, unknown))
        return self.names

    async def _learn(self, user_id: str) -> None:
        try:
            user = (await self.client.users_info(user=user_id))["user"]
        except SlackApiError as error:
            if code_of(error) in UNKNOWN_USER:
                self.names[user_id] = user_id
            return  # otherwise asked again next time: Slack was busy, not ignorant
        profile = user.get("profile") or {}
        self.names[user_id] = (
            profile.get("display_name") or profile.get("real_name") or user.get("name") or user_id
        )


def _latest_reply(root: Raw) -> tuple[int, int]:
    return ts_key(str(root.get("latest_reply") or root["ts"]))


def speakers(raw: Iterable[Raw]) -> set[str]:
    """Return the ids of everybody who wrote or is mentioned, in text, blocks or attachments."""
    found: set[str] = set()
    for message in raw:
        for part in ("text", "blocks", "attachments"):
            found.update(_mentioned(message.get(part)))
        if message.get("user"):
            found.add(str(message["user"]))
    return found


def _mentioned(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield from MENTION.findall(value)
    elif isinstance(value, list):
        for item in value:
            yield from _mentioned(item)
    elif isinstance(value, dict):
        if value.get("type") == "user" and value.get("user_id"):
            yield str(value["user_id"])
        yield from _mentioned(list(value.values()))
