"""The queue: requests accepted durably, once, and worked on by fair tickets.

The engine is pydocket: Redis Streams, leases that are renewed while a ticket runs, delivery to another
worker when a lease ends. What is ours is which request a ticket works on (`bot.adapters.lanes`). There are
two pools with slots of their own, so that a look-up never waits behind a model.
"""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

import structlog
from docket import CurrentExecution, Docket, Execution, Worker
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from bot.adapters.keys import PROBE_SECONDS, key
from bot.adapters.lanes import Lanes
from bot.adapters.replies import STORE_ERRORS, error_name
from bot.adapters.sealing import Sealer
from bot.adapters.steady import steadied
from bot.adapters.tickets import Patience, Tickets
from bot.errors import StoreUnavailableError
from bot.ports import Work
from bot.request import QUICK_KINDS, Request
from bot.tasks import ended

log = structlog.get_logger()

MODEL, QUICK = "model", "quick"
TICKET = "ticket"
"""The task's name in the engine. Never rename it: a worker that does not know a name drops its tickets."""

ACCEPTS_AT_ONCE = 32
"""More would only open more connections: each accept needs one of ours and one of the engine's."""
CHECK_INTERVAL = timedelta(milliseconds=50)
RECONNECT_DELAY = timedelta(seconds=1)


def open_redis(url: str) -> Redis:
    """Return a client that fails within two seconds instead of waiting: Slack waits three in all.

    Args:
        url: `redis://…`, `rediss://…` or `unix://…`.
    """
    return steadied(
        Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1, retry=Retry(NoBackoff(), 1))
    )


@dataclass(slots=True, kw_only=True)
class Pool:
    """One kind of work with its own lanes, tickets and slots.

    Attributes:
        tickets: Works them; None in a process that only accepts.
        running: The engine's tasks under way in this process.
    """

    lanes: Lanes
    docket: Docket
    tickets: Tickets | None = None
    running: set[asyncio.Task[object]] = field(default_factory=set)

    async def add(self, name: str, delay_seconds: float) -> None:
        """Give the engine a ticket; a name that waits or runs already changes nothing."""
        when = datetime.now(UTC) + timedelta(seconds=delay_seconds) if delay_seconds else None
        await self.docket.add(TICKET, when=when, key=name)()

    async def run(self, execution: Execution = CurrentExecution()) -> None:  # noqa: B008  # how pydocket injects
        """Run one ticket; it carries no argument, so that no text of people reaches the engine."""
        task = asyncio.current_task()
        if self.tickets is None or task is None:
            return
        self.running.add(task)
        task.add_done_callback(self.running.discard)
        await self.tickets.serve(execution.key)


class RequestQueue:
    """Durable requests: accepted once, worked on once, in order within a lane.

    Use it as an async context manager.

    Args:
        url: Redis 6.2+ or Valkey 8+.
        sealer: Seals what people typed; the same secret in all processes.
        patience: When a failed request is tried again, and when no more.
        accept_seconds: The most one accept may take.
        sweep_seconds: How often lanes that lost their ticket are looked for.
    """

    def __init__(
        self,
        url: str,
        *,
        sealer: Sealer,
        patience: Patience | None = None,
        accept_seconds: float = 2.0,
        sweep_seconds: float = 15.0,
    ) -> None:
        self._url = url
        self._sealer = sealer
        self._patience = patience or Patience()
        self._accept_seconds = accept_seconds
        self._sweep_seconds = sweep_seconds
        self._slots = asyncio.Semaphore(ACCEPTS_AT_ONCE)
        self._drained = asyncio.Event()
        self._workers: list[Worker] = []

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            self.redis = open_redis(self._url)
            stack.push_async_callback(self.redis.aclose)
            self._pools = {name: await self._open_pool(stack, name) for name in (MODEL, QUICK)}
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stack.__aexit__(kind, error, traceback)

    async def _open_pool(self, stack: AsyncExitStack, name: str) -> Pool:
        docket = Docket(name=key(name, "tickets"), url=self._url, execution_ttl=timedelta(0))
        await stack.enter_async_context(docket)
        pool = Pool(lanes=Lanes(self.redis, name, self._sealer), docket=docket)
        stack.push_async_callback(pool.lanes.close)
        docket.register(pool.run, names=[TICKET])
        return pool

    async def accept(self, request: Request, *, keys: Sequence[str]) -> bool:
        """Store a request durably; False when one of `keys` was seen in the last 25 hours.

        Raises:
            StoreUnavailableError: It may not be stored; the sender must try again.
            BadInputError: It is too large to be stored.
        """
        pool = self._pools[QUICK if request.kind in QUICK_KINDS else MODEL]
        try:
            async with asyncio.timeout(self._accept_seconds), self._slots:
                accepted = await pool.lanes.accept(request, keys)
                if accepted.needs_ticket:
                    await pool.add(f"first:{request.id}", 0.0)
        except STORE_ERRORS as error:
            raise StoreUnavailableError(type(error).__name__) from error
        return accepted.is_new

    async def ping(self) -> None:
        """Return when the store takes a write and keeps what it is given.

        Raises:
            StoreUnavailableError: It does not answer, refuses the write, or may evict what was accepted.
        """
        try:
            async with asyncio.timeout(self._accept_seconds):
                await self.redis.set(key("probe"), 1, ex=PROBE_SECONDS)
                memory = await self.redis.info("memory")
        except STORE_ERRORS as error:
            raise StoreUnavailableError(error_name(error)) from error
        if memory.get("maxmemory") and memory.get("maxmemory_policy") != "noeviction":
            raise StoreUnavailableError("set maxmemory-policy to noeviction: requests could be evicted")

    async def work(
        self,
        run: Work,
        *,
        give_up: Work,
        concurrency: int = 16,
        quick_concurrency: int = 4,
        lease_seconds: float = 30.0,
    ) -> None:
        """Work on requests until `drain` or until cancelled; a store that is away is waited for.

        Args:
            run: Does the work of a request.
            give_up: Tells the person that their request was given up, after it failed too often.
            concurrency: How many model requests run at once in this process.
            quick_concurrency: How many look-ups run at once beside them.
            lease_seconds: How long a dead worker's request waits for another worker.
        """
        slots = {MODEL: concurrency, QUICK: quick_concurrency}
        async with AsyncExitStack() as stack:
            for name, pool in self._pools.items():
                pool.tickets = Tickets(
                    lanes=pool.lanes, run=run, give_up=give_up, add=pool.add, patience=self._patience
                )
                worker = _worker(pool, concurrency=slots[name], lease_seconds=lease_seconds)
                self._workers.append(await stack.enter_async_context(worker))
            await self._run_until_drained()

    async def _run_until_drained(self) -> None:
        tasks = [asyncio.create_task(worker.run_forever()) for worker in self._workers]
        tasks.append(asyncio.create_task(self._sweep_forever()))
        tasks.append(asyncio.create_task(self._until_drained()))
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await ended(*tasks)
            self._workers.clear()
        for task in done:
            task.result()

    async def _until_drained(self) -> None:
        await self._drained.wait()

    async def drain(self, timeout_seconds: float) -> bool:
        """Take no new work, wait for what runs, then end `work`; True when all of it finished.

        Leases are renewed while it waits. What is cut off runs again elsewhere when its lease ends.
        """
        for worker in self._workers:
            worker.concurrency = 0
        await asyncio.sleep(
            2 * CHECK_INTERVAL.total_seconds()
        )  # what a worker was reading just now still starts
        running = self._running()
        if running:
            await asyncio.wait(running, timeout=timeout_seconds)
        left = len(self._running())
        if left:
            log.warning("work.cut_off", running=left)
        self._drained.set()
        return not left

    def _running(self) -> set[asyncio.Task[object]]:
        return {task for pool in self._pools.values() for task in pool.running}

    async def _sweep_forever(self) -> None:
        while True:
            try:
                await self.sweep()
            except STORE_ERRORS as error:
                log.warning("sweep.failed", error=type(error).__name__)
            await asyncio.sleep(self._sweep_seconds)

    async def sweep(self) -> int:
        """Give every lane that lost its ticket a new one; return how many waiting lanes had none.

        A ticket too many does no harm: it finds nothing to do.
        """
        return sum([await self._sweep_pool(pool) for pool in self._pools.values()])

    async def _sweep_pool(self, pool: Pool) -> int:
        claimed = await pool.lanes.claimed()
        for ticket in claimed:
            await pool.add(ticket, 0.0)  # a no-op unless the engine has lost it
        tickets = await self.redis.xlen(pool.docket.stream_key) + await self.redis.zcard(
            pool.docket.queue_key
        )
        missing = max(0, await pool.lanes.waiting() - (tickets - len(claimed)))
        for _ in range(missing):
            await pool.docket.add(TICKET)()
        if missing:
            log.warning("lanes.healed", count=missing)
        return missing


def _worker(pool: Pool, *, concurrency: int, lease_seconds: float) -> Worker:
    return Worker(
        pool.docket,
        concurrency=concurrency,
        redelivery_timeout=timedelta(seconds=lease_seconds),
        reconnection_delay=RECONNECT_DELAY,
        minimum_check_interval=CHECK_INTERVAL,
    )
