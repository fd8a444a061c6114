from dataclasses import replace
from decimal import Decimal

import pytest

from bot.models.spending import Caps, Purpose, Spending, Spent
from bot.slack.limits import check, visible_text
from bot.slack.money import (
    Asking,
    Bill,
    CostView,
    asking_blocks,
    asking_words,
    bill_words,
    cost_blocks,
    cost_words,
    decided_line,
    over_words,
    tokens_words,
    usd_words,
)

REACHED = "has reached its limit of $5.00: Opus asks first"
CAPS = Caps(soft_usd=Decimal(2), hard_usd=Decimal(5))
OPUS = Spent(
    model="claude-opus-5-5",
    questions=12,
    samplings=14,
    input=20_000,
    output=41_300,
    read=1_400_000,
    written=80_000,
    nanousd=4_812_500_000,
)
UNPRICED = Spent(model="claude-opus-6", questions=1, samplings=2, input=900, output=80, unpriced=2)
NAMES = {"claude-opus-5-5": "Opus 5.5"}


def of(*spent, **unknown):
    return Spending(by_model=spent, **unknown)


def view(incident, month=None, **changes):
    values = {"month_name": "2026-02", "caps": CAPS, "names": NAMES, **changes}
    return CostView(incident=incident, month=incident if month is None else month, **values)


def seen(blocks):
    return [line for block in blocks for line in visible_text(block).splitlines()]


@pytest.mark.parametrize(
    ("usd", "words"),
    [
        ("0", "$0.00"),
        ("0.004", "under $0.01"),
        ("0.01", "$0.01"),
        ("0.136", "$0.14"),
        ("1204.5", "$1,204.50"),
    ],
)
def test_sums_are_told_in_cents(usd, words):
    assert usd_words(Decimal(usd)) == words


@pytest.mark.parametrize(
    ("tokens", "words"),
    [(0, "0"), (940, "940"), (12_345, "12.3k"), (182_400, "182k"), (1_234_567, "1.2M")],
)
def test_tokens_are_told_shortly(tokens, words):
    assert tokens_words(tokens) == words


@pytest.mark.parametrize(
    ("bill", "has_model", "words"),
    [
        (Bill(usd=Decimal("0.13")), True, "$0.13"),
        (Bill(usd=Decimal("0.13"), is_least=True), True, "at least $0.13"),
        (Bill(), True, "cost not known"),
        (Bill(usd=Decimal(0), is_least=True), True, "cost not known"),
        (Bill(), False, "$0"),
        (Bill(usd=Decimal(0)), False, "$0.00"),
        (Bill(is_least=True), False, "cost of the failed try not known"),
        (Bill(usd=Decimal("0.04")), False, "$0.04 for a try that failed"),
        (Bill(usd=Decimal("0.04"), is_least=True), False, "at least $0.04 for a try that failed"),
    ],
)
def test_a_bill_says_what_is_known_and_never_nothing_for_what_is_not(bill, has_model, words):
    assert bill_words(bill, has_model=has_model) == words


@pytest.mark.parametrize(
    ("bill", "words"),
    [
        (Bill(caps=CAPS), ""),
        (Bill(incident=of(), caps=CAPS), ""),
        (Bill(incident=of(OPUS)), ""),
        (Bill(incident=of(OPUS), caps=CAPS), "this incident: $4.81, told from $2.00 on"),
        (
            Bill(incident=of(OPUS, unreported=1, assumed_nanousd=100_000_000), caps=CAPS),
            "this incident: at least $4.81 (counted as about $4.91), told from $2.00 on",
        ),
        (
            Bill(incident=of(OPUS, unreported=1, assumed_nanousd=10**9), caps=CAPS),
            f"this incident: at least $4.81 (counted as about $5.81), {REACHED}",
        ),
    ],
)
def test_from_the_soft_cap_on_the_incident_is_told_and_from_the_hard_one_on_that_opus_asks(bill, words):
    assert over_words(bill) == words


def test_the_question_has_what_was_spent_the_cap_and_about_what_it_would_cost():
    asking = Asking(
        spent=of(OPUS),
        caps=CAPS,
        about_usd=Decimal("0.4"),
        opus="Opus 5.5",
        sonnet="Sonnet 5.5",
        sonnet_usd=Decimal("0.03"),
        is_full=True,
    )

    blocks = asking_blocks(asking, answer_id="r1")

    assert asking_words(asking) == (
        "Waiting for you. This incident has cost $4.81; I ask before Opus takes it to $5.00. "
        "Opus 5.5, every message in full: about $0.40 more. Sonnet 5.5 answers without asking."
    )
    assert [(b["action_id"], b["text"]["text"], b["value"]) for b in blocks[1]["elements"]] == [
        ("consent_full", "Ask Opus 5.5 · about $0.40", "r1"),
        ("consent_sonnet", "Use Sonnet 5.5 · about $0.03", "r1"),
    ]


def test_the_question_admits_that_a_price_is_not_known():
    asking = Asking(spent=of(OPUS), caps=Caps(), about_usd=None, opus="Opus 6", sonnet="Sonnet 5.5")

    assert "has cost $4.81. Opus 6: price not known. Sonnet 5.5 answers" in asking_words(asking)
    assert asking_blocks(asking, answer_id="r1")[1]["elements"][0]["text"]["text"] == "Ask Opus 6"
    assert asking_blocks(asking, answer_id="r1")[1]["elements"][1]["text"]["text"] == "Use Sonnet 5.5"


@pytest.mark.parametrize("is_opus", [True, False])
def test_a_decision_is_told_with_who_made_it(is_opus):
    words = visible_text(decided_line(is_opus=is_opus, who="Ben"))

    assert words == f"{'Opus' if is_opus else 'Sonnet'}, decided by Ben. The answer is below."


def test_costs_are_told_by_model_with_tokens_and_what_the_cache_saved():
    blocks = cost_blocks(view(of(OPUS)), answer_id="r1")

    check(blocks, "words")
    assert seen(blocks)[:5] == [
        "This incident: $4.81",
        "Opus 5.5 · $4.81 · 12 questions",
        "1.5M tokens in (93 % from the cache), 41.3k out",
        "This workspace, February 2026: $4.81",
        "Opus 5.5 $4.81",
    ]
    assert cost_words(view(of(OPUS))) == "Cost: This incident $4.81, February 2026 $4.81"


def test_what_is_not_known_of_costs_is_said():
    told = seen(cost_blocks(view(of(OPUS, UNPRICED, unreported=3)), answer_id="r1"))

    assert told[0] == "This incident: at least $4.81"
    assert "claude-opus-6 · price not known · 1 question" in told
    assert "900 tokens in, 80 out" in told
    unknown = next(line for line in told if line.startswith("Not known: "))
    assert "3 calls under way or broken off" in unknown
    assert "2 calls to a model whose price I do not know" in unknown


def test_what_the_caps_count_for_the_unknown_is_said():
    told = seen(cost_blocks(view(of(OPUS, unreported=1, assumed_nanousd=400_000_000)), answer_id="r1"))

    assert any("That comes on top; the caps count about $0.40 for it." in line for line in told)


def test_notes_are_told_as_notes_and_not_as_a_question():
    notes = Spent(model="claude-sonnet-5-5", purpose=Purpose.NOTES, samplings=1, output=9, nanousd=20_000_000)

    told = seen(cost_blocks(view(of(OPUS, notes)), answer_id="r1"))

    assert "claude-sonnet-5-5 · $0.02 · notes on long incidents" in told
    assert any("Opus 5.5 $4.81" in line and "$0.02 for notes on long incidents" in line for line in told)


def test_from_the_hard_cap_on_cost_says_that_it_is_reached():
    told = seen(cost_blocks(view(of(replace(OPUS, nanousd=5 * 10**9))), answer_id="r1"))

    assert any(line.endswith("Reached: I ask before Opus now.") for line in told)


def test_where_nothing_was_spent_that_is_said():
    told = seen(cost_blocks(view(of()), answer_id="r1"))

    assert told[0] == "This incident: $0.00 · no model was asked"
    assert "This workspace, February 2026: $0.00 · no model was asked" in told


def test_an_incident_that_nobody_can_name_leaves_the_month():
    told = view(None, of(OPUS), where="I do not know which one you mean.")

    assert seen(cost_blocks(told, answer_id="r1"))[0] == "This incident: I do not know which one you mean."
    assert cost_words(told) == "Cost: February 2026 $4.81"


@pytest.mark.parametrize(
    ("caps", "has_model", "words"),
    [
        (CAPS, True, "From $2.00 every answer says so. From $5.00 I ask before I ask Opus."),
        (Caps(soft_usd=Decimal(2)), True, "From $2.00 every answer says so."),
        (Caps(), True, "None are set."),
        (CAPS, False, "No model is set up, so nothing is spent."),
    ],
)
def test_the_caps_are_told(caps, has_model, words):
    assert words in seen(cost_blocks(view(of(), caps=caps, has_model=has_model), answer_id="r1"))
