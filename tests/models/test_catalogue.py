from decimal import Decimal

import pytest

from bot.errors import BadInputError
from bot.models.catalogue import EFFORTS, Phase, default_catalogue, load_catalogue
from tests.messages_api.models import MODELS

CATALOGUE = default_catalogue()
SMALL = """
checked_on = 2026-11-23
default_pair = "p"
[pairs.p]
sonnet = "s-1"
opus = "o-1"
[models.s-1]
label = "S 1"
tier = "sonnet"
price = { input = "1", output = "2", write_5m = "1.25", write_1h = "2", read = "0.1" }
efforts = ["low", "high"]
thinking = ["adaptive"]
effort_by_phase = { gather = "low", diagnose = "high", escalated = "high" }
min_cache_tokens = 1
context_tokens = 2
max_output_tokens = 3
[models.o-1]
label = "O 1"
tier = "opus"
price = { input = "1", output = "2", write_5m = "1.25", write_1h = "2", read = "0.1" }
efforts = ["medium", "high"]
thinking = ["adaptive"]
effort_by_phase = { gather = "medium", diagnose = "high", escalated = "high" }
min_cache_tokens = 1
context_tokens = 2
max_output_tokens = 3
"""


def test_both_pairs_ship_and_the_current_one_is_the_default():
    assert CATALOGUE.pair() == CATALOGUE.pair("5.5")
    assert CATALOGUE.pair("4.6").opus.id == "claude-opus-4-6"
    assert CATALOGUE.pair("5.5").of("opus").label == "Opus 5.5"
    assert CATALOGUE.pair("5.5").of("sonnet").label == "Sonnet 5.5"


def test_an_unknown_pair_is_refused_with_the_names_of_those_there_are():
    with pytest.raises(BadInputError, match=r"there are 4\.6, 5\.5"):
        CATALOGUE.pair("3.0")


@pytest.mark.parametrize("model_id", MODELS)
def test_the_catalogue_agrees_with_what_the_stand_in_accepts(model_id):
    model, accepts = CATALOGUE.models[model_id], MODELS[model_id]

    assert set(model.efforts) == accepts.efforts
    assert set(model.thinking) == accepts.thinking
    assert model.min_cache_tokens == accepts.min_cache_tokens


@pytest.mark.parametrize("model", CATALOGUE.models.values(), ids=lambda model: model.id)
def test_evidence_is_gathered_at_low_effort_diagnosed_at_high_and_escalated_to_the_highest(model):
    assert [model.effort_by_phase[phase] for phase in Phase] == ["low", "high", model.efforts[-1]]


@pytest.mark.parametrize("model", CATALOGUE.models.values(), ids=lambda model: model.id)
@pytest.mark.parametrize("effort", EFFORTS)
def test_an_effort_is_never_raised_above_what_was_asked_for(model, effort):
    fitted = model.fit_effort(effort)

    assert fitted in model.efforts
    assert EFFORTS.index(fitted) <= EFFORTS.index(effort)


def test_an_effort_below_the_lowest_or_unknown_still_becomes_one_the_model_has():
    model = load_catalogue(SMALL).models["o-1"]

    assert model.fit_effort("low") == "medium"
    assert model.fit_effort("enormous") == "high"


@pytest.mark.parametrize("model", CATALOGUE.models.values(), ids=lambda model: model.id)
def test_every_model_can_be_asked_as_this_program_asks(model):
    assert "adaptive" in model.thinking
    assert bool(model.on_refusal) == model.refusal_classifier
    if model.on_refusal:
        assert not CATALOGUE.models[model.on_refusal].refusal_classifier
    assert model.token_factor == (1 if model.id.endswith("4-6") else Decimal("1.3"))


@pytest.mark.parametrize("model_id", MODELS)
def test_the_catalogue_agrees_with_the_stand_in_on_forced_tools_and_effort_by_message(model_id):
    model, accepts = CATALOGUE.models[model_id], MODELS[model_id]

    assert model.forced_tool_choice == accepts.forced_tools
    assert model.per_message_effort == accepts.message_effort


@pytest.mark.parametrize(
    ("model_id", "label"),
    [
        ("claude-opus-5-5", "Opus 5.5"),
        ("claude-opus-5-5-20260922", "Opus 5.5"),
        ("claude-opus-5-5-2026", "claude-opus-5-5-2026"),
        ("claude-opus-9", "claude-opus-9"),
        ("", ""),
    ],
)
def test_a_model_is_known_by_its_id_with_or_without_a_date(model_id, label):
    assert CATALOGUE.label(model_id) == label


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('default_pair = "p"', 'default_pair = "q"', "default_pair"),
        ("checked_on = 2026-11-23", 'checked_on = "soon"', "checked_on"),
        ('sonnet = "s-1"', 'sonnet = "o-1"', "pairs.p.sonnet"),
        ('opus = "o-1"', 'opus = "x"', "pairs.p.opus"),
        ('efforts = ["low", "high"]', 'efforts = ["low", "huge"]', "models.s-1.efforts"),
        ('efforts = ["low", "high"]', "efforts = []", "models.s-1.efforts"),
        ('gather = "low"', 'gather = "max"', "models.s-1.effort_by_phase.gather"),
        ('input = "1"', 'input = "cheap"', "models.s-1"),
        ('input = "1"', 'input = "-1"', "models.s-1"),
        ('input = "1"', 'input = "NaN"', "models.s-1"),
        ('input = "1"', 'input = "0.0001"', "models.s-1"),
        ('tier = "sonnet"', 'tier = "sonnet"\ntoken_factor = "much"', "models.s-1"),
        ('tier = "sonnet"', 'tier = "sonnet"\nhue = "red"', "models.s-1"),
        ('tier = "sonnet"', 'tier = "sonnet"\non_refusal = "x"', "models.s-1.on_refusal"),
        ("[pairs.p]", "[pears.p]", "pairs"),
        ("[models.s-1]", "[models.s-1", "models.toml"),
    ],
)
def test_a_catalogue_that_contradicts_itself_is_refused_with_the_place(old, new, field):
    with pytest.raises(BadInputError) as caught:
        load_catalogue(SMALL.replace(old, new, 1))

    assert caught.value.field == field
