"""What Slack takes, and cutting words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import GateClosedError
from bot.slack.blocks import actions, button, context, divider, rich, text
from bot.slack.limits import LimitExceededError, check, shorten, split, visible_chars, visible_text

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
FLAG = "\U0001f1e9\U0001f1ea"


@pytest.mark.parametrize(
    ("words", "limit", "shown"),
    [
        ("fits", 10, "fits"),
        ("removed the old pair", 14, "removed the…"),
        ("removed, then deployed", 10, "removed…"),
        ("unbreakable", 6, "unbre…"),
        (f"x{FAMILY} and more", 4, "x…"),
        (f"{FLAG}{FLAG}{FLAG}", 4, f"{FLAG}…"),
        ("cafe\u0301s", 5, "caf…"),
        ("\U0001f44d\U0001f3fd\U0001f44d\U0001f3fd", 2, "…"),
        ("anything", 0, "…"),
    ],
)
def test_words_are_cut_between_words_and_never_inside_a_character(words, limit, shown):
    assert shorten(words, limit) == shown


@given(st.text(max_size=200), st.integers(min_value=1, max_value=60))
def test_shortened_words_are_never_longer_than_asked(words, limit):
    assert len(shorten(words, limit)) <= limit


@given(st.text(max_size=300), st.integers(min_value=1, max_value=60))
def test_split_words_lose_nothing_and_each_piece_fits(words, limit):
    pieces = list(split(words, limit))

    assert "".join(pieces) == words
    assert all(len(piece) <= limit for piece in pieces)


def test_words_are_split_at_a_line_end_when_there_is_one():
    assert list(split("first line\nsecond line", 14)) == ["first line\n", "second line"]


def test_a_reader_sees_texts_and_labels_but_no_ids():
    blocks = [
        rich([[text("one")], [text("two")]]),
        actions([button("Go", action_id="go", value="v")]),
        divider(),
    ]

    assert [visible_text(block) for block in blocks] == ["one\ntwo", "Go", ""]
    assert visible_chars(blocks) == 9


@pytest.mark.parametrize(
    ("blocks", "words", "where"),
    [
        ([], "x" * 3_901, "text"),
        ([divider()] * 51, "", "blocks"),
        ([rich([[text("x" * 2_700)]])] * 5, "", "characters of all blocks"),
        ([rich([[text("x" * 3_001)]])], "", "blocks[0].text"),
        ([{**context("x"), "elements": context("x")["elements"] * 11}], "", "blocks[0].elements"),
        ([divider(), {"type": "divider", "block_id": "x" * 256}], "", "blocks[1].block_id"),
        ([actions([button("x" * 76, action_id="a", value="v")])], "", "blocks[0].button.text"),
        ([actions([button("x", action_id="a", value="v" * 2_001)])], "", "blocks[0].button.value"),
    ],
)
def test_what_slack_would_refuse_is_not_sent_and_the_error_says_what_is_too_large(blocks, words, where):
    with pytest.raises(LimitExceededError) as caught:
        check(blocks, words)

    assert isinstance(caught.value, GateClosedError)
    assert (caught.value.where, caught.value.actual > caught.value.limit) == (where, True)


def test_what_slack_takes_passes():
    assert check([rich([[text("x" * 3_000)]]), divider()], "short") is None
