"""The board: ids that stay, a history that only grows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.incident.board import Board, highest, is_continuation, merge, next_id, settle
from bot.incident.board_acts import Deed, refute
from bot.incident.facts import Fact, FactKind, Facts
from bot.incident.hypotheses import Evidence, Hypothesis, Impact, Link, Status, Trigger
from tests.slack.samples import H1

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
    board = refute(board, "H1", Deed(reason="flag was off", by="U1", by_name="Ana", at=NOW))
    board = merged(
        board, hypothesis("a again", status=Status.SUPPORTED), now=LATER, facts=ruled_out("m7", "m1")
    )

    first, second = board.hypotheses
    assert (first.status, first.claim) == (Status.REFUTED, "a again")
    assert first.history[-1].by == "U1"
    assert first.reopen_if == "this no longer holds: flag was off"
    assert second.status is Status.PROPOSED


def test_two_of_one_diagnosis_stay_two_though_one_message_triggers_both():
    both = (hypothesis("the key is unknown"), hypothesis("the key is known and refused"))
    board = merged(Board(), *both)
    again = merged(board, *reversed(both), now=LATER)

    assert (
        [h.claim for h in board.hypotheses] == [h.claim for h in again.hypotheses] == [h.claim for h in both]
    )
    assert is_continuation(board, again)


def test_what_is_proposed_again_in_other_words_goes_on_with_the_one_whose_names_it_shares():
    board = merged(Board(), hypothesis("the key is unknown"), hypothesis("vault-7 refuses"))
    board = merged(board, hypothesis("refused by vault-7 since the switch"), now=LATER)

    assert [h.claim for h in board.hypotheses] == [
        "the key is unknown",
        "refused by vault-7 since the switch",
    ]


def test_hypotheses_without_evidence_are_told_apart_by_their_claims():
    bare = [replace(hypothesis(c), trigger=Trigger(what=c)) for c in ("a", "b")]

    assert len(merged(Board(), *bare).hypotheses) == 2


@pytest.mark.parametrize(
    ("status", "standing", "proposed", "expected"),
    [
        pytest.param(Status.CONFIRMED, Status.PROPOSED, {"H1"}, Status.STALE, id="a rival is confirmed"),
        pytest.param(Status.SUPPORTED, Status.SUPPORTED, {"H1"}, Status.STALE, id="a rival is supported"),
        pytest.param(Status.PROPOSED, Status.PROPOSED, {"H1"}, Status.PROPOSED, id="nothing is proven"),
        pytest.param(Status.CONFIRMED, Status.PROPOSED, {"H1", "H2"}, Status.PROPOSED, id="proposed again"),
        pytest.param(Status.CONFIRMED, Status.PROPOSED, set(), Status.PROPOSED, id="proven earlier, not now"),
        pytest.param(Status.CONFIRMED, Status.REFUTED, {"H1"}, Status.REFUTED, id="refuted already"),
    ],
)
def test_a_rival_falls_when_another_is_proven_and_nobody_proposes_it_any_more(
    status, standing, proposed, expected
):
    board = merged(Board(), hypothesis("a"), hypothesis("b", trigger="m5", status=standing))
    board = merged(board, hypothesis("a", status=status, link="m9"), now=LATER)

    rival = settle(board, proposed, now=LATER).hypotheses[1]

    assert rival.status is expected
    assert (rival.history == board.hypotheses[1].history) == (expected is standing)
    if expected is Status.STALE:
        entry = rival.history[-1]
        assert (entry.at, entry.because, entry.by) == (LATER, ("m9",), "rule")
        assert entry.reason == f"H1 is {status}"


def test_what_was_done_and_what_followed_are_the_proof_where_they_are_known():
    ended = Link(cause="x", effect="y", evidence_for=(Evidence(id="m15"), Evidence(id="m16")))
    proven = replace(hypothesis("a", status=Status.CONFIRMED), ended_by=ended)
    board = merged(Board(), proven, hypothesis("b", trigger="m5"))

    assert settle(board, {"H1"}, now=LATER).hypotheses[1].history[-1].because == ("m15", "m16")


def test_a_rival_that_fell_takes_its_reason_along_to_another_board_and_comes_back_when_proposed():
    early = merged(Board(), hypothesis("a", status=Status.CONFIRMED), hypothesis("b", trigger="m5"))
    fallen = settle(early, {"H1"}, now=LATER).hypotheses[1]
    late = merged(early, fallen, now=LATER)
    refuted = refute(early, "H2", Deed(reason="no", by="U1", by_name="Ana", at=NOW))
    back = merged(late, hypothesis("b", trigger="m5"), now=LATER)

    assert late.hypotheses[1] == fallen
    assert merged(late, fallen, now=LATER) == late
    assert merged(refuted, fallen, now=LATER).hypotheses[1].status is Status.REFUTED
    assert [entry.status for entry in back.hypotheses[1].history] == ["proposed", "stale", "proposed"]


def test_the_number_of_what_was_forgotten_is_given_to_nothing_else():
    assert next_id((), above=3) == "H4"
    assert next_id((H1,), above=0) == "H2"
    assert highest(()) == 0
