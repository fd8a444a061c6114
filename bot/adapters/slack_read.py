"""Reads incidents from Slack's history, page by page, as far as Slack and the time allow.

Methods and paging are Slack's Web API: `conversations.history` (newest first) and `conversations.replies`
(oldest first; wants the root's `ts`; every page begins with the root), both cursor-paged with up to 999
messages a page. Their limit is about 50 calls a minute each (Tier 3), so a channel with hundreds of threads
takes minutes; what was not read is counted, not hidden.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.adapters.slack_failures import FAULTS, code_of, unreadable
from bot.incident.history import counters
from bot.incident.log import is_ts
from bot.incident.messages import IncidentRef, ts_key

log = structlog.get_logger()

PAGE_SIZE = 999
CALLS_AT_ONCE = 8

Raw = dict[str, Any]
Take = Callable[[Sequence[Raw]], None]
Wants = Callable[[Raw], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of history.

    Attributes:
        is_last: Nothing follows it.
    """

    messages: list[Raw]
    is_last: bool


@dataclass(slots=True)
class Found:
    """What a reading of everything has found out beside the messages themselves.

    Attributes:
        listed: The `ts` of all that was read.
        read: The roots whose replies were read, with their counters at that time.
        unread: Root → how many of its replies could not be read; `""` for the channel itself, at least one.
        is_channel_whole: All of the channel's top level was read.
    """

    listed: set[str] = field(default_factory=set)
    read: dict[str, tuple[int, str]] = field(default_factory=dict)
    unread: dict[str, int] = field(default_factory=dict)
    is_channel_whole: bool = False

    @property
    def omitted(self) -> int:
        """How many messages could not be read, as far as that is known."""
        return sum(self.unread.values())


async def pages(
    client: AsyncWebClient,
    channel_id: str,
    thread_ts: str | None,
    *,
    limit: int = PAGE_SIZE,
    oldest: str = "",
) -> AsyncGenerator[Page, None]:
    """Yield the pages of a thread, or of a channel's top level when `thread_ts` is None.

    Args:
        client: Waits for rate limits by itself.
        channel_id: Where.
        thread_ts: The root's `ts`.
        limit: Messages a page, 1 to 999.
        oldest: Only what is younger than this `ts`; a thread's root comes anyway.

    Raises:
        SlackApiError: Slack refuses.
    """
    cursor = ""
    while True:
        answer = await _asked(client, channel_id, thread_ts, limit=limit, oldest=oldest, cursor=cursor)
        messages, cursor = _page_in(answer)
        yield Page(messages=messages, is_last=not cursor)
        if not cursor:
            return


def _page_in(answer: AsyncSlackResponse) -> tuple[list[Raw], str]:
    """Return the messages of an answer that have a good `ts`, and the cursor of the next page.

    Raises:
        SlackApiError: It is none of Slack's shape: a proxy's page, or half an answer.
    """
    body: Any = answer.data
    messages = body.get("messages") if isinstance(body, dict) else None
    if not isinstance(messages, list):
        raise SlackApiError("no messages", answer)  # type: ignore[no-untyped-call]  # as slack_sdk has it
    tail = body.get("response_metadata") or {}
    cursor = tail.get("next_cursor") or "" if isinstance(tail, dict) else None
    if not isinstance(cursor, str):
        raise SlackApiError("no cursor", answer)  # type: ignore[no-untyped-call]  # as above
    return [item for item in messages if isinstance(item, dict) and is_ts(item.get("ts"))], cursor


async def _asked(
    client: AsyncWebClient, channel_id: str, thread_ts: str | None, *, limit: int, oldest: str, cursor: str
) -> AsyncSlackResponse:
    bounds: dict[str, Any] = {"limit": limit, "oldest": oldest or None, "cursor": cursor or None}
    if thread_ts is None:
        return await client.conversations_history(channel=channel_id, **bounds)
    return await client.conversations_replies(channel=channel_id, ts=thread_ts, **bounds)


@dataclass(slots=True)
class IncidentReader:
    """Reads messages from Slack.

    Args:
        page_size: Messages a page, 1 to 999.
    """

    client: AsyncWebClient
    page_size: int = PAGE_SIZE

    async def newest(self, ref: IncidentRef, *, limit: int, oldest: str = "") -> Page:
        """Return the newest messages of a channel's top level, or of a thread those younger than `oldest`.

        One call, unless more than `limit` replies are younger.

        Raises:
            ChannelUnreadableError: Slack does not let us.
            SlackApiError: Slack is busy or broken.
        """
        found: list[Raw] = []
        try:
            async with aclosing(
                pages(self.client, ref.channel_id, ref.thread_ts, limit=limit, oldest=oldest)
            ) as parts:
                async for page in parts:
                    found += page.messages
                    if ref.thread_ts is None or page.is_last:
                        return Page(messages=found, is_last=page.is_last)
        except SlackApiError as error:
            raise unreadable(ref.channel_id, error) from None
        return Page(messages=found, is_last=True)

    async def everything(self, ref: IncidentRef, *, take: Take, wants: Wants, seconds: float) -> Found:
        """Read a channel with its threads, or one thread.

        Args:
            ref: Which.
            take: Gets each page as it comes, in no order.
            wants: Says of a root that has replies whether to read them.
            seconds: The most it may take; what is not read by then is counted.

        Raises:
            ChannelUnreadableError: Slack does not let us.
            SlackApiError: Slack is busy or broken, and nothing was read.
        """
        reading = self._reading(ref, take, wants)
        try:
            async with asyncio.timeout(seconds):
                await (reading.only(ref.thread_ts) if ref.thread_ts else reading.channel())
        except SlackApiError as error:
            raise unreadable(ref.channel_id, error) from None
        except TimeoutError:
            if not reading.found.listed:
                raise
            log.info("reading.cut", channel=ref.channel_id, omitted=reading.found.omitted)
        return reading.found

    async def threads(self, ref: IncidentRef, roots: Sequence[Raw], *, take: Take, seconds: float) -> Found:
        """Read the replies to some roots of a channel; what cannot be read is counted."""
        reading = self._reading(ref, take, lambda _: True)
        reading.expect(roots)
        try:
            async with asyncio.timeout(seconds):
                await reading.replies()
        except TimeoutError:
            log.info("reading.cut", channel=ref.channel_id, omitted=reading.found.omitted)
        return reading.found

    def _reading(self, ref: IncidentRef, take: Take, wants: Wants) -> "_Reading":
        return _Reading(
            client=self.client, channel_id=ref.channel_id, page_size=self.page_size, take=take, wants=wants
        )

    async def newest_thread(self, channel_id: str) -> str | None:
        """Return the root of the thread with the newest message; None when the channel has none.

        Raises:
            ChannelUnreadableError: Slack does not let us.
        """
        here = IncidentRef(team_id="", channel_id=channel_id)
        page = await self.newest(here, limit=PAGE_SIZE)
        roots = [message for message in page.messages if counters(message)[0]]
        newest = max(roots, key=_latest_reply, default=None)
        return str(newest["ts"]) if newest else None


@dataclass(slots=True, kw_only=True)
class _Reading:
    """One reading of a channel or of some of its threads; what it has found so far stands at any time."""

    client: AsyncWebClient
    channel_id: str
    page_size: int
    take: Take
    wants: Wants
    found: Found = field(default_factory=Found)
    roots: dict[str, tuple[int, str]] = field(default_factory=dict)

    async def channel(self) -> None:
        self.found.unread[""] = 1
        try:
            async with aclosing(pages(self.client, self.channel_id, None, limit=self.page_size)) as parts:
                async for page in parts:
                    self._took(page.messages)
                    self.expect([item for item in page.messages if counters(item)[0] and self.wants(item)])
        except FAULTS as error:
            if not self.found.listed:
                raise
            log.warning("history.torn", channel=self.channel_id, error=_name(error))
        else:
            del self.found.unread[""]
            self.found.is_channel_whole = True
        await self.replies()

    def expect(self, roots: Sequence[Raw]) -> None:
        """Count the replies to these roots as not read yet."""
        self.roots.update((str(root["ts"]), counters(root)) for root in roots)
        self.found.unread.update((str(root["ts"]), counters(root)[0]) for root in roots)

    async def replies(self) -> None:
        """Read the expected threads, those with the newest replies first."""
        gate = asyncio.Semaphore(CALLS_AT_ONCE)

        async def read(root: str) -> None:
            async with gate:
                await self._expected(root)

        newest_first = sorted(self.roots, key=lambda root: ts_key(self.roots[root][1] or root), reverse=True)
        await asyncio.gather(*map(read, newest_first))

    async def _expected(self, root: str) -> None:
        try:
            await self.thread(root)
        except FAULTS as error:
            if _name(error) == "thread_not_found":  # deleted since the channel was listed
                self.found.unread.pop(root, None)
                return
            log.warning("thread.torn", channel=self.channel_id, thread=root, error=_name(error))

    async def only(self, root: str) -> None:
        """Read one thread that is all there is to read."""
        try:
            await self.thread(root)
        except FAULTS as error:
            if not self.found.listed:
                raise
            log.warning("thread.torn", channel=self.channel_id, thread=root, error=_name(error))

    async def thread(self, root: str) -> None:
        """Read one thread."""
        replies = 0
        async with aclosing(pages(self.client, self.channel_id, root, limit=self.page_size)) as parts:
            async for page in parts:
                self._took(page.messages)
                replies += sum(item.get("ts") != root for item in page.messages)
                seen = next(
                    (counters(item) for item in page.messages if str(item.get("ts")) == root), (0, "")
                )
                self.found.read[root] = seen
                self.found.unread[root] = max(1, seen[0] - replies)
        self.found.unread.pop(root, None)

    def _took(self, messages: Sequence[Raw]) -> None:
        self.take(messages)
        self.found.listed.update(str(item.get("ts")) for item in messages)


def _latest_reply(root: Raw) -> tuple[int, int]:
    return ts_key(counters(root)[1] or str(root["ts"]))


def _name(error: Exception) -> str:
    return code_of(error) if isinstance(error, SlackApiError) else type(error).__name__
