"""Briefs: what a person missed, what whoever takes over needs; a line is cited or says that there is none."""

from dataclasses import replace
from datetime import timedelta

from bot.incident.asks import put_to, unanswered, under_way
from bot.incident.board import Board
from bot.incident.board_acts import Deed, take_check
from bot.incident.board_notes import board_notes
from bot.incident.briefs import (
    MOST_MOMENTS,
    Reader,
    Role,
    actions,
    catch_up,
    fixed,
    handoff,
    summary,
    timeline,
)
from bot.incident.extraction import extract
from bot.incident.hypotheses import Act, Change, Status
from bot.incident.postmortem_values import Material
from bot.incident.updates import Audience, draft_update
from tests.incident.scripts import DAY, incident
from tests.slack.samples import H1, H2

THREAD = """
20:50 fay release notes for monday are in the doc
21:38 Datadog* Triggered: write availability 97.1 % on object-gateway
21:50 ben PUT and delete all failing everywhere
21:51 cho this is SEV2
21:52 cho I am incident commander
21:55 dev gateway had a code release at 14:00, rolling that back to be safe
22:10 dev rollback done, no change
22:15 gus customers ask whether uploads are lost
22:20 fay @ben does the gateway log show which key it uses?
22:21 cho who looks at the storage nodes?
22:22 dev I am looking at the storage nodes
22:30 ben TODO: alert on the age of keys, owner: cho
22:36 ana deploying the new pair to production now
"""


def at(hour, minute):
    return DAY + timedelta(hours=hour, minutes=minute)


def material(text=THREAD, hypotheses=(), *, minutes=0):
    told = incident(text)
    now = told.messages[-1].at + timedelta(minutes=minutes) if told.messages else at(9, 0)
    return Material(incident=told, facts=extract(told, now=now), hypotheses=tuple(hypotheses), now=now)


def notes(made):
    board = Board(hypotheses=made.hypotheses)
    return board_notes(board, made.incident, made.facts, now=made.now)


def lines(brief):
    return {entry.label: " · ".join(claim.text for claim in entry.claims) for entry in brief.entries}


def moved(hypothesis, status, hour, minute, because=("m8",)):
    change = Change(at=at(hour, minute), status=status, because=because, by="rule", act=Act.RULED)
    return replace(hypothesis, status=status, history=(*hypothesis.history, change))


def test_a_catch_up_says_what_came_since_and_what_nobody_said():
    made = material(hypotheses=[moved(H1, Status.SUPPORTED, 22, 36), moved(H2, Status.REFUTED, 22, 10)])
    told = catch_up(made, notes(made), Reader(person_id="UFay", since=at(20, 50), why="when you last wrote"))
    assert told.title.endswith("20:50, when you last wrote")
    said = lines(told)
    assert "SEV2" in said["Stated"]
    assert "incident commander" in said["Stated"]
    assert said["Believed"].startswith("H1 supported 22:36")
    assert "H2 refuted" in said["Changed"]
    assert "rollback done, no change 22:10" in said["Done"]
    assert "Ana: deploying the new pair" in said["In flight"]
    assert "customers ask" in said["Customers"]
    assert said["Needs you"].startswith("nothing is addressed to you")


def test_every_claim_of_a_brief_cites_or_says_that_nobody_did():
    made = material()
    for told in (summary(made, notes(made)), handoff(made, notes(made)), fixed(made, notes(made))):
        for entry in told.entries:
            for claim in entry.claims:
                assert set(claim.cites) <= set(made.incident.by_id)
                assert claim.text


def test_executives_get_no_mechanisms_and_experts_get_what_was_seen():
    made = material()
    executive = lines(catch_up(made, notes(made), Reader(role=Role.EXECUTIVE)))
    expert = lines(catch_up(made, notes(made), Reader(role=Role.EXPERT)))
    assert set(executive) == {"Impact", "Stated", "Believed", "Done", "Customers", "Needs you"}
    assert "write availability" in expert["Seen"]
    assert "Stated" not in expert


def test_who_is_asked_by_name_reads_it_first():
    made = material()
    told = catch_up(made, notes(made), Reader(person_id="UBen"))
    (entry,) = [entry for entry in told.entries if entry.label == "Needs you"]
    assert "which key" in entry.claims[0].text
    assert put_to(made.incident, made.facts, "UBen") == unanswered(made.incident, made.facts)
    assert put_to(made.incident, made.facts, "UNOBODY") == ()


def test_an_empty_thread_says_so_on_every_line():
    made = material("")
    said = lines(handoff(made, notes(made)))
    assert said["Impact"] == "no recovery stated"
    assert said["Believed"] == "nothing yet: ask why"
    assert said["Stated"] == "severity: nobody · incident commander: nobody"
    assert said["Tried"] == "nothing is said to have been done"
    assert said["To undo later"] == "nothing is said to be in place"
    assert timeline(made).entries[0].claims[0].text == "nothing with a time so far"
    assert "TODO:" in actions(made).entries[0].claims[0].text
    assert "a monitor or a person" in lines(fixed(made, notes(made)))["Would show it"]
    assert lines(catch_up(made, notes(made), Reader()))["Changed"] == "no belief was on the board"


def test_a_belief_that_fell_leaves_nothing_in_the_race():
    made = material(hypotheses=[moved(H2, Status.REFUTED, 22, 10)])
    said = lines(summary(made, notes(made)))
    assert said["Believed"] == "no explanation is in the race"
    assert said["Ruled out"].startswith("H2")


def test_what_people_ruled_out_is_told_where_there_is_no_board():
    made = material()
    assert "22:10" in lines(summary(made, notes(made)))["Ruled out"]


def test_who_took_a_check_is_in_flight():
    deed = Deed(by="UBen", by_name="Ben", at=at(22, 40))
    board = take_check(Board(hypotheses=(H1,)), "H1", deed)
    made = material(hypotheses=board.hypotheses, minutes=60)
    assert lines(handoff(made, notes(made)))["In flight"] == "Ben looks at H1 since 22:40"


def test_nobody_is_at_it_any_more_once_it_has_recovered():
    made = material(f"{THREAD}22:45 Datadog* Recovered: write availability 99.9 % on object-gateway\n")
    assert "recovered 22:45" in lines(handoff(made, notes(made)))["Impact"]
    assert lines(handoff(made, notes(made)))["In flight"] == "nobody has said what they are doing"
    assert "Recovered" in lines(fixed(made, notes(made)))


def test_a_long_timeline_keeps_the_latest_and_says_so():
    told = "".join(f"09:{n:02} Datadog* Triggered: queue {n} depth {n}00\n" for n in range(40))
    brief = timeline(material(told))
    assert len(brief.entries) <= MOST_MOMENTS
    assert "the latest" in brief.title or len(brief.entries) < MOST_MOMENTS


def test_follow_ups_name_an_owner_only_where_one_was_stated():
    (entry, *_rest) = actions(material()).entries
    assert "owner" in entry.claims[0].text


def test_questions_are_taken_up_by_words_by_yes_or_by_name():
    told = """
09:00 ann is the checkout queue draining?
09:01 ben the checkout queue is draining since 09:00
09:02 ann when does the certificate expire?
09:03 cho checking
09:04 ann who owns the ledger?
09:05 dev @ann it is ours
09:06 ann when will the backfill end?
09:30 dev the backfill ended
"""
    made = material(told)
    assert [fact.cites for fact in unanswered(made.incident, made.facts)] == [("m7",)]


def test_a_question_whose_message_is_gone_is_no_longer_open():
    made = material("09:00 ann who owns the ledger?\n")
    gone = replace(made.incident, messages=())
    assert unanswered(gone, made.facts) == ()


def test_what_somebody_began_is_over_when_they_speak_again_or_long_ago():
    told = incident("09:00 ann I am restarting web-1\n09:01 ben I'm not sure\n09:02 cho on it\n")
    now = told.messages[-1].at
    assert [m.id for m in under_way(told, now=now)] == ["m1", "m3"]
    assert under_way(told, now=now + timedelta(hours=2)) == ()


def test_an_update_says_what_is_stated_and_asks_for_the_rest():
    made = material(hypotheses=[moved(H1, Status.SUPPORTED, 22, 36)])
    executive, customer = (draft_update(made, audience) for audience in Audience)
    assert executive.text.startswith("Investigating · 22:36 UTC")
    assert "supported but not confirmed" in executive.text
    assert "Done 22:36" in executive.text
    assert "We are looking for the cause." in customer.text
    assert H1.claim not in customer.text
    assert "H1" not in executive.text
    assert executive.missing == ("When is the next update?", "Is there a workaround?")


def test_an_update_after_the_end_tells_how_long_it_was():
    text = f"{THREAD}22:45 Datadog* Recovered: write availability 99.9 % on object-gateway\n"
    made = material(text, hypotheses=[moved(H1, Status.CONFIRMED, 22, 45)])
    told = draft_update(made, Audience.CUSTOMER)
    assert told.text.startswith("Monitoring")
    assert "from 21:38 to 22:45 UTC (67 min)" in told.text
    assert "We have found what started it." in told.text
    assert draft_update(material(text), Audience.CUSTOMER).text.count("cause") == 0


def test_an_update_of_a_thread_without_impact_asks_what_is_noticed():
    told = draft_update(material("09:00 ann hello\n"), Audience.EXECUTIVE)
    assert told.missing[0].startswith("What do customers notice?")
    assert "It " not in told.text


def test_a_confirmed_cause_is_identified_while_it_lasts():
    made = material(hypotheses=[moved(H1, Status.CONFIRMED, 22, 36)])
    assert draft_update(made, Audience.EXECUTIVE).text.startswith("Identified")
