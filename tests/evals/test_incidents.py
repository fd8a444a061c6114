"""The grader of recorded incidents."""

import json

import pytest

from bot.errors import BadInputError
from evals import incidents
from evals.incidents import grade, load

USER = "U0ANN00001"
SCRIPT = [
    ("100", "removed the old pair from vault-7"),
    ("200", "all writes fail for customers"),
    ("300", "storage nodes down?"),
    ("400", "log of vault-7: `403 InvalidAccessKeyId op=put` on all writes"),
    ("500", "lunch order closes soon"),
]


def recorded(folder, **changed):
    messages = [{"type": "message", "ts": f"{ts}.000001", "user": USER, "text": text} for ts, text in SCRIPT]
    data = {
        "messages": messages,
        "ask_at": "400.000001",
        "trigger_ts": "100.000001",
        "noise_ts": ["500.000001"],
        "wrong_guesses": [{"ts": "300.000001"}],
        "question": "why do writes fail?",
        "expected_at_ask": "chain",
    }
    (folder / "vault.json").write_text(json.dumps(data | changed), encoding="utf-8")
    return folder


def test_both_moments_of_an_incident_are_graded(tmp_path):
    report = grade(recorded(tmp_path))

    asked, ended = report["incidents"]
    assert (asked["when"], ended["when"]) == ("ask", "end")
    assert asked["has_trigger"]
    assert asked["baseline"]
    assert (asked["noise"], asked["unknown"], asked["is_wrong_guess"]) == (0, 0, False)
    assert report["scores"]["ask"]["trigger_on_top"]["n"] == 1


def test_an_answer_where_none_can_be_had_is_not_honest(tmp_path):
    report = grade(recorded(tmp_path, expected_at_ask="insufficient_evidence"))

    assert [row["is_honest"] for row in report["incidents"]] == [False, True]


def test_a_thread_that_shows_nothing_is_graded_too(tmp_path):
    silent = [{"type": "message", "ts": "400.000001", "user": USER, "text": "lol"}]

    (asked, _) = grade(recorded(tmp_path, messages=silent, expected_at_ask="insufficient_evidence"))[
        "incidents"
    ]

    assert (asked["links"], asked["is_honest"], asked["baseline"]) == (0, True, False)


def test_a_file_that_cannot_be_used_is_named_with_its_field(tmp_path):
    file = recorded(tmp_path) / "vault.json"
    data = json.loads(file.read_text(encoding="utf-8"))
    del data["ask_at"]
    file.write_text(json.dumps(data), encoding="utf-8")

    with pytest.raises(BadInputError, match=r"vault\.json: ask_at"):
        load(file)


def test_a_file_that_is_no_json_is_named(tmp_path):
    (tmp_path / "x.json").write_text("{", encoding="utf-8")

    with pytest.raises(BadInputError, match="is not JSON"):
        grade(tmp_path)


def test_an_empty_folder_is_said_to_be_empty(tmp_path):
    with pytest.raises(BadInputError, match="no incident files"):
        grade(tmp_path)


@pytest.mark.parametrize(("option", "shown"), [([], "trigger_on_top"), (["--json"], '"scores"')])
def test_the_report_is_a_table_or_json(tmp_path, capsys, option, shown):
    incidents.main(["--data", str(recorded(tmp_path)), *option])

    assert shown in capsys.readouterr().out


def test_the_shipped_incidents_keep_their_promises():
    report = grade(incidents.SHIPPED)

    rows = report["incidents"]
    assert all(row["unknown"] == 0 and row["noise"] == 0 and not row["is_wrong_guess"] for row in rows)
    assert all(row["is_honest"] for row in rows)
    assert sum(row["has_trigger"] for row in rows if row["when"] == "end") >= 7
