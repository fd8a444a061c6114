"""Stop, as Slack sends it, becomes a request; anything else does not."""

from datetime import UTC, datetime

import pytest

from bot.request import RequestKind
from handlers import parse

NOW = datetime(2026, 11, 23, 3, 10, tzinfo=UTC)
STREAMING = ["1742595961.000100", "1742595962.000200"]


def event(event_id="Ev1", **fields):
    stopped = {
        "type": "agent_session_stopped",
        "channel": "C0INC",
        "thread_ts": "1742595890.000100",
        "user": "U0BEN",
        "streaming_message_ts": STREAMING,
        "event_ts": "1742595970.000300",
    }
    return {"type": "event_callback", "team_id": "T0", "event_id": event_id, "event": stopped | fields}


def test_a_stop_names_the_person_the_thread_and_the_messages():
    request, keys = parse(event(), "U0BOT", now=NOW)

    assert request.kind is RequestKind.STOP
    assert (request.team_id, request.channel_id, request.asker_id) == ("T0", "C0INC", "U0BEN")
    assert request.thread_ts == "1742595890.000100"
    assert request.subject == ",".join(STREAMING)
    assert request.pressed_ts == "1742595970.000300"
    assert keys == ("ev:Ev1", request.id)


def test_a_stop_delivered_again_is_known_as_the_same_one():
    first, _ = parse(event(event_id="Ev1"), "U0BOT", now=NOW)
    again, keys = parse(event(event_id=None), "U0BOT", now=NOW)

    assert first.id == again.id
    assert keys == (first.id,)


def test_a_stop_runs_beside_the_answers_not_behind_them():
    request, _ = parse(event(), "U0BOT", now=NOW)

    assert request.lane.endswith(":quick")


@pytest.mark.parametrize(
    ("named", "subject"),
    [(None, ""), ([], ""), ("1742595961.000100", ""), ([7, {}, "no ts", STREAMING[0]], STREAMING[0])],
)
def test_messages_that_are_named_oddly_or_not_at_all_are_left_out(named, subject):
    request, _ = parse(event(streaming_message_ts=named), "U0BOT", now=NOW)

    assert request.subject == subject


@pytest.mark.parametrize("field", ["channel", "thread_ts", "user", "event_ts"])
def test_a_stop_that_does_not_say_what_is_meant_asks_for_nothing(field):
    assert parse(event(**{field: None}), "U0BOT", now=NOW) is None


def test_other_events_of_a_session_ask_for_nothing():
    assert parse(event(type="agent_session_title_changed"), "U0BOT", now=NOW) is None
