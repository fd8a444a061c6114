"""One person's Stop: the answer they stopped ends at once with what stands; all others go on.

Whoever receives the wish writes it down; the run that writes the answer, in this process or another, looks
for it about once a second while the analyst thinks. A stop counts for the messages that it names. One that
came before the answer had a message names none; then it counts for what this person asked in the thread
before they pressed.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from bot.answers import Closing, Restart
from bot.errors import StoreUnavailableError
from bot.incident.case import Case
from bot.incident.hypotheses import Hypothesis
from bot.incident.messages import Incident, ts_key
from bot.ports import Analyst, Reply
from bot.request import Request
from bot.tasks import ended

log = structlog.get_logger()

POLL_SECONDS = 1.0
SOMEBODY = "a person"

Step = Hypothesis | Restart | Closing


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """That somebody pressed Stop.

    Attributes:
        by_id: Who.
        at_ts: When, by Slack's clock.
    """

    by_id: str
    at_ts: str


class StopBook(Protocol):
    """Remembers what was stopped, for all processes."""

    async def save(self, places: Sequence[str], stop: Stop) -> None:
        """Write a stop down for each place; see `place_of_message` and `place_of_asker`."""
        ...

    async def find(self, places: Sequence[str]) -> Stop | None:
        """Return the stop of the first of these places that has one."""
        ...


@dataclass(slots=True)
class LocalStops:
    """A `StopBook` for one process."""

    stops: dict[str, Stop] = field(default_factory=dict)

    async def save(self, places: Sequence[str], stop: Stop) -> None:
        """Write a stop down."""
        self.stops.update(dict.fromkeys(places, stop))

    async def find(self, places: Sequence[str]) -> Stop | None:
        """Return the stop of the first of these places that has one."""
        return next((self.stops[place] for place in places if place in self.stops), None)


def place_of_message(channel_id: str, ts: str) -> str:
    """Return the place of one message."""
    return f"{channel_id}:{ts}"


def place_of_asker(channel_id: str, thread_ts: str, asker_id: str) -> str:
    """Return the place of all that one person asked in a thread."""
    return f"{channel_id}:{thread_ts}:{asker_id}"


EVERYWHERE = "*"
"""In place of a thread: a command, which Slack gives none, stops what its person asked in the channel."""


async def note(stops: StopBook, request: Request) -> None:
    """Write down the stop that a request of this kind asks for.

    Raises:
        StoreUnavailableError: It could not be written down.
    """
    channel, thread = request.channel_id, request.thread_ts or EVERYWHERE
    places = [place_of_message(channel, ts) for ts in request.subject.split(",") if ts]
    at_ts = request.pressed_ts or (request.message_ts if request.thread_ts else None) or _ours(request)
    await stops.save(
        places or [place_of_asker(channel, thread, request.asker_id)],
        Stop(by_id=request.asker_id, at_ts=at_ts),
    )
    log.info("stop.noted", request=request.id, messages=len(places))


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Tells a run whether its answer was stopped.

    Args:
        thread_ts: Where the answer goes.
        incident: Redacted; knows the names of those who wrote in it.
    """

    stops: StopBook
    request: Request
    reply: Reply
    thread_ts: str | None
    incident: Incident

    async def stopped_by(self) -> str:
        """Return who stopped it, by name where the thread knows one; empty while nobody did.

        A store that is away is no stop: the answer goes on.
        """
        try:
            stop = await self._find()
        except StoreUnavailableError:
            stop = None
        if stop is not None:
            return name_of(stop.by_id, self.incident)
        return SOMEBODY if self.reply.is_stopped else ""

    async def _find(self) -> Stop | None:
        channel, posted = self.request.channel_id, self.reply.posted
        of_asker = place_of_asker(channel, self.thread_ts or "", self.request.asker_id)
        named = [place_of_message(channel, posted.ts)] if posted else []
        stop = await self.stops.find(named) if named else None
        return stop or await self._find_earlier(of_asker) or await self._find_everywhere()

    async def _find_everywhere(self) -> Stop | None:
        """Return a stop of all that this person asked in the channel, unless they asked this after it."""
        place = place_of_asker(self.request.channel_id, EVERYWHERE, self.request.asker_id)
        stop = await self.stops.find([place])
        return stop if stop and ts_key(_ours(self.request)) < ts_key(stop.at_ts) else None

    async def _find_earlier(self, place: str) -> Stop | None:
        """Return a stop that names no message, unless the question was asked after it."""
        asked_ts = self.request.message_ts or self.request.pressed_ts
        stop = await self.stops.find([place]) if asked_ts else None
        is_after = stop is not None and ts_key(asked_ts) < ts_key(stop.at_ts)
        return stop if is_after else None


def _ours(request: Request) -> str:
    """Return when a request came, by our clock, in the form of a `ts`."""
    return f"{request.received_at.timestamp():.6f}"


def name_of(user_id: str, incident: Incident) -> str:
    """Return the name of somebody who wrote in an incident; of others nothing is known."""
    authors = (message.author for message in reversed(incident.messages))
    return next((author.name for author in authors if author.id == user_id and author.name), SOMEBODY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stoppable:
    """An `Analyst` that ends as soon as somebody stops it, with what was yielded until then.

    Args:
        analyst: Who explains.
        stopped_by: Returns who stopped it; empty while nobody did.
        name: `claude` or `rules`: whose words they are, unless a `Restart` says otherwise.
    """

    analyst: Analyst
    stopped_by: Callable[[], Awaitable[str]]
    name: str
    poll_seconds: float = POLL_SECONDS

    async def diagnose(self, case: Case) -> AsyncGenerator[Step, None]:
        """Yield what the analyst says until it is stopped; see `bot.ports.Analyst`."""
        said: asyncio.Queue[Step | None] = asyncio.Queue()
        saying = asyncio.create_task(self._say(case, said))  # in one task: its time limits belong to a task
        name, count = self.name, 0
        try:
            while (step := await self._next(said)) is not None:
                if isinstance(step, str):
                    yield _closing(step, name=name, count=count)
                    return
                name = step.analyst or name if isinstance(step, Restart) else name
                count = 0 if isinstance(step, Restart) else count + 1
                yield step
            await saying
        finally:
            await ended(saying)

    async def _say(self, case: Case, said: "asyncio.Queue[Step | None]") -> None:
        try:
            async with aclosing(self.analyst.diagnose(case)) as steps:
                async for step in steps:
                    said.put_nowait(step)
        finally:
            said.put_nowait(None)

    async def _next(self, said: "asyncio.Queue[Step | None]") -> Step | str | None:
        """Return the next step, who stopped it, or None at the end."""
        while not (who := await self.stopped_by()):
            try:
                async with asyncio.timeout(self.poll_seconds):
                    return await said.get()
            except TimeoutError:
                continue
        return who


def _closing(who: str, *, name: str, count: int) -> Closing:
    log.info("answer.stopped", hypotheses=count)
    return Closing(
        analyst=name,
        cut_short=f"Stopped by {who}; best so far." if count else "",
        insufficient=f"stopped by {who} before an explanation was found.",  # none may pass verification
        stopped_by=who,
    )
