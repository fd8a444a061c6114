"""What a long incident costs in a prompt: `python -m bench.context [FILE] [--messages N]`.

An incident file, or the shipped incident with alerts, log lines, deploys and talk of 2,000 messages around
it. It is folded at once, then 1, 10, 100 and 1,000 more messages come: each time what entered the prompt is
measured, and how long that took on top of the digest and from nothing. Then it is told from its beginning in
more and more parts and folded after each, and that is what all of it took together, and its longest step.
Times are of one core with nothing in memory, as of a worker that has just begun. Beside it two ways without
folding: the newest messages in as much room, and the facts alone. Tokens are estimated, rather too high.

Goals: a noisy thread of 2,000 messages enters with an eighth of its tokens, with every identifier and figure,
and with every message that was there before the noise still to be cited; on top of a digest the cost grows
with what is new.
"""

import argparse
import json
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.adapters.claude_pack import conversation
from bot.incident.case import Case
from bot.incident.compaction import Reading, compact, unfolded
from bot.incident.digest import Digest
from bot.incident.extraction import extract
from bot.incident.facts import Facts
from bot.incident.marks import marks_of
from bot.incident.messages import Incident, IncidentRef
from bot.incident.replay import load_incident_file
from bot.incident.shown import message_tokens
from bot.incident.sizes import estimate_tokens
from bot.models.catalogue import default_catalogue
from bot.router import router_of
from bot.slack.reading import evidence_ts, read_messages

ROOT = Path(__file__).resolve().parents[1]
BASE = ROOT / "evals/data/incidents/objectstore-key-rotation.json"
NOBODY = "U0000000000"
MORE = (1, 10, 100, 1_000)
PARTS = (1, 5, 20, 60)
REPEATS = 3
GOAL_SHARE = 1 / 8
_ID = re.compile(r"\bm[1-9]\d*\b")
NOISE = (
    "[FIRING:1] HighLatency instance=web-{a:02} region=eu-{b} value={c}ms",
    "[RESOLVED] HighLatency instance=web-{a:02} region=eu-{b} value={b}ms",
    "KubePodCrashLooping pod=feed-{c:x}{a} namespace=feeds restarts={b}",
    "GET /p/{c} 200 {a}ms req-{c:x}{b}f trace={c:08x}{a:04x}",
    "search-api {b}.{a}.{c} canary at {a} %",
    "build {c} of web-shop passed, {b}{a} checks green",
    "can someone review PR {c}? two lines",
    "lunch at {b}? the usual place",
    "Terraform Run Applied: acme/dns run-{c:x}{a:02x}, {b} changed",
    "DiskWillFill host=db-{a} mount=/data used={b}{a}.5 %",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An incident and the messages that were there before the noise."""

    incident: Incident
    told: frozenset[str]


def noisy(count: int) -> dict[str, Any]:
    """Return the shipped incident, up to its question, with noise to `count` messages."""
    data: dict[str, Any] = json.loads(BASE.read_text(encoding="utf-8"))
    known = [message for message in data["messages"] if message["ts"] <= data["ask_at"]]
    first, last = float(known[0]["ts"]), float(data["ask_at"])
    fill = max(0, count - len(known))
    step = (last - first) / (fill + 1)
    noise = [_noise(n, ts=f"{first + n * step:.3f}{n % 1000:03d}") for n in range(1, fill + 1)]
    root = {"thread_ts": known[0]["ts"]}
    messages = sorted([*known, *({**one, **root} for one in noise)], key=lambda message: message["ts"])
    return {**data, "messages": messages, "told": [message["ts"] for message in known]}


def _noise(n: int, *, ts: str) -> dict[str, Any]:
    words = NOISE[n * 7 % len(NOISE)].format(a=n % 60, b=n % 9 + 1, c=n * 37 % 9_000 + 100)
    return {"type": "message", "ts": ts, "user": f"U0BOT000{n % 7}", "text": words}


def read(data: dict[str, Any]) -> Told:
    """Return an incident file as the copilot reads it."""
    file = load_incident_file(data, default_id="bench")
    own = {"bot_user_id": NOBODY, "bot_id": NOBODY}
    numbers = {ts: number for number, ts in enumerate(evidence_ts(file.messages, **own), 1)}
    reading = read_messages(
        file.messages, numbers=numbers, names=file.users, permalink=lambda ts, _root: f"slack:{ts}", **own
    )
    ref = IncidentRef(team_id="T1", channel_id=file.channel_id, thread_ts=file.messages[0]["ts"])
    incident = Incident(ref=ref, messages=reading.messages, deleted=reading.deleted)
    truth = set(data.get("told", ())) | set(_truth(data.get("ground_truth")))
    return Told(incident=incident, told=frozenset(m.id for m in incident.messages if m.ts in truth))


def _truth(part: object) -> Iterable[str]:
    """Yield every `ts` that a labelled file names as evidence."""
    if isinstance(part, dict):
        yield from (ts for ts in part.get("evidence_ts", ()) if isinstance(ts, str))
        yield from (ts for value in part.values() for ts in _truth(value))
    elif isinstance(part, list):
        yield from (ts for value in part for ts in _truth(value))


def case_of(incident: Incident, facts: Facts, reading: Reading) -> Case:
    """Return the case of one question about it."""
    return Case(
        question="what caused this?",
        asked_at=incident.messages[-1].at + timedelta(seconds=1),
        incident=incident,
        facts=facts,
        route=router_of(default_catalogue().pair()).route("what caused this?", ()),
        reading=reading,
    )


def evidence(case: Case) -> list[str]:
    """Return all that a prompt shows of an incident: the digest's pages, messages, the state."""
    blocks = (block for turn in conversation(case) for block in turn["content"])
    return [block["content"] for block in blocks if block["type"] == "tool_result"]


def _strings(node: object) -> Iterable[str]:
    """Yield every text in JSON, as a reader sees it."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        yield from (text for value in node.values() for text in _strings(value))
    elif isinstance(node, list):
        yield from (text for value in node for text in _strings(value))


def row(name: str, pages: Sequence[str], told: Told) -> dict[str, Any]:
    """Return how large a way to tell an incident is, and what is left in it."""
    marks = {mark for message in told.incident.messages for mark in marks_of(message.text)}
    shown = "\n".join(text for page in pages for text in _strings(json.loads(page)))
    ids = set(_ID.findall(shown))
    cited = len(told.told & ids)
    return {
        "way": name,
        "tokens": sum(map(estimate_tokens, pages)),
        "marks_kept": round(sum(mark in shown for mark in marks) / max(len(marks), 1), 4),
        "told_kept": f"{cited}/{len(told.told)}",
    }


def median_ms(work: Callable[[], object], incident: Incident) -> float:
    """Return how long something takes from nothing, the middle of a few times, in milliseconds of a core."""
    return round(statistics.median(ms_of(work, incident) for _ in range(REPEATS)), 2)


def ms_of(work: Callable[[], object], incident: Incident) -> float:
    """Return how long something takes when nothing is known of the texts, in milliseconds of a core."""
    forget(incident)
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000


def forget(incident: Incident) -> None:
    """Empty what the program keeps in memory about texts and messages."""
    modules = [module for name, module in sys.modules.items() if name.startswith("bot.incident.")]
    for kept in [value for module in modules for value in vars(module).values()]:
        if hasattr(kept, "cache_clear"):
            kept.cache_clear()
    for message in incident.messages:
        object.__setattr__(message, "sizes", None)


def ways(told: Told, facts: Facts) -> tuple[Reading, list[dict[str, Any]]]:
    """Return the folded reading, and how it and the other ways come out."""
    incident = told.incident
    folded = compact(incident, facts)
    rows = [
        row("all in full", evidence(case_of(incident, facts, unfolded(incident))), told),
        row("folded", evidence(case_of(incident, facts, folded)), told),
    ]
    newest = _newest(incident, rows[1]["tokens"])
    stated = [json.dumps([list(fact.cites), fact.quote or fact.text]) for fact in facts]
    rows += [
        row("newest messages", evidence(case_of(newest, Facts(), unfolded(newest))), told),
        row("facts alone", stated, told),
    ]
    return folded, rows


def _newest(incident: Incident, room_tokens: int) -> Incident:
    kept = []
    for message in reversed(incident.messages):
        room_tokens -= message_tokens(message)
        if room_tokens < 0:
            break
        kept.append(message)
    return incident.with_messages(reversed(kept))


def growth(told: Told, folded: Reading) -> list[dict[str, Any]]:
    """Return what more messages cost on top of a digest, and from nothing."""
    return [_grown(told.incident, folded, count) for count in MORE]


def _grown(incident: Incident, folded: Reading, count: int) -> dict[str, Any]:
    longer = incident.with_messages([*incident.messages, *_further(incident, count)])
    facts = extract(longer, now=longer.messages[-1].at)
    later = compact(longer, facts, digest=folded.digest)
    return {
        "more": count,
        "added_ms": median_ms(lambda: compact(longer, facts, digest=folded.digest), longer),
        "anew_ms": median_ms(lambda: compact(longer, facts), longer),
        "more_tokens": later.tokens - folded.tokens,
        "folded_now": len(later.folded_now),
    }


def _further(incident: Incident, count: int) -> Sequence[Any]:
    last = incident.messages[-1]
    seconds, number = float(last.ts), last.number
    return [
        replace(last, id=f"m{number + n}", ts=f"{seconds + n:.6f}", text=_noise(n, ts="")["text"])
        for n in range(1, count + 1)
    ]


def told_in(incident: Incident, parts: int) -> dict[str, Any]:
    """Return what it takes to fold an incident that grows in so many equal parts."""
    reading, times, folds = Reading(digest=Digest(), kept=(), raw_tokens=0, tokens=0), [], 0
    for part in range(1, parts + 1):
        grown = incident.with_messages(incident.messages[: -(-len(incident.messages) * part // parts)])
        facts = extract(grown, now=grown.messages[-1].at)
        forget(grown)
        began = time.process_time()
        reading = compact(grown, facts, digest=reading.digest)
        times.append((time.process_time() - began) * 1000)
        folds += bool(reading.folded_now)
    return {
        "parts": parts,
        "folds": folds,
        "all_ms": round(sum(times), 1),
        "longest_ms": round(max(times), 1),
        "tokens": reading.tokens,
    }


def measure(data: dict[str, Any]) -> dict[str, Any]:
    """Measure one incident."""
    told = read(data)
    last_at = told.incident.messages[-1].at
    facts = extract(told.incident, now=last_at)
    folded, rows = ways(told, facts)
    raw = rows[0]["tokens"]
    return {
        "messages": len(told.incident.messages),
        "words": folded.words,
        "ways": [{**one, "share": round(one["tokens"] / raw, 4)} for one in rows],
        "first_ms": median_ms(lambda: compact(told.incident, facts), told.incident),
        "growth": growth(told, folded),
        "told_in": [told_in(told.incident, parts) for parts in PARTS],
    }


def shown(result: dict[str, Any]) -> str:
    """Return the result as three tables."""
    lines = [result["words"], "", f"{'':<18}{'tokens':>9}{'share':>9}{'marks':>9}{'told':>9}"]
    for one in result["ways"]:
        marks, told = f"{one['marks_kept']:.1%}", one["told_kept"]
        lines.append(f"{one['way']:<18}{one['tokens']:>9,}{one['share']:>9.1%}{marks:>9}{told:>9}")
    lines += ["", f"first fold {result['first_ms']:.0f} ms (goal: share ≤ {GOAL_SHARE:.1%})", ""]
    lines.append(f"{'more messages':<18}{'added ms':>9}{'anew ms':>9}{'tokens':>9}{'folded':>9}")
    for one in result["growth"]:
        times = f"{one['added_ms']:>9}{one['anew_ms']:>9}"
        lines.append(f"{one['more']:<18}{times}{one['more_tokens']:>9,}{one['folded_now']:>9}")
    lines += ["", f"{'told in parts':<18}{'folds':>9}{'all ms':>9}{'longest':>9}{'tokens':>9}"]
    for one in result["told_in"]:
        times = f"{one['all_ms']:>9,.0f}{one['longest_ms']:>9,.0f}"
        lines.append(f"{one['parts']:<18}{one['folds']:>9}{times}{one['tokens']:>9,}")
    return "\n".join(lines)


def main() -> None:
    """Print three tables and one line of JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", nargs="?", type=Path, help="an incident file; else one is made up")
    parser.add_argument("--messages", type=int, default=2_000, help="of the one that is made up")
    options = parser.parse_args()
    made = noisy(options.messages) if options.file is None else json.loads(options.file.read_text("utf-8"))
    result = measure(made)
    print(shown(result))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
