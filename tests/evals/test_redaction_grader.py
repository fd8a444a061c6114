"""The grader of redaction counts what is left and what is lost, and says which line is wrong."""

import json
from pathlib import Path

import pytest

from bot.errors import BadInputError
from evals.redaction import grade, main


def line(text: str, secrets: list[str], keep: list[str]) -> str:
    return json.dumps({"id": "x", "category": "c", "text": text, "secrets": secrets, "keep": keep})


def test_shares_and_misses_are_counted(tmp_path: Path) -> None:
    marked = "aB3" + "EXAMPLE" + "zQ9"
    lines = [
        line(f"password={marked} db1", [marked], ["db1"]),
        line("nothing to find in plainsecret here", ["plainsecret"], []),
        "",
        line("password=aZ79aZ79aZ79", [], ["aZ79aZ79aZ79"]),
    ]
    path = tmp_path / "set.jsonl"
    path.write_text("\n".join(lines))
    for seed in (None, 1):
        result = grade(path, seed=seed)
        assert (result["gone"]["value"], result["gone"]["n"]) == (0.5, 2)
        assert (result["kept"]["value"], result["kept"]["n"]) == (0.5, 2)
        assert [max(miss) for miss in result["missed"]] == ["left", "lost"]


def test_the_report_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text(line("x", [], []))
    main([str(path)])
    assert '"n": 0' in capsys.readouterr().out


def test_a_wrong_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text('{"id": 1}')
    with pytest.raises(BadInputError, match=r"set\.jsonl: line 1"):
        grade(path)
    with pytest.raises(BadInputError, match="cannot be read"):
        grade(tmp_path / "none.jsonl")


def test_without_a_file_it_asks_for_one(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 2
    assert "data" in capsys.readouterr().err
