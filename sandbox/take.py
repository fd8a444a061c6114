"""One play of an incident into one fresh channel.

Going back in time starts another take in another channel, so that nothing which the copilot remembers of
later things can leak into an earlier moment.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import takewhile

from sandbox.channel import Channel, Json
from sandbox.clock import Clock, micros_of
from sandbox.people import BOT_USER_ID, PERSON_ID, TEAM_ID, user_ids_in
from sandbox.scenario import Scenario


@dataclass(slots=True, kw_only=True)
class Take:
    """A scenario, its channel, and how far it has been played.

    Attributes:
        number: 1 for the first take of this scenario.
        is_asked: The pause at `ask_at` is over.
        revealed: How many of the scenario's messages have appeared.
    """

    scenario: Scenario
    number: int
    channel: Channel
    is_asked: bool = False
    revealed: int = 0

    @property
    def clock(self) -> Clock:
        """The take's time, which is its channel's."""
        return self.channel.clock

    @property
    def at_ask(self) -> bool:
        """It stands at the moment of the question."""
        return not self.is_asked and self.clock.at_barrier

    def advance(self) -> list[Json]:
        """Let all messages appear that are due, and return them."""
        now = self.clock.now_micros()
        waiting = self.scenario.messages[self.revealed :]
        due = [_as_posted(m) for m in takewhile(lambda m: micros_of(m["ts"]) <= now, waiting)]
        for message in due:
            self.channel.members.update(user_ids_in(message))
            self.channel.add(message)
        self.revealed += len(due)
        return due

    def play(self) -> None:
        """Run; from the question on to the end."""
        if self.at_ask:
            self.pass_ask()
        self.clock.play()

    def pass_ask(self) -> None:
        """The pause at the question is over, or was jumped over."""
        self.is_asked = True
        self.clock.move_barrier(self.scenario.end_micros)

    def jump(self, at_micros: int) -> None:
        """Go forward in time, within the scenario; what is due appears with the next `advance`."""
        moment = self.scenario.moment(at_micros)
        if moment > self.scenario.ask_micros and not self.is_asked:
            self.pass_ask()
        self.clock.jump(moment)

    def seconds_to_next(self) -> float:
        """Return our seconds until the next message is due, or a long while."""
        if self.revealed >= len(self.scenario.messages):
            return 3600.0
        return self.clock.seconds_until(micros_of(self.scenario.messages[self.revealed]["ts"]))


def new_take(
    scenario: Scenario, *, number: int, at_micros: int, speed: float, monotonic: Callable[[], float]
) -> Take:
    """Set a scenario up at a moment, stopped; its earlier messages appear with the first `advance`.

    Args:
        scenario: What is played.
        number: Which take of it, from 1; each has a channel id of its own.
        at_micros: Where it begins; clamped to the scenario.
        speed: Scenario seconds per second of ours.
        monotonic: Our seconds.
    """
    moment = scenario.moment(at_micros)
    is_asked = moment > scenario.ask_micros
    barrier = scenario.end_micros if is_asked else scenario.ask_micros
    clock = Clock(at_micros=moment, speed=speed, monotonic=monotonic, barrier_micros=barrier)
    suffix = "" if number == 1 else f"T{number}"
    channel = Channel(
        id=f"{scenario.channel_id}{suffix}",
        name=scenario.channel_name,
        clock=clock,
        members={BOT_USER_ID, PERSON_ID},
        reserved=frozenset(message["ts"] for message in scenario.messages),
    )
    return Take(scenario=scenario, number=number, channel=channel, is_asked=is_asked)


def _as_posted(message: Json) -> Json:
    return {**message, "team": TEAM_ID}
