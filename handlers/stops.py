"""Stop: what a person presses while an answer is being streamed.

Slack's event `agent_session_stopped` names the thread, the person and the messages that were streaming. The
session's status does not change by itself; the app has to say that it is over.
"""

from datetime import datetime

from bot.request import Request, RequestKind
from handlers.fields import at, id_at, is_direct, items_at, token_at, ts_at

_MOST = 50


def parse(body: object, *, now: datetime) -> tuple[Request, tuple[str, ...]] | None:
    """Return the wish in an Events API payload, with the keys that tell it from others.

    Args:
        body: A payload of type `event_callback`.
        now: When the payload arrived; aware, UTC.

    Returns:
        None for any other event, or without a channel, a thread and a person. A stop that names no message
        came before one was there.
    """
    event = at(body, "event")
    if at(event, "type") != "agent_session_stopped":
        return None
    team = id_at(body, "team_id") or id_at(event, "team")
    channel, person, thread = id_at(event, "channel"), id_at(event, "user"), ts_at(event, "thread_ts")
    pressed = ts_at(event, "event_ts")
    if not (team and channel and person and thread and pressed):
        return None
    request = Request(
        id=f"stop:{team}:{channel}:{thread}:{pressed}",
        kind=RequestKind.STOP,
        team_id=team,
        channel_id=channel,
        asker_id=person,
        text="",
        received_at=now,
        thread_ts=thread,
        subject=",".join(_messages(event)),
        is_direct=is_direct(channel),
        pressed_ts=pressed,
    )
    event_id = token_at(body, "event_id")
    return request, (f"ev:{event_id}", request.id) if event_id else (request.id,)


def _messages(event: object) -> list[str]:
    found = (ts_at({"ts": item}, "ts") for item in items_at(event, "streaming_message_ts")[:_MOST])
    return [ts for ts in found if ts]
