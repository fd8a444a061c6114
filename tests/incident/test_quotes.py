"""What an analyst calls direct counts only when the quote tells of its link, and the claim of its chain."""

from dataclasses import replace

import pytest

from bot.incident.hypotheses import Status
from bot.incident.quotes import claims_its_chain, shows_directly
from tests.incident.scripts import case
from tests.incident.test_verification import CORRELATIONAL, DIRECT, PAIR, SCRIPT, cite, link, shown

TOLD = "looked around. removing the pair from vault-7 was it\nlog: `403 InvalidKey op=put`; all fine since"


@pytest.mark.parametrize(
    ("quote", "about", "is_direct"),
    [
        ("removing the pair", "old pair removed\nvault refuses", True),
        ("was it", "old pair removed\nvault refuses", True),
        ("403", "403 InvalidKey\nwrites fail", True),
        ("op=put", "the key is invalid\nInvalidKey for each put", True),
        ("e", "old pair removed\nvault refuses", False),
        ("pai", "old pair removed\nvault refuses", False),
        ("moving the pair", "old pair removed\nvault refuses", False),
        ("all fine since", "old pair removed\nvault refuses", False),
        ("removing the pair", "disk full\nnodes slow", False),
        ("removing the pair", "", False),
        ("  ", "old pair removed", False),
    ],
)
def test_a_quote_is_direct_as_whole_words_of_a_sentence_about_its_link(quote, about, is_direct):
    assert shows_directly(quote, TOLD, about=about) is is_direct


@pytest.mark.parametrize("quote", ["e", "n", "emov", "-7"])
def test_a_quote_that_tells_nothing_earns_no_support(quote):
    checked = shown(link(0, evidence_for=(cite("m1"), cite("m8", quote, DIRECT))), case(SCRIPT, until=8))

    assert {item.kind for item in checked.links[0].evidence_for} == {CORRELATIONAL}
    assert checked.status is Status.PROPOSED


@pytest.mark.parametrize(
    ("claim", "is_its"),
    [
        ("the old pair was removed", True),
        ("removal", True),
        ("an attack on the vault brought everything down", False),
        ("they did it", False),
        ("", False),
    ],
)
def test_a_claim_speaks_of_two_things_of_its_chain_or_of_its_only_one(claim, is_its):
    assert claims_its_chain(claim, ("old pair removed", "the vault refuses")) is is_its


def test_a_claim_of_something_else_is_not_supported_by_a_chain_that_holds():
    early = case(SCRIPT, until=8)

    assert shown(PAIR, early).status is Status.SUPPORTED
    assert shown(replace(PAIR, claim="an attack brought customers down"), early).status is Status.PROPOSED
