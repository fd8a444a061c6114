"""Slash commands and the message shortcut become requests."""

from datetime import UTC, datetime

import pytest

from bot.request import RequestKind
from handlers import parse
from handlers.commands import receipt

NOW = datetime(2026, 11, 23, 3, 10, tzinfo=UTC)


def command(name="/copilot", text="", **fields):
    form = {
        "command": name,
        "text": text,
        "team_id": "T0",
        "channel_id": "C0INC",
        "user_id": "U0BEN",
        "trigger_id": "13345224609.738474920.8088930838d88f008e0",
    }
    return form | fields


def shortcut(**fields):
    payload = {
        "type": "message_action",
        "callback_id": "escalate_message",
        "trigger_id": "1.2.3",
        "team": {"id": "T0"},
        "user": {"id": "U0BEN"},
        "channel": {"id": "C0INC"},
        "message_ts": "1742595147.001644",
        "message": {"ts": "1742595147.001644", "thread_ts": "1742586540.000137"},
    }
    return payload | fields


def parsed(body):
    return parse(body, "U0BOT", now=NOW)


@pytest.mark.parametrize(
    ("name", "text", "kind", "rest"),
    [
        ("/opus", "", RequestKind.ESCALATE, ""),
        ("/opus", " why 403s? ", RequestKind.ESCALATE, "why 403s?"),
        ("/opus", "help", RequestKind.HELP, ""),
        ("/copilot", "", RequestKind.HELP, ""),
        ("/copilot", "help", RequestKind.HELP, ""),
        ("/copilot", "postmortem", RequestKind.POSTMORTEM, ""),
        ("/copilot", "post-mortem of tonight", RequestKind.POSTMORTEM, "of tonight"),
        ("/copilot", "escalate why 403s?", RequestKind.ESCALATE, "why 403s?"),
        ("/copilot", "ask why 403s?", RequestKind.ANSWER, "why 403s?"),
        ("/copilot", "ask", RequestKind.HELP, ""),
        ("/copilot", "cost", RequestKind.COST, ""),
        ("/copilot", "Costs?", RequestKind.COST, ""),
        ("/copilot", "cost of the outage", RequestKind.HELP, "cost of the outage"),
        ("/copilot", "watch", RequestKind.WATCH, ""),
        ("/copilot", "Unwatch.", RequestKind.UNWATCH, ""),
        ("/copilot", "watch the error rate", RequestKind.HELP, "watch the error rate"),
        ("/copilot", "make coffee", RequestKind.HELP, "make coffee"),
    ],
)
def test_a_command_says_what_is_asked_for(name, text, kind, rest):
    request, keys = parsed(command(name, text))

    assert (request.kind, request.text) == (kind, rest)
    assert (request.thread_ts, request.message_ts) == (None, None)
    assert keys == ("cmd:13345224609.738474920.8088930838d88f008e0",) == (request.id,)


@pytest.mark.parametrize(
    ("name", "text", "is_full", "rest"),
    [
        ("/opus", "full", True, ""),
        ("/opus", "Full: why 403s?", True, "why 403s?"),
        ("/opus", "in full, please", True, "please"),
        ("/copilot", "opus full why 403s?", True, "why 403s?"),
        ("/copilot", "escalate full", True, ""),
        ("/copilot", "ask full why 403s?", False, "full why 403s?"),
        ("/opus", "full disk on db-3?", False, "full disk on db-3?"),
        ("/opus", "fully broken?", False, "fully broken?"),
        ("/opus", "is it full?", False, "is it full?"),
    ],
)
def test_full_after_opus_asks_for_every_message_and_a_full_disk_does_not(name, text, is_full, rest):
    request, _ = parsed(command(name, text))

    assert (request.is_full, request.text) == (is_full, rest)
    assert ("every message in full" in receipt(command(name, text), request)) is is_full


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("unwach", "unwatch"),
        ("csot", "cost"),
        ("/Postmortum!", "postmortem"),
        ("watch the error rate", "watch"),
        ("fnord", ""),
        ("help", ""),
        ("", ""),
        ("?", ""),
    ],
)
def test_a_slip_of_a_verb_brings_the_verb_that_is_near_to_it(text, nearest):
    request, _ = parsed(command("/copilot", text))

    assert (request.kind, request.subject) == (RequestKind.HELP, nearest)


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("help", ""),
        ("cost", "cost"),
        ("ful", "opus full"),
        ("csot?", "cost"),
        ("hlep", "help"),
        ("ask", "ask"),
    ],
)
def test_one_word_after_opus_that_is_or_nears_a_command_is_not_paid_for(text, nearest):
    request, _ = parsed(command("/opus", text))

    assert (request.kind, request.subject) == (RequestKind.HELP, nearest)
    assert request.text == ("" if text == "help" else text)
    assert receipt(command("/opus", text), request) == ""


@pytest.mark.parametrize(
    "text", ["", "why?", "host?", "full", "Redis", "helpful logs missing", "cost of it?"]
)
def test_what_is_no_slip_after_opus_is_a_question(text):
    assert parsed(command("/opus", text))[0].kind is RequestKind.ESCALATE


def test_a_command_in_a_direct_message_is_direct():
    request, _ = parsed(command("/opus", channel_id="D0DM"))

    assert request.is_direct


@pytest.mark.parametrize("fields", [{"command": "/giphy"}, {"channel_id": ""}, {"trigger_id": None}])
def test_a_command_of_another_app_or_without_its_fields_asks_for_nothing(fields):
    assert parsed(command(**fields)) is None


def test_the_shortcut_escalates_the_thread_of_its_message():
    request, keys = parsed(shortcut())

    assert request.kind is RequestKind.ESCALATE
    assert request.thread_ts == "1742586540.000137"
    assert keys == ("act:1.2.3",)


def test_the_shortcut_on_a_message_without_a_thread_begins_one_there():
    request, _ = parsed(shortcut(message={"ts": "1742595147.001644"}))

    assert request.thread_ts == "1742595147.001644"


@pytest.mark.parametrize(
    "fields", [{"callback_id": "other"}, {"user": None}, {"message": {}, "message_ts": 7}]
)
def test_another_shortcut_or_one_without_its_fields_asks_for_nothing(fields):
    assert parsed(shortcut(**fields)) is None


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("/opus", "why?", "with Opus"),
        ("/copilot", "postmortem", "file"),
        ("/copilot", "ask why?", "On it."),
        ("/copilot", "help", ""),
    ],
)
def test_a_command_is_acknowledged_in_words_only_the_asker_sees(name, text, said):
    form = command(name, text)
    request, _ = parse(form, "U0BOT", now=NOW)

    answer = receipt(form, request)

    assert said in answer
    assert bool(answer) == bool(said)
    assert receipt({"type": "event_callback"}, request) == ""


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("full", "/opus", True),
        ("", "/opus", True),
        ("ask why?", "/copilot", True),
        ("cost", "/copilot", False),
    ],
)
def test_a_receipt_promises_no_model_where_none_is_set_up(text, name, said):
    form = command(name, text)
    request, _ = parse(form, "U0BOT", now=NOW)

    answer = receipt(form, request, has_model=False)

    assert ("No model is set up, so the rules answer" in answer) is said
    assert "Opus" not in answer


HERE = "https://acme.slack.com/archives/C0INC/p1742595147001644"
REPLY = f"{HERE}?thread_ts=1742586540.000137&amp;cid=C0INC"


@pytest.mark.parametrize(
    ("name", "text", "thread", "rest"),
    [
        ("/opus", f"<{HERE}> why 403s?", "1742595147.001644", "why 403s?"),
        ("/opus", f"why 403s? {HERE}", "1742595147.001644", "why 403s?"),
        ("/copilot", f"escalate <{REPLY}|here> why?", "1742586540.000137", "why?"),
        ("/copilot", f"summary <{REPLY}>", "1742586540.000137", ""),
        ("/opus", "why? <https://acme.slack.com/archives/C0ELSE/p1742595147001644>", None, None),
        ("/opus", "why? <https://acme.slack.com/archives/C0INC>", None, None),
        ("/opus", "why? <https://grafana.test/d/1>", None, None),
        ("/copilot", f"refute H1 because of <{HERE}>", None, f"of <{HERE}>"),
    ],
)
def test_a_link_to_a_message_of_the_channel_names_the_thread(name, text, thread, rest):
    request, _ = parsed(command(name, text))
    assert request.thread_ts == thread
    assert request.text == (text if rest is None else rest)


def test_the_receipt_says_which_thread():
    body = command("/opus", f"<{HERE}> why?")
    request, _ = parsed(body)
    assert "in the thread of that message" in receipt(body, request)
