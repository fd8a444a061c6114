from dataclasses import replace

import pytest

from bot.incident.board import Board
from bot.incident.erasing import Erasure
from bot.incident.hypotheses import Act, Change, Impact, Link, Status
from bot.incident.lost import Lost, fallen, weakened
from tests.slack.samples import H1, H2, STORE, cite, clock

NOW = clock(22, 36)


def same(text):
    return text


def with_quote(quote):
    """H1 whose last link alone is shown by these words of message 13."""
    shown = Link(cause="key unknown", effect="refused", evidence_for=(cite(13, quote=quote),))
    return replace(
        H1,
        trigger=replace(H1.trigger, evidence=(cite(3),)),
        links=(shown,),
        impact=Impact(symptom="writes fail", evidence=(cite(8),)),
    )


def after(hypothesis, lost, words=same):
    return weakened(Board(hypotheses=(hypothesis,)), lost, now=NOW, words=words).hypotheses[0]


def test_what_cites_a_deleted_message_is_stale_and_keeps_no_quote_of_it():
    found = after(with_quote("403"), Lost(id="m13"))

    assert found.status is Status.STALE
    assert found.history[-1] == Change(
        at=NOW, status=Status.STALE, because=("m13",), reason="message [13] was deleted", act=Act.LOST
    )
    assert [item.quote for item in found.links[0].evidence_for] == [""]


def test_what_does_not_cite_it_stays_as_it_is():
    board = Board(hypotheses=(H1, H2), version=3)

    assert weakened(board, Lost(id="m99"), now=NOW, words=same) is board


@pytest.mark.parametrize(
    ("text", "status"),
    [("now 403 InvalidAccessKeyId", H1.status), ("now 403", H1.status), ("all well", Status.STALE)],
)
def test_an_edit_counts_when_the_words_that_were_cited_are_gone(text, status):
    assert after(with_quote("403"), Lost(id="m13", text=text)).status is status


def test_an_edited_message_that_another_stands_beside_is_only_left_out():
    hypothesis = with_quote("403")
    [link] = hypothesis.links
    both = replace(hypothesis, links=(replace(link, evidence_for=(*link.evidence_for, cite(8))),))

    found = after(both, Lost(id="m13", text="all well"))

    assert found.status is both.status
    assert [item.id for item in found.links[0].evidence_for] == ["m8"]


@pytest.mark.parametrize("part", ["trigger", "impact"])
def test_a_trigger_or_an_impact_that_nothing_shows_any_more_lets_it_fall(part):
    hypothesis = with_quote("")
    edited = replace(hypothesis, **{part: replace(getattr(hypothesis, part), evidence=(cite(3, quote="x"),))})

    assert after(edited, Lost(id="m3", text="y")).status is Status.STALE


def test_what_a_person_decided_stays():
    decided = Change(at=NOW, status=Status.CONFIRMED, by="UBEN")
    confirmed = replace(with_quote("403"), status=Status.CONFIRMED, history=(decided,))

    assert after(confirmed, Lost(id="m13")).status is Status.CONFIRMED


def test_what_fell_before_stays_as_it_fell_without_the_words():
    fall = Change(at=NOW, status=Status.REFUTED, because=("m13",), reason="gw-prod-17 holds the new pair")
    refuted = replace(H2, status=Status.REFUTED, history=(fall,), reopen_if="gw-prod-17 loses it")
    words = Erasure(gone="gw-prod-17 holds the new pair", kept=()).words

    found = after(refuted, Lost(id="m13"), words)

    assert found.status is Status.REFUTED
    assert found.history[-1].reason == ""
    assert found.reopen_if == ""


def test_its_words_leave_the_end_of_a_chain_too():
    end = Link(cause="x", effect="y", evidence_for=(cite(20, quote="99.98"),))

    found = after(replace(H1, ended_by=end), Lost(id="m20"))

    assert found.ended_by.evidence_for[0].quote == ""
    assert found.status is H1.status


def test_hypotheses_that_no_longer_pass_fall_with_the_reason():
    board = fallen(Board(hypotheses=(H1, H2)), ["H1"], [Lost(id="m13"), Lost(id="m3", text="")], now=NOW)

    assert [h.status for h in board.hypotheses] == [Status.STALE, H2.status]
    assert board.hypotheses[0].history[-1].reason == "message [13] was deleted, message [3] was edited"


def test_the_messages_exist_that_these_tests_speak_of():
    assert {"m3", "m8", "m13"} <= set(STORE.by_id)
