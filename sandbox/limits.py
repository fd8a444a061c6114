"""What Slack refuses in a message or a modal, by its size and its parts."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from sandbox.block_kit import MESSAGE_BLOCK, MOST_MESSAGE_BLOCKS, VIEW
from sandbox.channel import Json
from sandbox.errors import SlackError

MOST_TEXT_CHARS = 4000
"""Above about this, workspaces answer `msg_too_long`, though 40,000 is documented."""
MOST_MARKDOWN_CHARS = 12_000
MOST_BLOCKS_CHARS = 13_200
"""Above about this in all blocks together, Slack answers `msg_blocks_too_long` (bolt-js issue 2509)."""

_TEXT_KEYS = frozenset(
    {"text", "title", "value", "details", "output", "caption", "subtitle", "body", "alt_text"}
)


def check_text(text: str) -> None:
    """Refuse a too long top-level text.

    Raises:
        SlackError: `msg_too_long`.
    """
    if len(text) > MOST_TEXT_CHARS:
        raise SlackError("msg_too_long")


def check_markdown(text: str) -> None:
    """Refuse a too long Markdown text.

    Raises:
        SlackError: `msg_too_long`.
    """
    if len(text) > MOST_MARKDOWN_CHARS:
        raise SlackError("msg_too_long")


def checked_blocks(
    found: object,
    *,
    new_id: Callable[[], str],
    most: int = MOST_MESSAGE_BLOCKS,
    too_many: str = "invalid_blocks",
) -> list[Json]:
    """Return a message's blocks with a `block_id` on each.

    Args:
        found: What the app sent.
        new_id: Makes ids for blocks without one.
        most: How many blocks are allowed.
        too_many: The error's name when there are more.

    Raises:
        SlackError: `invalid_blocks_format`, `invalid_blocks`, `msg_blocks_too_long` or `too_many`.
    """
    if not isinstance(found, list):
        raise SlackError("invalid_blocks_format")
    if len(found) > most:
        raise SlackError(
            too_many, messages=(f"[ERROR] no more than {most} items allowed [json-pointer:/blocks]",)
        )
    problems = tuple(_block_problems(found))
    if problems:
        raise SlackError("invalid_blocks", messages=problems)
    check_total(found)
    return [_with_ids(block, new_id) for block in found]


def check_total(blocks: list[Json]) -> None:
    """Refuse blocks that together are too long.

    Raises:
        SlackError: `msg_blocks_too_long`.
    """
    markdown = sum(len(block["text"]) for block in blocks if block.get("type") == "markdown")
    if markdown > MOST_MARKDOWN_CHARS or sum(map(len, _words(blocks))) > MOST_BLOCKS_CHARS:
        raise SlackError("msg_blocks_too_long")


def check_view(view: object) -> Json:
    """Return a modal's definition.

    Raises:
        SlackError: `invalid_arguments` with the places of what is wrong.
    """
    problems = list(VIEW(view, "/view"))
    if not problems and isinstance(view, dict):
        problems = list(_view_problems(view))
    if problems or not isinstance(view, dict):
        raise SlackError("invalid_arguments", messages=tuple(problems))
    return view


def _with_ids(block: Json, new_id: Callable[[], str]) -> Json:
    """Add the ids that Slack makes up: one for the block, one for each element that can be pressed."""
    named = {**block, "block_id": block.get("block_id") or new_id()}
    if block["type"] in {"actions", "context_actions"}:
        named["elements"] = [{"action_id": new_id(), **element} for element in block["elements"]]
    accessory = block.get("accessory")
    if accessory and accessory["type"] != "image":
        named["accessory"] = {"action_id": new_id(), **accessory}
    return named


def _block_problems(blocks: list[Any]) -> Iterator[str]:
    for index, block in enumerate(blocks):
        yield from MESSAGE_BLOCK(block, f"/blocks/{index}")
    ids = [block.get("block_id") for block in blocks if isinstance(block, dict) and block.get("block_id")]
    yield from (f"[ERROR] block_id already exists: {twin}" for twin in _twins(ids))
    for index, block in enumerate(blocks):
        elements = block.get("elements") if isinstance(block, dict) else None
        yield from _action_twins(elements, index)


def _action_twins(elements: object, index: int) -> Iterator[str]:
    if isinstance(elements, list):
        ids = [e.get("action_id") for e in elements if isinstance(e, dict) and e.get("action_id")]
        at = f"[json-pointer:/blocks/{index}/elements]"
        yield from (f"[ERROR] action_id already exists: {twin} {at}" for twin in _twins(ids))


def _view_problems(view: Json) -> Iterator[str]:
    if view["type"] == "modal" and "title" not in view:
        yield "[ERROR] missing required field: title [json-pointer:/view]"
    has_input = any(block.get("type") == "input" for block in view["blocks"])
    if view["type"] == "modal" and has_input and "submit" not in view:
        yield "[ERROR] missing required field: submit; there is an input block [json-pointer:/view]"
    ids = [block["block_id"] for block in view["blocks"] if block.get("block_id")]
    yield from (f"[ERROR] block_id already exists: {twin}" for twin in _twins(ids))


def _twins(ids: list[Any]) -> list[Any]:
    return [name for name, count in Counter(map(str, ids)).items() if count > 1]


def _words(value: object) -> Iterator[str]:
    """Yield every string that a reader sees in blocks."""
    if isinstance(value, list):
        for item in value:
            yield from _words(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            if isinstance(item, str):
                yield from (item,) if name in _TEXT_KEYS and not _is_payload(name, value) else ()
            else:
                yield from _words(item)


def _is_payload(name: str, holder: Json) -> bool:
    """A button's or option's `value` goes back to the app and is not seen."""
    return name == "value" and ("text" in holder or "action_id" in holder)
