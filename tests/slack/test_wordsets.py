"""Texts are compared by their words, and looked through in small letters."""

import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.wordsets import is_covered, small, squashed, words

ALL = "".join(map(chr, range(sys.maxunicode + 1)))


@given(st.text() | st.text(st.characters(codec="ascii")))
def test_a_squashed_text_is_its_words_and_nothing_between_them(text):
    assert squashed(text) == "".join(words(text))


def test_each_ascii_character_is_squashed_like_any_other():
    text = "".join(map(chr, range(128)))

    assert squashed(text) == "".join(re.findall(r"\w+", text.casefold()))


def places(pattern, text):
    return [match.start() for match in pattern.finditer(text)]


def test_a_small_letter_stands_where_its_capital_stood():
    assert len(small(ALL)) == len(ALL)
    assert small(ALL)[ord("\u0152")] == "\u0153"


@pytest.mark.parametrize("kind", [r"\w", r"\d", r"\s"])
def test_a_small_letter_is_of_the_same_kind(kind):
    pattern = re.compile(kind)

    assert places(pattern, small(ALL)) == places(pattern, ALL)


@pytest.mark.parametrize("letters", ["[a-z]", "i", "k", "s"])
def test_small_letters_hold_what_is_found_where_case_is_ignored(letters):
    ignoring = re.compile(letters, re.IGNORECASE)

    assert places(re.compile(letters), small(ALL)) == places(ignoring, ALL)


def test_a_text_is_covered_by_one_with_nearly_all_its_words():
    assert is_covered("Pods restart in eu", "eu: the pods restart, in a loop")
    assert not is_covered("Pods restart in eu", "pods are fine")
