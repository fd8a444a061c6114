"""Keeps an API that is down from slowing every answer. Pure: whoever uses it tells the time.

Each model has a circuit of its own. Failures in a row open it; while it is open nobody is asked. After a
rest one request may try (the probe): when it passes the circuit closes, when it fails another rest begins.
A process has its own circuits: what one learns costs another a few seconds, and shared state could be wrong.
"""

from collections import deque
from dataclasses import dataclass, field

MOST_FAILURES = 5
WINDOW_SECONDS = 60.0
REST_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a model is not asked now.

    Attributes:
        reason: Short words for people.
        is_busy: The last failure was an overload or a limit, which another model may not have.
    """

    reason: str
    is_busy: bool


@dataclass(slots=True)
class _Circuit:
    failures: deque[float] = field(default_factory=deque)
    opened_at: float | None = None
    is_probing: bool = False
    last: Refusal = field(default_factory=lambda: Refusal(reason="", is_busy=False))


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """The circuits of one process.

    Args:
        most_failures: So many within `window_seconds` open a circuit.
        rest_seconds: So long nobody is asked before a probe.
    """

    most_failures: int = MOST_FAILURES
    window_seconds: float = WINDOW_SECONDS
    rest_seconds: float = REST_SECONDS
    _circuits: dict[str, _Circuit] = field(default_factory=dict)

    def refusal(self, model: str, *, now: float) -> Refusal | None:
        """Return why a model must not be asked now; None when it may, and then the caller asks it.

        Whoever was let through tells how it went: `passed`, `failed` or `left`.

        Args:
            model: Its id.
            now: Seconds of a clock that only runs forward.
        """
        circuit = self._of(model)
        if circuit.opened_at is None:
            return None
        if circuit.is_probing or now - circuit.opened_at < self.rest_seconds:
            return circuit.last
        circuit.is_probing = True
        return None

    def is_open(self, model: str) -> bool:
        """Say whether a model is down, as far as is known; whoever only looks is no probe."""
        return self._of(model).opened_at is not None

    def failed(self, model: str, *, reason: str, is_busy: bool, now: float) -> None:
        """Take down that the API did not answer as it should, for no fault of the request's."""
        circuit = self._of(model)
        circuit.failures.append(now)
        while now - circuit.failures[0] > self.window_seconds:
            circuit.failures.popleft()
        count = len(circuit.failures)
        if circuit.is_probing or count >= self.most_failures:
            told = f"{reason}, again and again: not asked for a moment"
            circuit.last = Refusal(reason=told, is_busy=is_busy)
            circuit.opened_at, circuit.is_probing = now, False

    def passed(self, model: str) -> None:
        """Take down that the API answered, whatever the answer was worth."""
        self._circuits.pop(model, None)

    def left(self, model: str) -> None:
        """Take down that nobody waited for the answer: after a probe the next one may try."""
        self._of(model).is_probing = False

    def _of(self, model: str) -> _Circuit:
        return self._circuits.setdefault(model, _Circuit())
