"""The SDK's exceptions, told in words for people. Imports the SDK: import this only in a worker."""

import math
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import anthropic
import httpx2

from bot.adapters.claude_trouble import Remedy, TroubleError

_BY_STATUS = {
    401: "API key refused",
    402: "no API credit left",
    403: "API key not allowed to use this model",
    404: "model not available at the API",
    413: "the incident is too long for the API",
    429: "API rate limit reached",
    529: "API overloaded",
}
_BY_TYPE = {
    "billing_error": "no API credit left",
    "overloaded_error": "API overloaded",
    "rate_limit_error": "API rate limit reached",
    "timeout_error": "no answer from the API",
}
_IN_A_STREAM = 200
_PASSING = frozenset({408, 409, 429})
"""Client errors that may pass; every status from 500 may, and 200, which an error inside a stream has."""
_BUSY = frozenset({429, 529})
_BUSY_TYPES = frozenset({"overloaded_error", "rate_limit_error"})
_TOO_LARGE = 413
_TOO_LONG = "prompt is too long"
"""A prompt beyond the model's window answers 400 with this and a count; there is no code for it."""


def trouble_of(error: Exception) -> TroubleError:
    """Classify what the SDK raised.

    An error event inside a stream arrives as a plain `APIStatusError` with status 200; what breaks a
    connection inside a stream is no `APIError` at all (both seen with anthropic 2.12).

    Args:
        error: An `AnthropicError`, an HTTP error of the transport, or an error for unreadable data.
    """
    match error:
        case anthropic.APIStatusError():
            return _of_status(error)
        case anthropic.APITimeoutError() | httpx2.TimeoutException():
            return TroubleError(
                reason="no answer from the API", remedy=Remedy.AGAIN, is_free=_never_sent(error)
            )
        case anthropic.APIConnectionError():
            return TroubleError(reason=_unconnected(error), remedy=Remedy.AGAIN, is_free=_never_sent(error))
        case httpx2.TransportError():
            return TroubleError(reason="the connection to the API broke", remedy=Remedy.AGAIN)
        case anthropic.CredentialsError():
            return TroubleError(reason="no API key", is_free=True)
        case _:
            return TroubleError(reason="the API answered in an unknown form", remedy=Remedy.AGAIN)


def _of_status(error: anthropic.APIStatusError) -> TroubleError:
    return TroubleError(
        reason=_reason(error),
        remedy=_remedy(error),
        wait_seconds=_asked_wait_seconds(error.response),
        status=error.status_code,
        request_id=error.request_id or "",
        is_free=error.status_code != _IN_A_STREAM,
        is_busy=error.status_code in _BUSY or str(error.type) in _BUSY_TYPES,
    )


def _remedy(error: anthropic.APIStatusError) -> Remedy:
    if error.status_code == _TOO_LARGE or _is_too_long(error):
        return Remedy.SMALLER
    return Remedy.AGAIN if _may_pass(error) else Remedy.NONE


def _is_too_long(error: anthropic.APIStatusError) -> bool:
    return error.status_code in range(400, 500) and _TOO_LONG in str(error.api_message).lower()


def _never_sent(error: BaseException | None) -> bool:
    """Say whether no connection stood, by the chain of causes: what was never sent costs nothing."""
    never = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
    return any(isinstance(one, never) for one in _chain(error))


def _unconnected(error: BaseException) -> str:
    """Say why no connection stood, as far as the operator can do something about it."""
    causes = list(_chain(error))
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return "the API's address was not found"
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return "no secure connection to the API"
    return "no connection to the API"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _reason(error: anthropic.APIStatusError) -> str:
    known = _BY_TYPE.get(str(error.type)) or _BY_STATUS.get(error.status_code)
    if known:
        return known
    # An exhausted account answers 400 with this sentence, not 402; there is no code for it.
    if "credit balance" in str(error.api_message).lower():
        return "no API credit left"
    if _is_too_long(error):
        return "the incident is too long for the model"
    return "the API refused the request" if error.status_code in range(400, 500) else "the API failed"


def _may_pass(error: anthropic.APIStatusError) -> bool:
    if error.type == "billing_error":
        return False
    return error.status_code in _PASSING or error.status_code not in range(400, 500)


def _asked_wait_seconds(response: httpx2.Response) -> float | None:
    """Read `Retry-After`: seconds, or a date as HTTP also allows; what is neither says nothing."""
    value = response.headers.get("retry-after")
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        return _until(value, response.headers.get("date", ""))
    return None if math.isnan(seconds) else max(0.0, seconds)


def _until(value: str, sent: str) -> float | None:
    """Return the seconds to a date, by the clock of the server that named it where it told its own time."""
    then, now = _date(value), _date(sent) or datetime.now(UTC)
    return None if then is None else max(0.0, (then - now).total_seconds())


def _date(value: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
