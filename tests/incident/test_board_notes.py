"""What stands under a board, from threads as people write them."""

from dataclasses import replace

import pytest

from bot.incident.board import Board
from bot.incident.board_notes import board_notes
from bot.incident.contradictions import contradictions
from bot.incident.facts import Fact, FactKind, Facts
from bot.incident.hypotheses import (
    Act,
    Change,
    Check,
    Evidence,
    EvidenceKind,
    Hypothesis,
    Impact,
    Likelihood,
    Link,
    Status,
    Trigger,
)
from bot.incident.next_check import best_check
from bot.incident.review import review
from bot.incident.ruled_out import ruled_out
from bot.incident.suspicions import with_ruled_out
from tests.incident.scripts import case

SCRIPT = """
09:00 ann removed the old pair from vault-7
10:00 Datadog* Triggered: write availability low\\n97.1 % and falling
10:05 ben all writes fail for customers
10:10 cy storage nodes down? checking
10:14 cy storage nodes are healthy, cpu idle
10:15 cy maybe mill-web 7.1, rolling back
10:25 cy rollback done, no change
10:40 dan deletes of keys reach the nodes late, there is a cache in front
"""


def hypothesis(own="H1", *, trigger="m1", minutes=5, splits=(), likelihood=Likelihood.POSSIBLE, **more):
    item = Evidence(id="m8", quote="there is a cache in front", kind=EvidenceKind.DIRECT)
    values = {
        "claim": f"claim of {own}",
        "trigger": Trigger(what="old pair removed", evidence=(Evidence(id=trigger),)),
        "links": (Link(cause="pair removed", effect="it takes effect late", evidence_for=(item,)),),
        "impact": Impact(symptom="all writes fail"),
        "next_check": Check(do=f"Look for {own}?", splits=splits, minutes=minutes) if minutes else None,
        "likelihood": likelihood,
        "history": (Change(at=case(SCRIPT, until=8).asked_at, status=Status.PROPOSED, act=Act.PROPOSED),),
    }
    return Hypothesis(id=own, **{**values, **more})


def noted(script, *hypotheses):
    asked = case(script)
    board = Board(hypotheses=hypotheses or (hypothesis(),))
    return board_notes(board, asked.incident, asked.facts, now=asked.asked_at)


def told(script):
    asked = case(script)
    return [(one.about, one.words) for one in contradictions(asked.incident, asked.facts)]


def test_a_chain_that_rests_on_one_persons_words_says_on_whose():
    [note] = noted(SCRIPT).rests_on

    assert (note.text, note.cites) == ("it takes effect late", ("m8",))


@pytest.mark.parametrize(
    "item",
    [
        Evidence(id="m2", kind=EvidenceKind.DIRECT),
        Evidence(id="m8", quote="op=put", kind=EvidenceKind.DIRECT),
        Evidence(id="m8", kind=EvidenceKind.INFERENTIAL),
        Evidence(id="m1", kind=EvidenceKind.DIRECT),
    ],
)
def test_a_machines_words_or_an_inference_is_no_one_statement(item):
    chain = hypothesis(links=(replace(hypothesis().links[0], evidence_for=(item,)),))

    assert noted(SCRIPT, chain).rests_on == ()


def test_what_was_rolled_back_in_vain_is_to_be_undone_until_it_is():
    [note] = noted(SCRIPT).to_undo

    assert note.cites == ("m7",)
    assert noted(f"{SCRIPT}10:50 cy rolled mill-web 7.1 forward again\n").to_undo == ()


def test_what_was_done_before_the_trouble_is_no_countermeasure():
    script = "\n".join(["", "08:00 cy disabled the nightly job", *SCRIPT.strip().splitlines(), ""])

    assert all("nightly" not in note.text for note in noted(script).to_undo)


def test_a_hypothesis_that_leads_without_news_while_people_talk_has_held_the_floor():
    talk = "".join(f"11:0{n} ben still the same for customers, {n} tickets\n" for n in range(5))

    note = noted(SCRIPT + talk).floor

    assert note.text.startswith("H1 leads, and nothing new speaks for or against it for 24 min")
    assert noted(SCRIPT).floor is None
    assert noted(f"{SCRIPT}{talk}11:10 Datadog* Recovered: write availability low\\n99.9 %\n").floor is None


def test_a_board_without_support_is_inconclusive():
    supported = hypothesis(status=Status.SUPPORTED)

    assert noted(SCRIPT).is_inconclusive
    assert not noted(SCRIPT, supported).is_inconclusive
    assert noted(SCRIPT, hypothesis(status=Status.REFUTED)).leader == ""


@pytest.mark.parametrize(
    ("first", "second", "best"),
    [
        ({"minutes": 10}, {"minutes": 2}, "H2"),
        ({"minutes": 5, "splits": ("H1", "H2")}, {"minutes": 4}, "H1"),
        ({"minutes": 5}, {"minutes": 5}, "H1"),
        ({"minutes": 5, "likelihood": Likelihood.LESS_LIKELY}, {"minutes": 5}, "H2"),
        ({"minutes": 0}, {"minutes": 60}, "H2"),
        ({"minutes": 1, "status": Status.REFUTED}, {"minutes": 60}, "H2"),
    ],
)
def test_the_next_look_splits_most_for_its_minutes(first, second, best):
    assert best_check([hypothesis("H1", **first), hypothesis("H2", **second)]).do == f"Look for {best}?"


def test_a_look_that_somebody_has_taken_comes_after_an_equal_one():
    now = case(SCRIPT).asked_at
    taken = (Change(at=now, status=Status.TESTING, by="U1", act=Act.CHECK_TAKEN),)

    assert best_check([hypothesis("H1", history=taken), hypothesis("H2")]).do == "Look for H2?"
    assert best_check([]) is None


def test_what_people_ruled_out_is_told_with_who_when_and_what_would_reopen_it():
    asked = case(SCRIPT)
    board = with_ruled_out(Board(), asked.facts, asked.incident, until=asked.asked_at)

    release, nodes = ruled_out(board, asked.incident)

    assert (nodes.by_name, f"{nodes.at:%H:%M}", nodes.because, nodes.raised_in) == (
        "Cy",
        "10:14",
        ("m5",),
        ("m4",),
    )
    assert nodes.reopen_if == "a later look finds it not healthy"
    assert (release.because, release.reopen_if) == (("m7",), "undoing it was not complete")
    assert [one.id for one in ruled_out(board, asked.incident, about="the storage nodes?")] == [nodes.id]
    assert ruled_out(board, asked.incident, about="DNS") == ()


def test_what_was_ruled_out_is_on_the_board_once_and_beside_what_an_analyst_blames():
    asked = case(SCRIPT)
    blamed = hypothesis(trigger="m6")
    once = with_ruled_out(Board(hypotheses=(blamed,)), asked.facts, asked.incident, until=asked.asked_at)

    assert len(once.hypotheses) == 2
    assert with_ruled_out(once, asked.facts, asked.incident, until=asked.asked_at) == once
    early = case(SCRIPT, until=4)
    assert with_ruled_out(Board(), asked.facts, asked.incident, until=early.asked_at) == Board()


TRUE = [
    "10:01 ann checkout fails since 09:30\n10:05 ben errors started at 09:50, saw it on my screen\n",
    "10:01 ann only eu-west-1 fails\n10:05 ben us-east-1 has errors too\n",
    "10:01 ann api is on 4.2\n10:05 ben api runs 4.1 in prod\n",
]
SILENT = [
    "10:01 ann checkout fails since 09:30\n10:05 ann errors started at 09:50\n",
    "10:01 ann checkout fails since 09:30\n10:05 ben errors started at 09:33\n",
    "10:01 ann checkout fails since 09:30\n10:05 ben actually errors started at 09:50\n",
    "10:01 ann checkout fails since 09:30\n10:05 ben did errors start at 09:50?\n",
    "10:01 ann image-proxy fails since 09:30\n10:05 ben order-api errors started at 09:50\n",
    "10:01 ann my shift started at 09:00\n10:05 ben errors started at 09:50\n",
    "10:01 ann only eu-west-1 fails\n10:05 ben us-east-1 is fine, no errors\n",
    "10:01 ann eu-west-1 fails\n10:05 ben us-east-1 has errors too\n",
    "10:01 ann only eu-west-1 fails\n10:20 ben turns out us-east-1 has errors too\n",
    "10:01 ann api is on 4.2\n10:03 ci* api 4.1 deployed to prod\n10:05 ben api runs 4.1\n",
    "10:01 ann api is on 4.2\n10:05 ben web runs 4.1\n",
    "10:01 ann api is on 4.2\n10:05 ann api runs 4.1 on the canary\n",
    "10:01 ann hello\n10:05 ben hi, what is up\n",
]


@pytest.mark.parametrize("script", TRUE)
def test_people_who_cannot_both_be_right_are_named(script):
    assert len(told(f"\n{script}")) == 1


@pytest.mark.parametrize("script", SILENT)
def test_what_can_both_be_true_is_not_noted(script):
    assert told(f"\n{script}") == []


def test_a_contradiction_stands_on_the_board_with_both_messages():
    [note] = noted(f"\n{TRUE[1]}").contradictions

    assert (note.text, note.cites) == ("where: eu-west-1 or us-east-1", ("m1", "m2"))


def test_a_review_is_the_same_again_and_adds_what_people_ruled_out():
    asked = case(SCRIPT)
    once = review(Board(hypotheses=(hypothesis(),)), asked)

    assert [h.status for h in once.hypotheses] == [Status.PROPOSED, Status.REFUTED, Status.REFUTED]
    assert review(once, asked) == once


def test_without_news_for_an_hour_while_the_impact_changes_it_is_stale():
    later = f"{SCRIPT}11:50 ben all reads fail now too\n"
    asked = replace(case(later), board=(hypothesis(),))

    stale = review(Board(hypotheses=(hypothesis(),)), asked).hypotheses[0]

    assert stale.status is Status.STALE
    assert stale.history[-1].reason.startswith("no new evidence for an hour")
    proven = review(Board(hypotheses=(hypothesis(status=Status.SUPPORTED),)), asked).hypotheses[0]
    assert proven.status is Status.SUPPORTED


def test_what_was_predicted_and_came_is_confirmed_and_its_rivals_are_out():
    undone = "10:50 dan put the old pair back into vault-7\n"
    script = f"{SCRIPT}{undone}10:55 Datadog* Recovered: write availability low\\n99.9 %\n"
    led, rival = hypothesis(status=Status.SUPPORTED), hypothesis("H2", trigger="m3")
    asked = replace(case(script), board=(led, rival))

    first, second, *_ = review(Board(hypotheses=(led, rival)), asked).hypotheses

    assert (first.status, first.history[-1].because) == (Status.CONFIRMED, ("m9", "m10"))
    assert first.history[-1].reason.startswith("as expected at 10:40")
    assert (second.status, second.history[-1].reason) == (Status.STALE, "H1 is confirmed")


def test_what_the_rules_explain_now_goes_on_with_what_they_proposed_alone():
    ours, theirs = hypothesis(is_by_rules=True), hypothesis("H2", trigger="m3")
    news = replace(ours, status=Status.SUPPORTED, claim="said anew")
    other = replace(theirs, claim="told by rules", is_by_rules=True)

    after = review(Board(hypotheses=(ours, theirs)), case(SCRIPT), fresh=(news, other))

    assert [h.claim for h in after.hypotheses[:2]] == ["said anew", "claim of H2"]
    assert after.hypotheses[0].status is Status.SUPPORTED


def test_a_live_one_that_a_fact_rules_out_falls_and_a_person_who_takes_a_look_tests():
    look = Change(at=case(SCRIPT).asked_at, status=Status.TESTING, by="U1", act=Act.CHECK_TAKEN)
    looked_at = hypothesis(status=Status.TESTING, history=(*hypothesis().history, look))
    refuted = Change(at=look.at, status=Status.REFUTED, by="U1", act=Act.REFUTED)
    decided = hypothesis("H2", status=Status.REFUTED, history=(refuted,))

    after = review(Board(hypotheses=(looked_at, decided, hypothesis("H3", trigger="m6"))), case(SCRIPT))

    assert [h.status for h in after.hypotheses[:3]] == [Status.TESTING, Status.REFUTED, Status.REFUTED]


@pytest.mark.parametrize(("raised", "count"), [("m2", 0), ("m4", 1)])
def test_what_no_person_suspected_is_nobodys_suspicion(raised, count):
    asked = case(SCRIPT)
    fact = Fact(
        id="f1",
        kind=FactKind.RULED_OUT,
        text="the graph says otherwise",
        cites=("m5", raised),
        at=asked.asked_at,
        status="the monitor",
    )

    known = with_ruled_out(Board(), Facts(items=(fact,)), asked.incident, until=asked.asked_at)

    assert [h.reopen_if for h in known.hypotheses] == ["what cleared it turns out to be wrong"] * count


def test_where_people_raised_what_an_analyst_blames_is_noted_beside_it():
    asked = case(SCRIPT)
    blamed = hypothesis(trigger="m4")
    raised = replace(blamed, trigger=replace(blamed.trigger, evidence=()), claim="storage nodes down")

    known = with_ruled_out(Board(hypotheses=(raised,)), asked.facts, asked.incident, until=asked.asked_at)

    assert known.hypotheses[0].raised_in == ("m4",)
    assert with_ruled_out(known, asked.facts, asked.incident, until=asked.asked_at) == known


def test_two_acts_on_one_thing_are_one_to_undo():
    script = f"{SCRIPT}10:45 cy disabled the export job\n10:46 cy disabled the export job on both hosts\n"

    assert len(noted(script).to_undo) == 2


def test_a_time_that_cannot_be_read_is_no_contradiction():
    assert told("\n10:01 ann checkout fails since 99:99\n10:05 ben errors started at 09:50\n") == []
