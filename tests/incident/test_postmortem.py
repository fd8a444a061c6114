"""The draft of the review: every sentence has a source or says that it has none."""

import json
import re
from dataclasses import replace

import pytest

from bot.incident.facts import FactKind, Facts
from bot.incident.hypotheses import Evidence, Status, Trigger
from bot.incident.messages import AuthorKind, Incident
from bot.incident.postmortem import draft, to_json, to_markdown
from bot.incident.postmortem_learning import split_actions
from bot.incident.postmortem_story import MOST_ROWS
from tests.incident.postmortem_samples import (
    FACTS,
    H1,
    H2,
    INCIDENT,
    NOW,
    ONSET,
    RECOVERY,
    at,
    cite,
    fact,
    message,
)

EMPTY = Incident(ref=INCIDENT.ref, messages=())


def markdown(incident=INCIDENT, facts=FACTS, hypotheses=(H1, H2), **more):
    """The draft without addresses: `[3]` for a linked number."""
    made = to_markdown(draft(incident, facts, hypotheses, now=NOW, **more))
    return re.sub(r"\[(\[\w+\])\]\([^)]*\)", r"\1", made)


def section(number, **more):
    return markdown(**more).split(f"\n## {number} ")[1].split("\n## ")[0]


def rows(number, **more):
    """The rows of a section's table, without its head."""
    return [line for line in section(number, **more).splitlines() if line.startswith("| ")][2:]


def lines(number, **more):
    """A section's lines below its title."""
    return [line for line in section(number, **more).splitlines()[1:] if line]


def test_the_header_says_severity_duration_and_what_was_read():
    head = markdown().split("\n## ")[0]

    assert head.splitlines() == [
        "# DRAFT · Object writes failed · 21 March 2025",
        "",
        (
            "Severity: SEV-2, as stated [6] · incident commander: Cho [6]"
            " · Impact 21:38 to 22:45 UTC, 67 min from first sign to recovery [3] [13]"
            " · Review owner: not stated"
        ),
        "",
        (
            "Read 15 of 18 messages (1 deleted, 2 unreadable) · 1 file in part"
            " · 0 sentences dropped for want of a source · as of 23:10 UTC, 21 March 2025"
        ),
    ]


def test_the_summary_is_as_sure_as_the_board():
    assert lines(1)[0] == (
        "Production still used the old pair that a responder removed [2]. "
        "The trigger, the old pair was removed by a responder, was at 20:37 UTC [2]. "
        "From 21:38 UTC: write availability 97.1%; PUT failing for all customers; reads a third [3] [5]. "
        "2 other explanations were looked at and ruled out [7] [9]. "
        "Recovery was at 22:45 UTC, 67 min after the first sign [13]."
    )
    assert "Leading explanation, not confirmed: storage refuses the new pair" in section(1, hypotheses=(H2,))


def test_nobodys_name_stands_in_a_cause():
    assert "Ana" not in section(1) + section(7)


def test_impact_names_its_sources_and_what_was_not_stated():
    assert rows(2) == [
        "| First sign | write availability 97.1% | alert 21:38 [3] |",
        "| Alert | Triggered #55012 gateway SLO burn | alert 21:45 [4] |",
        "| Impact | PUT failing for all customers. reads a third | said by Ben 21:50 [5] |",
        "| Recovery | write availability 99.98% | alert 22:45 [13] |",
        "| Data loss | not stated |  |",
    ]


def test_the_timeline_is_in_order_with_milestones_and_distances():
    assert rows(3) == [
        "| 21 Mar 20:19 | deployed, output says done [1] |  | 79 min before |",
        "| 20:37 | removed the old pair [2] | trigger | 61 min before |",
        "| 21:38 | write availability 97.1% [3] | detected | 0 |",
        "| 21:45 | Triggered #55012 gateway SLO burn [4] | paged | 7 min |",
        "| 21:50 | PUT failing for all customers. reads a third [5] |  | 12 min |",
        "| 21:58 | storage cluster is healthy [7] |  | 20 min |",
        "| 22:01 | rolling back the 14:00 release [8] |  | 23 min |",
        "| 22:10 | rollback done, no change [9] [8] |  | 32 min |",
        "| 22:12 | 403 InvalidAccessKeyId &lt;script> [10] |  | 34 min |",
        "| 22:36 | last secret change of production is weeks ago \\[11\\] | cause identified | 58 min |",
        "| 22:43 | deploying the new pair to production [12] | last attempt before recovery | 65 min |",
        "| 22:45 | write availability 99.98% [13] | recovered | 67 min |",
    ]


def test_the_timeline_shows_a_new_day_and_a_proposed_trigger():
    late = fact(FactKind.OBSERVATION, 15, at(11, 0, day=23), "sizes match")
    shown = section(
        3, facts=replace(FACTS, items=(*FACTS.items, late)), hypotheses=(replace(H1, status=Status.PROPOSED),)
    )

    assert "| 23 Mar 11:00 | sizes match [15] |  | 1 d 13 h |" in shown
    assert "trigger (proposed)" in shown


def test_what_happened_in_the_minute_of_the_first_sign_is_no_distance_away():
    same = fact(FactKind.OBSERVATION, 15, at(21, 38).replace(second=0), "breaker opened")
    later = replace(ONSET, at=at(21, 38).replace(second=50))

    assert "21:38 | breaker opened [15] |  | 0 |" in section(3, facts=Facts(items=(same, later), onset=later))


def test_a_long_timeline_keeps_its_milestones_and_says_what_it_left_out():
    words = [message(100 + n, at(21, 39), "Ben", f"seen {n}") for n in range(MOST_ROWS + 5)]
    more = [fact(FactKind.OBSERVATION, 100 + n, at(21, 39), f"seen {n}") for n in range(MOST_ROWS + 5)]
    incident = INCIDENT.with_messages((*INCIDENT.messages, *words))

    shown = section(3, incident=incident, facts=replace(FACTS, items=(*FACTS.items, *more)))

    assert shown.count("\n| ") == MOST_ROWS + 2
    assert "17 entries left out for length." in shown
    assert all(mark in shown for mark in ("detected", "paged", "trigger", "cause identified", "recovered"))


def test_detection_says_who_noticed_how_late_and_when_the_page_came():
    assert section(4).split("\n\n")[1:] == [
        "An alert noticed it at 21:38 UTC, 61 min after the trigger [3]. The page followed 7 min later [4].",
        "**People:** What should have noticed at 20:37, when the trigger happened?\n",
    ]
    by_person = replace(FACTS, onset=FACTS.items[4])
    assert "A person noticed it, before any alert, at 21:50" in section(4, facts=by_person, hypotheses=())
    assert "The page followed" not in section(4, facts=replace(FACTS, onset=FACTS.items[3]))


def test_the_response_says_what_was_tried_and_whether_it_held():
    done = fact(FactKind.ACTION, 11, at(22, 36), "blocked the range", status="errors went on")
    facts = replace(FACTS, items=(*FACTS.items, done))

    assert rows(5, facts=facts) == [
        "| Looked at: storage nodes | 21:58 | ruled out [7] |",
        "| rolling back the 14:00 release [8] | 22:01 | rollback done, no change (22:10) [9] |",
        "| blocked the range \\[11\\] | 22:36 | errors went on \\[11\\] |",
        "| deploying the new pair to production [12] | 22:43 | recovery followed after 2 min [13] |",
    ]
    assert "| not stated |" in section(5, facts=replace(FACTS, recovery=None))


def test_tables_tell_the_gist_and_the_evidence_keeps_the_words():
    told = tuple(
        replace(f, label=f"gist of {f.id}") if f.kind in {FactKind.ACTION, FactKind.BELIEF} else f
        for f in FACTS
    )
    tables = [section(n, facts=replace(FACTS, items=told)) for n in (3, 5, 6)]
    action, belief = (next(f for f in told if f.kind is kind) for kind in (FactKind.ACTION, FactKind.BELIEF))

    assert all(f"| {action.label} " in table for table in tables[:2])
    assert f"| {belief.label} " in tables[2]
    assert not any(action.text in table for table in tables)
    made = draft(INCIDENT, replace(FACTS, items=told), (H1, H2), now=NOW)
    quotes = {quote.id: quote.text for quote in made.evidence}
    assert quotes[action.cites[0]] == INCIDENT.by_id[action.cites[0]].text


def test_what_was_believed_keeps_its_times_and_what_ended_it():
    alone = fact(FactKind.BELIEF, 10, at(22, 12), "a bad key?", entities=frozenset({"key"}))
    named = fact(FactKind.BELIEF, 8, at(22, 1), "could be ours")

    assert rows(6, facts=replace(FACTS, items=(*FACTS.items, named, alone))) == [
        "| 21:52 | storage nodes down? | [6] | ruled out 21:58 | [7] |",
        "| 22:01 | could be ours | [8] | ruled out 22:10 | [9] |",
        "| 22:12 | a bad key? | [10] | not said |  |",
        (
            "| 22:26 | H1 production still used the old pair that a responder removed (copilot) | [2]"
            " | supported 22:36, confirmed 22:45 | \\[11\\] [13] |"
        ),
        "| 23:10 | H2 storage refuses the new pair (copilot) | [2] | proposed |  |",
    ]


def test_contributing_factors_say_what_is_inferred():
    assert lines(7)[:-1] == [
        "Trigger: the old pair was removed by a responder at 20:37 UTC [2].",
        "- We infer that deploy without environment → production keeps the old pair [1].",
        "- Old pair removed → 403 InvalidAccessKeyId: The key is unknown [2] [10].",
        "- 403 InvalidAccessKeyId → writes fail (fits in time or by name, not observed) [5] \\[11\\].",
        "- We infer a condition: nobody checked use of the key.",
        "- Not ruled out: storage refuses the new pair [2].",
    ]
    assert "not confirmed by a person" in section(7, hypotheses=(H2,))


def test_without_a_chain_the_changes_are_left_for_people_to_weigh():
    shown = section(7, hypotheses=())

    assert "No chain has been shown. Changes before the first sign, for people to weigh." in shown
    assert "- Removed the old pair [2]." in shown
    assert "No change was named either" in section(7, hypotheses=(), facts=Facts())


def test_what_went_well_is_quoted_and_judged_by_people():
    assert "- “PUT failing for all customers. reads a third” [5]." in section(8)
    assert "“last secret change of production is weeks ago”" in section(8, hypotheses=())
    assert "What went well, and where were we lucky?" in section(8, hypotheses=(), facts=Facts())


def test_a_long_quote_is_cut_at_a_word():
    long = INCIDENT.with_messages(
        replace(m, text="word " * 80) if m.id == "m5" else m for m in INCIDENT.messages
    )

    assert "word …” [5]." in section(8, incident=long)


def test_surprises_are_only_ever_questions():
    shown = section(9)

    assert shown.split("\n\n")[1].startswith(
        "**People:** 61 min passed between the trigger and the first sign"
    )
    assert "What was hard to see between 21:38 and 21:50 [3] [5]?" in shown
    assert "What made “storage nodes” look likely, and what ended it [7]?" in shown
    assert "does not cover: the hour in between. What does?" in shown
    assert "What surprised you" in section(9, hypotheses=(), facts=Facts())


def test_action_items_are_split_and_owned_only_where_an_owner_was_named():
    assert rows(10) == [
        "| log the key id [14] | detect | not stated | not stated |",
        "| two people [14] | process | not stated | not stated |",
        "| check use before delete [14] | prevent | not stated | not stated |",
        "| @Gus writes [14] | not clear | Gus | not stated |",
    ]


def test_follow_ups_that_are_apart_already_are_not_split_again():
    two = [
        fact(FactKind.FOLLOW_UP, 14, at(23, 5), words) for words in ("log the key id, please", "two people")
    ]

    assert "| log the key id, please [14] |" in section(10, facts=Facts(items=tuple(two)))


@pytest.mark.parametrize(
    ("words", "items"),
    [
        (
            "Action items:\n- alert on age (24 h, or less)\n- test restore.",
            ["alert on age (24 h, or less)", "test restore"],
        ),
        ("next steps: 1) pin it; 2) drill", ["pin it", "drill"]),
        ("we should page on this", ["we should page on this"]),
        ("follow-ups: a (b, c), d", ["a (b, c)", "d"]),
    ],
)
def test_follow_ups_are_split_at_bullets_else_at_commas(words, items):
    assert split_actions(words) == items


def test_open_questions_hold_checks_gaps_things_to_undo_and_what_nobody_answered():
    assert lines(11, hypotheses=(H2,)) == [
        "- When did the secret last change?",
        "- Not seen: release history.",
        "- Is this still in place, and should it be: “rolling back the 14:00 release” [8]?",
        "- Was anything lost [15]?",
    ]
    assert "None found in the thread." in section(11, facts=Facts(), hypotheses=())
    assert "When did the secret" not in section(11)


def test_the_evidence_holds_every_cited_message_once_and_says_when_it_was_edited():
    evidence = rows(12)

    assert evidence[1] == "| [2] | Ana | 2025-03-21 20:37:00 | removed the old pair | 2025-03-21 20:40 |"
    cited = set(re.findall(r"\\?\[(\d+)\\?\]", markdown().split("## 12")[0]))
    assert {re.match(r"\| \\?\[(\d+)", row)[1] for row in evidence} == cited


def test_nobodys_words_become_markup_or_a_table_cell():
    shown = markdown()

    assert "&lt;script>alert(1)&lt;/script> \\*x\\* \\_y\\_ \\[z\\](http://evil.example)" in shown
    assert "gwctl deploy \\| tee log done" in shown
    assert "<script>" not in shown


@pytest.mark.parametrize(
    ("words", "safe"),
    [("# title", "\\# title"), ("- item", "\\- item"), ("1. one", "1\\. one"), ("> quote", "\\> quote")],
)
def test_words_that_begin_like_markup_are_disarmed(words, safe):
    change = fact(FactKind.CHANGE, 2, at(20, 37), words)

    assert f"- {safe} [2]." in section(7, hypotheses=(), facts=Facts(items=(change,)))


def test_a_number_is_a_link_to_its_message():
    assert "[[3]](https://acme.slack.com/archives/C1/p3)" in to_markdown(
        draft(INCIDENT, FACTS, (H1,), now=NOW)
    )


def test_long_evidence_is_cut_and_says_by_how_much():
    long = INCIDENT.with_messages(
        replace(m, text="x" * 450) if m.id == "m5" else m for m in INCIDENT.messages
    )

    assert "… (50 more characters in the message)" in section(12, incident=long)


def test_a_statement_whose_source_is_gone_is_dropped_and_counted():
    gone = INCIDENT.with_messages(m for m in INCIDENT.messages if m.id != "m2")
    review = draft(gone, FACTS, (H1,), now=NOW)

    assert review.dropped > 0
    assert f"{review.dropped} sentences dropped for want of a source" in to_markdown(review)
    assert all(cite in gone.by_id for s in review.sections for claim in s for cite in claim.cites)


def test_with_nothing_known_there_is_still_an_honest_draft():
    shown = markdown(incident=EMPTY, facts=Facts(), hypotheses=())

    assert shown.startswith("# DRAFT · Incident · 21 March 2025")
    assert "Severity: not stated · Impact: no first sign in the thread" in shown
    assert "Read 0 of 0 messages · 0 sentences dropped" in shown
    assert "The thread holds no alert and no first symptom." in shown
    assert "The thread names no attempt to stop the impact." in shown
    assert "The thread names no suspicion." in shown
    assert "The thread names no follow-up." in shown
    assert "What noticed it, and when?" in shown


def test_while_it_lasts_no_end_is_claimed():
    lasting = replace(FACTS, recovery=None)

    assert "Impact since 21:38 UTC, no recovery recorded [3]" in markdown(facts=lasting)
    assert "No recovery is recorded as of 23:10 UTC." in section(1, facts=lasting)
    unexplained = Facts(items=FACTS.items, recovery=RECOVERY)
    assert "Recovery was at 22:45 UTC [13]." in section(1, facts=unexplained)


@pytest.mark.parametrize(
    ("changes", "title"),
    [
        ({"title": "Writes failed"}, "Writes failed"),
        ({"hypotheses": ()}, "PUT failing for all customers"),
        ({"hypotheses": (), "facts": Facts(onset=replace(ONSET, text="word " * 30))}, "Word word"),
        ({"hypotheses": (), "facts": Facts()}, "Inc-0321"),
    ],
)
def test_the_title_comes_from_the_impact_unless_one_is_given(changes, title):
    assert markdown(**changes).startswith(f"# DRAFT · {title}")


def test_a_source_that_is_no_message_is_no_citation():
    looked = replace(H1, trigger=Trigger(what="x", evidence=(Evidence(id="t3"), cite(2))))

    assert "t3" not in markdown(hypotheses=(looked,))


def test_an_incident_of_programs_alone_has_no_names_to_hide():
    only = INCIDENT.with_messages(m for m in INCIDENT.messages if m.author.kind is AuthorKind.BOT)

    assert "used the old pair" not in section(1, incident=only)
    assert draft(only, Facts(onset=ONSET), (replace(H1, trigger=Trigger(what="x"), links=()),), now=NOW)


def test_the_json_holds_the_same_claims_with_exact_quotes():
    value = json.loads(to_json(draft(INCIDENT, FACTS, (H1, H2), now=NOW)))

    assert [part["number"] for part in value["sections"]] == list(range(1, 12))
    assert value["status"] == "draft"
    assert {
        "text": "We infer a condition: nobody checked use of the key",
        "cites": [],
        "inferred": True,
    } in value["sections"][6]["claims"]
    assert value["evidence"][0]["quote"] == "gwctl deploy | tee log\ndone"
    assert value["evidence"][1]["edited_at"] == "2025-03-21T20:40:00+00:00"
    assert value["sections"][2]["columns"][0] == "Time (UTC)"
