"""What events say about messages, in the shapes in which Slack has been seen to send them."""

from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from bot.incident.log import Deleted, Reacted
from bot.incident.messages import IncidentRef
from bot.request import RequestKind
from handlers import happenings

NOW = datetime(2026, 7, 14, 3, 10, tzinfo=UTC)
CHANNEL = IncidentRef(team_id="T1", channel_id="C1")
TS, LATER, ROOT = "1700000010.000001", "1700000020.000002", "1700000000.000003"
GONE = {
    "type": "message",
    "subtype": "tombstone",
    "user": "USLACKBOT",
    "hidden": True,
    "ts": TS,
    "thread_ts": TS,
}


def thread(ts):
    return IncidentRef(team_id="T1", channel_id="C1", thread_ts=ts)


def message(**facts):
    """A message of a person, as it stands inside events and in history."""
    return {"type": "message", "user": "U1", "team": "T1", "text": "disk full on db-2", "ts": TS, **facts}


def told(event, **envelope):
    body = {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": event, **envelope}
    return happenings.parse(body, bot_user_id="U0BOT", bot_id="B0BOT", now=NOW)


def spoken(**facts):
    """An event that tells of a new message."""
    return {**message(), "channel": "C1", "channel_type": "channel", "event_ts": TS, **facts}


def wrapped(subtype, **facts):
    """An event that tells what became of a message."""
    about = {
        "type": "message",
        "subtype": subtype,
        "hidden": True,
        "channel": "C1",
        "channel_type": "channel",
    }
    return {**about, "ts": LATER, "event_ts": LATER, **facts}


def changed(after, before=None):
    return wrapped("message_changed", message=after, previous_message=before or message())


def reaction(kind="reaction_added", **facts):
    item = {"type": "message", "channel": "C1", "ts": TS}
    return {"type": kind, "user": "U1", "reaction": "+1", "item": item, "event_ts": LATER, **facts}


def test_a_message_is_kept_with_its_words_and_without_its_envelope():
    found = told(spoken(client_msg_id="x"))

    (said,) = found.entries
    assert (said.ts, said.version, said.thread_ts, said.is_seen) == (TS, TS, None, False)
    assert said.raw == message()
    assert found.refs == (CHANNEL,)
    assert found.recheck is None


@pytest.mark.parametrize(
    "facts",
    [
        {"subtype": "file_share", "files": [{"id": "F1", "name": "db.log"}], "upload": False},
        {
            "subtype": "bot_message",
            "bot_id": "B9",
            "username": "alerts",
            "attachments": [{"title": "firing"}],
        },
        {"subtype": "thread_broadcast", "thread_ts": ROOT, "root": message(ts=ROOT)},
        {"subtype": "me_message"},
        {"subtype": "channel_topic", "topic": "SEV1"},
        {"text": "", "blocks": [{"type": "divider"}]},
        {"bot_id": "B9", "app_id": "A9", "bot_profile": {"id": "B9", "name": "deploys"}},
        {"files": [], "attachments": [], "edited": {}, "thread_ts": "", "subtype": ""},
    ],
    ids=["file", "bot", "broadcast", "me", "topic", "blocks", "app", "every key empty"],
)
def test_messages_of_every_kind_are_kept(facts):
    (said,) = told(spoken(**facts)).entries

    assert said.raw.items() <= spoken(**facts).items()
    assert said.raw["ts"] == TS


def test_a_reply_belongs_into_the_channels_log_and_into_its_threads():
    found = told(spoken(thread_ts=ROOT))

    assert found.refs == (CHANNEL, thread(ROOT))
    assert found.entries[0].thread_ts == ROOT


def test_a_message_in_a_channel_that_may_not_be_known_asks_about_it_once_an_hour():
    first, second, next_hour = (
        told(spoken(ts=ts, event_ts=ts)).follow
        for ts in ("1700000100.000001", "1700000900.000001", "1700003700.000001")
    )

    assert first.kind is RequestKind.FOLLOW
    assert (first.team_id, first.channel_id, first.asker_id) == ("T1", "C1", "")
    assert first.id == second.id != next_hour.id


@pytest.mark.parametrize(
    "facts", [{"channel": "D1", "channel_type": "im"}, {"user": "U0BOT"}, {"bot_id": "B0BOT"}]
)
def test_nobody_asks_about_a_channel_for_a_direct_message_or_a_post_of_ours(facts):
    assert told(spoken(**facts)).follow is None


@pytest.mark.parametrize("facts", [{"user": "U0BOT", "bot_id": "B0BOT"}, {"user": None, "bot_id": "B0BOT"}])
def test_of_our_own_posts_it_is_kept_that_they_stand_there(facts):
    (said,) = told(spoken(**facts)).entries

    assert "text" not in said.raw
    assert told(changed(message(**facts))) is None


def test_an_edit_replaces_and_asks_for_a_second_look():
    edited = message(text="disk full on db-3", edited={"user": "U1", "ts": "1700000020.000000"})

    found = told(changed(edited))

    (said,) = found.entries
    assert (said.ts, said.version) == (TS, LATER)
    assert said.raw["text"] == "disk full on db-3"
    assert found.refs == (CHANNEL, thread(TS))
    assert (found.recheck.kind, found.recheck.subject, found.recheck.text) == (
        RequestKind.RECHECK, TS, "edited",
    )  # fmt: skip
    assert found.withdraws == ""


@pytest.mark.parametrize(
    ("before", "after", "is_looked_at"),
    [
        ({}, {"attachments": [{"title": "a link unfurled"}]}, False),
        ({}, {"reply_count": 1, "thread_ts": TS}, False),
        ({"attachments": [{"text": "firing"}]}, {"attachments": [{"text": "resolved"}]}, True),
        ({"attachments": [{"text": "firing"}]}, {}, True),
        ({"blocks": [{"type": "divider"}]}, {}, True),
        ({"files": [{"id": "F1"}]}, {"files": [{"id": "F1", "mode": "tombstone"}]}, True),
    ],
    ids=["unfurled", "first reply", "alert resolved", "attachment removed", "blocks", "file deleted"],
)
def test_only_a_change_that_takes_words_away_asks_for_a_second_look(before, after, is_looked_at):
    found = told(changed(message(**after), message(**before)))

    assert (found.recheck is not None) is is_looked_at
    assert len(found.entries) == 1


def test_an_edit_that_does_not_say_what_stood_before_asks_for_a_second_look():
    assert told(wrapped("message_changed", message=message())).recheck is not None


@pytest.mark.parametrize(
    ("event", "refs"),
    [
        (wrapped("message_deleted", deleted_ts=TS, previous_message=message()), (CHANNEL, thread(TS))),
        (wrapped("message_deleted", deleted_ts=TS), (CHANNEL, thread(TS))),
        (wrapped("message_deleted", previous_message=message()), (CHANNEL, thread(TS))),
        (
            wrapped("message_deleted", deleted_ts=TS, previous_message=message(thread_ts=ROOT)),
            (CHANNEL, thread(ROOT)),
        ),
        (wrapped("message_changed", message=GONE, previous_message=message()), (CHANNEL, thread(TS))),
    ],
    ids=["deleted", "without what stood there", "without its ts", "a reply", "a parent"],
)
def test_a_deletion_is_kept_withdraws_a_question_and_asks_for_a_second_look(event, refs):
    found = told(event)

    assert found.entries == (Deleted(ts=TS),)
    assert found.refs == refs
    assert found.withdraws == f"msg:T1:C1:{TS}"
    assert (found.recheck.subject, found.recheck.text) == (TS, "deleted")


def test_a_post_of_ours_that_is_deleted_withdraws_nothing():
    found = told(wrapped("message_deleted", deleted_ts=TS, previous_message=message(bot_id="B0BOT")))

    assert found.entries == (Deleted(ts=TS),)
    assert (found.withdraws, found.recheck) == ("", None)


@pytest.mark.parametrize(("kind", "count"), [("reaction_added", 1), ("reaction_removed", 0)])
def test_a_reaction_is_kept_with_its_person(kind, count):
    found = told(reaction(kind, item_user="U2"))

    assert found.entries == (Reacted(ts=TS, name="+1", person_id="U1", version=LATER, count=count),)
    assert found.refs == (CHANNEL, thread(TS))


@pytest.mark.parametrize(
    ("event", "name"),
    [
        ({"type": "channel_rename", "channel": {"id": "C1", "name": "inc-9", "created": 1}}, "renamed"),
        ({"type": "group_rename", "channel": {"id": "C1", "name": "inc-9", "created": 1}}, "renamed"),
        ({"type": "member_joined_channel", "user": "U0BOT", "channel": "C1", "inviter": "U1"}, "joined"),
    ],
)
def test_a_channel_that_was_renamed_or_joined_is_asked_about_at_once(event, name):
    found = told({**event, "event_ts": LATER})

    assert (found.asks.kind, found.asks.id) == (RequestKind.FOLLOW, f"follow:T1:C1:{name}:{LATER}")
    assert found.refs == ()


@pytest.mark.parametrize(
    ("subtype", "is_asked"), [("channel_convert_to_private", True), ("channel_topic", False)]
)
def test_a_channel_that_was_made_private_is_asked_about_though_its_log_is_open(subtype, is_asked):
    found = told(spoken(subtype=subtype))

    assert (found.asks is not None) is is_asked


@pytest.mark.parametrize(
    "event",
    [
        {"type": "member_joined_channel", "user": "U1", "channel": "C1", "event_ts": LATER},
        {"type": "app_mention", **{k: v for k, v in spoken().items() if k != "type"}},
        reaction(item={"type": "file", "file": "F1", "channel": "C1"}),
        wrapped("message_replied", message=message(reply_count=1)),
        wrapped("", message=message(reply_count=1)),
        spoken(is_ephemeral=True),
        {"type": "pin_added", "channel_id": "C1"},
    ],
    ids=["a person joins", "mention", "file", "replied", "replied, nameless", "ephemeral", "pin"],
)
def test_what_changes_no_message_is_nothing(event):
    with capture_logs() as logs:
        assert told(event) is None

    assert logs == []


def test_the_team_may_stand_in_the_event_alone():
    assert told(spoken(), team_id=None).refs == (CHANNEL,)


@pytest.mark.parametrize(
    "event",
    [
        spoken(ts=None, event_ts=LATER),
        spoken(ts=1700000010.000001),
        spoken(ts="yesterday", event_ts="today"),
        spoken(channel=["C1"]),
        spoken(channel={"name": "C1"}),
        wrapped("message_changed"),
        wrapped("message_changed", message=[message()]),
        wrapped("message_changed", message=message(ts="now")),
        wrapped("message_deleted", deleted_ts={}, previous_message="gone"),
        wrapped("message_deleted", deleted_ts=TS, ts=None, event_ts=None),
        reaction(user=None),
        reaction(reaction=""),
        reaction(reaction="x" * 101),
        reaction(event_ts="now"),
    ],
)
def test_what_is_not_as_documented_is_not_kept_and_said_without_its_words(event):
    with capture_logs() as logs:
        found = told(event)

    if found is None:
        assert [entry["event"] for entry in logs] == ["happening.not_kept"]
    else:
        assert found.entries[0].ts == TS  # what is odd about it does not matter
    assert "disk full" not in str(logs)


@pytest.mark.parametrize("body", [None, 7, "words", [], {}, {"type": "event_callback"}, {"type": []}])
def test_what_is_no_event_is_nothing(body):
    assert happenings.parse(body, bot_user_id="U0BOT", bot_id="B0BOT", now=NOW) is None
    assert told(body) is None
