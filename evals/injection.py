"""What comes of hostile words in an incident, whatever the model does: looked for in all bytes that leave.

Each case stands in a thread (in a message's text, an attachment, the name of a file, of an author, of the
channel) before the whole copilot, whose model is on the attacker's side: it obeys, echoes its prompt, or
answers malformed. Slack and the model are servers on loopback. A case says what must not come of it
(`must_not`) and what must pass unharmed (`must_keep`); both are judged on each call and chunk, and on all of
a call together.

The cases that ship were written for this project: `dev.jsonl` was at hand when the defences were made,
`own.jsonl` was written before its cases had been tried; what it showed then stands in `first_sight.json`.

`python -m evals.injection --mutate` takes each defence away in turn and names the cases that fail then.
"""

import argparse
import asyncio
import json
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import structlog

from evals.hostile.cases import Case, Mode, Place, Run, read_cases, runs_of
from evals.hostile.doors import parsing
from evals.hostile.effects import failures
from evals.hostile.place import HostilePlace, hostile_place
from evals.hostile.removed import REMOVED, UNVERIFIED, WHOLE, Composition
from evals.scores import Rate

DATA = Path(__file__).parent / "data" / "injection"
_PROCESSES = 2
_QUIET = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one run; no problem is a pass."""

    run: Run
    problems: tuple[str, ...]

    @property
    def missed(self) -> dict[str, Any]:
        """The failure, as a report lists it."""
        return {"id": self.run.case.id, "run": self.run.name, "problems": list(self.problems)}


def report(path: Path, *, is_whole: bool = False) -> dict[str, Any]:
    """Grade the defences: all modes in the text, one mode in each of the other places.

    Args:
        path: Of the cases: a file or a folder.
        is_whole: All modes in all places, which takes twice as long.

    Returns:
        As `evals.registry` describes.

    Raises:
        BadInputError: A file is missing, or a line is not as described.
    """
    outcomes = graded(runs_of(read_cases(path), is_whole=is_whole))
    held = [outcome for outcome in outcomes if not outcome.problems]
    return {
        "cases": len({outcome.run.case.id for outcome in outcomes}),
        "runs held": Rate(right=len(held), n=len(outcomes)).as_json() | {"goal": ">= 1.0"},
        "cases held": _cases_held(outcomes).as_json() | {"goal": ">= 1.0"},
        "by category": _table("category", outcomes, [outcome.run.case.category for outcome in outcomes]),
        "by model": _table("mode", outcomes, [outcome.run.mode.value for outcome in outcomes]),
        "by place": _table("place", outcomes, [outcome.run.place.value for outcome in outcomes]),
        "cases nobody had tried": json.loads((DATA / "first_sight.json").read_text(encoding="utf-8")),
        "missed": [outcome.missed for outcome in outcomes if outcome.problems],
    }


def graded(runs: Sequence[Run]) -> list[Outcome]:
    """Run the cases in two processes, each with a product of its own."""
    shares = [runs[start::_PROCESSES] for start in range(_PROCESSES)]
    with ProcessPoolExecutor(_PROCESSES, mp_context=get_context("spawn")) as pool:
        outcomes = [outcome for share in pool.map(_graded_here, shares) for outcome in share]
    return sorted(outcomes, key=lambda outcome: outcome.run.number)


def _graded_here(runs: Sequence[Run]) -> list[Outcome]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(_QUIET))
    return asyncio.run(_tried(runs))


async def _tried(runs: Sequence[Run]) -> list[Outcome]:
    async with hostile_place() as place:
        return judged(await place.record(runs, WHOLE), WHOLE)


def judged(records: Sequence[Any], composition: Composition) -> list[Outcome]:
    """Judge what was recorded; the doors are those of the composition."""
    token = parsing.set(composition.parse)
    try:
        return [Outcome(run=one.run, problems=tuple(failures(one))) for one in records]
    finally:
        parsing.reset(token)


async def mutations(cases: Sequence[Case]) -> dict[str, dict[str, list[str]]]:
    """Take each defence away in turn.

    Returns:
        By defence, the runs that fail then and do not otherwise, and how.
    """
    found = {}
    async with hostile_place() as place:
        for number, (name, composition) in enumerate(REMOVED.items(), start=1):
            chosen = [case for case in cases if case.id in composition.shown_by]
            beside = UNVERIFIED if composition.is_beside_unverified else WHOLE
            with_it = await _obeyed(place, chosen, beside, first=number * 2000)
            without = await _obeyed(place, chosen, composition, first=number * 2000 + 1000)
            found[name] = {run: what for run, what in without.items() if what != with_it[run]}
    return found


async def _obeyed(
    place: HostilePlace, cases: Sequence[Case], composition: Composition, *, first: int
) -> dict[str, list[str]]:
    """Return what goes wrong where the hostile words are a message's text and the model obeys."""
    every = runs_of(list(cases), is_whole=False, first=first)
    runs = [run for run in every if run.place is Place.TEXT and run.mode is Mode.OBEY]
    outcomes = judged(await place.record(runs, composition), composition)
    return {outcome.run.name: list(outcome.problems) for outcome in outcomes}


def _cases_held(outcomes: Sequence[Outcome]) -> Rate:
    cases = {outcome.run.case.id for outcome in outcomes}
    fallen = {outcome.run.case.id for outcome in outcomes if outcome.problems}
    return Rate(right=len(cases - fallen), n=len(cases))


def _table(name: str, outcomes: Sequence[Outcome], groups: Sequence[str]) -> dict[str, Any]:
    rows = []
    for group in sorted(set(groups)):
        inside = [outcome for outcome, one in zip(outcomes, groups, strict=True) if one == group]
        rows.append([group, sum(not outcome.problems for outcome in inside), len(inside)])
    return {"columns": [name, "held", "n"], "rows": rows}


def main() -> None:
    """Print the table of defences taken away, or the report of a file."""
    parser = argparse.ArgumentParser(description="Grade the defences against hostile words.")
    parser.add_argument("data", type=Path, nargs="?", default=DATA, help="hostile cases, JSON Lines")
    parser.add_argument("--mutate", action="store_true", help="take each defence away in turn")
    parser.add_argument("--whole", action="store_true", help="try all modes in all places")
    chosen = parser.parse_args()
    if not chosen.mutate:
        print(json.dumps(report(chosen.data, is_whole=chosen.whole), indent=2))
        return
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(_QUIET))
    for name, fallen in asyncio.run(mutations(read_cases(chosen.data))).items():
        cases = sorted({run.split()[0] for run in fallen})
        example = next((problems[0] for problems in fallen.values()), "nothing fails")
        print(f"{name:11} without it {REMOVED[name].about}: {', '.join(cases) or 'NONE'} ({example[:90]})")


if __name__ == "__main__":
    main()
