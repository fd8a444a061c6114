"""The whole answer, as an engineer sees it."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.incident.facts import FactKind, Facts
from bot.incident.hypotheses import Check, Likelihood, Link, Mitigation, Status, Trigger
from bot.routing.route import Tier
from bot.slack.answer import Computed, answer
from bot.slack.blocks import owner_of
from bot.slack.limits import visible_chars, visible_text
from bot.slack.money import Bill
from tests.slack.samples import (
    H1,
    H2,
    H3,
    ID,
    NEW_PAIR,
    OPUS,
    STORE,
    STORE_FACTS,
    cite,
    clock,
    fact,
    preview,
    sample,
)
from tests.slack.slackblocks_builder import rebuilt, without_emoji_flags

LONG = "a very long piece of somebody's words that goes on and on " * 4
ALSO_FALLEN = replace(H3, id="H4", history=tuple(replace(change, reason=LONG) for change in H3.history))


def seen(**changes):
    return preview(answer(sample(**changes)).blocks)


def top(**changes):
    return seen(**changes).split("----")[0].strip()


def test_the_bottom_line_comes_first_with_what_is_not_shown_and_what_to_check():
    assert top().splitlines() == [
        "Likely, not proven: production still uses the old key pair, removed 20:37 [3]",
        "Not shown: that deploy without environment → production keeps the old pair [2].",
        "Check next · 1 min · read-only",
        "When did the production gateway's storage secret last change?",
        "before 20:19 → H1   ·   at 20:19 → H2",
        "Would stop it under H1 and H2: the new pair on production [1]. A person decides.",
        "Ruled out: storage nodes 21:58 [10] · 14:00 release 22:10 [12]",
    ]


def test_the_lock_screen_shows_the_bottom_line():
    assert answer(sample()).text == (
        "Likely, not proven: production still uses the old key pair, removed 20:37. "
        "Check next: When did the production gateway's storage secret last change?"
    )


def test_the_lock_screen_pings_nobody():
    shouting = replace(H1, claim="<!channel> & <@U1> broke it")

    assert "<" not in answer(sample(hypotheses=(shouting,))).text
    assert "&lt;!channel&gt; &amp;" in answer(sample(hypotheses=(shouting,))).text


def test_without_a_model_the_changes_and_a_candidate_are_shown_and_no_diagnosis():
    lines = top(analyst="rules", note="API overloaded").splitlines()

    assert lines[0] == "No model (API overloaded): changes and symptoms in order, no diagnosis."
    assert lines[1].startswith("Candidate, proposed: deploy without environment")
    assert lines[1].endswith("3 of 4 links shown, middle step not shown")
    assert any(line.startswith("Since 21:38: write availability") for line in lines)
    assert "[Try the model again]" in seen(analyst="rules")
    assert "$0 " in seen(analyst="rules")
    assert "the question would go to Opus 5.5" in seen(analyst="rules")


def test_a_route_that_rose_during_the_answer_is_said_and_the_other_model_is_one_press_away():
    sonnet = replace(sample().route, tier=Tier.SONNET, reason="because nothing here is about S3")
    blocks = answer(sample(route=sonnet, model_name="Sonnet 5.5", risen=sample().route)).blocks
    words = "\n".join(map(visible_text, blocks))

    assert f"Sonnet 5.5 high · by now it would go to Opus, {sample().route.reason}" in words
    assert '"Ask Opus"' in str(blocks).replace("'", '"')
    assert "would go to Opus: because" in seen(analyst="rules", route=sonnet, risen=sample().route)


def test_without_a_model_what_an_answer_would_show_stands_with_its_hypothesis():
    assert "What to ask next would show: before 20:19 → H1   ·   at 20:19 → H2" in seen(analyst="rules")
    blank = replace(H1, next_check=Check(do="Look", splits=("H1", "H2")))
    assert "would show" not in seen(analyst="rules", hypotheses=(blank, H2))


def test_without_a_model_the_lock_screen_names_the_candidate():
    words = answer(sample(analyst="rules")).text

    assert words.startswith(
        "No model. Candidate, proposed: deploy without environment → production keeps the old pair"
    )


def test_a_candidate_without_links_is_its_trigger():
    bare = replace(H1, links=(), next_check=None)

    assert "Candidate, proposed: 20:37 old pair removed [3] · 0 of 0 links shown" in top(
        analyst="rules", hypotheses=(bare,)
    )
    assert "Candidate, proposed: old pair removed" in answer(sample(analyst="rules", hypotheses=(bare,))).text


@pytest.mark.parametrize("analyst", ["claude", "rules"])
def test_with_no_chain_it_says_so_and_what_is_known_and_what_to_ask(analyst):
    shown = seen(hypotheses=(), analyst=analyst, insufficient="Nobody has named a change")

    assert shown.startswith("Not enough to explain it yet: Nobody has named a change")
    assert "Changed before: 20:37 removed the old pair" in shown
    assert "Ask next: who can say whether the 20:37 change touches what fails?" in shown
    assert ("No model." in shown) == (analyst == "rules")
    assert "That's wrong" not in shown


def test_with_nothing_known_at_all_it_is_honest():
    shown = top(hypotheses=(), facts=Facts())

    assert "Since: unknown, no alert and no symptom in 10 messages" in shown
    assert "Changes, newest first: nothing seen in 10 messages" in shown
    assert "Ask next: when did it start, and which graph or alert shows it?" in shown


@pytest.mark.parametrize(
    ("kinds", "question"),
    [
        ((), "what was deployed, flagged or configured before 21:38?"),
        ((FactKind.CHANGE,), "what does one failing request say in the log?"),
    ],
)
def test_the_question_that_is_asked_is_the_first_one_that_the_facts_leave_open(kinds, question):
    items = tuple(f for f in STORE_FACTS if f.kind in kinds)
    facts = Facts(items=items, onset=STORE_FACTS.onset)

    assert question in answer(sample(hypotheses=(), facts=facts)).text


def test_the_analysts_own_question_comes_before_ours():
    shown = seen(hypotheses=(), open_questions=("which key id does production use?", "who is on call?"))

    assert "Ask next: which key id does production use?" in shown
    assert "Open too\nwho is on call?" in shown


def test_what_people_saw_and_did_is_told_when_there_is_no_chain():
    told = tuple(fact(FactKind.ACTION, 12, 22, n, f"step {n}") for n in range(10))
    distinct = tuple(replace(f, cites=(m.id,)) for f, m in zip(told, STORE.messages, strict=True))

    shown = seen(hypotheses=(), facts=Facts(items=distinct))

    assert "Seen, done and suspected so far · 2 earlier" in shown
    assert "22:09 step 9 [16]" in shown


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({"status": Status.CONFIRMED}, "Confirmed:"),
        ({"status": Status.SUPPORTED}, "Supported, not confirmed:"),
        ({"likelihood": Likelihood.POSSIBLE}, "Possible, not proven:"),
        ({"likelihood": Likelihood.LESS_LIKELY}, "A weak lead, not proven:"),
    ],
)
def test_the_headline_sounds_as_sure_as_the_evidence(changes, label):
    assert top(hypotheses=(replace(H1, **changes), H2)).startswith(label)


def test_a_hypothesis_without_a_rival_says_so():
    assert "No rival was found." in top(hypotheses=(H1,)).splitlines()[0]


def test_nothing_is_called_unshown_when_every_link_is_shown():
    assert "Not shown" not in top(hypotheses=(replace(H1, links=H1.links[1:]), H2))


def test_all_guesses_but_the_first_are_counted():
    guesses = (H1.links[0], H1.links[0], *H1.links[1:])

    assert "(and 1 more)" in top(hypotheses=(replace(H1, links=guesses), H2))


def test_the_best_check_splits_most_rivals_then_is_the_cheapest():
    cheap = Check(do="Look at the graph", splits=("H2",), minutes=1, expect_if_true="flat")
    shown = top(hypotheses=(H1, replace(H2, next_check=cheap)))

    assert "When did the production" in shown
    assert "Look at the graph" not in shown


def test_a_check_that_splits_nothing_says_for_whom_it_speaks():
    alone = replace(H1, next_check=Check(do="Look", expect_if_true="old", expect_if_false="new"))

    assert "old → H1   ·   new → not H1" in top(hypotheses=(alone, H2))


def test_a_mitigation_that_no_live_hypothesis_rests_on_is_only_named():
    other = replace(NEW_PAIR, safe_under=("H3",))

    assert "Named to stop it: the new pair on production [1]. A person decides. 1 more" in top(
        mitigations=(other, NEW_PAIR)
    )


def test_after_recovery_nothing_is_proposed_to_stop_it():
    recovery = fact(FactKind.RECOVERY, 16, 22, 24, "recovered")
    shown = top(facts=replace(STORE_FACTS, recovery=recovery))

    assert "Recovered 22:24 [16]" in shown
    assert "Would stop" not in shown


@pytest.mark.parametrize(("minute", "is_late"), [(31, False), (32, True)])
def test_an_answer_later_than_five_minutes_says_when_it_was_asked(minute, is_late):
    shown = top(asked_at=clock(22, 26), answered_at=clock(22, minute))

    assert shown.startswith("Asked 22:26, answered 22:32, 6 min later.") == is_late


def test_what_code_computed_stands_below_with_its_source():
    shown = seen(computed=(Computed(words="no policy refuses this", cites=("m13",)),))

    assert "Computed: no policy refuses this [13]" in shown


def test_rivals_that_do_not_fit_are_named():
    shown = seen(hypotheses=tuple(replace(H2, id=f"H{n}") for n in range(1, 6)))

    assert "Not printed for length: H4 less likely (1 of 2 links shown) · H5 less likely" in shown


@pytest.mark.parametrize("analyst", ["claude", "rules"])
@pytest.mark.parametrize("hypotheses", [(), (H1, H2, H3), (H3, ALSO_FALLEN)])
def test_even_with_the_longest_words_the_answer_fits_and_the_top_fits_a_phone(analyst, hypotheses):
    links = tuple(replace(link, cause=LONG, effect=LONG) for link in H1.links) * 3
    check = Check(do=LONG, expect_if_true=LONG, expect_if_false=LONG, splits=("H1", "H2"))
    long = [replace(h, claim=LONG, links=links, next_check=check, refuted_if=LONG) for h in hypotheses]
    facts = replace(
        STORE_FACTS, items=tuple(replace(f, text=LONG[:120], status=LONG[:60]) for f in STORE_FACTS) * 4
    )
    said = sample(
        analyst=analyst,
        hypotheses=tuple(long),
        facts=replace(facts, onset=facts.items[2]),
        mitigations=(replace(NEW_PAIR, do=LONG),) * 2,
        insufficient=LONG,
        note=LONG,
        unseen=(LONG,) * 6,
        open_questions=(LONG,) * 6,
    )

    made, alone = answer(said, has_file=True), answer(said)

    assert visible_chars(made.blocks) <= 3_600
    assert visible_chars(alone.blocks) <= 9_300
    assert len(visible_text(made.blocks[0])) < 600
    assert len(made.text) <= 300


def test_slack_takes_every_block_and_every_block_names_its_answer():
    blocks = answer(sample(bill=Bill(usd=Decimal("0.13")))).blocks

    assert [without_emoji_flags(rebuilt(b)) for b in blocks] == [without_emoji_flags(b) for b in blocks]
    assert {owner_of(block["block_id"]) for block in blocks} == {ID}
    assert len({block["block_id"] for block in blocks}) == len(blocks)


def test_every_button_carries_the_answers_id():
    buttons = next(b for b in answer(sample()).blocks if b["type"] == "actions")["elements"]

    assert [(b["action_id"], b["value"]) for b in buttons] == [
        ("take_check", f"{ID}|H1"),
        ("result", f"{ID}|H1"),
        ("evidence", ID),
        ("wrong", ID),
        ("deescalate", ID),
    ]


def test_a_sonnet_answer_offers_opus():
    assert "[Ask Opus]" in seen(route=replace(OPUS, tier=Tier.SONNET))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Opus 5.5 high · because of InvalidAccessKeyId [13]"),
        ({"model_name": ""}, "Opus high · because of"),
        ({"route": replace(OPUS, reason="you asked", matched=())}, "Opus 5.5 high · you asked\n"),
        ({"route": replace(OPUS, reason="you asked", is_forced=True)}, "Opus 5.5 high · you asked\n"),
        (
            {},
            "As of 22:26 UTC · 21 s · cost not known · read 10 of 11 messages (1 deleted), 1 file: first",
        ),
        ({"bill": Bill(usd=Decimal("0.134"))}, "$0.13"),
        ({"bill": Bill(usd=Decimal("0.002"))}, "under $0.01"),
        ({"seconds": 2.34}, "2.3 s"),
        ({"dropped": 2}, "2 statements without a source left out"),
        ({"incident": replace(STORE, omitted=2, deleted=0)}, "read 10 of 12 messages (2 not read yet)"),
        ({"incident": replace(STORE, is_unchecked=True)}, "not be compared with Slack's history just now"),
        ({}, "not seen: storage audit log, production release history · AI: check before you act"),
        ({"unseen": ("a", "b", "c")}, "not seen: a, b, c, production release history · AI"),
        ({"unseen": (), "hypotheses": (H2,)}, "only · AI: check before you act"),
    ],
)
def test_the_footer_says_who_answered_why_at_what_cost_and_what_was_not_seen(changes, words):
    assert words in seen(**changes)


def test_the_candidates_own_change_is_not_told_again_among_the_changes():
    only = replace(STORE_FACTS, items=tuple(f for f in STORE_FACTS if f.cites != ("m2",)))

    assert "Also changed before: 20:19" in seen(analyst="rules")
    assert "Also changed before" not in seen(analyst="rules", facts=only)


def test_what_would_stop_it_is_told_without_a_chain_unless_it_helps_under_what_has_fallen_alone():
    named = Mitigation(do="drain the region", cites=("m12",))
    shown = seen(hypotheses=(H3,), mitigations=(NEW_PAIR, named))

    assert "Named to stop it: drain the region [12]. A person decides." in shown
    assert NEW_PAIR.do not in shown


def test_a_trigger_without_a_time_gets_none():
    undated = replace(
        H1, links=H1.links[1:], trigger=Trigger(what="old pair removed", evidence=H1.trigger.evidence)
    )

    assert "Candidate, proposed: old pair removed [3]" in top(analyst="rules", hypotheses=(undated, H2))


ENDED = Link(cause="deploying the new pair", effect="recovered", evidence_for=(cite(15), cite(16)))


@pytest.mark.parametrize("analyst", ["claude", "rules"])
def test_a_recovery_says_what_was_done_before_it(analyst):
    over = replace(STORE_FACTS, recovery=fact(FactKind.RECOVERY, 16, 22, 24, "recovered"))
    shown = top(analyst=analyst, facts=over, hypotheses=(replace(H1, ended_by=ENDED), H2))

    assert "Recovered 22:24 [16] after 22:20 deploying the new pair [15]" in shown


def test_once_it_is_over_and_nothing_is_left_to_ask_nothing_is_asked():
    over = replace(STORE_FACTS, recovery=fact(FactKind.RECOVERY, 16, 22, 24, "recovered"))
    known = (replace(H1, next_check=None),)

    assert "Ask next" not in top(analyst="rules", facts=over, hypotheses=known)
    assert answer(sample(analyst="rules", facts=over, hypotheses=known)).text.endswith("Recovered 22:24.")


def test_a_chain_without_a_rival_says_so_and_that_a_step_stands_below():
    links = tuple(replace(link, evidence_for=(cite(13),)) for link in H1.links)

    assert "4 of 4 links shown, one more step below · no live rival" in top(
        analyst="rules", hypotheses=(replace(H1, links=links),)
    )


def test_codes_own_question_keeps_its_citations():
    shown = top(
        analyst="rules", hypotheses=(), open_questions=("What changed between 20:00 [m2] and 21:38 [m6]?",)
    )

    assert "Ask next: What changed between 20:00 [2] and 21:38 [6]?" in shown


def test_what_could_not_be_read_is_said_once():
    unread = replace(H1, unseen=("1 deleted message", "1 paste beyond its first lines"))

    assert "not seen" not in seen(hypotheses=(unread,), unseen=())


def test_a_refuted_one_shows_its_own_message_and_time():
    dated = replace(H3, trigger=replace(H3.trigger, evidence=(cite(2),), at=clock(14, 0)), claim="release")

    assert "H3 refuted 22:10 · 14:00 release [2] · rolled back, no change [12]" in seen(
        hypotheses=(H1, dated)
    )
