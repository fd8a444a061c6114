"""Our own blocks as words for a terminal: what a reader sees, without buttons, thumbs and markup."""

from collections.abc import Iterator

from bot.slack.layout import flatten_block
from bot.slack.limits import Blocks
from bot.slack.mrkdwn import Flattener

RULE = "─" * 72
"""Stands for a divider."""


def as_text(blocks: Blocks) -> str:
    """Return blocks as lines, an empty line between them; a link is its label.

    Args:
        blocks: As Slack takes them. A divider becomes a rule where something stands on both sides of it.
    """
    return "\n\n".join(_without_loose_rules(_parts(blocks)))


def _parts(blocks: Blocks) -> Iterator[str]:
    flattener = Flattener(names={})
    for block in blocks:
        words = RULE if block["type"] == "divider" else flatten_block(block, flattener)
        yield "\n".join(line for line in words.splitlines() if line.strip())


def _without_loose_rules(parts: Iterator[str]) -> list[str]:
    kept: list[str] = []
    for part in parts:
        is_loose = part == RULE and (not kept or kept[-1] == RULE)
        if part and not is_loose:
            kept.append(part)
    return kept[:-1] if kept[-1:] == [RULE] else kept
