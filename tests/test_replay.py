"""`replay` and `postmortem`: recorded incidents answered on the command line, without Slack or a store."""

import json
from pathlib import Path

import pytest

from bot.__main__ import command_line, shipped_incidents

KEY_ROTATION = shipped_incidents() / "objectstore-key-rotation.json"
ASKED = "1742595888.002055"

FIELDS = {
    "": "incident analyst route hypotheses mitigations timeline changes dropped tokens cost_usd",
    "route": "domain tier model effort reason score matched",
    "hypothesis": "id claim status likelihood trigger links impact",
    "link": "cause effect evidence shown status order",
    "entry": "ts at text kind",
}


@pytest.fixture(autouse=True)
def no_model(monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "")


@pytest.fixture
def run(capsys):
    """Run the command line; return its exit status and what it wrote."""

    def ran(*arguments):
        with pytest.raises(SystemExit) as ended:
            command_line([str(argument) for argument in arguments])
        told = capsys.readouterr()
        return ended.value.code, told.out, told.err

    return ran


@pytest.fixture
def replayed(run):
    def answer(*arguments):
        status, out, err = run("replay", *arguments, "--json")
        assert (status, err) == (0, "")
        return json.loads(out)

    return answer


@pytest.fixture
def file(tmp_path):
    def written(document, name="mine"):
        path = tmp_path / f"{name}.json"
        path.write_text(document if isinstance(document, str) else json.dumps(document))
        return path

    return written


def cited(answer):
    for hypothesis in answer["hypotheses"]:
        yield from hypothesis["trigger"]["evidence"]
        yield from hypothesis["impact"]["evidence"]
        for link in hypothesis["links"]:
            yield from link["evidence"]


def chain(answer):
    return [
        (hypothesis["claim"], [(link["cause"], link["effect"]) for link in hypothesis["links"]])
        for hypothesis in answer["hypotheses"]
    ]


def has(document, kind):
    return set(FIELDS[kind].split()) <= set(document)


def test_an_answer_as_data_has_every_field_that_scripts_lean_on(replayed):
    answer = replayed(KEY_ROTATION)
    [first, *_] = answer["hypotheses"]

    assert has(answer, "")
    assert has(answer["route"], "route")
    assert all(has(hypothesis, "hypothesis") for hypothesis in answer["hypotheses"])
    assert set(first["trigger"]) >= {"text", "evidence"}
    assert all(has(link, "link") for hypothesis in answer["hypotheses"] for link in hypothesis["links"])
    assert all(isinstance(link["shown"], bool) for link in first["links"])
    assert answer["timeline"]
    assert all(has(entry, "entry") for entry in [*answer["timeline"], *answer["changes"]])
    assert answer["incident"] == "objectstore-key-rotation"
    assert answer["analyst"] == "rules"
    used = {"input": 0, "output": 0, "cache_read": 0, "cache_write": 0}
    assert answer["tokens"].items() >= used.items()
    assert answer["tokens"]["evidence_entered"] == answer["tokens"]["evidence_raw"] > 0
    assert (answer["tokens"]["messages_in_full"], answer["tokens"]["messages_folded"]) == (20, 0)
    assert answer["cost_usd"] == 0


@pytest.mark.parametrize("path", sorted(shipped_incidents().glob("*.json")), ids=lambda path: path.stem)
def test_what_is_cited_was_said_by_then(replayed, path):
    known = {message["ts"] for message in json.loads(path.read_text())["messages"]}
    ask_at = json.loads(path.read_text())["ask_at"]

    answer = replayed(path, "--until", ask_at)

    assert set(cited(answer)) <= {ts for ts in known if ts <= ask_at}
    assert all(entry["ts"] <= ask_at for entry in answer["timeline"])


def test_until_leaves_out_what_came_later(replayed):
    early, late = replayed(KEY_ROTATION, "--until", ASKED), replayed(KEY_ROTATION)

    assert early["asked_at"] < late["asked_at"]
    assert len(early["timeline"]) < len(late["timeline"])
    assert early["route"]["tier"] == "opus"


def test_a_fraction_leaves_out_the_rest(replayed):
    half, whole = replayed(KEY_ROTATION, "--fraction", "0.5"), replayed(KEY_ROTATION, "--fraction", "1")

    assert half["asked_at"] < whole["asked_at"]
    assert half["timeline"]


def test_a_deletion_counts_only_once_it_has_happened(run, file):
    thread = {"channel": "C1", "thread_ts": "100.000000"}
    told = [
        {**thread, "ts": "100.000000", "user": "U0ANA00001", "text": "deployed cart r7 to prod"},
        {**thread, "ts": "160.000000", "user": "U0BEN00001", "text": "cart 5xx above 5 %"},
        {**thread, "ts": "170.000000", "subtype": "tombstone", "text": "This message was deleted."},
        {**thread, "ts": "180.000000", "user": "U0BEN00001", "text": "rolled back r7, errors are gone"},
    ]

    _, early, _ = run("replay", file(told), "--until", "160.000000")
    _, late, _ = run("replay", file(told))

    assert "read 2 of 2 messages" in early
    assert "read 3 of 4 messages (1 deleted)" in late


def test_the_question_decides_as_well(replayed):
    asked = replayed(KEY_ROTATION, "--question", "which bucket policy is wrong?", "--fraction", "0.1")

    assert asked["question"] == "which bucket policy is wrong?"
    assert asked["route"]["matched"][0]["source"] == "question"


def test_an_answer_as_words_is_what_slack_would_show(run):
    status, out, _ = run("replay", KEY_ROTATION, "--until", ASKED)

    assert status == 0
    assert "o model" in out
    assert "InvalidAccessKeyId" in out
    assert not any(markup in out for markup in ("slack:", "Evidence", "\n\n\n"))


def test_one_incident_told_in_a_thread_or_at_the_top_of_a_channel_has_one_chain(replayed, file):
    told = json.loads(KEY_ROTATION.read_text())["messages"]
    flat = [{**message, "thread_ts": None} for message in told]

    thread, channel = replayed(KEY_ROTATION), replayed(file(flat, "bare"))

    assert channel["incident"] == "bare"
    assert chain(thread) == chain(channel)


def test_an_incident_over_several_channels_and_threads_is_read_as_one(replayed, file):
    told = json.loads(KEY_ROTATION.read_text())["messages"]
    halves = [
        {"id": "C1", "name": "inc-1", "messages": told[::2]},
        {"id": "C2", "name": "storage", "messages": [{**m, "thread_ts": told[1]["ts"]} for m in told[1::2]]},
    ]

    answer = replayed(file({"id": "spread", "channels": halves}))

    known = {entry["ts"] for entry in answer["timeline"]}
    assert answer["incident"] == "spread"
    assert all(known & {message["ts"] for message in half["messages"]} for half in halves)
    assert answer["hypotheses"]


def test_secrets_of_a_file_leave_in_no_form(run, file):
    token = "xoxb-" + "7" * 12 + "-" + "8" * 12 + "-" + "a1B2" * 6
    document = json.loads(KEY_ROTATION.read_text())
    document["messages"][2]["text"] += f" with {token}"

    for command in (["replay"], ["replay", "--json"], ["postmortem"]):
        _, out, _ = run(command[0], file(document), *command[1:])
        assert token not in out


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ("{oops", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ({"id": "x"}, "messages: is missing"),
        ([], "messages: is empty"),
        ({"messages": [{"ts": "soon"}]}, "messages[0].ts: must be"),
        ({"messages": [{"ts": "1.1"}, {"ts": "2.1", "text": 7}]}, "messages[1].text: must be"),
        ({"channels": [{"id": "C1", "messages": [{"ts": 1.5}]}]}, "channels[0].messages[0].ts: must be"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_its_field(run, file, document, problem):
    for command in ("replay", "postmortem"):
        status, out, err = run(command, file(document))

        assert (status, out) == (2, "")
        assert problem in err
        assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("replay", "/no/such.json"), "/no/such.json: cannot be read"),
        (("replay", KEY_ROTATION, "--until", "soon"), "--until: must be a message's ts"),
        (("replay", KEY_ROTATION, "--fraction", "1.5"), "--fraction: must be from 0 to 1, not 1.5"),
        (("replay", KEY_ROTATION, "--fraction", "nan"), "--fraction: must be from 0 to 1, not nan"),
        (("replay", KEY_ROTATION, "--analyst", "oracle"), "--analyst: must be rules or claude"),
        (
            ("replay", KEY_ROTATION, "--analyst", "claude"),
            "ANTHROPIC_API_KEY: is not set: set it to a key of the Claude API, or use --analyst rules",
        ),
        (("replay", KEY_ROTATION, "--until", "5"), "--until: leaves no message; the first is 17425"),
        (("replay", KEY_ROTATION, "--fraction", "0"), "--fraction: leaves no message; the first is 17425"),
        (("postmortem", KEY_ROTATION, "--format", "pdf"), "--format: must be md or json"),
        (("manifest", "--http", "http://here"), "--http: must begin with https://"),
    ],
)
def test_an_option_that_makes_no_sense_is_one_line_with_the_remedy(run, arguments, problem):
    status, out, err = run(*arguments)

    assert (status, out) == (2, "")
    assert err.startswith(f"incident-copilot: {problem}")
    assert err.count("\n") == 1


def test_a_postmortem_has_its_parts_as_text_and_as_data(run):
    _, text, _ = run("postmortem", KEY_ROTATION)
    _, data, _ = run("postmortem", KEY_ROTATION, "--format", "json")

    assert text.startswith("# DRAFT")
    for part in (
        "Summary",
        "Impact",
        "Timeline",
        "Detection",
        "Response",
        "Contributing factors",
        "Evidence",
    ):
        assert f"{part}" in text
    assert isinstance(json.loads(data), dict)


def test_the_shipped_incidents_are_where_the_program_looks():
    assert len(list(Path(shipped_incidents()).glob("*.json"))) == 10
