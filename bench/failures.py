"""What becomes of a question when Claude's API fails: `python -m bench.failures [--model-seconds N] [ROW …]`.

The whole product on loopback: the local workspace, a store, the receiver and a worker as processes, and a
stand-in for the API that fails in one way after the other, for both pairs of models. A person asks; it is
timed how long until the answer stands in its final form, and read what it says. A worker learns from
failures, so a new one is started where that would matter; the last rows show what it learns.

Goals: every row ends within 90 seconds, in an answer, with the reason in it.
"""

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import zip_longest
from pathlib import Path
from typing import Any

import aiohttp

from bench.failures_rows import AT_REAL_SPEED, MOVED, NOBODY, ROOT, ROWS, SCENARIO, Row, api_for, stand_in
from bot import local, logs
from bot.settings import load_settings

GOAL_SECONDS = 90.0
"""With the real limits; shorter ones only make a run quicker."""
WAIT_SECONDS = 125.0
REAL_SECONDS = 60.0
PAIRS = ("5.5", "4.6")
Seen = dict[str, Any]


async def page(session: aiohttp.ClientSession, url: str) -> Seen:
    """Return what the page shows."""
    async with session.get(f"{url}/page/state") as answer:
        state: Seen = await answer.json()
    return state


async def call(session: aiohttp.ClientSession, url: str, name: str, **body: object) -> Seen:
    """Do something at the page."""
    async with session.post(f"{url}/page/{name}", json=body) as answer:
        done: Seen = await answer.json()
    return done


async def open_incident(session: aiohttp.ClientSession, url: str) -> None:
    """Begin another take of the incident, at the moment of its question."""
    await call(session, url, "scenario", id=SCENARIO)
    await call(session, url, "clock", action="pause")
    ask_at = (await page(session, url))["scenario"]["ask_at"]
    await call(session, url, "clock", action="seek", ts=ask_at)


async def ask(session: aiohttp.ClientSession, url: str) -> dict[str, Any]:
    """Ask; return the seconds to the first words and to the final form, and what that says."""
    state = await page(session, url)
    known = {message["ts"] for message in state["messages"]}
    channel = next(one["id"] for one in state["channels"] if one.get("is_current"))
    root = next(message["ts"] for message in state["messages"] if message.get("reply_count"))
    text = f"@copilot {state['scenario']['question']}"
    begun = time.perf_counter()
    await call(session, url, "say", channel=channel, thread_ts=root, text=text)
    first: float | None = None
    while time.perf_counter() - begun < WAIT_SECONDS:
        state = await page(session, url)
        own = [
            m for m in state["messages"] if m.get("user") == state["bot"]["user_id"] and m["ts"] not in known
        ]
        first = first or (time.perf_counter() - begun if own else None)
        if done := [message for message in own if _is_final(message)]:
            return {"first": first, "end": time.perf_counter() - begun, "says": _words(done[-1]["blocks"])}
        await asyncio.sleep(0.1)
    return {"first": first, "end": None, "says": ""}


def _is_final(message: Seen) -> bool:
    return any(block["type"] == "actions" for block in message.get("blocks", []))


def _words(blocks: Any) -> str:
    if isinstance(blocks, list):
        return " ".join(filter(None, map(_words, blocks)))
    if not isinstance(blocks, dict):
        return ""
    own = blocks["text"] if isinstance(blocks.get("text"), str) else _words(blocks.get("text"))
    return " ".join(filter(None, (own, _words(blocks.get("elements")))))


def judged(row: Row, pair: str, found: dict[str, Any], *, most_seconds: float) -> dict[str, Any]:
    """Return one line of the table."""
    says = found["says"]
    ended_in = _end_of(found)
    is_told = not row.reason or row.reason in says
    is_good = (
        found["end"] is not None and found["end"] <= most_seconds and is_told and ended_in == row.ends_in
    )
    return {
        "failure": row.name,
        "pair": pair,
        "first_s": None if found["first"] is None else round(found["first"], 1),
        "end_s": None if found["end"] is None else round(found["end"], 1),
        "ended_in": ended_in,
        "reason_told": is_told,
        "keep_going": "Keep going" in says,
        "as_wanted": is_good,
    }


def _end_of(found: dict[str, Any]) -> str:
    if found["end"] is None:
        return "nothing"
    if "No model" in found["says"]:
        return "rules"
    return "other tier" if MOVED in found["says"] else "model"


async def measure(rows: Sequence[Row], pair: str, *, model_seconds: float) -> list[dict[str, Any]]:
    """Run the rows with one pair of models; with a new worker where the one before may know too much."""
    results: list[dict[str, Any]] = []
    async with stand_in() as api, product(pair, model_seconds) as (session, url, bot):
        knows = True
        for row in in_turns(rows):
            async with api_for(row, api) as base_url:
                if not row.goes_on and (knows or row.address):
                    await restarted(bot, base_url)
                knows = row.is_outage or row.ends_in == "other tier"
                await open_incident(session, url)
                found = await ask(session, url)
            results.append(judged(row, pair, found, most_seconds=GOAL_SECONDS))
            _print(results[-1])
    return results


def in_turns(rows: Sequence[Row]) -> list[Row]:
    """Put rows in which the API is there between the others: they clear what a worker learned."""
    there = [row for row in rows if not row.is_outage]
    away = [row for row in rows if row.is_outage and not row.address]
    mixed = [row for pair in zip_longest(away, there) for row in pair if row]
    return [*mixed, *(row for row in rows if row.address)]


@asynccontextmanager
async def product(
    pair: str, model_seconds: float
) -> AsyncIterator[tuple[aiohttp.ClientSession, str, local.LocalBot]]:
    """Run the product with a pair of models."""
    os.environ.update(
        ANTHROPIC_API_KEY="no-real-" + "key",
        ANTHROPIC_BASE_URL=NOBODY,
        MODEL_PAIR=pair,
        MODEL_SECONDS=str(model_seconds),
        INCIDENT_SOFT_USD="0",
        INCIDENT_HARD_USD="0",
    )
    with tempfile.TemporaryDirectory() as folder:
        wanted = local.Local(
            scenarios=ROOT / "evals/data/incidents",
            scenario=SCENARIO,
            data_dir=Path(folder),
            pace_seconds=0.0,
            autoplay=False,
        )
        async with (
            local.running(wanted, load_settings()) as (sandbox, bot),
            aiohttp.ClientSession() as session,
        ):
            yield session, sandbox.url, bot


async def restarted(bot: local.LocalBot, base_url: str) -> None:
    """Have a new worker that asks this address."""
    before = bot.worker.pid
    bot.worker.environment["ANTHROPIC_BASE_URL"] = base_url
    await bot.kill_worker()
    async with asyncio.timeout(60):
        while bot.worker.pid in {None, before} or not bot.worker.is_ready.is_set():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def _print(result: dict[str, Any]) -> None:
    end = "never" if result["end_s"] is None else f"{result['end_s']:.1f}"
    told = "yes" if result["reason_told"] else "NO"
    more = "[Keep going]" if result["keep_going"] else ""
    mark = "" if result["as_wanted"] else "  <-- not as wanted"
    name, pair, ended_in = result["failure"], result["pair"], result["ended_in"]
    print(
        f"{name:<38}{pair:<6}{result['first_s'] or 0:>8}{end:>8}  {ended_in:<12}{told:<5}{more}{mark}",
        flush=True,
    )


def main() -> None:
    """Print a table and one line of JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rows", nargs="*", help="names, or parts of them; none for all")
    parser.add_argument("--pair", choices=PAIRS, action="append", help="one pair alone")
    parser.add_argument("--model-seconds", type=float, default=88.0, help="88 in production; 6 to be quick")
    options = parser.parse_args()
    logs.set_up(form="json", level="warning")
    known = (AT_REAL_SPEED, *ROWS) if options.model_seconds >= REAL_SECONDS else ROWS
    rows = [row for row in known if not options.rows or any(part in row.name for part in options.rows)]
    print(f"{'failure':<38}{'pair':<6}{'first s':>8}{'end s':>8}  {'ended in':<12}{'told':<5}")
    results = []
    for pair in options.pair or PAIRS:
        results += asyncio.run(measure(rows, pair, model_seconds=options.model_seconds))
    good = sum(result["as_wanted"] for result in results)
    print(f"{good} of {len(results)} ended as wanted, within {GOAL_SECONDS:g} s")
    print(json.dumps({"model_seconds": options.model_seconds, "results": results}))


if __name__ == "__main__":
    main()
