"""A computed verdict is evidence like a message: it exists only if it was computed, and is quoted exactly."""

import json
from dataclasses import replace

import pytest

from bot.adapters.claude_pack import conversation
from bot.incident.hypotheses import Dropped, Evidence, EvidenceKind, Hypothesis, Impact, Link, Trigger
from bot.incident.judged import text_of
from bot.incident.verification import Verified, verify
from tests.iam.requests import ALL, OBJECT, ROLE, SESSION, deny
from tests.incident.scripts import case

REFUSED = f"User: {SESSION} is not authorized to perform: s3:GetObject on resource: {OBJECT}"
POLICY = json.dumps(deny(to=ROLE, Sid="Freeze"))
SCRIPT = f"""
09:30 ann attached a new bucket policy
10:00 Datadog* Triggered: reads fail
10:05 ben {REFUSED}
10:09 ann the bucket policy: {POLICY}
"""
DIRECT = EvidenceKind.DIRECT
DECIDED = 'resource policy, statement 1 "Freeze": Deny applies'


def claimed(*evidence):
    link = Link(cause="new bucket policy", effect="reads fail", evidence_for=evidence)
    trigger = Trigger(what="new bucket policy attached", evidence=(Evidence(id="m1"),))
    impact = Impact(symptom="reads fail", evidence=(Evidence(id="m2"),))
    return Hypothesis(
        id="H1", claim="a statement Freeze refuses reads", trigger=trigger, links=(link,), impact=impact
    )


def told(script=SCRIPT):
    return {one.id: text_of(one) for one in case(script).verdicts}


def test_a_verdict_is_told_with_the_statement_that_decides_and_its_message():
    assert told() == {
        "p1": f"refused: s3:GetObject by {SESSION} on {OBJECT} [m3]\n"
        "decision by the policies that were pasted: explicit_deny\n"
        f"decided by {DECIDED} (names the caller by its role) [m4]"
    }


def test_without_a_policy_each_place_is_told_with_its_check():
    [words] = told("\n".join(SCRIPT.splitlines()[:4])).values()

    assert "not evaluated: no policy was shown that speaks of it" in words
    assert words.count("not shown, so it can still be refused in ") == 6
    assert "a service control policy; check: list what is attached: aws organizations" in words


def test_an_authentication_error_is_not_evaluated_and_says_what_it_means():
    [words] = told("10:05 ben 403 InvalidAccessKeyId").values()

    assert words.startswith(
        "refused: a refusal [m1]\nnot evaluated: InvalidAccessKeyId is about authentication"
    )
    assert "the key is unknown" in words


def test_what_could_change_a_verdict_is_told():
    [words] = told(SCRIPT.replace('"Deny"', '"Allow"')).values()

    assert "not supplied, and could change it: " in words


def test_a_verdict_is_cited_by_its_words_and_brings_its_messages():
    shown = verify(claimed(Evidence(id="p1", quote=DECIDED, kind=DIRECT)), case(SCRIPT))

    assert isinstance(shown, Verified)
    evidence = shown.hypothesis.links[0].evidence_for
    assert [(one.id, one.kind) for one in evidence][:1] == [("p1", DIRECT)]
    assert [one.id for one in evidence] == ["p1", "m3", "m4"]


@pytest.mark.parametrize(
    "cited",
    [Evidence(id="p2", quote=DECIDED), Evidence(id="p1", quote="SCP: Deny applies"), Evidence(id="p1")],
)
def test_a_verdict_that_was_not_computed_or_does_not_say_so_is_no_evidence(cited):
    shown = verify(claimed(cited), case(SCRIPT))

    assert isinstance(shown, Dropped)


@pytest.mark.parametrize("shows", [(), ("10:09 ann role policy: " + json.dumps(ALL),)])
def test_a_verdict_that_does_not_decide_shows_no_more_than_a_fit(shows):
    known = case("\n".join([*SCRIPT.splitlines()[:4], *shows]))
    hypothesis = replace(claimed(Evidence(id="p1", quote="refused", kind=DIRECT)), claim="reads are refused")

    shown = verify(hypothesis, known)

    assert isinstance(shown, Verified)
    assert shown.hypothesis.links[0].evidence_for[0].kind is EvidenceKind.CORRELATIONAL


def test_a_model_reads_verdicts_in_the_state_and_pages_before_it_stay_as_they_are():
    with_policy, without = conversation(case(SCRIPT)), conversation(case("10:00 ben reads fail"))
    state = json.loads(with_policy[-1]["content"][0]["content"])

    assert [one["id"] for one in state["verdicts"]] == ["p1"]
    assert "verdicts" not in json.loads(without[-1]["content"][0]["content"])
    assert not any("decided by" in json.dumps(turn) for turn in with_policy[:-1])
