"""What was said: one incident as ordered, flattened, numbered messages."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any


class AuthorKind(StrEnum):
    """Who speaks, set by code from Slack's own fields, never from text."""

    PERSON = "person"
    BOT = "bot"
    SELF = "self"
    EXTERNAL = "external"


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """One author; `name` is for display and never unique."""

    id: str
    name: str
    kind: AuthorKind


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file's name and the head of its text, when Slack shows one.

    Attributes:
        head: The preview Slack carries in the message; empty for binary files.
        is_partial: The file is longer than `head`.
        is_binary: It holds no text, whatever its type says.
    """

    name: str
    mimetype: str = ""
    head: str = ""
    is_partial: bool = False
    is_binary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link that stood in a message, before it was flattened to its label."""

    url: str
    label: str = ""


class AlertState(StrEnum):
    """What a bot's message says has become of its matter.

    `acknowledged` is seen and worked on but not over, a status page's *monitoring* too; `opened` is a record
    such as a ticket or a pull request, which says nothing of trouble; `changed` is a deed that was done.
    """

    FIRING = "firing"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    OPENED = "opened"
    CHANGED = "changed"
    UNKNOWN = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What a bot's message states about its matter; its title, fields and links stand in the message.

    Attributes:
        status: The words that decided `state`, as they stand there: `ALARM`, `To Do → Done`, `Triggered`.
        severity: As it stands there: `critical`, `P2`, `High`; empty when nothing states it.
        service: What is affected or was changed; empty when nothing names it.
        times: What happened when, by the words of the message; aware, UTC. The name may be empty.
    """

    state: AlertState = AlertState.UNKNOWN
    status: str = ""
    severity: str = ""
    service: str = ""
    times: tuple[tuple[str, datetime], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of an incident.

    Attributes:
        id: Evidence id such as `m17`, minted once per incident and never reused.
        ts: Slack's id of the message: a string, never a float.
        thread_ts: The root it replies to, or its own `ts`; None at the top level of a channel.
        at: The time of `ts`; aware, UTC.
        text: Everything a reader sees, flattened once from text, blocks, attachments and file heads:
            Slack's escapes undone, mentions and links resolved, lines kept. Title of an alert first.
        title: The alert's or attachment's title when the message has one; part of `text` too.
        fields: Name and value pairs of an alert, in their order; part of `text` too.
        alert: What a bot's message states of its matter; None for people.
        cut_chars: How many characters of `text` were left out of its middle because there were too many.
        edited_at: When it was last edited, if ever.
        is_pinned: It was pinned in a channel when Slack last told of it.
        permalink: Where a person can read it; empty when unknown.
    """

    id: str
    ts: str
    author: Author
    text: str
    thread_ts: str | None = None
    title: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    alert: Alert | None = None
    cut_chars: int = 0
    files: tuple[File, ...] = ()
    links: tuple[Link, ...] = ()
    reactions: tuple[tuple[str, int], ...] = ()
    edited_at: datetime | None = None
    is_pinned: bool = False
    permalink: str = ""
    read: tuple[Any, ...] | None = field(init=False, repr=False, compare=False, default=None)
    """What was read from these words alone, kept by whoever read them: it lives and goes with the message."""
    sizes: tuple[int, int] | None = field(init=False, repr=False, compare=False, default=None)
    """What it takes in a prompt, clipped and whole, in tokens; kept like `read`."""

    @property
    def at(self) -> datetime:
        """The time of `ts`; aware, UTC."""
        return at_of(self.ts)

    @property
    def number(self) -> int:
        """The number people see: 17 for `m17`."""
        return int(self.id[1:])


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRef:
    """Which incident: a watched channel with all its threads, or one thread elsewhere.

    Attributes:
        thread_ts: None when the incident is the whole channel.
    """

    team_id: str
    channel_id: str
    thread_ts: str | None = None

    @property
    def key(self) -> str:
        """A stable key for stores and logs."""
        return f"{self.team_id}:{self.channel_id}:{self.thread_ts or 'channel'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """All that was read of an incident, oldest first.

    Attributes:
        messages: What counts as evidence. The copilot's own posts, what people asked of it and
            channel joins are not in here.
        deleted: How many messages are known to have been deleted.
        omitted: How many messages could not be read, for any other reason.
        channel_name: Without the `#`.
        cursor: How far the incident's log was read; empty when it was not read from a log.
        is_thread_only: The channel is private and no member has opened it, so only this thread was read.
        is_unchecked: Slack's history did not answer: what no event told is missing.
    """

    ref: IncidentRef
    messages: tuple[Message, ...]
    deleted: int = 0
    omitted: int = 0
    channel_name: str = ""
    cursor: str = ""
    is_thread_only: bool = False
    is_unchecked: bool = False
    by_id: dict[str, Message] = field(init=False, repr=False, compare=False)
    judged: tuple[Any, ...] | None = field(init=False, repr=False, compare=False, default=None)
    """The verdicts on what was refused in it, kept by whoever computed them: they live and go with it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_id", {message.id: message for message in self.messages})

    @property
    def partial_files(self) -> int:
        """How many files were read by their first lines only."""
        return sum(file.is_partial for message in self.messages for file in message.files)

    @property
    def binary_files(self) -> int:
        """How many files hold no text that could be read."""
        return sum(file.is_binary for message in self.messages for file in message.files)

    @property
    def unread_files(self) -> int:
        """How many files are known by their name alone, though they may hold text."""
        files = (file for message in self.messages for file in message.files)
        return sum(not (file.head or file.is_binary or file.is_partial) for file in files)

    @property
    def shortened(self) -> int:
        """How many messages were too long and stand here without their middle."""
        return sum(message.cut_chars > 0 for message in self.messages)

    def until(self, ts: str) -> "Incident":
        """Return the incident as it stood at `ts`, that message included."""
        return replace(self, messages=tuple(m for m in self.messages if ts_key(m.ts) <= ts_key(ts)))

    def with_messages(self, messages: Iterable[Message]) -> "Incident":
        """Return the same incident with other (for example redacted) messages."""
        return replace(self, messages=tuple(messages))


def ts_key(ts: str) -> tuple[int, int]:
    """Order Slack's `ts` strings exactly, without floats."""
    seconds, _, micros = ts.partition(".")
    return int(seconds), int(micros or 0)


@lru_cache(maxsize=16_384)
def at_of(ts: str) -> datetime:
    """Return the UTC time of a `ts`."""
    seconds, micros = ts_key(ts)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=min(micros, 999_999))
