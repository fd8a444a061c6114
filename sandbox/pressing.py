"""From what the page sends to what Slack would send: elements found, values in Slack's shapes."""

from collections.abc import Iterator
from typing import Any

from sandbox.channel import Json
from sandbox.errors import PageError

_CHOSEN = frozenset({"static_select", "overflow", "radio_buttons", "external_select"})
_CHOSEN_MANY = frozenset({"checkboxes", "multi_static_select", "multi_external_select"})
_PICKED = {
    "users_select": "selected_user",
    "channels_select": "selected_channel",
    "conversations_select": "selected_conversation",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
}


def find_element(message: Json, *, block_id: str, action_id: str) -> Json | None:
    """Return the element with this id in this block of a message, however deep it stands; or None."""
    for block in _dicts([message.get("blocks"), message.get("attachments")]):
        if block.get("block_id") == block_id:
            for element in _dicts(block):
                if element.get("action_id") == action_id:
                    return element
    return None


def action_of(element: Json, *, block_id: str, value: str | None) -> Json:
    """Return the entry of `actions` for a press.

    Raises:
        PageError: The value is none of the element's.
    """
    kind = element["type"]
    action = {"type": kind, "action_id": element["action_id"], "block_id": block_id}
    if kind == "feedback_buttons":
        return action | {"value": _feedback(element, value)}
    if kind in {"button", "icon_button"}:
        shown = {name: element[name] for name in ("text", "value", "style", "url") if name in element}
        return action | shown
    return action | element_value(element, value)


def view_values(definition: Json, values: dict[str, dict[str, Any]]) -> Json:
    """Return a modal's `state.values` from the page's plain values.

    Raises:
        PageError: A value is none of its element's.
    """
    state: Json = {}
    for block in definition["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            given = values.get(block["block_id"], {}).get(element["action_id"])
            state[block["block_id"]] = {
                element["action_id"]: {"type": element["type"]} | element_value(element, given)
            }
    return state


def element_value(element: Json, value: Any) -> Json:
    """Return an input's state in Slack's shape for its kind.

    Raises:
        PageError: The value is none of the element's options.
    """
    kind = element["type"]
    if kind in _CHOSEN:
        return {"selected_option": None if value in (None, "") else _option(element, value)}
    if kind in _CHOSEN_MANY:
        return {"selected_options": [_option(element, one) for one in value or ()]}
    return {_PICKED.get(kind, "value"): value if value != "" else None}


def _option(element: Json, value: object) -> Json:
    groups = element.get("option_groups") or ()
    options = [*element.get("options", ()), *(option for group in groups for option in group["options"])]
    for option in options:
        if option["value"] == value:
            return dict(option)
    raise PageError(f"{value!r} is no option there")


def _feedback(element: Json, value: str | None) -> str:
    buttons = [element["positive_button"], element["negative_button"]]
    values = [str(button["value"]) for button in buttons]
    if value not in values:
        raise PageError(f"value must be one of {values}")
    return value


def _dicts(value: object) -> Iterator[Json]:
    if isinstance(value, dict):
        yield value
        yield from _dicts(list(value.values()))
    elif isinstance(value, list):
        for item in value:
            yield from _dicts(item)
