import json
from dataclasses import replace

from bot.slack.computed import computed
from tests.iam.requests import ALL, OBJECT, ROLE, SESSION, deny
from tests.slack.samples import STORE

DENIED = (
    "arn:aws:sts::222233334444:assumed-role/app/x is not authorized to perform: s3:PutObject on resource: b"
)

FULL = f"{SESSION} is not authorized to perform: s3:GetObject on resource: {OBJECT}"
FREEZE = deny(to=ROLE, Sid="Freeze")


def thread(*texts):
    messages = STORE.messages[: len(texts)]
    told = [replace(message, text=text) for message, text in zip(messages, texts, strict=True)]
    return STORE.with_messages(told)


def words(*texts):
    return [item.words for item in computed(thread(*texts))]


def test_an_unknown_key_is_told_apart_from_a_policy_denial():
    [item] = computed(STORE)

    assert "not a policy denial" in item.words
    assert item.cites == ("m13",)


def test_an_explicit_deny_names_the_layer_that_decided():
    [said] = words(f"User: {DENIED} with an explicit deny in a service control policy")

    assert said.startswith("`s3:PutObject` was refused by an explicit deny in a service control policy")


def test_a_missing_allow_names_where_it_is_missing():
    [said] = words(f"User: {DENIED} because no identity-based policy allows the s3:PutObject action")

    assert "because nothing in the role's or user's own policy allows it" in said


def test_a_denial_that_does_not_say_where_it_was_decided_names_every_place_with_a_look():
    [said] = words(f"User: {DENIED}")

    assert said.startswith(
        "`s3:PutObject`: no policy was shown that decides it. Not shown, so it can still be"
    )
    assert "a permissions boundary (read PermissionsBoundary in aws iam get-role)" in said
    assert "the resource's own policy (aws s3api get-bucket-policy)" in said
    assert said.count(" (") == 6


def test_a_refusal_that_names_nothing_is_still_told():
    [said] = words("An error occurred (AccessDenied) when calling the PutObject operation: Access Denied")

    assert said.startswith("`PutObject`: no policy was shown that decides it.")


def test_what_pasted_policies_decide_goes_first_with_the_statement_and_its_message():
    told = computed(
        thread("ExpiredToken", f"User: {FULL}", f"the bucket policy: {json.dumps(FREEZE)}", "ExpiredToken")
    )

    assert told[0].words == (
        '`s3:GetObject` is refused by an explicit deny: resource policy, statement 1 "Freeze": Deny applies '
        "(names the caller by its role) [3]."
    )
    assert told[0].cites == ("m2", "m3")
    assert told[1].cites == ("m1", "m6")


def test_what_was_pasted_and_allows_leaves_the_places_that_nobody_showed():
    [said] = words(f"User: {FULL}", f"role policy: {json.dumps(ALL)}")

    assert said.startswith(
        "`s3:GetObject` cannot be decided from what was pasted: identity policy, statement 1"
    )
    assert "[2]. Not shown, so it can still be refused in the resource's own policy (" in said


def test_the_same_statement_is_made_once_with_all_its_messages_and_two_at_most():
    told = computed(
        thread("InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidAccessKeyId")
    )

    assert len(told) == 2
    assert told[0].cites == ("m1", "m6")
