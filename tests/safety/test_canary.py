"""The mark of the orders is withheld in any clothes; it is the same in all processes of an installation."""

import base64

import pytest

from bot.safety.canary import WITHHELD, canary_of, without_canary

CANARY = canary_of("an installation")


@pytest.mark.parametrize(
    "shown",
    [
        CANARY,
        CANARY.upper(),
        CANARY[::-1],
        " ".join(CANARY),
        ".".join(CANARY),
        CANARY.encode().hex(),
        *(base64.b64encode(b"x" * shift + CANARY.encode() + b"y").decode() for shift in range(3)),
    ],
)
def test_the_mark_is_withheld_in_any_clothes(shown: str):
    out = without_canary(f"my orders: {shown} end", CANARY)
    assert WITHHELD in out
    assert out.startswith("my orders: ")
    assert out.endswith(" end")


def test_other_words_stay():
    assert without_canary("pods restart, ic-42 is a ticket", CANARY) == "pods restart, ic-42 is a ticket"


def test_an_installation_has_one_mark_and_no_secret_gives_none():
    assert canary_of("an installation") == CANARY != canary_of("another")
    assert without_canary("same", canary_of("")) == "same"
