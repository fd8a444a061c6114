"""What can go wrong between a question and a usable answer of Claude, and what may be tried then."""

from dataclasses import dataclass, field
from enum import StrEnum

from bot.answers import Usage
from bot.errors import AnalystFailedError


class Remedy(StrEnum):
    """What may help."""

    AGAIN = "again"
    """The same request a moment later."""
    REPAIR = "repair"
    """The same request with a word on what was wrong with the answer."""
    SMALLER = "smaller"
    """The same question with less to read."""
    OTHER_MODEL = "other_model"
    """A model without the classifier that declined."""
    NONE = "none"


class TroubleError(Exception):
    """One attempt gave no usable answer; never leaves the adapter.

    Args:
        reason: Short words for people, such as `API overloaded`.
        remedy: What may help.
        problem: For `REPAIR`: what was wrong, in words for the model; never the model's own text.
        wait_seconds: How long the API asked us to wait; None when it did not say.
        status: HTTP status; None when there was none.
        request_id: The API's id of the request; empty when unknown.
        is_free: The request was refused, or never reached the API: nothing was used.
        is_busy: The API had no room for this model just now; another one may have some.
    """

    def __init__(
        self,
        *,
        reason: str,
        remedy: Remedy = Remedy.NONE,
        problem: str = "",
        wait_seconds: float | None = None,
        status: int | None = None,
        request_id: str = "",
        is_free: bool = False,
        is_busy: bool = False,
    ) -> None:
        super().__init__(reason)
        self.is_busy = is_busy
        self.is_free = is_free
        self.reason = reason
        self.remedy = remedy
        self.problem = problem
        self.wait_seconds = wait_seconds
        self.status = status
        self.request_id = request_id

    @property
    def is_outage(self) -> bool:
        """The API failed, for no fault of the request's."""
        return self.remedy is Remedy.AGAIN


class ModelFailedError(AnalystFailedError):
    """The model gave no usable diagnosis, and this is what the attempts used.

    Args:
        reason: Short words for people.
        usage: None when the API reported nothing.
        can_go_on: The time was up: asked once more, it may come to an end.
    """

    def __init__(self, *, reason: str, usage: Usage | None, can_go_on: bool = False) -> None:
        super().__init__(reason=reason)
        self.usage = usage
        self.can_go_on = can_go_on


_ONCE = (Remedy.REPAIR, Remedy.SMALLER, Remedy.OTHER_MODEL)


@dataclass(slots=True, kw_only=True)
class Patience:
    """How often each remedy may still be tried for one question.

    Attributes:
        longest_wait_seconds: An API that asks for a longer pause is given up at once: the asker is better
            served by an answer without a model now.
        backoff_seconds: Pause before the first retry when the API names none; doubles with each.
    """

    longest_wait_seconds: float = 8.0
    backoff_seconds: float = 0.5
    left: dict[Remedy, int] = field(
        default_factory=lambda: {Remedy.NONE: 0} | dict.fromkeys(_ONCE, 1) | {Remedy.AGAIN: 2}
    )

    def spend(self, trouble: TroubleError) -> float | None:
        """Use up one try of the remedy.

        Returns:
            Seconds to wait before it; None when there is nothing left to try.
        """
        if self.left[trouble.remedy] == 0:
            return None
        self.left[trouble.remedy] -= 1
        if trouble.remedy is not Remedy.AGAIN:
            return 0.0
        return self._pause(trouble.wait_seconds)

    def _pause(self, asked_seconds: float | None) -> float | None:
        wait_seconds = self.backoff_seconds if asked_seconds is None else asked_seconds
        self.backoff_seconds *= 2
        return wait_seconds if wait_seconds <= self.longest_wait_seconds else None
