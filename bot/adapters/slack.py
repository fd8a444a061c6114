"""The Slack workspace behind the `Workspace` port: reading, one reply a request, whispers, files."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack_channels import Channels
from bot.adapters.slack_failures import CLOSED, FAULTS, GONE, code_of
from bot.adapters.slack_files import UploadFailedError, remove, share
from bot.adapters.slack_live import LiveReader
from bot.adapters.slack_members import Members
from bot.adapters.slack_read import IncidentReader
from bot.adapters.slack_reply import Ledger, SlackReply, named
from bot.adapters.slack_stream import NoBook, OpenStreamBook, Pace, SlackStream, Starts
from bot.answers import Blocks, Posted
from bot.errors import (
    ChannelUnreadableError,
    ClosedChannelError,
    EditFailedError,
    NoThreadError,
    PostRefusedError,
    SlackAwayError,
)
from bot.incident.messages import Incident, IncidentRef
from bot.ports import Fence, Memory, Reply
from bot.request import Request
from bot.watching import Scope, Watch

log = structlog.get_logger()

ENCLOSE_SECONDS = 10.0
"""An answer does not wait longer for a file that it can do without."""
WHISPER, DIRECT = "whisper", "direct"
SENT, FAILED = "sent", "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who we are in the workspace, as `auth.test` says.

    Attributes:
        url: The workspace's address, ending in a slash.
    """

    user_id: str
    bot_id: str
    team_id: str
    url: str


async def identify(client: AsyncWebClient) -> Identity:
    """Ask Slack who we are.

    Raises:
        SlackApiError: The token is not good.
    """
    answer = await client.auth_test()
    return Identity(
        user_id=str(answer["user_id"]),
        bot_id=str(answer.get("bot_id", "")),
        team_id=str(answer.get("team_id", "")),
        url=str(answer.get("url", "")),
    )


def permalinks(url: str) -> Callable[[IncidentRef, str, str | None], str]:
    """Return what makes the address of a message, as `chat.getPermalink` does.

    Args:
        url: The workspace's address, ending in a slash.
    """

    def permalink(ref: IncidentRef, ts: str, thread_ts: str | None) -> str:
        link = f"{url}archives/{ref.channel_id}/p{ts.replace('.', '')}"
        is_reply = thread_ts not in {None, ts}
        return f"{link}?thread_ts={thread_ts}&cid={ref.channel_id}" if is_reply else link

    return permalink


@dataclass(slots=True)
class SlackWorkspace:
    """A `Workspace` over Slack's Web API.

    Args:
        channels: Say where the incident is the whole channel.
        reader: Finds threads.
        live: Reads incidents.
        members: Tell who may decide.
    """

    client: AsyncWebClient
    me: Identity
    memory: Memory
    ledger: Ledger
    channels: Channels
    reader: IncidentReader
    live: LiveReader
    members: Members
    pace: Pace = field(default_factory=Pace)
    streams: OpenStreamBook = field(default_factory=NoBook)
    _starts: Starts = field(default_factory=Starts)
    _replies: WeakValueDictionary[str, SlackReply] = field(default_factory=WeakValueDictionary)
    """By request: the replies under way; a reply that has something to do later is kept by its timers."""
    _hasty_client: AsyncWebClient = field(init=False)
    """The same client, but it never waits for a rate limit: for what is cosmetic."""

    def __post_init__(self) -> None:
        self._hasty_client = AsyncWebClient(
            token=self.client.token,
            base_url=self.client.base_url,
            timeout=self.client.timeout,
            ssl=self.client.ssl,
            proxy=self.client.proxy,
            session=self.client.session,
            headers=self.client.headers,
            retry_handlers=[],
        )

    async def locate(self, request: Request) -> IncidentRef:
        """Say which incident a request is about: the watched channel, else the thread.

        A command has no thread: elsewhere than in a watched channel it means the one with the newest message.

        Raises:
            ChannelUnreadableError: Slack does not let us.
            ExternalChannelError: People of another organisation are in the channel.
            ClosedChannelError: A command was given in a private channel that no member has opened.
            NoThreadError: A command was given where no thread is.
        """
        thread = request.thread_ts or request.message_ts
        watch = await self.channels.admit(request.team_id, request.channel_id)
        if watch.scope is Scope.CHANNEL:
            thread = None
        elif thread is None and watch.is_closed:
            raise ClosedChannelError
        elif thread is None:
            thread = await self.reader.newest_thread(request.channel_id)
            if thread is None:
                raise NoThreadError
        return IncidentRef(team_id=request.team_id, channel_id=request.channel_id, thread_ts=thread)

    async def admit(self, request: Request, *, is_fresh: bool = False) -> Watch:
        """Say what may be done in the channel of a request.

        Raises:
            ChannelUnreadableError: Slack does not let us, or we are not in the channel.
            ExternalChannelError: People of another organisation are in the channel.
        """
        place = request.team_id, request.channel_id
        if is_fresh:
            self.channels.drop(*place)
        watch = await self.channels.admit(*place)
        if not (await self.channels.about(*place)).is_member:
            raise ChannelUnreadableError(channel_id=request.channel_id, code="not_in_channel")
        return watch

    async def is_full_member(self, request: Request) -> bool:
        """Say whether the asker is a full member of the workspace.

        Raises:
            SlackAwayError: Slack does not say.
        """
        try:
            return await self.members.is_full(request.team_id, request.asker_id)
        except FAULTS as error:
            raise SlackAwayError(code=_name(error)) from error

    async def wish(self, request: Request, *, is_on: bool) -> None:
        """Keep what a member wants of the channel of a request."""
        await self.channels.set_wish(request.team_id, request.channel_id, is_on=is_on)

    async def follow(self, ref: IncidentRef) -> None:
        """Open the log of a channel and fill it from history; where nothing may be kept, do nothing.

        Raises:
            ChannelUnreadableError: Slack does not let us.
        """
        if await self.channels.is_logged(ref):
            await self.live.check(ref, seconds=0)

    async def read(self, ref: IncidentRef, *, until_ts: str | None) -> Incident:
        """Read an incident with all its threads and pages, numbered, not yet redacted.

        Raises:
            ChannelUnreadableError: Slack does not let us.
            SlackAwayError: It did not answer, and not enough is known without it.
        """
        try:
            return await self._read(ref, until_ts)
        except FAULTS as error:
            raise SlackAwayError(code=_name(error)) from error

    async def _read(self, ref: IncidentRef, until_ts: str | None) -> Incident:
        facts = await self.channels.about(ref.team_id, ref.channel_id)
        watch = await self.channels.watch(ref.team_id, ref.channel_id)
        is_logged = await self.channels.is_logged(ref)
        incident = await self.live.read(ref, until_ts=until_ts, is_logged=is_logged)
        return replace(incident, channel_name=facts.name, is_thread_only=watch.is_closed)

    def reply(self, request: Request, thread_ts: str | None, fence: Fence) -> Reply:
        """Return the request's one message; within one run it is one object, which alone sends."""
        earlier = self._replies.get(request.id)
        if earlier is not None and earlier.fence is fence:
            return earlier
        if earlier is not None:
            earlier.retire()
        reply = self._replies[request.id] = SlackReply(
            client=self.client,
            hasty_client=self._hasty_client,
            ledger=self.ledger,
            request=request,
            thread_ts=thread_ts,
            fence=fence,
            stream=SlackStream(
                client=self._hasty_client, request=request, starts=self._starts, book=self.streams
            ),
            pace=self.pace,
        )
        return reply

    async def close(self) -> None:
        """Let go of the timers of all replies; what has not ended yet is ended by another run."""
        for reply in list(self._replies.values()):
            await reply.close()

    async def active_thread(self, ref: IncidentRef) -> str | None:
        """Return the root of the thread with the newest message."""
        return ref.thread_ts or await self.reader.newest_thread(ref.channel_id)

    async def status(self, request: Request, thread_ts: str | None, words: str) -> None:
        """Show a status line; cosmetic, so a refusal is only logged."""
        if thread_ts is None:
            return
        try:
            await self._hasty_client.assistant_threads_setStatus(
                channel_id=request.channel_id, thread_ts=thread_ts, status=words
            )
        except FAULTS as error:
            log.debug("status.refused", request=request.id, error=_name(error))

    async def whisper(self, request: Request, blocks: Blocks, *, text: str) -> None:
        """Show blocks to the asker alone; where that cannot be done, in a direct message.

        A whisper cut off by a crash is not repeated: it is asked for again, while a doubled one confuses.

        Raises:
            PostRefusedError: Slack takes it nowhere.
        """
        await self._once(request, WHISPER, partial(self._whisper, request, blocks, text))

    async def direct(self, request: Request, blocks: Blocks, *, text: str) -> None:
        """Send blocks to the asker's direct messages, once; say of which channel they are.

        Raises:
            PostRefusedError: Slack does not take it.
        """
        await self._once(request, DIRECT, partial(self._post_directly, request, blocks, text))

    async def _once(self, request: Request, name: str, send: Callable[[], Awaitable[None]]) -> None:
        if await self.ledger.lookup(request.id, name) not in {None, FAILED}:
            return
        await self.ledger.intend(request.id, name)
        try:
            await send()
        except FAULTS as error:
            await self.ledger.record(request.id, name, FAILED)
            raise (named(error) if isinstance(error, SlackApiError) else error) from None
        await self.ledger.record(request.id, name, SENT)

    async def _whisper(self, request: Request, blocks: Blocks, text: str) -> None:
        try:
            await self.client.chat_postEphemeral(
                channel=request.channel_id,
                user=request.asker_id,
                thread_ts=request.thread_ts,
                blocks=blocks,
                text=text,
            )
        except SlackApiError as error:
            if code_of(error) not in CLOSED:
                raise
            await self._post_directly(request, blocks, text)

    async def _post_directly(self, request: Request, blocks: Blocks, text: str) -> None:
        place = [] if request.is_direct else [_about(request.channel_id)]
        await self.client.chat_postMessage(
            channel=request.asker_id,
            blocks=[*place, *blocks],
            text=text,
            unfurl_links=False,
            unfurl_media=False,
        )

    async def update(self, posted: Posted, blocks: Blocks, *, text: str) -> None:
        """Replace an earlier message of ours; one that is gone or closed is left alone.

        Raises:
            EditFailedError: It could not be done now.
        """
        try:
            await self.client.chat_update(channel=posted.channel_id, ts=posted.ts, blocks=blocks, text=text)
        except FAULTS as error:
            if _name(error) not in {GONE, *CLOSED}:
                raise EditFailedError(code=_name(error)) from None
            log.info("update.left_out", channel=posted.channel_id, ts=posted.ts, error=_name(error))

    async def attach(
        self, request: Request, thread_ts: str | None, *, name: str, content: str, comment: str
    ) -> str:
        """Share a text file, once; return its id.

        Raises:
            PostRefusedError: Slack does not take it here.
        """
        return await share(
            self.client, self.ledger, request, thread_ts, name=name, content=content, comment=comment
        )

    async def enclose(
        self, request: Request, thread_ts: str | None, *, name: str, content: str, comment: str
    ) -> str:
        """Share a text file, once, that an answer can do without; an empty id when it cannot be done now."""
        try:
            async with asyncio.timeout(ENCLOSE_SECONDS):
                return await self.attach(request, thread_ts, name=name, content=content, comment=comment)
        except (PostRefusedError, UploadFailedError, *FAULTS) as error:
            log.warning("file.left_out", request=request.id, error=_name(error))
            return ""

    async def remove_file(self, file_id: str) -> None:
        """Remove a file of ours; one that is gone is gone.

        Raises:
            EditFailedError: It could not be done now.
        """
        await remove(self.client, file_id)


def _about(channel_id: str) -> dict[str, Any]:
    """Return a block that names the channel a direct message is about; an id is no text of anybody's."""
    elements = [{"type": "text", "text": "About "}, {"type": "channel", "channel_id": channel_id}]
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


def _name(error: Exception) -> str:
    return code_of(error) if isinstance(error, SlackApiError) else type(error).__name__
