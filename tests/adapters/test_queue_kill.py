"""Workers in processes of their own, killed and paused: the request is done, once."""

import asyncio
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bench.worker_process import SEALER
from bot.adapters.queue import RequestQueue
from bot.adapters.valkey import EmbeddedValkey
from bot.errors import StoreUnavailableError
from bot.request import Request, RequestKind

ROOT = Path(__file__).parents[2]
LEASE_SECONDS = 1.0


def ask(number: int) -> Request:
    return Request(
        id=f"r{number}",
        kind=RequestKind.ANSWER,
        team_id="T1",
        channel_id="C1",
        asker_id="U1",
        text="why?",
        received_at=datetime.now(UTC),
    )


@pytest.fixture
async def queue(valkey_url: str) -> AsyncIterator[RequestQueue]:
    async with RequestQueue(valkey_url, sealer=SEALER) as queue:
        yield queue


class Diary:
    """What the workers wrote down."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.touch()

    def count(self, what: str) -> int:
        return sum(line.startswith(what) for line in self.path.read_text().splitlines())

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not is_so():  # noqa: ASYNC110  # another process writes it
                await asyncio.sleep(0.02)


@pytest.fixture
def diary(tmp_path: Path) -> Diary:
    return Diary(tmp_path / "diary")


@asynccontextmanager
async def worker(url: str, diary: Diary, *, work_seconds: float) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.worker_process",
        url, str(LEASE_SECONDS), str(work_seconds), "2", str(diary.path),
        cwd=ROOT, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_a_request_whose_worker_is_killed_is_done_once_by_another(
    queue: RequestQueue, valkey_url: str, redis_client: Redis, diary: Diary
) -> None:
    await queue.accept(ask(1), keys=["1"])
    await queue.accept(ask(2), keys=["2"])
    async with worker(valkey_url, diary, work_seconds=60) as first:
        await diary.until(lambda: diary.count("S") == 1)
        first.kill()
        await first.wait()

    async with worker(valkey_url, diary, work_seconds=0.05):
        await diary.until(lambda: diary.count("E") == 2)

    assert await redis_client.lrange(f"effects:{ask(1).lane}", 0, -1) == [b"r1", b"r2"]


async def test_a_worker_paused_longer_than_its_lease_has_no_second_effect(
    queue: RequestQueue, valkey_url: str, redis_client: Redis, diary: Diary
) -> None:
    await queue.accept(ask(1), keys=["1"])
    async with worker(valkey_url, diary, work_seconds=1) as paused:
        await diary.until(lambda: diary.count("S") == 1)
        paused.send_signal(signal.SIGSTOP)
        async with worker(valkey_url, diary, work_seconds=0.05) as other:
            await diary.until(lambda: diary.count("E") == 1)
            paused.send_signal(signal.SIGCONT)
            await asyncio.sleep(1.5)
            other.terminate()
            await other.wait()

    assert diary.count("S") == 2
    assert diary.count("E") == 1
    assert await redis_client.lrange(f"effects:{ask(1).lane}", 0, -1) == [b"r1"]


async def test_a_worker_told_to_stop_finishes_what_it_does_and_leaves_in_order(
    queue: RequestQueue, valkey_url: str, redis_client: Redis, diary: Diary
) -> None:
    await queue.accept(ask(1), keys=["1"])
    async with worker(valkey_url, diary, work_seconds=0.5) as process:
        await diary.until(lambda: diary.count("S") == 1)
        process.terminate()

        assert await process.wait() == 0

    assert diary.count("E") == 1


async def test_work_goes_on_after_the_store_was_restarted(tmp_path: Path, diary: Diary) -> None:
    first = EmbeddedValkey(tmp_path)
    url = await first.__aenter__()
    async with worker(url, diary, work_seconds=0.01), RequestQueue(url, sealer=SEALER) as queue:
        await queue.accept(ask(1), keys=["1"])
        await diary.until(lambda: diary.count("E") == 1)
        await first.__aexit__(None, None, None)
        with pytest.raises(StoreUnavailableError):
            await queue.accept(ask(2), keys=["2"])

        async with EmbeddedValkey(tmp_path) as again:
            assert again == url
            assert await queue.accept(ask(2), keys=["2"])
            await diary.until(lambda: diary.count("E") == 2)


async def test_a_long_request_keeps_its_lease(
    queue: RequestQueue, valkey_url: str, redis_client: Redis, diary: Diary
) -> None:
    await queue.accept(ask(1), keys=["1"])
    async with worker(valkey_url, diary, work_seconds=3), worker(valkey_url, diary, work_seconds=3):
        await diary.until(lambda: diary.count("E") == 1)

    assert diary.count("S") == 1
