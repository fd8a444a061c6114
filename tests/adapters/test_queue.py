"""The queue on a real server: durable, once, in order, fair."""

import asyncio
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from bot.adapters.keys import key
from bot.adapters.queue import MODEL, RequestQueue
from bot.adapters.tickets import Patience
from bot.errors import StaleRunError
from bot.ports import Fence
from bot.request import Request, RequestKind
from tests.adapters.queueing import SEALER, Desk, accept_all, ask, working


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
    async with RequestQueue(valkey_url, sealer=SEALER, patience=patience) as queue, working(queue, desk):
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
        [ticket] = await queue._pools[MODEL].lanes.claimed()  # the accept's own, or one of the sweep
        await tickets.serve(ticket)
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
