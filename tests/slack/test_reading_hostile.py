"""Bad input at the reading level: the message stays right, and what was left out is counted and said."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.incident.messages import Incident, IncidentRef
from bot.incident.verification import unread
from bot.slack.footer import coverage_words
from bot.slack.lengths import MOST_TEXT_CHARS, without_middle
from bot.slack.limits import grapheme_end
from bot.slack.reading import Reading, evidence_ts, read_messages
from tests.slack.samples import sample

KEYS = (
    "type",
    "subtype",
    "text",
    "blocks",
    "attachments",
    "files",
    "elements",
    "fields",
    "title",
    "value",
    "url",
    "user",
    "bot_id",
    "username",
    "edited",
    "reactions",
    "thread_ts",
    "rows",
    "style",
    "indent",
    "offset",
    "timestamp",
    "format",
    "fallback",
    "pretext",
    "actions",
    "accessory",
    "options",
    "preview",
    "name",
    "size",
    "mimetype",
    "mode",
    "color",
    "footer",
    "message_blocks",
    "message",
    "hidden",
    "user_profile",
    "bot_profile",
    "user_id",
    "channel_id",
    "range",
    "alt_text",
    "count",
    "users",
    "team",
    "user_team",
    "caption",
    "author_name",
    "title_link",
)
WORDS = [
    "rich_text",
    "rich_text_section",
    "rich_text_list",
    "text",
    "link",
    "date",
    "section",
    "context",
    "actions",
    "header",
    "table",
    "markdown",
    "button",
    "bot_message",
    "tombstone",
    "1742586540.000137",
    "<!date^1^{time}|x>",
    "<!date^^|>",
    "<@U>",
    "<>",
    "<!>",
    "<|>",
    "*a:* b",
    "[FIRING:1]",
    "&amp;lt;",
    "\ud800",
    "\x00",
    "😀",
    "`a:b`",
    "danger",
    "99999999999999",
    "{x:y}",
    "- a = b",
    "a -> b",
]
NUMBERS = st.integers() | st.floats()
SCALARS = st.none() | st.booleans() | NUMBERS | st.sampled_from(WORDS) | st.text(max_size=8)
SHAPES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=20,
)
ALPHABET = st.text(alphabet=st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=12)


def read(*raw: dict, names: dict | None = None) -> Reading:
    own = {"bot_user_id": "U0COPILOT", "bot_id": "B0COPILOT"}
    numbers = {ts: n for n, ts in enumerate(evidence_ts(raw, **own), 1)}
    return read_messages(raw, numbers=numbers, names=names or {}, permalink=lambda ts, root: "", **own)


def said(**fields: object):
    [message] = read({"ts": "1742586540.000137", "user": "U0ANA", "text": "", **fields}).messages
    return message


def filed(**fields: object):
    return said(text="see", files=[{"name": "a.log", "mimetype": "text/plain", **fields}]).files[0]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(st.sampled_from(KEYS), SHAPES, max_size=8), st.sampled_from(["", "B1"]))
def test_no_shape_is_an_error_and_what_is_read_can_be_stored(shape: dict, bot_id: str) -> None:
    raw = {**shape, "ts": "1742586540.000137", "bot_id": bot_id}

    for message in read(raw).messages:
        kept = [message.text, message.title, message.fields, message.author.name]
        stored = json.dumps(kept, ensure_ascii=False)
        assert "\0" not in stored
        assert stored.encode()


@settings(max_examples=60, deadline=None)
@given(st.lists(ALPHABET, min_size=1, max_size=8, unique_by=str.casefold))
def test_what_is_told_in_three_places_is_read_once(words: list[str]) -> None:
    told = " ".join(words)
    blocks = [
        {
            "type": "rich_text",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": told}]}],
        }
    ]
    message = said(text=told, blocks=blocks, attachments=[{"text": told, "fallback": told}])

    assert message.text == told


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("a\x00b\x07c", "abc"),
        ("half \ud83d of a pair", "half  of a pair"),
        ("safe\u202egnp.exe", "safegnp.exe"),
        ("pass\u200bword \u2066x\u2069", "password x"),
        ("plain\U000e0069\U000e0067\U000e006e words", "plain words"),
        ("\ufeffmark", "mark"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("e\u0301 and 👩\u200d💻 stay", "e\u0301 and 👩\u200d💻 stay"),
        ("سلام 你好", "سلام 你好"),
    ],
)
def test_characters_that_nobody_sees_are_not_read(text: str, reads: str) -> None:
    assert said(text=text).text == reads


def test_names_titles_and_fields_are_cleaned_too() -> None:
    field = {"title": "Ser\u200bvice", "value": "che\u202eckout\x00"}
    raw = {
        "bot_id": "B1",
        "username": "pa\u200bger\x00",
        "attachments": [{"title": "di\x00sk", "title_link": "https://a.example/\u200bx", "fields": [field]}],
    }
    message = said(**raw)

    assert (message.author.name, message.title) == ("pager", "disk")
    assert message.fields == (("Service", "checkout"),)
    assert message.links[0].url == "https://a.example/x"


def test_a_name_of_hidden_characters_alone_is_unknown() -> None:
    assert said(text="x", username="\u200b").author.name == "unknown"


@pytest.mark.parametrize("line", ["x" * 1_000_000, "a line\n" * 70_000, "漢" * 300_000, "a\u0301" * 200_000])
def test_a_huge_text_keeps_its_head_and_tail_and_counts_the_rest(line: str) -> None:
    message = said(text=f"first {line} last")

    assert len(message.text) < MOST_TEXT_CHARS + 100
    assert message.text.startswith("first ")
    assert message.text.endswith(" last")
    assert message.cut_chars > 0
    assert f"[{message.cut_chars:,} characters left out here]" in message.text


@pytest.mark.parametrize(
    ("kept", "text", "cut_chars"),
    [
        ({"text": "a long log…", "cut_chars": 700}, "a long log…", 700),
        ({"text": "", "cut_chars": 1_700}, "[1,700 characters left out here]", 1_700),
        ({"text": "whole", "cut_chars": "many"}, "whole", 0),
    ],
)
def test_what_was_left_out_when_it_was_kept_is_counted_too(kept: dict, text: str, cut_chars: int) -> None:
    message = said(**kept)

    assert (message.text, message.cut_chars) == (text, cut_chars)


def test_nothing_is_cut_of_a_text_that_fits() -> None:
    assert without_middle("x" * MOST_TEXT_CHARS) == ("x" * MOST_TEXT_CHARS, 0)


@settings(deadline=None)
@given(st.integers(40, 80))
def test_a_cut_tears_no_character_apart(chars: int) -> None:
    text = "👩\u200d💻" * 100

    shown, cut = without_middle(text, most_chars=chars)

    head, tail = shown.split("\n")[0], shown.split("\n")[-1]
    assert len(head) + cut + len(tail) == len(text)
    assert all(grapheme_end(text, at) == at for at in (len(head), len(head) + cut))


def test_a_heap_of_marks_is_cut_though_it_is_one_character() -> None:
    shown, cut = without_middle("a" + "\u0301" * 5_000, most_chars=1_000)

    assert cut > 0
    assert len(shown) < 1_100


def test_a_cut_falls_between_lines_where_there_are_any() -> None:
    shown, cut = without_middle("".join(f"line {n:04}\n" for n in range(1_000)), most_chars=1_000)

    lines = shown.rstrip("\n").split("\n")
    assert cut > 0
    assert all(len(line) == len("line 0000") or line.startswith("[") for line in lines)


@pytest.mark.parametrize(
    ("file", "head"),
    [
        ({"preview": "PK\x03\x04\x00\x00\x08"}, None),
        ({"preview": "\ufffd\ufffd\x01\x02 ELF"}, None),
        ({"preview": "\x89PNG\r\n\x1a\n\x00\x00", "mimetype": "text/plain"}, None),
        ({"mimetype": "application/zip", "size": 9}, None),
        ({"mimetype": "image/png"}, None),
        ({"mimetype": "image/png", "preview": "a wrong type"}, "a wrong type"),
        ({"preview": "\xff\xfee\0r\0r\0o\0r\0"}, "error"),
        ({"preview": "\ufffd\ufffd\0e\0r\0r\0o\0r"}, "error"),
        ({"preview": "café 漢字 ok"}, "café 漢字 ok"),
        ({"preview": ""}, ""),
    ],
)
def test_a_file_is_what_is_in_it_whatever_its_type_says(file: dict, head: str | None) -> None:
    found = filed(**file)

    assert (found.is_binary, found.head) == (head is None, head or "")


def test_the_head_of_a_file_is_bounded_and_said_to_be_in_part() -> None:
    found = filed(preview="x" * 100_000, size=100_000)

    assert len(found.head) < 10_000
    assert found.is_partial


def test_fifty_files_are_named_and_their_heads_read() -> None:
    files = [{"name": f"{n}.log", "preview": f"boom {n}", "size": 6 + len(str(n))} for n in range(50)]

    message = said(files=files)

    assert len(message.files) == 50
    assert all(f"{n}.log:\nboom {n}" in message.text for n in range(50))


def test_a_flood_of_attachments_keeps_its_first_and_its_last() -> None:
    flood = [
        {
            "title": f"alert {n}",
            "fields": [{"title": f"f{m}", "value": f"{n}-{m} " + "x" * 60} for m in range(30)],
        }
        for n in range(80)
    ]

    message = said(attachments=flood)

    assert message.text.startswith("alert 0\nf0: 0-0 ")
    assert message.text.splitlines()[-1].startswith("f29: 79-29 ")
    assert message.cut_chars > 100_000


def test_five_hundred_participants_keep_their_names() -> None:
    names = {f"U{n:04}": f"person {n}" for n in range(500)}
    users = [(f"{1742586540 + n}.000001", f"U{n:04}") for n in range(500)]
    raw = [{"ts": ts, "user": user, "text": f"<@{user}> here"} for ts, user in users]

    messages = read(*raw, names=names).messages

    assert [m.author.name for m in messages] == [f"person {n}" for n in range(500)]
    assert messages[499].text == "@person 499 here"


def test_what_was_left_out_stands_in_the_footer_and_among_what_is_unseen() -> None:
    files = [
        {"name": "a.zip", "mimetype": "application/zip"},
        {"name": "b.png", "mimetype": "image/png"},
        {"name": "c.log", "mimetype": "text/plain"},
        {"name": "d.log", "preview": "boom", "size": 9_000},
    ]
    raw = [
        {"ts": "1742586540.000001", "user": "U1", "text": "x " * 30_000},
        {"ts": "1742586541.000001", "user": "U1", "text": "logs", "files": files},
    ]
    incident = Incident(ref=IncidentRef(team_id="T", channel_id="C"), messages=read(*raw).messages)

    words = coverage_words(sample(incident=incident))

    assert (
        "read 2 of 2 messages, 1 message shortened, 1 file: first lines only, 2 files not read (binary), "
        "1 file not read (no preview)"
    ) in words
    assert unread(incident) == (
        "1 message in its middle",
        "2 binary files",
        "1 file without a preview",
        "1 paste beyond its first lines",
    )
