"""The SDK's exceptions, told in words for people. Imports the SDK: import this only in a worker."""

import math

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
            return TroubleError(
                reason="no connection to the API", remedy=Remedy.AGAIN, is_free=_never_sent(error)
            )
        case httpx2.TransportError():
            return TroubleError(reason="the connection to the API broke", remedy=Remedy.AGAIN)
        case anthropic.CredentialsError():
            return TroubleError(reason="no API key", is_free=True)
        case _:
            return TroubleError(reason="the API answered in an unknown form", remedy=Remedy.AGAIN)


def _of_status(error: anthropic.APIStatusError) -> TroubleError:
    return TroubleError(
        reason=_reason(error),
        remedy=Remedy.AGAIN if _may_pass(error) else Remedy.NONE,
        wait_seconds=_asked_wait_seconds(error.response),
        status=error.status_code,
        request_id=error.request_id or "",
        is_free=error.status_code != _IN_A_STREAM,
    )


def _never_sent(error: BaseException | None) -> bool:
    """Say whether no connection stood, by the chain of causes: what was never sent costs nothing."""
    while error is not None:
        if isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout):
            return True
        error = error.__cause__ or error.__context__
    return False


def _reason(error: anthropic.APIStatusError) -> str:
    known = _BY_TYPE.get(str(error.type)) or _BY_STATUS.get(error.status_code)
    if known:
        return known
    # An exhausted account answers 400 with this sentence, not 402; there is no code for it.
    if "credit balance" in str(error.api_message).lower():
        return "no API credit left"
    return "the API refused the request" if error.status_code in range(400, 500) else "the API failed"


def _may_pass(error: anthropic.APIStatusError) -> bool:
    if error.type == "billing_error":
        return False
    return error.status_code in _PASSING or error.status_code not in range(400, 500)


def _asked_wait_seconds(response: httpx2.Response) -> float | None:
    """Read `Retry-After` in seconds; a date, as HTTP also allows, counts as a very long time."""
    value = response.headers.get("retry-after")
    if value is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        return math.inf
