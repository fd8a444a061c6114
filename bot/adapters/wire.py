"""Requests as bytes: JSON with every field, bounded in size."""

from dataclasses import dataclass, replace

from pydantic import TypeAdapter, ValidationError

from bot.errors import BadInputError
from bot.request import Request

MAX_BYTES = 65_536
MAX_TEXT_CHARS = 10_000
CUT_MARK = " […]"

_REQUEST = TypeAdapter(Request)


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One element of an inbox as it was read."""

    request_id: str
    payload: bytes


def pack(request: Request) -> bytes:
    """Return a request as an element of an inbox: its id, a line feed, its JSON.

    A question longer than `MAX_TEXT_CHARS` is cut and marked as cut: it is still answered.

    Raises:
        BadInputError: Another field makes it larger than `MAX_BYTES`.
    """
    if len(request.text) > MAX_TEXT_CHARS:
        request = replace(request, text=request.text[:MAX_TEXT_CHARS] + CUT_MARK)
    element = request.id.encode() + b"\n" + _REQUEST.dump_json(request)
    if len(element) > MAX_BYTES:
        raise BadInputError(field="request", problem=f"is {len(element)} bytes; the most is {MAX_BYTES}.")
    return element


def split(element: bytes) -> Element:
    """Part an element into its id and the request's JSON."""
    request_id, _, payload = element.partition(b"\n")
    return Element(request_id=request_id.decode(), payload=payload)


def unpack(payload: bytes) -> Request:
    """Return the request in `payload`.

    Raises:
        BadInputError: It was not written by `pack`, or by an incompatible version.
    """
    try:
        return _REQUEST.validate_json(payload)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadInputError(field=f"request.{where}", problem=first["msg"]) from None
