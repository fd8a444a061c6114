"""Rich text and tables become the lines that a reader sees; their words are literal."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.incident.messages import Link
from bot.slack.layout import flatten_block, flatten_blocks
from bot.slack.mrkdwn import Flattener

NAMES = {"U0ANA": "Ana", "S1": "sre", "C0DB": "db"}


def section(*leaves: dict) -> dict:
    return {"type": "rich_text_section", "elements": list(leaves)}


def rich(*elements: dict) -> dict:
    return {"type": "rich_text", "elements": list(elements)}


def text(words: str, **style: bool) -> dict:
    return {"type": "text", "text": words, **({"style": style} if style else {})}


def lines(block: dict) -> list[str]:
    return flatten_block(block, Flattener(NAMES)).split("\n")


@settings(deadline=None)
@given(st.text(alphabet="&<>;lt*_`ab \n", max_size=40).filter(str.strip))
def test_words_of_rich_text_are_literal(words: str) -> None:
    assert "\n".join(lines(rich(section(text(words))))) == words.strip("\n")


@pytest.mark.parametrize(
    ("leaf", "reads"),
    [
        ({"type": "date", "timestamp": 1742586540, "format": "{date_num} {time}"}, "2025-03-21 19:49 UTC"),
        ({"type": "date", "timestamp": 1742586540, "format": "{x}", "fallback": "noon"}, "noon"),
        ({"type": "date", "timestamp": 1742586540}, "1742586540"),
        ({"type": "date", "timestamp": None, "format": 7}, ""),
        ({"type": "usergroup", "usergroup_id": "S1"}, "@sre"),
        ({"type": "user", "user_id": "U0ANA"}, "@Ana"),
        ({"type": "channel", "channel_id": "C0DB"}, "#db"),
        ({"type": "broadcast", "range": "channel"}, "@channel"),
        ({"type": "emoji", "name": "eyes", "unicode": "1f440"}, ":eyes:"),
        ({"type": "link", "url": "https://a.example", "text": ""}, "https://a.example"),
        ({"type": "link", "url": "", "text": "nowhere"}, "nowhere"),
        ({"type": "text", "text": "rm -rf", "style": {"code": True}}, "`rm -rf`"),
    ],
)
def test_each_leaf_reads_as_people_see_it(leaf: dict, reads: str) -> None:
    assert lines(rich(section(leaf))) == [reads]


def test_a_date_that_is_a_link_keeps_where_it_leads() -> None:
    leaf = {"type": "date", "timestamp": 1742586540, "format": "{time}", "url": "https://a.example"}
    flattener = Flattener(NAMES)

    flatten_block(rich(section(leaf)), flattener)

    assert flattener.links == [Link(url="https://a.example", label="19:49 UTC")]


def test_lists_quotes_and_code_keep_their_form() -> None:
    nested = {"type": "rich_text_list", "style": "bullet", "indent": 1, "elements": [section(text("inner"))]}
    third = [section(text("third"))]
    ordered = {"type": "rich_text_list", "style": "ordered", "offset": 2, "elements": third}
    quote = {"type": "rich_text_quote", "elements": [text("they said\nso")]}
    code = {"type": "rich_text_preformatted", "elements": [text("a &lt; b", code=True)]}

    assert lines(rich(ordered, nested, quote, code)) == [
        "3. third",
        "  • inner",
        "> they said",
        "> so",
        "```a &lt; b```",
    ]


def test_a_table_is_read_row_by_row_with_rich_and_plain_cells() -> None:
    table = {
        "type": "table",
        "caption": {"type": "plain_text", "text": "By region"},
        "rows": [
            [{"type": "raw_text", "text": "region"}, rich(section(text("p99", bold=True)))],
            [{"type": "raw_text", "text": "eu"}, rich(section(text("6 s")))],
            "not a row",
            None,
        ],
    }

    assert lines(table) == ["By region", "region | p99", "eu | 6 s"]


def test_buttons_are_where_they_lead_and_not_what_they_say() -> None:
    def button(words: object, url: str) -> dict:
        return {"type": "button", "text": words, "url": url}

    options = [{"text": {"type": "plain_text", "text": "Runbook"}, "url": "https://r.example"}]
    blocks = [
        {
            "type": "section",
            "text": {"type": "mrkdwn", "text": "words"},
            "accessory": button({"type": "plain_text", "text": "Open &amp; look"}, "https://o.example"),
        },
        {
            "type": "actions",
            "elements": [
                button("View", "https://v.example"),
                button(None, ""),
                {"type": "overflow", "options": options},
            ],
        },
        {"type": "novel", "elements": [button({"text": "Go"}, "https://g.example")]},
    ]
    flattener = Flattener(NAMES)

    assert flatten_blocks(blocks, flattener) == ["words"]
    assert flattener.links == [
        Link(url="https://o.example", label="Open & look"),
        Link(url="https://v.example", label="View"),
        Link(url="https://r.example", label="Runbook"),
        Link(url="https://g.example", label="Go"),
    ]
