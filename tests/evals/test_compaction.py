import json

import pytest

from bot.errors import BadInputError
from bot.incident.marks import marks_of
from evals.compaction import grade, report
from evals.planting import KINDS, planted
from tests.incident.folding_samples import alerts, said, talk, told


def a_file(folder, name="long", *, truth=("1700000120.000000",), messages=240):
    lines = [
        {"ts": f"{1_700_000_000 + 60 * n}.000000", "user": "U1", "text": _alert(n) if n % 3 else _talk(n)}
        for n in range(messages)
    ]
    chain = [{"cause": "a", "effect": "b", "evidence_ts": list(truth)}]
    file = folder / f"{name}.json"
    file.write_text(json.dumps({"id": name, "messages": lines, "ground_truth": {"causal_chain": chain}}))
    return file


def _alert(n):
    return f"load {n}.5 % on web-{n:03d}x"


def _talk(n):
    return f"we decided to drain db-{n} now. it was not the cache. {'really ' * (n % 9)}so req-{n:04d}x hangs"


def test_what_was_planted_is_kept_where_plain_ways_lose_it(tmp_path):
    file = a_file(tmp_path)

    found = grade(file)
    told_of = report(tmp_path)

    assert (found.kept, found.lost) == (found.planted, ())
    assert found.planted == len(KINDS) * 10
    assert found.folds == 3
    assert found.newest < found.planted
    assert found.facts <= found.planted
    assert found.told == found.stated > 0
    assert (found.citable, found.truth) == (1, 1)
    assert found.tokens < found.raw_tokens
    assert told_of["identifiers kept after three folds"]["value"] == 1.0
    assert told_of["incidents"]["rows"][0][:4] == ["long", 3, 200, 200]
    assert told_of["lost"] == []


def test_an_incident_without_ground_truth_is_measured_too(tmp_path):
    file = tmp_path / "bare.json"
    file.write_text(json.dumps([{"ts": "1700000000.000100", "user": "U1", "text": "web-07 is down"}]))

    assert report(file)["ground truth citable"]["n"] == 0


@pytest.mark.parametrize("content", ["not json", None])
def test_a_file_that_cannot_be_used_is_named(tmp_path, content):
    if content is not None:
        (tmp_path / "broken.json").write_text(content)

    with pytest.raises(BadInputError, match=str(tmp_path)):
        report(tmp_path)


def test_every_kind_is_planted_the_same_way_each_time():
    incident = told(*alerts(40), *talk(40, first=41), said(90, "```INFO all well```"), said(91, ""))

    made, plants = planted(incident, each=4, seed=7)

    assert (made, plants) == planted(incident, each=4, seed=7)
    assert {plant.kind for plant in plants} == set(KINDS)
    assert all(plant.value in made.by_id[plant.message_id].text for plant in plants)
    assert len({plant.message_id for plant in plants}) == len(plants)
    assert made.by_id["m91"].text == ""


def test_a_paste_stays_a_paste():
    made, (plant,) = planted(told(said(1, "```INFO all is well```")), each=1, seed=2)

    assert made.messages[0].text == f"```INFO all is well\nWARN retry {plant.value}```"
    assert marks_of(plant.value)


def test_a_file_of_which_no_message_says_anything_is_named(tmp_path):
    (tmp_path / "plants.json").write_text('[{"ts": "1700000000.000001", "value": "10.0.0.1"}]')

    with pytest.raises(BadInputError, match=r"plants\.json"):
        report(tmp_path)
