"""Modals: opened with a trigger that lives three seconds and works once."""

from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.errors import SlackError
from sandbox.people import APP_ID, BOT_ID, TEAM_ID

TRIGGER_SECONDS = 3.0
"""How long a trigger lives, by Slack's documentation of `views.open`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """The right to open one modal.

    Attributes:
        made_seconds: Machine time, by the workspace's monotonic clock.
    """

    made_seconds: float
    channel_id: str
    is_used: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One open modal.

    Attributes:
        definition: The view as the app sent it.
        channel_id: Where the person was when it opened.
        version: 1 when opened, one more with each update.
    """

    id: str
    definition: dict[str, Any]
    channel_id: str
    version: int = 1

    @property
    def hash(self) -> str:
        """What an update must name to be safe from overwriting another."""
        return f"{self.version}.{self.id}"

    def as_slack(self, values: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return Slack's view object, with the state of its inputs."""
        return {
            "callback_id": "",
            "private_metadata": "",
            "clear_on_close": False,
            "notify_on_close": False,
            "close": None,
            "submit": None,
            "external_id": "",
            **self.definition,
            "id": self.id,
            "team_id": TEAM_ID,
            "app_id": APP_ID,
            "app_installed_team_id": TEAM_ID,
            "bot_id": BOT_ID,
            "root_view_id": self.id,
            "previous_view_id": None,
            "hash": self.hash,
            "state": {"values": values or {}},
        }


@dataclass(slots=True, kw_only=True)
class Views:
    """Triggers and open modals."""

    trigger_seconds: float = TRIGGER_SECONDS
    _triggers: dict[str, Trigger] = field(default_factory=dict)
    _views: dict[str, View] = field(default_factory=dict)

    def add_trigger(self, trigger_id: str, trigger: Trigger) -> None:
        """Remember a trigger that was sent to the app."""
        self._triggers[trigger_id] = trigger

    def use_trigger(self, trigger_id: str, *, now_seconds: float) -> Trigger:
        """Spend a trigger.

        Raises:
            SlackError: `invalid_trigger_id`, `expired_trigger_id` or `exchanged_trigger_id`.
        """
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.is_used:
            raise SlackError("exchanged_trigger_id")
        if now_seconds - trigger.made_seconds > self.trigger_seconds:
            raise SlackError("expired_trigger_id")
        self._triggers[trigger_id] = replace(trigger, is_used=True)
        return trigger

    def show(self, view: View) -> View:
        """Open a modal, or show its next version."""
        self._views[view.id] = view
        return view

    def find(self, view_id: str) -> View:
        """Return an open modal.

        Raises:
            SlackError: `not_found`.
        """
        if view_id not in self._views:
            raise SlackError("not_found")
        return self._views[view_id]

    def find_external(self, external_id: str) -> View:
        """Return an open modal by the app's own id.

        Raises:
            SlackError: `not_found`.
        """
        for view in self._views.values():
            if external_id and view.definition.get("external_id") == external_id:
                return view
        raise SlackError("not_found")

    def close(self, view_id: str) -> None:
        """Close a modal; closing one that is closed does nothing."""
        self._views.pop(view_id, None)

    def opened(self) -> list[View]:
        """Return the open modals, the latest last."""
        return list(self._views.values())
