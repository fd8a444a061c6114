"""The queue when things go wrong: draining, a store that is away, requests that do not fit."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from bot.adapters.keys import TABLE
from bot.adapters.lanes import Lanes
from bot.adapters.queue import MODEL, RequestQueue, open_redis
from bot.adapters.tickets import Patience, Step, Tickets, next_step
from bot.adapters.wire import MAX_BYTES, MAX_TEXT_CHARS, pack, split, unpack
from bot.errors import BadInputError, StoreUnavailableError
from bot.ports import Fence
from bot.request import Request, RequestKind
from tests.adapters.queueing import SEALER, Desk, accept_all, ask, working


async def test_draining_waits_for_what_runs_and_takes_nothing_new(queue: RequestQueue) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    class Slow(Desk):
        async def run(self, request: Request, fence: Fence) -> None:
            begun.set()
            await may_end.wait()
            await super().run(request, fence)

    desk = Slow()
    task = asyncio.create_task(queue.work(desk.run, give_up=desk.give_up))
    await queue.accept(ask(1), keys=["1"])
    await begun.wait()
    draining = asyncio.create_task(queue.drain(10))
    await asyncio.sleep(0.2)
    await queue.accept(ask(2, thread="2.0"), keys=["2"])
    may_end.set()

    assert await draining
    await task
    assert desk.done == [ask(1).id]


async def test_what_a_drain_cuts_off_runs_again_elsewhere(queue: RequestQueue, valkey_url: str) -> None:
    begun = asyncio.Event()

    class Endless(Desk):
        async def run(self, request: Request, fence: Fence) -> None:
            begun.set()
            await asyncio.Event().wait()

    endless = Endless()
    task = asyncio.create_task(queue.work(endless.run, give_up=endless.give_up, lease_seconds=1))
    await queue.accept(ask(1), keys=["1"])
    await begun.wait()

    assert not await queue.drain(0.1)
    await task

    desk = Desk()
    async with RequestQueue(valkey_url, sealer=SEALER) as other, working(other, desk, lease_seconds=1):
        await desk.until(lambda: len(desk.done) == 1)
    assert desk.done == [ask(1).id]


async def test_cancelling_the_work_ends_it(queue: RequestQueue) -> None:
    desk = Desk()
    task = asyncio.create_task(queue.work(desk.run, give_up=desk.give_up))
    await queue.accept(ask(1), keys=["1"])
    await desk.until(lambda: len(desk.done) == 1)

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_store_that_is_away_is_named(tmp_path: object) -> None:
    async with RequestQueue("unix:///tmp/nowhere/copilot.sock", sealer=SEALER) as queue:
        calls: list[Awaitable[object]] = [queue.accept(ask(1), keys=["k"]), queue.ping()]
        for call in calls:
            with pytest.raises(StoreUnavailableError):
                await call


async def test_a_store_that_does_not_answer_is_named_in_time() -> None:
    ended: list[asyncio.Task[None]] = []

    async def read_to_the_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        await writer.wait_closed()

    def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ended.append(asyncio.create_task(read_to_the_end(reader, writer)))

    server = await asyncio.start_server(never, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, RequestQueue(f"redis://127.0.0.1:{port}", sealer=SEALER, accept_seconds=0.2) as queue:
        with pytest.raises(StoreUnavailableError):
            await queue.accept(ask(1), keys=["k"])
    await asyncio.gather(*ended)


async def test_a_store_that_may_evict_requests_is_not_ready(queue: RequestQueue, redis_client: Redis) -> None:
    await queue.ping()
    await redis_client.config_set("maxmemory", "100mb")
    await redis_client.config_set("maxmemory-policy", "allkeys-lru")
    try:
        with pytest.raises(StoreUnavailableError):
            await queue.ping()
    finally:
        await redis_client.config_set("maxmemory", "0")
        await redis_client.config_set("maxmemory-policy", "noeviction")


@pytest.mark.parametrize(
    ("begin", "end", "name"),
    [
        ("CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0", "OutOfMemoryError"),
        ("REPLICAOF 127.0.0.1 1", "REPLICAOF NO ONE", "ReadOnlyError"),
        ("CONFIG SET min-replicas-to-write 1", "CONFIG SET min-replicas-to-write 0", "NOREPLICAS"),
    ],
)
async def test_a_store_that_takes_no_write_is_not_ready_and_accepts_nothing(
    queue: RequestQueue, redis_client: Redis, begin: str, end: str, name: str
) -> None:
    await redis_client.execute_command(*begin.split())
    try:
        with pytest.raises(StoreUnavailableError, match=name):
            await queue.ping()
        with pytest.raises(StoreUnavailableError):
            await queue.accept(ask(1), keys=["k"])
    finally:
        await redis_client.execute_command(*end.split())

    await queue.ping()


async def test_every_key_has_an_owner_and_a_time_to_live(queue: RequestQueue, redis_client: Redis) -> None:
    class Failing(Desk):
        async def run(self, request: Request, fence: Fence) -> None:
            if request.text == "question 1":
                raise RuntimeError
            await super().run(request, fence)

    desk = Failing()
    async with working(queue, desk):
        await accept_all(queue, [ask(1), ask(2), ask(3, thread="3.0")])
        await desk.until(lambda: len(desk.done) == 2)
        await queue._pools[MODEL].lanes.accept(ask(4), ["4"])

    for name in [name.decode() async for name in redis_client.scan_iter(count=1000)]:
        owners = [keys for keys in TABLE if keys.matches(name)]
        assert len(owners) == 1, name
        limit = owners[0].ttl_seconds
        assert limit is None or 0 < await redis_client.ttl(name) <= limit, name


async def test_an_idle_queue_leaves_nothing_behind_but_what_is_seen(
    queue: RequestQueue, redis_client: Redis
) -> None:
    desk = Desk()
    async with working(queue, desk):
        await accept_all(queue, [ask(n) for n in range(5)])
        await desk.until(lambda: len(desk.done) == 5)

    names = {name.decode() async for name in redis_client.scan_iter(count=1000)}
    assert not [
        name for name in names if ":inbox:" in name or "tries" in name or name.endswith((":claims", ":ring"))
    ]
    assert await redis_client.xlen(queue._pools[MODEL].docket.stream_key) == 0


async def no_ticket(name: str, delay_seconds: float) -> None:
    raise ConnectionError("the store went away")


async def test_a_ticket_does_not_raise_when_the_store_is_away() -> None:
    desk = Desk()
    async with open_redis("unix:///nowhere/copilot.sock") as redis:
        tickets = Tickets(
            lanes=Lanes(redis, MODEL, SEALER), run=desk.run, give_up=desk.give_up, add=no_ticket
        )

        await tickets.serve("t")

    assert desk.done == []


async def test_a_failed_request_that_gets_no_new_ticket_is_left_to_the_sweep(
    queue: RequestQueue, redis_client: Redis
) -> None:
    class Failing(Desk):
        async def run(self, request: Request, fence: Fence) -> None:
            raise RuntimeError

    failing, desk = Failing(), Desk()
    lanes = Lanes(redis_client, MODEL, SEALER)
    await lanes.accept(ask(1), ["k"])
    await Tickets(lanes=lanes, run=failing.run, give_up=desk.give_up, add=no_ticket).serve("t")

    async with working(queue, desk):
        await desk.until(lambda: len(desk.done) == 1)

    assert desk.done == [ask(1).id]


async def test_an_overtaken_run_that_fails_does_not_count_against_its_request(
    redis_client: Redis,
) -> None:
    lanes = Lanes(redis_client, MODEL, SEALER)

    class Overtaken(Desk):
        async def run(self, request: Request, fence: Fence) -> None:
            await lanes.claim("t")
            raise RuntimeError

    desk = Overtaken()
    await lanes.accept(ask(1), ["k"])
    await Tickets(lanes=lanes, run=desk.run, give_up=desk.give_up, add=no_ticket).serve("t")

    claim = await lanes.claim("t")
    assert claim is not None
    assert claim.failed == 0


async def test_a_worker_started_before_its_store_waits_for_it() -> None:
    desk = Desk()
    away = RequestQueue("unix:///nowhere/copilot.sock", sealer=SEALER, sweep_seconds=0.05)
    async with away as queue, working(queue, desk):
        await asyncio.sleep(0.3)

    assert desk.done == []


@pytest.mark.parametrize(
    ("begun", "failed", "step"),
    [
        (1, 0, Step.RUN),
        (3, 2, Step.RUN),
        (8, 0, Step.RUN),
        (4, 3, Step.TELL),
        (9, 0, Step.TELL),
        (7, 6, Step.BURY),
        (12, 0, Step.BURY),
    ],
)
def test_a_request_gets_three_failures_or_eight_beginnings(begun: int, failed: int, step: Step) -> None:
    assert next_step(begun=begun, failed=failed, patience=Patience()) is step


@pytest.mark.parametrize(("failed", "seconds"), [(1, 2.0), (2, 8.0), (3, 0.0), (4, 2.0)])
def test_the_pause_grows_and_the_person_is_told_at_once(failed: int, seconds: float) -> None:
    assert Patience().delay_seconds(failed) == seconds


def test_what_nobody_waits_for_is_tried_for_a_quarter_of_an_hour() -> None:
    silent, asked = replace(ask(1), kind=RequestKind.RECHECK), ask(2)

    patience = Patience().with_request(silent)

    assert Patience().with_request(asked) == Patience().with_request(None) == Patience()
    assert sum(patience.delay_seconds(failed) for failed in range(1, patience.tries)) > 900


def test_a_very_long_question_is_cut_and_says_so() -> None:
    request = replace(ask(1), text="é" * 50_000)

    element = pack(request, SEALER)

    assert len(element) <= MAX_BYTES
    text = unpack(split(element).payload, SEALER).text
    assert len(text) < MAX_TEXT_CHARS + 10
    assert text.endswith("[…]")


def test_a_request_too_large_in_another_field_is_refused() -> None:
    with pytest.raises(BadInputError):
        pack(replace(ask(1), subject="x" * 70_000), SEALER)


def test_unreadable_bytes_name_the_field() -> None:
    with pytest.raises(BadInputError) as caught:
        unpack(b'{"id": "x"}', SEALER)

    assert caught.value.field == "request.kind"
