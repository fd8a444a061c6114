"""What an answer says of the hypotheses that fell, and of those that nobody proposes any more."""

from dataclasses import replace

import pytest

from bot.incident.hypotheses import Change, Status
from bot.slack.answer import answer
from tests.slack.samples import H1, H2, H3, clock, preview, sample


def seen(**changes):
    return preview(answer(sample(**changes)).blocks)


def test_refuted_hypotheses_take_one_line_each():
    shown = seen(hypotheses=(H1, H2, *(replace(H3, id=f"H{n}") for n in range(3, 9))))

    assert (
        "H8 refuted 22:10 · the 14:00 release broke the gateway · rolled back, no change [12] · reopen if"
        in shown
    )
    assert "2 fell earlier, not printed" in shown


def by_person(hypothesis, reason):
    change = Change(at=clock(22, 24), status=Status.REFUTED, reason=reason, by="U1")
    return replace(hypothesis, status=Status.REFUTED, history=(*hypothesis.history, change))


def outdone(hypothesis):
    change = Change(at=clock(22, 25), status=Status.STALE, because=("m13",), reason="H1 is confirmed")
    return replace(hypothesis, status=Status.STALE, history=(*hypothesis.history, change))


@pytest.mark.parametrize("analyst", ["claude", "rules"])
def test_when_all_that_was_found_is_refuted_the_top_says_so_and_by_whom(analyst):
    made = answer(sample(analyst=analyst, hypotheses=(by_person(H1, "it has the new pair"), H3)))
    first = "Every explanation found so far is refuted: H1 by a person 22:24 (it has the new pair) · H3 22:10"

    assert preview(made.blocks).startswith(first)
    assert made.text.startswith(first)
    assert "nothing in the thread connects" not in preview(made.blocks)


def test_when_all_fell_and_not_all_are_refuted_the_top_says_how_each_did_and_what_is_missing():
    fallen = (by_person(H1, "no"), outdone(H2), H3, replace(H3, id="H4"))
    lines = seen(hypotheses=fallen, insufficient="Nobody has named another change").splitlines()

    assert lines[0].startswith("No explanation found so far stands: ")
    assert (
        "H2 not supported any more 22:25 (H1 is confirmed) [13] · H1 refuted by a person 22:24 (no)"
        in lines[0]
    )
    assert lines[0].endswith(" · 1 more")
    assert seen(hypotheses=(replace(H3, history=()),)).startswith(
        "Every explanation found so far is refuted: H3\n"
    )
    assert lines[1] == "Nobody has named another change"


def test_a_rival_that_nobody_proposes_now_is_named_and_not_called_refuted():
    beside = seen(hypotheses=(H1,), unproposed=("H2",))
    alone = seen(hypotheses=(by_person(H1, "no"),), unproposed=("H2",))

    assert "H2 not proposed this time" in beside
    assert alone.startswith("No explanation is proposed now: H1 refuted by a person 22:24 (no)\n")
    assert "H2 not proposed this time" in alone


def test_a_rival_that_lost_takes_one_line():
    shown = seen(hypotheses=(H1, outdone(H2)))

    assert "H2 not supported any more 22:25 · " in shown
    assert " · H1 is confirmed [13]" in shown
