"""What the graders share: labelled lines in; counts, rates and their 95 % intervals out, printed as JSON."""

import argparse
import json
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from bot.errors import BadInputError

Example = TypeVar("Example")
_Z = 1.959964  # two-sided 95 %
_SEED = 4
_DRAWS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A share of a count.

    Attributes:
        right: How many.
        n: Of how many.
    """

    right: int
    n: int

    @property
    def value(self) -> float:
        """The share, 0 to 1; 0 when there is nothing to count."""
        return self.right / self.n if self.n else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval; the whole range when there is nothing to count."""
        if not self.n:
            return 0.0, 1.0
        centre = self.value + _Z**2 / (2 * self.n)
        spread = _Z * math.sqrt(self.value * (1 - self.value) / self.n + _Z**2 / (4 * self.n**2))
        scale = 1 + _Z**2 / self.n
        return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)

    def as_json(self) -> dict[str, float | int | list[float]]:
        """Return the rate with its count and interval, rounded for print."""
        low, high = self.interval
        return {"value": round(self.value, 4), "n": self.n, "interval": [round(low, 4), round(high, 4)]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """How a yes-or-no judgement did against labels."""

    true_yes: int = 0
    false_yes: int = 0
    false_no: int = 0
    true_no: int = 0

    @property
    def precision(self) -> Rate:
        """Of what was said to be yes, the share that is."""
        return Rate(right=self.true_yes, n=self.true_yes + self.false_yes)

    @property
    def recall(self) -> Rate:
        """Of what is yes, the share that was said to be."""
        return Rate(right=self.true_yes, n=self.true_yes + self.false_no)

    @property
    def false_alarms(self) -> Rate:
        """Of what is no, the share that was said to be yes."""
        return Rate(right=self.false_yes, n=self.false_yes + self.true_no)

    @property
    def accuracy(self) -> Rate:
        """The share that was judged right."""
        n = self.true_yes + self.false_yes + self.false_no + self.true_no
        return Rate(right=self.true_yes + self.true_no, n=n)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall; 0 when both are."""
        judged = 2 * self.true_yes + self.false_yes + self.false_no
        return 2 * self.true_yes / judged if judged else 0.0


def confusion(said: Sequence[bool], labels: Sequence[bool]) -> Confusion:
    """Count judgements against labels of the same length."""
    pairs = list(zip(said, labels, strict=True))
    return Confusion(
        true_yes=pairs.count((True, True)),
        false_yes=pairs.count((True, False)),
        false_no=pairs.count((False, True)),
        true_no=pairs.count((False, False)),
    )


def bootstrapped(pairs: Sequence[tuple[bool, bool]]) -> dict[str, Any]:
    """Return the F1 of judgements with its 95 % interval, by the percentile bootstrap with a fixed seed.

    Args:
        pairs: What was said and what the label says.
    """
    chance = random.Random(_SEED)  # noqa: S311  # no secret
    drawn = sorted(_f1(chance.choices(pairs, k=len(pairs))) for _ in range(_DRAWS)) if pairs else [0.0, 1.0]
    low, high = drawn[round(0.025 * (len(drawn) - 1))], drawn[round(0.975 * (len(drawn) - 1))]
    return {"value": round(_f1(pairs), 4), "n": len(pairs), "interval": [round(low, 4), round(high, 4)]}


def _f1(pairs: Sequence[tuple[bool, bool]]) -> float:
    return confusion([said for said, _ in pairs], [label for _, label in pairs]).f1


def labelled(path: Path, read: Callable[[int, Any], Example], *, shape: str) -> list[Example]:
    """Read labelled examples, one JSON object a line; blank lines are skipped.

    Args:
        path: JSON Lines, or a folder with such files (`*.jsonl`).
        read: From a line's number and its JSON to an example.
        shape: What a line must be, for the error.

    Raises:
        BadInputError: A file cannot be read, a line is not of this shape (it names file and line), or there
            is none.
    """
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    examples = [
        _example(line, read, where=(file.name, number), shape=shape)
        for file in files
        for number, line in enumerate(_lines(file), start=1)
        if line.strip()
    ]
    if not examples:
        raise BadInputError(field=str(path), problem=f"holds no lines; each must be {shape}")
    return examples


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise BadInputError(field=str(file), problem=f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise BadInputError(field=str(file), problem=f"is not UTF-8 text (byte {error.start})") from None


def _example(
    line: str, read: Callable[[int, Any], Example], *, where: tuple[str, int], shape: str
) -> Example:
    name, number = where
    try:
        return read(number, json.loads(line))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise BadInputError(field=f"{name}: line {number}", problem=f"must be {shape}") from error


def print_report(grade: Callable[[Path], dict[str, Any]], *, about: str, data: str) -> None:
    """Print as JSON what `grade` makes of the file that the command line names.

    Args:
        grade: From the file to the report.
        about: What is graded, for `--help`.
        data: What the file holds, for `--help`.
    """
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("data", type=Path, help=data)
    print(json.dumps(grade(parser.parse_args().data), indent=2))
