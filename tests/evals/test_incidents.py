"""The grader of recorded incidents, told again while they grow."""

import asyncio
import json

import pytest

from bot.__main__ import command_line
from bot.errors import BadInputError
from evals import incidents
from evals.incidents import report
from evals.recorded import load
from tests.messages_api import diagnoses
from tests.messages_api.script import Turn
from tests.messages_api.server import stand_in

USER = "U0ANN00001"
SCRIPT = [
    ("100", "removed the old pair from vault-7"),
    ("200", "all writes fail for customers"),
    ("300", "storage nodes down?"),
    ("400", "log of vault-7: `403 InvalidAccessKeyId op=put` on all writes"),
    ("500", "lunch order closes soon"),
    ("600", "it is the removed old pair, vault-7 still used it"),
]
CHAIN = [
    {"cause": "pair removed", "effect": "refused", "evidence_ts": ["100.000001", "400.000001"]},
    {"cause": "refused", "effect": "writes fail", "evidence_ts": ["200.000001"]},
]
VERDICT = json.dumps({"grade": "bullseye", "would_fix": True, "because": "same trigger"})


def recorded(folder, **changed):
    messages = [{"type": "message", "ts": f"{ts}.000001", "user": USER, "text": text} for ts, text in SCRIPT]
    data = {
        "messages": messages,
        "ask_at": "400.000001",
        "trigger_ts": "100.000001",
        "decisive_ts": "600.000001",
        "noise_ts": ["500.000001"],
        "wrong_guesses": [{"ts": "300.000001"}],
        "question": "why do writes fail?",
        "expected_at_ask": "chain",
        "ground_truth": {"causal_chain": CHAIN},
    }
    (folder / "vault.json").write_text(json.dumps(data | changed), encoding="utf-8")
    return folder


def exported(folder, channel, *, truth=None):
    """Write a folder as Slack exports one."""
    days = folder / channel
    days.mkdir(parents=True)
    (folder / "users.json").write_text(json.dumps([{"id": USER, "profile": {"display_name": "Ann"}}]))
    messages = [{"type": "message", "ts": f"{ts}.000001", "user": USER, "text": text} for ts, text in SCRIPT]
    root = messages[0]["ts"]
    threaded = messages if channel.startswith("inc-") else [m | {"thread_ts": root} for m in messages]
    (days / "1970-01-01.json").write_text(json.dumps(threaded[:3]))
    (days / "1970-01-02.json").write_text(json.dumps(threaded[3:]))
    (folder / "empty").mkdir()
    if truth:
        (days / "truth.json").write_text(json.dumps(truth))
    return folder


def test_an_incident_is_answered_after_each_message_and_graded_at_three_of_them(tmp_path):
    told = report(recorded(tmp_path))

    (row,) = told["incidents"]
    assert row["answers"] == len(SCRIPT)
    assert list(row["cuts"]) == ["ask", "half", "end"]
    asked = row["cuts"]["ask"]
    assert asked["has_trigger"]
    assert asked["baseline"]
    assert (asked["noise"], asked["unknown"], asked["is_wrong_guess"]) == (0, 0, False)
    assert asked["link_recall"] == "2/2"


def test_the_first_message_with_the_true_trigger_on_top_stands_beside_that_of_the_people(tmp_path):
    (row,) = report(recorded(tmp_path))["incidents"]

    assert row["true_first_at"] == "m4 00:06"
    assert row["minutes_before_people"] == pytest.approx(3.3)
    assert row["wrong_turn_minutes"] == 0
    assert row["likelihood_before_decisive"] == "likely"
    assert row["posts"] == 1


def test_minutes_with_a_false_cause_on_top_are_counted(tmp_path):
    other = [CHAIN[1] | {"evidence_ts": ["300.000001"]}]

    (row,) = report(recorded(tmp_path, trigger_ts="300.000001", ground_truth={"causal_chain": other}))[
        "incidents"
    ]

    assert row["true_first_at"] == ""
    assert row["minutes_before_people"] is None
    assert row["wrong_turn_minutes"] == pytest.approx(3.3)


def test_an_answer_where_none_can_be_had_is_not_honest(tmp_path):
    told = report(recorded(tmp_path, expected_at_ask="insufficient_evidence"))

    (row,) = told["incidents"]
    assert [row["cuts"][when]["is_honest"] for when in ("ask", "end")] == [False, True]


def test_a_thread_that_shows_nothing_is_graded_too(tmp_path):
    silent = [{"type": "message", "ts": "400.000001", "user": USER, "text": "lol"}]

    (row,) = report(recorded(tmp_path, messages=silent, expected_at_ask="insufficient_evidence"))["incidents"]

    assert row["first_hypothesis"] == ""
    assert (row["cuts"]["ask"]["is_honest"], row["cuts"]["ask"]["baseline"]) == (True, False)


def test_a_few_moments_hold_the_question_the_middle_and_what_came_before_people_knew(tmp_path):
    (row,) = report(recorded(tmp_path), moments=1)["incidents"]

    assert row["answers"] == 4
    assert row["likelihood_before_decisive"] == "likely"


def test_an_exported_incident_channel_is_told_without_a_truth_and_how_to_add_one(tmp_path):
    told = report(exported(tmp_path, "inc-vault"))

    assert [row[0] for row in told["without_truth"]["rows"]] == ["inc-vault"]
    assert "truth.json" in told["how_to_tell"]
    assert told["incidents"][0]["first_hypothesis"]
    assert "ask" not in told


def test_an_exported_channel_with_a_truth_is_graded(tmp_path):
    truth = {"trigger_ts": "100.000001", "decisive_ts": "600.000001", "ask_at": "400.000001"}

    told = report(exported(tmp_path, "inc-vault", truth=truth))

    assert told["ask"]["trigger_on_top"]["value"] == 1


def test_a_long_thread_of_an_ordinary_channel_is_an_incident(tmp_path):
    told = report(exported(tmp_path, "payments"))

    assert [row["name"] for row in told["incidents"]] == ["payments/100.000001"]


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("x.json", "{", "is not JSON"),
        ("x.json", "[]", "must be a JSON object"),
        ("x.json", "{}", r"x\.json: messages: is missing"),
        ("inc-x/2026-01-01.json", "{}", "must be a list of objects"),
        ("readme.txt", "", "holds no incident files"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path, name, text, problem):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text, encoding="utf-8")

    with pytest.raises(BadInputError, match=problem):
        report(tmp_path)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BadInputError, match="cannot be read"):
        load(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("options", "problem"),
    [({"analyst": "oracle"}, "must be rules or claude"), ({"analyst": "claude"}, "KEY")],
)
def test_an_option_that_cannot_be_used_is_named(tmp_path, options, problem):
    with pytest.raises(BadInputError, match=problem):
        report(recorded(tmp_path), **options)


async def in_stand_in(monkeypatch, work, *turns, **environment):
    async with stand_in(turns) as api:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", api.base_url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "key-of-the-stand-in")
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return api, await asyncio.to_thread(work)


async def test_claude_is_asked_at_a_few_moments_and_what_it_cost_is_told(tmp_path, monkeypatch):
    folder = recorded(tmp_path)

    api, told = await in_stand_in(
        monkeypatch, lambda: report(folder, analyst="claude"), Turn(words=diagnoses.object_store)
    )

    assert api.refusals == []
    assert told["answers"] == 4
    assert float(told["cost_usd"]) > 0
    assert told["incidents"][0]["answered_by"] == ["claude"]


async def test_no_more_is_asked_once_the_money_is_spent(tmp_path, monkeypatch):
    folder = recorded(tmp_path)

    _, told = await in_stand_in(
        monkeypatch,
        lambda: report(folder, analyst="claude", max_usd=0.0001),
        Turn(words=diagnoses.object_store),
    )

    assert told["answers"] == 1
    assert "--max-usd 0.0001" in told["stopped"]


async def test_a_judge_that_is_named_grades_what_ranks_first(tmp_path, monkeypatch):
    folder = recorded(tmp_path)

    api, told = await in_stand_in(
        monkeypatch, lambda: report(folder), Turn(words=VERDICT), JUDGE_MODEL="claude-opus-5-5"
    )

    assert api.refusals == []
    assert told["judge"]["mean_percent"] == 100
    assert told["incidents"][0]["judge"]["because"] == "same trigger"
    (result,) = api.bodies[0]["messages"][-1]["content"]
    assert "InvalidAccessKeyId" in result["content"]


@pytest.mark.parametrize(
    "words", ["no json", json.dumps({"grade": "fine", "would_fix": True, "because": ""})]
)
async def test_a_verdict_that_cannot_be_read_is_left_out(tmp_path, monkeypatch, words):
    folder = recorded(tmp_path)

    _, told = await in_stand_in(
        monkeypatch, lambda: report(folder), Turn(words=words), JUDGE_MODEL="claude-opus-5-5"
    )

    assert "judge" not in told


def test_the_command_takes_the_options_for_incidents_alone(tmp_path, capsys):
    with pytest.raises(SystemExit):
        command_line(["eval", "incidents", "--data", str(recorded(tmp_path)), "--moments", "1"])
    assert "link precision" in capsys.readouterr().out

    with pytest.raises(SystemExit):
        command_line(["eval", "alerts", "--analyst", "rules"])
    assert "--analyst: is for `eval incidents` alone" in capsys.readouterr().err


def test_the_shipped_incidents_keep_their_promises():
    told = report(incidents.SHIPPED, moments=1)

    cuts = [row["cuts"][when] for row in told["incidents"] for when in ("ask", "end")]
    assert all(cut["unknown"] == 0 and cut["noise"] == 0 and not cut["is_wrong_guess"] for cut in cuts)
    assert all(cut["is_honest"] for cut in cuts)
    assert told["end"]["trigger_cited"]["value"] >= 0.8
    assert told["ask"]["link_precision"]["value"] >= 0.75
    assert told["ask"]["link_recall"]["value"] >= 0.5
    assert told["ask"]["wrong_guess_supported"]["value"] == 0
