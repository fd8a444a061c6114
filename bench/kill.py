"""Kill workers with `kill -9` while they work, and count what was lost, doubled or out of order.

`python -m bench.kill [--requests 200] [--lanes 20] [--kills 5] [--lease 3]`. Two worker processes with two
slots each; one after the other is killed while it works, and started again. Each request has one effect,
through the ledger. Then five people ask in one thread at once, and the most under way at once are counted.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from asyncio.subprocess import DEVNULL, Process
from collections import Counter, defaultdict
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from redis.asyncio import Redis

from bench.worker_process import SEALER
from bot import logs
from bot.adapters.queue import RequestQueue, open_redis
from bot.adapters.replies import as_text
from bot.adapters.valkey import EmbeddedValkey
from bot.request import Request, RequestKind

ROOT = Path(__file__).resolve().parents[1]
PAUSE_SECONDS, RESTART_SECONDS, WORK_SECONDS = 0.5, 0.3, 0.2
DEADLINE_SECONDS = 90


def ask(number: int, *, lane: int, person: str = "U1") -> Request:
    """Return the `number`-th request, in one of the lanes; four workspaces."""
    return Request(
        id=f"{number:05d}",
        kind=RequestKind.ANSWER,
        team_id=f"T{lane % 4}",
        channel_id=f"C{lane}",
        thread_ts="1.0",
        asker_id=person,
        text="why?",
        received_at=datetime.now(UTC),
    )


class Workers:
    """Worker processes, started here and ended here by their own id.

    Args:
        url: The store.
        folder: Where their diaries stand, one each: a killed worker must not spoil another's line.
        slots: Model requests at once, each.
    """

    def __init__(self, url: str, folder: Path, *, lease_seconds: float, slots: int) -> None:
        self._url, self._folder, self._lease, self._slots = url, folder, lease_seconds, slots
        self._processes: dict[int, Process] = {}
        self._diaries: dict[int, Path] = {}
        self._started = 0

    async def start(self, number: int) -> None:
        """Start one."""
        self._started += 1
        self._diaries[number] = diary = self._folder / f"diary-{self._started}"
        diary.touch()
        arguments = (self._url, self._lease, WORK_SECONDS, self._slots, diary)
        self._processes[number] = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.worker_process", *map(str, arguments), cwd=ROOT,
            stdout=DEVNULL, stderr=DEVNULL,
        )  # fmt: skip

    async def kill(self, number: int) -> None:
        """End one as `kill -9` does, in the middle of its work."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            while not self._is_busy(number):  # noqa: ASYNC110  # another process writes it
                await asyncio.sleep(0.01)
        self._processes[number].kill()
        await self._processes[number].wait()

    def _is_busy(self, number: int) -> bool:
        lines = self._diaries[number].read_text().splitlines()
        return sum(line.startswith("S") for line in lines) > sum(line.startswith("E") for line in lines)

    async def end(self) -> None:
        """End all."""
        for process in self._processes.values():
            process.terminate()
            await process.wait()

    def diary(self) -> list[tuple[str, str, float]]:
        """Return what all wrote: S started, E ended, X gave up; request; time."""
        lines = [
            line.split() for path in self._folder.glob("diary-*") for line in path.read_text().splitlines()
        ]
        return sorted(
            ((what, request, float(at)) for what, request, _, at in lines), key=lambda entry: entry[2]
        )

    async def until_ended(self, amount: int) -> float:
        """Wait until so many requests have ended; return the seconds that took."""
        started = time.monotonic()
        while len({request for what, request, _ in self.diary() if what == "E"}) < amount:
            if time.monotonic() - started > DEADLINE_SECONDS:
                break
            await asyncio.sleep(0.2)
        return time.monotonic() - started


async def under_fire(url: str, folder: Path, options: argparse.Namespace) -> dict[str, object]:
    """Accept all requests, kill workers meanwhile, and count."""
    requests = [ask(n, lane=n % options.lanes) for n in range(options.requests)]
    workers = Workers(url, folder, lease_seconds=options.lease, slots=2)
    await asyncio.gather(workers.start(0), workers.start(1))
    async with RequestQueue(url, sealer=SEALER) as queue, open_redis(url) as redis:
        for request in requests:
            await queue.accept(request, keys=[f"ev:{request.id}", f"msg:{request.id}"])
        for number in range(options.kills):
            await asyncio.sleep(PAUSE_SECONDS)
            await workers.kill(number % 2)
            await asyncio.sleep(RESTART_SECONDS)
            await workers.start(number % 2)
        seconds = await workers.until_ended(len(requests))
        await workers.end()
        effects = {lane: await effects_of(redis, lane) for lane in {r.lane for r in requests}}
    return {"seconds_after_kills": round(seconds, 1), **count(requests, effects, workers.diary())}


async def effects_of(redis: Redis, lane: str) -> list[str]:
    """Return a lane's effects in their order."""
    return [as_text(name) for name in await redis.lrange(f"effects:{lane}", 0, -1)]


def count(
    requests: list[Request], effects: dict[str, list[str]], diary: list[tuple[str, str, float]]
) -> dict[str, int | float]:
    """Compare what was asked with what happened."""
    happened = Counter(name for names in effects.values() for name in names)
    starts: dict[str, list[float]] = defaultdict(list)
    for what, request, at in diary:
        if what == "S":
            starts[request].append(at)
    gaps = [b - a for times in starts.values() for a, b in pairwise(times)]
    return {
        "asked": len(requests),
        "lost": sum(request.id not in happened for request in requests),
        "doubled": sum(times > 1 for times in happened.values()),
        "out_of_order": sum(b < a for names in effects.values() for a, b in pairwise(names)),
        "given_up": sum(what == "X" for what, _, _ in diary),
        "started_again": sum(len(times) > 1 for times in starts.values()),
        "longest_wait_seconds": round(max(gaps, default=0.0), 1),
    }


async def at_once(url: str, folder: Path) -> int:
    """Let five people ask in one thread at once; return how many were under way together."""
    workers = Workers(url, folder, lease_seconds=30, slots=16)
    await workers.start(0)
    async with RequestQueue(url, sealer=SEALER) as queue:
        people = [ask(90_000 + n, lane=99, person=f"U{n}") for n in range(5)]
        await asyncio.gather(*(queue.accept(request, keys=[request.id]) for request in people))
        await workers.until_ended(5)
        await workers.end()
    under_way = most = 0
    for what, _, _ in workers.diary():
        under_way += 1 if what == "S" else -1
        most = max(most, under_way)
    return most


async def measure(options: argparse.Namespace) -> dict[str, object]:
    """Run both parts on a store of their own."""
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        async with EmbeddedValkey(Path(first)) as url:
            result = await under_fire(url, Path(first), options)
            together = await at_once(url, Path(second))
    faults = (result["lost"], result["doubled"], result["out_of_order"], result["given_up"])
    return {
        "bench": "kill",
        "kills": options.kills,
        "lanes": options.lanes,
        "lease_seconds": options.lease,
        **result,
        "at_once_of_5": together,
        "goal_met": not any(faults) and together == 5,
    }


def main() -> None:
    """Run, print a table and one line of JSON; exit 1 when a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("requests", 200), ("lanes", 20), ("kills", 5)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--lease", type=float, default=3.0)
    logs.set_up(form="json", level="error")
    result = asyncio.run(measure(parser.parse_args()))
    for name, value in result.items():
        print(f"{name:22}{value}")
    print(json.dumps(result))
    sys.exit(0 if result["goal_met"] else 1)


if __name__ == "__main__":
    main()
