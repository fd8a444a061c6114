"""What was said: one incident as ordered, flattened, numbered messages."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache


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
    """

    name: str
    mimetype: str = ""
    head: str = ""
    is_partial: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link that stood in a message, before it was flattened to its label."""

    url: str
    label: str = ""


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
        edited_at: When it was last edited, if ever.
        permalink: Where a person can read it; empty when unknown.
    """

    id: str
    ts: str
    author: Author
    text: str
    thread_ts: str | None = None
    title: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    files: tuple[File, ...] = ()
    links: tuple[Link, ...] = ()
    reactions: tuple[tuple[str, int], ...] = ()
    edited_at: datetime | None = None
    permalink: str = ""

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
    """

    ref: IncidentRef
    messages: tuple[Message, ...]
    deleted: int = 0
    omitted: int = 0
    channel_name: str = ""
    by_id: dict[str, Message] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_id", {message.id: message for message in self.messages})

    @property
    def partial_files(self) -> int:
        """How many files were read by their first lines only."""
        return sum(file.is_partial for message in self.messages for file in message.files)

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
