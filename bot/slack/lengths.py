"""Texts that are too long to be read whole: their head and their tail stay, and how much went is said."""

from bot.slack.limits import grapheme_end

MOST_TEXT_CHARS = 24_000
"""What stays of one message: above the 16,000 of Slack's longest rendered body, far below a pasted log."""
_MOST_MARKS = 64
_TAIL_SHARE = 4
"""A log's end says what failed; a quarter is kept for it."""


def without_middle(text: str, *, most_chars: int = MOST_TEXT_CHARS) -> tuple[str, int]:
    """Return a text of about `most_chars` characters at most, and how many were left out of its middle.

    It is cut between characters as people see them, at line ends where there are any near.
    """
    if len(text) <= most_chars:
        return text, 0
    tail_chars = most_chars // _TAIL_SHARE
    head_end = _line_end(text, _between(text, most_chars - tail_chars))
    tail_start = _line_end(text, _between(text, len(text) - tail_chars))
    cut = tail_start - head_end
    head, tail = text[:head_end].rstrip("\n"), text[tail_start:].lstrip("\n")
    return f"{head}\n{left_out(cut)}\n{tail}", cut


def left_out(chars: int) -> str:
    """Return what stands in a text in place of what was left out of it."""
    return f"[{chars:,} characters left out here]"


def _between(text: str, at: int) -> int:
    """Return the last place at or before `at` between two characters; a heap of marks is cut where it is."""
    start = max(0, at - _MOST_MARKS)
    found = grapheme_end(text[start : at + 1], at - start)
    return start + found if found else at


def _line_end(text: str, at: int) -> int:
    """Return the last line end within the tenth before `at`, else `at`."""
    found = text.rfind("\n", at - at // 10, at)
    return found if found > 0 else at
