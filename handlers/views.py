"""The form behind `That's wrong…`: opened by a button, sent back as a refutation."""

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.request import Request, RequestKind
from handlers.buttons import thread_of
from handlers.fields import at, id_at, is_direct, items_at, json_at, team_of, text_at, token_at, ts_at

WRONG = "wrong"
"""The button that opens the form."""
REFUTE = "refute"
"""The form itself."""

_NOTHING_TO_REFUTE = {
    "type": "modal",
    "callback_id": "nothing_to_refute",
    "title": {"type": "plain_text", "text": "That's wrong"},
    "close": {"type": "plain_text", "text": "Close"},
    "blocks": [
        {
            "type": "section",
            "text": {
                "type": "plain_text",
                "text": "I keep no hypothesis of this answer any more. Ask again, then refute the new one.",
            },
        }
    ],
}

ViewFor = Callable[[str], Awaitable[Mapping[str, Any] | None]]
"""From an answer's id to the form that asks what is wrong with it; None when nothing of it can be refuted."""
OpenModal = Callable[[Mapping[str, Any], AsyncWebClient], Awaitable[None]]
"""Opens the form for one press of the button."""


def parse(body: object, *, now: datetime) -> tuple[Request, tuple[str, ...]] | None:
    """Return the refutation in a submitted form, with the key that tells it from others.

    Args:
        body: A payload of type `view_submission`.
        now: When it arrived; aware, UTC.

    Returns:
        None for another form, or one that does not say which hypothesis is wrong, why, where and by whom.
    """
    view = at(body, "view")
    place = json_at(view, "private_metadata")
    team, asker, channel = team_of(body), id_at(body, "user", "id"), id_at(place, "channel_id")
    answer, view_id = token_at(place, "answer_id"), token_at(view, "id")
    chosen, reason = _chosen(view) or id_at(place, "hypothesis_id"), _reason(view)
    is_ours = text_at(view, "callback_id") == REFUTE
    if not (is_ours and team and asker and channel and answer and chosen and reason and view_id):
        return None
    request = Request(
        id=f"view:{view_id}:{token_at(view, 'hash')}",
        kind=RequestKind.REFUTE,
        team_id=team,
        channel_id=channel,
        asker_id=asker,
        text=reason,
        received_at=now,
        thread_ts=ts_at(place, "thread_ts") or None,
        subject=f"{answer}|{chosen}",
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
        "answer_id": _answer_of(body),
        "channel_id": id_at(body, "channel", "id") or id_at(body, "container", "channel_id"),
        "thread_ts": thread_of(body),
        "pressed_ts": ts_at(_action_of(body), "action_ts"),
    }
    return {**view, "private_metadata": json.dumps(place)}


def opener(view_for: ViewFor) -> OpenModal:
    """Return what opens the form for a press of the button.

    Args:
        view_for: Builds the form from the kept answer.
    """

    async def open_wrong_modal(body: Mapping[str, Any], client: AsyncWebClient) -> None:
        view = await view_for(_answer_of(body))
        shown = _NOTHING_TO_REFUTE if view is None else placed(view, body)
        await client.views_open(trigger_id=text_at(body, "trigger_id"), view=shown)

    return open_wrong_modal


def register(app: AsyncApp, open_wrong_modal: OpenModal) -> None:
    """Open the form on a press of `wrong`.

    Args:
        app: Bolt; must get this before a listener that takes every button.
        open_wrong_modal: See `opener`. Slack's trigger id lives 3 s, so it must be quick.
    """

    async def open_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await open_wrong_modal(body, app.client)  # Bolt's copies of our client forget which proxy it uses

    app.action(WRONG)(open_form)


def _action_of(body: object) -> object:
    return next(iter(items_at(body, "actions")), None)


def _answer_of(body: object) -> str:
    return token_at(_action_of(body), "value")


def _inputs(view: object) -> list[object]:
    blocks = at(view, "state", "values")
    blocks = list(blocks.values()) if isinstance(blocks, Mapping) else []
    return [value for block in blocks if isinstance(block, Mapping) for value in block.values()]


def _chosen(view: object) -> str:
    chosen = (id_at(value, "selected_option", "value") for value in _inputs(view))
    return next(filter(None, chosen), "")


def _reason(view: object) -> str:
    written = (text_at(value, "value").strip() for value in _inputs(view))
    return next(filter(None, written), "")
