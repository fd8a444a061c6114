"""The SDK's exceptions in plain words, and what is tried after them."""

from types import SimpleNamespace

import anthropic
import httpx2
import pytest

from bot.adapters.claude_failures import trouble_of
from bot.adapters.claude_trouble import Patience, Remedy, TroubleError
from bot.adapters.claude_usage import Ledger, tokens_of
from bot.models.catalogue import default_catalogue
from bot.models.cost import Tokens

REQUEST = httpx2.Request("POST", "http://127.0.0.1/v1/messages")


@pytest.mark.parametrize(
    ("error", "reason", "remedy"),
    [
        (anthropic.APITimeoutError(REQUEST), "no answer from the API", Remedy.AGAIN),
        (httpx2.ReadTimeout("silence"), "no answer from the API", Remedy.AGAIN),
        (anthropic.APIConnectionError(request=REQUEST), "no connection to the API", Remedy.AGAIN),
        (httpx2.ReadError("gone"), "the connection to the API broke", Remedy.AGAIN),
        (anthropic.CredentialsError("none"), "no API key", Remedy.NONE),
        (ValueError("not json"), "the API answered in an unknown form", Remedy.AGAIN),
    ],
)
def test_every_exception_has_a_reason_that_people_understand(error, reason, remedy):
    trouble = trouble_of(error)

    assert (trouble.reason, trouble.remedy) == (reason, remedy)


def busy(wait_seconds: float | None = None) -> TroubleError:
    return TroubleError(reason="busy", remedy=Remedy.AGAIN, wait_seconds=wait_seconds)


def test_pauses_double_and_end_with_the_tries():
    patience = Patience(backoff_seconds=0.5)

    assert [patience.spend(busy()) for _ in range(3)] == [0.5, 1.0, None]


@pytest.mark.parametrize(("asked", "given"), [(0, 0), (7.5, 7.5), (8.5, None), (3600, None)])
def test_a_pause_that_the_api_asks_for_is_kept_unless_it_is_too_long(asked, given):
    assert Patience().spend(busy(asked)) == given


@pytest.mark.parametrize(
    ("remedy", "tries"), [(Remedy.REPAIR, [0, None]), (Remedy.OTHER_MODEL, [0, None]), (Remedy.NONE, [None])]
)
def test_each_other_remedy_is_tried_once_at_once(remedy, tries):
    patience = Patience()

    spent = [patience.spend(TroubleError(reason="x", remedy=remedy)) for _ in tries]

    assert spent == tries


def usage(**changes: object) -> SimpleNamespace:
    """A usage object with the attributes of the SDK's."""
    base = {
        "input_tokens": 100,
        "output_tokens": 10,
        "cache_read_input_tokens": None,
        "cache_creation_input_tokens": None,
        "cache_creation": None,
        "iterations": None,
        "model": None,
    }
    return SimpleNamespace(**{**base, **changes})


def test_tokens_written_to_the_cache_are_counted_by_how_long_they_stay():
    kept = SimpleNamespace(ephemeral_1h_input_tokens=30)

    found = tokens_of("claude-opus-5-5", usage(cache_creation_input_tokens=50, cache_creation=kept))

    assert found == [Tokens(model="claude-opus-5-5", input=100, output=10, write_5m=20, write_1h=30)]


def test_iterations_are_counted_in_place_of_the_sum_each_with_its_own_model():
    parts = [usage(model="claude-opus-4-6", input_tokens=7), usage(input_tokens=9)]

    found = tokens_of("claude-opus-5-5", usage(iterations=parts))

    assert [(tokens.model, tokens.input) for tokens in found] == [
        ("claude-opus-4-6", 7),
        ("claude-opus-5-5", 9),
    ]


def test_a_ledger_without_a_request_reports_nothing():
    assert Ledger().usage(default_catalogue()) is None


def test_a_model_of_unknown_price_costs_none_and_not_zero():
    ledger = Ledger()
    ledger.take("claude-opus-9", usage(), request_id="msg_1")

    assert ledger.usage(default_catalogue()).cost_usd is None


def test_a_usage_that_a_gateway_left_out_is_unknown_and_not_nothing():
    ledger = Ledger()

    ledger.take("claude-opus-5-5", None, request_id="msg_1")
    ledger.take("claude-opus-5-5", SimpleNamespace(input_tokens=7, output_tokens=None), request_id="msg_2")

    usage = ledger.usage(default_catalogue())
    assert (usage.input_tokens, usage.output_tokens, usage.is_partial) == (7, 0, True)
