"""The bodies of what Slack sends to an app, in Slack's shapes."""

from typing import Any

from sandbox.channel import Channel, Json
from sandbox.clock import micros_of
from sandbox.people import APP_ID, BOT_USER_ID, PERSON_ID, PERSON_NAME, TEAM_ID, TEAM_NAME

_MENTION_FIELDS = (
    "user",
    "ts",
    "client_msg_id",
    "text",
    "team",
    "thread_ts",
    "parent_user_id",
    "blocks",
    "files",
)


def event_callback(event: Json, *, event_id: str, is_external: bool = False) -> Json:
    """Return the outer body of an event.

    Args:
        event: The inner event; its `event_ts` gives `event_time`.
        event_id: The same on every retry.
        is_external: It happened in a channel that is shared with another organisation.
    """
    return {
        "token": "unused",
        "team_id": TEAM_ID,
        "context_team_id": TEAM_ID,
        "api_app_id": APP_ID,
        "event": event,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": micros_of(event["event_ts"]) // 1_000_000,
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM_ID,
                "user_id": BOT_USER_ID,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": is_external,
        "event_context": f"4-{event_id}",
    }


def app_rate_limited(*, minute_seconds: int) -> Json:
    """Return what Slack sends when it pauses an app's events for a minute; it is no `event_callback`.

    Args:
        minute_seconds: When the minute began, in seconds since 1970.
    """
    return {
        "token": "unused",
        "type": "app_rate_limited",
        "team_id": TEAM_ID,
        "minute_rate_limited": minute_seconds,
        "api_app_id": APP_ID,
    }


def message_event(channel: Channel, message: Json) -> Json:
    """Return the `message` event of a new message."""
    shown = channel.shown(message, with_metadata=True)
    return {**shown, **_where(channel), "event_ts": message["ts"]}


def mention_event(channel: Channel, message: Json) -> Json:
    """Return the `app_mention` event of a message that calls the copilot."""
    fields = {name: message[name] for name in _MENTION_FIELDS if name in message}
    return {"type": "app_mention", **fields, "channel": channel.id, "event_ts": message["ts"]}


def changed_event(channel: Channel, message: Json, previous: Json, *, event_ts: str) -> Json:
    """Return the `message_changed` event."""
    return {
        "type": "message",
        "subtype": "message_changed",
        "message": channel.shown(message, with_metadata=True),
        "previous_message": previous,
        **_where(channel),
        "hidden": True,
        "ts": event_ts,
        "event_ts": event_ts,
    }


def deleted_event(channel: Channel, previous: Json, *, event_ts: str) -> Json:
    """Return the `message_deleted` event."""
    return {
        "type": "message",
        "subtype": "message_deleted",
        "deleted_ts": previous["ts"],
        "previous_message": previous,
        **_where(channel),
        "hidden": True,
        "ts": event_ts,
        "event_ts": event_ts,
    }


def slash_command(
    channel: Channel, *, command: str, text: str, trigger_id: str, response_url: str
) -> dict[str, str]:
    """Return a slash command's form fields; there is no thread in them."""
    return {
        "token": "unused",
        "team_id": TEAM_ID,
        "team_domain": "local",
        "channel_id": channel.id,
        "channel_name": channel.name,
        "user_id": PERSON_ID,
        "user_name": PERSON_NAME,
        "command": command,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger_id,
    }


def block_actions(
    channel: Channel, message: Json, action: Json, *, trigger_id: str, response_url: str, is_ephemeral: bool
) -> Json:
    """Return what a press on a message's button sends; an ephemeral message itself is not in it."""
    container = {
        "type": "message",
        "message_ts": message["ts"],
        "channel_id": channel.id,
        "is_ephemeral": is_ephemeral,
    }
    if message.get("thread_ts"):
        container["thread_ts"] = message["thread_ts"]
    payload = _from_person("block_actions", trigger_id) | {
        "container": container,
        "channel": {"id": channel.id, "name": channel.name},
        "state": {"values": {}},
        "response_url": response_url,
        "actions": [action],
    }
    return payload if is_ephemeral else payload | {"message": channel.shown(message)}


def view_event(kind: str, view: Json, *, trigger_id: str) -> Json:
    """Return a `view_submission` or `view_closed` body."""
    payload = _from_person(kind, trigger_id) | {"view": view, "response_urls": []}
    return payload | ({"is_cleared": False} if kind == "view_closed" else {})


def _from_person(kind: str, trigger_id: str) -> dict[str, Any]:
    person = {"id": PERSON_ID, "username": PERSON_NAME, "name": PERSON_NAME, "team_id": TEAM_ID}
    return {
        "type": kind,
        "user": person,
        "api_app_id": APP_ID,
        "token": "unused",
        "trigger_id": trigger_id,
        "team": {"id": TEAM_ID, "domain": "local", "name": TEAM_NAME},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _where(channel: Channel) -> dict[str, str]:
    return {"channel": channel.id, "channel_type": channel.type}
