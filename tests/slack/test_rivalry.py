"""What the headline says of rivals, and what the footer says of what was left out."""

from dataclasses import replace

import pytest

from bot.incident.hypotheses import Trigger
from bot.slack.answer import Answer, answer
from bot.slack.as_text import as_text
from tests.incident.scripts import ROUTE, case
from tests.incident.test_verification import PAIR, RELEASE, SCRIPT, cite

CASE = case(SCRIPT)
LATEST = Trigger(what="mill-web 7.1 deployed", evidence=(cite("m2"),))
SAME = replace(PAIR, id="H3", trigger=LATEST)


def words(*hypotheses, **more):
    said = Answer(
        id="a1",
        incident=CASE.incident,
        facts=CASE.facts,
        route=ROUTE,
        as_of=CASE.asked_at,
        hypotheses=hypotheses,
        **more,
    )
    return as_text(answer(said).blocks)


@pytest.mark.parametrize(
    ("hypotheses", "alone", "latest"),
    [
        ((PAIR,), True, False),
        ((PAIR, RELEASE), False, False),
        ((RELEASE, SAME), False, True),
    ],
)
def test_the_headline_says_when_nothing_rivals_it_or_all_start_from_the_latest_change(
    hypotheses, alone, latest
):
    shown = words(*hypotheses)

    assert ("No rival was found." in shown) is alone
    assert ("All of these start from the latest change." in shown) is latest


def test_the_footer_says_by_kind_what_was_left_out():
    assert "2 statements without a source left out (1 check, 1 citation)" in words(
        PAIR, dropped=2, left_out="1 check, 1 citation"
    )
