"""Mentions and direct messages become requests; everything else people and bots say does not."""

from datetime import UTC, datetime

import pytest

from bot.request import RequestKind
from handlers import parse

NOW = datetime(2026, 11, 23, 3, 10, tzinfo=UTC)
BOT = "U0BOT"


def event(event_id="Ev1", **fields):
    mention = {
        "type": "app_mention",
        "user": "U0BEN",
        "channel": "C0INC",
        "ts": "1742595890.000100",
        "text": "<@U0BOT> why are uploads failing?",
    }
    return {"type": "event_callback", "team_id": "T0", "event_id": event_id, "event": mention | fields}


def parsed(body):
    return parse(body, BOT, now=NOW)


def test_a_mention_becomes_a_question_without_the_mention():
    request, keys = parsed(event(thread_ts="1742586540.000137"))

    assert request.kind is RequestKind.ANSWER
    assert request.text == "why are uploads failing?"
    assert (request.channel_id, request.asker_id, request.team_id) == ("C0INC", "U0BEN", "T0")
    assert (request.message_ts, request.thread_ts) == ("1742595890.000100", "1742586540.000137")
    assert request.received_at == NOW
    assert keys == ("ev:Ev1", "msg:T0:C0INC:1742595890.000100")


def test_the_two_deliveries_of_one_mention_are_one_request():
    first, first_keys = parsed(event("Ev1"))
    second, second_keys = parsed(event("Ev2", type="message", channel_type="channel"))

    assert first == second
    assert set(first_keys) & set(second_keys) == {first.id}


def test_the_root_of_a_thread_counts_as_top_level():
    request, _ = parsed(event(thread_ts="1742595890.000100"))

    assert request.thread_ts is None


def test_a_direct_message_needs_no_mention():
    request, _ = parsed(event(type="message", channel="D0DM", channel_type="im", text="what broke?"))

    assert request.is_direct
    assert request.text == "what broke?"


@pytest.mark.parametrize(
    ("text", "kind", "rest"),
    [
        ("<@U0BOT>", RequestKind.HELP, ""),
        ("<@U0BOT> help", RequestKind.HELP, ""),
        ("<@U0BOT> Help!", RequestKind.HELP, ""),
        ("<@U0BOT> help me find the cause", RequestKind.ANSWER, "help me find the cause"),
        ("<@U0BOT|copilot>: escalate why 403s?", RequestKind.ESCALATE, "why 403s?"),
        ("<@U0BOT> Opus, look again", RequestKind.ESCALATE, "look again"),
        ("<@U0BOT> escalate", RequestKind.ESCALATE, ""),
        ("<@U0BOT> escalation rules changed?", RequestKind.ANSWER, "escalation rules changed?"),
        ("<@U0BOT> postmortem", RequestKind.POSTMORTEM, ""),
        ("hey <@U0BOT> why?", RequestKind.ANSWER, "hey   why?"),
        ("<@U0BOT> ask", RequestKind.HELP, ""),
        ("<@U0BOT> csot", RequestKind.HELP, "csot"),
        ("<@U0BOT> Redis?", RequestKind.ANSWER, "Redis?"),
        ("<@U0BOT> was it <@U0ANA>?\n&lt;v2&gt;?", RequestKind.ANSWER, "was it <@U0ANA>?\n&lt;v2&gt;?"),
        (None, RequestKind.HELP, ""),
    ],
)
def test_the_first_word_says_what_is_asked_for(text, kind, rest):
    request, _ = parsed(event(text=text))

    assert (request.kind, request.text) == (kind, rest)


@pytest.mark.parametrize(
    ("text", "rest"),
    [("opus full why 403s?", "why 403s?"), ("escalate full", ""), ("Opus: full, please", "please")],
)
def test_a_mention_can_ask_for_every_message_in_full(text, rest):
    request, _ = parsed(event(text=f"<@U0BOT> {text}"))

    assert (request.kind, request.is_full, request.text) == (RequestKind.ESCALATE, True, rest)


@pytest.mark.parametrize(
    "change",
    [
        {"bot_id": "B0DATADOG"},
        {"user": BOT},
        {"user": "USLACKBOT"},
        {"user": None},
        {"edited": {"user": "U0BEN", "ts": "1742595899.000000"}},
        {"type": "message", "subtype": "message_changed", "hidden": True},
        {"type": "message", "subtype": "channel_join"},
        {"type": "message", "subtype": "bot_message"},
        {"type": "message", "text": "no mention of anybody"},
        {"type": "message", "text": "<@U0ANA> can you look?"},
        {"type": "reaction_added"},
        {"ts": "yesterday"},
        {"channel": ["C0INC"]},
        {"user": []},
        {"subtype": []},
    ],
)
def test_what_is_no_question_of_a_person_asks_for_nothing(change):
    assert parsed(event(**change)) is None


def test_a_message_with_a_file_or_sent_to_the_channel_too_is_a_question():
    assert parsed(event(type="message", subtype="file_share")) is not None
    assert parsed(event(type="message", subtype="thread_broadcast")) is not None


def test_half_a_surrogate_pair_is_replaced_so_that_the_text_can_be_stored():
    request, _ = parsed(event(text="<@U0BOT> why \ud83d?"))

    assert request.text == "why ??"


def test_without_an_event_id_the_message_alone_tells_deliveries_apart():
    request, keys = parsed(event(event_id=None))

    assert keys == (request.id,)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("cost?", RequestKind.COST),
        ("cost of the outage so far?", RequestKind.ANSWER),
        ("watch", RequestKind.WATCH),
        ("unwatch!", RequestKind.UNWATCH),
        ("watch the error rate: what changed?", RequestKind.ANSWER),
        ("watchdog fired, why?", RequestKind.ANSWER),
    ],
)
def test_a_word_that_stands_alone_is_no_question(words, kind):
    request, _ = parsed(event(text=f"<@U0BOT> {words}"))

    assert request.kind is kind
