"""Plays incidents: which one is on, at what time, in which take."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.clock import MICROS, Clock, micros_of
from sandbox.errors import PageError
from sandbox.scenario import Library, Scenario, alert_ticks
from sandbox.take import Take, new_take
from sandbox.workspace import Change, Workspace

DEFAULT_SPEED = 60.0
LEAD_SECONDS = 20.0
"""Our seconds of play before the question, when an incident is opened: a newcomer should not wait longer."""
TICK_SECONDS = 0.25
MOST_NEWS = 100
"""More new messages than this at once are announced by one `state` event."""

Publish = Callable[[dict[str, Any]], None]


@dataclass(slots=True, kw_only=True)
class Player:
    """The incident that is on, and its time.

    Attributes:
        publish: Sends an event to the page's listeners.
        lead_seconds: Where an opened incident begins: our seconds before its question; None is
            its first message.
        autoplay: Run by itself as soon as somebody watches.
    """

    workspace: Workspace
    library: Library
    publish: Publish
    speed: float = DEFAULT_SPEED
    lead_seconds: float | None = LEAD_SECONDS
    autoplay: bool = True
    monotonic: Callable[[], float] = time.monotonic
    take: Take | None = None
    _takes: dict[str, int] = field(default_factory=dict)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _is_watched: bool = False
    _was_paused: bool = True

    def open(self, scenario_id: str | None = None) -> None:
        """Begin an incident, the first one when no id is given.

        Raises:
            PageError: There is no such incident.
        """
        scenarios = self.library.scenarios
        if scenario_id is None:
            scenario_id = next(iter(scenarios), "")
        if scenario_id not in scenarios:
            raise PageError(f"there is no incident {scenario_id!r}", status=404)
        scenario = scenarios[scenario_id]
        is_playing = self.autoplay and self._is_watched
        self._begin(scenario, at_micros=self._opening(scenario), is_playing=is_playing)

    def watch(self) -> None:
        """Somebody has opened the page: the first time, the play begins."""
        is_first, self._is_watched = not self._is_watched, True
        if is_first and self.autoplay and self.take is not None and not self.take.at_ask:
            self.control("play")

    def control(self, action: str, *, ts: str | None = None, speed: float | None = None) -> None:
        """Do what the page's clock controls ask.

        Args:
            action: `play`, `pause`, `seek` (needs `ts`) or `speed` (needs `speed`).
            ts: Where to go; before the present it starts another take.
            speed: Scenario seconds per second of ours, above 0 and at most 3600.

        Raises:
            PageError: The action or its argument makes no sense.
        """
        take = self._current()
        if action == "play":
            take.play()
        elif action == "pause":
            take.clock.pause()
        elif action == "seek":
            self._seek(take, _micros(ts))
        elif action == "speed":
            self._set_speed(take, speed)
        else:
            raise PageError(f"unknown action {action!r}: play, pause, seek or speed")
        self._announce()

    def catch_up(self) -> None:
        """Let everything appear that is due."""
        if self.take is None:
            return
        due = self.take.advance()
        for message in due:
            self.workspace.people.meet_author(message)
        are_many = len(due) > MOST_NEWS
        channel_id = self.take.channel.id
        for message in due:
            self.workspace.tell(
                Change(kind="posted", channel_id=channel_id, what=message, is_one_of_many=are_many)
            )
        if are_many:
            self.publish({"type": "state"})

    async def run(self) -> None:
        """Keep the play going until cancelled."""
        while True:
            self._tick()
            pause_seconds = self._pause_seconds()
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), pause_seconds)
            except TimeoutError:
                continue

    def clock_state(self) -> dict[str, Any]:
        """Return the clock as the page shows it."""
        take = self.take
        if take is None:
            return {"ts": "0.000000", "speed": self.speed, "paused": True, "at_ask": False}
        clock = take.clock
        return {"ts": clock.now_ts, "speed": clock.speed, "paused": clock.paused, "at_ask": take.at_ask}

    def scenario_state(self) -> dict[str, Any] | None:
        """Return the incident that is on, as the page shows it; None when there is none."""
        if self.take is None:
            return None
        scenario = self.take.scenario
        return {
            **scenario.listed(),
            "ask_at": scenario.ask_at,
            "start": scenario.start,
            "end": scenario.end,
            "found_at": scenario.found_at,
            "trigger_ts": scenario.trigger_ts,
            "expected_at_ask": scenario.expected_at_ask,
            "take": self.take.number,
            "ticks": alert_ticks(scenario.messages),
        }

    def _opening(self, scenario: Scenario) -> int:
        if self.lead_seconds is None:
            return micros_of(scenario.start)
        return scenario.ask_micros - int(self.lead_seconds * self.speed * MICROS)

    def _begin(self, scenario: Scenario, *, at_micros: int, is_playing: bool) -> None:
        """Set up another take; what lies before it is history there, not news."""
        self._retire()
        number = self._takes[scenario.id] = self._takes.get(scenario.id, 0) + 1
        take = new_take(
            scenario, number=number, at_micros=at_micros, speed=self.speed, monotonic=self.monotonic
        )
        self.workspace.channels[take.channel.id] = take.channel
        for message in take.advance():
            self.workspace.people.meet_author(message)
        self.take = take
        if is_playing and not take.at_ask:
            take.play()
        self.publish({"type": "state"})
        self._announce()

    def _retire(self) -> None:
        """Stop the time of the take that goes: what is still posted there stays in its moment."""
        if self.take is not None:
            self.take.clock.pause()

    def _seek(self, take: Take, at_micros: int) -> None:
        if at_micros < take.clock.now_micros():
            is_playing = not take.clock.paused
            self._begin(take.scenario, at_micros=at_micros, is_playing=is_playing)
            return
        take.jump(at_micros)
        self.catch_up()

    def _set_speed(self, take: Take, speed: float | None) -> None:
        if speed is None or not 0 < speed <= 3600:  # noqa: PLR2004  # an hour a second
            raise PageError("speed must be a number above 0 and at most 3600")
        self.speed = speed
        take.clock.set_speed(speed)

    def _current(self) -> Take:
        if self.take is None:
            raise PageError("no incident is on", status=409)
        return self.take

    def _announce(self) -> None:
        """Tell the page what the clock shows, and wake the play up."""
        self._was_paused = self.take is None or self.take.clock.paused
        self.publish({"type": "clock", **self.clock_state()})
        self._changed.set()

    def _tick(self) -> None:
        self.catch_up()
        clock: Clock | None = self.take.clock if self.take else None
        is_paused = clock is None or clock.paused
        if not (is_paused and self._was_paused):
            self.publish({"type": "clock", **self.clock_state()})
        self._was_paused = is_paused

    def _pause_seconds(self) -> float | None:
        """Return how long nothing will happen; None for as long as nobody touches the clock."""
        if self.take is None or self.take.clock.paused:
            return None
        return min(TICK_SECONDS, max(0.01, self.take.seconds_to_next()))


def _micros(ts: str | None) -> int:
    try:
        return micros_of(str(ts))
    except ValueError:
        raise PageError('ts must be a string such as "1742589434.000411"') from None
