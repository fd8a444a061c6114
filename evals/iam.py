"""How often the computed verdict on an AWS request is the right one.

A line of the data is one JSON object: `request` as `python -m bot iam` takes it, and `expected`: a decision,
or `error` where the request cannot be judged. `missing_includes` and `missing_empty` say what must be named
as missing.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import CopilotError
from bot.iam.answer import answer
from evals.scores import Rate, labelled, print_report

DECISIONS = ("allow", "explicit_deny", "implicit_deny", "unknown", "error")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One request with its verdict."""

    id: str
    feature: str
    request: dict[str, Any]
    expected: str
    includes: frozenset[str]
    is_empty: bool


def grade(path: Path) -> dict[str, Any]:
    """Grade one file.

    Returns:
        The share of decisions that are right, of each expected decision, of what is named as missing, a table
        by feature, and the ids that are wrong.

    Raises:
        BadInputError: It names the line that cannot be used.
    """
    examples = load(path)
    said = [judged(one.request) for one in examples]
    right = [got["decision"] == one.expected for one, got in zip(examples, said, strict=True)]
    named = [
        _names(one, got) for one, got in zip(examples, said, strict=True) if one.includes or one.is_empty
    ]
    by_decision = {
        name: [ok for one, ok in zip(examples, right, strict=True) if one.expected == name]
        for name in DECISIONS
    }
    return {
        "n": len(examples),
        "right": {**_rate(right), "goal": ">= 0.98"},
        "by_decision": {name: _rate(oks) for name, oks in by_decision.items()},
        "missing_named": _rate(named),
        "by_feature": _table(examples, right),
        "wrong": [one.id for one, ok in zip(examples, right, strict=True) if not ok],
        "missing_wrong": [one.id for one, got in zip(examples, said, strict=True) if not _names(one, got)],
    }


def judged(request: dict[str, Any]) -> dict[str, Any]:
    """Return the decision on one request, or `error`, and what is missing."""
    try:
        said = answer(request)
    except CopilotError:
        return {"decision": "error", "missing": []}
    return {"decision": said["decision"], "missing": said["missing"]}


def report(path: Path) -> dict[str, Any]:
    """Return the grade of one file; see `evals.registry`."""
    return grade(path)


def load(path: Path) -> list[Example]:
    """Read the examples, one JSON object a line.

    Raises:
        BadInputError: It names the line that cannot be used.
    """
    shape = f"a JSON object with request (an object) and expected ({', '.join(DECISIONS)})"
    return labelled(path, _example, shape=shape)


def main() -> None:
    """Print the report of one file as JSON."""
    print_report(
        grade, about="Grade verdicts on AWS requests.", data="requests with expected verdicts, JSON Lines"
    )


def _example(number: int, row: dict[str, Any]) -> Example:
    if row["expected"] not in DECISIONS or not isinstance(row["request"], dict):
        raise ValueError
    return Example(
        id=str(row.get("id", number)),
        feature=str(row.get("feature", "")),
        request=row["request"],
        expected=row["expected"],
        includes=frozenset(name.casefold() for name in row.get("missing_includes", [])),
        is_empty=bool(row.get("missing_empty", False)),
    )


def _names(example: Example, got: dict[str, Any]) -> bool:
    missing = {name.casefold() for name in got["missing"]}
    return example.includes <= missing and not (example.is_empty and missing)


def _rate(right: list[bool]) -> dict[str, Any]:
    return dict(Rate(right=sum(right), n=len(right)).as_json())


def _table(examples: list[Example], right: list[bool]) -> dict[str, Any]:
    all_, good = Counter(one.feature for one in examples), Counter[str]()
    good.update(one.feature for one, ok in zip(examples, right, strict=True) if ok)
    rows = [[name, good[name], count] for name, count in sorted(all_.items())]
    return {"columns": ["feature", "right", "n"], "rows": rows}


if __name__ == "__main__":
    main()
