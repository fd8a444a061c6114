"""The buttons below answers, boards and briefs.

A value is an answer's id, or `answer id|hypothesis id`; below a brief `what|dm|what was typed after it`.
"""

from datetime import datetime

from bot.request import Request, RequestKind
from handlers.fields import id_at, is_direct, items_at, team_of, text_at, token_at, ts_at

FULL = "consent_full"
"""Agrees to Opus reading every message in full."""
KINDS = {
    "evidence": RequestKind.EVIDENCE,
    "escalate": RequestKind.ESCALATE,
    "retry_model": RequestKind.ANSWER,
    "deescalate": RequestKind.DEESCALATE,
    "keep_going": RequestKind.KEEP_GOING,
    "take_check": RequestKind.CHECK,
    "board_check": RequestKind.CHECK,
    "board": RequestKind.BOARD,
    "brief_catchup": RequestKind.BRIEF,
    "brief_summary": RequestKind.BRIEF,
    "brief_timeline": RequestKind.BRIEF,
    "brief_actions": RequestKind.BRIEF,
    "brief_handoff": RequestKind.BRIEF,
    "brief_fixed": RequestKind.BRIEF,
    "consent_opus": RequestKind.CONSENT,
    FULL: RequestKind.CONSENT,
    "consent_sonnet": RequestKind.DECLINE,
    "postmortem": RequestKind.POSTMORTEM,
    "feedback": RequestKind.FEEDBACK,
    "why_fact": RequestKind.FEEDBACK,
    "why_inference": RequestKind.FEEDBACK,
    "why_stale": RequestKind.FEEDBACK,
    "why_long": RequestKind.FEEDBACK,
    "why_unwanted": RequestKind.FEEDBACK,
}
"""What the buttons ask for, by action id. Those that only open a form are not here: `handlers.views`."""

_VERDICTS = frozenset(
    {
        "good",
        "bad",
        "bad:fact",
        "bad:inference",
        "bad:stale",
        "bad:long",
        "bad:unwanted",
    }
)


def parse(body: object, *, now: datetime) -> tuple[Request, tuple[str, ...]] | None:
    """Return the request behind a pressed button, with the key that tells it from others.

    Args:
        body: A payload of type `block_actions`.
        now: When it arrived; aware, UTC.

    Returns:
        None for a button that asks for nothing (a link, an unknown one, the one that opens a form).
    """
    action = next(iter(items_at(body, "actions")), None)
    kind = KINDS.get(text_at(action, "action_id"))
    subject, text = _subject(kind, token_at(action, "value"))
    team, asker = team_of(body), id_at(body, "user", "id")
    channel = id_at(body, "channel", "id") or id_at(body, "container", "channel_id")
    identity = _identity(body, action, asker)
    if kind is None or not (team and asker and channel and subject and identity):
        return None
    request = Request(
        id=identity,
        kind=kind,
        team_id=team,
        channel_id=channel,
        asker_id=asker,
        text=text,
        received_at=now,
        thread_ts=thread_of(body),
        subject=subject,
        is_direct=is_direct(channel),
        is_full=text_at(action, "action_id") == FULL,
    )
    return request, (request.id,)


def thread_of(body: object) -> str | None:
    """Return the thread of the message that carries the button; None at the top level of a channel."""
    return ts_at(body, "container", "thread_ts") or ts_at(body, "message", "thread_ts") or None


def _subject(kind: RequestKind | None, value: str) -> tuple[str, str]:
    if kind is RequestKind.BRIEF:
        what, _, rest = value.partition("|")
        way, _, args = rest.partition("|")
        return f"{what}|{way}", args
    if kind is not RequestKind.FEEDBACK:
        return value, ""
    verdict, _, answer_id = value.partition("|")
    return (answer_id, verdict) if verdict in _VERDICTS else ("", "")


def _identity(body: object, action: object, asker: str) -> str:
    trigger, pressed_at = token_at(body, "trigger_id"), ts_at(action, "action_ts")
    if trigger:
        return f"act:{trigger}"
    return f"act:{pressed_at}:{asker}" if pressed_at else ""
