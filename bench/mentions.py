"""The whole product under fire: `python -m bench.mentions [--mentions 200] [--lanes 20] [--kills 5]`.

A local workspace, a store, the HTTP receiver and two workers, all real processes. One person mentions the
copilot again and again in as many threads as there are lanes; every mention is delivered twice, as Slack
does. Meanwhile the workers are killed with `kill -9`, one after the other. Counted is what stands in the
threads in the end: each mention must have exactly one finished answer, and the answers of a lane must have
come in the order of its questions. The row `no kills` is the same run without them, to compare with.
"""

import argparse
import asyncio
import json
import tempfile
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from bot import local, logs
from bot.settings import load_settings
from bot.slack.blocks import owner_of
from sandbox.server import Sandbox

INCIDENTS = Path(__file__).resolve().parents[1] / "evals/data/incidents"
CHANNEL, NOW = "C0FIRE0001", "1700001000.000000"
LEASE_SECONDS, PACE_SECONDS, KILL_EVERY_SECONDS, PATIENCE_SECONDS = 3.0, 0.1, 3.0, 240.0
ROOTS = "inc-under-fire"


def roots(lanes: int) -> tuple[dict[str, Any], ...]:
    """Return one thread a lane, each with a change and an alert."""
    messages: list[dict[str, Any]] = []
    for lane in range(lanes):
        ts = f"1700000{lane:03d}.000001"
        thread = {"thread_ts": ts, "user": "U0EVA00001"}
        messages.append({**thread, "ts": ts, "text": f"deployed cart r{lane} to prod"})
        messages.append({**thread, "ts": f"1700000{lane:03d}.100001", "text": f"cart r{lane}: 5xx above 5 %"})
    return tuple(messages)


@dataclass(slots=True)
class Workers:
    """Two workers that are started again when they die."""

    children: tuple[local.Child, local.Child]

    async def keep(self, child: local.Child) -> None:
        """Start a worker again whenever it ends."""
        while child.process is not None:
            await child.process.wait()
            await child.start()

    async def kill(self, number: int) -> None:
        """Kill one as `kill -9` does; the keeper starts the next."""
        child = self.children[number]
        await child.is_ready.wait()
        child.kill()


async def mention(sandbox: Sandbox, mentions: int, lanes: int) -> dict[str, str]:
    """Ask in all threads in turn; return each question's ts and its thread."""
    asked: dict[str, str] = {}
    for number in range(mentions):
        thread_ts = f"1700000{number % lanes:03d}.000001"
        message = sandbox.person.say(CHANNEL, f"@copilot why? ({number})", thread_ts=thread_ts)
        asked[str(message["ts"])] = thread_ts
        await asyncio.sleep(0.01)
    return asked


def answers(sandbox: Sandbox) -> dict[str, list[dict[str, Any]]]:
    """Return the copilot's messages by the question they answer."""
    found: dict[str, list[dict[str, Any]]] = {}
    for message in sandbox.workspace.channel(CHANNEL).everything():
        owners = {owner_of(block.get("block_id", "")) for block in message.get("blocks", [])} - {None}
        for owner in owners:
            if owner and owner.startswith("msg:"):
                found.setdefault(owner.rpartition(":")[2], []).append(message)
    return found


def is_finished(message: dict[str, Any]) -> bool:
    """Say whether a message is an answer in its final form: the buttons come last."""
    return any(block["type"] == "actions" for block in message.get("blocks", []))


async def until_answered(sandbox: Sandbox, asked: dict[str, str]) -> float:
    """Wait until every question has a finished answer, or patience ends; return the seconds."""
    begun = time.monotonic()
    while time.monotonic() - begun < PATIENCE_SECONDS:
        done = {ts for ts, found in answers(sandbox).items() if any(map(is_finished, found))}
        if done >= asked.keys():
            break
        await asyncio.sleep(0.2)
    return time.monotonic() - begun


def out_of_order(asked: dict[str, str], posted: list[str]) -> int:
    """Count answers that came after the answer to a later question of their lane."""
    lanes: dict[str, list[str]] = {}
    for ts in posted:
        if ts in asked:
            lanes.setdefault(asked[ts], []).append(ts)
    return sum(a > b for lane in lanes.values() for a, b in pairwise(lane))


async def run(options: argparse.Namespace, kills: int) -> dict[str, Any]:
    """Run once; return what was counted."""
    posted: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        wanted = local.Local(
            scenarios=INCIDENTS,
            data_dir=Path(folder),
            pace_seconds=PACE_SECONDS,
            lease_seconds=LEASE_SECONDS,
            autoplay=False,
        )
        async with local.running(wanted, load_settings()) as (sandbox, bot):
            sandbox.add_channel(CHANNEL, name=ROOTS, at_ts=NOW, messages=roots(options.lanes))

            def note(event: dict[str, object]) -> None:
                if event.get("event") == "answer.posted":
                    posted.append(str(event["request"]).rpartition(":")[2])

            second = local.Child("worker", bot.worker.environment, Path(folder) / "second.log", note)
            bot.worker.publish = note
            await second.start()
            keeper = asyncio.create_task(Workers((bot.worker, second)).keep(second))
            asked = await mention(sandbox, options.mentions, options.lanes)
            killer = asyncio.create_task(shoot(Workers((bot.worker, second)), kills))
            seconds = await until_answered(sandbox, asked)
            keeper.cancel()
            killed = await killer
            await second.stop()
            return counted(sandbox, asked, posted, seconds=seconds, kills=killed)


async def shoot(workers: Workers, kills: int) -> int:
    """Kill the workers in turn; return how often."""
    for number in range(kills):
        await asyncio.sleep(KILL_EVERY_SECONDS)
        await workers.kill(number % 2)
    return kills


def counted(
    sandbox: Sandbox, asked: dict[str, str], posted: list[str], *, seconds: float, kills: int
) -> dict[str, Any]:
    """Return the row of one run."""
    found = answers(sandbox)
    finished = {ts: [m for m in found.get(ts, []) if is_finished(m)] for ts in asked}
    return {
        "row": f"{kills} kills" if kills else "no kills",
        "mentions": len(asked),
        "deliveries": 2 * len(asked),
        "posts": sum(map(len, found.values())),
        "lost": sum(not done for done in finished.values()),
        "double": sum(len(found.get(ts, [])) > 1 for ts in asked),
        "out_of_order": out_of_order(asked, posted),
        "seconds": round(seconds, 1),
    }


def main() -> None:
    """Print a table and one line of JSON a row."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mentions", type=int, default=200)
    parser.add_argument("--lanes", type=int, default=20)
    parser.add_argument("--kills", type=int, default=5)
    options = parser.parse_args()
    logs.set_up(form="json", level="warning")
    rows = [asyncio.run(run(options, kills)) for kills in (0, options.kills)]
    names = list(rows[0])
    print("".join(f"{name:>13}" for name in names))
    for row in rows:
        print("".join(f"{row[name]!s:>13}" for name in names))
    for row in rows:
        print(json.dumps(row))


if __name__ == "__main__":
    main()
