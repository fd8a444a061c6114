"""Refusals of a thread are judged by the policies that were pasted in it."""

import json

import pytest

from bot.iam.pasted import pasted
from bot.iam.sources import Decider, deciders
from bot.iam.thread import CHECKS, NOTHING_SHOWN, verdicts_in
from bot.iam.verdict import Verdict
from tests.iam.requests import ALL, DEPLOY, FULL, KEY, OBJECT, ROLE, SESSION, USER, allow, deny


def refused(action="s3:GetObject", resource=OBJECT, who=SESSION, why=""):
    return f"User: {who} is not authorized to perform: {action} on resource: {resource}{why}"


def shown(words, document):
    return f"{words}:\n{json.dumps(document, indent=2)}\nthat's all"


def test_a_pasted_bucket_policy_that_denies_is_the_deciding_one():
    [said] = verdicts_in([("m1", refused()), ("m2", shown("the bucket policy", deny(to=ROLE)))])

    assert (said.id, said.verdict.decision, said.cites, said.rivals) == (
        "p1",
        "explicit_deny",
        ("m1", "m2"),
        (),
    )
    assert "resource policy, statement 1" in said.verdict.because[0]


def test_what_nobody_pasted_stays_a_rival_with_a_check_that_reads():
    [said] = verdicts_in([("m1", refused()), ("m2", shown("role policy", ALL))])

    assert [place for place, _ in said.rivals] == ["resource", "boundary", "session", "scp", "rcp"]
    assert all(check == CHECKS[place] for place, check in said.rivals)


def test_where_the_refusal_names_the_layer_only_that_one_is_left():
    why = " because no permissions boundary allows the s3:GetObject action"
    [said] = verdicts_in([("m1", refused(why=why)), ("m2", shown("role policy", ALL))])

    assert [place for place, _ in said.rivals] == ["boundary"]


def test_whose_bucket_it_is_is_not_guessed():
    [said] = verdicts_in([("m1", refused()), ("m2", shown("role policy", ALL))])
    [named] = verdicts_in([("m1", refused("kms:Decrypt", KEY)), ("m2", shown("key policy", allow(to=ROLE)))])

    assert (said.verdict.decision, said.verdict.missing[-1]) == ("unknown", "resource_account")
    assert named.verdict.decision == "allow"


@pytest.mark.parametrize(
    ("words", "document", "decision"),
    [
        ("our SCP", deny("s3:*"), "explicit_deny"),
        ("RCP of the org", deny(to="*"), "explicit_deny"),
        ("permissions boundary", deny(), "explicit_deny"),
        ("vpc endpoint policy", deny(to="*"), "explicit_deny"),
        ("something", deny(to="*"), "explicit_deny"),
        ("something", deny(), "explicit_deny"),
        ("the scp", allow("s3:*"), "implicit_deny"),
    ],
)
def test_a_policy_belongs_to_the_set_that_the_words_before_it_name(words, document, decision):
    [said] = verdicts_in([("m1", refused()), ("m2", shown(words, document))])

    assert said.verdict.decision == decision


def test_a_trust_policy_is_the_policy_of_the_role():
    trust = allow("sts:AssumeRole", None, to=USER)
    [said] = verdicts_in(
        [("m1", refused("sts:AssumeRole", DEPLOY, USER)), ("m2", shown("trust policy", trust))]
    )

    assert said.verdict.decision == "allow"


def test_a_refusal_told_twice_is_judged_once_and_one_without_a_caller_not_at_all():
    nameless = "An error occurred (AccessDenied) when calling the GetObject operation: Access Denied"
    said = verdicts_in([("m1", refused()), ("m2", refused()), ("m3", nameless)])

    assert [(one.id, one.cites) for one in said] == [("p1", ("m1",)), ("p2", ("m3",))]
    assert said[1].verdict is None
    assert said[1].not_evaluated
    assert len(said[1].rivals) == len(CHECKS)


def test_authentication_is_not_evaluated():
    [said] = verdicts_in([("m1", "403 InvalidAccessKeyId"), ("m2", "InvalidAccessKeyId again")])

    assert (said.id, said.verdict, said.cites) == ("p1", None, ("m1",))
    assert said.not_evaluated == "InvalidAccessKeyId is about authentication: no policy was looked at"


def test_what_is_no_sound_policy_is_left_alone():
    texts = ["{" * 60, '{"a": 1} {"Statement": 7}', "plain", shown("boundary", FULL)]

    assert pasted(enumerate(texts)) == ()


@pytest.mark.parametrize(
    ("shows", "deciding"),
    [
        (
            [("the bucket policy", deny(to=ROLE))],
            [("resource policy, statement 1: Deny applies (names the caller by its role)", "m2")],
        ),
        (
            [("role policy", allow("sqs:*")), ("another role policy", deny(Sid="Freeze"))],
            [('identity policy 2, statement 1 "Freeze": Deny applies', "m3")],
        ),
        ([("the SCP", deny("s3:*"))], [("SCP, statement 1: Deny applies", "m2")]),
        (
            [("the SCP", allow("s3:*")), ("role policy", ALL), ("bucket policy", allow(to=ROLE))],
            [
                ("identity policy, statement 1: Allow applies", "m3"),
                ("resource policy, statement 1: Allow applies (names the caller by its role)", "m4"),
                ("SCP, statement 1: Allow applies", "m2"),
            ],
        ),
        (
            [("role policy", allow("sqs:*"))],
            [
                (f"identity policies: no statement allows s3:GetObject on {OBJECT}", "m2"),
                ("resource policy: not supplied, so nothing there allows s3:GetObject", ""),
            ],
        ),
    ],
)
def test_each_reason_names_the_message_that_shows_its_policy(shows, deciding):
    messages = [(f"m{number}", shown(*one)) for number, one in enumerate(shows, 2)]
    [said] = verdicts_in([("m1", refused()), *messages])

    assert verdicts_in(messages) == ()
    assert [(one.words, one.source) for one in said.deciding] == deciding


def test_a_reason_that_speaks_of_no_policy_names_no_message():
    verdict = Verdict(decision="allow", because=("the root user needs no identity policy",))

    assert deciders(verdict, ()) == (Decider(words="the root user needs no identity policy"),)


def test_without_a_policy_nothing_is_judged_and_every_place_stays():
    key = shown("the key policy", allow(["kms:Decrypt"], to=ROLE))
    [bare] = verdicts_in([("m1", refused())])
    [beside] = verdicts_in([("m1", refused()), ("m2", key)])

    assert bare == beside
    assert (bare.verdict, bare.not_evaluated, len(bare.rivals)) == (None, NOTHING_SHOWN, len(CHECKS))


def test_a_refusal_that_names_an_endpoint_leaves_that_place_alone():
    why = " because no VPC endpoint policy allows the s3:GetObject action"
    [said] = verdicts_in([("m1", refused(why=why))])

    assert [place for place, _ in said.rivals] == ["endpoint"]


def test_numbers_stay_while_a_thread_grows_and_the_newest_are_judged():
    told = [(f"m{n}", refused(resource=f"{OBJECT}.{n}")) for n in range(1, 16)]
    early, late = (
        verdicts_in([("m0", "ExpiredToken"), *told[:2]]),
        verdicts_in([("m0", "ExpiredToken"), *told]),
    )

    assert [one.id for one in early] == ["p1", "p2", "p3"]
    assert [one.id for one in late] == [f"p{n}" for n in range(5, 17)]


def test_a_file_is_known_by_its_name():
    [one] = pasted([("m2", f"scp_freeze.json:\n{json.dumps(deny())}")])

    assert (one.kind, one.set_name, one.services) == ("scp", "scp", {"*"})
