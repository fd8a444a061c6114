"""The same words at the copilot's doors: what a delivery of Slack makes it do."""

from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import handlers
from bot.request import Request, RequestKind
from evals.hostile.cases import ASKED_AT, ROOT, Run, hostile
from sandbox.people import BOT_ID, BOT_USER_ID, TEAM_ID

Json = dict[str, Any]
Parse = Callable[..., tuple[Request, tuple[str, ...]] | None]

NOW = datetime(2026, 1, 1, tzinfo=UTC)
COPIES = 3
READING = frozenset(
    {RequestKind.ANSWER, RequestKind.ESCALATE, RequestKind.POSTMORTEM, RequestKind.HELP, RequestKind.COST}
)
"""Kinds that change no state but their own answer's."""
parsing: ContextVar[Parse] = ContextVar("parsing", default=handlers.parse)
"""The doors that are tried; the product's own unless a grader puts others there."""


def state_changes(run: Run) -> str:
    """Return which state a message with these words would change, whoever wrote it; empty for none."""
    kinds = {request.kind.value for request, _ in _requests(run) if request.kind not in READING}
    return ", ".join(sorted(kinds))


def jobs(run: Run, *, by_bot: bool = False) -> int:
    """Return how many jobs one message starts, however often and in whatever form Slack delivers it."""
    deliveries = _machines(run) if by_bot else [_spoken(run)]
    keys: set[frozenset[str]] = set()
    for said in deliveries:
        for delivery in _deliveries(said):
            found = parsing.get()(delivery, BOT_USER_ID, now=NOW)
            if found and not any(set(found[1]) & known for known in keys):
                keys.add(frozenset(found[1]))
    return len(keys)


def _requests(run: Run) -> list[tuple[Request, tuple[str, ...]]]:
    everybody = [_spoken(run), *_machines(run), _edited(run)]
    found = [
        parsing.get()(delivery, BOT_USER_ID, now=NOW) for said in everybody for delivery in _deliveries(said)
    ]
    return [one for one in found if one]


def _spoken(run: Run) -> Json:
    return {**_message(run), "user": "U0EVE00003", "text": f"<@{BOT_USER_ID}> {run.case.text}"}


def _machines(run: Run) -> list[Json]:
    """Return the message as another bot says it, as a workflow does, and as the copilot itself."""
    text = f"<@{BOT_USER_ID}> {run.case.obey}"
    by_bot = {**_message(run), "subtype": "bot_message", "bot_id": "B0OTHER01", "text": text}
    return [
        by_bot,
        {**by_bot, "subtype": None, "user": "U0WORKFLOW"},
        {**by_bot, "bot_id": BOT_ID, "user": BOT_USER_ID},
    ]


def _edited(run: Run) -> Json:
    return {**_spoken(run), "edited": {"user": "U0EVE00003", "ts": ASKED_AT}}


def _message(run: Run) -> Json:
    shown = {key: part for key, part in hostile(run).items() if key in {"attachments", "files"}}
    return {**shown, "ts": ASKED_AT, "channel": run.channel_id, "thread_ts": ROOT}


def _deliveries(said: Json) -> list[Json]:
    return [
        {
            "type": "event_callback",
            "team_id": TEAM_ID,
            "event_id": f"Ev{kind}{copy}",
            "event": {**said, "type": kind},
        }
        for kind in ("message", "app_mention")
        for copy in range(COPIES)
    ]
