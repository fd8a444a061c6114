"""What an answer costs by its phases: `python -m bench.phases [FILE] [--messages N]`.

An incident file, or the shipped incident; with `--messages` that many of alerts, log lines and talk around
it. Its question is asked twice, as by two people within five minutes, of either pair of models: things are
looked up by Sonnet at low effort, then Opus explains at high effort. The baseline is the whole thread, not
folded, to Opus in one call at high effort.

The API is the stand-in of the tests: it judges requests as the API does, and its prompt cache is real, by
prefix. Its tokens are estimated from characters, for both pairs alike, and what it writes is scripted and
holds no thinking: compare rows, not sums with a bill.
"""

import argparse
import asyncio
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench.context import BASE, noisy, read
from bot.adapters.claude import ClaudeAnalyst
from bot.adapters.claude_gather import ClaudeGatherer
from bot.answers import Closing, Usage
from bot.compacting import reading_of
from bot.gathering import IncidentTools
from bot.incident.case import Case
from bot.incident.compaction import unfolded
from bot.incident.digest import Digest
from bot.incident.extraction import extract
from bot.incident.sizes import estimate_tokens
from bot.models.catalogue import Pair, Phase, default_catalogue
from bot.routing.route import Route, Tier
from tests.messages_api.diagnoses import any_incident
from tests.messages_api.script import Turn, looking_up
from tests.messages_api.server import StandIn, stand_in

LOOK_UPS = (
    looking_up(("list_changes", {}), ("ruled_out_before", {}), ("search_log", {"words": "403 denied error"})),
    looking_up(("read_message", {"id": "m3"}), ("search_log", {"words": "deploy secret key"})),
    Turn(words="done"),
)
ANSWER = Turn(words=any_incident)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One phase of one question."""

    what: str
    requests: int
    usage: Usage

    @property
    def document(self) -> dict[str, Any]:
        """The row as data."""
        used = self.usage
        prompt = used.input_tokens + used.cache_read_tokens + used.cache_write_tokens
        return {
            "phase": self.what,
            "model": used.model,
            "requests": self.requests,
            "prompt": prompt,
            "written": used.output_tokens,
            "cache_share": round(used.cache_read_tokens / prompt, 3) if prompt else 0.0,
            "usd": float(used.cost_usd or 0),
        }


def case_of(data: dict[str, Any], pair: Pair, *, is_folded: bool) -> Case:
    """Return the case of the file's question, to Opus at the effort of a diagnosis."""
    incident = read(data).incident
    now = incident.messages[-1].at
    facts = extract(incident, now=now)
    reading = reading_of(incident, facts, digest=Digest()) if is_folded else unfolded(incident)
    effort = pair.opus.effort_by_phase[Phase.DIAGNOSE]
    route = Route(domain="other", tier=Tier.OPUS, model=pair.opus.id, effort=effort, reason="for comparison")
    return Case(
        question=data.get("question", "what caused this?"),
        asked_at=now,
        incident=incident,
        facts=facts,
        reading=reading,
        route=route,
    )


async def diagnosed(claude: ClaudeAnalyst, case: Case) -> Usage:
    """Ask for the diagnosis; return what that used."""
    usage = None
    async for step in claude.diagnose(case):
        usage = step.usage if isinstance(step, Closing) else usage
    return usage or Usage(model=case.route.model)


async def phases(api: StandIn, data: dict[str, Any], pair: Pair, *, label: str) -> list[Row]:
    """Look things up and diagnose, once."""
    claude = ClaudeAnalyst(catalogue=default_catalogue(), api_key="bench", base_url=api.base_url)
    gatherer = ClaudeGatherer(catalogue=default_catalogue(), model_id=pair.sonnet.id, ready=claude.client_for)
    api.gathering[:] = LOOK_UPS
    case, before = await asyncio.to_thread(case_of, data, pair, is_folded=True), len(api.bodies)
    try:
        gathered = await gatherer.gather(case, IncidentTools())
        between = len(api.bodies)
        known = replace(case, observations=gathered.observations)
        usage = await diagnosed(claude, known)
    finally:
        await claude.close()
    nothing = Usage(model=pair.sonnet.id)
    return [
        Row(what=f"{label}: look up", requests=between - before, usage=gathered.usage or nothing),
        Row(what=f"{label}: diagnose", requests=len(api.bodies) - between, usage=usage),
    ]


async def baseline(api: StandIn, data: dict[str, Any], pair: Pair, *, label: str) -> Row:
    """Send the whole thread to Opus in one call."""
    claude = ClaudeAnalyst(catalogue=default_catalogue(), api_key="bench", base_url=api.base_url)
    case = await asyncio.to_thread(case_of, data, pair, is_folded=False)
    try:
        usage = await diagnosed(claude, case)
    finally:
        await claude.close()
    return Row(what=f"{label}: whole thread, one call", requests=1, usage=usage)


async def measure(data: dict[str, Any]) -> dict[str, Any]:
    """Return the rows of both pairs."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for name, pair in default_catalogue().pairs.items():
        async with stand_in([ANSWER]) as ours, stand_in([ANSWER]) as theirs:
            made = []
            for label in ("first", "second"):
                made += await phases(ours, data, pair, label=label)
                made.append(await baseline(theirs, data, pair, label=label))
        rows[name] = [row.document for row in made]
    texts = [message["text"] for message in data["messages"]]
    return {"messages": len(texts), "raw_tokens": sum(map(estimate_tokens, texts)), "pairs": rows}


def shown(result: dict[str, Any]) -> str:
    """Return the table."""
    lines = [f"{result['messages']:,} messages, about {result['raw_tokens']:,} tokens of words"]
    for name, rows in result["pairs"].items():
        lines.append(f"\npair {name:<33}{'requests':>9}{'prompt':>9}{'written':>9}{'cached':>8}{'USD':>9}")
        lines += [
            f"{row['phase']:<38}{row['requests']:>9}{row['prompt']:>9,}{row['written']:>9,}"
            f"{row['cache_share']:>8.0%}{row['usd']:>9.4f}"
            for row in rows
        ]
    return "\n".join(lines)


def main() -> None:
    """Measure and print: the table, then one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=BASE)
    parser.add_argument("--messages", type=int, default=0, help="of noise around the shipped incident")
    chosen = parser.parse_args()
    data = noisy(chosen.messages) if chosen.messages else json.loads(chosen.file.read_text())
    result = asyncio.run(measure(data))
    print(shown(result))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
