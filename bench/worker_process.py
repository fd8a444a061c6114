"""A worker in a process of its own, for the benchmark and the tests that kill it.

`python -m bench.worker_process URL LEASE_SECONDS WORK_SECONDS SLOTS LOG`: each request takes so long and
then has one effect: a number appended, through the ledger, to the list `effects:<lane>`.
"""

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

from redis.asyncio import Redis

from bot.adapters.ledger import INTENT, RedisLedger
from bot.adapters.queue import RequestQueue, open_redis
from bot.adapters.sealing import Sealer
from bot.ports import Fence
from bot.request import Request

SEALER = Sealer("of the benchmark")


class Worker:
    """Does a request's one effect exactly once, as the Slack adapter does: intent, effect, record, adopt.

    The effect and its mark are one command, as a message in Slack carries its own mark: a run that finds
    only an intent looks for the mark and adopts what it finds.
    """

    def __init__(self, redis: Redis, *, work_seconds: float, log: Path) -> None:
        self._redis = redis
        self._ledger = RedisLedger(redis)
        self._work_seconds = work_seconds
        self._log = log

    async def run(self, request: Request, fence: Fence) -> None:
        """Work for a while, then have the effect once."""
        self._note("S", request)
        await asyncio.sleep(self._work_seconds)
        await fence.check()
        known = await self._ledger.lookup(request.id, "reply")
        if known is INTENT:
            known = await self._find(request)
        if known is None:
            await self._ledger.intend(request.id, "reply")
            await self._redis.rpush(f"effects:{request.lane}", request.id)
            await self._ledger.record(request.id, "reply", request.id)
        self._note("E", request)

    async def _find(self, request: Request) -> str | None:
        found = await self._redis.lpos(f"effects:{request.lane}", request.id)
        return None if found is None else request.id

    async def give_up(self, request: Request, _fence: Fence) -> None:
        """Write down that the request was given up."""
        self._note("X", request)

    def _note(self, what: str, request: Request) -> None:
        with self._log.open("a") as file:
            file.write(f"{what} {request.id} {os.getpid()} {time.time():.6f}\n")


async def main() -> None:
    """Work until SIGTERM, then drain."""
    url, lease_seconds, work_seconds, slots, log = sys.argv[1:]
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with RequestQueue(url, sealer=SEALER, sweep_seconds=1) as queue, open_redis(url) as redis:
        worker = Worker(redis, work_seconds=float(work_seconds), log=Path(log))
        work = queue.work(
            worker.run, give_up=worker.give_up, concurrency=int(slots), lease_seconds=float(lease_seconds)
        )
        working = asyncio.create_task(work)
        await asyncio.wait({working, asyncio.create_task(stop.wait())}, return_when=asyncio.FIRST_COMPLETED)
        await queue.drain(5)
        await working


if __name__ == "__main__":
    asyncio.run(main())
