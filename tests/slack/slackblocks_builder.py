"""Rebuilds a block with an independent library, which checks Slack's limits and knows Slack's field names."""

from typing import Any

from slackblocks import blocks, elements
from slackblocks.rich_text import elements as rich_elements
from slackblocks.rich_text import objects as rich_objects


def rebuilt(block: dict[str, Any]) -> dict[str, Any]:
    """The same block as that library would send it; its values for unset fields are left out of ours too."""
    made = _BUILD[block["type"]](block)
    return made._resolve()


def _rich_text(block):
    parts = {"rich_text_section": rich_objects.RichTextSection, "rich_text_quote": rich_objects.RichTextQuote}
    made = [parts[part["type"]]([_span(span) for span in part["elements"]]) for part in block["elements"]]
    return blocks.RichTextBlock(made, block_id=block["block_id"])


def _span(span):
    if span["type"] == "link":
        return rich_elements.RichTextLink(span["url"], text=span["text"])
    return rich_elements.RichText(span["text"], **span.get("style", {}))


def _actions(block):
    buttons = [
        elements.Button(b["text"]["text"], action_id=b["action_id"], value=b["value"], style=b.get("style"))
        for b in block["elements"]
    ]
    return blocks.ActionsBlock(buttons, block_id=block["block_id"])


def _thumbs(block):
    (both,) = block["elements"]
    good, bad = (
        elements.FeedbackButton(both[side]["text"]["text"], both[side]["value"])
        for side in ("positive_button", "negative_button")
    )
    made = elements.FeedbackButtons(good, bad, action_id=both["action_id"])
    return blocks.ContextActionsBlock([made], block_id=block["block_id"])


_BUILD = {
    "rich_text": _rich_text,
    "actions": _actions,
    "context_actions": _thumbs,
    "context": blocks.ContextBlock.from_dict,
    "divider": blocks.DividerBlock.from_dict,
}


def without_emoji_flags(value: Any) -> Any:
    """Plain text's `emoji` flag is optional and written differently; it is no part of the comparison."""
    if isinstance(value, dict):
        return {key: without_emoji_flags(item) for key, item in value.items() if key != "emoji"}
    return [without_emoji_flags(item) for item in value] if isinstance(value, list) else value
