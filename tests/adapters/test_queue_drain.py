"""A worker that is told to stop keeps what it has begun until it is done, however long its lease is."""

import asyncio

from bot.adapters.queue import RequestQueue
from bot.ports import Fence
from bot.request import Request
from tests.adapters.queueing import SEALER, Desk, ask, working

LEASE_SECONDS, WORK_SECONDS = 1.0, 2.5


class SlowDesk(Desk):
    """Takes longer than a lease for each request."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = asyncio.Event()

    async def run(self, request: Request, fence: Fence) -> None:
        self.begun.set()
        await asyncio.sleep(WORK_SECONDS)
        await fence.check()
        await self.note(self.done, request)


async def test_a_lease_is_renewed_while_a_worker_drains(valkey_url: str) -> None:
    slow, other = SlowDesk(), Desk()
    async with (
        RequestQueue(valkey_url, sealer=SEALER, sweep_seconds=0.1) as leaving,
        RequestQueue(valkey_url, sealer=SEALER) as staying,
    ):
        task = asyncio.create_task(leaving.work(slow.run, give_up=slow.give_up, lease_seconds=LEASE_SECONDS))
        await leaving.accept(ask(1), keys=["1"])
        await slow.begun.wait()
        async with working(staying, other, lease_seconds=LEASE_SECONDS):
            is_finished = await leaving.drain(10)
            await task
            await staying.accept(ask(2), keys=["2"])
            await other.until(lambda: len(other.done) == 1)

    assert is_finished
    assert slow.done == [ask(1).id]
    assert other.done == [ask(2).id]
