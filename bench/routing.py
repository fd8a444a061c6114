"""What routing costs: `python -m bench.routing [--data FILE] [--incident FILE] [--rounds N]`.

A text of about 250 characters and an incident of 2,000 messages, by the whole router, by its phrases
alone, and by a search for the words IAM and S3. All are timed in one process, rounds interleaved, by
their own processor time: what others run on the machine does not count.

Goal: p99 of a text at most 0.5 ms.
"""

import argparse
import gc
import json
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from bot.incident.extraction import extract
from bot.incident.messages import Incident
from bot.models.catalogue import default_catalogue
from bot.router import Router, router_of, said_in
from bot.routing.lexicon import shipped
from bot.routing.weighing import weigh
from evals.recorded import load as told
from evals.routing import by_word
from evals.routing import load as labelled

ROOT = Path(__file__).resolve().parents[1]
TEXTS = ROOT / "evals/data/routing/training.jsonl"
INCIDENT = ROOT / "evals/data/incidents/nightly-exports-fail.json"
CHARS = 250
MESSAGES = 2_000
GOAL_P99_MS = 0.5
_PERCENT = 100


@dataclass(frozen=True, slots=True)
class Judge:
    """A way to decide, with what it does with one text."""

    name: str
    decide: Callable[[str], object]


def texts(path: Path) -> list[str]:
    """Return texts of at least 250 characters, made of neighbouring lines where one is shorter."""
    made, text = [], ""
    for example in labelled(path):
        text = f"{text} {example.text}".strip()
        if len(text) >= CHARS:
            made.append(text[:CHARS])
            text = ""
    return made


def incident(path: Path) -> Incident:
    """Return an incident of 2,000 messages: those of the file, again and again, each with its own id."""
    base = told(path).incident
    messages = [
        replace(base.messages[n % len(base.messages)], id=f"m{n + 1}", ts=f"{1_700_000_000 + n}.000100")
        for n in range(MESSAGES)
    ]
    return base.with_messages(messages)


def judges(router: Router) -> list[Judge]:
    """Return the three that are compared."""
    return [
        Judge("the router", partial(router.route, said=())),
        Judge("its phrases alone", lambda text: weigh(shipped().find(text).hits)),
        Judge("a word search", by_word),
    ]


def timed(judge: Judge, items: Iterable[str]) -> list[float]:
    """Return the milliseconds of each text."""
    spent = []
    for item in items:
        begun = time.thread_time()
        judge.decide(item)
        spent.append((time.thread_time() - begun) * 1_000)
    return spent


def per_text(found: Sequence[Judge], items: Sequence[str], rounds: int) -> list[dict[str, Any]]:
    """Return p50 and p99 of each judge, in milliseconds a text."""
    spent: dict[str, list[float]] = {judge.name: [] for judge in found}
    for number in range(rounds + 1):
        for judge in found:
            measured = timed(judge, items)
            if number:  # the first round warms caches
                spent[judge.name] += measured
    return [_row(f"{name}, a text", values) for name, values in spent.items()]


def per_incident(router: Router, large: Incident, rounds: int) -> list[dict[str, Any]]:
    """Return what an incident costs: choosing what tells something and deciding, and a word search."""
    facts = extract(large, now=large.messages[-1].at)
    routed, searched = [], []
    for _ in range(rounds):
        begun = time.thread_time()
        router.route("why?", said_in(large, facts))
        routed.append((time.thread_time() - begun) * 1_000)
        begun = time.thread_time()
        sum(by_word(message.text) for message in large.messages)
        searched.append((time.thread_time() - begun) * 1_000)
    count = len(large.messages)
    return [
        _row(f"the router, {count:,} messages", routed),
        _row(f"a word search, {count:,} messages", searched),
    ]


def _row(name: str, values: Sequence[float]) -> dict[str, Any]:
    quantiles = statistics.quantiles(values, n=_PERCENT, method="inclusive")
    return {"what": name, "n": len(values), "p50_ms": quantiles[49], "p99_ms": quantiles[98]}


def main() -> None:
    """Print the table and one line of JSON."""
    parser = argparse.ArgumentParser(description="Measure what routing costs.")
    parser.add_argument("--data", type=Path, default=TEXTS, help="labelled texts, JSON Lines")
    parser.add_argument("--incident", type=Path, help="an incident file, taken as it is")
    parser.add_argument("--rounds", type=int, default=10)
    asked = parser.parse_args()
    router = router_of(default_catalogue().pair())
    large = told(asked.incident).incident if asked.incident else incident(INCIDENT)
    items = texts(asked.data)
    gc.collect()
    rows = per_text(judges(router), items, asked.rounds) + per_incident(router, large, asked.rounds)
    print(f"{len(items)} texts of {CHARS} characters, {asked.rounds} rounds\n")
    for row in rows:
        print(f"{row['what']:34} n={row['n']:<6} p50 {row['p50_ms']:9.4f} ms   p99 {row['p99_ms']:9.4f} ms")
    met = rows[0]["p99_ms"] <= GOAL_P99_MS
    print(f"\ngoal: p99 of a text at most {GOAL_P99_MS} ms: {'met' if met else 'missed'}\n")
    print(json.dumps({"chars": CHARS, "goal_p99_ms": GOAL_P99_MS, "met": met, "rows": rows}))


if __name__ == "__main__":
    main()
