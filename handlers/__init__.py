"""The doors: one file per kind of Slack interaction. Each parses its payload; no dict goes further."""

from collections.abc import Callable
from datetime import datetime

from slack_bolt.app.async_app import AsyncApp

from bot.request import Request
from handlers import buttons, commands, mentions, shortcuts, stops, views
from handlers.fields import at

__all__ = ["parse", "register"]

Parsed = tuple[Request, tuple[str, ...]] | None

_DOORS: dict[object, Callable[..., Parsed]] = {
    "block_actions": buttons.parse,
    "message_action": shortcuts.parse,
    "view_submission": views.parse,
}


def parse(body: object, bot_user_id: str, *, now: datetime) -> Parsed:
    """Return the request in any payload of Slack, and the keys by which its deliveries are known as one.

    Args:
        body: A payload as Slack sends it: an event, a slash command's form fields, a pressed button, a
            shortcut or a submitted form. Its signature has been checked; its shape has not.
        bot_user_id: The copilot's own user id, such as `U0BOT`.
        now: When the payload arrived; aware, UTC.

    Returns:
        The request and its keys: `ev:` and `msg:` or `stop:` for an event, `cmd:`, `act:` or `view:` for the
        others.
        None when nobody asks the copilot for anything, or when the payload is not as Slack documents it.
        Nothing is raised, whatever the payload is.
    """
    kind = at(body, "type")
    if kind == "event_callback":
        return mentions.parse(body, bot_user_id, now=now) or stops.parse(body, now=now)
    if at(body, "command") is not None:
        return commands.parse(body, now=now)
    door = _DOORS.get(kind) if isinstance(kind, str) else None
    return door(body, now=now) if door else None


def register(app: AsyncApp, open_modal: views.OpenModal) -> None:
    """Give Bolt the one listener that does more than acknowledge: it opens the forms.

    Everything else is accepted by a middleware, and acknowledged, before any listener runs.

    Args:
        app: The app; must get this before a listener that takes every button.
        open_modal: Opens a form; see `handlers.views.opener`.
    """
    views.register(app, open_modal)
