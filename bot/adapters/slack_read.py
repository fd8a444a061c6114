"""Reads a whole incident from Slack: all pages of the channel, all threads, the names of all who spoke.

Methods and paging are Slack's Web API: `conversations.history` and `conversations.replies` (which wants the
root's `ts`), both cursor-paged; `users.info` for names.
"""

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import ChannelUnreadableError
from bot.incident.messages import IncidentRef, ts_key

PAGE_SIZE = 200
THREADS_AT_ONCE = 8
MAX_NAMES = 5_000

MENTION = re.compile(r"<@([UW][A-Z0-9]{2,})")

Raw = dict[str, Any]


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
                self._thread(ref.channel_id, ref.thread_ts) if ref.thread_ts else self._channel(ref)
            )
        except SlackApiError as error:
            raise unreadable(ref.channel_id, error) from None
        unique = {str(message["ts"]): message for message in found if "ts" in message}
        ordered = sorted(unique.values(), key=lambda message: ts_key(str(message["ts"])))
        if until_ts is None:
            return ordered
        return [message for message in ordered if ts_key(str(message["ts"])) < ts_key(until_ts)]

    async def _channel(self, ref: IncidentRef) -> list[Raw]:
        top = await self._pages("conversations_history", channel=ref.channel_id)
        roots = [str(message["ts"]) for message in top if message.get("reply_count")]
        gate = asyncio.Semaphore(THREADS_AT_ONCE)

        async def thread(ts: str) -> list[Raw]:
            async with gate:
                return await self._thread(ref.channel_id, ts)

        threads = await asyncio.gather(*(thread(ts) for ts in roots))
        return [*top, *(message for messages in threads for message in messages)]

    async def _thread(self, channel_id: str, thread_ts: str) -> list[Raw]:
        return await self._pages("conversations_replies", channel=channel_id, ts=thread_ts)

    async def _pages(self, method: str, **arguments: str) -> list[Raw]:
        messages: list[Raw] = []
        cursor = ""
        while True:
            page = await getattr(self.client, method)(
                limit=PAGE_SIZE, cursor=cursor or None, include_all_metadata=True, **arguments
            )
            messages.extend(page.get("messages") or [])
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return messages

    async def names_of(self, user_ids: Iterable[str]) -> dict[str, str]:
        """Return a display name for each user id; an id that Slack does not explain stands for itself."""
        if len(self.names) > MAX_NAMES:
            self.names.clear()
        unknown = sorted({user_id for user_id in user_ids if user_id not in self.names})
        self.names.update(zip(unknown, await asyncio.gather(*map(self._name, unknown)), strict=True))
        return self.names

    async def _name(self, user_id: str) -> str:
        try:
            user = (await self.client.users_info(user=user_id))["user"]
        except SlackApiError:
            return user_id
        profile = user.get("profile") or {}
        return profile.get("display_name") or profile.get("real_name") or user.get("name") or user_id


def speakers(raw: Iterable[Raw]) -> set[str]:
    """Return the ids of everybody who wrote or is mentioned in a text."""
    found: set[str] = set()
    for message in raw:
        found.update(MENTION.findall(str(message.get("text") or "")))
        if message.get("user"):
            found.add(str(message["user"]))
    return found


def unreadable(channel_id: str, error: SlackApiError) -> ChannelUnreadableError:
    """Translate Slack's refusal into ours, with the scope it asks for."""
    answer = error.response
    return ChannelUnreadableError(
        channel_id=channel_id, code=str(answer.get("error", "")), needed=str(answer.get("needed", ""))
    )
