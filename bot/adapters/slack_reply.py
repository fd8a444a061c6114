"""The one visible message of one request: it grows while it is worked out, one final update puts it in order.

A crash at any point leads to the same message again. The ledger says what this request has posted; when a
crash fell between posting and writing that down, the message is found by the mark in its blocks' ids.
It grows as a stream; where a stream is refused, ended, or too old, the same message is edited instead
(`bot.adapters.slack_stream` says why). A message that somebody deleted meanwhile is posted once more, never
twice.

What is shown on the way waits in a buffer until Slack has taken it, whatever fails; and all of it stands in
the final form. So nothing but another owner, or a place that takes no message at all, ends a run from here.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Protocol

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack_failures import (
    CONFLICT,
    CONTENT,
    FAULTS,
    GONE,
    Outcome,
    code_of,
    had_no_effect,
    is_final,
    outcome_of,
    pause_seconds,
)
from bot.adapters.slack_find import find_marked, mark
from bot.adapters.slack_stream import Pace, Pacer, SlackStream, name_of
from bot.answers import Blocks, Posted
from bot.errors import PostRefusedError
from bot.ports import Fence
from bot.request import Request
from bot.slack.limits import fits, simpler, visible_chars

log = structlog.get_logger()

REPLY = "reply"
REPLY_AGAIN = "reply_again"
"""The second message, for when the first was deleted."""
PLACE = "reply_place"
"""The thread the reply went to: for a command it is the newest one, which may be another after a crash."""


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


@dataclass(slots=True, kw_only=True, weakref_slot=True, eq=False)
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
    stream: SlackStream
    pace: Pace = field(default_factory=Pace)
    posted: Posted | None = None
    is_stopped: bool = False
    _effect: str = REPLY
    _shown: Blocks = field(default_factory=list)
    _waiting: list[Blocks] = field(default_factory=list)
    """What each `show` brought that Slack has not taken yet."""
    _text: str = ""
    _is_final: bool = False
    _pacer: Pacer = field(init=False)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One call at a time: appends that overtake one another would change their order."""

    def __post_init__(self) -> None:
        self._pacer = Pacer(self.pace, self._flush)

    async def exists(self) -> bool:
        """Say whether the request has a visible message already, from this run or an earlier one."""
        return self.posted is not None or await self._adopt()

    async def show(self, blocks: Blocks, *, text: str) -> None:
        """Make `blocks` visible below what is shown already, at once or together with what follows soon.

        What Slack refuses or has no time for is left to the final form.

        Raises:
            StaleRunError: Another run owns the request.
            PostRefusedError: Slack takes no message in this place.
        """
        await self.fence.check()
        self._waiting.append(blocks)
        self._text = text
        if self._pacer.is_due(sum(map(visible_chars, self._waiting))):
            await self._flush()
        else:
            self._pacer.wake()

    async def finish(self, blocks: Blocks, *, text: str) -> Posted:
        """Replace all that was shown by `blocks`.

        Raises:
            StaleRunError: Another run owns the request.
            PostRefusedError: Slack takes it neither now nor later.
        """
        self._pacer.cancel()
        async with self._turn:
            self._is_final = True
            return await self._finish_in_some_form(blocks, text)

    def retire(self) -> None:
        """Send nothing more by itself: another run of the request has a reply of its own."""
        self._is_final = True
        self._pacer.cancel()

    async def close(self) -> None:
        """Retire, and end what is being sent."""
        self.retire()
        await self._pacer.close()

    async def _flush(self) -> None:
        """Send all that waits, unless the final form is there or being sent."""
        async with self._turn:
            if self._is_final or self.is_stopped or not self._waiting:
                return
            await self.fence.check()
            groups, self._waiting = self._waiting, []
            self._pacer.sent()
            await self._send(groups)

    async def _send(self, groups: list[Blocks]) -> None:
        blocks = [block for group in groups for block in group]
        if not fits([*self._shown, *blocks]):
            log.info("reply.full", request=self.request.id)
            return
        try:
            async with asyncio.timeout(self.pace.call_seconds):
                await self._put(blocks)
        except FAULTS as error:
            await self._cope(groups, error)
        else:
            self._shown += blocks

    async def _put(self, blocks: Blocks) -> None:
        shown = [*self._shown, *blocks]
        if not await self.exists():
            await self._open(shown)
        elif self.stream.is_open and self.posted is not None:
            await self.stream.append(self.posted, blocks)
        else:
            await self._close_stream(self.hasty_client)
            await self._update(self.hasty_client, shown, self._text)

    async def _cope(self, groups: list[Blocks], error: Exception) -> None:
        """Do what a failure of sending `groups` asks for; nothing of them is lost."""
        outcome = outcome_of(error)
        log.info("reply.delayed", request=self.request.id, outcome=outcome.value, error=name_of(error))
        match outcome:
            case Outcome.CLOSED:
                raise PostRefusedError(code=name_of(error), is_about_content=False)
            case Outcome.REFUSED:
                await self._send_apart(groups)
            case Outcome.UNSURE if self.stream.is_open:
                self.stream.is_open = False  # whatever the append did, an edit makes it stand there once
                await self._send(groups)
            case Outcome.STOPPED:
                self.is_stopped = True
                self._keep(groups)
            case _:
                self._keep(groups)
                self._pacer.hold(self._pause_seconds(error))
                self._pacer.wake()

    def _pause_seconds(self, error: Exception) -> float:
        self._notice_conflict(error)
        is_limited = outcome_of(error) is Outcome.LIMITED
        return pause_seconds(error) if is_limited else self.pace.retry_seconds

    def _notice_conflict(self, error: Exception) -> None:
        if name_of(error) == CONFLICT:
            self.stream.needs_stop = True

    async def _send_apart(self, groups: list[Blocks]) -> None:
        """Keep blocks that Slack refuses from spoiling those that came with them."""
        if len(groups) == 1:
            log.warning("blocks.refused", request=self.request.id)
            return
        for group in groups:
            await self._send([group])

    def _keep(self, groups: list[Blocks]) -> None:
        self._waiting = [*groups, *self._waiting]

    async def _rotate(self) -> None:
        """Stop a stream that grows old; what comes later is shown by edits of the same message."""
        async with self._turn:
            if self._is_final or not self.stream.is_open:
                return
            await self.fence.check()
            log.info("stream.rotated", request=self.request.id)
            await self._close_stream(self.hasty_client)
        await self._flush()

    async def _open(self, blocks: Blocks) -> None:
        if self.thread_ts is None or not self.stream.starts.are_left:
            await self._post(blocks, self._text)
            return
        await self._intend()
        try:
            ts = await self.stream.start(self.thread_ts, blocks)
        except SlackApiError as error:
            if not had_no_effect(error):
                raise
            log.info("stream.refused", request=self.request.id, error=code_of(error))
            await self._post(blocks, self._text)
            return
        await self._record(ts)
        self._pacer.after("rotate", self.pace.rotate_seconds, self._rotate)

    async def _finish_in_some_form(self, blocks: Blocks, text: str) -> Posted:
        """Send the final form; when Slack refuses it as it is, the same words in plainer blocks."""
        *forms, last = (blocks, *simpler(blocks))
        for form in forms:
            try:
                return await self._finish(form, text)
            except SlackApiError as error:
                if outcome_of(error) is not Outcome.REFUSED:
                    raise named(error) from None
                log.warning("form.refused", request=self.request.id, error=code_of(error))
        try:
            return await self._finish(last, text)
        except SlackApiError as error:
            raise named(error) from None

    async def _finish(self, blocks: Blocks, text: str) -> Posted:
        """Send one form, again after a pause when it may not have arrived: an edit may be repeated."""
        for pause in self.pace.final_pauses_seconds:
            try:
                return await self._finish_once(blocks, text)
            except FAULTS as error:
                if outcome_of(error) in {Outcome.REFUSED, Outcome.CLOSED}:
                    raise
                log.warning("reply.tried_again", request=self.request.id, error=name_of(error))
                self._notice_conflict(error)
            await asyncio.sleep(pause)
        return await self._finish_once(blocks, text)

    async def _finish_once(self, blocks: Blocks, text: str) -> Posted:
        await self.fence.check()
        if not await self.exists():
            return await self._post(blocks, text)
        await self._close_stream(self.client)
        return await self._update(self.client, blocks, text)

    async def _post(self, blocks: Blocks, text: str) -> Posted:
        await self._intend()
        answer = await self.client.chat_postMessage(
            channel=self.request.channel_id,
            thread_ts=self.thread_ts,
            blocks=blocks,
            text=text,
            metadata=mark(self.request.id),
            unfurl_links=False,
            unfurl_media=False,
        )
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
                raise
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

    async def _close_stream(self, client: AsyncWebClient) -> None:
        self._pacer.cancel("rotate")
        if self.stream.needs_stop and self.posted is not None:
            await self.stream.stop(self.posted, client)

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
        self.stream.needs_stop = True  # perhaps; closing an ended stream does no harm
        await self._close_stream(self.client)
        return True

    async def _find(self) -> str | None:
        """Look for this request's message where it was going to be posted."""
        place = await self.ledger.lookup(self.request.id, PLACE)
        thread_ts = (place or None) if isinstance(place, str) else self.thread_ts
        try:
            return await find_marked(
                self.client,
                self.request.channel_id,
                thread_ts,
                self.request.id,
                after_ts=self.request.message_ts,
            )
        except SlackApiError as error:
            if is_final(error):
                return None
            raise


def named(error: SlackApiError) -> Exception:
    """Return the error to raise: ours when trying again would not help, else Slack's own."""
    code = code_of(error)
    return PostRefusedError(code=code, is_about_content=code in CONTENT) if is_final(error) else error
