"""The scenario's time: it runs faster than ours, stops, and never passes its barrier.

Times are whole microseconds since 1970, because Slack's `ts` is a time and an id in one and a float would
lose its last digits.
"""

import re
from collections.abc import Callable

MICROS = 1_000_000
_TS = re.compile(r"([0-9]{1,11})\.([0-9]{6})")


def micros_of(ts: str) -> int:
    """Return the microseconds of a `ts`.

    Raises:
        ValueError: It is not ten digits or so, a dot and six digits.
    """
    match = _TS.fullmatch(ts)
    if match is None:
        raise ValueError(f"not a Slack ts: {ts!r}")
    return int(match[1]) * MICROS + int(match[2])


def ts_of(micros: int) -> str:
    """Return the `ts` of a time in microseconds."""
    return f"{micros // MICROS}.{micros % MICROS:06d}"


class Clock:
    """A clock that can run, stop and jump.

    Args:
        at_micros: Where it begins, stopped.
        speed: Scenario seconds per second of ours, above 0.
        monotonic: Our seconds, from anywhere, never going back.
        barrier_micros: It stops there by itself; None for no barrier.
    """

    def __init__(
        self,
        *,
        at_micros: int,
        speed: float,
        monotonic: Callable[[], float],
        barrier_micros: int | None = None,
    ) -> None:
        self._at_micros = at_micros
        self._speed = speed
        self._monotonic = monotonic
        self._barrier_micros = barrier_micros
        self._since: float | None = None

    @property
    def speed(self) -> float:
        """Scenario seconds per second of ours."""
        return self._speed

    @property
    def paused(self) -> bool:
        """It stands, by command or at its barrier."""
        return self._since is None or self.at_barrier

    @property
    def at_barrier(self) -> bool:
        """It has reached its barrier."""
        return self._barrier_micros is not None and self.now_micros() >= self._barrier_micros

    @property
    def now_ts(self) -> str:
        """The time as a `ts`."""
        return ts_of(self.now_micros())

    def now_micros(self) -> int:
        """Return the time."""
        if self._since is None:
            return self._at_micros
        passed = (self._monotonic() - self._since) * self._speed
        now = self._at_micros + int(passed * MICROS)
        return now if self._barrier_micros is None else max(self._at_micros, min(now, self._barrier_micros))

    def play(self) -> None:
        """Run on from where it stands."""
        self._settle(running=True)

    def pause(self) -> None:
        """Stop where it stands."""
        self._settle(running=False)

    def set_speed(self, speed: float) -> None:
        """Run faster or slower from now on; `speed` is above 0."""
        self._settle(running=self._since is not None)
        self._speed = speed

    def jump(self, at_micros: int) -> None:
        """Go to another time; running stays running."""
        self._at_micros = at_micros
        self._since = None if self._since is None else self._monotonic()

    def move_barrier(self, barrier_micros: int | None) -> None:
        """Let it run up to another barrier."""
        self._settle(running=not self.paused)
        self._barrier_micros = barrier_micros

    def seconds_until(self, micros: int) -> float:
        """Return our seconds until the clock shows `micros`, were it running; at least 0."""
        return max(0.0, (micros - self.now_micros()) / MICROS / self._speed)

    def _settle(self, *, running: bool) -> None:
        self._at_micros = self.now_micros()
        self._since = self._monotonic() if running else None
