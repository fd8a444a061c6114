"""Pages and cursors, as Slack makes them."""

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar

from sandbox.channel import Json
from sandbox.errors import SlackError

Item = TypeVar("Item")


def page_of(items: Sequence[Item], *, cursor: str, limit: int) -> tuple[list[Item], str]:
    """Return one page and the next page's cursor, empty at the end.

    Raises:
        SlackError: `invalid_cursor`.
    """
    offset = _offset(cursor)
    following = offset + limit
    return list(items[offset:following]), encode(f"offset:{following}") if following < len(items) else ""


def with_cursor(answer: Json, cursor: str) -> Json:
    """Add the next cursor to an answer."""
    return answer | {"response_metadata": {"next_cursor": cursor}}


def encode(text: str) -> str:
    """Return a cursor."""
    return base64.b64encode(text.encode()).decode()


def decode(cursor: str, *, prefix: str) -> str:
    """Return what a cursor of this kind holds.

    Raises:
        SlackError: `invalid_cursor`.
    """
    try:
        text = base64.b64decode(cursor, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise SlackError("invalid_cursor") from None
    if not text.startswith(prefix):
        raise SlackError("invalid_cursor")
    return text.removeprefix(prefix)


def _offset(cursor: str) -> int:
    if not cursor:
        return 0
    offset = decode(cursor, prefix="offset:")
    if not offset.isdecimal():
        raise SlackError("invalid_cursor")
    return int(offset)
