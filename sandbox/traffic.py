"""What becomes of events between the workspace and the app: lost, doubled, late, out of order, held."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from sandbox.channel import Json


@dataclass(slots=True, kw_only=True)
class Traffic:
    """The way of the events; commands and presses are not touched.

    Attributes:
        random: Decides what is lost and how late things are; give it a seed to have the same every time.
        lost_share: The share of events that are never sent, 0 to 1.
        is_lost: Loses the events for which it is true; it is given the inner event.
        copies: How often each event is sent, with the same `event_id`.
        late_seconds: An event is sent after a pause between these two, in machine time.
        is_held: Events are kept back, as when Slack pauses an app's queue.
        lost: The inner events that were never sent, oldest first.
    """

    random: Random = field(default_factory=lambda: Random(0))  # noqa: S311  # no secret hangs on it
    lost_share: float = 0.0
    is_lost: Callable[[Json], bool] = field(default=lambda _event: False)
    copies: int = 1
    late_seconds: tuple[float, float] = (0.0, 0.0)
    is_held: bool = False
    lost: list[Json] = field(default_factory=list)
    _held: list[Json] = field(default_factory=list)

    def pass_on(self, payload: Json) -> list[Json]:
        """Return what is sent now for an event: nothing, it, or copies of it."""
        event = payload.get("event") or payload
        if self.random.random() < self.lost_share or self.is_lost(event):
            self.lost.append(event)
            return []
        if self.is_held:
            self._held.append(payload)
            return []
        return [payload] * self.copies

    def delay(self) -> float:
        """Return how late the next one is, in seconds."""
        return self.random.uniform(*self.late_seconds)

    def take_held(self, *, is_shuffled: bool = False) -> list[Json]:
        """Return what was kept, and keep it no longer."""
        held, self._held = self._held, []
        if is_shuffled:
            self.random.shuffle(held)
        return held
