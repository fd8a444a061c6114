"""The command line as scripts and people start it: lines in and out, settings, a model."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot import roles
from bot.__main__ import command_line
from bot.errors import BadInputError
from bot.settings import load_settings

ROOT = Path(__file__).parents[1]
KEY_ROTATION = "evals/data/incidents/objectstore-key-rotation.json"
ASKED = "1742595888.002055"
REMOVED = "1742589434.000411"
TOKEN = "xoxb-" + "7" * 12 + "-" + "8" * 12 + "-" + "a1B2" * 6
BAD_LINES = (
    b"no json",
    b"[1, 2]",
    b'{"id": "no text"}',
    b"[" * 100_000,
    b'{"id": "half a pair", "text": "\\ud800"}',
    b'{"id": "latin", "text": "caf\xe9"}',
    b"",
)


def process(*arguments, stdin=b"", **environment):
    own = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "ANTHROPIC_"))}
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        input=stdin,
        capture_output=True,
        cwd=ROOT,
        env={**own, "PYTHONIOENCODING": "utf-8:strict", **environment},
        timeout=60,
        check=False,
    )


@pytest.fixture
def answered(capsys, monkeypatch):
    """Run a command on lines; return its exit status and its answers."""

    def run(command, *documents):
        lines = "\n".join(map(json.dumps, documents))
        monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
        with pytest.raises(SystemExit) as ended:
            command_line([command])
        return ended.value.code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return run


@pytest.mark.parametrize("command", ["route", "redact"])
def test_a_bad_line_is_answered_with_its_error_and_the_run_goes_on(command):
    good = json.dumps({"id": "good", "text": f"AccessDenied with {TOKEN}"}).encode()

    ran = process(command, stdin=b"\n".join((*BAD_LINES, good)))

    answers = [json.loads(line) for line in ran.stdout.splitlines()]
    assert ran.returncode == 0
    assert [a["id"] for a in answers] == [None, None, "no text", None, "half a pair", "latin", "good"]
    assert [("error" in answer) for answer in answers] == [True] * 4 + [False] * 3
    assert TOKEN.encode() not in ran.stdout


def test_a_route_has_its_label_and_its_reason(answered):
    status, [policy, general] = answered(
        "route", {"id": 1, "text": "s3:PutObject AccessDenied"}, {"id": 2, "text": "the pod restarts"}
    )

    assert status == 0
    assert set(policy) == {"id", "label", "tier", "model", "domain", "score", "reason"}
    assert (policy["label"], policy["tier"]) == ("policy", "opus")
    assert (general["label"], general["tier"]) == ("general", "sonnet")
    assert 0 <= general["score"] < 0.5 <= policy["score"] <= 1


def test_a_route_goes_to_the_models_that_the_settings_name(answered, monkeypatch):
    monkeypatch.setenv("MODEL_OPUS", "claude-opus-5-20260101")
    monkeypatch.setenv("MODEL_SONNET", "claude-sonnet-7")

    _, [policy, general] = answered(
        "route", {"id": 1, "text": "s3:PutObject AccessDenied"}, {"id": 2, "text": "the pod restarts"}
    )

    assert (policy["model"], general["model"]) == ("claude-opus-5-20260101", "claude-sonnet-7")


def test_redaction_names_kinds_and_gives_one_secret_one_alias(answered):
    _, [answer] = answered("redact", {"id": 1, "text": f"was {TOKEN}, is {TOKEN}"})

    aliases = {found["alias"] for found in answer["found"]}
    assert set(answer) == {"id", "text", "found"}
    assert all(set(found) == {"kind", "alias"} for found in answer["found"])
    assert len(aliases) == 1
    assert answer["text"].count(aliases.pop()) == 2


@pytest.mark.parametrize(("address", "is_socket"), [("", True), ("https://bot.example.com", False)])
def test_the_manifest_is_json_to_paste(capsys, address, is_socket):
    with pytest.raises(SystemExit):
        command_line(["manifest", "--http", address])

    told = capsys.readouterr().out
    assert json.loads(told)["settings"]["socket_mode_enabled"] is is_socket
    assert ("https://bot.example.com/slack/events" in told) is not is_socket


@pytest.mark.parametrize("arguments", [["fly"], ["replay"], ["replay", "--speed", "9"]])
def test_a_command_that_does_not_exist_is_refused_with_its_usage(capsys, arguments):
    with pytest.raises(SystemExit) as ended:
        command_line(arguments)

    assert ended.value.code == 2
    assert "Usage:" in capsys.readouterr().err


def test_a_missing_setting_is_one_line_with_the_remedy(tmp_path):
    ran = process("web", DATA_DIR=str(tmp_path))

    assert (ran.returncode, ran.stdout) == (2, b"")
    assert ran.stderr.startswith(b"incident-copilot: SLACK_BOT_TOKEN: is not set: set it to the Bot User")
    assert ran.stderr.count(b"\n") == 1


@pytest.mark.parametrize(
    ("role", "given", "missing"),
    [
        ("all", {}, "SLACK_BOT_TOKEN"),
        ("all", {"slack_bot_token": "not-a-token"}, "SLACK_SIGNING_SECRET"),
        ("socket", {"slack_bot_token": "not-a-token"}, "SLACK_APP_TOKEN"),
        ("worker", {}, "SLACK_BOT_TOKEN"),
    ],
)
async def test_each_role_says_what_it_needs(role, given, missing):
    empty = {"slack_bot_token": "", "slack_signing_secret": "", "slack_app_token": ""}

    with pytest.raises(BadInputError) as raised:
        await roles.serve(role, load_settings(**{**empty, **given}))

    assert raised.value.field == missing


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("SLACK_API_URL", "ftp://here", "must begin with https://"),
        ("PORT", "many", "must be a whole number from 0"),
    ],
)
def test_a_wrong_setting_is_named_with_what_would_be_right(capsys, monkeypatch, name, value, problem):
    monkeypatch.setenv(name, value)

    with pytest.raises(SystemExit) as ended:
        command_line(["worker"])

    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith(f"incident-copilot: {name}: {problem}")


def test_a_scenario_that_is_not_there_is_named(tmp_path):
    ran = process("sandbox", "--port", "0", "--scenario", "nowhere", DATA_DIR=str(tmp_path))

    assert ran.returncode == 2
    assert b"incident-copilot: --scenario: there is no incident 'nowhere'" in ran.stderr


@pytest.mark.parametrize(
    ("arguments", "environment", "problem"),
    [
        (("--port", "99999"), {}, b"equal to 65535"),
        ((), {"DATA_DIR": "{}/wrong.json/data"}, b"incident-copilot: DATA_DIR: "),
        (("--incidents", "{}/nowhere"), {}, b"incident-copilot: --incidents: "),
        (("--incidents", "{}"), {}, b"wrong.json: (file): "),
    ],
)
def test_a_sandbox_that_cannot_start_says_why_in_its_own_words(tmp_path, arguments, environment, problem):
    (tmp_path / "wrong.json").write_text("7")
    given = {"DATA_DIR": str(tmp_path), **environment}

    ran = process(
        "sandbox",
        *(argument.format(tmp_path) for argument in arguments),
        **{name: value.format(tmp_path) for name, value in given.items()},
    )

    assert ran.returncode == 2
    assert problem in ran.stdout + ran.stderr
    assert b"Traceback" not in ran.stderr


@pytest.fixture
def claude():
    """Run a stand-in for the Messages API; yields what points the program at it."""
    command = [sys.executable, "-m", "tests.messages_api"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as stand_in:
        base_url = json.loads(stand_in.stdout.readline())["base_url"]
        yield {"ANTHROPIC_BASE_URL": base_url, "ANTHROPIC_API_KEY": "sk-" + "not-a-key"}
        stand_in.terminate()


def test_claude_answers_a_recorded_incident(claude):
    arguments = ("replay", KEY_ROTATION, "--until", ASKED, "--analyst", "claude", "--json")

    ran = process(*arguments, **claude)

    answer = json.loads(ran.stdout)
    assert ran.returncode == 0
    assert answer["analyst"] == "claude"
    assert any(REMOVED in hypothesis["trigger"]["evidence"] for hypothesis in answer["hypotheses"])
    assert answer["tokens"]["output"] > 0
    assert answer["cost_usd"] > 0


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--what", "catchup", "--person", "Fay"), "Since 20:50, when you last wrote"),
        (("--what", "catchup", "--since", "15m", "--role", "exec"), "as you asked"),
        (("--what", "catchup", "--person", "Nobody"), "From the start"),
        ((), "Changed before"),
        (("--what", "handoff"), "To undo later"),
        (("--what", "fixed"), "Recovered"),
        (("--what", "timeline"), "20:37"),
        (("--what", "actions"), "no owner stated"),
        (("--what", "update", "--role", "customer"), "Monitoring"),
        (("--what", "summary", "--json"), '"what": "summary"'),
    ],
)
def test_a_brief_of_a_recorded_incident_is_printed(capsys, options, told):
    with pytest.raises(SystemExit) as ended:
        command_line(["brief", str(ROOT / KEY_ROTATION), *options])
    assert ended.value.code == 0
    assert told in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("--what", "poem"), "--what"),
        (("--what", "catchup", "--role", "king"), "--role"),
        (("--what", "update", "--role", "king"), "--role"),
        (("--what", "catchup", "--since", "whenever"), "14:05"),
    ],
)
def test_a_brief_that_cannot_be_made_is_one_sentence(capsys, options, problem):
    with pytest.raises(SystemExit) as ended:
        command_line(["brief", str(ROOT / KEY_ROTATION), *options])
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert problem in told
    assert len(told.splitlines()) == 1


def test_a_human_draft_is_checked_on_the_command_line(capsys, tmp_path):
    draft = tmp_path / "review.md"
    draft.write_text("# Review\n\nThe root cause was that Ana forgot to pass the flag.\n", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        command_line(["postmortem", str(ROOT / KEY_ROTATION), "--check", str(draft)])
    assert ended.value.code == 0
    assert "line 3 blames" in capsys.readouterr().out

    draft.write_bytes(b"caf\xe9")
    with pytest.raises(SystemExit) as ended:
        command_line(["postmortem", str(ROOT / KEY_ROTATION), "--check", str(draft)])
    assert ended.value.code == 2
    assert "is not text in UTF-8" in capsys.readouterr().err


def test_feedback_without_a_store_says_where_to_run_it(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.delenv("REDIS_URL", raising=False)
    with pytest.raises(SystemExit) as ended:
        command_line(["feedback"])
    assert ended.value.code == 2
    assert "holds no store" in capsys.readouterr().err
