"""What is kept of Slack's message objects: all that a reader of the incident needs, within bounds."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

KEPT = frozenset(
    {
        "ts",
        "thread_ts",
        "type",
        "subtype",
        "user",
        "bot_id",
        "username",
        "text",
        "blocks",
        "attachments",
        "files",
        "edited",
        "hidden",
        "pinned_to",
        "team",
        "user_team",
        "bot_profile",
        "user_profile",
    }
)
"""What of Slack's message object is kept: all that a reader of the incident needs, and no more."""
OWN_KEPT = frozenset({"ts", "thread_ts", "user", "bot_id", "subtype"})
"""What is kept of the copilot's own posts: that they stand there."""
CUT = "cut_chars"
"""In a kept body that was too large: about how many characters were left out. Slack sends no such key."""

MAX_BODY_CHARS = 256 * 1024
"""Three times what Slack lets people write in one message; bots and files can bring more."""
MAX_DEPTH = 32
"""Slack's own objects are less than half as deep."""
STRING_CHARS = (40_000, 4_000, 400)
"""How long strings may be in a body that is too large: the first that makes it fit is taken."""
TAIL_SHARE = 4
"""A log's end says what failed; a quarter is kept for it."""
LARGE = frozenset({"blocks", "attachments", "files", "bot_profile", "user_profile"})
"""What is left out altogether when nothing else helps."""


def body_of(raw: Mapping[str, Any], *, is_own: bool = False) -> str:
    """Return the kept part of a message object, as canonical JSON: equal objects give equal text.

    A body past `MAX_BODY_CHARS` or `MAX_DEPTH` is cut: its long strings end in `MARK`, what lies too deep is
    null, and `CUT` says about how much was left out.

    Args:
        raw: As Slack sends it; nothing is assumed of its shape but that it was JSON.
        is_own: A post of the copilot: no word of it is kept.
    """
    kept = OWN_KEPT if is_own else KEPT
    found = {name: value for name, value in raw.items() if name in kept and value is not None}
    try:
        body = _canonical(found)
    except RecursionError:
        return _cut(_flat(found, MAX_DEPTH))
    if body.count("[") + body.count("{") > MAX_DEPTH and _is_deep(found, MAX_DEPTH):
        return _cut(_flat(found, MAX_DEPTH))
    return body if len(body) <= MAX_BODY_CHARS else _cut(found, size=len(body))


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _cut(found: Mapping[str, Any], *, size: int = 0) -> str:
    """Return a body that fits; `size` is how long it was, if that is known."""
    size = size or len(_canonical(found))
    for limit in STRING_CHARS:
        shorter = {name: _shortened(value, limit) for name, value in found.items()}
        body = _canonical(shorter)
        if len(body) <= MAX_BODY_CHARS:
            break
    else:
        shorter = {name: value for name, value in shorter.items() if name not in LARGE}
        body = _canonical(shorter)
    return _canonical({**shorter, CUT: max(1, size - len(body))})


def _canonical(value: object) -> str:
    return _ENCODER.encode(value)


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, list) else ()


def _is_deep(value: object, left: int) -> bool:
    return left < 0 or any(_is_deep(inner, left - 1) for inner in _inside(value))


def _flat(value: Any, left: int) -> Any:
    if isinstance(value, Mapping):
        return {name: _flat(inner, left - 1) if left else None for name, inner in value.items()}
    if isinstance(value, list):
        return [_flat(inner, left - 1) if left else None for inner in value]
    return value


def _without_middle(text: str, limit: int) -> str:
    tail_chars = limit // TAIL_SHARE
    left_out = len(text) - limit
    return f"{text[: limit - tail_chars]}\n[{left_out:,} characters left out here]\n{text[-tail_chars:]}"


def _shortened(value: Any, limit: int) -> Any:
    if isinstance(value, str):
        return value if len(value) <= limit else _without_middle(value, limit)
    if isinstance(value, Mapping):
        return {name: _shortened(inner, limit) for name, inner in value.items()}
    return [_shortened(inner, limit) for inner in value] if isinstance(value, list) else value
