"""The one visible message of one request: streamed while it grows, put in order by one final update.

A crash at any point leads to the same message again. The ledger says what this request has posted; when a
crash fell between posting and writing that down, the message is found by the mark in its blocks' ids.
Streams can be refused or end early (Slack closes them after about five minutes); then the same message is
edited with `chat.update` instead. A message that somebody deleted meanwhile is posted once more, never twice.
"""

from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack_failures import CONTENT, GONE, LIMITED, code_of, had_no_effect, is_final
from bot.adapters.slack_read import Raw, pages
from bot.errors import PostRefusedError
from bot.ports import Blocks, Fence, Posted
from bot.request import Request
from bot.slack.blocks import owner_of

log = structlog.get_logger()

REPLY = "reply"
REPLY_AGAIN = "reply_again"
"""The second message, for when the first was deleted."""
PLACE = "reply_place"
"""The thread the reply went to: for a command it is the newest one, which may be another after a crash."""
FIND_PAGES = 10


class Ledger(Protocol):
    """Remembers the effects of a request over crashes."""

    async def lookup(self, request_id: str, name: str) -> object:
        """Return None, `INTENT`, or the recorded value."""
        ...

    async def intend(self, request_id: str, name: str) -> object:
        """Write down that the effect is about to happen."""
        ...

    async def record(self, request_id: str, name: str, value: str) -> None:
        """Write down that it happened."""
        ...


@dataclass(slots=True, kw_only=True)
class SlackReply:
    """A `Reply` in a thread, or at the top level of a channel when `thread_ts` is None.

    Args:
        client: Waits when Slack limits the rate: for what must arrive.
        hasty_client: Does not wait: for what the final update brings anyway.
    """

    client: AsyncWebClient
    hasty_client: AsyncWebClient
    ledger: Ledger
    request: Request
    thread_ts: str | None
    fence: Fence
    posted: Posted | None = None
    _effect: str = REPLY
    _shown: Blocks = field(default_factory=list)
    _streamed: int = 0
    """How many of the blocks shown the stream has taken."""
    _is_streaming: bool = False

    async def exists(self) -> bool:
        """Say whether the request has a visible message already, from this run or an earlier one."""
        return self.posted is not None or await self._adopt()

    async def show(self, blocks: Blocks, *, text: str) -> None:
        """Make `blocks` visible below what is shown already.

        What Slack refuses or has no time for is left to the final form.

        Raises:
            StaleRunError: Another run owns the request.
            PostRefusedError: Slack takes no message in this place.
        """
        await self.fence.check()
        shown = [*self._shown, *blocks]
        try:
            if await self.exists():
                await self._grow(shown, text)
            else:
                await self._open(shown, text)
        except SlackApiError as error:
            if code_of(error) != LIMITED:
                raise
            log.info("reply.limited", request=self.request.id)
        except PostRefusedError as error:
            if not error.is_about_content:
                raise
            log.warning("blocks.refused", request=self.request.id, error=error.code)
            return
        self._shown = shown

    async def finish(self, blocks: Blocks, *, text: str) -> Posted:
        """Replace all that was shown by `blocks`.

        Raises:
            StaleRunError: Another run owns the request.
            PostRefusedError: Slack takes it neither now nor later.
        """
        await self.fence.check()
        if not await self.exists():
            return await self._post(blocks, text)
        await self._close_stream()
        return await self._update(self.client, blocks, text)

    async def _grow(self, shown: Blocks, text: str) -> None:
        if not self._is_streaming:
            await self._update(self.hasty_client, shown, text)
            return
        try:
            await self._append(shown)
        except SlackApiError as error:
            if code_of(error) == LIMITED:
                raise
            log.info("stream.ended_early", request=self.request.id, error=code_of(error))
            await self._close_stream()
            await self._update(self.hasty_client, shown, text)

    async def _append(self, shown: Blocks) -> None:
        if self.posted is not None:
            chunk = {"type": "blocks", "blocks": shown[self._streamed :]}
            await self.hasty_client.chat_appendStream(
                channel=self.posted.channel_id, ts=self.posted.ts, chunks=[chunk]
            )
            self._streamed = len(shown)

    async def _open(self, blocks: Blocks, text: str) -> None:
        if self.thread_ts is None:
            await self._post(blocks, text)
            return
        await self._intend()
        try:
            answer = await self.hasty_client.chat_startStream(
                channel=self.request.channel_id,
                thread_ts=self.thread_ts,
                recipient_user_id=self.request.asker_id,
                recipient_team_id=self.request.team_id,
                chunks=[{"type": "blocks", "blocks": blocks}],
            )
        except SlackApiError as error:
            if not had_no_effect(error):
                raise
            log.info("stream.refused", request=self.request.id, error=code_of(error))
            await self._post(blocks, text)
            return
        self._is_streaming, self._streamed = True, len(blocks)
        await self._record(str(answer["ts"]))

    async def _post(self, blocks: Blocks, text: str) -> Posted:
        await self._intend()
        try:
            answer = await self.client.chat_postMessage(
                channel=self.request.channel_id,
                thread_ts=self.thread_ts,
                blocks=blocks,
                text=text,
                metadata=mark(self.request.id),
                unfurl_links=False,
                unfurl_media=False,
            )
        except SlackApiError as error:
            raise named(error) from None
        return await self._record(str(answer["ts"]))

    async def _update(self, client: AsyncWebClient, blocks: Blocks, text: str) -> Posted:
        if self.posted is None:
            return await self._post(blocks, text)
        try:
            await client.chat_update(
                channel=self.posted.channel_id,
                ts=self.posted.ts,
                blocks=blocks,
                text=text,
                metadata=mark(self.request.id),
            )
        except SlackApiError as error:
            if code_of(error) != GONE:
                raise named(error) from None
            return await self._replace(self.posted, client, blocks, text)
        return self.posted

    async def _replace(self, gone: Posted, client: AsyncWebClient, blocks: Blocks, text: str) -> Posted:
        """Post anew what was deleted; when that is deleted too, somebody does not want it."""
        if self._effect == REPLY_AGAIN:
            log.info("reply.unwanted", request=self.request.id)
            return gone
        log.info("reply.deleted", request=self.request.id)
        self._effect, self.posted = REPLY_AGAIN, None
        await self._adopt()
        return await self._update(client, blocks, text)

    async def _close_stream(self) -> None:
        if not self._is_streaming or self.posted is None:
            return
        self._is_streaming = False
        try:
            await self.client.chat_stopStream(channel=self.posted.channel_id, ts=self.posted.ts)
        except SlackApiError as error:
            # An ended stream is what we want; the update that follows shows whether the message is ours.
            log.debug("stream.was_closed", request=self.request.id, error=code_of(error))

    async def _intend(self) -> None:
        await self.ledger.record(self.request.id, PLACE, self.thread_ts or "")
        await self.ledger.intend(self.request.id, self._effect)

    async def _record(self, ts: str) -> Posted:
        self.posted = Posted(channel_id=self.request.channel_id, ts=ts)
        await self.ledger.record(self.request.id, self._effect, ts)
        return self.posted

    async def _adopt(self) -> bool:
        """Take over what an earlier run of this request posted, if it did."""
        known = await self.ledger.lookup(self.request.id, self._effect)
        if known is None:
            return False
        ts = known if isinstance(known, str) else await self._find()
        if ts is None:
            return False
        log.info("request.repeated", request=self.request.id, ts=ts)
        await self._record(ts)
        self._is_streaming = True  # perhaps; closing an ended stream does no harm
        await self._close_stream()
        return True

    async def _find(self) -> str | None:
        """Look for this request's message where it was going to be posted."""
        place = await self.ledger.lookup(self.request.id, PLACE)
        thread_ts = (place or None) if isinstance(place, str) else self.thread_ts
        try:
            return await self._find_in(thread_ts)
        except SlackApiError as error:
            if is_final(error):
                return None
            raise

    async def _find_in(self, thread_ts: str | None) -> str | None:
        after = {"oldest": self.request.message_ts} if self.request.message_ts else {}
        seen = 0
        async with aclosing(pages(self.client, self.request.channel_id, thread_ts, **after)) as found:
            async for page in found:
                seen += 1
                mine = [str(message["ts"]) for message in page if is_marked(message, self.request.id)]
                if mine or (thread_ts is None and seen == FIND_PAGES):
                    return mine[-1] if mine else None
        return None


def mark(request_id: str) -> dict[str, Any]:
    """Return the metadata by which a message of ours names its request."""
    return {"event_type": "copilot_reply", "event_payload": {"request": request_id}}


def is_marked(message: Raw, request_id: str) -> bool:
    """Say whether a message is the reply to this request: by its blocks' ids, or by its metadata."""
    if message.get("metadata") == mark(request_id):
        return True
    return any(
        owner_of(str(block.get("block_id", ""))) == request_id for block in message.get("blocks") or []
    )


def named(error: SlackApiError) -> Exception:
    """Return the error to raise: ours when trying again would not help, else Slack's own."""
    code = code_of(error)
    return PostRefusedError(code=code, is_about_content=code in CONTENT) if is_final(error) else error
