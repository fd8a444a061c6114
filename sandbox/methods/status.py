"""The status line below a thread, by the older method and by the newer one."""

from sandbox.args import Args
from sandbox.channel import Json
from sandbox.errors import SlackError
from sandbox.workspace import Workspace

SESSION_STATUSES = {"processing": "is working…", "active": "", "suspended": "", "closed": ""}
"""What the newer method's four states show here when the app says nothing itself."""


def set_thread_status(workspace: Workspace, args: Args) -> Json:
    """`assistant.threads.setStatus`: words of the app's own; empty words clear the line."""
    channel = workspace.joined_channel(args.text("channel_id"))
    thread_ts = args.text("thread_ts")
    if channel.find(thread_ts) is None:
        raise SlackError("thread_not_found")
    workspace.set_status(channel.id, thread_ts, args.text("status"))
    return {"ok": True}


def set_session_status(workspace: Workspace, args: Args) -> Json:
    """`agents.sessions.setStatus`: one of four states; it never overwrites words of the app's own."""
    channel = workspace.joined_channel(args.text("channel_id"))
    thread_ts = args.text("thread_ts", "")
    status = args.text("status")
    if status not in SESSION_STATUSES:
        raise SlackError("invalid_arguments", messages=(f"unknown status: {status}",))
    if thread_ts and channel.find(thread_ts) is None:
        raise SlackError("thread_not_found")
    words = SESSION_STATUSES[status]
    if not words or not workspace.statuses.get((channel.id, thread_ts)):
        workspace.set_status(channel.id, thread_ts, words)
    return {"ok": True}


METHODS = {
    "assistant.threads.setStatus": set_thread_status,
    "agents.sessions.setStatus": set_session_status,
}
