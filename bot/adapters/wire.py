"""Requests as bytes: JSON with every field, bounded in size; what a person typed is sealed.

Nobody has redacted a question when it is stored, because it must be durable before it is acknowledged. So its
words stand in the store sealed, behind the JSON, and the rest of the request in the clear: should the secret
change while it waits, the asker can still be told to ask again.
"""

from dataclasses import dataclass, replace

from pydantic import TypeAdapter, ValidationError

from bot.adapters.sealing import SealBrokenError, Sealer
from bot.errors import BadInputError
from bot.request import SILENT_KINDS, Request

MAX_BYTES = 65_536
MAX_TEXT_CHARS = 10_000
CUT_MARK = " […]"

_REQUEST = TypeAdapter(Request)


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One element of an inbox as it was read."""

    request_id: str
    payload: bytes


def pack(request: Request, sealer: Sealer) -> bytes:
    """Return a request as an element of an inbox, a line feed each: its id, its JSON, its sealed words.

    A question longer than `MAX_TEXT_CHARS` is cut and marked as cut: it is still answered.

    Raises:
        BadInputError: Another field makes it larger than `MAX_BYTES`.
    """
    if len(request.text) > MAX_TEXT_CHARS:
        request = replace(request, text=request.text[:MAX_TEXT_CHARS] + CUT_MARK)
    element = request.id.encode() + b"\n" + _payload(request, sealer)
    if len(element) > MAX_BYTES:
        raise BadInputError(field="request", problem=f"is {len(element)} bytes; the most is {MAX_BYTES}.")
    return element


def _payload(request: Request, sealer: Sealer) -> bytes:
    if not request.text or request.kind in SILENT_KINDS:  # nobody typed that
        return _REQUEST.dump_json(request)
    sealed = sealer.seal(request.text.encode(), about=_about(request))
    return _REQUEST.dump_json(replace(request, text="")) + b"\n" + sealed


def _about(request: Request) -> str:
    return f"request {request.id}"


def split(element: bytes) -> Element:
    """Part an element into its id and what follows."""
    request_id, _, payload = element.partition(b"\n")
    return Element(request_id=request_id.decode(), payload=payload)


def unpack(payload: bytes, sealer: Sealer) -> Request:
    """Return the request in `payload`; one whose words cannot be opened has none, and says so.

    Raises:
        BadInputError: It was not written by `pack`, or by an incompatible version.
    """
    told, _, sealed = payload.partition(b"\n")
    request = _validated(told)
    try:
        return (
            replace(request, text=sealer.open(sealed, about=_about(request)).decode()) if sealed else request
        )
    except SealBrokenError:
        return replace(request, is_unreadable=True)


def _validated(told: bytes) -> Request:
    try:
        return _REQUEST.validate_json(told)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadInputError(field=f"request.{where}", problem=first["msg"]) from None
