"""What reading an incident costs: `python -m bench.reader [--counts 1000,3000,10000,30000]`.

The server runs in a process of its own, and so does each reading; own time is processor time of the reading
process, memory its resident set. Beside ours, in the same run, stands a plain bot: slack_sdk fetches the same
pages, parses them and keeps them, and does nothing with them. The follow-up is a second question after five
more messages, which came as events; its figures are the median of five, and the most.

Goals at 10,000 messages: at most 2 s of own time and 60 MB more; a follow-up, the slowest too, at most 50 ms
and one call; and time that grows no faster than the messages. Each figure is the median of three runs; the
exit status is 1 when a goal is missed. "Another" is the first question of another worker, which finds the
log.

With `--limited SECONDS` the server allows 50 calls a minute of each method, as Slack's Tier 3 does, and a
question waits for history so long: told is what it omits, and how long it takes until all is read.
"""

import argparse
import asyncio
import gc
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import aiohttp

from bench.reader_corpus import CHANNEL, TEAM
from bench.reader_server import READY

ROOT = Path(__file__).resolve().parents[1]
COUNTS = (1_000, 3_000, 10_000, 30_000)
RUNS = 3
GROWTH = 1.25
"""How much more a message may cost among the most than among the fewest: noise, not a curve."""
LIMIT_A_MINUTE = 50
GOAL_COUNT, GOAL_SECONDS, GOAL_MB, GOAL_FOLLOW_MS = 10_000, 2.0, 60.0, 50.0
WHO = ("plain", "ours")
Row = dict[str, Any]


def resident_mb(name: str = "VmRSS") -> float:
    """Return this process's resident set now, or its highest with `VmHWM`."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name + ":"))


@contextmanager
def server(count: int, *, limit: int = 0) -> Iterator[str]:
    """Give the address of a server with so many messages and so many calls a minute; 0 for any number."""
    command = [sys.executable, "-m", "bench.reader_server", str(count), str(limit)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # ours
        try:
            told = process.stdout.readline() if process.stdout else ""
            yield f"http://127.0.0.1:{told.removeprefix(READY).split()[0]}"
        finally:
            process.kill()


async def plain(url: str) -> Row:
    """Fetch and parse all pages and keep what they hold, as a bot does that reads a thread for its prompt."""
    from slack_sdk.web.async_client import AsyncWebClient  # noqa: PLC0415  # each reading loads its own

    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(token="none", base_url=f"{url}/api/", session=session)  # noqa: S106  # of nobody
        await client.auth_test()
        before, started = resident_mb(), time.process_time()
        kept, cursor = [], ""
        while True:
            page = await client.conversations_history(channel=CHANNEL, limit=999, cursor=cursor or None)
            kept += page["messages"]
            cursor = page["response_metadata"]["next_cursor"]
            if not cursor:
                break
        for root in [message["ts"] for message in kept if message.get("reply_count")]:
            kept += (await client.conversations_replies(channel=CHANNEL, ts=root, limit=999))["messages"][1:]
        return {"messages": len(kept), "seconds": time.process_time() - started, "mb": resident_mb() - before}


@asynccontextmanager
async def ours(url: str, store_url: str, *, read_seconds: float = 600) -> AsyncIterator[tuple[Any, Any]]:
    """Give the reader of the product, on the server and a store, and its log."""
    from redis.asyncio import Redis  # noqa: PLC0415  # as above
    from slack_sdk.web.async_client import AsyncWebClient  # noqa: PLC0415  # as above

    from bot.adapters.incident_log import IncidentLog  # noqa: PLC0415  # as above
    from bot.adapters.sealing import Sealer  # noqa: PLC0415  # as above
    from bot.adapters.slack import identify, permalinks  # noqa: PLC0415  # as above
    from bot.adapters.slack_live import LiveReader  # noqa: PLC0415  # as above
    from bot.adapters.slack_names import Names  # noqa: PLC0415  # as above
    from bot.adapters.slack_read import IncidentReader  # noqa: PLC0415  # as above
    from bot.adapters.slack_retry import retry_handlers  # noqa: PLC0415  # as above
    from bot.adapters.store import RedisMemory  # noqa: PLC0415  # as above
    from bot.incident.history import Us  # noqa: PLC0415  # as above

    async with aiohttp.ClientSession() as session, Redis.from_url(store_url) as redis:
        client = AsyncWebClient(
            token="none",  # noqa: S106  # of nobody
            base_url=f"{url}/api/",
            session=session,
            retry_handlers=retry_handlers(),
        )
        me, sealer = await identify(client), Sealer("of the benchmark")
        log = IncidentLog(redis, sealer, ttl_seconds=86_400)
        yield (
            LiveReader(
                reader=IncidentReader(client),
                log=log,
                names=Names(client=client, redis=redis, sealer=sealer, team_id=TEAM),
                memory=RedisMemory(redis),
                us=Us(user_id=me.user_id, bot_id=me.bot_id),
                permalink=permalinks(me.url),
                read_seconds=read_seconds,
            ),
            log,
        )
        await log.aclose()


async def measured(url: str, store_url: str) -> Row:
    """Read the whole incident, then again after five more messages, as five questions would."""
    from bot.incident.log import Said, body_of  # noqa: PLC0415  # as above
    from bot.incident.messages import IncidentRef  # noqa: PLC0415  # as above

    ref = IncidentRef(team_id=TEAM, channel_id=CHANNEL)
    async with ours(url, store_url) as (live, log), aiohttp.ClientSession() as session:
        gc.collect()
        before, started, clock = resident_mb(), time.process_time(), time.monotonic()
        read = await live.read(ref, until_ts=None, is_logged=True)
        row: Row = {
            "messages": len(read.messages),
            "seconds": time.process_time() - started,
            "wall_seconds": time.monotonic() - clock,
            "mb": resident_mb() - before,
            "peak_mb": resident_mb("VmHWM") - before,
            "omitted": read.omitted,
        }
        follow: list[Row] = []
        row["is_current"] = True
        for _ in range(5):
            async with session.get(f"{url}/say?count=5") as answer:
                said = await answer.json()
            entries = [Said(ts=raw["ts"], version=raw["ts"], body=body_of(raw)) for raw in said]
            await log.append([ref], entries)
            calls = await _calls(session, url)
            started, clock = time.process_time(), time.monotonic()
            read = await live.read(ref, until_ts=None, is_logged=True)
            follow.append(
                {"ms": 1000 * (time.monotonic() - clock), "own_ms": 1000 * (time.process_time() - started)}
            )
            follow[-1]["calls"] = await _calls(session, url) - calls
            row["is_current"] = row["is_current"] and read.messages[-1].ts == said[-1]["ts"]
        row |= await another(url, store_url, ref)
        row |= {f"follow_{name}": statistics.median(one[name] for one in follow) for name in follow[0]}
        row |= {f"follow_most_{name}": max(one[name] for one in follow) for name in follow[0]}
        return row


async def another(url: str, store_url: str, ref: Any) -> Row:
    """Ask as another worker does that has read nothing yet."""
    async with ours(url, store_url) as (live, _):
        started, clock = time.process_time(), time.monotonic()
        read = await live.read(ref, until_ts=None, is_logged=True)
        return {
            "another_seconds": time.process_time() - started,
            "another_wall_seconds": time.monotonic() - clock,
            "another_messages": len(read.messages),
        }


async def limited(url: str, store_url: str, seconds: float) -> Row:
    """Read behind Slack's limits: what does the first question omit, and when is all read?"""
    from bot.incident.messages import IncidentRef  # noqa: PLC0415  # as above

    ref, clock = IncidentRef(team_id=TEAM, channel_id=CHANNEL), time.monotonic()
    async with ours(url, store_url, read_seconds=seconds) as (live, _):
        read = await live.read(ref, until_ts=None, is_logged=True)
        row: Row = {
            "read": len(read.messages),
            "omitted": read.omitted,
            "first_seconds": time.monotonic() - clock,
        }
        while not (await live.check(ref, seconds=0)).is_whole:  # noqa: ASYNC110  # as the timer does
            await asyncio.sleep(1)
        return row | {"whole_seconds": time.monotonic() - clock}


async def _calls(session: aiohttp.ClientSession, url: str) -> int:
    async with session.get(f"{url}/calls") as answer:
        return int(await answer.json())


async def child(who: str, url: str, folder: Path) -> Row:
    """Measure one reading in this process; `who` is one of `WHO`, or how long a limited question waits."""
    if who == "plain":
        return await plain(url)
    from bot.adapters.valkey import EmbeddedValkey  # noqa: PLC0415  # as above

    async with EmbeddedValkey(folder) as store_url:
        return await (measured(url, store_url) if who in WHO else limited(url, store_url, float(who)))


def run(who: str, count: int, *, limit: int = 0) -> Row:
    """Measure one reading in a process of its own."""
    with server(count, limit=limit) as url, tempfile.TemporaryDirectory(prefix="copilot-") as folder:
        command = [sys.executable, "-m", "bench.reader", "--child", who, url, folder]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)  # ours
    found: Row = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(count: int, runs: int) -> dict[str, Row]:
    """Measure both readings of so many messages; the figures are medians."""
    rows: dict[str, Row] = {}
    for who in WHO:
        found = [run(who, count) for _ in range(runs)]
        rows[who] = {name: statistics.median(one[name] for one in found) for name in found[0]}
    return rows


def shown(count: int, rows: dict[str, Row]) -> str:
    """Return one line of the table."""
    our, bare = rows["ours"], rows["plain"]
    rate = our["messages"] / our["seconds"]
    return (
        f"{count:>7} {our['seconds']:>7.2f} {bare['seconds']:>7.2f} {our['seconds'] / bare['seconds']:>6.2f}"
        f" {rate:>8.0f} {1e6 * our['seconds'] / count:>7.0f} {our['mb']:>7.1f} {our['peak_mb']:>7.1f}"
        f" {bare['mb']:>7.1f} {our['follow_ms']:>8.1f} {our['follow_own_ms']:>7.1f}"
        f" {our['follow_most_ms']:>8.1f} {our['follow_most_calls']:>6} {our['another_seconds']:>9.2f}"
    )


def judged(found: dict[int, dict[str, Row]]) -> Row:
    """Return the figures, and which goals are missed; without the count that has goals nothing is judged."""
    costs = {count: rows["ours"]["seconds"] / count for count, rows in found.items()}
    result: Row = {"rows": found, "growth": round(costs[max(costs)] / costs[min(costs)], 2)}
    if GOAL_COUNT in found:
        our = found[GOAL_COUNT]["ours"]
        goals = {
            "seconds": our["seconds"] <= GOAL_SECONDS,
            "mb": our["mb"] <= GOAL_MB,
            "follow_most_ms": our["follow_most_ms"] <= GOAL_FOLLOW_MS,
            "follow_most_calls": our["follow_most_calls"] <= 1,
            "growth": result["growth"] <= GROWTH,
            "is_current": our["is_current"] == 1,
            "omitted": our["omitted"] == 0,
        }
        result["missed"] = [name for name, is_met in goals.items() if not is_met]
        result["passed"] = not result["missed"]
    return result


def main() -> int:
    """Measure all counts and print a table and a line of JSON; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counts", default=",".join(map(str, COUNTS)))
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--limited", type=float, metavar="SECONDS", help="behind Slack's limits")
    parser.add_argument("--child", nargs=3, metavar=("WHO", "URL", "FOLDER"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        who, url, folder = given.child
        print(json.dumps(asyncio.run(child(who, url, Path(folder)))))  # told to the parent
        return 0
    if given.limited:
        for count in map(int, given.counts.split(",")):
            row = run(str(given.limited), count, limit=LIMIT_A_MINUTE)
            print(json.dumps({"messages": count, **row}), flush=True)  # what a benchmark is for
        return 0
    print(  # what a benchmark is for
        "  count  own s plain s  ratio    msg/s  us/msg   MB up MB peak plain MB"
        " follow ms  own ms  most ms  calls another s"
    )
    found: dict[int, dict[str, Row]] = {}
    for count in map(int, given.counts.split(",")):
        found[count] = measure(count, given.runs)
        print(shown(count, found[count]), flush=True)  # as above
    result = judged(found)
    print(json.dumps(result))  # as above
    return 0 if result.get("passed", True) else 1


if __name__ == "__main__":
    sys.exit(main())
