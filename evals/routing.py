"""How well questions are routed: against labels, and beside two rules that anybody could write in a minute.

A line of the data is one JSON object: `text`, `label` (`policy` or `general`) and, where somebody marked it,
`hard` (words alone mislead there) and `domain`. The shipped set was written for this; no text of it is learnt
from, but it had a say in two settings of the training. Beside its score stand what the weights were worth
under cross-validation, and on texts at first sight.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot.routing import Route, Tier, route, score, shipped_routes
from evals.registry import DATA
from evals.scores import Confusion, Rate, bootstrapped, confusion, labelled, print_report

SHOWN = DATA / "routing"
_MODELS = {tier: tier.value for tier in Tier}
_WORD = re.compile(r"\b(?:IAM|S3)\b", re.IGNORECASE)
_LABELS = {"policy": True, "general": False}
_GOALS = {"f1": ">= 0.95", "hard_f1": ">= 0.92", "hard_accuracy": ">= 0.92", "false_escalation": "<= 0.03"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One labelled text; `domain` is empty where nobody said."""

    text: str
    is_policy: bool
    is_hard: bool
    domain: str = ""


def by_route(text: str) -> bool:
    """Judge as the copilot does, from the text alone."""
    return _routed(text).tier is Tier.OPUS


def by_word(text: str) -> bool:
    """Judge by the words IAM and S3."""
    return _WORD.search(text) is not None


def never(_text: str) -> bool:
    """Send everything to the general model."""
    return False


def grade(path: Path) -> dict[str, Any]:
    """Grade all three on one file.

    Returns:
        For each judge: F1, precision, recall, F1 and accuracy on the hard part and false escalation as
        `{value, n, interval}`; for the copilot's also the share of escalations that fall without the words
        it names.
        `domains`: where the texts name one, the share that was told right and what was taken for what.

    Raises:
        BadInputError: It names the line that cannot be used.
    """
    examples = load(path)
    judges = {"route": by_route, "word_search": by_word, "always_general": never}
    graded = {name: _report(judge, examples) for name, judge in judges.items()}
    graded["route"]["named_words_decided"] = _named(examples).as_json()
    return {"n": len(examples), **graded, **_domains([one for one in examples if one.domain])}


def report(path: Path) -> dict[str, Any]:
    """Return the grade of one file, with goals and what the weights are worth; see `evals.registry`."""
    graded = grade(path)
    for name, goal in _GOALS.items():
        graded["route"][name]["goal"] = goal
    return {**graded, "cross_validated": _cross_validated(), "at_first_sight": _first_sight()}


def load(path: Path) -> list[Example]:
    """Read labelled texts, one JSON object a line.

    Raises:
        BadInputError: It names the line that cannot be used.
    """
    return labelled(path, _example, shape="a JSON object with text and label (policy or general)")


def main() -> None:
    """Print the report of one file as JSON."""
    print_report(grade, about="Grade the routing of questions.", data="labelled texts, JSON Lines")


def _example(_number: int, row: dict[str, Any]) -> Example:
    return Example(
        text=row["text"],
        is_policy=_LABELS[row["label"]],
        is_hard=bool(row.get("hard", False)),
        domain=row.get("domain", ""),
    )


@lru_cache(maxsize=4096)
def _routed(text: str) -> Route:
    return route(text, (), routes=shipped_routes(), models=_MODELS)


def _report(judge: Callable[[str], bool], examples: Sequence[Example]) -> dict[str, Any]:
    hard = [one for one in examples if one.is_hard]
    every = _judged(judge, examples)
    return {
        "f1": bootstrapped(_pairs(judge, examples)),
        "precision": every.precision.as_json(),
        "recall": every.recall.as_json(),
        "hard_f1": bootstrapped(_pairs(judge, hard)),
        "hard_accuracy": _judged(judge, hard).accuracy.as_json(),
        "false_escalation": every.false_alarms.as_json(),
    }


def _pairs(judge: Callable[[str], bool], examples: Sequence[Example]) -> list[tuple[bool, bool]]:
    return [(judge(one.text), one.is_policy) for one in examples]


def _judged(judge: Callable[[str], bool], examples: Sequence[Example]) -> Confusion:
    return confusion([judge(one.text) for one in examples], [one.is_policy for one in examples])


def _named(examples: Sequence[Example]) -> Rate:
    """Return how often an escalation falls when the words that the route names are taken out of the text."""
    escalated = [one for one in examples if by_route(one.text)]
    explained = sum(not by_route(_without_named(one.text)) for one in escalated)
    return Rate(right=explained, n=len(escalated))


def _without_named(text: str) -> str:
    for match in _routed(text).matched:
        text = text.replace(match.words, " ")
    return text


def _domains(examples: Sequence[Example]) -> dict[str, Any]:
    if not examples:
        return {}
    told = [(one.domain, score(one.text).domain) for one in examples]
    right = sum(expected == found for expected, found in told)
    return {"domains": {"right": Rate(right=right, n=len(told)).as_json(), "taken_for": _table(told)}}


def _table(told: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return for each domain its count, how many were told right, and what the others were taken for."""
    rows = []
    for name in sorted({expected for expected, _ in told}):
        found = Counter(other for expected, other in told if expected == name)
        wrong = ", ".join(f"{other} {count}" for other, count in sorted(found.items()) if other != name)
        rows.append([name, found.total(), found[name], wrong])
    return {"columns": ["domain", "n", "right", "taken for"], "rows": rows}


def _shipped(name: str) -> Any:
    return json.loads((SHOWN / f"{name}.json").read_text(encoding="utf-8"))


def _first_sight() -> dict[str, Any]:
    columns = ["texts and router", "f1", "hard accuracy", "false escalation", "n"]
    rows = [
        [f"{told['set']}: {told['router']}", *_numbers(told), told["n"]] for told in _shipped("first_sight")
    ]
    return {"columns": columns, "rows": rows}


def _cross_validated() -> dict[str, Any]:
    """Return the report of `routing_training` as a table."""
    shipped = _shipped("cross_validated")
    rows = [
        [
            f"{part.replace('_', ' ')}, texts {where.replace('_', ' ')}",
            *_numbers(figures),
            shipped["n"][where],
        ]
        for part, by_text in shipped["cross_validated"].items()
        for where, figures in by_text.items()
    ]
    title = f"nested, {shipped['folds']} folds, {shipped['on']} (the phrases knew many of the texts)"
    return {"columns": [title, "f1", "hard accuracy", "false escalation", "n"], "rows": rows}


def _numbers(figures: dict[str, Any]) -> list[str]:
    rates = [figures["hard_accuracy"]["value"], figures["false_escalation"]["value"]]
    return [f"{value:.3f}" for value in (figures["f1"], *rates)]


if __name__ == "__main__":
    main()
