"""How much of an incident is searched for facts: all of it, up to a bound that keeps the time short."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from bot.incident.messages import Message

MOST_CHARS = 400_000
"""Of all messages together: a few seconds of one core, and more than two thousand usual messages."""
LEAST_CHARS = 400
"""So much of every message is searched in any case."""
_TAIL_SHARE = 4
"""The end of a paste says what failed: a quarter is kept for it."""


def without_middles(
    messages: Sequence[Message], *, most_chars: int = MOST_CHARS
) -> tuple[Sequence[Message], int]:
    """Return messages of `most_chars` together, the longest without their middles, and how much went.

    The very same messages when they are not too long.
    """
    lengths = sorted(len(message.text) for message in messages)
    if sum(lengths) <= most_chars:
        return messages, 0
    cap = max(_cap(lengths, most_chars), LEAST_CHARS)
    cut = [message if len(message.text) <= cap else _cut(message, cap) for message in messages]
    return cut, sum(lengths) - sum(len(message.text) for message in cut)


def _cap(lengths: Sequence[int], most_chars: int) -> int:
    """Return the longest that each may be so that all together fit."""
    sums = [0, *accumulate(lengths)]
    count = len(lengths)
    fits = [sums[n] + length * (count - n) > most_chars for n, length in enumerate(lengths)]
    n = bisect_left(fits, x=True)
    return (most_chars - sums[n]) // (count - n)


def _cut(message: Message, cap: int) -> Message:
    tail_chars = cap // _TAIL_SHARE
    head, tail = message.text[: cap - tail_chars - 1], message.text[-tail_chars:]
    return replace(message, text=f"{head}\n{tail}")
