"""The arguments of a Web API call, whichever of Slack's four ways they came in."""

import json
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.errors import SlackError


@dataclass(frozen=True, slots=True)
class Args:
    """Arguments by name: strings from queries and forms, anything from JSON."""

    values: dict[str, Any]

    def has(self, name: str) -> bool:
        """The argument was given and is not null."""
        return self.values.get(name) is not None

    def text(self, name: str, default: str | None = None) -> str:
        """Return a string.

        Raises:
            SlackError: `invalid_arguments` when it is absent with no default, or no string.
        """
        value = self.values.get(name)
        if value is None:
            if default is None:
                raise _invalid(f"missing required field: {name}")
            return default
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            return str(value)
        raise _invalid(f"must be a string: {name}")

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a boolean; `1`, `true` and their like count as true."""
        value = self.values.get(name)
        if value is None:
            return default
        return value if isinstance(value, bool) else str(value).lower() in {"1", "true", "yes", "on"}

    def limit(self, *, default: int, most: int) -> int:
        """Return `limit`.

        Raises:
            SlackError: `invalid_limit` when it is no whole number from 1 to `most`.
        """
        text = self.text("limit", str(default))
        if not text.isdecimal() or not 1 <= int(text) <= most:
            raise SlackError("invalid_limit")
        return int(text)

    def json(self, name: str, *, error: str) -> Any:
        """Return structured data, given as JSON or as a string of JSON; None when absent.

        Raises:
            SlackError: `error`, when the string is not JSON.
        """
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            raise SlackError(error) from None


async def read_args(request: web.Request) -> Args:
    """Collect the arguments of a call from its query string, form or JSON body.

    Raises:
        SlackError: `invalid_json` or `json_not_object`.
    """
    values: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        values |= _json_object(await request.read())
    elif request.method == "POST":
        values |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    return Args(values)


def token_of(request: web.Request, args: Args) -> str:
    """Return the token of a call.

    Raises:
        SlackError: `not_authed` when there is none.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    if args.text("token", ""):
        return args.text("token")
    raise SlackError("not_authed")


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise SlackError("invalid_json") from None
    if not isinstance(found, dict):
        raise SlackError("json_not_object")
    return found


def _invalid(problem: str) -> SlackError:
    return SlackError("invalid_arguments", messages=(f"[ERROR] {problem}",))
