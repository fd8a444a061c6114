"""What is an act on a hypothesis, and what is a question that only sounds like one."""

import pytest

from bot.request import RequestKind as Kind
from handlers.acts import act_of

ACTS = [
    ("suspect the 14:00 release", (Kind.SUSPECT, "", "the 14:00 release")),
    ("I suspect: DNS at the edge", (Kind.SUSPECT, "", "DNS at the edge")),
    ("check H1", (Kind.CHECK, "|H1", "")),
    ("I'll check h 2.", (Kind.CHECK, "|H2", "")),
    ("I\u2019ll check h-2", (Kind.CHECK, "|H2", "")),
    ("looking at H3", (Kind.CHECK, "|H3", "")),
    ("result H1 yes it is the old one", (Kind.RESULT, "|H1|yes", "it is the old one")),
    ("result of h1: no - changed at 20:19", (Kind.RESULT, "|H1|no", "changed at 20:19")),
    ("H12 result unclear", (Kind.RESULT, "|H12|unclear", "")),
    ("result H1 true", (Kind.RESULT, "|H1|yes", "")),
    ("refute H2 because the log says otherwise [13]", (Kind.REFUTE, "|H2", "the log says otherwise [13]")),
    ("H2 is wrong: it has the new pair", (Kind.REFUTE, "|H2", "it has the new pair")),
    ("rule out H3, nodes are fine", (Kind.REFUTE, "|H3", "nodes are fine")),
    ("no, that's wrong because it has the new pair", (Kind.REFUTE, "|", "it has the new pair")),
    ("confirm H1 [18]", (Kind.CONFIRM, "|H1", "[18]")),
    ("H1 is confirmed, see [19]", (Kind.CONFIRM, "|H1", "[19]")),
    ("reopen H2 that was staging", (Kind.REOPEN, "|H2", "that was staging")),
    ("refute", (Kind.REFUTE, "|", "")),
    ("confirm", (Kind.CONFIRM, "|", "")),
    ("board", (Kind.BOARD, "", "")),
    ("show me the board", (Kind.BOARD, "", "")),
    ("hypotheses?", (Kind.BOARD, "", "")),
    ("why", (Kind.BOARD, "", "")),
    ("ruledout", (Kind.RULED_OUT, "", "")),
    ("ruled out?", (Kind.RULED_OUT, "", "")),
    ("what have we ruled out so far?", (Kind.RULED_OUT, "", "")),
    ("ruledout disks", (Kind.RULED_OUT, "", "disks")),
    ("did anyone check the disks?", (Kind.RULED_OUT, "", "the disks")),
    ("has anybody already looked into DNS yet?", (Kind.RULED_OUT, "", "DNS")),
]


@pytest.mark.parametrize(("words", "act"), ACTS)
def test_an_act_is_known_by_its_form(words, act):
    assert act_of(words) == act


@pytest.mark.parametrize(
    "words",
    [
        "why?",
        "why are uploads failing?",
        "why did someone refute H2?",
        "can we confirm that uploads work?",
        "confirm uploads work again",
        "could it be the deploy?",
        "suspect the deploy?",
        "check the logs of gateway-3",
        "check H1?",
        "is H2 wrong?",
        "what would refute H1?",
        "result of the rollback?",
        "the board of directors asks what happened",
        "did the rollback help?",
        "who checks H1?",
        "reopen the ticket",
        "that's wrong",
        "taking a look",
        "",
    ],
)
def test_a_question_that_sounds_like_an_act_stays_one(words):
    assert act_of(words) is None
