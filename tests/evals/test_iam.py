"""The grader of verdicts counts decisions and what is named as missing."""

import json
import sys

import pytest

from bot.errors import BadInputError
from evals import iam
from evals.registry import GRADERS
from tests.iam.requests import ALL, request


@pytest.fixture
def data(tmp_path):
    allowed = request(identity=[ALL])
    rows = [
        {"id": "right", "feature": "a", "request": allowed, "expected": "allow", "missing_includes": ["SCP"]},
        {
            "id": "wrong",
            "feature": "a",
            "request": allowed,
            "expected": "implicit_deny",
            "missing_empty": True,
        },
        {"id": "error", "feature": "b", "request": {}, "expected": "error"},
    ]
    path = tmp_path / "iam.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


def test_decisions_are_counted_by_kind_and_by_feature(data):
    report = iam.report(data)

    assert (report["n"], report["right"]["n"], report["wrong"]) == (3, 3, ["wrong"])
    assert (report["missing_named"]["value"], report["missing_wrong"]) == (0.5, ["wrong"])
    assert report["by_feature"]["rows"] == [["a", 1, 2], ["b", 1, 1]]


@pytest.mark.parametrize("line", ["{", '{"request": {}}', '{"request": 1, "expected": "allow"}'])
def test_a_line_that_cannot_be_used_is_named(tmp_path, line):
    path = tmp_path / "iam.jsonl"
    path.write_text(line, encoding="utf-8")

    with pytest.raises(BadInputError, match="line 1"):
        iam.grade(path)


def test_what_ships_is_judged_right():
    report = iam.report(GRADERS["iam"].data)

    assert report["wrong"] == report["missing_wrong"] == []


def test_the_report_is_printed_as_json(data, capsys):
    arguments, sys.argv = sys.argv, ["iam", str(data)]
    try:
        iam.main()
    finally:
        sys.argv = arguments

    assert json.loads(capsys.readouterr().out)["n"] == 3
