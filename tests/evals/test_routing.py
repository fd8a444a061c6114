"""The grader of routes counts right, gives intervals and names a line it cannot use."""

import json
import sys

import pytest

from bot.errors import BadInputError
from evals import routing
from evals.registry import GRADERS
from evals.scores import Confusion, Rate, bootstrapped, confusion

ROWS = [
    {"text": "is not authorized to perform: sqs:SendMessage", "label": "policy", "hard": True},
    {"text": "S3 bucket policy denies us", "label": "policy"},
    {"text": "ESP32-S3 does not wake up", "label": "general", "hard": True},
    {"text": "the pod restarts", "label": "general"},
]


@pytest.fixture
def data(tmp_path):
    path = tmp_path / "texts.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in ROWS) + "\n\n", encoding="utf-8")
    return path


def test_the_router_is_graded_beside_two_simple_rules(data):
    report = routing.grade(data)

    assert report["n"] == 4
    assert report["route"]["f1"] == {"value": 1.0, "n": 4, "interval": [0.0, 1.0]}
    assert report["word_search"]["f1"]["value"] == 0.5
    assert report["word_search"]["hard_accuracy"]["value"] == 0.0
    assert report["always_general"]["recall"]["value"] == 0.0
    assert report["route"]["false_escalation"] == {"value": 0.0, "n": 2, "interval": [0.0, 0.6576]}


@pytest.mark.parametrize("line", ["{", '{"text": "x"}', '{"text": "x", "label": "maybe"}', "[1]"])
def test_a_line_that_cannot_be_used_is_named(tmp_path, line):
    path = tmp_path / "texts.jsonl"
    path.write_text(json.dumps(ROWS[0]) + "\n" + line, encoding="utf-8")

    with pytest.raises(BadInputError, match="line 2"):
        routing.grade(path)


def test_the_report_is_printed_as_json(data, capsys):
    arguments, sys.argv = sys.argv, ["routing", str(data)]
    try:
        routing.main()
    finally:
        sys.argv = arguments

    assert json.loads(capsys.readouterr().out)["n"] == 4


def test_an_empty_count_says_nothing():
    assert (Rate(right=0, n=0).value, Rate(right=0, n=0).interval) == (0.0, (0.0, 1.0))
    assert Confusion().f1 == 0.0


def test_judgements_are_counted_against_labels():
    assert confusion([True, True, False, False], [True, False, True, False]) == Confusion(
        true_yes=1, false_yes=1, false_no=1, true_no=1
    )


def test_the_shipped_set_is_routed_to_its_goals_and_told_by_domain():
    report = routing.report(GRADERS["routing"].data)

    assert report["route"]["f1"]["value"] >= 0.95
    assert report["route"]["hard_f1"]["value"] >= 0.92
    assert report["route"]["false_escalation"]["value"] <= 0.03
    assert report["route"]["named_words_decided"]["value"] >= 0.9
    assert report["domains"]["right"]["value"] >= 0.95
    assert len(report["domains"]["taken_for"]["rows"]) == 14
    assert [row[-1] for row in report["cross_validated"]["rows"]][1::2] == [921] * 3
    assert report["at_first_sight"]["columns"][0] == "texts and router"


def test_an_f1_has_an_interval_that_is_the_same_each_time():
    pairs = [(True, True)] * 8 + [(True, False)] * 2 + [(False, False)] * 10

    low, high = bootstrapped(pairs)["interval"]

    assert low < bootstrapped(pairs)["value"] < high
    assert bootstrapped(pairs) == bootstrapped(pairs)
    assert bootstrapped([]) == {"value": 0.0, "n": 0, "interval": [0.0, 1.0]}
