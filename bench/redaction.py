"""What redaction costs: `python -m bench.redaction [--size 1000000] [--limit 1] [--kinds WORD] [--alone]`.

Ordinary incident text (talk, alerts and logs of the example incidents), 10,000 messages, every hostile kind
of `bench.hostile_texts`. Beside each the same rule table on Python's own `re`, in a process of its own with a
time limit, since nothing else stops it; and a plain table of ten prefixes. Goals: at least 2 MB/s of ordinary
text, every hostile megabyte within a second, the event loop's pause at most 50 ms (p99) while a megabyte is
redacted in a thread. Seconds are of the processor, so that other work of the machine counts little.
"""

import argparse
import asyncio
import json
import multiprocessing
import queue
import re
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.hostile_texts import HOSTILE
from bot.safety import redaction
from bot.safety.redaction import Redactor
from bot.safety.rules import RULES, STRONG
from bot.safety.tokens import KINDS

INCIDENTS = Path(__file__).resolve().parents[1] / "evals" / "data" / "incidents"
GOAL_MB_A_SECOND, GOAL_SECONDS, GOAL_PAUSE_MS = 2.0, 1.0, 50.0
MESSAGES = 10_000
TICK_SECONDS = 0.001
PREFIXES = re.compile(
    r"AKIA[A-Z0-9]{16}|ASIA[A-Z0-9]{16}|gh[pousr]_\w{36}|xox[abp]-[\w-]+|sk-[\w-]{20,}|glpat-[\w-]{20}|npm_\w{36}"
    r"|AIza[\w-]{35}|hvs\.[\w-]+|eyJ[\w-]+\.[\w-]+\.[\w-]+"
)


def seconds_of(act: Callable[[], object]) -> float:
    """Return how long it keeps the processor busy."""
    started = time.process_time()
    act()
    return time.process_time() - started


def ours(text: str) -> float:
    """Redact as the product does, and remember nothing of other texts."""
    redaction._HARMLESS.clear()  # noqa: SLF001  # else a second round would only look a digest up
    return seconds_of(lambda: Redactor(b"bench").redact(text))


def _for_re(source: str) -> re.Pattern[str] | None:
    """Write a pattern in Python's syntax; None when it cannot be."""
    source = source.replace(r"\z", r"\Z").replace(r"\p{L}", r"[^\W\d_]")
    source = re.sub(r"\\x\{([0-9a-fA-F]+)\}", lambda code: re.escape(chr(int(code[1], 16))), source)
    try:
        return re.compile(source)
    except re.error:
        return None


SOURCES = [
    *(pattern for _, pattern in KINDS),
    *(rule.pattern for step in (STRONG, *RULES) for rule in step),
]
RE_RULES = [rule for rule in map(_for_re, SOURCES) if rule]
"""Compiled before any process is forked, so that none of them pays for it."""


def on_re(text: str) -> float:
    """Search every rule with Python's own engine; nothing is judged or replaced, which would take longer."""
    return seconds_of(lambda: [sum(1 for _ in rule.finditer(text)) for rule in RE_RULES])


def on_prefixes(text: str) -> float:
    """Replace ten prefixes."""
    return seconds_of(lambda: PREFIXES.sub("[redacted]", text))


def limited(act: Callable[[str], float], text: str, seconds: float) -> float | None:
    """Run it in a process that is killed when it takes too long; None then."""
    context = multiprocessing.get_context("fork")
    answers: multiprocessing.Queue[float] = context.Queue()
    process = context.Process(target=lambda: answers.put(act(text)))
    process.start()
    try:
        return answers.get(timeout=seconds)
    except queue.Empty:
        return None
    finally:
        process.kill()
        process.join()


def ordinary(size: int) -> tuple[str, list[str]]:
    """Return about so many characters of the example incidents, and their messages."""
    texts: list[str] = []
    for path in sorted(INCIDENTS.rglob("*.json*")):
        for line in path.read_text().splitlines() if path.suffix == ".jsonl" else [path.read_text()]:
            texts += _texts(json.loads(line))
    whole = "\n".join(texts)
    return (whole * (1 + size // len(whole)))[:size], (texts * (1 + MESSAGES // len(texts)))[:MESSAGES]


def _texts(item: Any) -> list[str]:
    if isinstance(item, list):
        return [text for part in item for text in _texts(part)]
    if not isinstance(item, dict):
        return []
    own = [item["text"]] if isinstance(item.get("text"), str) and item["text"] else []
    return own + [text for part in item.values() for text in _texts(part)]


async def pause_ms(text: str) -> tuple[float, float]:
    """Return the p99 and the longest pause of the event loop while a text is redacted in a thread."""
    pauses: list[float] = []
    work = asyncio.create_task(asyncio.to_thread(ours, text))
    while not work.done():
        before = time.perf_counter()
        await asyncio.sleep(TICK_SECONDS)
        pauses.append((time.perf_counter() - before - TICK_SECONDS) * 1000)
    await work
    return sorted(pauses)[int(len(pauses) * 0.99)], max(pauses)


def measure(size: int, limit: float, word: str, *, is_alone: bool) -> dict[str, Any]:
    """Measure everything, printing each row as it is known."""
    text, messages = ordinary(size)
    mb = len(text.encode()) / 1e6
    rates = {"ours": statistics.median(mb / ours(text) for _ in range(5))}
    rates |= {"prefixes": mb / on_prefixes(text)}
    if not is_alone:
        rates["re"] = mb / (limited(on_re, text, 20) or float("inf"))
    redaction._HARMLESS.clear()  # noqa: SLF001  # as above
    small = seconds_of(lambda: Redactor(b"bench").redact_all(messages))
    p99, longest = asyncio.run(pause_ms(text))
    if not is_alone:
        print(f"rules that Python's re can run: {len(RE_RULES)} of {len(SOURCES)}")
    print("ordinary text, MB/s:", {name: round(rate, 1) for name, rate in rates.items()})
    print(f"{MESSAGES:,} messages: {small:.2f} s · loop paused: p99 {p99:.1f} ms, longest {longest:.1f} ms")
    print(f"{'hostile kind, seconds a text':40} {'ours':>6} {'re':>6} {'prefixes':>8}")
    rows = {kind: row(kind, size, limit, is_alone=is_alone) for kind in HOSTILE if word in kind}
    worst = max(rows, key=lambda kind: rows[kind].ours)
    return {
        "mb_a_second": rates,
        "messages_seconds": small,
        "pause_p99_ms": p99,
        "pause_longest_ms": longest,
        "worst": {worst: rows[worst].ours},
        "re_past_limit": None if is_alone else sum(one.on_re is None for one in rows.values()),
        "kinds": len(rows),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Seconds of one hostile kind; `on_re` is None when it was stopped, or not asked for."""

    ours: float
    on_re: float | None


def row(kind: str, size: int, limit: float, *, is_alone: bool) -> Row:
    """Measure one hostile kind."""
    text = HOSTILE[kind](size)
    mine = ours(text)
    theirs = None if is_alone else limited(on_re, text, limit)
    shown = [_shown(seconds, limit) for seconds in (theirs, limited(on_prefixes, text, limit))]
    print(f"{kind:40} {mine:6.2f} {'' if is_alone else shown[0]:>6} {shown[1]:>8}", flush=True)
    return Row(ours=mine, on_re=theirs)


def _shown(seconds: float | None, limit: float) -> str:
    return f">{limit:g}" if seconds is None else f"{seconds:.2f}"


def main() -> None:
    """Print the tables and one line of JSON."""
    parser = argparse.ArgumentParser(description="What redaction costs.")
    parser.add_argument("--size", type=int, default=1_000_000, help="characters of each text")
    parser.add_argument("--limit", type=float, default=1.0, help="seconds that Python's re gets for a kind")
    parser.add_argument("--kinds", default="", help="only kinds with this in their name")
    parser.add_argument("--alone", action="store_true", help="without Python's re")
    told = parser.parse_args()
    found = measure(told.size, told.limit, told.kinds, is_alone=told.alone)
    worst = max(found["worst"].values())
    print(
        f"goals: ≥ {GOAL_MB_A_SECOND} MB/s {found['mb_a_second']['ours'] >= GOAL_MB_A_SECOND}"
        f" · hostile < {GOAL_SECONDS} s {worst < GOAL_SECONDS}"
        f" · pause ≤ {GOAL_PAUSE_MS} ms {found['pause_p99_ms'] <= GOAL_PAUSE_MS}"
    )
    print(json.dumps(found))


if __name__ == "__main__":
    main()
