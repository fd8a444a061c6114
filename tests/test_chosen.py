"""Which models are asked: the catalogue's, or an operator's own, of which Claude's API is asked."""

import asyncio
from datetime import date

import pytest
from structlog.testing import capture_logs

from bot.chosen import assumed, fate_of, looked_up, warn_of_retirement
from bot.errors import BadInputError
from bot.models.catalogue import Phase, default_catalogue
from bot.models.choosing import Listing, choices, chosen, model_of
from bot.settings import load_settings
from tests.messages_api.script import Turn
from tests.messages_api.server import stand_in

KEY = "sk-" + "not-a-key"
NEW = "claude-opus-6"


@pytest.fixture
async def api():
    async with stand_in([Turn(words="")]) as running:
        yield running


@pytest.fixture
def settings(monkeypatch, tmp_path):
    """Settings as an operator makes them; without a network unless an address is given."""
    monkeypatch.chdir(tmp_path)

    def made(base_url="http://127.0.0.1:1", key=KEY, **values):
        monkeypatch.setenv("ANTHROPIC_BASE_URL", base_url)
        return load_settings(anthropic_api_key=key, **values)

    return made


async def test_models_of_the_catalogue_are_not_looked_up(settings):
    models = await looked_up(settings(model_sonnet="claude-haiku-5-5", model_opus="claude-opus-5-20260101"))

    assert (models.pair.sonnet.label, models.pair.opus.label) == ("Haiku 5.5", "Opus 5")
    assert models.pair.opus.id == "claude-opus-5-20260101"
    assert models.catalogue.label("claude-opus-5-20260101") == "Opus 5"


async def test_a_model_that_the_catalogue_lacks_is_taken_as_the_api_tells_it(api, settings):
    able = {"efforts": ("low", "medium", "max"), "thinking": ("adaptive", "disabled")}
    api.list_model(NEW, able=able, display_name="Claude Opus 6", max_input_tokens=2_000_000, line="opus")

    models = await looked_up(settings(api.base_url, model_opus=NEW))

    opus = models.pair.opus
    assert (opus.label, opus.tier, opus.price, opus.context_tokens) == ("Opus 6", "opus", None, 2_000_000)
    assert (opus.efforts, opus.thinking) == (("low", "medium", "max"), ("adaptive", "disabled"))
    assert opus.effort_by_phase[Phase.DIAGNOSE] == "medium"
    assert opus.on_refusal == "claude-opus-4-6"
    assert models.catalogue.find(NEW) == opus
    assert models.pair.sonnet.id == "claude-sonnet-5-5"


@pytest.mark.parametrize(
    ("able", "facts", "problem"),
    [
        ({"thinking": ("enabled",)}, {}, "does not accept adaptive thinking"),
        ({"efforts": ()}, {}, "accepts no effort level"),
        ({"has_schemas": False}, {}, "does not answer in the form of a schema"),
        ({"line": "sonnet"}, {}, "is no Opus model"),
        ({}, {"lifecycle": "retired"}, "was retired"),
        (None, {}, "Claude's API lets this key use no model claude-opus-6"),
    ],
)
async def test_a_model_that_cannot_be_asked_is_refused_with_its_setting_and_the_remedy(
    api, settings, able, facts, problem
):
    if able is not None:
        api.list_model(NEW, able=able, **facts)

    with pytest.raises(BadInputError) as caught:
        await looked_up(settings(api.base_url, model_opus=NEW))

    assert caught.value.field == "MODEL_OPUS"
    assert problem in caught.value.problem
    remedy = ": correct it, or leave MODEL_OPUS empty for Opus 5.5 (claude-opus-5-5)."
    assert caught.value.problem.endswith(remedy)


@pytest.mark.parametrize(
    ("named", "words"),
    [
        ({"model_sonnet": "claude-opus-5"}, "MODEL_SONNET: Opus 5 is no Sonnet model"),
        ({"model_opus": "claude-haiku-5-5"}, "MODEL_OPUS: Haiku 5.5 is no Opus model"),
    ],
)
def test_a_model_of_the_other_tier_is_refused_without_asking(settings, named, words):
    with pytest.raises(BadInputError) as caught:
        assumed(settings(**named))

    assert caught.value.user_message.startswith(words)


async def test_without_a_network_the_start_goes_on_with_the_usual_and_says_so(settings):
    with capture_logs() as logs:
        models = await looked_up(settings(model_opus=NEW))

    entry, price = logs
    assert (entry["event"], entry["setting"], entry["model"]) == ("model.not_looked_up", "MODEL_OPUS", NEW)
    assert entry["reason"] == "no connection"
    assert (price["event"], price["setting"], price["model"]) == ("model.price_unknown", "MODEL_OPUS", NEW)
    assert "dearest known price of its tier" in price["told"]
    assert models.pair.opus.efforts == ("low", "medium", "high")
    assert models.pair.opus.price is None


async def test_an_api_that_never_answers_holds_nobody_up(settings):
    left = asyncio.Event()

    async def keep_silent(reader, writer):
        await reader.read()
        writer.close()
        await writer.wait_closed()
        left.set()

    server = await asyncio.start_server(keep_silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with capture_logs() as logs:
        await looked_up(settings(f"http://127.0.0.1:{port}", model_opus=NEW), seconds=0.2)
    await left.wait()
    server.close()
    await server.wait_closed()

    assert logs[0]["reason"] == "no answer within 0.2 s"


@pytest.mark.parametrize("status", [401, 529])
async def test_a_key_that_is_refused_says_nothing_of_the_model(api, settings, status):
    api.refused_status = status

    with capture_logs() as logs:
        models = await looked_up(settings(api.base_url, model_opus=NEW))

    assert logs[0]["reason"] == f"it answers {status}"
    assert models.pair.opus.id == NEW


@pytest.mark.parametrize("answer", [[], "no model", {"type": "page"}, {"capabilities": {"effort": 3}}])
async def test_an_answer_in_an_unknown_form_says_nothing_of_the_model(api, settings, answer):
    api.listed[NEW] = answer

    with capture_logs() as logs:
        models = await looked_up(settings(api.base_url, model_opus=NEW))

    assert models.pair.opus.efforts == ("low", "medium", "high")
    assert [entry["event"] for entry in logs if entry["event"] != "model.price_unknown"] in (
        [],
        ["model.not_looked_up"],
    )


async def test_an_address_that_is_none_stops_no_start(settings):
    with capture_logs() as logs:
        models = await looked_up(settings("http://[::1", model_opus=NEW))

    assert logs[0]["event"] == "model.not_looked_up"
    assert models.pair.opus.id == NEW


async def test_without_a_key_nobody_is_asked(settings):
    with capture_logs() as logs:
        models = await looked_up(settings(key="", model_opus=NEW))

    assert (logs, models.pair.opus.label) == ([], NEW)


async def test_what_leaves_soon_is_logged(api, settings):
    api.listed["claude-sonnet-5-5"] |= {"lifecycle": "deprecated", "retires_at": "2031-02-01T00:00:00Z"}
    wanted = settings(api.base_url)

    with capture_logs() as logs:
        await warn_of_retirement(wanted, assumed(wanted))

    [entry] = logs
    assert (entry["event"], entry["setting"]) == ("model.retiring", "MODEL_PAIR")
    assert entry["fate"] == "is deprecated, retires on 2031-02-01"


@pytest.mark.parametrize(
    ("listing", "fate"),
    [
        (Listing(), ""),
        (Listing(lifecycle="active", retires_on=date(2027, 6, 1)), ""),
        (Listing(lifecycle="active", retires_on=date(2026, 12, 24)), "retires on 2026-12-24"),
        (Listing(lifecycle="deprecated"), "is deprecated"),
        (Listing(lifecycle="retired"), "was retired"),
        (Listing(is_known=False), "is not available to this key"),
    ],
)
def test_what_becomes_of_a_model_is_said_in_a_few_words(listing, fate):
    assert fate_of(listing, today=date(2026, 11, 23)) == fate


def test_what_nobody_told_is_assumed_carefully():
    _, choice = choices(default_catalogue(), "4.6", opus=NEW)
    pair = chosen(default_catalogue(), "4.6", choices(default_catalogue(), "4.6", opus=NEW))

    model = model_of(choice, Listing())

    assert pair.opus == model
    assert (model.context_tokens, model.max_output_tokens) == (200_000, 32_000)
    assert choice.remedy == "correct it, or leave MODEL_OPUS empty for Opus 4.6 (claude-opus-4-6)"
