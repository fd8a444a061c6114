from dataclasses import replace
from decimal import Decimal

import pytest

from bot.models.catalogue import default_catalogue
from bot.models.cost import Tokens, cost_nanousd, counted_nanousd, usd_of
from bot.models.estimate import about_usd, rounded_up
from bot.models.spending import NO_CAPS, Caps, Purpose, Spending, Spent, caps_of

CATALOGUE = default_catalogue()
OPUS = CATALOGUE.models["claude-opus-5-5"]


def spending(usd="1", **changes):
    return Spending(by_model=(Spent(model=OPUS.id, nanousd=int(Decimal(usd) * 10**9), **changes),))


@pytest.mark.parametrize(("prompt", "nanousd"), [(100_000, 10_000_000), (100_001, 50_000_500)])
def test_a_long_prompt_makes_the_whole_request_dearer_where_a_model_has_two_prices(prompt, nanousd):
    read = 40_000
    used = Tokens(model="claude-haiku-5-5", input=prompt - read, read=read)

    haiku = CATALOGUE.models["claude-haiku-5-5"]
    price = haiku.long_price if prompt > haiku.long_tokens else haiku.price
    saved = int(read * (price.input - price.read) * 1_000)
    assert cost_nanousd(used, CATALOGUE) == nanousd - saved


def test_sums_are_exact():
    one = cost_nanousd(Tokens(model="claude-haiku-5-5", write_5m=1), CATALOGUE)

    assert one == 125
    assert usd_of(8_000_000 * one) == Decimal(1)


def test_what_is_unknown_is_not_a_part_of_the_sum_but_makes_it_inexact():
    known = spending("1.5")

    assert (known.usd, known.is_exact) == (Decimal("1.5"), True)
    assert not Spending(by_model=known.by_model, unreported=1).is_exact
    assert not spending("1.5", unpriced=1).is_exact
    assert Spending().is_nothing
    assert spending("1.5").by_model[0].usd == Decimal("1.5")
    assert spending(input=1, read=2, written=4).by_model[0].prompt == 7


@pytest.mark.parametrize(
    ("soft", "hard", "caps"),
    [
        ("5", "15", Caps(soft_usd=Decimal(5), hard_usd=Decimal(15))),
        ("5", "2", Caps(soft_usd=Decimal(2), hard_usd=Decimal(2))),
        ("5", "0", Caps(soft_usd=Decimal(5))),
        ("0", "2", Caps(hard_usd=Decimal(2))),
        ("0", "0", NO_CAPS),
    ],
)
def test_nothing_is_asked_about_that_was_not_told_before(soft, hard, caps):
    assert caps_of(soft_usd=Decimal(soft), hard_usd=Decimal(hard)) == caps


@pytest.mark.parametrize(
    ("usd", "soft", "hard"), [("1.99", False, False), ("2", True, False), ("5", True, True)]
)
def test_a_cap_is_reached_at_its_sum(usd, soft, hard):
    caps = Caps(soft_usd=Decimal(2), hard_usd=Decimal(5))

    assert (caps.is_above_soft(spending(usd)), caps.is_above_hard(spending(usd))) == (soft, hard)
    assert not NO_CAPS.is_above_soft(spending(usd))
    assert not NO_CAPS.is_above_hard(spending(usd))


def test_an_estimate_takes_the_evidence_as_not_cached_and_a_usual_answer():
    assert about_usd(OPUS, prompt_tokens=20_000) == Decimal("0.20")  # 20,000 * 5 + 5,000 * 20, per million


def test_an_estimate_knows_the_tokenizer():
    four_six = CATALOGUE.models["claude-opus-4-6"]

    assert about_usd(four_six, prompt_tokens=130_000) == Decimal("0.75")  # 100,000 * 6.25 + 5,000 * 25


def test_an_estimate_learns_what_the_model_wrote_lately():
    few = spending(questions=2, output=60_000)
    enough = spending(questions=4, output=60_000)

    assert about_usd(OPUS, prompt_tokens=0, spending=few) == Decimal("0.10")
    notes = spending(questions=4, output=400, purpose=Purpose.NOTES)

    assert about_usd(OPUS, prompt_tokens=0, spending=enough) == Decimal("0.30")
    assert about_usd(OPUS, prompt_tokens=0, spending=notes) == Decimal("0.10")


@pytest.mark.parametrize(
    ("model", "dearest"),
    [
        ("claude-opus-5-5", "claude-opus-5-5"),
        ("claude-opus-6", "claude-opus-5"),
        ("claude-sonnet-6", "claude-sonnet-4-6"),
        ("nobody-knows", "claude-opus-5"),
    ],
)
def test_what_has_no_known_price_counts_at_the_dearest_of_its_tier(model, dearest):
    new = [replace(OPUS, id="claude-opus-6", price=None)]
    new.append(replace(CATALOGUE.models["claude-sonnet-5-5"], id="claude-sonnet-6", price=None))
    used = Tokens(model=model, input=1_000, output=100)

    counted = counted_nanousd(used, CATALOGUE.with_models(new))

    assert counted == cost_nanousd(replace(used, model=dearest), CATALOGUE) > 0


def test_a_guess_counts_for_caps_and_is_no_cost():
    guessed = Spending(unreported=1, assumed_nanousd=5_000_000_000)

    assert (guessed.usd, guessed.counted_usd) == (0, Decimal(5))
    assert Caps(hard_usd=Decimal(5)).is_above_hard(guessed)
    assert Caps(soft_usd=Decimal(5)).is_above_soft(guessed)


def test_without_a_price_there_is_no_estimate_and_no_cost():
    unpriced = replace(OPUS, id="claude-opus-6", price=None)

    assert about_usd(unpriced, prompt_tokens=1) is None
    assert cost_nanousd(Tokens(model="claude-opus-6"), CATALOGUE.with_models([unpriced])) is None


@pytest.mark.parametrize(
    ("usd", "words"),
    [
        ("0", "0.01"),
        ("0.031", "0.04"),
        ("0.0951", "0.10"),
        ("0.14", "0.15"),
        ("0.15", "0.15"),
        ("0.37", "0.40"),
        *(("0.96", "1"), ("1.2", "1.5"), ("9.9", "10"), ("12", "15")),
    ],
)
def test_an_estimate_is_rounded_up_to_a_sum_that_people_take_in(usd, words):
    assert rounded_up(Decimal(usd)) == Decimal(words)
