"""How the surface behaves: `python -m bench.surface [--seconds N] [--answers N]`.

The whole product on loopback: the local workspace, a store, the receiver and a worker as processes, the rules
analyst without a pause. Three measurements, each with its count:

1. Doors: commands and presses at 20 a second. How long Slack waits for the acknowledgement, and how long the
   person waits for the words. Beside it the acknowledgement of talk that asks nothing, at the same rate.
2. Quiet: the incident goes on for half an hour of its own time while two questions are asked. What stands at
   the top level of the channel, who was pinged, and how often a message was edited within 20 s. A quarter of
   an hour passes in an instant, so that what comes minutes apart in an incident comes at once here.
3. Many at once: questions at the top level, all at the same moment, worked by one process.

Goals: 99 of 100 acknowledgements within 1 s; 0 top-level posts, 0 pings, at most 1 edit in 20 s; none lost.
"""

import argparse
import asyncio
import json
import re
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import aiohttp

from bench.answer import Seen, seek, watched
from bot import local, logs
from bot.settings import load_settings

ROOT = Path(__file__).resolve().parents[1]
INCIDENTS = ROOT / "evals/data/incidents"
SCENARIO = "objectstore-key-rotation"
RATE = 20
COMMANDS = (
    "catchup",
    "catchup exec",
    "summary",
    "timeline",
    "actions",
    "is it fixed?",
    "ruledout",
    "cost",
    "help",
)
HALF_HOUR_SECONDS = 1_800
WINDOW_SECONDS = 20.0
SETTLE_SECONDS = 3.0
WAIT_SECONDS = 120.0
_PING = re.compile(r"<@|<!|\"type\": \"(?:user|usergroup|broadcast)\"")


async def call(session: aiohttp.ClientSession, url: str, name: str, **body: object) -> dict[str, Any]:
    """Do something at the page."""
    async with session.post(f"{url}/page/{name}", json=body) as answer:
        found: dict[str, Any] = await answer.json()
        return found


async def state(session: aiohttp.ClientSession, url: str) -> dict[str, Any]:
    """Return what the page knows."""
    async with session.get(f"{url}/page/state") as answer:
        found: dict[str, Any] = await answer.json()
        return found


def channel_of(known: dict[str, Any]) -> str:
    """Return the incident's channel."""
    return str(next(c["id"] for c in known["channels"] if c.get("is_current")))


async def at_rate(works: Sequence[Callable[[], Awaitable[object]]], rate: int) -> list[float]:
    """Begin so many a second; return what each took, in milliseconds."""

    async def timed(n: int, work: Callable[[], Awaitable[object]]) -> float:
        await asyncio.sleep(n / rate)
        begun = time.perf_counter()
        await work()
        return (time.perf_counter() - begun) * 1e3

    return list(await asyncio.gather(*(timed(n, work) for n, work in enumerate(works))))


def spread(values: Sequence[float]) -> dict[str, float]:
    """Return the median, the 99th of 100 and the worst."""
    ordered = sorted(values)
    return {
        "median": round(statistics.median(ordered), 1),
        "p99": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))], 1),
        "worst": round(ordered[-1], 1),
    }


async def doors(session: aiohttp.ClientSession, url: str, seen: Seen, *, seconds: float) -> dict[str, Any]:
    """Measure commands, and presses of the buttons of what they showed."""
    known = await state(session, url)
    channel, count = channel_of(known), int(seconds * RATE)
    root = next(m["ts"] for m in known["messages"] if m.get("reply_count"))

    def talk(n: int) -> Callable[[], Awaitable[object]]:
        return lambda: call(session, url, "say", channel=channel, thread_ts=root, text=f"shard {n} is fine")

    def typed(n: int) -> Callable[[], Awaitable[object]]:
        text = COMMANDS[n % len(COMMANDS)]
        return lambda: call(session, url, "command", channel=channel, command="/copilot", text=text)

    idle = await at_rate([talk(n) for n in range(count // 4)], RATE)
    since, begun = len(seen), time.perf_counter()
    acked = await at_rate([typed(n) for n in range(count)], RATE)
    shown = await whispers(seen, since, count)
    told = [(at - begun - n / RATE) * 1e3 for n, (at, _) in enumerate(shown)]
    pressed = await at_rate(presses(session, url, channel, [event for _, event in shown]), RATE)
    await asyncio.sleep(SETTLE_SECONDS)
    return {
        "commands": count,
        "shown": len(shown),
        "ack_ms": spread(acked),
        "shown_ms": spread(told),
        "presses": len(pressed),
        "press_ack_ms": spread(pressed),
        "talk_ack_ms": spread(idle),
    }


def presses(
    session: aiohttp.ClientSession, url: str, channel: str, shown: Sequence[dict[str, Any]]
) -> list[Callable[[], Awaitable[object]]]:
    """Return one press for each button that whispers carry, of those that only tell something."""
    found: list[Callable[[], Awaitable[object]]] = []
    for event in shown:
        for block in event.get("blocks", []):
            for element in block.get("elements", []):
                if str(element.get("action_id", "")).startswith("brief_summary"):
                    body = {"block_id": block["block_id"], "action_id": element["action_id"]}
                    value = element.get("value", "")
                    found.append(press_of(session, url, channel, event["ts"], {**body, "value": value}))
    return found


def press_of(
    session: aiohttp.ClientSession, url: str, channel: str, ts: str, body: dict[str, str]
) -> Callable[[], Awaitable[object]]:
    """Return one press."""
    return lambda: call(session, url, "press", channel=channel, ts=ts, **body)


async def whispers(seen: Seen, since: int, count: int) -> list[tuple[float, dict[str, Any]]]:
    """Wait until so much was shown to one person alone; return each with its time."""
    until = time.perf_counter() + WAIT_SECONDS
    while True:
        found = [(at, event) for at, event in seen[since:] if event.get("type") == "ephemeral"]
        if len(found) >= count or time.perf_counter() > until:
            return found[:count]
        await asyncio.sleep(0.02)


async def quiet(session: aiohttp.ClientSession, url: str, seen: Seen) -> dict[str, Any]:
    """Let the incident go on for half an hour, ask twice, and count what nobody asked for."""
    await call(session, url, "scenario", id=SCENARIO)
    await seek(session, url)
    known = await state(session, url)
    since, channel = len(seen), channel_of(known)
    root = next(m["ts"] for m in known["messages"] if m.get("reply_count"))
    asked_ts = float(known["clock"]["ts"])
    question = "@copilot why are uploads failing?"
    for part in (0.0, 0.5):
        await call(session, url, "clock", action="seek", ts=f"{asked_ts + part * HALF_HOUR_SECONDS:.6f}")
        await call(session, url, "say", channel=channel, thread_ts=root, text=question)
        await asyncio.sleep(SETTLE_SECONDS * 2)
    await call(session, url, "clock", action="seek", ts=f"{asked_ts + HALF_HOUR_SECONDS:.6f}")
    await asyncio.sleep(WINDOW_SECONDS * 2)
    known = await state(session, url)
    own = [m for m in known["messages"] if m.get("user") == known["bot"]["user_id"]]
    return {
        "questions": 2,
        "posts": len(own),
        "top_level_posts": sum(not m.get("thread_ts") or m["thread_ts"] == m["ts"] for m in own),
        "pings": sum(bool(_PING.search(json.dumps([m.get("text"), m.get("blocks")]))) for m in own),
        "most_edits_in_20_s": most_edits(seen[since:], {m["ts"] for m in own}),
    }


def most_edits(events: Seen, own: set[str]) -> int:
    """Return how often one message of ours was edited within 20 s after it was finished."""
    edits: dict[str, list[float]] = defaultdict(list)
    for at, event in events:
        message = event.get("message") or {}
        if message.get("ts") in own and message.get("edited") and not message.get("stream"):
            edits[message["ts"]].append(at)
    later = [
        times[1:] for times in edits.values()
    ]  # the first one ends the answer: it is no edit to a reader
    return max((within(times) for times in later), default=0)


def within(times: Sequence[float]) -> int:
    """Return the most of these that lie within 20 s."""
    return max((sum(0 <= other - one <= WINDOW_SECONDS for other in times) for one in times), default=0)


async def many(session: aiohttp.ClientSession, url: str, seen: Seen, *, answers: int) -> dict[str, Any]:
    """Ask so many questions at the same moment."""
    await call(session, url, "scenario", id=SCENARIO)
    await seek(session, url)
    known = await state(session, url)
    channel, since, begun = channel_of(known), len(seen), time.perf_counter()
    asks = (
        call(session, url, "say", channel=channel, text=f"@copilot why are uploads of shard {n} failing?")
        for n in range(answers)
    )
    await asyncio.gather(*asks)
    done = await completions(seen, since, answers)
    status = [at - begun for at, event in seen[since:] if event.get("type") == "status"]
    finished = [(at - begun) * 1e3 for at in done]
    return {
        "asked": answers,
        "finished": len(done),
        "first_sign_s": round(min(status, default=WAIT_SECONDS), 2),
        "finished_ms": spread(finished or [WAIT_SECONDS * 1e3]),
        "a_second": round(len(done) / max(0.001, max(finished, default=1.0) / 1e3), 1),
    }


async def completions(seen: Seen, since: int, count: int) -> list[float]:
    """Wait until so many requests are complete; return when each was."""
    until = time.perf_counter() + WAIT_SECONDS
    while True:
        done = [at for at, event in seen[since:] if event.get("event") == "request.completed"]
        if len(done) >= count or time.perf_counter() > until:
            return done
        await asyncio.sleep(0.05)


async def measure(seconds: float, answers: int) -> dict[str, Any]:
    """Run all three."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = local.Local(
            scenarios=INCIDENTS, data_dir=Path(folder), pace_seconds=0.0, lease_seconds=30.0, autoplay=False
        )
        async with (
            local.running(wanted, load_settings()) as (sandbox, _),
            aiohttp.ClientSession() as session,
            watched(session, sandbox.url) as seen,
        ):
            await call(session, sandbox.url, "scenario", id=SCENARIO)
            await seek(session, sandbox.url)
            return {
                "doors": await doors(session, sandbox.url, seen, seconds=seconds),
                "quiet": await quiet(session, sandbox.url, seen),
                "many": await many(session, sandbox.url, seen, answers=answers),
            }


def main() -> None:
    """Print a table and one line of JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--answers", type=int, default=100)
    options = parser.parse_args()
    logs.set_up(form="json", level="error")
    result = asyncio.run(measure(options.seconds, options.answers))
    door = result["doors"]
    print(f"{'ms':<34}{'median':>9}{'p99':>9}{'worst':>9}")
    for label, name in (
        (f"ack of {door['commands']} commands", "ack_ms"),
        (f"ack of {door['presses']} presses", "press_ack_ms"),
        ("ack of talk (beside it)", "talk_ack_ms"),
        (f"words shown ({door['shown']})", "shown_ms"),
    ):
        row = door[name]
        print(f"{label:<34}{row['median']:>9}{row['p99']:>9}{row['worst']:>9}")
    for name in ("quiet", "many"):
        print(f"{name}: " + ", ".join(f"{key} {value}" for key, value in result[name].items()))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
