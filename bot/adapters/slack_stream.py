"""One message of ours while it grows: a stream of Slack, and when to send what waits.

A stream takes blocks by `chat.startStream` and `chat.appendStream` until `chat.stopStream`. Slack ends it by
itself about five minutes after its start, whatever was appended, and says so only to the next append
(python-slack-sdk issue 1859); until somebody stops it, the message stays a broken pill that cannot be edited.
So a stream is stopped by a timer well before, and the same message goes on by edits: a second message would
tear one answer in two, and the final form is an edit of this one anyway.

Starts are few: Slack allows about 20 a minute to the whole app. Once they are used up nobody waits for one.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack_failures import FAULTS, code_of, had_no_effect, pause_seconds
from bot.answers import Blocks, Posted
from bot.errors import PostRefusedError, StaleRunError, StoreUnavailableError
from bot.request import Request
from bot.slack.error_names import LIMITED
from bot.tasks import ended

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """When a growing message is sent.

    Attributes:
        flush_seconds: Nothing waits longer than this; what comes meanwhile is sent together.
        flush_chars: So much is sent at once, however short ago something was sent.
        rotate_seconds: The age at which a stream is stopped by us, before Slack ends it at about 300.
        call_seconds: A call on the way that takes longer has failed: the words are sent in another way.
        retry_seconds: The pause after a call that failed without Slack saying how long to wait.
        final_pauses_seconds: The pauses before the final form is tried again; by then the client has repeated
            what may be repeated blindly.
    """

    flush_seconds: float = 1.0
    flush_chars: int = 2_000
    rotate_seconds: float = 240.0
    call_seconds: float = 10.0
    retry_seconds: float = 2.0
    final_pauses_seconds: tuple[float, ...] = (1.0,)


class OpenStreamBook(Protocol):
    """Remembers which streams are open, so that those of a crashed worker can be closed."""

    async def opened(self, posted: Posted, request_id: str) -> None:
        """Write down that a stream was opened."""
        ...

    async def closed(self, posted: Posted, request_id: str) -> None:
        """Write down that it was closed."""
        ...


class NoBook:
    """Remembers nothing."""

    async def opened(self, posted: Posted, request_id: str) -> None:
        """Do nothing."""

    async def closed(self, posted: Posted, request_id: str) -> None:
        """Do nothing."""


@dataclass(slots=True)
class Starts:
    """Whether streams can be started now; shared by all replies of a process."""

    blocked_until: float = 0.0

    @property
    def are_left(self) -> bool:
        """False while Slack has told us to start none."""
        return time.monotonic() >= self.blocked_until

    def block(self, seconds: float) -> None:
        """Start none for so long."""
        self.blocked_until = time.monotonic() + seconds


@dataclass(slots=True, kw_only=True)
class SlackStream:
    """The stream of one message.

    Args:
        client: Does not wait when Slack limits the rate.

    Attributes:
        is_open: It takes appends, as far as we know.
        needs_stop: It may still be open for Slack, which refuses edits until it is stopped.
    """

    client: AsyncWebClient
    request: Request
    starts: Starts = field(default_factory=Starts)
    book: OpenStreamBook = field(default_factory=NoBook)
    is_open: bool = False
    needs_stop: bool = False

    async def start(self, thread_ts: str, blocks: Blocks) -> str:
        """Open the message with these blocks; return its `ts`.

        Raises:
            SlackApiError: Slack refused or failed.
        """
        try:
            answer = await self.client.chat_startStream(
                channel=self.request.channel_id,
                thread_ts=thread_ts,
                recipient_user_id=self.request.asker_id,
                recipient_team_id=self.request.team_id,
                chunks=[_chunk(blocks)],
            )
        except SlackApiError as error:
            if code_of(error) == LIMITED:
                self.starts.block(pause_seconds(error))
            raise
        self.is_open = self.needs_stop = True
        posted = Posted(channel_id=self.request.channel_id, ts=str(answer["ts"]))
        await self.book.opened(posted, self.request.id)
        return posted.ts

    async def append(self, posted: Posted, blocks: Blocks) -> None:
        """Add blocks at the end.

        Raises:
            SlackApiError: Slack refused or failed.
        """
        await self.client.chat_appendStream(channel=posted.channel_id, ts=posted.ts, chunks=[_chunk(blocks)])

    async def stop(self, posted: Posted, client: AsyncWebClient) -> None:
        """Close the message for appends, so that it can be edited; one that is closed stays so.

        Args:
            posted: The message.
            client: One that waits for rate limits where the edit must arrive.
        """
        self.is_open = False
        try:
            await client.chat_stopStream(channel=posted.channel_id, ts=posted.ts)
        except FAULTS as error:
            # An ended stream is what we want; the edit that follows shows whether the message is ours.
            log.debug("stream.not_stopped", request=self.request.id, error=name_of(error))
            self.needs_stop = not is_over(error)
        else:
            self.needs_stop = False
        if not self.needs_stop:
            await self.book.closed(posted, self.request.id)


def is_over(error: Exception) -> bool:
    """Say whether a refused stop means that there is nothing left to stop."""
    return isinstance(error, SlackApiError) and had_no_effect(error) and code_of(error) != LIMITED


def _chunk(blocks: Blocks) -> dict[str, Any]:
    return {"type": "blocks", "blocks": blocks}


def name_of(error: Exception) -> str:
    """Return Slack's name of a fault, or the kind of what failed on the way to it."""
    return code_of(error) if isinstance(error, SlackApiError) else type(error).__name__


@dataclass(slots=True)
class Pacer:
    """Says when what waits is sent: by size, by time, and not before Slack wants more.

    Args:
        pace: The limits.
        flush: Sends what waits.
    """

    pace: Pace
    flush: Callable[[], Awaitable[None]]
    _due: float = 0.0
    _held: float = 0.0
    _timers: dict[str, asyncio.TimerHandle] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def is_due(self, chars: int) -> bool:
        """Say whether so many waiting characters are sent now."""
        now = time.monotonic()
        return now >= self._held and (now >= self._due or chars >= self.pace.flush_chars)

    def sent(self) -> None:
        """Begin the time in which further words are gathered."""
        self._due = time.monotonic() + self.pace.flush_seconds

    def hold(self, seconds: float) -> None:
        """Send nothing for so long."""
        self._held = time.monotonic() + seconds

    def wake(self) -> None:
        """See to it that what waits is sent as soon as it may be."""
        seconds = max(self._due, self._held) - time.monotonic()
        self.after("flush", max(seconds, 0.0), self.flush)

    def after(self, name: str, seconds: float, act: Callable[[], Awaitable[None]]) -> None:
        """Do something later, in place of what was to be done under this name."""
        self.cancel(name)
        loop = asyncio.get_running_loop()
        self._timers[name] = loop.call_later(seconds, self._begin, act)

    def cancel(self, *names: str) -> None:
        """Do nothing later; without names, nothing at all."""
        for name in names or tuple(self._timers):
            timer = self._timers.pop(name, None)
            if timer is not None:
                timer.cancel()

    async def close(self) -> None:
        """Do nothing later, and end what is being done."""
        self.cancel()
        await ended(*self._tasks)

    def _begin(self, act: Callable[[], Awaitable[None]]) -> None:
        task = asyncio.get_running_loop().create_task(_quietly(act))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _quietly(act: Callable[[], Awaitable[None]]) -> Coroutine[Any, Any, None]:
    """Return `act` such that its failures are left to the next `show` or `finish`, which meet them too."""

    async def run() -> None:
        try:
            await act()
        except (StaleRunError, StoreUnavailableError, PostRefusedError, *FAULTS) as error:
            log.info("reply.left_waiting", error=type(error).__name__)

    return run()
