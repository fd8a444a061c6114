from decimal import Decimal

import pytest

from bot.models.catalogue import default_catalogue
from bot.models.cost import Tokens, cost_usd

CATALOGUE = default_catalogue()
MILLION = 1_000_000


@pytest.mark.parametrize(
    ("model", "usd"),
    [
        ("claude-sonnet-5-5", ["2", "10", "2.50", "4", "0.10"]),
        ("claude-opus-5-5", ["4", "20", "5", "8", "0.20"]),
        ("claude-sonnet-4-6", ["3", "15", "3.75", "6", "0.30"]),
        ("claude-opus-4-6", ["5", "25", "6.25", "10", "0.50"]),
    ],
)
@pytest.mark.parametrize("kind", ["input", "output", "write_5m", "write_1h", "read"])
def test_a_million_tokens_of_each_kind_cost_what_is_published(model, usd, kind):
    used = Tokens(model=model, **{kind: MILLION})

    expected = usd[["input", "output", "write_5m", "write_1h", "read"].index(kind)]
    assert cost_usd([used], CATALOGUE) == Decimal(expected)


def test_samplings_of_several_models_add_up():
    used = [
        Tokens(model="claude-opus-5-5", input=1_000, output=500),
        Tokens(model="claude-sonnet-4-6", read=10_000, write_1h=1_000),
    ]

    assert cost_usd(used, CATALOGUE) == Decimal("0.014") + Decimal("0.009")


def test_one_model_of_unknown_price_makes_the_whole_cost_unknown():
    used = [Tokens(model="claude-opus-5-5", input=1), Tokens(model="claude-opus-9", input=1)]

    assert cost_usd(used, CATALOGUE) is None


def test_nothing_used_costs_nothing():
    assert cost_usd([], CATALOGUE) == 0
