"""Keeps an API that is down from slowing every answer. Pure: whoever uses it tells the time.

Each model has a circuit of its own. Failures in a row open it, fewer of them where each kept somebody
waiting; while it is open nobody is asked. After a rest one request may try (the probe): when it passes the
circuit closes, when it fails another rest begins.
A process has its own circuits: what one learns costs another a few seconds, and shared state could be wrong.
"""

from dataclasses import dataclass, field

MOST_FAILURES = 5
WINDOW_SECONDS = 60.0
REST_SECONDS = 30.0
HANG_SECONDS = 10.0
HANG_WEIGHT = 3
HANG_WINDOW_SECONDS = 600.0
"""Whoever waited so long for nothing counts as so many failures, for so long: five of them, one after the
other, would never fall into one window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a model is not asked now.

    Attributes:
        reason: Short words for people.
        is_busy: The last failure was an overload or a limit, which another model may not have.
    """

    reason: str
    is_busy: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """Leave to ask a model once.

    Attributes:
        model: Its id.
        generation: Of its circuit: what was let through before the circuit changed says nothing of it now.
        admitted_at: When it was given, by the same clock.
    """

    model: str
    generation: int
    admitted_at: float


@dataclass(frozen=True, slots=True)
class _Failure:
    until: float
    weight: int


@dataclass(slots=True)
class _Circuit:
    failures: list[_Failure] = field(default_factory=list)
    opened_at: float | None = None
    is_probing: bool = False
    last: Refusal = field(default_factory=lambda: Refusal(reason="", is_busy=False))
    generation: int = 0


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

    def admit(self, model: str, *, now: float) -> Permit | Refusal:
        """Return the leave to ask a model now, or why it must not be asked.

        Whoever got leave tells how it went: `passed`, `failed` or `left`.

        Args:
            model: Its id.
            now: Seconds of a clock that only runs forward.
        """
        circuit = self._circuits.setdefault(model, _Circuit())
        if circuit.opened_at is not None:
            if circuit.is_probing or now - circuit.opened_at < self.rest_seconds:
                return circuit.last
            circuit.is_probing = True
            circuit.generation += 1
        return Permit(model=model, generation=circuit.generation, admitted_at=now)

    def failed(self, permit: Permit, *, reason: str, is_busy: bool, now: float) -> None:
        """Take down that the API did not answer as it should, for no fault of the request's."""
        circuit = self._of(permit)
        if circuit is None:
            return
        standing = [failure for failure in circuit.failures if failure.until >= now]
        circuit.failures = [*standing, self._failure(permit, now)]
        if circuit.is_probing or sum(one.weight for one in circuit.failures) >= self.most_failures:
            told = f"{reason}, again and again: not asked for a moment"
            circuit.last = Refusal(reason=told, is_busy=is_busy)
            circuit.opened_at, circuit.is_probing = now, False
            circuit.generation += 1

    def _failure(self, permit: Permit, now: float) -> _Failure:
        if now - permit.admitted_at < HANG_SECONDS:
            return _Failure(until=now + self.window_seconds, weight=1)
        return _Failure(until=now + HANG_WINDOW_SECONDS, weight=HANG_WEIGHT)

    def passed(self, permit: Permit) -> None:
        """Take down that the API answered, whatever the answer was worth."""
        circuit = self._of(permit)
        if circuit is None:
            return
        circuit.failures.clear()
        if circuit.is_probing:
            circuit.opened_at, circuit.is_probing = None, False
            circuit.generation += 1

    def left(self, permit: Permit) -> None:
        """Take down that nobody waited for the answer: after a probe the next one may try."""
        circuit = self._of(permit)
        if circuit is not None:
            circuit.is_probing = False

    def _of(self, permit: Permit) -> _Circuit | None:
        """Return the circuit as far as the outcome of this permit says anything of it."""
        circuit = self._circuits[permit.model]
        return circuit if circuit.generation == permit.generation else None
