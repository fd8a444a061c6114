"""The whole workspace as values in memory, and the news of what changes in it.

All changes are made here and without awaiting, so that every reader sees a whole state.
"""

import hashlib
import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from sandbox.channel import Channel, Json
from sandbox.clock import Clock, micros_of
from sandbox.errors import SlackError
from sandbox.people import BOT_USER_ID, PERSON_ID, TEAM_ID, People, user_profile
from sandbox.streams import Stream
from sandbox.uploads import Uploads
from sandbox.views import Views

ChangeKind = Literal[
    "posted", "changed", "deleted", "streamed", "ephemeral", "status", "view", "reaction", "event"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One piece of news.

    Attributes:
        what: `posted`, `changed`, `deleted`, `streamed`: the message; `reaction`, `event`: Slack's inner
            event; else the fields of the page's event.
        previous: The message as it was before, when it changed.
        is_one_of_many: The page reads everything anew after it and is not told of this one.
    """

    kind: ChangeKind
    channel_id: str
    what: Json
    previous: Json | None = None
    is_one_of_many: bool = False


Observer = Callable[[Change], None]


@dataclass(slots=True, kw_only=True)
class Workspace:
    """Channels, people, files, open streams and modals.

    Attributes:
        monotonic: Our seconds, for what ages in machine time: streams, triggers.
        catch_up: Called before anything is read or written, so that what is due by the clock has appeared.
        stream_age_seconds: How long a stream lives; Slack closes it after about 300.
    """

    monotonic: Callable[[], float] = time.monotonic
    stream_age_seconds: float = 300.0
    base_url: str = ""
    team_id: str = TEAM_ID
    people: People = field(default_factory=People)
    channels: dict[str, Channel] = field(default_factory=dict)
    streams: dict[tuple[str, str], Stream] = field(default_factory=dict)
    statuses: dict[tuple[str, str], str] = field(default_factory=dict)
    ephemerals: dict[tuple[str, str], Json] = field(default_factory=dict)
    uploads: Uploads = field(default_factory=Uploads)
    views: Views = field(default_factory=Views)
    observers: list[Observer] = field(default_factory=list)
    catch_up: Callable[[], None] = field(default=lambda: None)
    _serial: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def new_id(self, prefix: str) -> str:
        """Return a new id in Slack's form, such as `Ev0A1B2C3D4E`."""
        digest = hashlib.sha256(f"{prefix}:{next(self._serial)}:{id(self)}".encode()).hexdigest()
        return f"{prefix}0{digest[:9].upper()}"

    def tell(self, change: Change) -> None:
        """Pass news on."""
        for observer in self.observers:
            observer(change)

    def channel(self, channel_id: str) -> Channel:
        """Return a channel by id.

        Raises:
            SlackError: `channel_not_found`.
        """
        found = self.channels.get(channel_id)
        if found is None:
            raise SlackError("channel_not_found")
        return found

    def joined_channel(self, channel_id: str) -> Channel:
        """Return a channel that the copilot is a member of.

        Raises:
            SlackError: `channel_not_found` or `not_in_channel`.
        """
        channel = self.visible_channel(channel_id)
        if BOT_USER_ID not in channel.members:
            raise SlackError("not_in_channel")
        return channel

    def visible_channel(self, channel_id: str) -> Channel:
        """Return a channel that the copilot can see; a private one without it is not there.

        Raises:
            SlackError: `channel_not_found`.
        """
        channel = self.channel(channel_id)
        if channel.type == "group" and BOT_USER_ID not in channel.members:
            raise SlackError("channel_not_found")
        return channel

    def addressed_channel(self, address: str) -> Channel:
        """Return where a post goes: a channel, or the direct messages with a person named by user id.

        Raises:
            SlackError: `channel_not_found` or `not_in_channel`.
        """
        if address[:1] not in {"U", "W"}:
            return self.joined_channel(address)
        if address not in {member.id for member in self.people.users()}:
            raise SlackError("channel_not_found")
        return self.channels.get(f"D{address[1:]}") or self._direct_channel(address)

    def _direct_channel(self, user_id: str) -> Channel:
        clocks = [channel.clock for channel in self.channels.values()]
        clock = clocks[-1] if clocks else Clock(at_micros=0, speed=1.0, monotonic=self.monotonic)
        channel = Channel(id=f"D{user_id[1:]}", name="", clock=clock, members={user_id, BOT_USER_ID})
        self.channels[channel.id] = channel
        return channel

    def add_channel(
        self,
        channel_id: str,
        *,
        name: str,
        at_ts: str,
        bot_is_member: bool = True,
        is_private: bool = False,
        is_external: bool = False,
        messages: tuple[Json, ...] = (),
    ) -> Channel:
        """Make a channel whose time stands still at `at_ts`, with messages that are there already."""
        clock = Clock(at_micros=micros_of(at_ts), speed=1.0, monotonic=self.monotonic)
        members = {PERSON_ID, BOT_USER_ID} if bot_is_member else {PERSON_ID}
        channel = Channel(
            id=channel_id,
            name=name,
            clock=clock,
            members=members,
            is_private=is_private,
            is_external=is_external,
        )
        self.channels[channel_id] = channel
        for message in messages:
            self.people.meet_author(message)
            channel.add({"type": "message", "text": "", "team": TEAM_ID, **message})
        return channel

    def post(self, channel: Channel, fields: Json) -> Json:
        """Let somebody post now; returns the stored message."""
        message: Json = {"type": "message", "ts": channel.new_ts(), "team": TEAM_ID, **fields}
        self._join_thread(channel, message)
        self.people.meet_author(message)
        author = self.people.find(str(message.get("user")))
        if channel.is_external and author is not None and not author.is_bot:
            message |= {"user_team": TEAM_ID, "source_team": TEAM_ID, "user_profile": user_profile(author)}
        channel.add(message)
        self.tell(Change(kind="posted", channel_id=channel.id, what=message))
        if message.get("user") == BOT_USER_ID:
            self.set_status(channel.id, str(message.get("thread_ts") or ""), "")
        return message

    def change(
        self, channel: Channel, message: Json, fields: dict[str, Any], *, quietly: bool = False
    ) -> None:
        """Change a stored message; `quietly` is how a stream grows: the page sees it, no event is sent."""
        previous = channel.shown(message, with_metadata=True)
        message.update(fields)
        kind: ChangeKind = "streamed" if quietly else "changed"
        self.tell(Change(kind=kind, channel_id=channel.id, what=message, previous=previous))

    def delete(self, channel: Channel, ts: str) -> None:
        """Take a message away; a root with replies leaves a tombstone, and Slack calls that a change."""
        previous = channel.shown(channel.message(ts), with_metadata=True)
        self.streams.pop((channel.id, ts), None)
        if channel.has_replies(ts):
            buried = channel.bury(ts)
            self.tell(Change(kind="changed", channel_id=channel.id, what=buried, previous=previous))
            return
        channel.remove(ts)
        what = {"ts": ts, "thread_ts": previous.get("thread_ts")}
        self.tell(Change(kind="deleted", channel_id=channel.id, what=what, previous=previous))

    def whisper(self, channel: Channel, fields: Json) -> Json:
        """Show something to the person at the page alone; it is no message of the channel."""
        shown: Json = {"ts": channel.new_ts(), "channel": channel.id, **fields}
        self.ephemerals[channel.id, shown["ts"]] = shown
        self.tell(Change(kind="ephemeral", channel_id=channel.id, what=shown))
        return shown

    def set_status(self, channel_id: str, thread_ts: str, status: str) -> None:
        """Show or clear the copilot's status line in a thread."""
        if self.statuses.get((channel_id, thread_ts), "") == status:
            return
        self.statuses[channel_id, thread_ts] = status
        what = {"thread_ts": thread_ts, "status": status}
        self.tell(Change(kind="status", channel_id=channel_id, what=what))

    def open_stream(self, channel_id: str, ts: str) -> Stream | None:
        """Return the stream of a message while it takes more, else None."""
        stream = self.streams.get((channel_id, ts))
        if stream is None or stream.is_stopped or stream.is_stopped_by_user:
            return None
        is_old = self.monotonic() - stream.started_seconds >= self.stream_age_seconds
        return None if is_old else stream

    def permalink(self, channel: Channel, message: Json) -> str:
        """Return where the page shows a message."""
        link = f"{self.base_url}/archives/{channel.id}/p{message['ts'].replace('.', '')}"
        root = message.get("thread_ts")
        return link if root in (None, message["ts"]) else f"{link}?thread_ts={root}&cid={channel.id}"

    def _join_thread(self, channel: Channel, message: Json) -> None:
        root_ts = message.get("thread_ts")
        if root_ts is None:
            message.pop("thread_ts", None)
            return
        root = channel.thread(root_ts)[0]
        root["thread_ts"] = root_ts
        if root.get("user"):
            message["parent_user_id"] = root["user"]
