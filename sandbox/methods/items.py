"""`reactions.*` and `pins.*`: marks on messages."""

import re

from sandbox.args import Args
from sandbox.channel import Channel, Json
from sandbox.errors import SlackError
from sandbox.people import BOT_USER_ID
from sandbox.workspace import Change, Workspace

_NAME = re.compile(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?")


def add_reaction(workspace: Workspace, args: Args) -> Json:
    """`reactions.add`."""
    channel, message, name = _target(workspace, args)
    react(workspace, channel, message, name=name, user_id=BOT_USER_ID)
    return {"ok": True}


def remove_reaction(workspace: Workspace, args: Args) -> Json:
    """`reactions.remove`."""
    channel, message, name = _target(workspace, args)
    unreact(workspace, channel, message, name=name, user_id=BOT_USER_ID)
    return {"ok": True}


def get_reactions(workspace: Workspace, args: Args) -> Json:
    """`reactions.get`."""
    channel = workspace.joined_channel(args.text("channel"))
    message = channel.message(args.text("timestamp"))
    return {"ok": True, "type": "message", "channel": channel.id, "message": channel.shown(message)}


def add_pin(workspace: Workspace, args: Args) -> Json:
    """`pins.add`."""
    channel = workspace.joined_channel(args.text("channel"))
    ts = channel.message(args.text("timestamp"))["ts"]
    if ts in channel.pins:
        raise SlackError("already_pinned")
    channel.pins.add(ts)
    return {"ok": True}


def remove_pin(workspace: Workspace, args: Args) -> Json:
    """`pins.remove`."""
    channel = workspace.joined_channel(args.text("channel"))
    ts = args.text("timestamp")
    if ts not in channel.pins:
        raise SlackError("not_pinned")
    channel.pins.remove(ts)
    return {"ok": True}


def react(workspace: Workspace, channel: Channel, message: Json, *, name: str, user_id: str) -> None:
    """Let somebody react.

    Raises:
        SlackError: `already_reacted`.
    """
    users = _users(message, name)
    if user_id in users:
        raise SlackError("already_reacted")
    _store(message, name, [*users, user_id])
    _tell(workspace, channel, message, name=name, user_id=user_id, kind="reaction_added")


def unreact(workspace: Workspace, channel: Channel, message: Json, *, name: str, user_id: str) -> None:
    """Let somebody take a reaction back.

    Raises:
        SlackError: `no_reaction`.
    """
    users = _users(message, name)
    if user_id not in users:
        raise SlackError("no_reaction")
    _store(message, name, [user for user in users if user != user_id])
    _tell(workspace, channel, message, name=name, user_id=user_id, kind="reaction_removed")


def checked_name(name: str) -> str:
    """Return the name of an emoji, without colons.

    Raises:
        SlackError: `invalid_name`.
    """
    if not _NAME.fullmatch(name):
        raise SlackError("invalid_name")
    return name


def _target(workspace: Workspace, args: Args) -> tuple[Channel, Json, str]:
    if not args.has("channel") or not args.has("timestamp"):
        raise SlackError("no_item_specified")
    name = checked_name(args.text("name"))
    channel = workspace.joined_channel(args.text("channel"))
    return channel, channel.message(args.text("timestamp")), name


def _users(message: Json, name: str) -> list[str]:
    found = [r["users"] for r in message.get("reactions") or () if r["name"] == name]
    return list(found[0]) if found else []


def _store(message: Json, name: str, users: list[str]) -> None:
    others = [r for r in message.get("reactions") or () if r["name"] != name]
    mine = [{"name": name, "users": users, "count": len(users)}] if users else []
    message["reactions"] = [*others, *mine]
    if not message["reactions"]:
        del message["reactions"]


def _tell(
    workspace: Workspace, channel: Channel, message: Json, *, name: str, user_id: str, kind: str
) -> None:
    item = {"type": "message", "channel": channel.id, "ts": message["ts"]}
    event: Json = {"type": kind, "user": user_id, "reaction": name, "item": item}
    if message.get("user"):
        event["item_user"] = message["user"]
    event["event_ts"] = channel.new_ts()
    workspace.tell(Change(kind="reaction", channel_id=channel.id, what=event, previous=message))


METHODS = {
    "reactions.add": add_reaction,
    "reactions.remove": remove_reaction,
    "reactions.get": get_reactions,
    "pins.add": add_pin,
    "pins.remove": remove_pin,
}
