"""A pattern is tried only where a sign of it stands; what a bot states is found all the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.alert_words import severity_in, state_of_head, state_of_lead
from bot.slack.fields import clean
from bot.slack.mrkdwn import Flattener
from bot.slack.reading import read_messages
from bot.slack.services import owned_service, told_service


def times_in(text):
    raw = {"type": "message", "ts": "1795000000.000100", "bot_id": "B1", "text": text}
    [message] = read_messages(
        [raw], numbers={raw["ts"]: 1}, names={}, bot_user_id="", bot_id="", permalink=lambda ts, thread_ts: ""
    ).messages
    return [(name, f"{at:%m-%d %H:%M}") for name, at in message.alert.times]


@pytest.mark.parametrize("code", ["SEV0", "sev-1", "Sev 2", "P0", "p3"])
def test_a_code_of_severity_is_found_in_any_case(code):
    assert severity_in(f"Edge errors, {code}") == code


@pytest.mark.parametrize("word", ["critical", "HIGH", "medium", "Moderate", "low", "warning"])
def test_a_told_severity_is_found(word):
    assert severity_in(f"A {word} priority ticket") == word


@pytest.mark.parametrize("word", ["major", "minor", "info", "high", "\u017fevere"])
def test_a_severity_in_a_box_is_found_and_other_words_are_not(word):
    assert severity_in(f"Edge [{word}] errors") == ("" if word == "\u017fevere" else word)


@pytest.mark.parametrize(
    "head",
    [
        "Application cart is down",
        "service cart has failed",
        "the Component cart in trouble",
        "App cart sync failed",
        "deployment cart failed",
        "Workload cart has restarted",
        "Syncing of app cart ",
        "refresh application cart ",
        "Failed to deploy cart to production",
        "Rollout of cart",
        "rollback of cart",
        "deploying cart version 2",
    ],
)
def test_a_told_service_is_found(head):
    assert told_service([head]) == "cart"


def test_a_repository_is_found_behind_its_slash():
    assert owned_service(["no name here", "[acme/cart] pushed"]) == "acme/cart"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Disk is full\nit STARTED at 10:05 today\nbye", [("started", "11-18 10:05")]),
        ("5 pods\nResolved on Nov 18 at 09:30", [("resolved", "11-18 09:30")]),
        ("It was reported 2026-11-17 23:01", [("reported", "11-17 23:01")]),
        ("Since 07:40 and\nended 08:10", [("since", "11-18 07:40"), ("ended", "11-18 08:10")]),
        ("Rebuilt\n2026-11-17 12:00 UTC", [("", "11-17 12:00")]),
        ("\u0130\u0130\u0130 fired 06:15", [("fired", "11-18 06:15")]),
        ("started\n10:05", []),
    ],
)
def test_times_are_found_on_the_lines_that_have_digits_like_theirs(text, found):
    assert times_in(text) == found


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("Monitor CHANGED STATE TO `Alerting` again", "CHANGED STATE TO `Alerting"),
        ("Pod is Unreachable", "is Unreachable"),
        ("\u0130\u0130 Incident Resolved", "Incident Resolved"),
    ],
)
def test_the_words_of_a_state_are_those_that_stand_there(head, words):
    assert state_of_lead(head)[1].startswith(words)


def test_the_first_word_of_a_headline_is_returned_as_it_stands_there():
    assert state_of_head("ALERT: disk")[1] == "ALERT"
    assert state_of_head("[Firing:2] disk")[1] == "Firing"
    assert state_of_head("Resolved: disk")[1] == "Resolved"


@given(st.text(st.sampled_from("aZ09.,;=/()@%+-*_`&<:~\u200b\n ")))
def test_a_plain_name_is_cleaned_like_any_other(text):
    marked = clean(f"\u200b{text}", Flattener({}))  # a hidden character: none of it is plain

    assert clean(text, Flattener({})) == marked
