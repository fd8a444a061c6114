"""Each printed field holds only what its ground holds; what does not is left out and counted by its kind."""

from dataclasses import replace

import pytest

from bot.incident.hypotheses import Check, Dropped, DroppedKind, EvidenceKind, Impact, Trigger
from bot.incident.observations import Observation
from bot.incident.verification import Verified, verify
from tests.incident.scripts import DAY, case
from tests.incident.test_verification import PAIR, SCRIPT, cite, link

FOREIGN = "zeta-gateway-9 logs 4711 errors"
LIVE = Observation(id="t3", tool="k8s/logs", arguments={}, at=DAY, text="oom at pod mill-3")
OWN = Observation(id="t4", tool="search_log", arguments={}, at=DAY, text="403", shows=("m7",))


def verified(hypothesis, known=None):
    result = verify(hypothesis, known or case(SCRIPT))
    assert isinstance(result, Verified)
    return result


@pytest.mark.parametrize(
    "bad",
    [
        replace(PAIR, claim=FOREIGN),
        replace(PAIR, trigger=Trigger(what=FOREIGN, evidence=PAIR.trigger.evidence)),
        link(0, cause=FOREIGN),
        link(1, effect=FOREIGN),
        replace(PAIR, impact=Impact(symptom=FOREIGN)),
        replace(PAIR, impact=Impact(symptom="writes fail", population=FOREIGN)),
    ],
    ids=["claim", "trigger", "cause", "effect", "symptom", "population"],
)
def test_a_chain_with_a_made_up_statement_falls(bad):
    result = verify(bad, case(SCRIPT))

    assert isinstance(result, Dropped)
    assert result.kind is DroppedKind.EXPLANATION


SPARED = {
    "mechanism": (link(0, mechanism=FOREIGN), lambda h: h.links[0].mechanism),
    "falsifier": (link(0, falsifier=FOREIGN), lambda h: h.links[0].falsifier),
    "condition": (replace(PAIR, conditions=(FOREIGN,)), lambda h: h.conditions),
    "refuted_if": (replace(PAIR, refuted_if=FOREIGN), lambda h: h.refuted_if),
    "reopen_if": (replace(PAIR, reopen_if=FOREIGN), lambda h: h.reopen_if),
    "expect_if_true": (
        replace(PAIR, next_check=Check(do="Read the log", expect_if_true=FOREIGN)),
        lambda h: h.next_check.expect_if_true,
    ),
    "expect_if_false": (
        replace(PAIR, next_check=Check(do="Read the log", expect_if_false=FOREIGN)),
        lambda h: h.next_check.expect_if_false,
    ),
    "check": (replace(PAIR, next_check=Check(do=f"See whether {FOREIGN}")), lambda h: h.next_check),
}


@pytest.mark.parametrize(("bad", "field"), SPARED.values(), ids=SPARED)
def test_what_can_be_spared_is_left_out_alone_and_counted(bad, field):
    result = verified(bad)

    assert not field(result.hypothesis)
    assert [item.reason for item in result.dropped if not item.is_moved] == ["no cited message holds 4711"]


def test_a_mechanism_speaks_of_what_its_own_link_cites_a_falsifier_of_all_that_was_read():
    far = "alert at 97.1 %"

    assert verified(link(0, mechanism="97.1 % falling")).hypothesis.links[0].mechanism == ""
    assert verified(link(0, falsifier=f"no {far}")).hypothesis.links[0].falsifier == f"no {far}"


def test_what_a_chain_does_not_explain_may_stand_anywhere_but_must_stand_somewhere():
    given = replace(PAIR, does_not_explain=("mill-web 7.1 rolled back", FOREIGN))

    assert verified(given).hypothesis.does_not_explain == ("mill-web 7.1 rolled back",)


def test_a_symptom_that_no_link_touches_is_named_when_the_analyst_names_none():
    script = f"{SCRIPT}10:52 Datadog* Triggered: billing mails delayed\\nqueue depth 900"

    assert verified(PAIR, case(script)).hypothesis.does_not_explain == (
        "billing mails delayed: queue depth 900",
    )
    assert verified(PAIR).hypothesis.does_not_explain == ()


def test_a_change_that_no_one_could_make_as_told_is_no_mitigation_either():
    result = verified(replace(PAIR, next_check=Check(do="Restart zeta-gateway-9")))

    assert (result.hypothesis.next_check, result.mitigations) == (None, ())
    assert [item.kind for item in result.dropped] == [DroppedKind.CHECK]


def test_a_moved_check_is_told_as_moved():
    result = verified(replace(PAIR, next_check=Check(do="Restart the vault")))

    assert [item.is_moved for item in result.dropped] == [True]


@pytest.mark.parametrize(
    ("item", "stands"),
    [
        (cite("t3", "oom at pod mill-3"), True),
        (cite("t3", "oom at pod mill-4"), False),
        (cite("t3"), False),
        (cite("t4", "403"), False),
        (cite("t9", "oom"), False),
    ],
    ids=["its words", "other words", "no words", "shows messages", "unknown"],
)
def test_a_look_up_of_a_live_system_is_cited_with_its_words_and_no_other(item, stands):
    known = replace(case(SCRIPT), observations=(LIVE, OWN))

    checked = verified(link(1, evidence_for=(item, cite("m7"))), known).hypothesis

    assert (item in checked.links[1].evidence_for) is stands


def test_a_cited_look_up_is_ground_for_what_its_chain_says():
    known = replace(case(SCRIPT), observations=(LIVE,))
    seen = cite("t3", "oom at pod mill-3", EvidenceKind.DIRECT)
    given = link(1, effect="oom of mill-3", evidence_for=(seen, cite("m7")))

    assert verified(given, known).hypothesis.links[1].effect == "oom of mill-3"
    assert verified(replace(given, trigger=replace(PAIR.trigger, evidence=(cite("t3", "oom"),))), known)
