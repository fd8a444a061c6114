"""The pieces of a message."""

import pytest

from bot.slack.blocks import (
    TOP,
    block_id,
    bold,
    cites,
    code,
    context,
    feedback,
    joined,
    numbered,
    owner_of,
    rich,
    spans,
    text,
    with_top_line,
)
from bot.slack.limits import LimitExceededError
from tests.slack.samples import STORE, preview


@pytest.mark.parametrize("answer_id", ["Ev0123", "act:123.456.abc", "T1:C1:1742.5:answer"])
@pytest.mark.parametrize("n", [0, 17, TOP])
def test_a_block_tells_which_answer_it_belongs_to(answer_id, n):
    assert owner_of(block_id(answer_id, n)) == answer_id


@pytest.mark.parametrize("foreign", ["", "abc", "cp:", "cp:x", "xcp:a:1", "cp:a:1 "])
def test_a_block_of_somebody_else_has_no_owner(foreign):
    assert owner_of(foreign) is None


def test_an_id_that_slack_would_refuse_is_refused_here():
    with pytest.raises(LimitExceededError):
        block_id("x" * 250, 10)


def test_a_citation_is_a_link_to_its_message_and_an_unknown_one_is_left_out():
    line = cites(["m13", "m99", "m13", "p1"], STORE)

    assert [span["text"] for span in line] == [" ", "[13]", " ", "[p1]"]
    assert line[1] == {"type": "link", "url": STORE.by_id["m13"].permalink, "text": "[13]"}


def test_more_than_three_citations_are_counted():
    assert "".join(s["text"] for s in cites(["m1", "m2", "m3", "m6", "m8"], STORE)) == " [1] [2] [3] +2"


@pytest.mark.parametrize(
    "words", ["<!channel> now", "<@U123> *bold* _x_", "<https://evil.example|click>", ":tada:"]
)
def test_nobodys_words_become_markup(words):
    assert spans(words) == [text(words)]


def test_only_backticks_mean_something():
    assert spans("a `403 Denied` b") == [text("a "), code("403 Denied"), text(" b")]


def test_code_that_is_cut_stays_code():
    line = spans("log `403 InvalidAccessKeyId for the whole bucket`", limit_chars=24)

    assert [span.get("style") for span in line] == [None, {"code": True}]


def test_small_citations_are_links_unless_their_address_could_end_the_markup():
    link = {"type": "link", "url": "https://acme.slack.com/p1?a=1&b=2", "text": "[1]"}
    odd = {**link, "url": "https://acme.slack.com/p1>|<!channel"}

    elements = context("<!here>", [link, odd, text("[t3]")])["elements"]

    assert [element["type"] for element in elements] == ["plain_text", "mrkdwn", "plain_text", "plain_text"]
    assert elements[1]["text"] == "<https://acme.slack.com/p1?a=1&amp;b=2|[1]>"


def test_lines_are_joined_and_empty_ones_left_out():
    assert preview([rich([joined([[text("a")], [], [bold("b")]]), [], [text("c")]])]) == "a · b\nc"


def test_neighbours_of_one_style_become_one_element():
    assert rich([[text("a"), text("b"), bold("c")]])["elements"][0]["elements"] == [text("ab"), bold("c")]


def test_a_line_is_put_on_top_once_and_replaced_by_the_next_one():
    posted = numbered([rich([[text("answer")]])], "A1")

    fallen = with_top_line(
        with_top_line(posted, "Updated 22:36: H1 supported"), "Superseded 22:40: H1 refuted"
    )

    assert preview(fallen) == "Superseded 22:40: H1 refuted\nanswer"
    assert [owner_of(block["block_id"]) for block in fallen] == ["A1", "A1"]


def test_a_top_line_may_be_made_of_spans_or_have_no_label():
    assert preview(with_top_line([], [bold("x"), text(" y")])) == "x y"
    assert preview(with_top_line([rich([[text("z")]])], "plain")) == "plain\nz"


def test_the_thumbs_say_which_answer_they_judge():
    buttons = feedback("A1")["elements"][0]

    assert (buttons["positive_button"]["value"], buttons["negative_button"]["value"]) == ("good|A1", "bad|A1")
