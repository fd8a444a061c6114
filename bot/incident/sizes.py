"""How large texts are in a prompt, estimated without a tokenizer."""

import json
import re
from collections.abc import Collection, Mapping

LIGHT = b"abcdefghijklmnopqrstuvwxyz \n\t"
_TWELFTHS = 12
_LIGHT_TWELFTHS = 4
_DENSE_TWELFTHS = 9
_WIDE_TWELFTHS = 12
"""What one character takes, in twelfths of a token of the tokenizers since Opus 4.7, the densest in use: a
third for small letters and blanks, three quarters for digits, capitals and signs, one for the rest. Prose has
about 3.1 characters a token there, logs and ids about 1.9 (UUIDs, ARNs, hashes, timestamps)."""
MESSAGE_CHARS = 12_000
"""Of longer texts, such as pasted logs, the beginning and the end are shown, and what the middle states."""
_ACTIVE = re.compile(
    "[<>\uff1c\uff1e\ufe64\ufe65"
    "\x7f-\x9f\u00ad\u0600-\u0605\u061c\u06dd\u070f\u08e2\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e01ef]"
)
"""Markup that could pose as a tag of a prompt; characters that nobody sees or that cannot be encoded."""


def estimate_tokens(text: str) -> int:
    """Return about how many tokens a text has, rather too many than too few.

    It grows with every character. A model with another tokenizer takes less: see `Model.token_factor`.
    """
    data = text.encode("ascii", "ignore")
    dense = len(data.translate(None, LIGHT))
    wide = len(text) - len(data)
    twelfths = _LIGHT_TWELFTHS * (len(data) - dense) + _DENSE_TWELFTHS * dense + _WIDE_TWELFTHS * wide
    return -(-twelfths // _TWELFTHS)


def to_json(value: object) -> str:
    """Return JSON with sorted keys in which no markup and no hidden character stands unescaped."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return _ACTIVE.sub(lambda match: _escaped(match[0]), text)


def json_tokens(value: object) -> int:
    """Return about how many tokens a value takes in a prompt, as JSON."""
    return estimate_tokens(to_json(value))


def fitting(sizes: Mapping[str, int], *, budget_tokens: int, first: Collection[str] = ()) -> frozenset[str]:
    """Return which of several things have room together, the newest first.

    Args:
        sizes: Id → its size in tokens, oldest first.
        budget_tokens: Most tokens that all of them may have together.
        first: Ids that are considered before all others. What does not fit leaves its room to smaller ones.
    """
    chosen, room = set[str](), budget_tokens
    newest_first = list(sizes)[::-1]
    for one in sorted(newest_first, key=lambda one: one not in first):
        if sizes[one] <= room:
            chosen.add(one)
            room -= sizes[one]
    return frozenset(chosen)


def _escaped(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
