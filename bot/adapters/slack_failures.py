"""What Slack's refusals mean: for good or for now, of the content, of the place or of nothing of ours."""

from enum import Enum

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError

from bot.errors import ChannelUnreadableError
from bot.slack import error_names
from bot.slack.error_names import LIMITED
from bot.slack.pauses import asked_seconds

FAULTS = (SlackApiError, ClientError, TimeoutError, OSError)
"""What a call of the Web API raises when it fails."""

GONE = "message_not_found"
"""Somebody deleted the message."""

CONTENT = frozenset(
    {
        "invalid_arguments",
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_chunks",
        "msg_blocks_too_long",
        "msg_blocks_too_many",
        "msg_too_long",
        "no_text",
    }
)
NOT_HERE = frozenset({"channel_not_found", "is_archived", "not_in_channel", "user_not_in_channel"})
CLOSED = NOT_HERE | {
    "cannot_reply_to_message",
    "cant_update_message",
    "edit_window_closed",
    "restricted_action",
    "restricted_action_non_threadable_channel",
    "restricted_action_read_only_channel",
    "restricted_action_thread_locked",
    "thread_not_found",
}
"""Slack will not take the same call later either."""

CONFLICT = "streaming_state_conflict"
"""An edit of a message that is still being streamed."""
STOPPED = "stopped_by_user"
"""A person pressed Stop on a message that is being streamed."""

_RETRY_SECONDS = 1.0
"""The pause when Slack says that we are too fast and not for how long."""

_MOST_SECONDS = 300.0
"""Whatever it says, by then we try again."""


class Outcome(Enum):
    """What a failed call means for a message that grows."""

    LIMITED = "limited"
    """Nothing happened; the same call is taken later."""
    REFUSED = "refused"
    """Nothing happened; these blocks would be refused again."""
    CLOSED = "closed"
    """Nothing happened; nothing would be taken in this place."""
    STOPPED = "stopped"
    """A person wants no more of it."""
    UNSURE = "unsure"
    """It may have happened, or the stream is at its end."""


def outcome_of(error: Exception) -> Outcome:
    """Say what a failed call means; `error` is one of `FAULTS`."""
    code = code_of(error) if isinstance(error, SlackApiError) else ""
    if code == LIMITED:
        return Outcome.LIMITED
    if code == STOPPED:
        return Outcome.STOPPED
    if code in CONTENT:
        return Outcome.REFUSED
    return Outcome.CLOSED if code in CLOSED else Outcome.UNSURE


def pause_seconds(error: Exception) -> float:
    """Return how long Slack asks us to wait (`Retry-After`, in seconds)."""
    asked = asked_seconds(getattr(getattr(error, "response", None), "headers", None) or {})
    return _RETRY_SECONDS if asked is None else min(asked, _MOST_SECONDS)


def code_of(error: SlackApiError) -> str:
    """Return Slack's name of an error; `http_502` when what answered did not speak as Slack does."""
    return error_names.name_of(_body(error), _status(error))


def is_final(error: SlackApiError) -> bool:
    """Say whether the same message would be refused again."""
    return code_of(error) in CONTENT | CLOSED


def had_no_effect(error: SlackApiError) -> bool:
    """Say whether the call certainly did nothing, so that another may do it instead."""
    return error_names.had_no_effect(code_of(error), _status(error))


def unreadable(channel_id: str, error: SlackApiError) -> ChannelUnreadableError:
    """Translate Slack's refusal into ours, with the scope it asks for.

    Raises:
        SlackApiError: It is no refusal: Slack is busy or broken, and may answer later.
    """
    if not error_names.named(_body(error)) or not had_no_effect(error) or code_of(error) == LIMITED:
        raise error
    needed = str(error.response.get("needed") or "")
    return ChannelUnreadableError(channel_id=channel_id, code=code_of(error), needed=needed)


def _body(error: SlackApiError) -> object:
    return getattr(error.response, "data", error.response)


def _status(error: SlackApiError) -> int:
    answer = error.response
    return int(getattr(answer, "status_code", 0) or getattr(answer, "status", 0))
