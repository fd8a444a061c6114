"""The grader of denials counts fields, finds and false finds."""

import json
import sys

import pytest

from bot.errors import BadInputError
from evals import denials

SAID = "User: arn:aws:iam::1:user/a is not authorized to perform: sqs:SendMessage"
FIELDS = {
    "principal": "arn:aws:iam::1:user/a",
    "action": "sqs:SendMessage",
    "resource": None,
    "policy_type": None,
    "explicit": None,
}


@pytest.fixture
def data(tmp_path):
    rows = [
        {"id": "right", "text": SAID, "expected": FIELDS},
        {"id": "wrong", "text": SAID, "expected": FIELDS | {"explicit": True}},
        {"id": "missed", "text": "all is well", "expected": FIELDS},
        {"id": "none", "text": "all is well", "expected": None},
    ]
    path = tmp_path / "denials.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_texts_fields_and_finds_are_counted(data):
    report = denials.grade(data)

    assert report["wrong"] == ["wrong", "missed"]
    assert report["right"]["value"] == 0.5
    assert (report["found"]["n"], report["false_denials"]["value"]) == (3, 0.0)
    assert report["fields"]["explicit"]["value"] == pytest.approx(1 / 3, abs=1e-4)


@pytest.mark.parametrize("line", ["{", "[]", '{"text": "x"}', '{"text": "x", "expected": {}}'])
def test_a_line_that_cannot_be_used_is_named(tmp_path, line):
    path = tmp_path / "denials.jsonl"
    path.write_text(line, encoding="utf-8")

    with pytest.raises(BadInputError, match="line 1"):
        denials.grade(path)


def test_the_report_is_printed_as_json(data, capsys):
    arguments, sys.argv = sys.argv, ["denials", str(data)]
    try:
        denials.main()
    finally:
        sys.argv = arguments

    assert json.loads(capsys.readouterr().out)["n"] == 4
