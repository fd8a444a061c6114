"""Blocks as words for a terminal."""

import pytest

from bot.slack.as_text import RULE, as_text
from bot.slack.blocks import actions, button, context, divider, feedback, rich, text


def said(words):
    return {"type": "section", "text": {"type": "mrkdwn", "text": words}}


def test_a_link_is_its_label_and_markup_is_gone():
    blocks = [said("*since* <slack:1742595147.001644|[3]><https://x.example/a?b=1&amp;c=2|[15]> &lt;5 %")]

    assert as_text(blocks) == "since [3][15] <5 %"


def test_buttons_and_thumbs_are_no_words():
    blocks = [rich([[text("H1")]]), actions([button("Evidence", action_id="evidence", value="a")])]

    assert as_text([*blocks, feedback("a")]) == "H1"


def test_empty_lines_and_empty_blocks_leave_no_gap():
    blocks = [rich([[text("one")], [], [text("two")]]), context([], []), said("three")]

    assert as_text(blocks) == "one\ntwo\n\nthree"


@pytest.mark.parametrize(
    ("blocks", "words"),
    [
        ([], ""),
        ([divider()], ""),
        ([divider(), said("a")], "a"),
        ([said("a"), divider(), actions([]), divider(), said("b"), divider()], f"a\n\n{RULE}\n\nb"),
    ],
)
def test_a_rule_stands_only_between_words(blocks, words):
    assert as_text(blocks) == words
