"""`chat.*`: posting, changing and deleting messages."""

from functools import partial

from sandbox.args import Args
from sandbox.channel import Channel, Json, is_own
from sandbox.clock import MICROS
from sandbox.content import read_content
from sandbox.errors import SlackError
from sandbox.people import APP_ID, BOT_ID, BOT_USER_ID, bot_profile
from sandbox.workspace import Workspace


def own_fields() -> Json:
    """Return what Slack puts on every message of the copilot."""
    return {"user": BOT_USER_ID, "bot_id": BOT_ID, "app_id": APP_ID, "bot_profile": bot_profile()}


def own_message(channel: Channel, ts: str, *, error: str) -> Json:
    """Return one of the copilot's own messages.

    Raises:
        SlackError: `message_not_found`, or `error` when somebody else wrote it.
    """
    message = channel.message(ts)
    if not is_own(message):
        raise SlackError(error)
    return message


def post_message(workspace: Workspace, args: Args) -> Json:
    """`chat.postMessage`; a user id as `channel` means the direct messages with that person."""
    channel = workspace.addressed_channel(args.text("channel"))
    content = read_content(args, new_id=partial(workspace.new_id, "b"))
    place = {"thread_ts": args.text("thread_ts")} if args.has("thread_ts") else {}
    if place and args.flag("reply_broadcast"):
        place["subtype"] = "thread_broadcast"
    message = workspace.post(channel, {"text": "", **own_fields(), **content, **place})
    return {"ok": True, "channel": channel.id, "ts": message["ts"], "message": channel.shown(message)}


def update(workspace: Workspace, args: Args) -> Json:
    """`chat.update`: what is not given stays as it was."""
    channel = workspace.joined_channel(args.text("channel"))
    message = own_message(channel, args.text("ts"), error="cant_update_message")
    if workspace.open_stream(channel.id, message["ts"]):
        raise SlackError("streaming_state_conflict")
    content = read_content(args, new_id=partial(workspace.new_id, "b"))
    edited = {"user": BOT_USER_ID, "ts": f"{channel.clock.now_micros() // MICROS}.000000"}
    workspace.change(channel, message, content | {"edited": edited})
    return {
        "ok": True,
        "channel": channel.id,
        "ts": message["ts"],
        "text": message["text"],
        "message": channel.shown(message),
    }


def delete(workspace: Workspace, args: Args) -> Json:
    """`chat.delete`."""
    channel = workspace.joined_channel(args.text("channel"))
    message = own_message(channel, args.text("ts"), error="cant_delete_message")
    workspace.delete(channel, message["ts"])
    return {"ok": True, "channel": channel.id, "ts": message["ts"]}


def post_ephemeral(workspace: Workspace, args: Args) -> Json:
    """`chat.postEphemeral`: the page shows it to its person; others would not see it."""
    channel = workspace.joined_channel(args.text("channel"))
    if args.text("user") not in channel.members:
        raise SlackError("user_not_in_channel")
    content = read_content(args, new_id=partial(workspace.new_id, "b"))
    thread_ts = args.text("thread_ts", "") or None
    shown = {"text": "", "blocks": [], **content, "thread_ts": thread_ts, "user": args.text("user")}
    return {"ok": True, "message_ts": workspace.whisper(channel, shown)["ts"]}


def get_permalink(workspace: Workspace, args: Args) -> Json:
    """`chat.getPermalink`."""
    channel = workspace.channel(args.text("channel"))
    message = channel.message(args.text("message_ts"))
    return {"ok": True, "channel": channel.id, "permalink": workspace.permalink(channel, message)}


METHODS = {
    "chat.postMessage": post_message,
    "chat.update": update,
    "chat.delete": delete,
    "chat.postEphemeral": post_ephemeral,
    "chat.getPermalink": get_permalink,
}
