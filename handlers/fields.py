"""Read a payload of Slack without trusting its shape: what is absent or odd reads as empty."""

import json
import re
from collections.abc import Mapping

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TS = re.compile(r"[0-9]{1,11}\.[0-9]{1,6}")
_TOKEN = re.compile(r"[!-~]{1,256}")


def at(body: object, *path: str) -> object:
    """Return what stands at `path` in nested objects; None when anything on the way is missing."""
    for name in path:
        if not isinstance(body, Mapping):
            return None
        body = body.get(name)
    return body


def text_at(body: object, *path: str) -> str:
    """Return a string that can be stored and sent; empty when there is none."""
    value = at(body, *path)
    if not isinstance(value, str):
        return ""
    return value.encode("utf-8", "replace").decode()  # JSON may carry half a surrogate pair


def id_at(body: object, *path: str) -> str:
    """Return an identifier such as `C0123` or `H1`; empty when it cannot be one."""
    return _whole(_ID, text_at(body, *path))


def ts_at(body: object, *path: str) -> str:
    """Return a message's `ts`; empty when it cannot be one."""
    return _whole(_TS, text_at(body, *path))


def token_at(body: object, *path: str) -> str:
    """Return an opaque word, such as a trigger id or a button's value; empty when it cannot be one."""
    return _whole(_TOKEN, text_at(body, *path))


def items_at(body: object, *path: str) -> list[object]:
    """Return a list; empty when there is none."""
    value = at(body, *path)
    return value if isinstance(value, list) else []


def json_at(body: object, *path: str) -> object:
    """Return what a string of JSON says; None when it says nothing."""
    try:
        value: object = json.loads(text_at(body, *path))
    except (ValueError, RecursionError):
        return None
    return value


def team_of(body: object) -> str:
    """Return the workspace of an interaction; an organisation-wide installation names it by the user."""
    return id_at(body, "team", "id") or id_at(body, "user", "team_id")


def is_direct(channel_id: str) -> bool:
    """Say whether a conversation is a direct message, by its id."""
    return channel_id.startswith("D")


def _whole(pattern: re.Pattern[str], value: str) -> str:
    return value if pattern.fullmatch(value) else ""
