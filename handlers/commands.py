"""Slash commands: `/opus [question]` and `/copilot …`. Slack gives them no thread."""

import json
import re
from contextlib import suppress
from datetime import datetime

from bot.errors import BadInputError
from bot.permalinks import place_of
from bot.request import Request, RequestKind
from handlers.acts import act_of
from handlers.briefs import brief_of
from handlers.fields import id_at, is_direct, text_at, token_at
from handlers.words import nearest_verb, slip_of, split_full, verb_of

OPUS = "/opus"
COMMANDS = (OPUS, "/copilot")
_LINK = re.compile(r"<https?://[^\s<>]+>|https?://\S+/archives/\S+")


def parse(body: object, *, now: datetime) -> tuple[Request, tuple[str, ...]] | None:
    """Return the request in a slash command's form fields, with the key that tells it from others.

    Args:
        body: The form fields as a dict.
        now: When they arrived; aware, UTC.

    Returns:
        None for a command that is not ours, or without a channel, a person or a trigger id.
    """
    command = text_at(body, "command")
    team, channel, asker = id_at(body, "team_id"), id_at(body, "channel_id"), id_at(body, "user_id")
    trigger = token_at(body, "trigger_id")
    if command not in COMMANDS or not (team and channel and asker and trigger):
        return None
    words = text_at(body, "text").strip()
    thread_ts, words = (None, words) if act_of(words) else _placed(words, channel)  # acts cite with links
    act = (act_of(words) or brief_of(words)) if command != OPUS else None
    kind, text = (act[0], act[2]) if act else _wish(command, words)
    is_full, text = split_full(kind, text)
    request = Request(
        id=f"cmd:{trigger}",
        kind=kind,
        team_id=team,
        channel_id=channel,
        asker_id=asker,
        text=text,
        subject=act[1] if act else _near(text) if kind is RequestKind.HELP else "",
        received_at=now,
        thread_ts=thread_ts,
        is_direct=is_direct(channel),
        is_full=is_full,
    )
    return request, (request.id,)


def _placed(text: str, channel: str) -> tuple[str | None, str]:
    """Split the link to a message of this channel from a command: its thread is meant.

    A link to anywhere else stays a part of what was typed.
    """
    for link in _LINK.findall(text):
        with suppress(BadInputError):
            place = place_of(link)
            if place.channel_id == channel and place.root_ts:
                return place.root_ts, " ".join(text.replace(link, " ", 1).split())
    return None, text


def _wish(command: str, text: str) -> tuple[RequestKind, str]:
    if command == OPUS:
        return _opus(text)
    kind, rest = verb_of(text)
    if kind is RequestKind.ANSWER and not rest:
        return RequestKind.HELP, ""
    if kind is None:
        return RequestKind.HELP, text
    return kind, rest


def _near(text: str) -> str:
    return slip_of(text) or nearest_verb(text)


def _opus(text: str) -> tuple[RequestKind, str]:
    """Escalate, unless the one word that stands there is, or is near to, a command of its own."""
    meant = slip_of(text)
    if meant == "help":
        return RequestKind.HELP, "" if text.lower() == meant else text
    is_slip = bool(meant) and not split_full(RequestKind.ESCALATE, text)[0]
    return (RequestKind.HELP if is_slip else RequestKind.ESCALATE), text


ASKING = frozenset({RequestKind.ANSWER, RequestKind.ESCALATE})
RECEIPTS = {
    RequestKind.ANSWER: "On it. The answer comes in the thread with the newest message.",
    RequestKind.ESCALATE: "On it, with Opus. The answer comes in the thread with the newest message.",
    RequestKind.POSTMORTEM: "On it. The draft comes as a file in the thread with the newest message.",
}
"""What the person sees at once: a command leaves no trace of its own in the channel."""
FULL_RECEIPT = (
    "On it, with Opus, every message in full. The thread tells what that costs about before Opus is asked; "
    "the answer comes in the thread with the newest message."
)
NO_MODEL_RECEIPT = (
    "On it. No model is set up, so the rules answer; they read every message in full. "
    "The answer comes in the thread with the newest message."
)


def receipt(body: object, request: Request, *, has_model: bool = True) -> str:
    """Return the body of the acknowledgement: a sentence for the person who typed a command, else nothing.

    Args:
        body: The payload that was accepted.
        request: What it asks for.
        has_model: There is a model to ask.
    """
    words = FULL_RECEIPT if request.is_full else RECEIPTS.get(request.kind, "")
    if request.kind in ASKING and not has_model:
        words = NO_MODEL_RECEIPT
    if request.thread_ts:
        words = words.replace("the thread with the newest message", "the thread of that message")
    if not words or text_at(body, "command") not in COMMANDS:
        return ""
    return json.dumps({"response_type": "ephemeral", "text": words})
