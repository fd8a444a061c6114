"""Every vendor's token is gone, whatever its letters are, and no pattern has more than one group."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.safety.patterns import Meter
from bot.safety.redaction import Redactor
from bot.safety.tokens import tokens_in
from bot.safety.vendors import VENDORS


@pytest.mark.parametrize(("kind", "pattern", "fact"), VENDORS, ids=[fact[:30] for *_, fact in VENDORS])
@settings(max_examples=1, derandomize=True, database=None)
@given(data=st.data())
def test_a_vendors_token_is_gone(kind: str, pattern: str, fact: str, data: st.DataObject) -> None:
    shape = re.compile(pattern, re.ASCII)
    token = data.draw(st.from_regex(shape, fullmatch=True))
    secret = shape.search(token)[1]
    assert secret not in Redactor(b"key").redact(f"seen {token} today").text
    assert shape.groups == 1, fact
    assert re.fullmatch(r"[a-z0-9_]+", kind)


def test_a_token_is_told_by_the_first_of_the_table_that_has_it() -> None:
    text = b"one " + b"ghp" + b"_" + b"aB3" * 12 + b" two " + b"rnd" + b"_" + b"aB3" * 10
    assert [kind for _, kind in tokens_in(text, Meter(10**9))] == ["github_token", "render_key"]


def test_a_token_whose_end_only_its_neighbour_shows_is_told() -> None:
    token = "live" + "_" + "aB3d" * 9 + "aB3-"
    assert Redactor(b"key").redact(f"{token}x").text == "[gocardless_token:1]x"
