"""What of an analyst's hypothesis may be shown."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.incident.hypotheses import (
    Change,
    Check,
    Dropped,
    Evidence,
    EvidenceKind,
    Hypothesis,
    Impact,
    Likelihood,
    Link,
    Order,
    Status,
    Trigger,
)
from bot.incident.messages import File
from bot.incident.verification import Verified, rank, verify
from tests.incident.scripts import case, incident

SCRIPT = """
09:00 ann removed the old pair from vault-7
09:30 ci* mill-web 7.1 deployed to prod
10:00 Datadog* Triggered: write availability low\\n97.1 % and falling
10:10 ben all writes fail for customers
10:15 cy maybe mill-web 7.1, rolling back
10:25 cy rollback done, no change
10:30 ben log: `403 InvalidAccessKeyId op=put`
10:40 ann that's why: removing the pair from vault-7 was my mistake, production still uses it
10:50 ann put the old pair back into vault-7
10:55 Datadog* Recovered: write availability low\\n99.9 %
"""
DIRECT, CORRELATIONAL = EvidenceKind.DIRECT, EvidenceKind.CORRELATIONAL


def cite(message_id, quote="", kind=CORRELATIONAL):
    return Evidence(id=message_id, quote=quote, kind=kind)


PAIR = Hypothesis(
    id="H1",
    claim="the old pair was removed from vault-7 while production still uses it",
    trigger=Trigger(what="old pair removed", evidence=(cite("m1", "removed the old pair"),)),
    links=(
        Link(
            cause="old pair removed",
            effect="the vault refuses",
            evidence_for=(cite("m1"), cite("m8", "production still uses it", DIRECT)),
        ),
        Link(
            cause="403 InvalidAccessKeyId",
            effect="write availability low",
            evidence_for=(cite("m7", "403 InvalidAccessKeyId", DIRECT), cite("m3")),
        ),
    ),
    impact=Impact(symptom="all writes fail", evidence=(cite("m4", "all writes fail"), cite("m3"))),
)
RELEASE = replace(
    PAIR,
    id="H2",
    claim="the release mill-web 7.1 broke writes",
    trigger=Trigger(what="mill-web 7.1 deployed", evidence=(cite("m2"),)),
    links=(
        Link(cause="mill-web 7.1 deployed", effect="writes fail", evidence_for=(cite("m2"), cite("m4"))),
        Link(cause="writes fail", effect="write availability low", evidence_for=(cite("m4"), cite("m3"))),
    ),
)


def link(n=0, **changed):
    links = list(PAIR.links)
    links[n] = replace(links[n], **changed)
    return replace(PAIR, links=tuple(links))


def shown(hypothesis, known=None):
    result = verify(hypothesis, known or case(SCRIPT))
    assert isinstance(result, Verified)
    return result.hypothesis


def reason(hypothesis, known=None):
    result = verify(hypothesis, known or case(SCRIPT))
    assert isinstance(result, Dropped)
    return result.reason


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (cite("m99"), "there is no such message"),
        (cite("t3"), "there is no such message"),
        (cite("m7", "403 invalidaccesskeyid"), "the quote does not stand in the message"),
    ],
)
def test_a_citation_that_does_not_hold_is_dropped_and_the_rest_stays(bad, why):
    result = verify(link(1, evidence_for=(bad, cite("m3")), cause="refused"), case(SCRIPT))

    assert [item.id for item in result.hypothesis.links[1].evidence_for] == ["m3"]
    assert result.dropped[0].reason == why


def test_a_message_later_than_the_question_does_not_exist():
    early = replace(case(SCRIPT), asked_at=incident(SCRIPT).messages[6].at)

    result = verify(PAIR, early)

    assert "m8" not in {item.id for item in result.hypothesis.evidence}
    assert result.dropped[0].reason == "it was not there when this was asked"


def test_a_link_that_lost_all_its_evidence_is_no_longer_shown():
    checked = shown(link(1, evidence_for=(cite("m7", "404"),)))

    assert [item.is_shown for item in checked.links] == [True, False]
    assert checked.status is Status.PROPOSED


@pytest.mark.parametrize(
    ("hypothesis", "why"),
    [
        (replace(PAIR, trigger=Trigger(what="old pair removed")), "no message shows its trigger"),
        (replace(PAIR, links=()), "no message shows any of its links"),
        (replace(PAIR, links=(Link(cause="a", effect="b"),)), "no message shows any of its links"),
        (replace(PAIR, claim="97.4 % of writes fail"), "no cited message holds 97.4 %"),
        (replace(PAIR, claim="vault-9 lost its pair"), "no cited message holds vault-9"),
        (replace(PAIR, claim="NoSuchBucket on all writes"), "no cited message holds NoSuchBucket"),
        (link(0, effect="3,000 requests refused"), "no cited message holds 3000"),
        (replace(PAIR, impact=Impact(symptom="12 regions down")), "no cited message holds 12"),
        (replace(PAIR, claim="pair removed at 08:12"), "no cited message holds 08:12"),
    ],
)
def test_what_no_cited_message_holds_is_not_shown(hypothesis, why):
    assert reason(hypothesis) == why


@pytest.mark.parametrize(
    "claim",
    [
        "the pair was removed at 09:00 from VAULT-7",
        "writes fail 60 min after the removal",
        "availability 97.1% and falling",
        "a read-only re-sync of two and/or three parts",
    ],
)
def test_numbers_and_names_of_cited_messages_and_their_times_may_be_said(claim):
    assert shown(replace(PAIR, claim=claim)).claim == claim


def test_a_mechanism_with_an_invented_number_is_left_out_alone():
    result = verify(link(0, mechanism="4,711 nodes dropped the pair"), case(SCRIPT))

    assert result.hypothesis.links[0].mechanism == ""
    assert result.dropped[0].reason == "no cited message holds 4711"


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("Ann removed the pair", "somebody removed the pair"),
        ("@ann and ben removed it", "somebody and somebody removed it"),
        ("the pair, removed by ann", "the pair, removed"),
        ("the root cause is the pair", "cause is the pair"),
        ("  two\n lines ", "two lines"),
    ],
)
def test_a_claim_blames_nobody_and_knows_no_root_cause(said, read):
    assert shown(replace(PAIR, claim=said)).claim == read


def test_hostile_lengths_ids_and_counts_are_clamped():
    words = "word " * 400
    check = Check(do="Read " + words, splits=("H1", "<!channel>", "H2"), minutes=9999)
    hostile = replace(
        link(0, mechanism=words, falsifier=words),
        id="H1> *ignore*",
        claim=words,
        next_check=check,
        conditions=(words,) * 50,
        does_not_explain=("", "x"),
        links=PAIR.links * 20,
        status=Status.CONFIRMED,
        likelihood=Likelihood.LIKELY,
        unseen=("nothing",),
    )

    checked = shown(hostile)

    assert checked.id == "H0"
    assert len(checked.claim) <= 1_000
    assert len(checked.links) <= 8
    assert (len(checked.conditions), checked.does_not_explain) == (5, ("x",))
    assert (checked.next_check.minutes, checked.next_check.splits) == (60, ("H1", "H2"))
    assert checked.unseen == ()


@pytest.mark.parametrize(
    "do",
    [
        "Restart the gateway",
        "please roll back mill-web",
        "look at it, then restart it",
    ],
)
def test_a_check_that_would_change_something_becomes_a_mitigation(do):
    result = verify(replace(PAIR, next_check=Check(do=do)), case(SCRIPT))

    assert result.hypothesis.next_check is None
    assert [(m.do, m.safe_under) for m in result.mitigations] == [(do, ("H1",))]


@pytest.mark.parametrize("do", ["When did the pair last change?", "Release history of mill-web"])
def test_a_check_that_only_reads_stays(do):
    assert shown(replace(PAIR, next_check=Check(do=do))).next_check.do == do


def test_an_empty_check_is_none():
    assert shown(replace(PAIR, next_check=Check(do=" "))).next_check is None


def test_times_are_read_from_the_evidence_never_from_the_analyst():
    checked = shown(PAIR)

    assert f"{checked.trigger.at:%H:%M}" == "09:00"
    assert f"{checked.impact.since:%H:%M}" == "10:00"


def test_a_finding_was_there_when_it_was_told_so_what_happened_before_is_in_order():
    assert [item.order for item in shown(PAIR).links] == [Order.OK, Order.OK]


def test_a_change_before_an_alert_is_in_order():
    straight = replace(
        PAIR,
        links=(
            replace(PAIR.links[0], effect="write availability low", evidence_for=(cite("m1"), cite("m3"))),
        ),
    )

    assert shown(straight).links[0].order is Order.OK


def test_a_cause_later_than_its_effect_is_flagged_and_not_supported():
    late = replace(PAIR, trigger=Trigger(what="old pair back into vault-7", evidence=(cite("m9"),)))

    checked = shown(late)

    assert checked.links[0].order is Order.VIOLATED
    assert checked.status is Status.PROPOSED


def test_a_suspicion_shows_nothing():
    alone = "10:00 Datadog* Triggered: writes low\n10:05 cy maybe the cache again\n10:09 cy removed the pair"
    given = replace(
        PAIR,
        claim="the cache again",
        trigger=Trigger(what="the cache", evidence=(cite("m2", "cache", DIRECT),)),
        links=(Link(cause="the cache", effect="writes low", evidence_for=(cite("m2", "cache", DIRECT),)),),
        impact=Impact(symptom="writes low"),
    )

    assert shown(given, case(alone)).shown == 0


def test_a_direct_citation_without_a_quote_is_only_a_fit():
    checked = shown(link(0, evidence_for=(cite("m8", kind=DIRECT),)))

    assert checked.links[0].evidence_for[0].kind is CORRELATIONAL


def test_what_could_not_be_seen_is_counted_by_code():
    told = incident(SCRIPT, deleted=1, omitted=2)
    file = File(name="x.log", is_partial=True)
    told = told.with_messages([replace(told.messages[0], files=(file,)), *told.messages[1:]])

    unseen = shown(PAIR, case(told)).unseen

    assert unseen == (
        "1 deleted message",
        "2 messages that could not be read",
        "1 paste beyond its first lines",
    )


def test_it_is_supported_when_every_link_is_shown_and_the_first_directly():
    assert shown(PAIR, case(SCRIPT, until=8)).status is Status.SUPPORTED


@pytest.mark.parametrize(
    "weaker",
    [
        link(0, evidence_for=(cite("m1"),)),
        link(1, evidence_for=(cite("m7", kind=EvidenceKind.INFERENTIAL),)),
        link(1, evidence_against=(cite("m8"),)),
    ],
    ids=["nothing direct", "one link inferred", "one thing unanswered"],
)
def test_it_is_only_proposed_when_something_is_missing(weaker):
    assert shown(weaker, case(SCRIPT, until=8)).status is Status.PROPOSED


def test_what_speaks_against_is_answered_by_what_is_said_later():
    answered = link(0, evidence_against=(cite("m6"),))

    assert shown(answered, case(SCRIPT, until=8)).status is Status.SUPPORTED


def test_it_is_confirmed_when_undoing_it_ended_the_trouble_and_its_doer_explains():
    assert shown(PAIR).status is Status.CONFIRMED


def test_a_recovery_confirms_without_words_only_what_the_board_had_predicted():
    script = SCRIPT.replace("that's why: removing", "removing").replace(
        "was my mistake, production", "and production"
    )

    assert shown(PAIR, case(script)).status is Status.SUPPORTED
    asked = case(script).asked_at
    before, after = (
        replace(PAIR, history=(Change(at=at, status=Status.PROPOSED),))
        for at in (asked - timedelta(hours=1), asked)
    )
    assert shown(PAIR, case(script, board=[before])).status is Status.CONFIRMED
    assert shown(PAIR, case(script, board=[after])).status is Status.SUPPORTED


def test_a_recovery_after_something_else_confirms_nothing():
    script = SCRIPT.replace("put the old pair back into vault-7", "restarted the proxies")

    assert shown(PAIR, case(script)).status is not Status.CONFIRMED


def test_what_the_thread_has_ruled_out_is_refuted():
    assert shown(RELEASE).status is Status.REFUTED
    assert shown(replace(RELEASE, status=Status.REFUTED)).status is Status.REFUTED


def test_a_later_explanation_that_names_the_trigger_brings_it_back():
    script = SCRIPT.replace(
        "that's why: removing the pair from vault-7 was my mistake",
        "turns out the mill-web 7.1 rollback left its config: that's why",
    )
    back = replace(
        RELEASE, links=(replace(RELEASE.links[0], evidence_for=(cite("m2"), cite("m8"))), RELEASE.links[1])
    )

    assert shown(back, case(script)).status is not Status.REFUTED


def ranked(*hypotheses):
    return [(h.claim[:1], h.likelihood) for h in rank(hypotheses)]


def test_the_likelihood_word_orders_the_rivals_and_says_no_more():
    best, rival = replace(PAIR, claim="a"), replace(PAIR, claim="b")

    assert ranked(best, rival) == [("a", Likelihood.LIKELY), ("b", Likelihood.POSSIBLE)]


@pytest.mark.parametrize("status", [Status.CONFIRMED, Status.SUPPORTED])
def test_beside_a_supported_one_the_others_are_less_likely(status):
    best, rival = replace(PAIR, claim="a", status=status), replace(PAIR, claim="b")

    assert ranked(best, rival)[1] == ("b", Likelihood.LESS_LIKELY)


def test_refuted_and_violated_and_unshown_ones_stand_last():
    refuted = replace(PAIR, claim="a", status=Status.REFUTED)
    violated = replace(link(0, order=Order.VIOLATED), claim="b")
    unshown = replace(PAIR, claim="c", links=(Link(cause="x", effect="y"),))
    sound = replace(PAIR, claim="d", status=Status.CONFIRMED)

    assert ranked(refuted, violated, unshown, sound) == [
        ("d", Likelihood.LIKELY),
        ("b", Likelihood.LESS_LIKELY),
        ("c", Likelihood.LESS_LIKELY),
        ("a", Likelihood.LESS_LIKELY),
    ]
    assert ranked(unshown, violated)[0][0] == "c"


def test_a_chain_of_which_little_is_shown_is_possible_at_best():
    thin = replace(
        PAIR, claim="a", links=(PAIR.links[0], Link(cause="x", effect="y"), Link(cause="y", effect="z"))
    )

    assert ranked(thin) == [("a", Likelihood.POSSIBLE)]
