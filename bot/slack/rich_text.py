"""Slack's `rich_text` to plain text. Its strings are literal: nothing in them is escaped or markup."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bot.slack.mrkdwn import Flattener

Json = Mapping[str, Any]


def rich_text(block: Json, flattener: Flattener) -> str:
    """Flatten one `rich_text` block or cell, a line each for sections and list items.

    Args:
        block: With `elements`; a shape that is not known yields what can be read of it.
        flattener: Resolves names and keeps the links.
    """
    return "\n".join([part for element in dicts(block.get("elements")) for part in _part(element, flattener)])


def dicts(value: object) -> list[dict[str, Any]]:
    """Return the objects of a list; anything else has none."""
    if not value or not isinstance(value, (list, tuple)):
        return []
    return [item for item in value if isinstance(item, dict)]


def string(value: object) -> str:
    """Return a string or a number as text; anything else is empty."""
    if isinstance(value, str):  # nearly always, and this is asked twenty times a message
        return value
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else ""


def _part(element: Json, flattener: Flattener) -> list[str]:
    kind = element.get("type")
    if kind == "rich_text_list":
        return list(_items(element, flattener))
    if kind == "rich_text_preformatted":
        return [f"```{_inline(element, flattener, code=False)}```"]
    if kind == "rich_text_quote":
        return [f"> {line}" for line in _inline(element, flattener).splitlines()]
    is_group = "elements" in element
    line = _inline(element, flattener).strip("\n") if is_group else _leaf(element, flattener)
    return [line] if line else []


def _items(element: Json, flattener: Flattener) -> Iterator[str]:
    indent = "  " * _number(element.get("indent"))
    is_ordered = element.get("style") == "ordered"
    first = _number(element.get("offset")) + 1
    for number, item in enumerate(dicts(element.get("elements")), start=first):
        bullet = f"{number}." if is_ordered else "•"
        yield f"{indent}{bullet} {_inline(item, flattener)}"


def _number(value: object) -> int:
    return value if isinstance(value, int) and 0 <= value <= 100 else 0  # noqa: PLR2004 Slack indents to 8


def _inline(element: Json, flattener: Flattener, *, code: bool = True) -> str:
    return "".join([_leaf(leaf, flattener, code=code) for leaf in dicts(element.get("elements"))])


def _leaf(leaf: Json, flattener: Flattener, *, code: bool = True) -> str:
    kind = leaf.get("type")
    if kind == "text":
        text = string(leaf.get("text"))
        return _styled(text, leaf["style"]) if code and "style" in leaf else text
    if kind == "link":
        return flattener.link(string(leaf.get("url")), string(leaf.get("text")))
    if isinstance(kind, str) and kind in _REFERENCES:
        return _REFERENCES[kind](leaf, flattener)
    return string(leaf.get("text"))


def _date(leaf: Json, flattener: Flattener) -> str:
    timestamp, pattern = string(leaf.get("timestamp")), string(leaf.get("format"))
    fallback, url = string(leaf.get("fallback")), string(leaf.get("url"))
    return flattener.date(timestamp, pattern, fallback=fallback, url=url)


_REFERENCES: dict[str, Callable[[Json, Flattener], str]] = {
    "user": lambda leaf, flattener: flattener.user(string(leaf.get("user_id"))),
    "usergroup": lambda leaf, flattener: flattener.user(string(leaf.get("usergroup_id"))),
    "channel": lambda leaf, flattener: flattener.channel(string(leaf.get("channel_id"))),
    "broadcast": lambda leaf, _: f"@{string(leaf.get('range'))}",
    "emoji": lambda leaf, _: f":{string(leaf.get('name'))}:",
    "color": lambda leaf, _: string(leaf.get("value")),
    "date": _date,
}


def _styled(text: str, style: object) -> str:
    """Keep code as code: it is how commands and names are told from prose."""
    is_code = isinstance(style, dict) and style.get("code") is True
    return f"`{text}`" if is_code and text.strip() else text
