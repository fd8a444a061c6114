"""An incident file is accepted in every shape that is meant, and refused with the field and the remedy."""

import json
from pathlib import Path

import pytest

from bot.errors import BadInputError
from bot.incident.replay import load_incident_file

INCIDENTS = sorted((Path(__file__).parents[2] / "evals/data/incidents").glob("*.json"))
M1 = {"ts": "1.000001", "text": "one"}
M2 = {"ts": "2.000001", "text": "two", "thread_ts": "1.000001"}


@pytest.mark.parametrize("path", INCIDENTS, ids=lambda path: path.stem)
def test_every_shipped_incident_loads(path: Path) -> None:
    file = load_incident_file(json.loads(path.read_text()))
    assert file.id == path.stem
    assert file.question
    assert file.rest["ground_truth"]
    assert {message["channel"] for message in file.messages} == {file.channel_id}


def test_a_bare_list_gets_sensible_defaults() -> None:
    file = load_incident_file([M2, M1], default_id="disk-full")
    assert (file.id, file.channel_id, file.channel_name) == ("disk-full", "C0REPLAY", "disk-full")
    assert (file.ask_at, [m["ts"] for m in file.messages]) == ("2.000001", ["1.000001", "2.000001"])
    assert file.question.endswith("?")


def test_a_channel_may_be_an_id_an_object_or_stand_in_the_messages() -> None:
    assert load_incident_file({"channel": "C1", "messages": [M1]}).channel_id == "C1"
    assert (
        load_incident_file({"channel": {"id": "C1", "name": "inc"}, "messages": [M1]}).channel_name == "inc"
    )
    assert load_incident_file({"messages": [{**M1, "channel": {"id": "C2"}}]}).channel_id == "C2"


def test_several_channels_are_one_incident_in_the_order_of_time() -> None:
    data = {
        "channel": {"id": "C1", "name": "inc"},
        "messages": [{**M2, "channel": "C3"}],
        "channels": [{"id": "C2", "name": "db", "messages": [M1]}, {"id": "C4"}],
    }
    file = load_incident_file(data)
    assert [(m["ts"], m["channel"]) for m in file.messages] == [("1.000001", "C2"), ("2.000001", "C3")]
    assert dict(file.channels) == {"C1": "inc", "C2": "db", "C4": "C4", "C3": "C3"}


def test_a_broadcast_reply_that_stands_twice_counts_once() -> None:
    assert len(load_incident_file([M1, M2, {**M2, "subtype": "thread_broadcast"}]).messages) == 2


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ("text", "file"),
        ({"id": "x"}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": {}}, "messages"),
        ({"messages": [M1], "channels": 3}, "channels"),
        ({"messages": [M1], "channels": [7]}, "channels[0]"),
        ({"channels": [{"id": "C1", "messages": 7}]}, "channels[0].messages"),
        ({"messages": [M1, 3]}, "messages[1]"),
        ({"messages": [{"text": "x"}]}, "messages[0].ts"),
        ({"messages": [M1, {"ts": 2.5}]}, "messages[1].ts"),
        ({"messages": [{**M1, "thread_ts": "soon"}]}, "messages[0].thread_ts"),
        ({"messages": [{**M1, "text": 3}]}, "messages[0].text"),
        ({"messages": [{**M1, "blocks": {}}]}, "messages[0].blocks"),
        ({"messages": [{**M1, "channel": 4}]}, "channel"),
        ({"messages": [M1, {**M2, "channel": {"id": ""}}], "channel": "C1"}, "messages[1].channel"),
        ({"messages": [M1], "channel": {"name": "x"}}, "channel"),
        ({"messages": [M1], "ask_at": "22:26"}, "ask_at"),
        ({"messages": [M1], "ask_at": 5}, "ask_at"),
        ({"messages": [M1], "question": 5}, "question"),
        ({"messages": [{**M1, "channel": "C1"}, {**M1, "channel": "C2"}]}, "messages"),
    ],
)
def test_a_wrong_file_is_refused_with_the_field(data: object, field: str) -> None:
    with pytest.raises(BadInputError) as refused:
        load_incident_file(data)
    assert refused.value.field == field
    assert refused.value.problem
