import json
from pathlib import Path

import pytest

from sandbox.errors import ScenarioError
from sandbox.scenario import load_library, parse_scenario
from tests.sandbox.conftest import INCIDENTS, incident


def test_every_shipped_incident_can_be_played():
    library = load_library(INCIDENTS)

    assert library.broken == ()
    assert len(library.scenarios) == len(list(INCIDENTS.glob("*.json")))


def test_a_broken_file_is_named_with_its_field_and_the_others_play(tmp_path: Path):
    (tmp_path / "a.json").write_text("{")
    (tmp_path / "b.json").write_text(json.dumps(incident(ask_at=17)))
    (tmp_path / "c.json").write_text(json.dumps(incident()))
    (tmp_path / "d.json").write_text(json.dumps(incident()))
    (tmp_path / "e.json").write_text(json.dumps(incident(id="other")))

    library = load_library(tmp_path)

    assert list(library.scenarios) == ["small"]
    assert [(e.file, e.field) for e in library.broken] == [
        ("a.json", "(file)"),
        ("b.json", "ask_at"),
        ("d.json", "id"),
        ("e.json", "channel.id"),
    ]


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ("text", "(file)"),
        ({}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": ["x"]}, "messages[0]"),
        ({"messages": [{"text": "x"}]}, "messages[0].ts"),
        ({"messages": [{"ts": 1742595888.002055}]}, "messages[0].ts"),
        ({"messages": [{"ts": "1.000000"}, {"ts": "1.000000"}]}, "messages[1].ts"),
        ({"messages": [{"ts": "1.000000", "thread_ts": "x"}]}, "messages[0].thread_ts"),
        ({"messages": [{"ts": "1.000000"}], "channel": {"id": "../x"}}, "channel.id"),
        ({"messages": [{"ts": "1.000000"}], "trigger_ts": []}, "trigger_ts"),
        ({"messages": [{"ts": "1.000000", "text": 7}]}, "messages[0].text"),
        ({"messages": [{"ts": "1.000000", "blocks": {}}]}, "messages[0].blocks"),
        ({"messages": [{"ts": "1.000000", "reactions": ["eyes"]}]}, "messages[0].reactions"),
    ],
)
def test_a_wrong_field_is_named(data: object, field: str):
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(data, file="x.json")

    assert caught.value.field == field


def test_a_bare_list_of_messages_is_enough():
    scenario = parse_scenario([{"ts": "2.000000"}, {"ts": "1.000000"}], file="my-outage.json")

    assert (scenario.id, scenario.channel_name, scenario.shape) == ("my-outage", "inc-my-outage", "channel")
    assert (scenario.start, scenario.end, scenario.ask_at) == ("1.000000", "2.000000", "2.000000")


def test_the_pause_comes_before_the_message_after_the_question():
    messages = [{"ts": "1.000000"}, {"ts": "1.500000"}]

    scenario = parse_scenario({"messages": messages, "ask_at": "1.000000"}, file="x.json")

    assert 1_000_000 <= scenario.ask_micros < 1_500_000
