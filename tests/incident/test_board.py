"""The board: ids that stay, a history that only grows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.incident.board import Board, merge, refute
from bot.incident.facts import Fact, FactKind, Facts
from bot.incident.hypotheses import Evidence, Hypothesis, Impact, Link, Status, Trigger

NOW = datetime(2031, 5, 6, 10, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=20)


def hypothesis(claim, trigger="m1", status=Status.PROPOSED, own_id="H1", link="m2"):
    return Hypothesis(
        id=own_id,
        claim=claim,
        trigger=Trigger(what=claim, evidence=(Evidence(id=trigger),)),
        links=(Link(cause="a", effect="b", evidence_for=(Evidence(id=link),)),),
        impact=Impact(symptom="b"),
        status=status,
    )


def ruled_out(*cites, at=NOW):
    fact = Fact(id="f1", kind=FactKind.RULED_OUT, text="rollback done, no change", cites=cites, at=at)
    return Facts(items=(fact,))


def merged(board, *hypotheses, now=NOW, facts=None):
    return merge(board, hypotheses, now=now, facts=facts or Facts())


def test_new_hypotheses_get_the_next_numbers_whatever_the_analyst_called_them():
    board = merged(Board(version=7), hypothesis("a", own_id="H9"), hypothesis("b", trigger="m5", own_id="H9"))
    board = merged(board, hypothesis("c", trigger="m6", own_id="H1"))

    assert [h.id for h in board.hypotheses] == ["H1", "H2", "H3"]
    assert board.version == 7


def test_the_first_entry_of_a_history_says_what_it_rests_on():
    (new,) = merged(Board(), hypothesis("a")).hypotheses

    (entry,) = new.history
    assert (entry.at, entry.status, entry.because, entry.by) == (NOW, Status.PROPOSED, ("m1", "m2"), "rule")


def test_the_same_trigger_or_the_same_claim_keeps_its_id():
    board = merged(Board(), hypothesis("a"), hypothesis("b", trigger="m5"))
    board = merged(board, hypothesis("A better  claim"), hypothesis("B.", trigger="m8"), now=LATER)

    assert [(h.id, h.claim) for h in board.hypotheses] == [("H1", "A better  claim"), ("H2", "B.")]
    assert all(len(h.history) == 1 for h in board.hypotheses)


def test_a_change_of_status_is_written_down_with_what_is_new():
    board = merged(Board(), hypothesis("a"))
    board = merged(board, hypothesis("a", status=Status.SUPPORTED, link="m9"), now=LATER)

    (kept,) = board.hypotheses
    assert kept.status is Status.SUPPORTED
    assert [(entry.status, entry.because) for entry in kept.history[1:]] == [(Status.SUPPORTED, ("m9",))]


def test_a_change_of_status_without_news_rests_on_all_it_cites():
    board = merged(Board(), hypothesis("a"))
    board = merged(board, hypothesis("a", status=Status.CONFIRMED), now=LATER)

    assert board.hypotheses[0].history[-1].because == ("m1", "m2")


def test_what_a_fact_rules_out_later_is_refuted_though_nobody_proposed_it_again():
    board = merged(Board(), hypothesis("a"))
    board = merged(board, now=LATER, facts=ruled_out("m7", "m1", at=LATER))

    (fallen,) = board.hypotheses
    assert fallen.status is Status.REFUTED
    assert fallen.history[-1].because == ("m7",)
    assert fallen.reopen_if == "this no longer holds: rollback done, no change"


def test_one_that_comes_refuted_fell_when_the_fact_was_told_and_falls_once():
    facts = ruled_out("m7", "m1")
    fallen = hypothesis("a", status=Status.REFUTED)
    board = merged(merged(Board(), fallen, now=LATER, facts=facts), fallen, now=LATER, facts=facts)

    (kept,) = board.hypotheses
    assert [(entry.status, entry.at) for entry in kept.history] == [
        (Status.PROPOSED, LATER),
        (Status.REFUTED, NOW),
    ]
    assert kept.history[-1].because == ("m7",)
    assert kept.reopen_if.endswith("rollback done, no change")


def test_what_was_supported_with_that_fact_in_view_stays():
    board = merged(Board(), hypothesis("a", status=Status.SUPPORTED), now=LATER, facts=ruled_out("m7", "m1"))

    assert board.hypotheses[0].status is Status.SUPPORTED


def test_a_person_refutes_one_and_rules_do_not_bring_it_back():
    board = merged(Board(), hypothesis("a"), hypothesis("b", trigger="m5"))
    board = refute(board, "H1", reason="flag was off", by="U1", at=NOW)
    board = merged(
        board, hypothesis("a again", status=Status.SUPPORTED), now=LATER, facts=ruled_out("m7", "m1")
    )

    first, second = board.hypotheses
    assert (first.status, first.claim) == (Status.REFUTED, "a again")
    assert first.history[-1].by == "U1"
    assert first.reopen_if == "this no longer holds: flag was off"
    assert second.status is Status.PROPOSED


def test_refuting_what_is_not_there_changes_nothing():
    board = merged(Board(), hypothesis("a"))

    assert refute(board, "H7", reason="x", by="U1", at=NOW) == board


def test_hypotheses_without_evidence_are_told_apart_by_their_claims():
    bare = [replace(hypothesis(c), trigger=Trigger(what=c)) for c in ("a", "b")]

    assert len(merged(Board(), *bare).hypotheses) == 2
