from dataclasses import replace

from bot.slack.computed import computed
from tests.slack.samples import STORE

DENIED = (
    "arn:aws:sts::222233334444:assumed-role/app/x is not authorized to perform: s3:PutObject on resource: b"
)


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


def test_a_denial_that_does_not_say_where_it_was_decided_yields_nothing():
    assert words(f"User: {DENIED}") == []


def test_the_same_statement_is_made_once_with_all_its_messages_and_two_at_most():
    told = computed(
        thread("InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidAccessKeyId")
    )

    assert len(told) == 2
    assert told[0].cites == ("m1", "m6")
