"""Sending to the app: events until they are acked, commands and presses once.

Slack sends an event again when it is not acked within three seconds: at once, after a minute, after five.
Here the pauses are shorter. What a person does is never sent again: they see that it failed.
"""

import asyncio
import uuid
from collections import deque
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from sandbox.channel import Json
from sandbox.traffic import Traffic

Kind = Literal["events_api", "slash_commands", "interactive"]
ACK_SECONDS = 3.0
RETRY_PAUSES_SECONDS = (0.0, 1.0, 5.0)
MOST_UNDER_WAY = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One thing to send.

    Attributes:
        id: The same on every attempt.
        attempt: 0 for the first.
        reason: Why the attempt before failed, in Slack's words; empty on the first.
    """

    id: str
    kind: Kind
    payload: Json
    attempt: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """How the app took it.

    Attributes:
        is_ok: It was acked in time.
        body: What the ack said; empty when it said nothing.
        reason: Why it is not ok: `http_timeout`, `http_error`, `connection_failed`.
        is_final: The app asked for no retry.
    """

    is_ok: bool
    body: Json = field(default_factory=dict)
    reason: str = ""
    is_final: bool = False


class Transport(Protocol):
    """A way to the app."""

    async def send(self, envelope: Envelope, *, timeout_seconds: float) -> Ack:
        """Send once and wait for the ack; never raises for what the app does."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One line of the delivery log."""

    kind: Kind
    event: str
    envelope_id: str
    number: int
    is_ok: bool
    reason: str


class NoTransport:
    """There is no app: nothing is sent."""

    async def send(self, envelope: Envelope, *, timeout_seconds: float) -> Ack:
        """Refuse at once."""
        del envelope, timeout_seconds
        return Ack(is_ok=False, reason="connection_failed", is_final=True)


@dataclass(slots=True, kw_only=True)
class Delivery:
    """Everything on its way to the app.

    Attributes:
        transport: The way; may be exchanged at any time.
        retry_pauses_seconds: How long to wait before each further attempt of an event.
        log: The latest attempts, oldest first.
        traffic: What is lost, doubled, late or held on the way.
    """

    transport: Transport = field(default_factory=NoTransport)
    ack_seconds: float = ACK_SECONDS
    retry_pauses_seconds: tuple[float, ...] = RETRY_PAUSES_SECONDS
    log: deque[Attempt] = field(default_factory=lambda: deque(maxlen=2000))
    traffic: Traffic = field(default_factory=Traffic)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_UNDER_WAY))

    def send_event(self, payload: Json) -> None:
        """Send an event in the background, again until it is acked or the attempts are used up.

        The traffic may lose it, double it, or hold it until `resume`.
        """
        for copy in self.traffic.pass_on(payload):
            self._start(self._deliver(_event(copy), after_seconds=self.traffic.delay()))

    def hold(self) -> None:
        """Keep the events of now on, as Slack does when it pauses an app's queue."""
        self.traffic.is_held = True

    def resume(self, *, is_shuffled: bool = False) -> int:
        """Send what was kept and what comes after; returns how many were kept."""
        self.traffic.is_held = False
        waiting = self.traffic.take_held(is_shuffled=is_shuffled)
        for payload in waiting:
            self._start(self._deliver(_event(payload), after_seconds=self.traffic.delay()))
        return len(waiting)

    def discard(self) -> int:
        """Throw away what was kept, and go on with what comes after; returns how many were lost."""
        self.traffic.is_held = False
        return len(self.traffic.take_held())

    async def send_once(self, envelope: Envelope) -> Ack:
        """Send a command or a press and return how it was taken."""
        ack = await self.transport.send(envelope, timeout_seconds=self.ack_seconds)
        self._note(envelope, ack)
        return ack

    async def settled(self) -> None:
        """Wait until nothing is on its way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def stop(self) -> None:
        """Give up what is on its way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, envelope: Envelope, *, after_seconds: float) -> None:
        await asyncio.sleep(after_seconds)
        ack = await self._attempt(envelope)
        for attempt, pause_seconds in enumerate(self.retry_pauses_seconds, 1):
            if ack.is_ok or ack.is_final:
                return
            await asyncio.sleep(pause_seconds)
            again = Envelope(
                id=envelope.id,
                kind=envelope.kind,
                payload=envelope.payload,
                attempt=attempt,
                reason=ack.reason,
            )
            ack = await self._attempt(again)

    async def _attempt(self, envelope: Envelope) -> Ack:
        async with self._slots:
            ack = await self.transport.send(envelope, timeout_seconds=self.ack_seconds)
        self._note(envelope, ack)
        return ack

    def _note(self, envelope: Envelope, ack: Ack) -> None:
        event = envelope.payload.get("event") or envelope.payload
        name = str(event.get("subtype") or event.get("type") or event.get("command") or "")
        self.log.append(
            Attempt(
                kind=envelope.kind,
                event=name,
                envelope_id=envelope.id,
                number=envelope.attempt,
                is_ok=ack.is_ok,
                reason=ack.reason,
            )
        )


def _event(payload: Json) -> Envelope:
    """Return an event's envelope; `app_rate_limited` has no `event_id` of its own."""
    return Envelope(id=str(payload.get("event_id") or uuid.uuid4()), kind="events_api", payload=payload)
