"""The forms: opened by a button, sent back as an act on a hypothesis."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.request import Request, RequestKind
from handlers.buttons import thread_of
from handlers.fields import at, id_at, is_direct, items_at, json_at, team_of, text_at, token_at, ts_at

OPENERS = ("wrong", "result", "board_result", "board_refute", "board_confirm", "open_draft")
"""The buttons that open a form."""
KINDS = {
    "refute": RequestKind.REFUTE,
    "result": RequestKind.RESULT,
    "confirm": RequestKind.CONFIRM,
    "draft": RequestKind.BRIEF,
}
"""What the forms ask for, by callback id."""
OUTCOMES = frozenset({"yes", "no", "unclear"})

_NOTHING = {
    "type": "modal",
    "callback_id": "nothing_to_change",
    "title": {"type": "plain_text", "text": "Nothing to change"},
    "close": {"type": "plain_text", "text": "Close"},
    "blocks": [
        {
            "type": "section",
            "text": {
                "type": "plain_text",
                "text": "Nothing of it is in the race any more, or I keep it no longer. Ask again, or type "
                "`@copilot reopen H1` for one that was ruled out.",
            },
        }
    ],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A button that opens a form.

    Attributes:
        action_id: One of `OPENERS`.
        answer_id: Of the answer that carries it; empty on a board.
        hypothesis_id: That the button is about; empty when the form asks.
        thread_ts: Where it stands; None at the top level of a channel.
        text: All of its value.
    """

    action_id: str
    answer_id: str
    hypothesis_id: str
    team_id: str
    channel_id: str
    thread_ts: str | None
    text: str = ""


ViewFor = Callable[[Press], Awaitable[Mapping[str, Any] | None]]
"""From a press to its form; None when there is nothing that it could be about."""
OpenModal = Callable[[Mapping[str, Any], AsyncWebClient], Awaitable[None]]
"""Opens the form for one press of a button."""


def parse(body: object, *, now: datetime) -> tuple[Request, tuple[str, ...]] | None:
    """Return what a submitted form asks for, with the key that tells it from others.

    Args:
        body: A payload of type `view_submission`.
        now: When it arrived; aware, UTC.

    Returns:
        None for another form, or one that does not say which hypothesis, what of it, where and by whom.
    """
    view = at(body, "view")
    place, kind = json_at(view, "private_metadata"), KINDS.get(text_at(view, "callback_id"))
    team, asker, channel = team_of(body), id_at(body, "user", "id"), id_at(place, "channel_id")
    view_id, words = token_at(view, "id"), _words(view)
    subject = _subject(kind, view, place)
    if kind is None or not (team and asker and channel and subject and words and view_id):
        return None
    request = Request(
        id=f"view:{view_id}:{token_at(view, 'hash')}",
        kind=kind,
        team_id=team,
        channel_id=channel,
        asker_id=asker,
        text=words,
        received_at=now,
        thread_ts=ts_at(place, "thread_ts") or None,
        subject=subject,
        is_direct=is_direct(channel),
        pressed_ts=ts_at(place, "pressed_ts"),
    )
    return request, (request.id,)


def placed(view: Mapping[str, Any], body: object) -> dict[str, Any]:
    """Return a form that remembers where its button stood.

    Its `private_metadata` becomes JSON with `answer_id`, `channel_id`, `thread_ts` and `pressed_ts`, as
    `parse` reads it: a submitted form itself says neither where nor, by Slack's clock, when.
    """
    place = {
        "answer_id": press_of(body).answer_id,
        "channel_id": id_at(body, "channel", "id") or id_at(body, "container", "channel_id"),
        "thread_ts": thread_of(body),
        "pressed_ts": ts_at(_action_of(body), "action_ts"),
    }
    return {**view, "private_metadata": json.dumps(place)}


def press_of(body: object) -> Press:
    """Return what a payload of type `block_actions` says of the button that opens a form."""
    action = _action_of(body)
    answer, _, own = token_at(action, "value").partition("|")
    return Press(
        action_id=text_at(action, "action_id"),
        answer_id=answer,
        hypothesis_id=own,
        team_id=team_of(body),
        channel_id=id_at(body, "channel", "id") or id_at(body, "container", "channel_id"),
        thread_ts=thread_of(body),
        text=text_at(action, "value"),
    )


def opener(view_for: ViewFor) -> OpenModal:
    """Return what opens the form for a press of a button.

    Args:
        view_for: Builds the form from what is kept.
    """

    async def open_form(body: Mapping[str, Any], client: AsyncWebClient) -> None:
        view = await view_for(press_of(body))
        shown = _NOTHING if view is None else placed(view, body)
        await client.views_open(trigger_id=text_at(body, "trigger_id"), view=shown)

    return open_form


def register(app: AsyncApp, open_modal: OpenModal) -> None:
    """Open a form on a press of one of `OPENERS`.

    Args:
        app: Bolt; must get this before a listener that takes every button.
        open_modal: See `opener`. Slack's trigger id lives 3 s, so it must be quick.
    """

    async def open_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await open_modal(body, app.client)  # Bolt's copies of our client forget which proxy it uses

    for name in OPENERS:
        app.action(name)(open_form)


def _action_of(body: object) -> object:
    return next(iter(items_at(body, "actions")), None)


def _subject(kind: RequestKind | None, view: object, place: object) -> str:
    """Return `answer id|hypothesis id`, for a result with its outcome; empty when something is missing."""
    if kind is RequestKind.BRIEF:
        return "note|dm"
    chosen = id_at(_input(view, "hypothesis"), "selected_option", "value") or id_at(place, "hypothesis_id")
    outcome = id_at(_input(view, "outcome"), "selected_option", "value")
    if not chosen or (kind is RequestKind.RESULT and outcome not in OUTCOMES):
        return ""
    own = f"{token_at(place, 'answer_id')}|{chosen}"
    return f"{own}|{outcome}" if kind is RequestKind.RESULT else own


def _input(view: object, action_id: str) -> object:
    """Return the state of one input, whichever block it stands in."""
    blocks = at(view, "state", "values")
    inputs = blocks.values() if isinstance(blocks, Mapping) else ()
    return next(
        (block[action_id] for block in inputs if isinstance(block, Mapping) and action_id in block), None
    )


def _words(view: object) -> str:
    """Return what was written, with the message that was named at its end."""
    written = text_at(_input(view, "reason"), "value").strip()
    shown = text_at(_input(view, "shown"), "value").strip()
    named = f"[{shown.strip('[]m')}]" if shown.strip("[]m").isdigit() else shown
    return " ".join(filter(None, (written, named)))
