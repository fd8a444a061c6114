"""Names and values are found where a bot's post marks them, in their order, and prose is left alone."""

import pytest

from bot.slack.alerts import fields_of, raw_pairs
from bot.slack.fields import block_pairs, pairs_in
from bot.slack.mrkdwn import Flattener


def found(text: str) -> list[tuple[str, str]]:
    return list(pairs_in(text))


def rich(*leaves: dict) -> dict:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(leaves)}]}


@pytest.mark.parametrize(
    ("body", "pairs"),
    [
        ("*Service:* a | *Severity:* high", [("Service", "a"), ("Severity", "high")]),
        ("**Service**: a", [("Service", "a")]),
        ("*Service:*\npayments", [("Service", "payments")]),
        ("*Details:*\n• *host:* `db1`", [("host", "`db1`")]),
        ("*Details:*\n\n*host:* db1", [("host", "db1")]),
        ("*Details:*", []),
        ("*Note:* • item", []),
        (
            "• instance: db1\n- job = export\n\u2013 zone: a",
            [("instance", "db1"), ("job", "export"), ("zone", "a")],
        ),
        ("- a == b\n- 14:02: deployed\n- no pair here", []),
        ("`env:prod` `service:web`", [("env", "prod"), ("service", "web")]),
        ("`a:b:c` `http://x` `no tag`", []),
        ("Events: *41*   State: *New*", [("Events", "41"), ("State", "New")]),
        (
            "Project: web    Alert: high    Short ID: W-1",
            [("Project", "web"), ("Alert", "high"), ("Short ID", "W-1")],
        ),
        ("Status: Resolved", [("Status", "Resolved")]),
        ("Impacted service: cart", [("Impacted service", "cart")]),
        ("Remember: buy milk", []),
        ("status: lower case is prose", []),
        ("Status:", []),
        ("x" * 3_000 + " *a:* b", []),
        ("no colon at all", []),
    ],
)
def test_pairs_are_found_where_a_body_marks_them(body: str, pairs: list) -> None:
    assert found(body) == pairs


@pytest.mark.parametrize(
    ("field", "pairs"),
    [
        ("*Service*\npayments", [("Service", "payments")]),
        ("*Service:* payments", [("Service", "payments")]),
        ("Host: db1", [("Host", "db1")]),
        ("Host: ", []),
        ("*only a heading*", []),
        ("12:30", []),
        ("", []),
    ],
)
def test_a_field_of_a_section_names_itself_on_its_first_line(field: str, pairs: list) -> None:
    block = {"type": "section", "fields": [{"type": "mrkdwn", "text": field}]}

    assert list(block_pairs(block)) == pairs


def test_a_markdown_block_and_a_table_of_two_columns_hold_pairs() -> None:
    rows = [
        [
            {"type": "raw_text", "text": "Host"},
            rich({"type": "text", "text": "db1", "style": {"bold": True}}),
        ],
        [{"type": "raw_text", "text": "one"}],
        "none",
    ]

    assert list(block_pairs({"type": "markdown", "text": "**Status:** Firing"})) == [("Status", "Firing")]
    assert list(block_pairs({"type": "table", "rows": rows})) == [("Host", "*db1* ")]
    assert list(block_pairs({"type": "table", "rows": "none"})) == []


def test_rich_text_is_literal_in_fields_too() -> None:
    block = rich(
        {"type": "text", "text": "Query:", "style": {"bold": True}},
        {"type": "text", "text": "a &lt; b", "style": {"code": True}},
        {"type": "text", "text": " of ", "style": {"italic": True}},
        {"type": "link", "url": "https://a.example/?x&amp;y"},
    )
    pairs = raw_pairs({"blocks": [block]})

    assert fields_of(pairs, Flattener({})) == (("Query", "a &lt; b of https://a.example/?x&amp;y"),)


def test_lists_of_rich_text_are_read_item_by_item() -> None:
    item = {"type": "rich_text_section", "elements": [{"type": "text", "text": "Status: Firing"}]}
    block = {"type": "rich_text", "elements": [{"type": "rich_text_list", "elements": [item, {"type": "x"}]}]}

    assert list(block_pairs(block)) == [("Status", "Firing")]


def test_the_same_pair_stands_once_and_another_value_beside_it() -> None:
    pairs = [("Status", "up"), ("status", "up"), ("Status", "down"), ("", "x"), ("y", "")]

    assert fields_of(pairs, Flattener({})) == (("status", "up"), ("Status", "down"))
