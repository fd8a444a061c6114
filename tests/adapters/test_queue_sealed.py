"""What people typed stands in the store sealed; when it cannot be opened any more, who asked is told."""

from dataclasses import replace

import pytest
from redis.asyncio import Redis

from bot.adapters.keys import key
from bot.adapters.queue import MODEL, RequestQueue
from bot.adapters.sealing import Sealer
from bot.adapters.wire import pack, split, unpack
from bot.ports import Fence
from bot.request import Request, RequestKind
from tests.adapters.queueing import QUICK_PATIENCE, SEALER, Desk, ask, working

SECRET = "the password is " + "Xy7" + "hunter2Q"
TYPED = replace(ask(1), text=SECRET)
ROTATED = Sealer("after rotation")


class Reader(Desk):
    """Keeps what it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.got: list[Request] = []

    async def run(self, request: Request, fence: Fence) -> None:
        self.got.append(request)
        await super().run(request, fence)

    async def give_up(self, request: Request, fence: Fence) -> None:
        self.got.append(request)
        await super().give_up(request, fence)


async def test_no_word_of_a_question_stands_in_the_store(queue: RequestQueue, redis_client: Redis) -> None:
    await queue.accept(TYPED, keys=["1"])

    stored = [await redis_client.dump(name) async for name in redis_client.scan_iter("*")]
    inbox = await redis_client.lrange(key(MODEL, "inbox", f"T1|{TYPED.lane}"), 0, -1)

    assert len(inbox) == 1
    assert not [one for one in (*stored, *inbox) if one and b"hunter2" in one]


async def test_a_question_outlives_the_process_that_accepted_it(queue: RequestQueue, valkey_url: str) -> None:
    await queue.accept(TYPED, keys=["1"])
    desk = Reader()

    async with RequestQueue(valkey_url, sealer=Sealer("a secret of tests")) as later, working(later, desk):
        await desk.until(lambda: len(desk.done) == 1)

    assert desk.got == [TYPED]


async def test_who_asked_is_told_when_the_secret_has_changed(
    queue: RequestQueue, valkey_url: str, redis_client: Redis
) -> None:
    await queue.accept(TYPED, keys=["1"])
    desk = Reader()

    rotated = RequestQueue(valkey_url, sealer=ROTATED, patience=QUICK_PATIENCE)
    async with rotated as later, working(later, desk):
        await desk.until(lambda: len(desk.given_up) == 1)
        await later.accept(replace(ask(2), text="asked again"), keys=["2"])
        await desk.until(lambda: len(desk.done) == 1)

    assert desk.got[0] == replace(TYPED, text="", is_unreadable=True)
    assert desk.got[1].text == "asked again"
    buried = await redis_client.lrange(key("dead"), 0, -1)
    assert b"another secret" in buried[0]


@pytest.mark.parametrize(
    "request_",
    [replace(ask(1), text=""), replace(ask(1), kind=RequestKind.RECHECK, text="deleted")],
    ids=["a button", "what nobody asked for"],
)
def test_what_nobody_typed_can_be_read_with_any_secret(request_: Request) -> None:
    assert unpack(split(pack(request_, SEALER)).payload, ROTATED) == request_


def test_words_cannot_be_moved_to_another_request() -> None:
    head, _, _ = pack(replace(TYPED, id="other"), SEALER).partition(b"\n")[2].partition(b"\n")
    _, _, sealed = pack(TYPED, SEALER).partition(b"\n")[2].partition(b"\n")

    assert unpack(head + b"\n" + sealed, SEALER).is_unreadable


def test_a_request_of_the_form_before_is_still_read() -> None:
    plain = pack(replace(TYPED, text=""), SEALER).replace(b'"text":""', b'"text":"why?"')

    assert unpack(split(plain).payload, SEALER).text == "why?"
