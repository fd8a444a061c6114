import pytest

from bot.incident.erasing import Erasure, erased

GONE = "customer ACME-4711 lost writes on gw-prod-17.internal, see runbook Foxtrot"


@pytest.mark.parametrize(
    "text",
    [
        "writes fail for customer ACME-4711 since 21:38",
        "on gw-prod-17.internal: pods restart",
        "see runbook Foxtrot first",
        "runbook Foxtrot",
        "GW-PROD-17.internal",
    ],
)
def test_a_text_goes_whole_where_its_words_can_only_be_the_messages(text):
    assert Erasure(gone=GONE, kept=()).words(text) == ""


@pytest.mark.parametrize("text", ["writes fail", "customer asks", "lost writes everywhere", ""])
def test_a_text_stays_whose_words_could_be_anybodys(text):
    assert Erasure(gone=GONE, kept=()).words(text) == text


def test_words_that_are_said_elsewhere_too_stay():
    erasure = Erasure(gone=GONE, kept=("we lost writes on gw-prod-17.internal",))

    assert not erasure.is_in("writes lost on gw-prod-17.internal")
    assert erasure.is_in("gw-prod-17.internal of customer ACME-4711")


def test_an_erasure_of_nothing_changes_nothing():
    assert Erasure(gone="", kept=()).words(GONE) == GONE


def test_of_a_list_the_sentences_that_show_them_go():
    shown = ("see runbook Foxtrot", "writes fail")

    assert erased(shown, Erasure(gone=GONE, kept=()).words) == ("writes fail",)
