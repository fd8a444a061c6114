"""How well AWS denials are read out of pasted text.

A line of the data is one JSON object: `text` and `expected`, which is null or an object with the fields of a
denial. A text counts as right when every field is, and as wrong when a denial is seen where there is none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.iam.denials import parse_denials
from evals.scores import Rate, confusion, labelled, print_report

FIELDS = ("principal", "action", "resource", "policy_type", "explicit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One text with what should be read out of it; None for no denial."""

    id: str
    text: str
    expected: dict[str, Any] | None


def read(text: str) -> dict[str, Any] | None:
    """Return the fields of the first denial in a text, or None."""
    denial = next(iter(parse_denials(text)), None)
    return None if denial is None else {name: getattr(denial, name) for name in FIELDS}


def grade(path: Path) -> dict[str, Any]:
    """Grade one file.

    Returns:
        The share of texts read right, of denials found, of each field, of false denials, and the ids missed.

    Raises:
        BadInputError: It names the line that cannot be used.
    """
    examples = load(path)
    found = [read(one.text) for one in examples]
    detected = confusion([one is not None for one in found], [one.expected is not None for one in examples])
    wrong = [one.id for one, got in zip(examples, found, strict=True) if got != one.expected]
    return {
        "n": len(examples),
        "right": Rate(right=len(examples) - len(wrong), n=len(examples)).as_json(),
        "found": detected.recall.as_json(),
        "false_denials": detected.false_alarms.as_json(),
        "fields": {name: _field(name, examples, found).as_json() for name in FIELDS},
        "wrong": wrong,
    }


def report(path: Path) -> dict[str, Any]:
    """Return the grade of one file; see `evals.registry`."""
    return grade(path)


def load(path: Path) -> list[Example]:
    """Read the examples, one JSON object a line.

    Raises:
        BadInputError: It names the line that cannot be used.
    """
    shape = "a JSON object with text and expected (null or the fields of a denial)"
    return labelled(path, _example, shape=shape)


def main() -> None:
    """Print the report of one file as JSON."""
    about = "Grade the reading of AWS denials."
    print_report(grade, about=about, data="texts with expected denials, JSON Lines")


def _example(number: int, row: dict[str, Any]) -> Example:
    expected = row["expected"]
    fields = None if expected is None else {name: expected[name] for name in FIELDS}
    return Example(id=str(row.get("id", number)), text=row["text"], expected=fields)


def _field(name: str, examples: Sequence[Example], found: Sequence[dict[str, Any] | None]) -> Rate:
    pairs = [(one.expected[name], got) for one, got in zip(examples, found, strict=True) if one.expected]
    return Rate(right=sum(got is not None and got[name] == value for value, got in pairs), n=len(pairs))


if __name__ == "__main__":
    main()
