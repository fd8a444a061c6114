"""The grader of redaction counts what is left and what is lost, beside a baseline, and names a wrong line."""

import json
import sys
from pathlib import Path

import pytest

from bot.errors import BadInputError
from evals.redaction import grade, main, report
from evals.registry import GRADERS
from evals.tables import printed

MARKED = "aB3" + "EXAMPLE" + "zQ9"


def line(text: str, secrets: list[str], keep: list[str], category: str = "c") -> str:
    return json.dumps({"id": "x", "category": category, "text": text, "secrets": secrets, "keep": keep})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    lines = [
        line(f"password={MARKED} db1", [MARKED], ["db1"]),
        line("nothing to find in plainsecret here", ["plainsecret"], [], category="d"),
        "",
        line("password=aZ79aZ79aZ79", [], ["aZ79aZ79aZ79"]),
    ]
    path = tmp_path / "set.jsonl"
    path.write_text("\n".join(lines))
    return path


@pytest.mark.parametrize("seed", [None, 1])
def test_shares_and_misses_are_counted(path: Path, seed: int | None) -> None:
    result = grade(path, seed=seed)
    assert (result["gone"]["value"], result["gone"]["n"]) == (0.5, 2)
    assert (result["kept"]["value"], result["kept"]["n"]) == (0.5, 2)
    assert [max(miss) for miss in result["missed"]] == ["left", "lost"]


def test_the_report_tells_categories_a_baseline_and_what_was_unseen(path: Path) -> None:
    result = report(path)
    assert result["by category"]["rows"] == [["c", 1.0, 1, 0.5, 2], ["d", 0.0, 1, "", ""]]
    assert result["best-known shapes alone"]["gone"]["value"] == 0.0
    assert result["markers replaced"]["gone"]["goal"] == ">= 0.98"
    assert all(len(row) == 5 for row in result["lines nobody had seen"]["rows"])
    assert "by category" in printed(result)


def test_the_shipped_lines_meet_the_goals_with_and_without_their_markers() -> None:
    shipped = GRADERS["redaction"].data
    assert shipped is not None
    assert [grade(shipped, seed=seed)["missed"] for seed in (None, 1, 2, 3)] == [[], [], [], []]


def test_the_report_is_printed(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["redaction", str(path)])
    main()
    assert json.loads(capsys.readouterr().out)["lines"] == 3


def test_a_wrong_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text('{"id": 1}')
    with pytest.raises(BadInputError, match=r"set\.jsonl: line 1"):
        grade(path)
    with pytest.raises(BadInputError, match="cannot be read"):
        grade(tmp_path / "none.jsonl")
