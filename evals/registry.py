"""What can be measured, by name: `python -m bot eval NAME`.

A grader is a module with `report(path: Path) -> dict[str, Any]`, which raises `BadInputError` for a path or
line that it cannot use (`evals.scores.labelled` does). A report is JSON alone, and its shapes are printed by
`evals.tables`:

- a score, anywhere: `{"value": 0.98, "n": 120, "interval": [0.94, 1.0]}`, as `Rate.as_json()` returns it,
  with `"goal"` where there is one, in words: `">= 0.98"` or `"<= 0.03"`;
- a table, anywhere: `{"columns": ["domain", …], "rows": [[…], …]}`;
- a word or a number: printed beside its name;
- any other list (`missed`, `wrong`): its length is printed; the whole only as JSON.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from bot.errors import BadInputError

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grader:
    """One thing that can be measured.

    Attributes:
        about: What is measured, in a few words.
        data: What it is measured on when nobody says; it ships.
    """

    about: str
    data: Path


GRADERS: Mapping[str, Grader] = {
    "alerts": Grader(about="the posts of alert, deploy and ticket bots, as read", data=DATA / "alerts"),
    "compaction": Grader(about="long incidents folded three times while they grow", data=DATA / "compaction"),
    "denials": Grader(about="AWS denials, as read out of pasted text", data=DATA / "denials" / "lines.jsonl"),
    "iam": Grader(about="verdicts on AWS requests, as computed", data=DATA / "iam" / "lines.jsonl"),
    "incidents": Grader(about="recorded incidents, explained while they grow", data=DATA / "incidents"),
    "injection": Grader(
        about="hostile words in threads, with a model on the attacker's side", data=DATA / "injection"
    ),
    "redaction": Grader(about="secrets taken out, evidence left", data=DATA / "redaction" / "lines.jsonl"),
    "routing": Grader(
        about="questions sent to the model that is better at them", data=DATA / "routing" / "domains.jsonl"
    ),
}
"""By name, which is the module's too."""


def report(name: str, path: Path | None = None, **options: Any) -> dict[str, Any]:
    """Measure.

    Args:
        name: One of `GRADERS`.
        path: The data; the shipped data when None.
        options: What this grader's `report` takes besides.

    Raises:
        BadInputError: There is no such grader, or the data is missing or cannot be used.
    """
    grader = GRADERS.get(name)
    if grader is None:
        raise BadInputError(field=name, problem=f"cannot be measured: choose one of {', '.join(GRADERS)}")
    data = path or grader.data
    if not data.exists():
        raise BadInputError(field=str(data), problem="is not there")
    graded: Callable[..., dict[str, Any]] = import_module(f"evals.{name}").report
    return {"eval": name, "data": str(data), **graded(data, **options)}
