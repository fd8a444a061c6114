"""Where no policy was pasted, each place where a refusal can be decided is a rival with a look of its own."""

import pytest

from bot.analysts import rules
from bot.incident.verification import Verified, verify
from tests.incident.scripts import case

REFUSED = (
    "User: arn:aws:iam::123456789012:role/ledger-writer is not authorized to perform: s3:PutObject on "
    "resource: arn:aws:s3:::ledger-exports/1.csv"
)


def told(cause, refused=REFUSED):
    return case(
        f"""
09:00 ann {cause}
09:10 Datadog* Triggered: ledger export failing\\n0 of 46 files written
09:15 ben ledger-writer gets this from ledger-exports: `{refused}`
"""
    )


def rivals(cause, refused=REFUSED):
    found = rules.diagnose(told(cause, refused)).hypotheses
    return [h for h in found if h.claim.endswith("whatever else was changed")]


def test_the_places_that_nobody_showed_are_rivals_of_the_chain_and_say_how_to_tell():
    found = rivals("moved ledger-exports to the ledger-writer of the new stack")

    assert [h.claim.partition(" refuses")[0] for h in found] == [
        "the caller's own policies",
        "the resource's own policy",
        "a permissions boundary",
    ]
    assert all(
        h.next_check and h.next_check.splits[0] == "H1" and h.next_check.splits[1] == h.id for h in found
    )
    assert all(h.shown == 0 for h in found)


def test_they_pass_verification_with_nothing_dropped():
    cause = "moved ledger-exports to the ledger-writer of the new stack"

    results = [verify(h, told(cause)) for h in rivals(cause)]

    assert all(isinstance(result, Verified) and not result.dropped for result in results)


@pytest.mark.parametrize(
    ("cause", "refused", "places"),
    [
        ("changed the bucket policy of ledger-exports", REFUSED, 3),
        (
            "changed the role policy of ledger-writer for ledger-exports",
            f"{REFUSED} because no identity-based policy allows the s3:PutObject action",
            0,
        ),
    ],
)
def test_what_the_chain_blames_already_or_the_refusal_excludes_is_no_rival(cause, refused, places):
    found = rivals(cause, refused)

    assert len(found) == places
    assert not any(h.claim.startswith("the resource's own") for h in found)
