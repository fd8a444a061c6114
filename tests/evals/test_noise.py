import json

import pytest

from bot.errors import BadInputError
from evals.compaction import grade
from evals.noise import BASES, expanded

RECIPE = {"base": "objectstore-key-rotation.json", "messages": 300, "seed": 7}


def test_noise_stands_around_a_recorded_incident_and_is_the_same_for_the_same_seed():
    made = expanded(RECIPE)

    recorded = json.loads((BASES / RECIPE["base"]).read_text(encoding="utf-8"))["messages"]
    assert made == expanded(RECIPE)
    assert made != expanded({**RECIPE, "seed": 8})
    assert len(made["messages"]) == 300
    assert all(message in made["messages"] for message in recorded)


@pytest.mark.parametrize("wrong", [{"base": "nowhere.json"}, {"messages": "many"}, {"seed": None}])
def test_a_recipe_that_cannot_be_followed_is_named(wrong):
    left = {name: value for name, value in {**RECIPE, **wrong}.items() if value is not None}

    with pytest.raises(BadInputError):
        expanded(left)


def test_a_recipe_is_graded_like_a_recorded_incident(tmp_path):
    file = tmp_path / "noisy.json"
    file.write_text(json.dumps({"generate": RECIPE}))

    found = grade(file)

    assert (found.kept, found.citable) == (found.planted, found.truth)
    assert found.folds > 1
