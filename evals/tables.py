"""A report as people read it in a terminal: scores with their intervals, tables, and counts of the rest."""

import io
import operator
from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDTH = 110
_GOALS = {">=": operator.ge, "<=": operator.le}


def printed(report: Mapping[str, Any], *, width: int = _WIDTH) -> str:
    """Return a report as text; its shapes are those that `evals.registry` describes.

    Args:
        report: As a grader returns it.
        width: Characters a line.
    """
    out = io.StringIO()
    console = Console(file=out, width=width, highlight=False, color_system=None)
    leaves = list(_leaves(report))
    for name, value in leaves:
        if not isinstance(value, Mapping):
            console.print(Text(f"{name}: {_told(value)}"))
    _print_scores(console, [(name, leaf) for name, leaf in leaves if _is_score(leaf)])
    for name, leaf in leaves:
        if _is_table(leaf):
            console.print(_table(name, leaf))
    return out.getvalue().rstrip()


def _leaves(node: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield what a report says, each under the names that lead to it."""
    for name, value in node.items():
        here = (*path, name.replace("_", " "))
        if isinstance(value, Mapping) and not _is_score(value) and not _is_table(value):
            yield from _leaves(value, here)
        else:
            yield " · ".join(here), value


def _is_score(value: Any) -> bool:
    return isinstance(value, Mapping) and {"value", "n", "interval"} <= value.keys()


def _is_table(value: Any) -> bool:
    return isinstance(value, Mapping) and {"columns", "rows"} <= value.keys()


def _told(value: Any) -> str:
    return f"{len(value)} (with --json)" if isinstance(value, list | tuple) else str(value)


def _print_scores(console: Console, scores: list[tuple[str, Mapping[str, Any]]]) -> None:
    if not scores:
        return
    rows = [[name, _share(s["value"]), _range(s["interval"]), s["n"], _goal(s)] for name, s in scores]
    console.print(_table("", {"columns": ["score", "value", "95 %", "n", "goal"], "rows": rows}))


def _share(value: float) -> str:
    return f"{value:.3f}"


def _range(interval: list[float]) -> str:
    low, high = interval
    return f"{low:.3f}-{high:.3f}"


def _goal(score: Mapping[str, Any]) -> str:
    """Return the goal and whether it is met: `>= 0.95 ✓`."""
    goal = score.get("goal", "")
    if not goal:
        return ""
    sign, number = goal.split()
    return f"{goal} {'✓' if _GOALS[sign](score['value'], float(number)) else '✗'}"


def _table(title: str, content: Mapping[str, Any]) -> Table:
    table = Table(title=title or None, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for place, column in enumerate(content["columns"]):
        table.add_column(str(column), justify="left" if place == 0 else "right")
    for row in content["rows"]:
        table.add_row(*(Text(str(cell)) for cell in row))
    return table
