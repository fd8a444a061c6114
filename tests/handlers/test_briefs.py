"""What asks for a brief, what is an order to change something, and what is a question."""

import pytest

from bot.request import RequestKind
from handlers.briefs import BRIEFS, brief_of

WISHES = [
    ("catch me up", "catchup", ""),
    ("Catch me up since 14:05", "catchup", "14:05"),
    ("catch me up on the last 30m", "catchup", "30m"),
    ("catchup exec", "catchup", "exec"),
    ("what did I miss?", "catchup", ""),
    ("where are we?", "catchup", ""),
    ("what\u2019s the status?", "catchup", ""),
    ("summarize this thread", "summary", ""),
    ("tl;dr", "summary", ""),
    ("show me the timeline", "timeline", ""),
    ("action items", "actions", ""),
    ("handoff", "handoff", ""),
    ("write a handover brief", "handoff", ""),
    ("is it fixed yet?", "fixed", ""),
    ("are we back to normal?", "fixed", ""),
    ("resolved?", "fixed", ""),
    ("draft an update", "update", "exec"),
    ("draft an update for customers", "update", "customer"),
    ("update statuspage", "update", "customer"),
    ("write a status update for leadership", "update", "exec"),
]
ORDERS = [
    "roll it back",
    "please restart gateway-3",
    "can you drain node-7?",
    "page payments",
    "wake the database on-call",
    "delete the old pair",
]
QUESTIONS = [
    "",
    "why did the restart fail?",
    "what is the status of the rollback?",
    "is the queue back?",
    "rollback helped?",
    "did the rollback help?",
    "deploy 14:00 broke it",
    "start with the logs",
    "scale of the outage?",
    "update the runbook with this?",
    "restart",
    "restart gateway-3?",
    "what did the catch block do?",
    "restart " + "and look " * 20,
]


@pytest.mark.parametrize(("words", "what", "said"), WISHES)
def test_a_brief_is_known_by_its_form(words, what, said):
    assert brief_of(words) == (RequestKind.BRIEF, what, said)
    assert what in BRIEFS


def test_a_draft_to_look_at_stands_behind_the_words():
    assert brief_of("postmortem check # Uploads\nfailed") == (RequestKind.BRIEF, "check", "# Uploads\nfailed")
    assert brief_of("check my post-mortem:") == (RequestKind.BRIEF, "check", "")


@pytest.mark.parametrize("words", ORDERS)
def test_an_order_to_change_something_is_declined(words):
    assert brief_of(words) == (RequestKind.BRIEF, "declined", words)


@pytest.mark.parametrize("words", QUESTIONS)
def test_anything_else_is_a_question(words):
    assert brief_of(words) is None
