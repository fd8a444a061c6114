"""Slack's own shapes, every key there and nothing in it: as its recorded payloads have them."""

import pytest

from bot.incident.messages import AlertState, AuthorKind
from bot.slack.reading import evidence_ts, read_messages

OWN = {"bot_user_id": "U0COPILOT", "bot_id": "B0COPILOT"}
PLAIN = {"type": "plain_text", "text": "", "emoji": False}
CONFIRM = {"title": PLAIN, "text": PLAIN, "confirm": PLAIN, "deny": PLAIN, "style": ""}
OPTION = {"text": PLAIN, "value": "", "description": PLAIN, "url": ""}
IMAGE = {
    "type": "image",
    "image_url": "",
    "alt_text": "",
    "fallback": "",
    "image_width": 123,
    "image_bytes": 123,
}
LEAF = {
    "type": "",
    "range": "",
    "text": "",
    "style": {"bold": False, "italic": False, "strike": False, "code": False},
    "channel_id": "",
    "value": "",
    "timestamp": "",
    "url": "",
    "team_id": "",
    "user_id": "",
    "usergroup_id": "",
    "name": "",
    "skin_tone": 12345,
    "unicode": "",
}
SECTION = {"type": "", "elements": [LEAF], "style": "", "indent": 12345, "offset": 12345, "border": 12345}
CONTROL = {
    "type": "",
    "text": PLAIN,
    "action_id": "",
    "url": "",
    "value": "",
    "style": "",
    "confirm": CONFIRM,
    "accessibility_label": "",
    "options": [OPTION],
    "initial_options": [OPTION],
    "initial_option": OPTION,
    "option_groups": [{"label": PLAIN, "options": [OPTION]}],
    "placeholder": PLAIN,
    "initial_users": [""],
    "filter": {"include": [""]},
    "elements": [SECTION],
    "indent": 12345,
    "image_url": "",
    "alt_text": "",
}
FILE = {
    "id": "",
    "created": 123,
    "timestamp": 123,
    "name": "",
    "title": "",
    "mimetype": "",
    "filetype": "",
    "mode": "",
    "size": 123,
    "preview": "",
    "preview_highlight": "",
    "preview_plain_text": "",
    "preview_is_truncated": False,
    "lines": 123,
    "shares": {"public": {"C0": [{"ts": "", "reply_users": [""]}]}},
    "channels": [""],
}
BLOCKS = [
    {
        "type": "",
        "elements": [CONTROL, IMAGE, SECTION],
        "block_id": "",
        "call": {"v1": {"id": ""}},
        "file": FILE,
    },
    *(
        {"type": kind, "elements": [CONTROL, IMAGE, SECTION], "block_id": ""}
        for kind in ("actions", "rich_text")
    ),
    {"type": "context", "elements": [IMAGE], "block_id": ""},
    {"type": "divider", "block_id": ""},
    {**IMAGE, "title": PLAIN},
    {"type": "section", "text": PLAIN, "fields": [PLAIN, {"type": "mrkdwn", "text": ""}], "accessory": IMAGE},
]
ATTACHMENT = {
    **dict.fromkeys(
        (
            "msg_subtype",
            "fallback",
            "callback_id",
            "color",
            "pretext",
            "service_name",
            "author_name",
            "author_link",
            "from_url",
            "original_url",
            "title",
            "title_link",
            "text",
            "image_url",
            "thumb_url",
            "footer",
            "ts",
        ),
        "",
    ),
    "id": 123,
    "is_msg_unfurl": False,
    "fields": [{"title": "", "value": "", "short": False}],
    "mrkdwn_in": [""],
    "actions": [{"id": "", "name": "", "text": "", "type": "button", "url": "", "options": []}],
    "blocks": BLOCKS,
    "preview": {"type": "", "title": PLAIN, "subtitle": PLAIN},
    "message_blocks": [{"message": {"blocks": BLOCKS}}],
}
EMPTY = {
    "type": "",
    "subtype": "",
    "text": "",
    "user": "",
    "bot_id": "",
    "username": "",
    "team": "",
    "user_team": "",
    "ts": "0000000000.000000",
    "thread_ts": "0000000000.000000",
    "parent_user_id": "",
    "reply_count": 12345,
    "bot_profile": {"id": "", "name": "", "icons": {"image_36": ""}},
    "user_profile": {"display_name": "", "name": ""},
    "icons": {"emoji": ""},
    "edited": {"user": "", "ts": ""},
    "reactions": [{"name": "", "users": [""], "count": 12345}],
    "blocks": BLOCKS,
    "attachments": [ATTACHMENT],
    "files": [FILE],
    "pinned_to": [""],
    "is_locked": False,
}


def read(*raw: dict):
    numbers = {ts: n for n, ts in enumerate(evidence_ts(raw, **OWN), 1)}
    return read_messages(raw, numbers=numbers, names={}, permalink=lambda ts, root: ts, **OWN)


def nulled(shape: object) -> object:
    if isinstance(shape, dict):
        return {name: value if name == "ts" else nulled(value) for name, value in shape.items()}
    return [nulled(item) for item in shape] if isinstance(shape, list) else None


@pytest.mark.parametrize("bot_id", ["", "B1"])
@pytest.mark.parametrize("change", [dict, nulled])
def test_a_message_with_every_key_and_nothing_in_it_is_no_evidence(change, bot_id: str) -> None:
    raw = {**change(EMPTY), "bot_id": bot_id}

    assert read(raw).messages == ()


def test_words_in_a_shape_with_every_key_are_all_that_is_read() -> None:
    raw = {**EMPTY, "ts": "1742586540.000137", "text": "disk &amp; io", "bot_id": "B1", "username": "pager"}

    [message] = read(raw).messages

    assert (message.text, message.title, message.fields, message.links) == ("disk & io", "disk & io", (), ())
    assert (message.alert.state, message.alert.times) == (AlertState.UNKNOWN, ())
    assert message.edited_at is None


def test_an_event_s_message_reads_like_history_s() -> None:
    history = {"type": "message", "ts": "1742586540.000137", "user": "U1", "text": "it broke", "team": "T1"}
    event = {**history, "channel": "C1", "event_ts": "1742586540.000137", "channel_type": "channel"}

    assert read(history).messages == read(event).messages


@pytest.mark.parametrize(
    "subtype",
    ["me_message", "file_share", "thread_broadcast", "ekm_access_denied", "channel_topic", "channel_name"],
)
def test_subtypes_that_say_something_are_read(subtype: str) -> None:
    [message] = read({"ts": "1742586540.000137", "user": "U1", "subtype": subtype, "text": "words"}).messages

    assert (message.text, message.author.kind) == ("words", AuthorKind.PERSON)


@pytest.mark.parametrize(
    "raw",
    [
        {"subtype": "message_deleted", "hidden": True, "previous_message": EMPTY},
        {"subtype": "tombstone", "user": "USLACKBOT", "text": "This message was deleted.", "hidden": True},
    ],
)
def test_a_deleted_message_is_counted_and_a_reply_to_it_stands(raw: dict) -> None:
    root = {"ts": "1742586540.000137", **raw}
    reply = {"ts": "1742586541.000001", "thread_ts": root["ts"], "user": "U1", "text": "still here"}

    reading = read(root, reply)

    assert reading.deleted == 1
    assert [(m.id, m.text, m.thread_ts) for m in reading.messages] == [("m2", "still here", root["ts"])]


@pytest.mark.parametrize(
    ("pins", "is_pinned"),
    [
        ({"pinned_to": ["C0INC"]}, True),
        ({"pinned_to": []}, False),
        ({"pinned_to": "C0INC"}, False),
        ({}, False),
    ],
)
def test_a_message_says_itself_that_it_is_pinned(pins, is_pinned):
    (message,) = read(
        {"type": "message", "ts": "1742586540.000137", "user": "U1", "text": "plan", **pins}
    ).messages

    assert message.is_pinned is is_pinned
