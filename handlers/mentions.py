"""Questions people write: a mention in a channel or thread, or a direct message.

Slack delivers a mention in a channel twice, as `app_mention` and as `message`, with different event ids,
and every delivery again when it is not acknowledged. One identity, made of the message, stands behind them.
"""

import re
from datetime import datetime

from bot.request import Request, RequestKind
from handlers.acts import act_of
from handlers.briefs import brief_of
from handlers.fields import at, id_at, is_direct, text_at, token_at, ts_at
from handlers.words import request_of, slip_of, split_full

EVENTS = ("app_mention", "message.channels", "message.groups", "message.im")
"""The subscriptions that bring questions, as the app manifest names them."""

_SPOKEN = (None, "file_share", "thread_broadcast")
"""Subtypes of a message that a person just wrote; edits, joins and bots have others."""


def parse(body: object, bot_user_id: str, *, now: datetime) -> tuple[Request, tuple[str, ...]] | None:
    """Return the request in an Events API payload, with the keys that tell it from others.

    Args:
        body: A payload of type `event_callback`.
        bot_user_id: The copilot's own user id, such as `U0BOT`.
        now: When the payload arrived; aware, UTC.

    Returns:
        None for whatever is no question of a person to the copilot: bots, edits, joins, other talk.
    """
    event = at(body, "event")
    if not _is_spoken(event, bot_user_id) or not _is_to_us(event, bot_user_id):
        return None
    team = id_at(body, "team_id") or id_at(event, "team")
    channel, asker, ts = id_at(event, "channel"), id_at(event, "user"), ts_at(event, "ts")
    if not (team and channel and asker and ts):
        return None
    words = _without_mention(text_at(event, "text"), bot_user_id)
    act = act_of(words) or brief_of(words)
    kind, text = (act[0], act[2]) if act else request_of(words)
    is_full, text = split_full(kind, text)
    thread = ts_at(event, "thread_ts")
    request = Request(
        id=f"msg:{team}:{channel}:{ts}",
        kind=kind,
        team_id=team,
        channel_id=channel,
        asker_id=asker,
        text=text,
        subject=act[1] if act else slip_of(text) if kind is RequestKind.HELP else "",
        received_at=now,
        thread_ts=thread if thread != ts else None,
        message_ts=ts,
        is_direct=is_direct(channel),
        is_full=is_full,
    )
    return request, _keys(body, request.id)


def _is_spoken(event: object, bot_user_id: str) -> bool:
    is_machine = bool(at(event, "bot_id")) or text_at(event, "user") in {bot_user_id, "USLACKBOT"}
    is_edit = at(event, "edited") is not None or at(event, "hidden") is True
    return not is_machine and not is_edit and at(event, "subtype") in _SPOKEN


def _is_to_us(event: object, bot_user_id: str) -> bool:
    match at(event, "type"):
        case "app_mention":
            return True
        case "message":
            is_mention = _mention(bot_user_id).search(text_at(event, "text")) is not None
            return is_mention or is_direct(id_at(event, "channel"))
        case _:
            return False


def _without_mention(text: str, bot_user_id: str) -> str:
    return _mention(bot_user_id).sub(" ", text).strip()


def _mention(bot_user_id: str) -> re.Pattern[str]:
    return re.compile(rf"<@{re.escape(bot_user_id)}(?:\|[^<>]*)?>[:,]?")


def _keys(body: object, message_key: str) -> tuple[str, ...]:
    event_id = token_at(body, "event_id")
    return (f"ev:{event_id}", message_key) if event_id else (message_key,)
