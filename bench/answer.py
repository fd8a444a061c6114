"""How soon a question is answered: `python -m bench.answer [--questions N] [--messages N]`.

The whole product on loopback: the local workspace, a store, the receiver and a worker as processes, the rules
analyst without a pause. A person asks about an incident of 200 messages; what the page is sent is timed.
Beside it, in the same run, stands what the local workspace itself needs for the same reading: one call of
`conversations.history` and all replies.

Goals: first visible status within 250 ms, facts within 1 s, own time (no model) within 300 ms.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from bot import local, logs
from bot.settings import load_settings

ROOT = Path(__file__).resolve().parents[1]
BASE = ROOT / "evals/data/incidents/objectstore-key-rotation.json"
TALK = (
    "looking at the dashboards for {n}, nothing stands out there",
    "p99 of shard {n} is 41 ms, flat since this morning",
    "the queue of region {n} is empty, consumers are fine",
    "asked the network people about link {n}, they see no loss",
)
Seen = list[tuple[float, dict[str, Any]]]
"""What the page was sent, each with the time of its arrival."""
GOALS_MS = {"status": 250.0, "facts": 1000.0, "own": 300.0}


def incident(count: int) -> dict[str, Any]:
    """Return the shipped incident with talk between its messages, `count` messages up to the question."""
    data: dict[str, Any] = json.loads(BASE.read_text(encoding="utf-8"))
    known = [m for m in data["messages"] if m["ts"] <= data["ask_at"]]
    first, last = float(known[0]["ts"]), float(data["ask_at"])
    fill = count - len(known)
    step = (last - first) / (fill + 1)
    for n in range(1, fill + 1):
        ts = f"{first + n * step:.3f}{n % 1000:03d}"
        data["messages"].append(
            {
                "type": "message",
                "ts": ts,
                "user": f"U0TALK000{n % 7}",
                "text": TALK[n % len(TALK)].format(n=n),
                "thread_ts": known[0]["ts"],
            }
        )
    data["messages"].sort(key=lambda message: message["ts"])
    return data


@asynccontextmanager
async def watched(session: aiohttp.ClientSession, url: str) -> AsyncIterator[Seen]:
    """Collect what the page is sent, each with the time of its arrival."""
    seen: Seen = []

    async def listen() -> None:
        async with session.get(f"{url}/page/events") as stream:
            async for line in stream.content:
                if line.startswith(b"data:"):
                    seen.append((time.perf_counter(), json.loads(line[5:])))

    task = asyncio.create_task(listen())
    try:
        yield seen
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def first(seen: Seen, since: int, **facts: object) -> float:
    """Wait for an event with these fields after the first `since` ones; return when it came."""
    async with asyncio.timeout(60):
        while True:
            for at, event in seen[since:]:
                if all(event.get(name) == value for name, value in facts.items()):
                    return at
            await asyncio.sleep(0.001)


async def ask(
    session: aiohttp.ClientSession, url: str, seen: list[tuple[float, dict[str, Any]]]
) -> dict[str, float]:
    """Ask once; return the milliseconds to status, facts and the finished answer."""
    async with session.get(f"{url}/page/state") as answer:
        state = await answer.json()
    channel = next(c["id"] for c in state["channels"] if c.get("is_current"))
    root = next(m["ts"] for m in state["messages"] if m.get("reply_count"))
    since, begun = len(seen), time.perf_counter()
    body = {"channel": channel, "thread_ts": root, "text": f"@copilot {state['scenario']['question']}"}
    async with session.post(f"{url}/page/say", json=body) as answer:
        await answer.read()
    status = await first(seen, since, type="status")
    facts = await first(seen, since, type="run", event="facts.shown")
    done = await first(seen, since, type="run", event="request.completed")
    return {"status": (status - begun) * 1e3, "facts": (facts - begun) * 1e3, "own": (done - begun) * 1e3}


async def baseline_ms(session: aiohttp.ClientSession, url: str) -> float:
    """Return what reading the incident costs anybody: history and replies, nothing else."""
    async with session.get(f"{url}/page/state") as answer:
        state = await answer.json()
    channel = next(c["id"] for c in state["channels"] if c.get("is_current"))
    root = next(m["ts"] for m in state["messages"] if m.get("reply_count"))
    headers = {"Authorization": "Bearer xoxb-bench"}
    begun = time.perf_counter()
    for method, more in (
        ("conversations.history", {}),
        ("conversations.replies", {"ts": root, "limit": "200"}),
    ):
        query = {"channel": channel, **more}
        async with session.get(f"{url}/api/{method}", params=query, headers=headers) as answer:
            await answer.read()
    return (time.perf_counter() - begun) * 1e3


async def measure(questions: int, messages: int) -> dict[str, Any]:
    """Ask so often; return medians and worst values in milliseconds."""
    with tempfile.TemporaryDirectory() as folder:
        incidents = Path(folder) / "incidents"
        incidents.mkdir()
        (incidents / "bench.json").write_text(json.dumps(incident(messages)), encoding="utf-8")
        wanted = local.Local(
            scenarios=incidents, data_dir=Path(folder), pace_seconds=0.0, lease_seconds=30.0, autoplay=False
        )
        async with (
            local.running(wanted, load_settings()) as (sandbox, _),
            aiohttp.ClientSession() as session,
            watched(session, sandbox.url) as seen,
        ):
            await seek(session, sandbox.url)
            cold = await ask(session, sandbox.url, seen)  # the first one warms both processes
            runs = [await ask(session, sandbox.url, seen) for _ in range(questions)]
            reads = [await baseline_ms(session, sandbox.url) for _ in range(questions)]
    result: dict[str, Any] = {"messages": messages, "questions": questions}
    for name in ("status", "facts", "own"):
        values = sorted(run[name] for run in runs)
        result[f"{name}_ms"] = round(statistics.median(values), 1)
        result[f"{name}_worst_ms"] = round(values[-1], 1)
    result |= {f"{name}_first_ms": round(cold[name], 1) for name in ("facts", "own")}
    result["read_only_ms"] = round(statistics.median(reads), 1)
    return result


async def seek(session: aiohttp.ClientSession, url: str) -> None:
    """Go to the moment of the question."""
    async with session.get(f"{url}/page/state") as answer:
        state = await answer.json()
    for body in ({"action": "pause"}, {"action": "seek", "ts": state["scenario"]["ask_at"]}):
        async with session.post(f"{url}/page/clock", json=body) as answer:
            await answer.read()


def main() -> None:
    """Print a table and one line of JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--questions", type=int, default=15)
    parser.add_argument("--messages", type=int, default=200)
    options = parser.parse_args()
    logs.set_up(form="json", level="warning")
    result = asyncio.run(measure(options.questions, options.messages))
    print(f"{'mention →':<22}{'median ms':>10}{'worst ms':>10}{'goal ms':>9}")
    for name, goal in GOALS_MS.items():
        label = {"status": "first status", "facts": "cited facts", "own": "finished (no model)"}[name]
        print(f"{label:<22}{result[f'{name}_ms']:>10}{result[f'{name}_worst_ms']:>10}{goal:>9}")
    print(f"{'reading alone':<22}{result['read_only_ms']:>10}{'':>10}{'baseline':>9}")
    print(f"{'the first question':<22}{result['facts_first_ms']:>10}{result['own_first_ms']:>10}  (cold)")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
