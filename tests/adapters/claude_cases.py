"""Cases for the tests of the analysts, from an incident that ships with the project."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

from bot.incident.case import Case
from bot.incident.facts import Fact, FactKind, Facts
from bot.incident.messages import Author, AuthorKind, Incident, IncidentRef, Message, ts_key
from bot.models.catalogue import default_catalogue
from bot.routing.route import Route, Tier

FILE = Path(__file__).parents[2] / "evals" / "data" / "incidents" / "objectstore-key-rotation.json"
ASK_AT = "1742595888.002055"
MODELS = [model for pair in default_catalogue().pairs.values() for model in (pair.sonnet.id, pair.opus.id)]

WORDS = """
apple river window garden copper lantern maple thunder pencil harbor velvet island meadow rocket castle
timber pepper saddle mirror anchor basket candle desert engine feather glacier hammer ivory jungle kettle
ladder marble needle orchard pocket quarry ribbon silver tunnel umbrella violin walnut yellow zipper
""".split()  # noqa: SIM905  # as people read it


def words_of(n, count=24):
    """So many words, of which no two messages have the same in a row."""
    return " ".join(sorted(WORDS, key=lambda word: crc32(f"{n} {word}".encode()))[:count])


def a_route(model: str = "claude-opus-5-5", *, effort: str = "high") -> Route:
    tier = Tier.OPUS if "opus" in model else Tier.SONNET
    return Route(domain="aws_s3", tier=tier, model=model, effort=effort, reason="because of a word")


def a_message(number: int, text: str, *, ts: str = "", thread_ts: str | None = None) -> Message:
    author = Author(id=f"U{number}", name="Ana", kind=AuthorKind.PERSON)
    when = ts or f"{1742586000 + number * 60}.000100"
    return Message(id=f"m{number}", ts=when, thread_ts=thread_ts, author=author, text=text)


def an_incident(*messages: Message) -> Incident:
    ref = IncidentRef(team_id="T1", channel_id="C1", thread_ts=None)
    return Incident(ref=ref, messages=messages, channel_name="inc-1")


def a_fact(number: int, kind: FactKind, message: Message, *, status: str = "") -> Fact:
    return Fact(
        id=f"f{number}", kind=kind, text=message.text[:120], cites=(message.id,), at=message.at, status=status
    )


def object_store(*, model: str = "claude-opus-5-5", effort: str = "high", until: str = ASK_AT) -> Case:
    """The object-store incident as it stood at `until`."""
    raw = json.loads(FILE.read_text())["messages"]
    numbered = [(n, m) for n, m in enumerate(raw, 1) if m.get("subtype") != "tombstone"]
    messages = [_message(n, m) for n, m in numbered if ts_key(m["ts"]) <= ts_key(until)]
    by_id = {message.id: message for message in messages}
    facts = (
        a_fact(1, FactKind.CHANGE, by_id["m3"]),
        a_fact(2, FactKind.ALERT, by_id["m6"]),
        a_fact(3, FactKind.RULED_OUT, by_id["m12"], status="14:00 release"),
    )
    return Case(
        question="why are uploads failing?",
        asked_at=messages[-1].at + timedelta(seconds=3),
        incident=replace(an_incident(*messages), deleted=1),
        facts=Facts(items=facts, onset=facts[1]),
        route=a_route(model, effort=effort),
    )


async def steps_of(analyst: Any, case: Case) -> list[Any]:
    """Everything that an analyst yields."""
    steps: AsyncIterator[Any] = analyst.diagnose(case)
    return [step async for step in steps]


def _message(number: int, raw: dict[str, Any]) -> Message:
    attached = [f"{a.get('title', '')} {a.get('text', '')}".strip() for a in raw.get("attachments", ())]
    text = "\n".join(part for part in (raw["text"], *attached) if part)
    return a_message(number, text, ts=raw["ts"], thread_ts=raw.get("thread_ts"))
