"""Who is told of a change: the app by Slack's events, the page by its own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.channel import Channel, Json, is_own, mentions_bot
from sandbox.delivery import Delivery
from sandbox.payloads import changed_event, deleted_event, event_callback, mention_event, message_event
from sandbox.people import BOT_USER_ID
from sandbox.workspace import Change, Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Turns changes into events.

    Attributes:
        publish: Sends an event to the page's listeners.
        is_shown: Whether the page shows this channel now.
    """

    workspace: Workspace
    delivery: Delivery
    publish: Callable[[dict[str, Any]], None]
    is_shown: Callable[[str], bool]

    def __call__(self, change: Change) -> None:
        """Tell everybody."""
        channel = self.workspace.channels[change.channel_id]
        if BOT_USER_ID in channel.members:
            for event in slack_events(channel, change):
                event_id = self.workspace.new_id("Ev")
                body = event_callback(event, event_id=event_id, is_external=channel.is_external)
                self.delivery.send_event(body)
        if self.is_shown(channel.id) and change.kind != "event" and not change.is_one_of_many:
            self.publish(self._page_event(channel, change))
            self._show_root(channel, change)

    def page_message(self, channel: Channel, message: Json) -> Json:
        """Return a message as the page shows it."""
        shown = channel.shown(message)
        if self.workspace.open_stream(channel.id, message["ts"]):
            shown["stream"] = True
        return shown

    def _show_root(self, channel: Channel, change: Change) -> None:
        """A reply more or less changes the root's counters."""
        root_ts = change.what.get("thread_ts")
        root = channel.find(str(root_ts)) if change.kind in {"posted", "deleted"} else None
        if root is not None and root_ts != change.what["ts"]:
            self.publish(self._message_event(channel, root))

    def _page_event(self, channel: Channel, change: Change) -> dict[str, Any]:
        if change.kind in {"posted", "changed", "streamed", "reaction"}:
            message = change.previous if change.kind == "reaction" and change.previous else change.what
            return self._message_event(channel, message)
        return {**change.what, "type": change.kind, "channel": channel.id}

    def _message_event(self, channel: Channel, message: Json) -> dict[str, Any]:
        event = {"type": "message", "channel": channel.id, "message": self.page_message(channel, message)}
        number = channel.numbers.get(message["ts"])
        return event if number is None else event | {"number": number}


def slack_events(channel: Channel, change: Change) -> Iterator[Json]:
    """Yield the inner events that Slack sends for a change; a mention in a channel makes two."""
    if change.kind == "posted":
        if mentions_bot(change.what) and not is_own(change.what) and not channel.id.startswith("D"):
            yield mention_event(channel, change.what)
        yield message_event(channel, change.what)
    elif change.kind == "changed" and change.previous is not None:
        yield changed_event(channel, change.what, change.previous, event_ts=channel.new_ts())
    elif change.kind == "deleted" and change.previous is not None:
        yield deleted_event(channel, change.previous, event_ts=channel.new_ts())
    elif change.kind in {"reaction", "event"}:
        yield change.what
