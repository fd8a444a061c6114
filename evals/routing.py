"""How well questions are routed: against labels, and beside two rules that anybody could write in a minute.

A line of the data is one JSON object: `text`, `label` (`policy` or `general`) and, where somebody marked it,
`hard` (words alone mislead there).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.routing import Tier, route, shipped_routes
from evals.scores import Confusion, confusion, labelled, print_report

_MODELS = {tier: tier.value for tier in Tier}
_WORD = re.compile(r"\b(?:IAM|S3)\b", re.IGNORECASE)
_LABELS = {"policy": True, "general": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One labelled text."""

    text: str
    is_policy: bool
    is_hard: bool


def by_route(text: str) -> bool:
    """Judge as the copilot does, from the text alone."""
    return route(text, (), routes=shipped_routes(), models=_MODELS).tier is Tier.OPUS


def by_word(text: str) -> bool:
    """Judge by the words IAM and S3."""
    return _WORD.search(text) is not None


def never(_text: str) -> bool:
    """Send everything to the general model."""
    return False


def grade(path: Path) -> dict[str, Any]:
    """Grade all three on one file.

    Returns:
        For each judge: F1, and precision, recall, accuracy on the hard part and false escalation as
        `{value, n, interval}`.

    Raises:
        BadInputError: It names the line that cannot be used.
    """
    examples = load(path)
    judges = {"route": by_route, "word_search": by_word, "always_general": never}
    return {"n": len(examples), **{name: _report(judge, examples) for name, judge in judges.items()}}


def report(path: Path) -> dict[str, Any]:
    """Return the grade of one file; see `evals.registry`."""
    return grade(path)


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
    return Example(text=row["text"], is_policy=_LABELS[row["label"]], is_hard=bool(row.get("hard", False)))


def _report(judge: Callable[[str], bool], examples: Sequence[Example]) -> dict[str, Any]:
    every, hard = _judged(judge, examples), _judged(judge, [one for one in examples if one.is_hard])
    return {
        "f1": round(every.f1, 4),
        "precision": every.precision.as_json(),
        "recall": every.recall.as_json(),
        "hard_accuracy": hard.accuracy.as_json(),
        "false_escalation": every.false_alarms.as_json(),
    }


def _judged(judge: Callable[[str], bool], examples: Sequence[Example]) -> Confusion:
    return confusion([judge(one.text) for one in examples], [one.is_policy for one in examples])


if __name__ == "__main__":
    main()
