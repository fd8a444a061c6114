"""What people do to a board: one entry each, whoever is first, and nothing is ever taken off."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BoardActError
from bot.incident.board import Board, is_continuation, merge, settle
from bot.incident.board_acts import Deed, confirm, refute, reopen, result, suspect, take_check
from bot.incident.facts import Facts
from bot.incident.hypotheses import Act, Evidence, Hypothesis, Impact, Link, Status, Trigger
from bot.incident.statuses import Outcome

NOW = datetime(2031, 5, 6, 10, 0, tzinfo=UTC)


def hypothesis(claim, trigger="m1", status=Status.PROPOSED):
    return Hypothesis(
        id="H9",
        claim=claim,
        trigger=Trigger(what=claim, evidence=(Evidence(id=trigger),)),
        links=(Link(cause="a", effect="b", evidence_for=(Evidence(id="m2"),)),),
        impact=Impact(symptom="b"),
        status=status,
    )


def merged(board, *hypotheses, at=NOW):
    return merge(board, hypotheses, now=at, facts=Facts())


def deed(minute=1, by="U1", **more):
    values = {"by_name": by.title(), "reason": "seen", "because": ("m7",)}
    return Deed(by=by, at=NOW + timedelta(minutes=minute), **{**values, **more})


def found(board, name="H1"):
    return next(h for h in board.hypotheses if h.id == name)


@pytest.fixture
def board():
    return merged(Board(), hypothesis("the pair was removed"), hypothesis("the release", trigger="m5"))


def test_a_suspicion_gets_the_next_number_and_keeps_it(board):
    once, first = suspect(board, "DNS at the edge", deed())
    twice, second = suspect(once, "dns at  the edge", deed(2, by="U2", because=("m9",)))

    assert (first, second) == ("H3", "H3")
    assert found(twice, "H3").raised_in == ("m7", "m9")
    assert [one.by for one in found(twice, "H3").history] == ["U1", "U2"]


def test_an_analyst_goes_on_with_what_a_person_suspected_in_the_same_message(board):
    raised, own = suspect(board, "DNS at the edge", deed())
    explained = merged(
        raised, hypothesis("the resolver is down", trigger="m7"), at=NOW + timedelta(minutes=5)
    )

    assert (found(explained, own).claim, found(explained, own).raised_by) == ("the resolver is down", "U1")


@pytest.mark.parametrize("words", ["", "x", "x" * 141])
def test_a_suspicion_without_words_or_with_too_many_is_none(board, words):
    with pytest.raises(BoardActError, match="3 to 140 characters"):
        suspect(board, words, deed())


def test_who_looks_is_known_until_they_say_what_they_saw(board):
    looking = take_check(board, "H1", deed())
    done = result(looking, "H1", Outcome.UNCLEAR, deed(2))

    assert (found(looking).status, found(looking).under_check.by) == (Status.TESTING, "U1")
    assert (found(done).status, found(done).under_check) == (Status.PROPOSED, None)


def test_a_new_diagnosis_does_not_end_a_look(board):
    again = merged(take_check(board, "H1", deed()), hypothesis("the pair was removed"))

    assert found(again).status is Status.TESTING


@pytest.mark.parametrize(
    ("outcome", "status"),
    [(Outcome.YES, Status.PROPOSED), (Outcome.UNCLEAR, Status.PROPOSED), (Outcome.NO, Status.REFUTED)],
)
def test_what_a_false_one_would_show_refutes_it(board, outcome, status):
    after = found(result(board, "H1", outcome, deed()))

    assert after.status is status
    assert bool(after.reopen_if) == (status is Status.REFUTED)


def test_a_support_is_not_lost_by_looking_again(board):
    proven = merged(board, hypothesis("the pair was removed", status=Status.SUPPORTED))

    assert found(result(proven, "H1", Outcome.YES, deed())).status is Status.SUPPORTED
    assert not found(result(proven, "H1", Outcome.YES, deed())).is_decided


def test_a_refutation_needs_a_reason_and_says_what_reopens_it(board):
    with pytest.raises(BoardActError, match="say what speaks against H1"):
        refute(board, "H1", deed(reason="", because=()))

    assert found(refute(board, "H1", deed())).reopen_if == "this no longer holds: seen"
    assert "turns out to be wrong" in found(refute(board, "H1", deed(reason=""))).reopen_if


def test_a_confirmation_needs_a_message(board):
    with pytest.raises(BoardActError, match="name the message"):
        confirm(board, "H1", deed(because=()))

    assert found(confirm(board, "H1", deed())).is_decided


def test_what_is_out_of_the_race_must_be_reopened_first(board):
    fallen = refute(board, "H1", deed())
    for act in (take_check, lambda b, h, d: result(b, h, Outcome.YES, d)):
        with pytest.raises(BoardActError, match="`reopen H1` first"):
            act(fallen, "H1", deed(2))

    back = reopen(fallen, "H1", deed(3))
    assert (found(back).status, found(back).is_decided, found(back).reopen_if) == (Status.PROPOSED, False, "")
    with pytest.raises(BoardActError, match="nothing to reopen"):
        reopen(back, "H1", deed(4))


def test_who_does_what_is_not_there_learns_what_is(board):
    with pytest.raises(BoardActError, match="H7 is not on this incident's board; there is H1, H2"):
        refute(board, "H7", deed())
    with pytest.raises(BoardActError, match="there is none yet"):
        refute(Board(), "H7", deed())


ACTS = {
    Act.CHECK_TAKEN: take_check,
    Act.RESULT: lambda board, own, done: result(board, own, Outcome.NO, done),
    Act.REFUTED: refute,
    Act.CONFIRMED: confirm,
    Act.REOPENED: reopen,
}
RULED = (Status.PROPOSED, Status.SUPPORTED, Status.CONFIRMED)
SUSPECTS = ("DNS", "the disk of db-1", "a quota")
STEPS = st.one_of(
    st.tuples(st.sampled_from([*ACTS]), st.sampled_from(["H1", "H2", "H3", "H4"]), st.integers(1, 60)),
    st.tuples(st.just("suspect"), st.sampled_from(SUSPECTS), st.integers(1, 60)),
    st.tuples(
        st.just("merge"), st.sampled_from(["the release", "a new cause", "DNS"]), st.sampled_from(RULED)
    ),
    st.tuples(st.just("settle"), st.sampled_from(["H1", "H2"]), st.integers(1, 60)),
)


def stepped(board, step):
    what, name, more = step
    try:
        if what == "suspect":
            return suspect(board, name, deed(more))[0]
        if what == "merge":
            return merged(board, hypothesis(name, trigger=f"m{len(name)}", status=more))
        if what == "settle":
            return settle(board, {name}, now=NOW)
        return ACTS[what](board, name, deed(more))
    except BoardActError:
        return board


@given(st.lists(STEPS, max_size=14))
def test_whatever_is_done_nothing_is_taken_off_and_no_number_is_used_twice(steps):
    board = Board()
    for step in steps:
        after = stepped(board, step)
        assert is_continuation(board, after)
        assert len({h.id for h in after.hypotheses}) == len(after.hypotheses)
        assert all(h.history and h.history[-1].status is h.status for h in after.hypotheses)
        board = after


@given(st.sampled_from([*ACTS]), st.integers(1, 60))
def test_an_act_that_is_worked_twice_leaves_one_entry(act, minute):
    begun = merged(Board(), hypothesis("the release"))
    begun = refute(begun, "H1", deed(0, by="U9")) if act is Act.REOPENED else begun

    once = ACTS[act](begun, "H1", deed(minute))

    assert ACTS[act](once, "H1", deed(minute)) == once


@given(st.sampled_from([Act.CHECK_TAKEN, Act.REFUTED]), st.sampled_from([Act.RESULT, Act.CONFIRMED]))
def test_acts_on_two_hypotheses_end_alike_whoever_is_first(one, other):
    begun = merged(Board(), hypothesis("the release"), hypothesis("the pair", trigger="m5"))
    first = ACTS[other](ACTS[one](begun, "H1", deed()), "H2", deed(2))
    last = ACTS[one](ACTS[other](begun, "H2", deed(2)), "H1", deed())

    assert first == last


def test_a_board_that_lost_something_is_no_continuation(board):
    shorter = replace(board, hypotheses=board.hypotheses[:1])
    forgetful = replace(board, hypotheses=(replace(board.hypotheses[0], history=()), board.hypotheses[1]))

    assert not is_continuation(board, shorter)
    assert not is_continuation(board, forgetful)
