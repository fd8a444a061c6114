"""How well recorded incidents are explained without a model, beside the rule "nearest change before".

Each file is told twice: up to `ask_at`, and to its end. Graded is only what a reader would see: hypotheses
that passed `verify`, best first. The format of the files is that of `evals/data/incidents`.
"""

import argparse
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.analysts.rules import diagnose
from bot.errors import BadInputError
from bot.incident.board import Board, merge
from bot.incident.case import Case
from bot.incident.extraction import extract
from bot.incident.facts import Facts
from bot.incident.hypotheses import Diagnosis, Hypothesis
from bot.incident.messages import Incident, IncidentRef
from bot.incident.verification import Verified, rank, verify
from bot.routing.route import Route, Tier
from bot.slack.reading import evidence_ts, read_messages
from evals.scores import Rate

SHIPPED = Path(__file__).parent / "data" / "incidents"
_USER_NAME = re.compile(r"U0([A-Z]{2,})0*\d+")
_NOBODY = "U0000000000"
_ROUTE = Route(domain="other", tier=Tier.SONNET, model="none", effort="low", reason="graded without a model")
_FIELDS = ("messages", "ask_at", "trigger_ts", "noise_ts", "wrong_guesses", "question", "expected_at_ask")
_FEWEST_LINKS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One recorded incident as it is graded."""

    name: str
    incident: Incident
    question: str
    ask_at: str
    trigger_ts: str
    noise_ts: frozenset[str]
    wrong_ts: frozenset[str]
    expects_chain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """One answer.

    Attributes:
        when: `ask` or `end`.
        links: Of the top hypothesis; 0 without one.
        is_honest: A chain of at least two links where one can be had, none where nothing shows the trigger.
        has_trigger: The top hypothesis cites the true trigger as its own.
        cites_trigger: Any live hypothesis cites it anywhere.
        is_wrong_guess: The top hypothesis takes a wrong guess for its trigger.
        noise: Messages of noise that are cited.
        unknown: Citations of messages that do not exist.
        baseline: The nearest change before the first symptom is the true trigger.
    """

    name: str
    when: str
    links: int
    is_honest: bool
    has_trigger: bool
    cites_trigger: bool
    is_wrong_guess: bool
    noise: int
    unknown: int
    baseline: bool


def grade(path: Path) -> dict[str, Any]:
    """Grade one incident file, or every one in a folder.

    Returns:
        `incidents`: one row for each file and moment; `scores`: shares as `{value, n, interval}`.

    Raises:
        BadInputError: A file cannot be used; it names the file and the field.
    """
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    rows = [row for file in files for row in grade_told(load(file))]
    if not rows:
        raise BadInputError(field=str(path), problem="holds no incident files (*.json)")
    return {"incidents": [asdict(row) for row in rows], "scores": _scores(rows)}


def report(path: Path) -> dict[str, Any]:
    """Return the grade of a folder; see `evals.registry`."""
    return grade(path)


def load(file: Path) -> Told:
    """Read one incident file.

    Raises:
        BadInputError: It names the file and the field.
    """
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BadInputError(field=str(file), problem="is not JSON") from error
    missing = next((name for name in _FIELDS if name not in data), None)
    if missing:
        raise BadInputError(field=f"{file}: {missing}", problem="is missing")
    return Told(
        name=file.stem,
        incident=_incident(data["messages"]),
        question=data["question"],
        ask_at=data["ask_at"],
        trigger_ts=data["trigger_ts"],
        noise_ts=frozenset(data["noise_ts"]),
        wrong_ts=frozenset(guess["ts"] for guess in data["wrong_guesses"]),
        expects_chain=data["expected_at_ask"] == "chain",
    )


def grade_told(told: Told) -> tuple[Grade, Grade]:
    """Grade both answers to one incident; the board of the first is known to the second."""
    early = told.incident.until(told.ask_at)
    asked, board = _answer(told, early, Board())
    ended, _ = _answer(told, told.incident, board)
    return (
        _graded(told, early, asked, when="ask", expects_chain=told.expects_chain),
        _graded(told, told.incident, ended, when="end", expects_chain=True),
    )


def _incident(raw: Sequence[dict[str, Any]]) -> Incident:
    order = evidence_ts(raw, bot_user_id=_NOBODY, bot_id="")
    users = {item["user"] for item in raw if "user" in item}
    names = {user: match[1].title() for user in users if (match := _USER_NAME.fullmatch(user))}
    reading = read_messages(
        raw,
        numbers={ts: number for number, ts in enumerate(order, start=1)},
        names=names,
        bot_user_id=_NOBODY,
        bot_id="",
        permalink=lambda ts, thread_ts: f"{thread_ts}/{ts}",
    )
    ref = IncidentRef(team_id="T0", channel_id="C0")
    return Incident(ref=ref, messages=reading.messages, deleted=reading.deleted)


def _answer(told: Told, incident: Incident, board: Board) -> tuple[tuple[Hypothesis, ...], Board]:
    now = incident.messages[-1].at
    case = _case(told, incident, extract(incident, now=now), board, now)
    shown = rank(_shown(diagnose(case), case))
    return shown, merge(board, shown, now=now, facts=case.facts)


def _case(told: Told, incident: Incident, facts: Facts, board: Board, now: datetime) -> Case:
    return Case(
        question=told.question,
        asked_at=now,
        incident=incident,
        facts=facts,
        route=_ROUTE,
        board=board.hypotheses,
    )


def _shown(diagnosis: Diagnosis, case: Case) -> list[Hypothesis]:
    results = (verify(hypothesis, case) for hypothesis in diagnosis.hypotheses)
    return [result.hypothesis for result in results if isinstance(result, Verified)]


def _graded(
    told: Told, incident: Incident, shown: Sequence[Hypothesis], *, when: str, expects_chain: bool
) -> Grade:
    live = [hypothesis for hypothesis in shown if hypothesis.is_live]
    top = live[0] if live else None
    own = _ts(incident, (item.id for item in top.trigger.evidence)) if top else set()
    cited = _ts(incident, (item.id for h in live for item in h.evidence))
    every = {item.id for h in shown for item in h.evidence}
    return Grade(
        name=told.name,
        when=when,
        links=len(top.links) if top else 0,
        is_honest=(top is not None and len(top.links) >= _FEWEST_LINKS) == expects_chain,
        has_trigger=told.trigger_ts in own,
        cites_trigger=told.trigger_ts in cited,
        is_wrong_guess=bool(own & told.wrong_ts),
        noise=len(_ts(incident, every) & told.noise_ts),
        unknown=len(every - set(incident.by_id)),
        baseline=told.trigger_ts in _ts(incident, _nearest_change(incident)),
    )


def _ts(incident: Incident, ids: Iterable[str]) -> set[str]:
    return {incident.by_id[i].ts for i in ids if i in incident.by_id}


def _nearest_change(incident: Incident) -> tuple[str, ...]:
    changes = extract(incident, now=incident.messages[-1].at).changes_before_onset()
    return changes[0].cites[:1] if changes else ()


def _scores(rows: Sequence[Grade]) -> dict[str, Any]:
    return {when: _shares([row for row in rows if row.when == when]) for when in ("ask", "end")}


def _shares(rows: Sequence[Grade]) -> dict[str, Any]:
    counted = {
        "honest": [row.is_honest for row in rows],
        "trigger_on_top": [row.has_trigger for row in rows],
        "trigger_cited": [row.cites_trigger for row in rows],
        "wrong_guess_on_top": [row.is_wrong_guess for row in rows],
        "cites_noise": [row.noise > 0 for row in rows],
        "cites_unknown": [row.unknown > 0 for row in rows],
        "baseline_nearest_change": [row.baseline for row in rows],
    }
    return {name: Rate(right=sum(found), n=len(found)).as_json() for name, found in counted.items()}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table, or the whole report as JSON."""
    parser = argparse.ArgumentParser(description="Grade the explanations of recorded incidents.")
    parser.add_argument("--data", type=Path, default=SHIPPED, help="a folder of incident files")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    told = parser.parse_args(arguments)
    report = grade(told.data)
    print(json.dumps(report, indent=2) if told.json else _table(report))


def _table(report: dict[str, Any]) -> str:
    columns = (
        "links",
        "is_honest",
        "has_trigger",
        "cites_trigger",
        "is_wrong_guess",
        "noise",
        "unknown",
        "baseline",
    )
    head = f"{'incident':28} when  " + "  ".join(columns)
    lines = [
        f"{row['name'][:28]:28} {row['when']:4}  " + "  ".join(f"{row[c]!s:>{len(c)}}" for c in columns)
        for row in report["incidents"]
    ]
    return "\n".join([head, *lines, "", *_totals(report["scores"])])


def _totals(scores: dict[str, Any]) -> list[str]:
    return [
        f"{when}  {name:24} {share['value']:.2f}  n={share['n']}  95 % "
        f"{share['interval'][0]:.2f}-{share['interval'][1]:.2f}"
        for when, shares in scores.items()
        for name, share in shares.items()
    ]


if __name__ == "__main__":
    main()
