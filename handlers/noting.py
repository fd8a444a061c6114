"""Keeps what happens in the logs, before it is acknowledged, and asks for what follows from it."""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from bot.incident.log import Entry
from bot.incident.messages import IncidentRef
from bot.ports import Queue
from bot.request import Request
from handlers.happenings import Happening

FOLLOW_SECONDS = 600
"""A channel that is not logged is asked about once in so long, by each process."""
MAX_CHANNELS = 10_000


class Kept(Protocol):
    """What became of entries."""

    @property
    def open(self) -> Sequence[IncidentRef]:
        """The incidents whose log is open, and has them."""
        ...

    @property
    def turn(self) -> int | None:
        """How often the message was looked at again so far; None when nothing is kept that rests on it."""
        ...


class Diary(Protocol):
    """The logs of incidents, as a receiver sees them."""

    async def append(
        self, refs: Sequence[IncidentRef], entries: Iterable[Entry], *, withdraws: str = "", recheck: str = ""
    ) -> Kept:
        """Keep entries in the logs that are open, and that a request was taken back.

        Args:
            refs: The logs.
            entries: What happened.
            withdraws: The id of the request; empty for none.
            recheck: The `ts` of a message that says no more what it said; empty for none.

        Raises:
            StoreUnavailableError: They may not be kept; the sender must try again.
        """
        ...

    async def missed(self) -> None:
        """Keep that deliveries were lost.

        Raises:
            StoreUnavailableError: It is not kept; the sender must try again.
        """
        ...


class Noting:
    """Notes happenings.

    Args:
        diary: Where they are durable.
        queue: Where what follows from them is.
        clock: Seconds that only grow.
    """

    def __init__(self, *, diary: Diary, queue: Queue, clock: Callable[[], float] = time.monotonic) -> None:
        self._diary = diary
        self._queue = queue
        self._clock = clock
        self._asked: dict[tuple[str, str], float] = {}

    async def note(self, happening: Happening) -> None:
        """Keep what happened.

        Raises:
            StoreUnavailableError: It is not kept, and so must not be acknowledged.
        """
        if happening.asks is not None:
            await self._ask(happening.asks)
        if not happening.refs:
            return
        again = happening.recheck
        kept = await self._diary.append(
            happening.refs,
            happening.entries,
            withdraws=happening.withdraws,
            recheck=again.subject if again else "",
        )
        if again is not None and kept.turn is not None:
            await self._recheck(again, kept.turn)
        if happening.follow is not None and happening.refs[0] not in kept.open:
            await self._follow(happening.follow)

    async def missed(self) -> None:
        """Keep that deliveries were lost.

        Raises:
            StoreUnavailableError: It is not kept.
        """
        await self._diary.missed()

    async def _follow(self, request: Request) -> None:
        channel = request.team_id, request.channel_id
        now = self._clock()
        last = self._asked.get(channel)
        if last is not None and now - last < FOLLOW_SECONDS:
            return
        await self._ask(request)
        self._asked.pop(channel, None)
        self._asked[channel] = now
        if len(self._asked) > MAX_CHANNELS:
            self._asked.pop(next(iter(self._asked)))

    async def _recheck(self, request: Request, turn: int) -> None:
        """Ask for another look at a message; one that waits sees all that happens until it begins."""
        place = f"{request.team_id}:{request.channel_id}:{request.subject}"
        await self._queue.accept(request, keys=(f"recheck:{place}:{request.text}:{turn}",))

    async def _ask(self, request: Request) -> None:
        await self._queue.accept(request, keys=(request.id,))
