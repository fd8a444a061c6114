"""Block Kit to plain text: what a reader of the message sees, top to bottom.

The words of buttons and menus are what one may do, not what is said: they are left out, but where a button
leads is kept among the links, under its label.
"""

from collections.abc import Callable, Mapping
from typing import Any

from bot.slack.mrkdwn import Flattener
from bot.slack.rich_text import dicts, rich_text, string

Json = Mapping[str, Any]

_WORDS = ("title", "subtitle", "text", "body", "description", "details", "output", "caption", "alt_text")
_PARTS = ("elements", "blocks", "fields", "tasks", "rows", "child_blocks")
_CONTROLS = frozenset({"actions", "context_actions", "divider", "input", "file"})


def flatten_blocks(blocks: object, flattener: Flattener) -> list[str]:
    """Flatten blocks to one text each; empty ones are left out.

    Args:
        blocks: Slack's `blocks`; a shape that is not known yields what can be read of it.
        flattener: Resolves names and keeps the links.
    """
    texts = [flatten_block(block, flattener) for block in dicts(blocks)]
    return [text for text in texts if text.strip()]


def flatten_block(block: Json, flattener: Flattener) -> str:
    """Flatten one block."""
    kind = string(block.get("type"))
    if kind in _CONTROLS:
        _keep_links(block, flattener)
        return ""
    return _FLATTENERS.get(kind, _unknown)(block, flattener)


def text_object(value: object, flattener: Flattener) -> str:
    """Flatten a `mrkdwn` or `plain_text` object, or a bare string."""
    if isinstance(value, str):
        return flattener.mrkdwn(value)
    if not isinstance(value, dict):
        return ""
    if value.get("type") == "rich_text":
        return rich_text(value, flattener)
    words = string(value.get("text"))
    return flattener.plain(words) if value.get("type") == "plain_text" else flattener.mrkdwn(words)


def section_fields(block: Json, flattener: Flattener) -> list[str]:
    """Flatten the fields of a section, each on one line: `Service: payments`."""
    texts = (text_object(field, flattener) for field in dicts(block.get("fields")))
    return [" ".join(text.split()) for text in texts if text.strip()]


def keep_link(control: Json, flattener: Flattener) -> None:
    """Keep where a button leads, of a block or of an attachment."""
    url, words = string(control.get("url")), control.get("text")
    if url:
        label = words.get("text") if isinstance(words, dict) else words
        flattener.link(url, " ".join(flattener.plain(string(label)).split()))


def _keep_links(block: Json, flattener: Flattener) -> None:
    for control in dicts(block.get("elements")):
        keep_link(control, flattener)
        for option in dicts(control.get("options")):
            keep_link(option, flattener)


def _section(block: Json, flattener: Flattener) -> str:
    head = text_object(block.get("text"), flattener)
    lines = [line for line in (head, *section_fields(block, flattener)) if line]
    _keep_links({"elements": [block.get("accessory")]}, flattener)
    return "\n".join(lines)


def _context(block: Json, flattener: Flattener) -> str:
    parts = (_context_part(element, flattener) for element in dicts(block.get("elements")))
    return " ".join(part for part in parts if part)


def _context_part(element: Json, flattener: Flattener) -> str:
    return (
        string(element.get("alt_text")) if element.get("type") == "image" else text_object(element, flattener)
    )


def _image(block: Json, flattener: Flattener) -> str:
    return text_object(block.get("title"), flattener) or string(block.get("alt_text"))


def _markdown(block: Json, flattener: Flattener) -> str:
    return flattener.markdown(string(block.get("text")))


def _table(block: Json, flattener: Flattener) -> str:
    rows = block.get("rows")
    cells = (
        [[text_object(cell, flattener) for cell in dicts(row)] for row in rows]
        if isinstance(rows, list)
        else []
    )
    caption = text_object(block.get("caption"), flattener)
    return "\n".join(line for line in (caption, *(" | ".join(row) for row in cells)) if line)


def _unknown(block: Json, flattener: Flattener) -> str:
    """Read a block that is newer than this code by the names that texts and parts have in all others."""
    words = [text_object(block.get(key), flattener) for key in _WORDS]
    parts = [text for key in _PARTS for text in flatten_blocks(block.get(key), flattener)]
    return "\n".join(line for line in (*words, *parts) if line)


def _button(block: Json, flattener: Flattener) -> str:
    keep_link(block, flattener)
    return ""


def _call(block: Json, flattener: Flattener) -> str:
    """Read a call that one may join: its name, and the link."""
    outer = block.get("call")
    [call] = [*dicts([outer.get("v1") if isinstance(outer, dict) else None]), {}][:1]
    name, url = string(call.get("name")), string(call.get("join_url"))
    return flattener.link(url, name) if url else name


_FLATTENERS: dict[str, Callable[[Json, Flattener], str]] = {
    "rich_text": rich_text,
    "section": _section,
    "context": _context,
    "image": _image,
    "markdown": _markdown,
    "table": _table,
    "data_table": _table,
    "button": _button,
    "call": _call,
}
