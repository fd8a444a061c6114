"""What happens to messages: said, edited, deleted, reacted to. Logged, so that a question reads little.

Shapes are those of Slack's Events API. An edit or a deletion wraps the message it is about; a deleted message
that has replies is told as an edit into a tombstone; a reaction does not say in which thread it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from bot.errors import CopilotError
from bot.incident.log import TOMBSTONE, Deleted, Entry, Reacted, Said, body_of
from bot.incident.messages import IncidentRef, ts_key
from bot.request import Request, RequestKind
from handlers.fields import at, id_at, is_direct, items_at, text_at, token_at, ts_at

log = structlog.get_logger()

EVENTS = (
    "message.channels",
    "message.groups",
    "reaction_added",
    "reaction_removed",
    "channel_rename",
    "group_rename",
    "member_joined_channel",
)
"""The subscriptions that bring happenings, as the app manifest names them."""

NAME_CHARS = 100
"""How long the name of an emoji may be."""
HOUR_SECONDS = 3600
CLOSED = frozenset({"channel_convert_to_private", "group_convert_to_private"})
"""Subtypes that say that what was public is private now, so that it may not be followed unasked."""
WORDS = ("text", "blocks", "attachments", "files")
"""Where a message says what it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What one event says.

    Attributes:
        refs: The logs that it belongs into, of those that are open: the channel's, the thread's.
        withdraws: The id of the request that is taken back, if the message asked something; else empty.
        recheck: To be asked for when a log has it or something rests on it: what was said is no longer said.
        follow: To be asked for when the channel's log is not open: somebody should find out whether it is
            to be.
        asks: To be asked for in any case.
    """

    refs: tuple[IncidentRef, ...] = ()
    entries: tuple[Entry, ...] = ()
    withdraws: str = ""
    recheck: Request | None = None
    follow: Request | None = None
    asks: Request | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event of the Events API, with what reading it needs.

    Attributes:
        at_ts: When it happened, by Slack's clock; empty when it does not say.
        self_ids: The copilot's own user id and bot id.
    """

    body: object
    team_id: str
    channel_id: str
    at_ts: str
    self_ids: frozenset[str]
    now: datetime

    def refs(self, *threads: str) -> tuple[IncidentRef, ...]:
        """Return the channel, and the threads that are named."""
        named = (None, *dict.fromkeys(filter(None, threads)))
        return tuple(
            IncidentRef(team_id=self.team_id, channel_id=self.channel_id, thread_ts=thread)
            for thread in named
        )

    def is_own(self, message: object) -> bool:
        """Say whether the copilot posted a message."""
        return bool(self.self_ids & {text_at(message, "user"), text_at(message, "bot_id")})

    def ask(self, kind: RequestKind, name: str, **facts: Any) -> Request:
        """Return a request that nobody asked for."""
        return Request(
            id=f"{kind.value}:{self.team_id}:{self.channel_id}:{name}",
            kind=kind,
            team_id=self.team_id,
            channel_id=self.channel_id,
            asker_id="",
            text=facts.pop("text", ""),
            received_at=self.now,
            **facts,
        )


class UnreadableError(CopilotError):
    """An event is not as Slack documents it.

    Args:
        event: The event; nothing of what people wrote in it is kept.
        missing: What cannot be found in it.
    """

    def __init__(self, event: Event, *, missing: str) -> None:
        self.kind = token_at(event.body, "subtype") or token_at(event.body, "type")
        self.missing = missing
        super().__init__(f"{self.kind} without {missing}")


def parse(body: object, *, bot_user_id: str, bot_id: str, now: datetime) -> Happening | None:
    """Return what an event says about messages.

    Args:
        body: A payload of type `event_callback`.
        bot_user_id: The copilot's own user id, such as `U0BOT`.
        bot_id: Its bot id, such as `B0BOT`.
        now: When the payload arrived; aware, UTC.

    Returns:
        None for what changes no message. What cannot be understood is logged by its kind and not kept.
        Nothing is raised, whatever the payload is.
    """
    if at(body, "type") != "event_callback" or text_at(body, "event", "type") not in _READERS:
        return None
    event = Event(
        body=at(body, "event"),
        team_id=id_at(body, "team_id") or id_at(body, "event", "team"),
        channel_id=_channel_of(at(body, "event")),
        at_ts=ts_at(body, "event", "event_ts") or ts_at(body, "event", "ts"),
        self_ids=frozenset(filter(None, (bot_user_id, bot_id))),
        now=now,
    )
    try:
        return _read(event)
    except UnreadableError as error:
        log.warning("happening.not_kept", kind=error.kind, missing=error.missing, channel=event.channel_id)
    return None


def _read(event: Event) -> Happening | None:
    if not (event.team_id and event.channel_id and event.at_ts):
        raise UnreadableError(event, missing="place")
    return _READERS[text_at(event.body, "type")](event)


def _channel_of(event: object) -> str:
    return id_at(event, "channel") or id_at(event, "channel", "id") or id_at(event, "item", "channel")


def _read_message(event: Event) -> Happening | None:
    match text_at(event.body, "subtype"):
        case "message_changed":
            return _changed(event)
        case "message_deleted":
            return _deleted(event)
        case "message_replied":
            return None
        case _:
            # Slack has sent `message_replied` without its subtype: it wraps a message, says nothing itself.
            is_hollow = at(event.body, "message") is not None or at(event.body, "is_ephemeral") is True
            return None if is_hollow else _said(event)


def _said(event: Event) -> Happening | None:
    said = _version(event, event.body, ts_at(event.body, "ts"))
    if said is None:
        raise UnreadableError(event, missing="ts")
    is_quiet = is_direct(event.channel_id) or event.is_own(event.body)
    is_closed = text_at(event.body, "subtype") in CLOSED
    return Happening(
        asks=event.ask(RequestKind.FOLLOW, f"closed:{event.at_ts}") if is_closed else None,
        refs=event.refs(said.thread_ts or ""),
        entries=(said,),
        follow=None if is_quiet else event.ask(RequestKind.FOLLOW, _hour(event.at_ts)),
    )


def _changed(event: Event) -> Happening | None:
    message, before = at(event.body, "message"), at(event.body, "previous_message")
    if text_at(message, "subtype") == TOMBSTONE:
        return _gone(event, ts_at(message, "ts"), before)
    if event.is_own(message):
        return None  # our own posts change all the time, and only that they stand there is kept
    said = _version(event, message, event.at_ts)
    if said is None:
        raise UnreadableError(event, missing="message")
    return Happening(
        refs=event.refs(said.thread_ts or said.ts),
        entries=(said,),
        recheck=None if _only_grew(before, message) else _recheck(event, said.ts, said.thread_ts, "edited"),
    )


def _deleted(event: Event) -> Happening | None:
    before = at(event.body, "previous_message")
    return _gone(event, ts_at(event.body, "deleted_ts") or ts_at(before, "ts"), before)


def _gone(event: Event, ts: str, before: object) -> Happening | None:
    if not ts:
        raise UnreadableError(event, missing="deleted_ts")
    thread = ts_at(before, "thread_ts")
    return Happening(
        refs=event.refs(thread or ts),
        entries=(Deleted(ts=ts),),
        withdraws="" if event.is_own(before) else f"msg:{event.team_id}:{event.channel_id}:{ts}",
        recheck=None if event.is_own(before) else _recheck(event, ts, thread, "deleted"),
    )


def _read_reaction(event: Event) -> Happening | None:
    if text_at(event.body, "item", "type") != "message":
        return None
    ts, person = ts_at(event.body, "item", "ts"), id_at(event.body, "user")
    name = text_at(event.body, "reaction")
    if not (ts and person and 0 < len(name) <= NAME_CHARS):
        raise UnreadableError(event, missing="item")
    count = int(text_at(event.body, "type") == "reaction_added")
    reacted = Reacted(ts=ts, name=name, person_id=person, version=event.at_ts, count=count)
    return Happening(refs=event.refs(ts), entries=(reacted,))


def _read_rename(event: Event) -> Happening:
    return Happening(asks=event.ask(RequestKind.FOLLOW, f"renamed:{event.at_ts}"))


def _read_join(event: Event) -> Happening | None:
    if not event.self_ids & {text_at(event.body, "user")}:
        return None
    return Happening(asks=event.ask(RequestKind.FOLLOW, f"joined:{event.at_ts}"))


_READERS = {
    "message": _read_message,
    "reaction_added": _read_reaction,
    "reaction_removed": _read_reaction,
    "channel_rename": _read_rename,
    "group_rename": _read_rename,
    "member_joined_channel": _read_join,
}


def _version(event: Event, message: object, version: str) -> Said | None:
    """Return a message as it stands since `version`; None when it is none."""
    ts = ts_at(message, "ts")
    if not (isinstance(message, Mapping) and ts and version):
        return None
    return Said(
        ts=ts,
        version=max(ts, version, key=ts_key),
        thread_ts=ts_at(message, "thread_ts") or None,
        body=body_of(message, is_own=event.is_own(message)),
    )


def _recheck(event: Event, ts: str, thread: str | None, how: str) -> Request:
    name, facts = f"{ts}:{event.at_ts}", {"thread_ts": thread or ts, "pressed_ts": event.at_ts}
    return event.ask(RequestKind.RECHECK, name, text=how, subject=ts, **facts)


def _only_grew(before: object, after: object) -> bool:
    """Say whether all that was said is still said: Slack unfurling a link adds an attachment, no more."""
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return False
    old, new = items_at(before, "attachments"), items_at(after, "attachments")
    same = all(at(before, name) == at(after, name) for name in WORDS if name != "attachments")
    return same and new[: len(old)] == old


def _hour(ts: str) -> str:
    """Name the hour of a `ts`: a channel is asked about once an hour at most."""
    return str(ts_key(ts)[0] // HOUR_SECONDS)
