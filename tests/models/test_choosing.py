import pytest

from bot.models.catalogue import default_catalogue
from bot.models.choosing import UNTOLD, Listing, choices, trouble, unlisted

CATALOGUE = default_catalogue()


def test_what_is_not_chosen_is_the_pairs():
    sonnet, opus = choices(CATALOGUE, "4.6", opus="claude-opus-4-8")

    assert (sonnet.id, sonnet.is_own, sonnet.setting) == ("claude-sonnet-4-6", False, "MODEL_PAIR")
    assert (opus.id, opus.is_own, opus.setting) == ("claude-opus-4-8", True, "MODEL_OPUS")


def test_only_what_the_catalogue_lacks_is_looked_up():
    named = {"sonnet": "claude-sonnet-6", "opus": "claude-opus-4-8"}

    assert [choice.id for choice in unlisted(CATALOGUE, choices(CATALOGUE, "", **named))] == [
        "claude-sonnet-6"
    ]


@pytest.mark.parametrize(
    ("listing", "words"),
    [
        (UNTOLD, ""),
        (Listing(line="fable"), ""),
        (Listing(line="haiku"), ""),
        (Listing(line="opus"), "claude-x is no Sonnet model: correct it, or leave MODEL_SONNET empty for"),
        (Listing(is_known=False), "Claude's API lets this key use no model claude-x: correct it"),
        (Listing(thinking=("enabled",)), "claude-x does not accept adaptive thinking, which every request"),
    ],
)
def test_why_a_model_cannot_be_asked_is_one_sentence_with_the_remedy(listing, words):
    choice, _ = choices(CATALOGUE, "", sonnet="claude-x")

    assert trouble(choice, listing).startswith(words)
    assert bool(trouble(choice, listing)) == bool(words)
