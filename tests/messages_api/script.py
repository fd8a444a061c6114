"""What the stand-in does with a request: one `Turn` after the other, the last one for ever."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Words = str | Callable[[dict[str, Any]], str]
Break = Literal["error", "cut", "stall", "silence", "garbage", "disorder", "pings", "trickle"]
Call = tuple[str, dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One answer or fault.

    Attributes:
        words: What is answered: a text, or a function of the request's body.
        end: The stop reason.
        break_after_chars: Where the stream breaks off; None for nowhere.
        breaks_by: How: an error event, a cut connection, silence without end, a clean end without a stop
            reason, an event that is no JSON, an event for a block that was never begun, pings without end, or
            an event of which a byte comes each second.
        think_seconds: So long only pings come before the first word.
        is_mute: The stream holds no message: a ping, and the end of a block that never began.
        error: Type of the error, for a status other than 200 or an error event.
        message: Its text.
        calls: Tools that are called, by name and input; the turn then ends for them.
        thinking: Text of a thinking block that comes first; empty for an omitted one.
    """

    words: Words = ""
    end: str = "end_turn"
    status: int = 200
    error: str = "overloaded_error"
    message: str = "Overloaded"
    retry_after: str | None = None
    break_after_chars: int | None = None
    breaks_by: Break = "silence"
    is_mute: bool = False
    calls: tuple[Call, ...] = ()
    thinking: str = ""
    chunk_chars: int = 24
    pause_seconds: float = 0
    think_seconds: float = 0


def overloaded(*, retry_after: str | None = None) -> Turn:
    return Turn(status=529, retry_after=retry_after)


def rate_limited(*, retry_after: str | None = None) -> Turn:
    return Turn(status=429, error="rate_limit_error", message="Number of requests", retry_after=retry_after)


def refused_key() -> Turn:
    return Turn(status=401, error="authentication_error", message="invalid bearer token")


def no_credit() -> Turn:
    return Turn(
        status=400,
        error="invalid_request_error",
        message="Your credit balance is too low to access the Anthropic API.",
    )


def looking_up(*calls: Call, **more: Any) -> Turn:
    """A turn that calls tools."""
    return Turn(calls=calls, end="tool_use", **more)
