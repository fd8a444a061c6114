"""The few Block Kit pieces that our messages are made of.

Whatever people or a model wrote enters as a `text` element of a rich text block (or as plain text):
Slack reads no markup, mention or link in either. Links are made here, from permalinks alone.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from bot.incident.messages import Incident
from bot.incident.wording import known, one_line, shown_number
from bot.slack.limits import MAX_BLOCK_ID_CHARS, Block, Blocks, LimitExceededError, shorten

Span = dict[str, Any]
"""One rich text element: words with one style, or a link."""

Line = list[Span]
"""One line of a message."""

TOP = "top"
"""The block id's last part of the line that is put above an answer later."""

_PREFIX = "cp"
_OWNER = re.compile(rf"{_PREFIX}:(?P<answer_id>.+):\w+")
_CODE = re.compile(r"`([^`]+)`")
_UNSAFE_URL = re.compile(r"[\s<>|]")
MAX_CITES = 3
"""So many numbers stand in a row; the others are counted."""


def block_id(answer_id: str, n: int | str) -> str:
    """Return the id of an answer's n-th block, by which the answer is found again after a crash.

    Raises:
        LimitExceededError: The answer's id is too long for Slack's 255 characters.
    """
    made = f"{_PREFIX}:{answer_id}:{n}"
    if len(made) > MAX_BLOCK_ID_CHARS:
        raise LimitExceededError(where="block_id", actual=len(made), limit=MAX_BLOCK_ID_CHARS)
    return made


def owner_of(block_id: str) -> str | None:
    """Return the id of the answer that a block belongs to; None when it is no block of ours."""
    found = _OWNER.fullmatch(block_id)
    return found["answer_id"] if found else None


def numbered(blocks: Iterable[Block], answer_id: str, *, start: int = 0) -> Blocks:
    """Return the blocks with ids of this answer, counted from `start`."""
    return [{**block, "block_id": block_id(answer_id, n)} for n, block in enumerate(blocks, start)]


def with_top_line(blocks: Blocks, words: "str | Line") -> Blocks:
    """Return an answer with one line on top, in place of an earlier such line.

    Args:
        blocks: An answer as posted.
        words: Such as `Superseded 22:36: H1 refuted`; what stands before the first `: ` is bold.
    """
    answer_id = next((found for b in blocks if (found := owner_of(b.get("block_id", "")))), "unknown")
    line = labelled(words) if isinstance(words, str) else words
    top = {**rich([line]), "block_id": block_id(answer_id, TOP)}
    return [top, *(block for block in blocks if block.get("block_id") != top["block_id"])]


def labelled(words: str) -> Line:
    """Return words of which what stands before the first `: ` is bold."""
    label, colon, rest = words.partition(": ")
    return [bold(label + colon.rstrip()), *spans(f" {rest}")] if colon else [bold(words)]


def text(words: str) -> Span:
    """Return plain words."""
    return {"type": "text", "text": words}


def bold(words: str) -> Span:
    """Return bold words."""
    return {"type": "text", "text": words, "style": {"bold": True}}


def italic(words: str) -> Span:
    """Return italic words."""
    return {"type": "text", "text": words, "style": {"italic": True}}


def code(words: str) -> Span:
    """Return words in the typewriter's face."""
    return {"type": "text", "text": words, "style": {"code": True}}


_OURS = re.compile(r"(?i)^\s*(computed|verified by code)(?=\s*:)")
"""With what our own computations begin: nobody else's words may."""


def spans(words: str, *, limit_chars: int = 3_000) -> Line:
    """Return somebody's words as one line; what stands between backticks becomes code.

    Args:
        words: Data; only backticks mean anything in it.
        limit_chars: Longer words are cut at a word boundary and end in an ellipsis.
    """
    lead = " " if words[:1].isspace() else ""
    cut = lead + shorten(_OURS.sub(r"“\1”", one_line(words)), limit_chars)
    cut += "`" * (cut.count("`") % 2 and words.count("`") % 2 == 0)
    parts = _CODE.split(cut)
    return [code(part) if index % 2 else text(part) for index, part in enumerate(parts) if part]


def cites(ids: Iterable[str], incident: Incident, *, most: int = MAX_CITES) -> Line:
    """Return ` [13] [15]`, each number a link to its message; ids that do not exist are left out."""
    good = known(ids, incident)
    line: Line = []
    for evidence_id in good[:most]:
        line += [text(" "), _cite(evidence_id, incident)]
    return [*line, text(f" +{len(good) - most}")] if len(good) > most else line


def _cite(evidence_id: str, incident: Incident) -> Span:
    label = f"[{shown_number(evidence_id)}]"
    message = incident.by_id.get(evidence_id)
    if message is None or not message.permalink:
        return text(label)
    return {"type": "link", "url": message.permalink, "text": label}


def joined(lines: Sequence[Line], separator: str = " · ") -> Line:
    """Return several short lines as one; empty ones are left out."""
    full: Line = []
    for line in lines:
        if line:
            full += [text(separator), *line] if full else line
    return full


def line_chars(line: Line) -> int:
    """Return how many characters of a line a reader sees."""
    return sum(len(span["text"]) for span in line)


def lines_chars(lines: Iterable[Line]) -> int:
    """Return how many characters of lines a reader sees, line ends included."""
    return sum(line_chars(line) + 1 for line in lines)


def rich(lines: Iterable[Line]) -> Block:
    """Return a rich text block with these lines; empty ones are left out."""
    elements: Line = []
    for line in (line for line in lines if line):
        elements += [text("\n"), *line] if elements else line
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": _merged(elements)}]}


def _merged(elements: Line) -> Line:
    """Return the same words in fewer elements: neighbours of one style become one."""
    merged: Line = []
    for span in elements:
        last = merged[-1] if merged else None
        if (
            last is not None
            and last["type"] == span["type"] == "text"
            and last.get("style") == span.get("style")
        ):
            merged[-1] = {**last, "text": last["text"] + span["text"]}
        else:
            merged.append(span)
    return merged


def divider() -> Block:
    """Return a rule."""
    return {"type": "divider"}


def context(words: str, cited: Sequence[Span] = ()) -> Block:
    """Return one small grey line: plain text, then citations.

    Slack has no link elements here, so the citations are markup, of nothing but a number and a permalink.
    """
    plain = {"type": "plain_text", "text": words, "emoji": False}
    return {"type": "context", "elements": [plain, *(_small_link(span) for span in cited)]}


def _small_link(span: Span) -> Block:
    if span["type"] != "link" or _UNSAFE_URL.search(span["url"]):
        return {"type": "plain_text", "text": span["text"], "emoji": False}
    url = span["url"].replace("&", "&amp;")
    return {"type": "mrkdwn", "text": f"<{url}|{span['text']}>", "verbatim": True}


def button(label: str, *, action_id: str, value: str, is_primary: bool = False) -> Block:
    """Return a button; `value` is the id of the answer it belongs to."""
    made: Block = {
        "type": "button",
        "text": {"type": "plain_text", "text": label, "emoji": False},
        "action_id": action_id,
        "value": value,
    }
    return {**made, "style": "primary"} if is_primary else made


def actions(buttons: Sequence[Block]) -> Block:
    """Return a row of buttons."""
    return {"type": "actions", "elements": list(buttons)}


def feedback(answer_id: str) -> Block:
    """Return the thumbs; their values are `good|answer id` and `bad|answer id`."""
    return {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "feedback",
                "positive_button": _thumb("Useful", f"good|{answer_id}"),
                "negative_button": _thumb("Not useful", f"bad|{answer_id}"),
            }
        ],
    }


def _thumb(label: str, value: str) -> Block:
    return {"text": {"type": "plain_text", "text": label, "emoji": False}, "value": value}
