"""The one visible message of one request: streamed while it grows, put in order by one final update.

A crash at any point leads to the same message again. The ledger says what this request has posted; when a
crash fell between posting and writing that down, the message is found by the mark in its blocks' ids.
Streams can be refused or end early (Slack closes them after about five minutes); then the same message is
edited with `chat.update` instead.
"""

from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.ports import Blocks, Fence, Posted
from bot.request import Request
from bot.slack.blocks import owner_of

log = structlog.get_logger()

EFFECT = "reply"
FIND_LIMIT = 200


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


@dataclass(slots=True)
class SlackReply:
    """A `Reply` in a thread, or at the top level of a channel when `thread_ts` is None."""

    client: AsyncWebClient
    ledger: Ledger
    request: Request
    thread_ts: str | None
    fence: Fence
    posted: Posted | None = None
    _shown: Blocks = field(default_factory=list)
    _is_streaming: bool = False

    async def exists(self) -> bool:
        """Say whether the request has a visible message already, from this run or an earlier one."""
        return self.posted is not None or await self.ledger.lookup(self.request.id, EFFECT) is not None

    async def show(self, blocks: Blocks, *, text: str) -> None:
        """Make `blocks` visible below what is shown already."""
        await self.fence.check()
        self._shown = [*self._shown, *blocks]
        if self.posted is None and not await self._adopt():
            await self._open(text)
        elif self._is_streaming:
            await self._append(blocks, text)
        else:
            await self._update(self._shown, text)

    async def finish(self, blocks: Blocks, *, text: str) -> Posted:
        """Replace all that was shown by `blocks`."""
        await self.fence.check()
        if self.posted is None and not await self._adopt():
            self._shown = blocks
            await self._post(text)
        else:
            await self._close_stream()
            await self._update(blocks, text)
        if self.posted is None:
            raise RuntimeError("a finished reply has no message")
        return self.posted

    async def _adopt(self) -> bool:
        """Take over what an earlier run of this request posted, if it did."""
        known = await self.ledger.lookup(self.request.id, EFFECT)
        if known is None:
            return False
        ts = known if isinstance(known, str) else await self._find()
        if ts is None:
            return False
        self.posted = Posted(channel_id=self.request.channel_id, ts=ts)
        log.info("request.repeated", request=self.request.id, ts=ts)
        self._is_streaming = True  # perhaps; closing an ended stream does no harm
        await self._close_stream()
        if self._shown:
            await self._update(self._shown, "…")
        return True

    async def _find(self) -> str | None:
        method = self.client.conversations_replies if self.thread_ts else self.client.conversations_history
        where: dict[str, Any] = {"channel": self.request.channel_id, "limit": FIND_LIMIT}
        if self.thread_ts:
            where["ts"] = self.thread_ts
        if self.request.message_ts:
            where["oldest"] = self.request.message_ts
        page = await method(**where)
        for message in page.get("messages") or []:
            if any(
                owner_of(block.get("block_id", "")) == self.request.id
                for block in message.get("blocks") or []
            ):
                return str(message["ts"])
        return None

    async def _open(self, text: str) -> None:
        if self.thread_ts is None:
            await self._post(text)
            return
        await self.ledger.intend(self.request.id, EFFECT)
        try:
            answer = await self.client.chat_startStream(
                channel=self.request.channel_id,
                thread_ts=self.thread_ts,
                recipient_user_id=self.request.asker_id,
                recipient_team_id=self.request.team_id,
                chunks=[{"type": "blocks", "blocks": self._shown}],
            )
        except SlackApiError as error:
            log.info("stream.refused", request=self.request.id, error=error.response.get("error"))
            await self._post(text)
            return
        self._is_streaming = True
        await self._record(str(answer["ts"]))

    async def _post(self, text: str) -> None:
        await self.ledger.intend(self.request.id, EFFECT)
        answer = await self.client.chat_postMessage(
            channel=self.request.channel_id,
            thread_ts=self.thread_ts,
            blocks=self._shown,
            text=text,
            metadata=mark(self.request.id),
            unfurl_links=False,
            unfurl_media=False,
        )
        await self._record(str(answer["ts"]))

    async def _record(self, ts: str) -> None:
        self.posted = Posted(channel_id=self.request.channel_id, ts=ts)
        await self.ledger.record(self.request.id, EFFECT, ts)

    async def _append(self, blocks: Blocks, text: str) -> None:
        if self.posted is None:
            return
        try:
            await self.client.chat_appendStream(
                channel=self.posted.channel_id,
                ts=self.posted.ts,
                chunks=[{"type": "blocks", "blocks": blocks}],
            )
        except SlackApiError as error:
            log.info("stream.ended_early", request=self.request.id, error=error.response.get("error"))
            await self._close_stream()
            await self._update(self._shown, text)

    async def _close_stream(self) -> None:
        if not self._is_streaming or self.posted is None:
            return
        self._is_streaming = False
        try:
            await self.client.chat_stopStream(channel=self.posted.channel_id, ts=self.posted.ts)
        except SlackApiError as error:
            # An ended stream is what we want; the update that follows shows whether the message is ours.
            log.debug("stream.was_closed", request=self.request.id, error=error.response.get("error"))

    async def _update(self, blocks: Blocks, text: str) -> None:
        if self.posted is None:
            return
        await self.client.chat_update(
            channel=self.posted.channel_id,
            ts=self.posted.ts,
            blocks=blocks,
            text=text,
            metadata=mark(self.request.id),
        )


def mark(request_id: str) -> dict[str, Any]:
    """Return the metadata by which a message of ours names its request."""
    return {"event_type": "copilot_reply", "event_payload": {"request": request_id}}
