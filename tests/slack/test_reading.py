"""Slack's messages become values: everything a reader sees, once; nothing raises."""

import json
from pathlib import Path

import pytest

from bot.incident.messages import AuthorKind, Link
from bot.slack.reading import Reading, evidence_ts, read_messages

BOT_USER, BOT = "U0COPILOT", "B0COPILOT"
NAMES = {"U0ANA": "Ana", "C0DB": "db", "B0PAGER": "Pager"}
INCIDENTS = sorted((Path(__file__).parents[2] / "evals/data/incidents").glob("*.json"))


def read(*raw: dict, names: dict = NAMES) -> Reading:
    own = {"bot_user_id": BOT_USER, "bot_id": BOT}
    numbers = {ts: n for n, ts in enumerate(evidence_ts(raw, **own), 1)}
    return read_messages(raw, numbers=numbers, names=names, permalink=lambda ts, root: f"p{ts}/{root}", **own)


def message(**fields: object) -> dict:
    return {"type": "message", "ts": "1742586540.000137", "user": "U0ANA", "text": "", **fields}


def bot(**fields: object) -> dict:
    return message(user=None, bot_id="B0PAGER", subtype="bot_message", username="Pager", **fields)


def text_of(raw: dict) -> str:
    return read(raw).messages[0].text


def rich(*elements: dict) -> list[dict]:
    return [{"type": "rich_text", "elements": list(elements)}]


def section(*leaves: dict) -> dict:
    return {"type": "rich_text_section", "elements": list(leaves)}


def mrkdwn(text: str) -> dict:
    return {"type": "mrkdwn", "text": text}


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a &lt;b&gt; &amp;amp;", "a <b> &amp;"),
        ("hi <@U0ANA>, <@U0X>, <@U0X|zoe>", "hi @Ana, @U0X, @zoe"),
        ("<#C0DB> <#C0Q|queue>", "#db #queue"),
        ("<!here> <!subteam^S1|@sre> <!subteam^S2>", "@here @sre @S2"),
        ("<!date^1742586540^{time}|7:49 PM>", "19:49 UTC"),
        ("<!date^1742586540^{novel}|7:49 PM> <!date^soon^{time}|later>", "7:49 PM later"),
        ("<https://a.example/x?a=1&amp;b=2|run 7> ok", "run 7 ok"),
        ("<https://a.example>", "https://a.example"),
        ("<https://a.example|lag > 4GB on db2>", "lag > 4GB on db2"),
        ("<https://a.example|v412> -> v411", "v412 -> v411"),
        (
            "*bold* and _soft_, `*code*`, ~gone~ snake_case_name",
            "bold and soft, `*code*`, ~gone~ snake_case_name",
        ),
        ('"Action": "s3:*", "Resource": "*"', '"Action": "s3:*", "Resource": "*"'),
        ("select * from x where a * b", "select * from x where a * b"),
        ("1 < 2 and <b", "1 < 2 and <b"),
    ],
)
def test_text_is_shown_as_a_reader_sees_it(raw: str, shown: str) -> None:
    assert text_of(message(text=raw)) == shown


def test_a_link_is_kept_beside_its_label() -> None:
    [read_message] = read(message(text="<https://a.example/x?a=1&amp;b=2|run 7>")).messages
    assert read_message.links == (Link(url="https://a.example/x?a=1&b=2", label="run 7"),)


def test_the_rich_text_twin_of_a_text_is_not_read_twice() -> None:
    blocks = rich(section({"type": "text", "text": "a -> b "}, {"type": "emoji", "name": "eyes"}))
    assert text_of(message(text="a -&gt; b :eyes:", blocks=blocks)) == "a -> b :eyes:"


def test_a_notification_text_gives_way_to_the_blocks_that_say_more() -> None:
    blocks = [{"type": "section", "text": mrkdwn("*Deploy* v4 finished\nby ida at 14:00")}]
    assert text_of(bot(text="Deploy v4 finished", blocks=blocks)) == "Deploy v4 finished\nby ida at 14:00"


def test_blocks_that_a_text_does_not_say_are_added_to_it() -> None:
    blocks = [
        {"type": "section", "text": mrkdwn("alpha beta")},
        {"type": "section", "text": mrkdwn("see log")},
    ]
    assert text_of(message(text="see log, please", blocks=blocks)) == "see log, please\nalpha beta"


def test_every_element_of_rich_text_is_read() -> None:
    elements = [
        section(
            {"type": "text", "text": "run "},
            {"type": "text", "text": "make", "style": {"code": True}},
            {"type": "text", "text": " "},
            {"type": "user", "user_id": "U0ANA"},
            {"type": "channel", "channel_id": "C0DB"},
            {"type": "usergroup", "usergroup_id": "S1"},
            {"type": "broadcast", "range": "here"},
            {"type": "color", "value": "#fff"},
            {"type": "link", "url": "https://a.example"},
            {"type": "date", "timestamp": 5, "fallback": "noon"},
            {"type": "novel", "text": "!"},
        ),
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "x\ny"}]},
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "said\nso"}]},
        {
            "type": "rich_text_list",
            "style": "ordered",
            "offset": 1,
            "elements": [section({"type": "text", "text": "b"})],
        },
        {"type": "rich_text_list", "indent": 1, "elements": [section({"type": "text", "text": "c"})]},
        {"type": "text", "text": "stray"},
        {"type": "text", "text": ""},
        section(),
    ]
    lines = text_of(message(blocks=rich(*elements))).split("\n")
    assert lines == [
        "run `make` @Ana#db@S1@here#fffhttps://a.examplenoon!",
        "```x",
        "y```",
        "> said",
        "> so",
        "2. b",
        "  • c",
        "stray",
    ]


def test_every_block_that_holds_words_is_read_and_buttons_are_not() -> None:
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "Disk *full* &amp; hot"}},
        {"type": "section", "text": mrkdwn("body"), "fields": [mrkdwn("*Service:*\npayments"), mrkdwn("")]},
        {"type": "context", "elements": [mrkdwn("since 21:38"), {"type": "image", "alt_text": "graph"}]},
        {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Ack"}}]},
        {"type": "divider"},
        {"type": "image", "title": {"type": "plain_text", "text": "p99"}, "alt_text": "chart"},
        {"type": "markdown", "text": "**bold** [log](https://l.example)"},
        {
            "type": "table",
            "rows": [[{"type": "raw_text", "text": "a"}, rich(section({"type": "text", "text": "b"}))[0]]],
        },
        {"type": "table", "rows": "none"},
        {
            "type": "card",
            "title": "Card",
            "body": {"type": "mrkdwn", "text": "*inside*"},
            "elements": [{"type": "button"}],
        },
    ]
    assert text_of(bot(blocks=blocks)).split("\n") == [
        "Disk *full* & hot",
        "body",
        "Service: payments",
        "since 21:38 graph",
        "p99",
        "bold log",
        "a | b",
        "Card",
        "inside",
    ]


def test_an_attachment_is_read_in_the_order_in_which_it_is_seen() -> None:
    attachment = {
        "fallback": "ignored",
        "pretext": "New alert:",
        "author_name": "Opsgenie",
        "title": "#7: disk full",
        "title_link": "https://o.example/7",
        "text": "*Job* `x` failed",
        "footer": "eu-west-1",
        "fields": [{"title": "Priority", "value": "P2"}, {"title": "Tags", "value": ""}],
        "actions": [{"type": "button", "text": "Ack"}],
        "blocks": [{"type": "section", "text": mrkdwn("nested")}],
    }
    [alert] = read(bot(attachments=[attachment])).messages
    assert alert.text.split("\n") == [
        "New alert:",
        "Opsgenie",
        "#7: disk full",
        "Job `x` failed",
        "Priority: P2",
        "nested",
        "eu-west-1",
    ]
    assert (alert.title, alert.fields) == ("#7: disk full", (("Priority", "P2"),))
    assert alert.author.name == "Pager"


def test_a_shared_message_is_read_from_its_own_blocks() -> None:
    inner = {"message": {"blocks": rich(section({"type": "text", "text": "shared words"}))}}
    assert text_of(message(attachments=[{"message_blocks": [inner, {"message": None}]}])) == "shared words"


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"attachments": [{"fallback": "disk full"}]}, "disk full"),
        ({"text": "look", "attachments": [{"fallback": "[no preview available]"}]}, "look"),
        ({"text": "disk is full", "attachments": [{"fallback": "Disk full"}]}, "disk is full"),
        ({"text": "app synced", "attachments": [{"text": "App *synced*"}]}, "app synced"),
        (
            {"text": "synced app", "attachments": [{"pretext": "app synced", "title": "app"}]},
            "synced app\napp synced",
        ),
    ],
)
def test_a_fallback_speaks_only_when_nothing_else_does(fields: dict, shown: str) -> None:
    assert text_of(bot(**fields)) == shown


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (
            "*Alert:* hot - `warning`\n*Details:*\n  • *instance:* `db1`",
            (("Alert", "hot - warning"), ("instance", "db1")),
        ),
        ("Labels:\n - alertname = Lag\n - service = x", (("alertname", "Lag"), ("service", "x"))),
        ("p95 6 s\n\n`env:prod service:web`", (("env", "prod"), ("service", "web"))),
        ("Events: *41*   Users Affected: *7*", (("Events", "41"), ("Users Affected", "7"))),
        ("environment: `production`  release: `5.1`", (("environment", "production"), ("release", "5.1"))),
        ("*Service:*\npayments", (("Service", "payments"),)),
        ("plain: words only", ()),
    ],
)
def test_fields_are_found_where_a_body_marks_them(body: str, fields: tuple) -> None:
    blocks = [{"type": "section", "text": mrkdwn(body)}]
    assert read(bot(attachments=[{"text": body}])).messages[0].fields == fields
    assert read(bot(blocks=blocks)).messages[0].fields == fields


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ({"blocks": [{"type": "header", "text": {"type": "plain_text", "text": "Disk full"}}]}, "Disk full"),
        ({"text": "Triggered <https://p.example|#7 disk full>"}, "Triggered #7 disk full"),
        (
            {
                "attachments": [
                    {"blocks": [{"type": "section", "text": mrkdwn("*<https://p.example|[#7] full>*")}]}
                ]
            },
            "[#7] full",
        ),
        ({"text": "kim changed <https://f.example|flag> in prod today"}, "kim changed flag in prod today"),
    ],
)
def test_a_bot_s_headline_is_its_title(fields: dict, title: str) -> None:
    assert read(bot(**fields)).messages[0].title == title


def test_a_file_is_its_name_and_the_head_that_is_not_yet_told() -> None:
    files = [
        {"name": "a.log", "preview": "boom at 7", "size": 9, "mimetype": "text/plain"},
        {"name": "b.log", "preview": "told already", "size": 5000},
        {"title": "c.png", "size": 3},
        {"name": "gone.log", "mode": "tombstone"},
        {"name": ""},
    ]
    [shared] = read(message(text="told already:", files=files)).messages
    assert shared.text == "told already:\na.log:\nboom at 7\nb.log\nc.png"
    assert [(file.name, file.is_partial) for file in shared.files] == [
        ("a.log", False),
        ("b.log", True),
        ("c.png", False),
    ]


def test_the_copilot_its_questions_joins_and_deletions_are_no_evidence_but_numbered_right() -> None:
    raw = [
        message(ts="1.000001", subtype="channel_join", text="joined"),
        message(ts="2.000001", text="real"),
        message(ts="3.000001", subtype="tombstone", hidden=True, text="This message was deleted."),
        message(ts="4.000001", user=BOT_USER, bot_id=BOT, text="ours"),
        message(ts="5.000001", text=f"<@{BOT_USER}> why?"),
        message(
            ts="6.000001",
            blocks=rich(section({"type": "user", "user_id": BOT_USER}, {"type": "text", "text": "?"})),
        ),
        bot(ts="7.000001", text=f"<@{BOT_USER}> from a bot"),
        message(ts="8.000001", text="late"),
        message(ts="8.000001", text="late, as broadcast"),
        message(ts="9.000001", hidden=True, subtype="novel", text="x"),
    ]
    reading = read(*reversed(raw))
    assert [(m.id, m.text) for m in reading.messages] == [
        ("m2", "real"),
        ("m4", "@U0COPILOT from a bot"),
        ("m5", "late"),
    ]
    assert (reading.deleted, reading.own_ts, reading.asked_ts) == (1, ("4.000001",), ("5.000001", "6.000001"))


@pytest.mark.parametrize(
    ("fields", "name", "kind"),
    [
        ({}, "Ana", AuthorKind.PERSON),
        ({"user": "U0X", "user_profile": {"display_name": "", "real_name": "Zoe"}}, "Zoe", AuthorKind.PERSON),
        ({"user_team": "T2", "team": "T1"}, "Ana", AuthorKind.EXTERNAL),
        ({"user": "USLACKBOT"}, "USLACKBOT", AuthorKind.BOT),
        ({"user": "U0Y", "bot_id": "B0PAGER"}, "Pager", AuthorKind.BOT),
        ({"user": None, "bot_id": "B0X", "bot_profile": {"name": "CI"}}, "CI", AuthorKind.BOT),
        ({"user": None}, "unknown", AuthorKind.PERSON),
    ],
)
def test_an_author_is_told_by_slack_s_own_fields(fields: dict, name: str, kind: AuthorKind) -> None:
    author = read(message(text="x", **fields)).messages[0].author
    assert (author.name, author.kind) == (name, kind)


def test_reactions_edits_threads_and_links_are_kept() -> None:
    [item] = read(
        message(
            text="x",
            thread_ts="1742586000.000001",
            edited={"ts": "1742586600.000000"},
            reactions=[{"name": "eyes", "count": 2}, {"name": "+1", "users": ["a"]}, {}],
        )
    ).messages
    assert item.reactions == (("eyes", 2), ("+1", 1))
    assert item.edited_at is not None
    assert item.edited_at.isoformat() == "2025-03-21T19:50:00+00:00"
    assert item.permalink == "p1742586540.000137/1742586000.000001"


@pytest.mark.parametrize(
    "fields",
    [
        {"text": None, "blocks": "x", "attachments": {"a": 1}, "files": [None, 3]},
        {
            "text": 7,
            "blocks": [
                None,
                {"type": 3},
                {"type": "rich_text", "elements": [{"type": "rich_text_list", "indent": -1}]},
            ],
        },
        {
            "attachments": [
                {"title": {"type": "plain_text", "text": "t"}, "fields": [{"title": 1, "value": True}]}
            ]
        },
        {
            "blocks": [
                {"type": "section", "text": 5, "fields": "x"},
                {"type": "context", "elements": [{"type": "image"}]},
            ]
        },
        {"reactions": "x", "edited": 5, "thread_ts": 7, "user": 9},
    ],
)
def test_shapes_that_slack_does_not_send_never_raise(fields: dict) -> None:
    assert read(message(**fields)).deleted == 0


def test_objects_without_a_ts_are_not_messages() -> None:
    assert read({"text": "x"}, {"ts": 5, "text": "x"}, message(ts="nine")).messages == ()  # type: ignore[arg-type]


@pytest.mark.parametrize("path", INCIDENTS, ids=lambda path: path.stem)
def test_shipped_incidents_are_read_whole_and_nothing_twice(path: Path) -> None:
    raw = json.loads(path.read_text())["messages"]
    reading = read(*raw, names={})
    silent = [m for m in raw if m.get("subtype") in {"tombstone", "channel_join", "channel_leave"}]
    assert len(reading.messages) + len(silent) == len(raw)
    assert all(m.title in m.text for m in reading.messages)
    assert not [
        m.text for m in reading.messages if "&lt;" in m.text or "&amp;" in m.text or "<http" in m.text
    ]
    for item in reading.messages:
        lines = [line for line in item.text.split("\n") if item.author.kind is AuthorKind.BOT]
        assert len(lines) == len(set(lines)) + max(0, lines.count("") - 1)
