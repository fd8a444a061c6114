"""What the queue's tests share: requests, and a desk that works them by writing down what happened."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from bot.adapters.queue import RequestQueue
from bot.adapters.sealing import Sealer
from bot.adapters.tickets import Patience
from bot.ports import Fence
from bot.request import Request, RequestKind

AT = datetime(2025, 3, 21, 22, 26, tzinfo=UTC)
SEALER = Sealer("a secret of tests")
QUICK_PATIENCE = Patience(delays_seconds=(0.01, 0.02))


def ask(
    number: int, *, thread: str = "1.0", team: str = "T1", kind: RequestKind = RequestKind.ANSWER
) -> Request:
    return Request(
        id=f"msg:{team}:{thread}:{number}",
        kind=kind,
        team_id=team,
        channel_id="C1",
        thread_ts=thread,
        asker_id="U1",
        text=f"question {number}",
        received_at=AT,
    )


class Desk:
    """Works requests by writing down what happened; what it does to a request can be set."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.given_up: list[str] = []
        self.seen = asyncio.Condition()

    async def run(self, request: Request, fence: Fence) -> None:
        await self.note(self.done, request)

    async def give_up(self, request: Request, fence: Fence) -> None:
        await self.note(self.given_up, request)

    async def note(self, where: list[str], request: Request) -> None:
        async with self.seen:
            where.append(request.id)
            self.seen.notify_all()

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(20), self.seen:
            await self.seen.wait_for(is_so)


@asynccontextmanager
async def working(queue: RequestQueue, desk: Desk, **settings: float) -> AsyncIterator[None]:
    task = asyncio.create_task(queue.work(desk.run, give_up=desk.give_up, **settings))
    try:
        yield
    finally:
        await queue.drain(5)
        await task


async def accept_all(queue: RequestQueue, requests: Sequence[Request]) -> None:
    for request in requests:
        await queue.accept(request, keys=[request.id])
