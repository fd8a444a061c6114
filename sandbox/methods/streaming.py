"""`chat.*Stream`: one message that grows, and what Slack refuses while it does.

Sources: docs.slack.dev for the arguments and errors; the end after five minutes is reported by users of
python-slack-sdk (issue 1859) and not documented.
"""

from collections.abc import Sequence
from copy import deepcopy
from functools import partial

from sandbox.args import Args
from sandbox.channel import Channel, Json
from sandbox.content import read_metadata
from sandbox.errors import SlackError
from sandbox.limits import check_markdown, check_total, checked_blocks
from sandbox.methods.chat import own_fields, own_message
from sandbox.streams import Stream, parse_chunks
from sandbox.workspace import Workspace

DISPLAY_MODES = ("timeline", "plan", "dense")


def start_stream(workspace: Workspace, args: Args) -> Json:
    """`chat.startStream`."""
    channel = workspace.joined_channel(args.text("channel"))
    thread_ts = args.text("thread_ts")
    _check_recipient(channel, args)
    if args.text("task_display_mode", "timeline") not in DISPLAY_MODES:
        raise SlackError(
            "invalid_arguments", messages=(f"must be one of {DISPLAY_MODES}: task_display_mode",)
        )
    stream = Stream(started_seconds=workspace.monotonic())
    message = _posted(workspace, channel, _grown(workspace, stream, args), thread_ts)
    return {"ok": True, "channel": channel.id, "ts": message["ts"]}


def append_stream(workspace: Workspace, args: Args) -> Json:
    """`chat.appendStream`."""
    channel = workspace.joined_channel(args.text("channel"))
    message, stream = _open(workspace, channel, args)
    if not args.has("markdown_text") and not args.has("chunks"):
        raise SlackError("no_text")
    grown = _grown(workspace, stream, args)
    workspace.streams[channel.id, message["ts"]] = grown
    workspace.change(channel, message, _content(grown), quietly=True)
    return {"ok": True, "channel": channel.id, "ts": message["ts"]}


def stop_stream(workspace: Workspace, args: Args) -> Json:
    """`chat.stopStream`: the blocks given here stand after what was streamed."""
    channel = workspace.joined_channel(args.text("channel"))
    message, stream = _closable(workspace, channel, args)
    metadata = read_metadata(args)
    closed = _grown(workspace, stream, args, closing=_closing_blocks(workspace, args))
    closed.is_stopped = True
    workspace.streams[channel.id, message["ts"]] = closed
    workspace.change(channel, message, _content(closed) | metadata)
    return {"ok": True, "channel": channel.id, "ts": message["ts"], "message": channel.shown(message)}


def _check_recipient(channel: Channel, args: Args) -> None:
    if channel.id.startswith("D"):
        return
    for name in ("recipient_user_id", "recipient_team_id"):
        if not args.has(name):
            raise SlackError(f"missing_{name}")


def _open(workspace: Workspace, channel: Channel, args: Args) -> tuple[Json, Stream]:
    message = own_message(channel, args.text("ts"), error="message_not_owned_by_app")
    stream = workspace.open_stream(channel.id, message["ts"])
    if stream is None:
        known = workspace.streams.get((channel.id, message["ts"]))
        is_by_user = known is not None and known.is_stopped_by_user and not known.is_stopped
        raise SlackError("stopped_by_user" if is_by_user else "message_not_in_streaming_state")
    return message, stream


def _closable(workspace: Workspace, channel: Channel, args: Args) -> tuple[Json, Stream]:
    """Return a stream to be closed; one that a person stopped is closed by the app all the same."""
    message = own_message(channel, args.text("ts"), error="message_not_owned_by_app")
    stream = workspace.streams.get((channel.id, message["ts"]))
    if stream is not None and stream.is_stopped_by_user and not stream.is_stopped:
        return message, stream
    return _open(workspace, channel, args)


def _posted(workspace: Workspace, channel: Channel, stream: Stream, thread_ts: str) -> Json:
    message = workspace.post(channel, {**own_fields(), **_content(stream), "thread_ts": thread_ts})
    workspace.streams[channel.id, message["ts"]] = stream
    workspace.change(channel, message, {}, quietly=True)
    return message


def _grown(workspace: Workspace, stream: Stream, args: Args, *, closing: Sequence[Json] = ()) -> Stream:
    """Return the stream with this call's content; a refused call leaves the old one as it was."""
    grown = deepcopy(stream)
    mode, chunks = _given(workspace, args)
    if chunks:
        grown.append(mode, chunks)
    grown.parts.extend(closing)
    check_total(grown.blocks())
    return grown


def _given(workspace: Workspace, args: Args) -> tuple[str, list[Json]]:
    if args.has("markdown_text") and args.has("chunks"):
        raise SlackError("cannot_provide_both_markdown_text_and_chunks")
    if args.has("markdown_text"):
        text = args.text("markdown_text")
        check_markdown(text)
        return "markdown_text", [{"type": "markdown_text", "text": text}]
    if not args.has("chunks"):
        return "chunks", []
    chunks = parse_chunks(args.json("chunks", error="invalid_chunks"))
    return "chunks", [_checked(workspace, chunk) for chunk in chunks]


def _checked(workspace: Workspace, chunk: Json) -> Json:
    if chunk["type"] == "markdown_text":
        check_markdown(chunk["text"])
    if chunk["type"] != "blocks":
        return chunk
    new_id = partial(workspace.new_id, "b")
    return {**chunk, "blocks": checked_blocks(chunk["blocks"], new_id=new_id, too_many="msg_blocks_too_many")}


def _closing_blocks(workspace: Workspace, args: Args) -> list[Json]:
    if not args.has("blocks"):
        return []
    found = args.json("blocks", error="invalid_blocks_format")
    return checked_blocks(found, new_id=partial(workspace.new_id, "b"), too_many="msg_blocks_too_many")


def _content(stream: Stream) -> Json:
    return {"text": stream.text, "blocks": stream.blocks()}


METHODS = {
    "chat.startStream": start_stream,
    "chat.appendStream": append_stream,
    "chat.stopStream": stop_stream,
}
