"""A number written as a word is held like its digits, and a numbered host is no command."""

import pytest

from bot.incident.claims import unfounded
from bot.incident.grounds import Ground

GROUND = Ground(
    texts=("12 hosts and seven pods refuse, 40 % of writes, 3 times slower since 12:00, vault-7 down",)
)


@pytest.mark.parametrize(
    "said",
    [
        "twelve hosts refuse",
        "dozens of hosts refuse",
        "7 pods refuse",
        "forty percent of writes",
        "latency tripled",
        "slower since noon",
        "two or three of the hosts",
        "vault 7 refuses",
        "\N{FULLWIDTH DIGIT ONE}\N{FULLWIDTH DIGIT TWO} hosts refuse",
    ],
)
def test_a_number_in_words_is_the_one_in_digits(said):
    assert unfounded(said, GROUND) == ()


@pytest.mark.parametrize(
    ("said", "token"),
    [
        ("eleven hosts refuse", "eleven"),
        ("hundreds of customers", "hundreds"),
        ("ninety percent of writes", "ninety"),
        ("latency quadrupled", "quadrupled"),
        ("down since midnight", "midnight"),
        ("\N{FULLWIDTH DIGIT ONE}\N{FULLWIDTH DIGIT THREE} hosts refuse", "13"),
        ("\N{ROMAN NUMERAL SEVEN} hosts refuse", "VII"),
        ("vault 9 refuses", "vault 9 refuses"),
        ("vault 7 --purge", "vault 7 --purge"),
    ],
)
def test_a_number_in_words_that_nobody_gave_is_named(said, token):
    assert token in unfounded(said, GROUND)


def test_what_looks_ahead_may_count_in_words():
    assert unfounded("wait for ten minutes", GROUND, looks_ahead=True) == ()
