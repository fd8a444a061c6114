"""`conversations.*`: what is in a channel, page by page."""

from sandbox.args import Args
from sandbox.channel import Channel, Json
from sandbox.clock import micros_of, ts_of
from sandbox.errors import SlackError
from sandbox.paging import decode, encode, page_of, with_cursor
from sandbox.people import BOT_USER_ID, TEAM_ID
from sandbox.workspace import Workspace

MOST_MESSAGES = 1000
MOST_OF_HISTORY = 999
"""`conversations.history` documents one less than the others."""


def history(workspace: Workspace, args: Args) -> Json:
    """`conversations.history`: the channel's top level, newest first; the cursor goes back in time."""
    channel = workspace.joined_channel(args.text("channel"))
    limit = args.limit(default=100, most=MOST_OF_HISTORY)
    cursor = args.text("cursor", "")
    latest = int(_micros(decode(cursor, prefix="next_ts:"))) if cursor else None
    found = [m for m in _within(channel.top_level(), args) if latest is None or micros_of(m["ts"]) <= latest]
    found.reverse()
    following = encode(f"next_ts:{micros_of(found[limit]['ts'])}") if len(found) > limit else ""
    answer = _listed(channel, found[:limit], args) | {
        "has_more": bool(following),
        "pin_count": len(channel.pins),
    }
    return with_cursor(answer, following) if following else answer


def replies(workspace: Workspace, args: Args) -> Json:
    """`conversations.replies`: a thread, oldest first; every page begins with the root."""
    channel = workspace.joined_channel(args.text("channel"))
    limit = args.limit(default=MOST_MESSAGES, most=MOST_MESSAGES)
    root, *thread = channel.thread(_ts(args.text("ts")))
    page, following = page_of(_within(thread, args), cursor=args.text("cursor", ""), limit=max(1, limit - 1))
    answer = _listed(channel, [root, *page], args) | {"has_more": bool(following)}
    return with_cursor(answer, following) if following else answer


def info(workspace: Workspace, args: Args) -> Json:
    """`conversations.info`."""
    channel = workspace.visible_channel(args.text("channel"))
    shown = as_slack(channel)
    if args.flag("include_num_members"):
        shown["num_members"] = len(channel.members)
    return {"ok": True, "channel": shown}


def members(workspace: Workspace, args: Args) -> Json:
    """`conversations.members`."""
    channel = workspace.visible_channel(args.text("channel"))
    limit = args.limit(default=100, most=MOST_MESSAGES)
    page, following = page_of(sorted(channel.members), cursor=args.text("cursor", ""), limit=limit)
    return with_cursor({"ok": True, "members": page}, following)


def list_channels(workspace: Workspace, args: Args) -> Json:
    """`conversations.list`: the public channels, and the private ones that the copilot is in."""
    visible = [c for c in workspace.channels.values() if c.type == "channel" or BOT_USER_ID in c.members]
    return _channels(visible, args)


def list_own_channels(workspace: Workspace, args: Args) -> Json:
    """`users.conversations`: the channels that somebody is in, the copilot when nobody is named."""
    user_id = args.text("user", BOT_USER_ID)
    return _channels([c for c in workspace.channels.values() if user_id in c.members], args)


def as_slack(channel: Channel) -> Json:
    """Return Slack's channel object."""
    text = {"value": "", "creator": "", "last_set": 0}
    if channel.type == "im":
        other = next(iter(channel.members - {BOT_USER_ID}), "")
        return {"id": channel.id, "is_im": True, "user": other, "is_archived": False, "created": 0}
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.type == "channel",
        "is_group": channel.type == "group",
        "is_im": channel.type == "im",
        "is_mpim": False,
        "is_private": channel.type != "channel",
        "is_archived": False,
        "is_general": False,
        "is_shared": channel.is_external,
        "is_ext_shared": channel.is_external,
        "is_org_shared": False,
        "is_member": BOT_USER_ID in channel.members,
        "created": 0,
        "creator": "USLACKBOT",
        "context_team_id": TEAM_ID,
        "topic": text,
        "purpose": text,
    }


def _channels(channels: list[Channel], args: Args) -> Json:
    limit = args.limit(default=100, most=MOST_MESSAGES)
    wanted = args.text("types", "public_channel").split(",")
    found = [as_slack(channel) for channel in channels if _type(channel) in wanted]
    page, following = page_of(found, cursor=args.text("cursor", ""), limit=limit)
    return with_cursor({"ok": True, "channels": page}, following)


def _type(channel: Channel) -> str:
    return {"im": "im", "group": "private_channel"}.get(channel.type, "public_channel")


def _listed(channel: Channel, messages: list[Json], args: Args) -> Json:
    with_metadata = args.flag("include_all_metadata")
    return {"ok": True, "messages": [channel.shown(m, with_metadata=with_metadata) for m in messages]}


def _within(messages: list[Json], args: Args) -> list[Json]:
    """Keep what lies between `oldest` and `latest`; the ends count only when `inclusive`."""
    oldest = _bound(args.text("oldest", ""), error="invalid_ts_oldest")
    latest = _bound(args.text("latest", ""), error="invalid_ts_latest")
    if args.flag("inclusive"):
        oldest, latest = (None if oldest is None else oldest - 1), (None if latest is None else latest + 1)
    return [
        message
        for message in messages
        if (oldest is None or oldest < micros_of(message["ts"]))
        and (latest is None or micros_of(message["ts"]) < latest)
    ]


def _bound(text: str, *, error: str) -> int | None:
    """Return microseconds; Slack takes whole and broken seconds, and 0 and `now` for no bound."""
    if text in {"", "0", "now"}:
        return None
    seconds, _, micros = text.partition(".")
    if not seconds.isdecimal() or (micros and not micros.isdecimal()):
        raise SlackError(error)
    return int(seconds) * 1_000_000 + int(f"{micros:0<6}"[:6])


def _ts(text: str) -> str:
    try:
        return ts_of(micros_of(text))
    except ValueError:
        raise SlackError("thread_not_found") from None


def _micros(text: str) -> str:
    if not text.isdecimal():
        raise SlackError("invalid_cursor")
    return text


METHODS = {
    "conversations.history": history,
    "conversations.replies": replies,
    "conversations.info": info,
    "conversations.members": members,
    "conversations.list": list_channels,
    "users.conversations": list_own_channels,
}
