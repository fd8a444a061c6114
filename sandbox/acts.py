"""What anybody in the workspace can do: write, edit, delete, react, stop, invite, rename.

A message event in Slack says nothing of a thread's other messages: there is no `message_replied` in the
Events API, and a root's counters change without an event.
"""

import uuid

from sandbox.channel import Channel, Json, author_of
from sandbox.clock import MICROS
from sandbox.errors import SlackError
from sandbox.methods.chat import own_fields
from sandbox.people import BOT_ID, BOT_USER_ID
from sandbox.workspace import Change, Workspace


def author_fields(workspace: Workspace, author_id: str) -> Json:
    """Return what a message says of its author: a person (`U…`), another bot (`B…`), or the copilot.

    Args:
        workspace: Knows the names of bots that were met before.
        author_id: A user id or a bot id.
    """
    if author_id in {BOT_ID, BOT_USER_ID}:
        return own_fields()
    if not author_id.startswith("B"):
        return {"user": author_id, "client_msg_id": str(uuid.uuid4())}
    known = workspace.people.find(author_id)
    return {"subtype": "bot_message", "bot_id": author_id, "username": known.name if known else author_id}


def edit(workspace: Workspace, channel: Channel, ts: str, content: Json, *, author_id: str) -> None:
    """Change one's own message; `edited.ts` is a whole second, as Slack gives it.

    Raises:
        SlackError: `message_not_found` or `cant_update_message`.
    """
    message = _own(channel, ts, author_id=author_id, error="cant_update_message")
    workspace.change(channel, message, content | {"edited": edited(channel, author_id)})


def edited(channel: Channel, author_id: str) -> Json:
    """Return the mark of an edit made now."""
    return {"user": author_id, "ts": f"{channel.clock.now_micros() // MICROS}.000000"}


def delete(workspace: Workspace, channel: Channel, ts: str, *, author_id: str) -> None:
    """Delete one's own message; a root with replies leaves a tombstone.

    Raises:
        SlackError: `message_not_found` or `cant_delete_message`.
    """
    _own(channel, ts, author_id=author_id, error="cant_delete_message")
    workspace.delete(channel, ts)


def stop(workspace: Workspace, channel: Channel, ts: str, *, user_id: str) -> list[str]:
    """Press Slack's stop button in the thread of a message: its streams take nothing more.

    Returns:
        The `ts` of the streams that were stopped, oldest first.

    Raises:
        SlackError: `message_not_found`.
    """
    message = channel.message(ts)
    thread_ts = str(message.get("thread_ts") or ts)
    streaming = [m for m in channel.thread(thread_ts) if workspace.open_stream(channel.id, m["ts"])]
    for one in streaming:
        workspace.streams[channel.id, one["ts"]].is_stopped_by_user = True
        workspace.change(channel, one, {}, quietly=True)
    stopped = [str(one["ts"]) for one in streaming]
    event = {
        "type": "agent_session_stopped",
        "channel": channel.id,
        "thread_ts": thread_ts,
        "user": user_id,
        "streaming_message_ts": stopped,
        "event_ts": channel.new_ts(),
    }
    workspace.tell(Change(kind="event", channel_id=channel.id, what=event))
    return stopped


def join(workspace: Workspace, channel: Channel, user_id: str, *, inviter_id: str = "") -> None:
    """Let somebody join a channel, or be added to it; the copilot too."""
    channel.members.add(user_id)
    inviter = {"inviter": inviter_id} if inviter_id else {}
    text = f"<@{user_id}> has joined the channel"
    workspace.post(channel, {"subtype": "channel_join", "user": user_id, "text": text, **inviter})
    event = {
        "type": "member_joined_channel",
        "user": user_id,
        "channel": channel.id,
        "channel_type": "G" if channel.is_private else "C",
        "team": workspace.team_id,
        **inviter,
        "event_ts": channel.new_ts(),
    }
    workspace.tell(Change(kind="event", channel_id=channel.id, what=event))


def leave(workspace: Workspace, channel: Channel, user_id: str, *, actor_id: str = "") -> None:
    """Let somebody leave a channel; the copilot's own leaving is a `channel_left` or a `group_left`."""
    where = {"channel": channel.id, "event_ts": channel.new_ts()}
    event: Json = {"type": "member_left_channel", "user": user_id, "team": workspace.team_id, **where}
    if user_id == BOT_USER_ID:
        kind = "group_left" if channel.is_private else "channel_left"
        event = {"type": kind, "actor_id": actor_id or user_id, **where}
    workspace.tell(Change(kind="event", channel_id=channel.id, what=event))
    channel.members.discard(user_id)


def rename(workspace: Workspace, channel: Channel, name: str, *, user_id: str) -> None:
    """Give a channel another name."""
    old, channel.name = channel.name, name
    text = f'has renamed the channel from "{old}" to "{name}"'
    workspace.post(
        channel, {"subtype": "channel_name", "user": user_id, "old_name": old, "name": name, "text": text}
    )
    shown = {"id": channel.id, "is_channel": True, "name": name, "name_normalized": name, "created": 0}
    kind = "group_rename" if channel.is_private else "channel_rename"
    event = {"type": kind, "channel": shown, "event_ts": channel.new_ts()}
    workspace.tell(Change(kind="event", channel_id=channel.id, what=event))


def _own(channel: Channel, ts: str, *, author_id: str, error: str) -> Json:
    message = channel.message(ts)
    if author_id not in {author_of(message), message.get("bot_id")}:
        raise SlackError(error)
    return message
