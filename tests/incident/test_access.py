"""What a hypothesis claims about a permission is held against what was computed of it."""

import json

import pytest

from bot.incident.access import words_of
from bot.incident.hypotheses import Access, Status
from bot.incident.judged import verdicts_of
from bot.incident.standing import rank
from bot.incident.verification import verify
from tests.iam.requests import policy, says
from tests.incident.scripts import case
from tests.incident.test_verification import PAIR

ROLE = "arn:aws:iam::123456789012:role/writer"
OBJECT = "arn:aws:s3:::labels/1.pdf"
REFUSED = f"User: {ROLE} is not authorized to perform: s3:PutObject on resource: {OBJECT}"
DENY = json.dumps(policy(says("Deny", "s3:PutObject", f"{OBJECT[:-5]}*", to="*", Sid="Freeze")))
ALLOW = json.dumps(policy(says("Allow", "s3:*", f"{OBJECT[:-5]}*")))
BASE = """
09:00 ann removed the old pair from vault-7
09:30 ci* mill-web 7.1 deployed to prod
10:00 Datadog* Triggered: write availability low\\n97.1 % and falling
10:10 ben all writes fail for customers
10:15 cy maybe mill-web 7.1, rolling back
10:25 cy rollback done, no change
10:30 ben log: `403 InvalidAccessKeyId op=put`
10:40 ann that's why: removing the pair from vault-7 was my mistake, production still uses it
"""
PASTED = f"{BASE}10:41 ben {REFUSED}\n10:42 ann bucket policy {DENY}\n10:43 ann role policy {ALLOW}\n"
READS = json.dumps(policy(says("Allow", "s3:GetObject", f"{OBJECT[:-5]}*", to=ROLE)))
PARTLY = f"{BASE}10:41 ben {REFUSED}\n10:42 ann bucket policy {READS}\n"
SECURE = says("Allow", "s3:*", f"{OBJECT[:-5]}*", when={"Bool": {"aws:SecureTransport": "true"}})
UNKNOWN = f"{BASE}10:41 ben {REFUSED}\n10:42 ann role policy {json.dumps(policy(SECURE))}\n"
UNPASTED = f"{BASE}10:41 ben {REFUSED}\n"
BY_SCP = f"{BASE}10:41 ben {REFUSED} with an explicit deny in a service control policy\n"


def held(script, decision, layer, *, denial=""):
    asked = case(script)
    ids = {one.denial.action or one.not_evaluated.split()[0]: one.id for one in verdicts_of(asked.incident)}
    own = denial or ids["s3:PutObject"]
    given = PAIR.__class__(
        **{**_fields(PAIR), "access": (Access(denial=own, decision=decision, layer=layer),)}
    )
    return verify(given, asked).hypothesis


def _fields(hypothesis):
    return {name: getattr(hypothesis, name) for name in hypothesis.__dataclass_fields__}


@pytest.mark.parametrize(
    ("script", "decision", "layer", "words"),
    [
        (PASTED, "explicit_deny", "resource", ""),
        (PASTED, "explicit_deny", "none", ""),
        (PASTED, "unknown", "identity", ""),
        (PASTED, "implicit_deny", "identity", "refused by an explicit deny, resource policy"),
        (PASTED, "allow", "none", "refused by an explicit deny"),
        (PASTED, "explicit_deny", "scp", "refused by an explicit deny, resource policy"),
        (PARTLY, "explicit_deny", "scp", ""),
        (PARTLY, "explicit_deny", "none", ""),
        (PARTLY, "explicit_deny", "resource", "refused because nothing allows it"),
        (PARTLY, "allow", "none", "refused because nothing allows it"),
        (UNKNOWN, "allow", "none", ""),
        (UNPASTED, "explicit_deny", "scp", ""),
        (UNPASTED, "allow", "none", ""),
        (BY_SCP, "explicit_deny", "scp", ""),
        (
            BY_SCP,
            "implicit_deny",
            "scp",
            "refused by an explicit deny in a service control policy, by its own",
        ),
        (BY_SCP, "explicit_deny", "resource", "refused by an explicit deny in a service control policy"),
    ],
)
def test_a_claim_that_differs_from_what_was_computed_is_told(script, decision, layer, words):
    [claimed] = held(script, decision, layer).access

    assert claimed.disagreement.startswith(words)
    assert bool(claimed.disagreement) == bool(words)


def test_a_refusal_by_authentication_is_no_matter_of_policies():
    own = next(one.id for one in verdicts_of(case(UNPASTED).incident) if not one.denial.action)

    [claimed] = held(UNPASTED, "implicit_deny", "identity", denial=own).access

    assert claimed.disagreement == "not a policy denial: it is about authentication"
    assert held(UNPASTED, "allow", "none", denial=own).access[0].disagreement == ""


def test_a_claim_about_a_refusal_that_is_not_there_is_left_out():
    assert held(PASTED, "allow", "none", denial="p99").access == ()


def test_who_is_overruled_is_not_supported_and_stands_behind_its_rivals():
    wrong, right = held(PASTED, "allow", "none"), held(PASTED, "explicit_deny", "resource")

    assert (wrong.status, right.status) == (Status.PROPOSED, Status.SUPPORTED)
    assert rank([wrong, right])[0] == rank([right, wrong])[0]
    assert rank([wrong])[0].likelihood == "less likely"


def test_people_read_both_sides():
    wrong = held(PASTED, "implicit_deny", "identity")

    words = words_of(wrong, wrong.access[0])

    assert words.startswith("H1 takes it as refused because nothing allows it in the caller's own policies; ")
    assert "computed: refused by an explicit deny, resource policy" in words
