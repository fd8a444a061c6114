"""The Slack workspace behind the `Workspace` port: reading, one reply a request, whispers, files."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack_read import IncidentReader, speakers, unreadable
from bot.adapters.slack_reply import Ledger, SlackReply
from bot.incident.messages import Incident, IncidentRef, ts_key
from bot.ports import Blocks, Fence, Memory, Posted, Reply
from bot.request import Request
from bot.slack.reading import evidence_ts, read_messages

log = structlog.get_logger()

NOT_HERE = frozenset({"not_in_channel", "channel_not_found", "user_not_in_channel"})


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


@dataclass(slots=True)
class SlackWorkspace:
    """A `Workspace` over Slack's Web API.

    Args:
        watched: Patterns of channel names; in a matching channel the incident is the whole channel.
    """

    client: AsyncWebClient
    me: Identity
    memory: Memory
    ledger: Ledger
    watched: Sequence[str]
    reader: IncidentReader
    _channels: dict[str, str] = field(default_factory=dict)

    async def locate(self, request: Request) -> IncidentRef:
        """Say which incident a request is about."""
        name = "" if request.is_direct else await self._channel_name(request.channel_id)
        is_watched = any(fnmatchcase(name, pattern) for pattern in self.watched)
        thread = None if is_watched else request.thread_ts or request.message_ts
        return IncidentRef(team_id=request.team_id, channel_id=request.channel_id, thread_ts=thread)

    async def _channel_name(self, channel_id: str) -> str:
        if channel_id not in self._channels:
            try:
                channel = (await self.client.conversations_info(channel=channel_id))["channel"]
            except SlackApiError as error:
                raise unreadable(channel_id, error) from None
            self._channels[channel_id] = str(channel.get("name") or "")
        return self._channels[channel_id]

    async def read(self, ref: IncidentRef, *, until_ts: str | None) -> Incident:
        """Read an incident with all its threads and pages, numbered, not yet redacted."""
        raw = await self.reader.messages(ref, until_ts=until_ts)
        own = {"bot_user_id": self.me.user_id, "bot_id": self.me.bot_id}
        numbers = await self.memory.mint(ref, evidence_ts(raw, **own))
        names = await self.reader.names_of(speakers(raw))
        reading = read_messages(
            raw,
            numbers=numbers,
            names=names,
            permalink=lambda ts, root: self._permalink(ref, ts, root),
            **own,
        )
        return Incident(
            ref=ref,
            messages=reading.messages,
            deleted=reading.deleted,
            channel_name=self._channels.get(ref.channel_id, ""),
        )

    def _permalink(self, ref: IncidentRef, ts: str, thread_ts: str | None) -> str:
        link = f"{self.me.url}archives/{ref.channel_id}/p{ts.replace('.', '')}"
        return f"{link}?thread_ts={thread_ts}&cid={ref.channel_id}" if thread_ts else link

    def reply(self, request: Request, thread_ts: str | None, fence: Fence) -> Reply:
        """Return the request's one message."""
        return SlackReply(self.client, self.ledger, request, thread_ts, fence)

    async def active_thread(self, ref: IncidentRef) -> str | None:
        """Return the root of the thread with the newest message."""
        if ref.thread_ts:
            return ref.thread_ts
        page = await self.client.conversations_history(channel=ref.channel_id, limit=100)
        roots = [message for message in page.get("messages") or [] if message.get("reply_count")]
        if not roots:
            return None
        newest = max(roots, key=lambda message: ts_key(str(message.get("latest_reply") or message["ts"])))
        return str(newest["ts"])

    async def status(self, request: Request, thread_ts: str | None, words: str) -> None:
        """Show a status line; cosmetic, so a refusal is only logged."""
        if thread_ts is None:
            return
        try:
            await self.client.assistant_threads_setStatus(
                channel_id=request.channel_id, thread_ts=thread_ts, status=words
            )
        except SlackApiError as error:
            log.debug("status.refused", request=request.id, error=error.response.get("error"))

    async def whisper(self, request: Request, blocks: Blocks, *, text: str) -> None:
        """Show blocks to the asker alone; where we are not a member, in a direct message."""
        if await self.ledger.lookup(request.id, "whisper") is not None:
            return  # at most once: a whisper lost in a crash is asked for again, a doubled one confuses
        await self.ledger.intend(request.id, "whisper")
        try:
            await self.client.chat_postEphemeral(
                channel=request.channel_id,
                user=request.asker_id,
                thread_ts=request.thread_ts,
                blocks=blocks,
                text=text,
            )
        except SlackApiError as error:
            if error.response.get("error") not in NOT_HERE:
                raise
            await self.client.chat_postMessage(
                channel=request.asker_id, blocks=blocks, text=text, unfurl_links=False, unfurl_media=False
            )

    async def update(self, posted: Posted, blocks: Blocks, *, text: str) -> None:
        """Replace an earlier message of ours."""
        await self.client.chat_update(channel=posted.channel_id, ts=posted.ts, blocks=blocks, text=text)

    async def attach(
        self, request: Request, thread_ts: str | None, *, name: str, content: str, comment: str
    ) -> None:
        """Share a text file, once."""
        known = await self.ledger.lookup(request.id, "file")
        if isinstance(known, str) or (known is not None and await self._has_file(request, thread_ts, name)):
            return
        await self.ledger.intend(request.id, "file")
        answer = await self.client.files_upload_v2(
            channel=request.channel_id,
            thread_ts=thread_ts,
            filename=name,
            title=name,
            content=content,
            initial_comment=comment,
            request_file_info=False,
        )
        await self.ledger.record(request.id, "file", str(answer["files"][0]["id"]))

    async def _has_file(self, request: Request, thread_ts: str | None, name: str) -> bool:
        method = self.client.conversations_replies if thread_ts else self.client.conversations_history
        where: dict[str, Any] = {"ts": thread_ts} if thread_ts else {}
        page = await method(channel=request.channel_id, limit=200, **where)
        files = [file for message in page.get("messages") or [] for file in message.get("files") or []]
        return any(file.get("name") == name for file in files)
