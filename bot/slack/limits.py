"""What Slack accepts, and cutting words so that they fit.

Limits from Slack's Block Kit reference; the ones for a whole message are not documented and were
reported by users of Slack's own libraries (about 13,200 characters of blocks, 4,000 of text).
"""

import unicodedata
from collections.abc import Iterator
from typing import Any

from bot.errors import GateClosedError

Block = dict[str, Any]
Blocks = list[Block]

MAX_BLOCKS = 50
MAX_TEXT_CHARS = 3_900
MAX_TOTAL_CHARS = 13_000
MAX_BLOCK_ID_CHARS = 255
_ELEMENTS = {"context": 10, "actions": 25, "context_actions": 5}
_TEXT_CHARS = {"section": 3_000, "header": 150, "context": 2_000, "rich_text": 3_000}
_BUTTON_TEXT_CHARS = 75
_BUTTON_VALUE_CHARS = 2_000
_PLAIN_CHARS = 2_900
_NEWEST = frozenset({"context_actions"})
_CONTROLS = frozenset({"actions", "context_actions", "divider"})
UNCUT = 1_000_000
"""A limit for somebody's words that cuts none of them."""

_CUT = "…"
_JOINERS = frozenset("\u200d\ufe0e\ufe0f")
_MODIFIERS = range(0x1F3FB, 0x1F400)
_FLAGS = range(0x1F1E6, 0x1F200)


class LimitExceededError(GateClosedError):
    """A message would be refused by Slack, so it is not sent.

    Args:
        where: What is too large, such as `blocks` or `blocks[3].text`.
        actual, limit: In the unit of `where`: blocks, elements or characters.
    """

    def __init__(self, *, where: str, actual: int, limit: int) -> None:
        super().__init__(f"{where} is {actual}, Slack takes {limit}")
        self.where = where
        self.actual = actual
        self.limit = limit


def visible_text(block: Any) -> str:
    """Return everything a reader sees of a block (or of anything inside one), in reading order."""
    if isinstance(block, str):
        return block
    if isinstance(block, list):
        return "".join(visible_text(item) for item in block)
    if not isinstance(block, dict):
        return ""
    parts = (block.get(name) for name in ("label", "title", "text", "fields", "elements"))
    return "".join(visible_text(part) for part in parts)


def visible_chars(blocks: Blocks) -> int:
    """Return how many characters a reader sees."""
    return sum(len(visible_text(block)) for block in blocks)


def shorten(words: str, limit_chars: int) -> str:
    """Return the words, or as many whole ones as fit and an ellipsis.

    A single word longer than the limit is cut between characters as people see them, so that no
    emoji and no accent is torn apart.
    """
    if len(words) <= limit_chars:
        return words
    end = grapheme_end(words, max(limit_chars - 1, 0))
    space = words.rfind(" ", end // 2, end + 1)
    kept = words[: space if space > 0 else end]
    return kept.rstrip(" ,;:·(→-") + _CUT


def split(words: str, limit_chars: int) -> Iterator[str]:
    """Yield the words in pieces of at most `limit_chars`, broken at line ends or spaces where there are any.

    Joined together the pieces are the words again: nothing is lost.
    """
    rest = words
    while len(rest) > limit_chars:
        end = grapheme_end(rest, limit_chars)
        found = max(rest.rfind("\n", end // 2, end), rest.rfind(" ", end // 2, end))
        at = found + 1 if found > 0 else max(end, 1)
        yield rest[:at]
        rest = rest[at:]
    if rest:
        yield rest


def fits(blocks: Blocks) -> bool:
    """Say whether Slack takes so many blocks and characters in one message."""
    return len(blocks) <= MAX_BLOCKS and visible_chars(blocks) <= MAX_TOTAL_CHARS


def fits_blocks(blocks: Blocks) -> bool:
    """Say whether none of the blocks has more words than Slack takes in one of its kind."""
    return all(
        len(visible_text(block)) <= _TEXT_CHARS.get(block["type"], MAX_TOTAL_CHARS) for block in blocks
    )


def simpler(blocks: Blocks) -> tuple[Blocks, ...]:
    """Return plainer forms of a message that Slack refused, the nearest first; all keep its words.

    The newest kinds of blocks are not known to every workspace, so the first form is without them; they
    hold controls only. The last form is text in sections, which Slack has always taken, without controls.
    """
    older = [block for block in blocks if block["type"] not in _NEWEST]
    texts = (visible_text(block) for block in blocks if block["type"] not in _CONTROLS)
    pieces = (piece for words in texts for piece in split(words, _PLAIN_CHARS) if piece.strip())
    plain = [
        {"type": "section", "block_id": f"{_id_of(blocks)}{n}", "text": _plain_text(piece)}
        for n, piece in enumerate(pieces)
    ]
    return (older, plain[:MAX_BLOCKS]) if plain else (older,)


def _id_of(blocks: Blocks) -> str:
    """Return what the ids of these blocks begin with, so that the message is still known as ours."""
    return str(next((b["block_id"] for b in blocks if "block_id" in b), "")).rpartition(":")[0] + ":"


def _plain_text(words: str) -> Block:
    return {"type": "plain_text", "text": words, "emoji": False}


def check(blocks: Blocks, text: str) -> None:
    """Pass silently when Slack will take this message.

    Raises:
        LimitExceededError: It would be refused; the error says what is too large.
    """
    _at_most("text", len(text), MAX_TEXT_CHARS)
    _at_most("blocks", len(blocks), MAX_BLOCKS)
    _at_most("characters of all blocks", visible_chars(blocks), MAX_TOTAL_CHARS)
    for index, block in enumerate(blocks):
        _check_block(block, f"blocks[{index}]")


def _check_block(block: Block, where: str) -> None:
    elements = block.get("elements", [])
    kind = block["type"]
    _at_most(f"{where}.block_id", len(block.get("block_id", "")), MAX_BLOCK_ID_CHARS)
    _at_most(f"{where}.elements", len(elements), _ELEMENTS.get(kind, len(elements)))
    _at_most(f"{where}.text", len(visible_text(block)), _TEXT_CHARS.get(kind, MAX_TOTAL_CHARS))
    for element in elements:
        if element["type"] == "button":
            _at_most(f"{where}.button.text", len(element["text"]["text"]), _BUTTON_TEXT_CHARS)
            _at_most(f"{where}.button.value", len(element["value"]), _BUTTON_VALUE_CHARS)


def _at_most(where: str, actual: int, limit: int) -> None:
    if actual > limit:
        raise LimitExceededError(where=where, actual=actual, limit=limit)


def grapheme_end(words: str, end: int) -> int:
    """Return the last place at or before `end` where the words can be cut in two."""
    while end > 0 and _belong_together(words, end):
        end -= 1
    return end


def _belong_together(words: str, at: int) -> bool:
    before, after = words[at - 1], words[at]
    if before == "\u200d" or after in _JOINERS or unicodedata.combining(after) or ord(after) in _MODIFIERS:
        return True
    return ord(after) in _FLAGS and _flags_before(words, at) % 2 == 1


def _flags_before(words: str, at: int) -> int:
    """Count the regional indicators right before `at`: two of them make one flag."""
    count = 0
    while at - count > 0 and ord(words[at - count - 1]) in _FLAGS:
        count += 1
    return count
