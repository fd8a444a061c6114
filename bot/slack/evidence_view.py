"""The quotes behind an answer, shown to the person who asks for them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.incident.wording import counted, one_line, shown_number
from bot.slack.blocks import Line, bold, numbered, rich, text
from bot.slack.limits import Block, Blocks, grapheme_end, visible_chars

Quote = tuple[str, str, str, str]
"""Author, UTC time as ISO text, the exact redacted words, permalink (empty when unknown)."""

_VIEW_CHARS = 11_000
_QUOTE_CHARS = 700
_MOST = 45


def evidence_view(quotes: Mapping[str, Quote], *, answer_id: str) -> Blocks:
    """Return each cited message: number, author, time, its exact words and its link.

    Args:
        quotes: By evidence id, such as `m13`.
        answer_id: Of the answer that cites them.
    """
    computed = sum(one.startswith("p") for one in quotes)
    also = f", and {counted(computed, 'computed verdict')}" if computed else ""
    messages = counted(len(quotes) - computed, "message")
    title = rich([[bold("Evidence"), text(f" · {messages} cited, as they were read{also}")]])
    entries = [_entry(evidence_id, quotes[evidence_id]) for evidence_id in sorted(quotes, key=_order)]
    kept = _that_fit(entries)
    more = len(entries) - len(kept)
    note = [rich([[text(f"{counted(more, 'more quote')} not printed here: open the links in the answer.")]])]
    empty = [rich([[text("This answer cites nothing.")]])]
    return numbered([title, *kept, *(note if more else []), *([] if quotes else empty)], answer_id)


def _entry(evidence_id: str, quote: Quote) -> Block:
    author, at, words, permalink = quote
    label = f"[{shown_number(evidence_id)}]"
    number: Line = [{"type": "link", "url": permalink, "text": label}] if permalink else [bold(label)]
    head = rich([[*number, text(f" {one_line(author)} · {_time(at)}")]])
    return {**head, "elements": [*head["elements"], *_quoted(words)]}


def _quoted(words: str) -> list[dict[str, Any]]:
    """Return the words as a quote with their line breaks; only the length is touched."""
    shown = words if len(words) <= _QUOTE_CHARS else words[: grapheme_end(words, _QUOTE_CHARS)]
    cut = len(words) - len(shown)
    rest = [text(f" … ({counted(cut, 'more character')} in the message)")] if cut > 0 else []
    return [{"type": "rich_text_quote", "elements": [text(shown or "(no text)"), *rest]}]


def _that_fit(entries: Blocks) -> Blocks:
    kept: Blocks = []
    for entry in entries[:_MOST]:
        if visible_chars([*kept, entry]) > _VIEW_CHARS:
            break
        kept.append(entry)
    return kept


def _time(iso: str) -> str:
    at = datetime.fromisoformat(iso)
    return f"{at.day} {at:%b %H:%M:%S} UTC"


def _order(evidence_id: str) -> tuple[bool, int, str]:
    digits = evidence_id[1:]
    return (not evidence_id.startswith("m"), int(digits) if digits.isdigit() else 0, evidence_id)
