"""The queue on a real server: durable, once, in order, fair, and hard to kill."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from redis.asyncio import Redis

from bot.adapters.keys import TABLE, key
from bot.adapters.lanes import Lanes
from bot.adapters.queue import MODEL, RequestQueue, open_redis
from bot.adapters.tickets import Patience, Step, Tickets, next_step
from bot.adapters.wire import MAX_BYTES, MAX_TEXT_CHARS, pack, split, unpack
from bot.errors import BadInputError, StaleRunError, StoreUnavailableError
from bot.ports import Fence
from bot.request import Request, RequestKind

AT = datetime(2025, 3, 21, 22, 26, tzinfo=UTC)
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


@pytest.fixture
async def queue(valkey_url: str) -> AsyncIterator[RequestQueue]:
    async with RequestQueue(valkey_url, patience=QUICK_PATIENCE) as queue:
        yield queue


async def accept_all(queue: RequestQueue, requests: Sequence[Request]) -> None:
    for request in requests:
        await queue.accept(request, keys=[request.id])


async def test_requests_of_a_lane_are_done_once_and_in_order(queue: RequestQueue) -> None:
    requests = [ask(n, thread=f"{n % 10}.0", team=f"T{n % 3}") for n in range(60)]
    desk = Desk()

    async with working(queue, desk):
        await accept_all(queue, requests)
        await desk.until(lambda: len(desk.done) == 60)

    assert sorted(desk.done) == sorted(r.id for r in requests)
    for lane in {r.team_id + r.lane for r in requests}:
        in_lane = [r.id for r in requests if r.team_id + r.lane == lane]
        assert [i for i in desk.done if i in in_lane] == in_lane


@pytest.mark.parametrize("keys", [["ev:1", "msg:1"], ["ev:2", "msg:1"], ["ev:1", "msg:2"]])
async def test_a_delivery_with_any_known_key_is_a_duplicate(queue: RequestQueue, keys: list[str]) -> None:
    assert await queue.accept(ask(1), keys=["ev:1", "msg:1"])

    assert not await queue.accept(ask(2), keys=keys)


async def test_every_key_of_a_duplicate_becomes_known_too(queue: RequestQueue) -> None:
    await queue.accept(ask(1), keys=["ev:1", "msg:1"])
    await queue.accept(ask(1), keys=["ev:2", "msg:1"])

    assert not await queue.accept(ask(1), keys=["ev:2"])


async def test_a_request_survives_the_trip_with_every_field(queue: RequestQueue) -> None:
    request = replace(ask(1), message_ts="2.0", subject="a1|H1", is_direct=True, text="wörds \u2028 <@U2>\n")
    got: list[Request] = []

    class Keeper(Desk):
        async def run(self, request: Request, fence: Fence) -> None:
            got.append(request)
            await super().run(request, fence)

    desk = Keeper()
    async with working(queue, desk):
        await queue.accept(request, keys=["k"])
        await desk.until(lambda: len(desk.done) == 1)

    assert got == [request]


async def test_five_people_who_ask_at_once_are_worked_on_at_once(queue: RequestQueue) -> None:
    together = asyncio.Barrier(5)

    class Meeting(Desk):
        async def run(self, request: Request, fence: Fence) -> None:
            await together.wait()
            await super().run(request, fence)

    desk = Meeting()
    async with working(queue, desk):
        await accept_all(queue, [replace(ask(n), asker_id=f"U{n}") for n in range(5)])
        await desk.until(lambda: len(desk.done) == 5)

    assert len(desk.done) == 5


async def test_a_look_up_does_not_wait_behind_models(queue: RequestQueue) -> None:
    free = asyncio.Event()

    class Busy(Desk):
        async def run(self, request: Request, fence: Fence) -> None:
            if request.kind is RequestKind.ANSWER:
                await free.wait()
            await super().run(request, fence)

    desk = Busy()
    async with working(queue, desk, concurrency=1):
        await accept_all(queue, [ask(1), ask(2, thread="2.0"), ask(3, kind=RequestKind.HELP)])
        await desk.until(lambda: len(desk.done) == 1)
        first = desk.done[0]
        free.set()
        await desk.until(lambda: len(desk.done) == 3)

    assert first == ask(3, kind=RequestKind.HELP).id


async def test_a_workspace_that_floods_does_not_make_another_wait(queue: RequestQueue) -> None:
    flood = [ask(n, thread=f"{n}.0", team="T1") for n in range(30)]
    desk = Desk()

    await accept_all(queue, [*flood, ask(99, team="T2")])
    async with working(queue, desk, concurrency=1):
        await desk.until(lambda: len(desk.done) == 31)

    assert ask(99, team="T2").id in desk.done[:2]


async def test_a_failing_request_is_tried_three_times_then_told_and_its_lane_goes_on(
    queue: RequestQueue, redis_client: Redis
) -> None:
    class Poisoned(Desk):
        tries = 0

        async def run(self, request: Request, fence: Fence) -> None:
            if request.text == "question 1":
                self.tries += 1
                raise RuntimeError("poison")
            await super().run(request, fence)

    desk = Poisoned()
    async with working(queue, desk):
        await accept_all(queue, [ask(1), ask(2)])
        await desk.until(lambda: desk.done == [ask(2).id])

    assert (desk.tries, desk.given_up) == (3, [ask(1).id])
    dead = await redis_client.lrange(key("dead"), 0, -1)
    assert len(dead) == 1
    assert b'"failed too often"' in dead[0]
    assert b"question" not in dead[0]


async def test_a_request_whose_person_cannot_be_told_is_buried_at_last(queue: RequestQueue) -> None:
    class Mute(Desk):
        async def run(self, request: Request, fence: Fence) -> None:
            if request.text == "question 1":
                raise RuntimeError("poison")
            await super().run(request, fence)

        async def give_up(self, request: Request, fence: Fence) -> None:
            await super().give_up(request, fence)
            raise ConnectionError("Slack is away")

    desk = Mute()
    async with working(queue, desk):
        await accept_all(queue, [ask(1), ask(2)])
        await desk.until(lambda: desk.done == [ask(2).id])

    assert desk.given_up == [ask(1).id] * 3


async def test_a_run_that_takes_too_long_counts_as_failed(valkey_url: str) -> None:
    class Hanging(Desk):
        async def run(self, request: Request, fence: Fence) -> None:
            await asyncio.Event().wait()

    desk = Hanging()
    patience = Patience(delays_seconds=(), limit_seconds=0.05)
    async with RequestQueue(valkey_url, patience=patience) as queue, working(queue, desk):
        await queue.accept(ask(1), keys=["k"])
        await desk.until(lambda: len(desk.given_up) == 1)

    assert desk.given_up == [ask(1).id]


async def test_an_unreadable_request_is_buried_and_its_lane_goes_on(
    queue: RequestQueue, redis_client: Redis
) -> None:
    desk = Desk()
    await accept_all(queue, [ask(1), ask(2)])
    inbox = key(MODEL, "inbox", f"T1|{ask(1).lane}")
    await redis_client.lset(inbox, 0, b"msg:old\n{}")

    async with working(queue, desk):
        await desk.until(lambda: desk.done == [ask(2).id])

    assert b"unreadable" in (await redis_client.lrange(key("dead"), 0, -1))[0]


async def test_a_run_that_was_overtaken_is_stopped_at_its_fence_and_changes_nothing(
    queue: RequestQueue,
) -> None:
    claim = asyncio.Event()
    overtaken = asyncio.Event()
    refused: list[StaleRunError] = []

    class Paused(Desk):
        async def run(self, request: Request, fence: Fence) -> None:
            if not claim.is_set():
                await fence.check()
                claim.set()
                await overtaken.wait()
                with pytest.raises(StaleRunError) as caught:
                    await fence.check()
                refused.append(caught.value)
                raise caught.value
            await super().run(request, fence)

    desk = Paused()
    async with working(queue, desk):
        await queue.accept(ask(1), keys=["k"])
        await claim.wait()
        # Another worker is given the same ticket, as the engine does when a lease ends.
        tickets = queue._pools[MODEL].tickets
        assert tickets is not None
        await tickets.serve(f"first:{ask(1).id}")
        overtaken.set()
        await asyncio.sleep(0.1)

    assert desk.done == [ask(1).id]
    assert len(refused) == 1


async def test_a_stale_run_that_finishes_without_asking_has_no_effect_on_its_lane(
    queue: RequestQueue,
) -> None:
    lanes = queue._pools[MODEL].lanes
    await accept_all(queue, [ask(1), ask(2)])
    old = await lanes.claim("t")
    new = await lanes.claim("t")
    assert old is not None
    assert new is not None

    for act in (lanes.finish(old), lanes.put_back(old, next_ticket="x"), lanes.check(old)):
        with pytest.raises(StaleRunError):
            await act

    assert await lanes.finish(new)
    following = await lanes.claim("u")
    assert following is not None
    assert following.request_id == ask(2).id


async def test_a_lane_without_a_ticket_is_healed_by_the_sweep(
    queue: RequestQueue, redis_client: Redis
) -> None:
    desk = Desk()
    await queue._pools[MODEL].lanes.accept(ask(1), ["k"])  # and dies before the ticket is added

    async with working(queue, desk):
        await desk.until(lambda: len(desk.done) == 1)

    assert desk.done == [ask(1).id]


async def test_a_claim_whose_ticket_the_engine_lost_is_healed_by_the_sweep(queue: RequestQueue) -> None:
    desk = Desk()
    lanes = queue._pools[MODEL].lanes
    await lanes.accept(ask(1), ["k"])
    await lanes.claim("lost")

    async with working(queue, desk):
        await desk.until(lambda: len(desk.done) == 1)

    assert desk.done == [ask(1).id]


async def test_a_repeated_delivery_brings_back_a_ticket_that_was_never_added(queue: RequestQueue) -> None:
    await queue._pools[MODEL].lanes.accept(ask(1), ["k"])

    await queue.accept(ask(1), keys=["k"])

    assert await queue.sweep() == 0


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
    async with RequestQueue(valkey_url) as other, working(other, desk, lease_seconds=1):
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
    async with RequestQueue("unix:///tmp/nowhere/copilot.sock") as queue:
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
    async with server, RequestQueue(f"redis://127.0.0.1:{port}", accept_seconds=0.2) as queue:
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
        tickets = Tickets(lanes=Lanes(redis, MODEL), run=desk.run, give_up=desk.give_up, add=no_ticket)

        await tickets.serve("t")

    assert desk.done == []


async def test_a_failed_request_that_gets_no_new_ticket_is_left_to_the_sweep(
    queue: RequestQueue, redis_client: Redis
) -> None:
    class Failing(Desk):
        async def run(self, request: Request, fence: Fence) -> None:
            raise RuntimeError

    failing, desk = Failing(), Desk()
    lanes = Lanes(redis_client, MODEL)
    await lanes.accept(ask(1), ["k"])
    await Tickets(lanes=lanes, run=failing.run, give_up=desk.give_up, add=no_ticket).serve("t")

    async with working(queue, desk):
        await desk.until(lambda: len(desk.done) == 1)

    assert desk.done == [ask(1).id]


async def test_an_overtaken_run_that_fails_does_not_count_against_its_request(
    redis_client: Redis,
) -> None:
    lanes = Lanes(redis_client, MODEL)

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
    away = RequestQueue("unix:///nowhere/copilot.sock", sweep_seconds=0.05)
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


def test_a_very_long_question_is_cut_and_says_so() -> None:
    request = replace(ask(1), text="é" * 50_000)

    element = pack(request)

    assert len(element) <= MAX_BYTES
    text = unpack(split(element).payload).text
    assert len(text) < MAX_TEXT_CHARS + 10
    assert text.endswith("[…]")


def test_a_request_too_large_in_another_field_is_refused() -> None:
    with pytest.raises(BadInputError):
        pack(replace(ask(1), subject="x" * 70_000))


def test_unreadable_bytes_name_the_field() -> None:
    with pytest.raises(BadInputError) as caught:
        unpack(b'{"id": "x"}')

    assert caught.value.field == "request.kind"
