"""What can be measured is found by name, and a report reads the same whoever grades."""

import json
from importlib import import_module

import pytest

from bot.__main__ import command_line
from bot.errors import BadInputError
from evals.registry import GRADERS, report
from evals.tables import printed

REPORT = {
    "n": 3,
    "judge": {
        "recall": {"value": 0.9612, "n": 50, "interval": [0.8, 1.0], "goal": ">= 0.95"},
        "false_alarms": {"value": 0.04, "n": 40, "interval": [0.0, 0.2], "goal": "<= 0.03"},
        "plain": {"value": 0.5, "n": 2, "interval": [0.1, 0.9]},
    },
    "taken_for": {"columns": ["domain", "n"], "rows": [["aws_iam", 7]]},
    "missed": [{"id": 1}, {"id": 2}],
}


def ended(capsys, *arguments):
    with pytest.raises(SystemExit) as raised:
        command_line(["eval", *arguments])
    said = capsys.readouterr()
    return raised.value.code, said.out, said.err


@pytest.mark.parametrize("name", GRADERS)
def test_each_grader_is_there_with_the_data_that_is_said_to_ship(name):
    assert callable(import_module(f"evals.{name}").report)
    assert GRADERS[name].data.exists()


def test_a_report_is_printed_with_scores_goals_tables_and_counts():
    lines = [" ".join(line.split()) for line in printed(REPORT).splitlines()]

    assert lines[:2] == ["n: 3", "missed: 2 (with --json)"]
    assert "judge · recall 0.961 0.800-1.000 50 >= 0.95 ✓" in lines
    assert "judge · false alarms 0.040 0.000-0.200 40 <= 0.03 ✗" in lines
    assert "judge · plain 0.500 0.100-0.900 2" in lines
    assert lines[-3:] == ["taken for", "domain n", "aws_iam 7"]


def test_a_report_without_scores_has_no_table_of_them():
    assert printed({"n": 0}) == "n: 0"


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("sleep",), "sleep: cannot be measured: choose one of alerts, "),
        (("routing", "--data", "/nowhere.jsonl"), "/nowhere.jsonl: is not there"),
        (("routing", "--data", "{}"), "holds no lines; each must be a JSON object"),
        (("alerts", "--data", "{}"), "holds no payloads (*.json)"),
        (("incidents", "--data", "{}"), "holds no incident files (*.json)"),
    ],
)
def test_what_cannot_be_measured_is_one_sentence(tmp_path, capsys, arguments, problem):
    code, out, err = ended(capsys, *(one.format(tmp_path) for one in arguments))

    assert (code, out) == (2, "")
    assert problem in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("content", "problem"), [(b"", "holds no lines"), (b"\xff\xfe{}", "is not UTF-8 text")]
)
@pytest.mark.parametrize("name", ["denials", "iam", "redaction", "routing"])
def test_a_file_without_lines_or_of_bytes_is_one_sentence(tmp_path, capsys, name, content, problem):
    (tmp_path / "x.jsonl").write_bytes(content)

    code, out, err = ended(capsys, name, "--data", str(tmp_path / "x.jsonl"))

    assert (code, out) == (2, "")
    assert problem in err


def test_lines_may_stand_in_many_files_of_a_folder(tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.jsonl").write_text('{"text": "the bucket policy denies", "label": "policy"}\n')

    assert report("routing", tmp_path)["n"] == 2


def test_one_incident_may_be_graded_alone():
    file = next(iter(sorted(GRADERS["incidents"].data.glob("*.json"))))

    assert len(report("incidents", file)["incidents"]) == len(report("incidents")["incidents"]) / len(
        list(GRADERS["incidents"].data.glob("*.json"))
    )


@pytest.mark.parametrize("content", ["[]", '{"vendor": "x"}', "{"])
def test_payloads_that_are_none_are_named(tmp_path, content):
    (tmp_path / "one.json").write_text(content)

    with pytest.raises(BadInputError, match="vendor and payloads"):
        report("alerts", tmp_path)


def test_the_same_report_comes_as_data_and_as_a_table(capsys):
    code, out, _ = ended(capsys, "routing", "--json")
    document = json.loads(out)

    assert code == 0
    assert document["eval"] == "routing"
    assert document["route"]["f1"]["goal"] == ">= 0.95"
    assert ended(capsys, "routing")[1].startswith("eval: routing\n")
