"""What is left of long incidents when they are folded three times while they grow.

Identifiers and figures of every kind are planted over the whole incident. It is folded at a third, at two
thirds and at its end, each time on top of the last, and then all that would enter a prompt is searched for
them, word for word. Beside it two ways without folding: the newest messages in as much room, and facts alone.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import BadInputError
from bot.incident.check import DECIDING
from bot.incident.compaction import BUDGET_TOKENS, TARGET_TOKENS, Reading, compact, unfolded
from bot.incident.digest import Digest
from bot.incident.extraction import extract
from bot.incident.facts import Facts
from bot.incident.messages import Incident, IncidentRef
from bot.incident.pages import pages_of
from bot.incident.replay import IncidentFile, load_incident_file
from bot.incident.shown import message_tokens
from bot.slack.reading import evidence_ts, read_messages
from evals.noise import expanded
from evals.planting import Planted, planted
from evals.scores import Rate

EACH = 10
FOLDS = 3
_SEED = 20_310_506
_NOBODY = "U0000000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """How one incident came out.

    Attributes:
        planted, kept: Identifiers and figures, and how many of them a prompt holds after all folds.
        newest, facts: How many of them are in the newest messages of as much room, and in facts alone.
        told, stated: Decisions, denials, ruled-out beliefs and questions: of how many a prompt has the words.
        citable, truth: Of how many messages of the ground truth a prompt has the id and words to quote.
        raw_tokens: Everything in full.
        tokens: What enters after all folds, what was planted included.
        thrice_tokens, once_tokens: What enters of the incident as it is, after as many folds and after one
            by the sizes that the program uses.
        folds: How often something was folded.
        lost: What is missing.
    """

    name: str
    planted: int
    kept: int
    newest: int
    facts: int
    told: int
    stated: int
    citable: int
    truth: int
    raw_tokens: int
    tokens: int
    thrice_tokens: int
    once_tokens: int
    folds: int
    lost: tuple[str, ...]


def report(path: Path) -> dict[str, Any]:
    """Grade one incident file, or every one in a folder; see `evals.registry`.

    Raises:
        BadInputError: A file cannot be used; it names the file and the field.
    """
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    found = [grade(file) for file in files]
    if not found:
        raise BadInputError(field=str(path), problem="holds no incident files (*.json)")
    return {
        "identifiers kept after three folds": _rate(found, "kept", "planted") | {"goal": ">= 1.0"},
        "the same, newest messages in as much room": _rate(found, "newest", "planted"),
        "the same, facts alone": _rate(found, "facts", "planted"),
        "decisions, denials, ruled out, questions": _rate(found, "told", "stated") | {"goal": ">= 1.0"},
        "ground truth citable": _rate(found, "citable", "truth") | {"goal": ">= 1.0"},
        "incidents": _table(found),
        "lost": [word for one in found for word in one.lost],
    }


def grade(file: Path) -> Found:
    """Plant, fold three times while the incident grows, and look for what was planted.

    Raises:
        BadInputError: The file cannot be used.
    """
    told = _load(file)
    plain = _incident(told)
    if not plain.messages:
        raise BadInputError(field=str(file), problem="holds no message that says anything")
    incident, plants = planted(plain, each=EACH, seed=_SEED)
    facts = _facts(incident)
    reading, folds = _folded(incident)
    prompt = _prompt(reading, incident)
    lost = [plant for plant in plants if plant.value not in prompt]
    stated = [fact.quote for fact in facts.of(*DECIDING) if fact.quote]
    untold = [quote for quote in stated if quote not in prompt]
    truth = [message.id for message in incident.messages if message.ts in _truth(told)]
    citable = _citable(reading)
    return Found(
        name=told.id,
        planted=len(plants),
        kept=len(plants) - len(lost),
        newest=_count(plants, _newest(incident, reading.tokens)),
        facts=_count(plants, "\n".join(f"{fact.text}\n{fact.quote}" for fact in facts)),
        told=len(stated) - len(untold),
        stated=len(stated),
        citable=sum(message_id in citable for message_id in truth),
        truth=len(truth),
        raw_tokens=reading.raw_tokens,
        tokens=reading.tokens,
        thrice_tokens=_folded(plain)[0].tokens,
        once_tokens=compact(plain, _facts(plain)).tokens,
        folds=folds,
        lost=(*(f"{plant.kind} {plant.value} of {plant.message_id}" for plant in lost), *untold),
    )


def _folded(incident: Incident) -> tuple[Reading, int]:
    """Fold at a third, at two thirds and at the end; small incidents get a budget that makes them fold."""
    raw = unfolded(incident).raw_tokens
    budget = min(BUDGET_TOKENS, raw // (2 * FOLDS))
    target = min(TARGET_TOKENS, budget // 2)
    reading, folds = Reading(digest=Digest(), kept=(), raw_tokens=0, tokens=0), 0
    for part in range(1, FOLDS + 1):
        grown = incident.with_messages(incident.messages[: -(-len(incident.messages) * part // FOLDS)])
        reading = compact(
            grown, _facts(grown), digest=reading.digest, budget_tokens=budget, target_tokens=target
        )
        folds += bool(reading.folded_now)
    return reading, folds


def _facts(incident: Incident) -> Facts:
    return extract(incident, now=incident.messages[-1].at)


def _prompt(reading: Reading, incident: Incident) -> str:
    kept = (incident.by_id[message_id].text for message_id in reading.kept)
    return "\n".join((*_strings(pages_of(reading.digest)), *kept))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    else:
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)


def _citable(reading: Reading) -> set[str]:
    """Return the messages of which a prompt has the id and words that can be quoted."""
    chunks = reading.digest.chunks
    noted = {note.cites[0] for chunk in chunks for note in chunk.notes if note.quote}
    patterns = [pattern for chunk in chunks for pattern in chunk.patterns]
    rows = {message_id for pattern in patterns if pattern.is_table for message_id in pattern.ids}
    return {*reading.kept, *noted, *rows, *(pattern.example_id for pattern in patterns)}


def _newest(incident: Incident, tokens: int) -> str:
    texts = []
    for message in reversed(incident.messages):
        tokens -= message_tokens(message)
        if tokens < 0:
            break
        texts.append(message.text)
    return "\n".join(texts)


def _count(plants: Iterable[Planted], text: str) -> int:
    return sum(plant.value in text for plant in plants)


def _load(file: Path) -> IncidentFile:
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInputError(field=str(file), problem="cannot be read as JSON") from error
    if isinstance(data, dict) and isinstance(data.get("generate"), dict):
        data = expanded(data["generate"])
    return load_incident_file(data, default_id=file.stem)


def _incident(told: IncidentFile) -> Incident:
    order = evidence_ts(told.messages, bot_user_id=_NOBODY, bot_id="")
    reading = read_messages(
        told.messages,
        numbers={ts: number for number, ts in enumerate(order, start=1)},
        names=dict(told.users),
        bot_user_id=_NOBODY,
        bot_id="",
        permalink=lambda ts, thread_ts: f"{thread_ts}/{ts}",
    )
    return Incident(ref=IncidentRef(team_id="T0", channel_id=told.channel_id), messages=reading.messages)


def _truth(told: IncidentFile) -> frozenset[str]:
    truth = told.rest.get("ground_truth")
    chain = truth.get("causal_chain", ()) if isinstance(truth, dict) else ()
    return frozenset(ts for link in chain for ts in link.get("evidence_ts", ()))


def _rate(found: Sequence[Found], right: str, of: str) -> dict[str, Any]:
    return dict(Rate(right=_sum(found, right), n=_sum(found, of)).as_json())


def _sum(found: Sequence[Found], name: str) -> int:
    return sum(int(getattr(one, name)) for one in found)


def _table(found: Sequence[Found]) -> dict[str, Any]:
    columns = ["incident", "folds", "planted", "kept", "raw tokens", "folded", "at once"]
    columns += ["raw / folded", "raw / at once"]
    rows = [
        [one.name, one.folds, one.planted, one.kept, one.raw_tokens, one.thrice_tokens, one.once_tokens,
         round(one.raw_tokens / one.thrice_tokens, 1), round(one.raw_tokens / one.once_tokens, 1)]
        for one in found
    ]  # fmt: skip
    return {"columns": columns, "rows": rows}
