"""Whatever goes in, nothing active comes out."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import GateClosedError
from bot.safety.gate import gate, gate_text
from bot.safety.hidden import strip_hidden
from bot.safety.links import allowed_url, defused
from bot.safety.redaction import Redactor
from tests.safety.secrets import UPPER, Maker

ALERT = "https://grafana.example/d/a?orgId=1"
ALLOWED = frozenset({"acme.slack.com", "http://127.0.0.1:8080", ALERT})
PERMALINK = "https://acme.slack.com/archives/C1/p1742595147001644?thread_ts=1742586540.000137&cid=C1"
LOCAL = "http://127.0.0.1:8080/archives/C1/p1"
KEY_ID = "AKI" + "A" + Maker(3).of(UPPER, 16)


def passed(*blocks: dict, text: str = "", redactor: Redactor | None = None) -> tuple[list[dict], str]:
    return gate(
        [*blocks], text, allowed_hosts=ALLOWED, mention="U0ASKER", redactor=redactor or Redactor(b"k")
    )


def rich(*elements: dict) -> dict:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [*elements]}]}


def leaves(*elements: dict) -> list[dict]:
    return passed(rich(*elements))[0][0]["elements"][0]["elements"]


def section(text: str, **more: Any) -> dict:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def mrkdwn(text: str) -> str:
    return passed(section(text))[0][0]["text"]["text"]


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        (PERMALINK, PERMALINK),
        (LOCAL, LOCAL),
        (ALERT, ALERT),
        ("https://acme.slack.com/a?d=secret&cid=C1#x", "https://acme.slack.com/a?cid=C1"),
        ("https://ACME.slack.com/a", "https://acme.slack.com/a"),
        ("https://acme.slack.com:443/a", "https://acme.slack.com:443/a"),
        ("http://acme.slack.com/a", None),
        ("https://acme.slack.com:8443/a", None),
        ("https://acme.slack.com.evil.example/a", None),
        ("https://acme.slack.com@evil.example/a", None),
        ("https://evil.example\\@acme.slack.com/a", None),
        ("https://acme%2eslack.com/a", None),
        ("https://acme.sl\u0430ck.com/a", None),
        ("https://xn--acm-dma.example/", None),
        ("https://[acme/", None),
        ("https://acme.slack.com:99999/", None),
        ("http://127.0.0.1:9090/", None),
        ("http://evil.example:8080/", None),
        ("javascript:alert(1)", None),
        ("slack://channel?id=C1", None),
        ("", None),
    ],
)
def test_only_listed_hosts_are_linked(url: str, safe: str | None) -> None:
    assert allowed_url(url, ALLOWED) == safe


def test_an_address_becomes_text_and_names_with_dots_stay() -> None:
    text = (
        "see http://evil.example/x?a=b, www.evil.example and javascript:alert(1)"
        " in app.main.Foo v1.2.3 db.internal"
    )
    assert defused(text, ALLOWED) == (
        "see http[:]//evil[.]example/x?a=b, www[.]evil[.]example and javascript[:]alert(1)"
        " in app.main.Foo v1.2.3 db.internal"
    )
    assert defused(f"{LOCAL}.", ALLOWED) == f"{LOCAL}."


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("<!channel> <!here|here> @everyone", "channel here everyone"),
        ("<!subteam^S1|@sre> <!subteam^S2>", "sre S2"),
        ("<@U0ASKER> <@U0ASKER|x> <@U0OTHER> <@U0OTHER|zoe>", "<@U0ASKER> <@U0ASKER> U0OTHER zoe"),
        ("&lt;!channel&gt;", "channel"),
        ("<#C123> <!date^1742586540^{time}|19:49>", "<#C123> <!date^1742586540^{time}|19:49>"),
        ("<!date^1742586540^{time}^https://evil.example|19:49>", "19:49"),
        (f"<{LOCAL}|[13]>", f"<{LOCAL}|[13]>"),
        (f"<{LOCAL}>", f"<{LOCAL}>"),
        (
            f"<{PERMALINK.replace('&', '&amp;')}|[13]>",
            f"<{PERMALINK.replace('&', '&amp;')}|[13]>",
        ),
        ("<https://evil.example|click>", "click (https[:]//evil[.]example)"),
        ("<https://evil.example>", "https[:]//evil[.]example"),
        ("a < b > c `x`", "a &lt; b &gt; c `x`"),
        ("dead\u202elanretni\u200b", "deadlanretni"),
    ],
)
def test_mrkdwn_keeps_only_what_our_code_may_say(text: str, safe: str) -> None:
    assert mrkdwn(text) == safe
    assert passed(text=text)[1] == safe


def test_rich_text_references_become_words_but_for_the_asker() -> None:
    assert leaves(
        {"type": "user", "user_id": "U0ASKER"},
        {"type": "user", "user_id": "U0OTHER"},
        {"type": "usergroup", "usergroup_id": "S1"},
        {"type": "broadcast", "range": "channel"},
        {"type": "text", "text": "List<String> <!here> <!subteam^S1|@sre>", "style": {"bold": True}},
        {"type": "emoji", "name": "eyes"},
    ) == [
        {"type": "user", "user_id": "U0ASKER"},
        {"type": "text", "text": "@U0OTHER"},
        {"type": "text", "text": "@S1"},
        {"type": "text", "text": "@channel"},
        {"type": "text", "text": "List<String> here @sre", "style": {"bold": True}},
        {"type": "emoji", "name": "eyes"},
    ]


def test_rich_text_links_are_kept_only_to_listed_hosts() -> None:
    assert leaves(
        {"type": "link", "url": PERMALINK, "text": "[13]"},
        {"type": "link", "url": LOCAL},
        {"type": "link", "url": "https://evil.example/x", "text": "[14]"},
        {"type": "link", "url": "https://evil.example/x", "text": "https://evil.example/x"},
    ) == [
        {"type": "link", "url": PERMALINK, "text": "[13]"},
        {"type": "link", "url": LOCAL},
        {"type": "text", "text": "[14] (https[:]//evil[.]example/x)"},
        {"type": "text", "text": "https[:]//evil[.]example/x"},
    ]


def test_images_videos_and_foreign_addresses_are_left_out() -> None:
    image = {"type": "image", "image_url": "https://evil.example/i.png", "alt_text": "x"}
    blocks, _ = passed(
        image,
        {"type": "video", "video_url": "https://evil.example"},
        section("kept", accessory=image),
        {"type": "context", "elements": [image, {"type": "mrkdwn", "text": "as of"}]},
        {"type": "context", "elements": [image]},
        {"type": "section", "accessory": image},
        {"type": "divider"},
        {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "action_id": "open",
                    "url": "https://evil.example",
                    "value": f"a|{KEY_ID}",
                    "text": {"type": "plain_text", "text": "Open <!here>", "emoji": True},
                    "thumb_url": "x",
                },
            ],
        },
    )
    assert [block["type"] for block in blocks] == ["section", "context", "divider", "actions"]
    assert "accessory" not in blocks[0]
    assert len(blocks[1]["elements"]) == 1
    assert blocks[3]["elements"] == [
        {
            "type": "button",
            "action_id": "open",
            "value": "a|[aws_key_id:1]",
            "text": {"type": "plain_text", "text": "Open here", "emoji": True},
        },
    ]


def test_markdown_loses_images_html_and_foreign_links() -> None:
    text = (
        "![status](https://evil.example/i.png?d=1) <img src=x> [a](https://evil.example) [b][r] [ok]("
        + LOCAL
        + ") []()\n[r]: https://evil.example/r\n[l]: "
        + LOCAL
        + "\n> quote <!channel> @here"
    )
    safe = (
        f"status &lt;img src=x> a (https[:]//evil[.]example) [b][r] [ok]({LOCAL}) \n"
        f"r: https[:]//evil[.]example/r\n[l]: {LOCAL}\n> quote channel here"
    )
    assert gate_text(text, allowed_hosts=ALLOWED, redactor=Redactor(b"k")) == safe
    assert passed({"type": "markdown", "text": text})[0][0]["text"] == safe


def test_secrets_are_removed_from_every_text_and_from_none_of_our_ids() -> None:
    redactor = Redactor(b"k")
    password = Maker(5).word(14)
    redactor.redact(f"password={password}")
    table = {
        "type": "table",
        "rows": [[{"type": "raw_text", "text": password}]],
        "column_settings": [{"align": "left"}],
    }
    blocks, text = passed(
        section(f"it is {password}", block_id="b1"),
        table,
        text=f"now {password}, {KEY_ID}",
        redactor=redactor,
    )
    assert password not in json.dumps(blocks) + text
    assert KEY_ID not in text
    assert blocks[0]["block_id"] == "b1"
    assert blocks[1]["column_settings"] == [{"align": "left"}]


def test_what_is_empty_after_cleaning_is_left_out() -> None:
    hidden = {"type": "text", "text": "\u200b"}
    blocks, _ = passed(rich(hidden), rich(hidden, {"type": "text", "text": "x"}), section("\u200b"))
    assert blocks == [rich({"type": "text", "text": "x"})]


def test_a_secret_split_over_elements_is_found() -> None:
    assert leaves(
        {"type": "text", "text": f"key {KEY_ID[:9]}"}, {"type": "text", "text": KEY_ID[9:], "style": {}}
    ) == [{"type": "text", "text": "key [aws_key_id:1]"}]


def test_pings_that_are_nested_or_joined_by_cleaning_are_found() -> None:
    nested = "<!" * 40 + "here" + ">" * 40
    assert leaves({"type": "text", "text": nested}) == [{"type": "text", "text": "here"}]
    assert leaves({"type": "text", "text": "a <<@U0EXAMPLE7>"}) == [{"type": "text", "text": "a @U0EXAMPLE7"}]
    assert mrkdwn("@<!channel> WWW.<!here>") == "channel WWW[.]here"


@pytest.mark.parametrize("block", ["words", {"text": "x"}, {"type": 5}, None])
def test_what_is_no_block_closes_the_gate(block: Any) -> None:
    with pytest.raises(GateClosedError):
        passed(block)


def test_blocks_without_end_close_the_gate() -> None:
    deep: dict = {"type": "x"}
    for _ in range(40):
        deep = {"type": "x", "elements": [deep]}
    with pytest.raises(GateClosedError):
        passed(deep)


PIECES = st.sampled_from(
    [
        "<!channel>",
        "<!here|x>",
        "<@U1>",
        "<!subteam^S1>",
        "https://evil.example/p?q=1",
        "<https://evil.example|x>",
        "[a](https://evil.example)",
        "![i](http://evil.example/i)",
        "\u202e",
        "\u200b",
        "\U000e0041",
        "&lt;!here&gt;",
        "&amp;lt;",
        "<",
        ">",
        "|",
        "!",
        "@",
        "here",
        "[",
        "](",
        ")",
        "`",
        "```",
        "javascript:x",
        "\n",
        " ",
        "a",
        "//",
        "https:",
        "\x1b]8;;",
    ]
)
ACTIVE = re.compile(
    "<!(?!date\\^)|<@(?!U0ASKER>)|<(?:https?|javascript):|\\]\\(<?https?://|(?<!\\[:\\])\\bhttps?://evil"
    "|[\u200b-\u200f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f\x1b]"
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=30).map("".join))
def test_nothing_active_comes_out(text: str) -> None:
    blocks, shown = passed(section(f"x{text}"), {"type": "markdown", "text": f"x{text}"}, text=text)
    for safe in (blocks[0]["text"]["text"], blocks[1]["text"], shown):
        assert not ACTIVE.search(safe)
    assert passed(*blocks, text=shown) == (blocks, shown)


@given(st.text(st.characters(categories=["L", "N", "Zs"], include_characters=".,;!?()-_'\"/#%+=*[]{}\n")))
def test_benign_words_come_out_unchanged(text: str) -> None:
    redactor = Redactor(b"k")
    is_benign = bool(text) and strip_hidden(text) == text and not redactor.redact(text).found
    if is_benign and "www." not in text:
        assert passed(rich({"type": "text", "text": text}), redactor=redactor)[0] == [
            rich({"type": "text", "text": text})
        ]


def test_shipped_words_of_an_answer_come_out_unchanged() -> None:
    words = (Path(__file__).parent / "answer_words.txt").read_text()
    assert leaves({"type": "text", "text": words}) == [{"type": "text", "text": words}]
