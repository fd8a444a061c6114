"""Faults on order: what a test wants the Web API to do wrong."""

from collections import defaultdict, deque
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What happens instead of an answer.

    Attributes:
        status: HTTP status; 200 needs `error`.
        error: The name in `ok: false`.
        retry_after_seconds: For 429.
        is_performed: The call takes effect all the same and only its answer is lost.
    """

    status: int = 200
    error: str = ""
    retry_after_seconds: int | None = None
    is_performed: bool = False


@dataclass(slots=True)
class Faults:
    """Faults that wait for their calls, by method."""

    _waiting: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))

    def order(self, method: str, fault: Fault, *, times: int = 1) -> None:
        """Let the next `times` calls of a method fail; `upload` is the sending of a file's bytes."""
        self._waiting[method].extend([fault] * times)

    def next(self, method: str) -> Fault | None:
        """Return the fault that is due, once."""
        waiting = self._waiting.get(method)
        return waiting.popleft() if waiting else None
