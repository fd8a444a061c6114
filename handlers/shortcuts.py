"""The message shortcut `Escalate to Opus`: the one way to escalate from any message of a thread."""

from datetime import datetime

from bot.request import Request, RequestKind
from handlers.fields import id_at, is_direct, team_of, text_at, token_at, ts_at

ESCALATE = "escalate_message"


def parse(body: object, *, now: datetime) -> tuple[Request, tuple[str, ...]] | None:
    """Return the request behind a message shortcut, with the key that tells it from others.

    Args:
        body: A payload of type `message_action`.
        now: When it arrived; aware, UTC.

    Returns:
        An escalation in the message's thread, which begins at the message if there is none yet; None for
        another app's shortcut or a payload that does not say which message, where and by whom.
    """
    team, channel, asker = team_of(body), id_at(body, "channel", "id"), id_at(body, "user", "id")
    message = ts_at(body, "message", "ts") or ts_at(body, "message_ts")
    trigger = token_at(body, "trigger_id")
    if text_at(body, "callback_id") != ESCALATE or not (team and channel and asker and message and trigger):
        return None
    request = Request(
        id=f"act:{trigger}",
        kind=RequestKind.ESCALATE,
        team_id=team,
        channel_id=channel,
        asker_id=asker,
        text="",
        received_at=now,
        thread_ts=ts_at(body, "message", "thread_ts") or message,
        is_direct=is_direct(channel),
    )
    return request, (request.id,)
