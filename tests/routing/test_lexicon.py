"""Phrases and shapes are found in texts however they are written."""

import pytest

from bot.routing.lexicon import Role, parse

LEXICON = parse(
    """
    [[group]]
    domain = "aws_iam"
    role = "policy"
    weight = 4.5
    words = "assume role, assume role with web identity, access denied, acl, imdsv2"

    [[group]]
    domain = "other"
    role = "foreign"
    weight = 3.0
    is_shared = true
    words = "minio, assume role"

    [[shape]]
    name = "arn"
    needs = "arn:aws"
    domain = "aws_iam"
    role = "policy"
    weight = 3.5
    pattern = 'arn:aws:[a-z:/]+'
    """
)


def found(text):
    return [(hit.signal.name, text[hit.start : hit.end]) for hit in LEXICON.find(text).hits]


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("AssumeRole failed", "assume role", "AssumeRole"),
        ("assume_role failed", "assume role", "assume_role"),
        ("who may assume the roles?", "assume role", "assume the roles"),
        ("AssumeRoleWithWebIdentity", "assume role with web identity", "AssumeRoleWithWebIdentity"),
        ("x" * 100 + "AccessDenied", "access denied", "AccessDenied"),
        ("AccessDenied", "access denied", "AccessDenied"),
        ("two ACLs", "acl", "ACLs"),
        ("IMDSv2 only", "imdsv2", "IMDSv2"),
        ("MinIO console", "minio", "MinIO"),
        ("see arn:aws:iam", "arn", "arn:aws:iam"),
    ],
)
def test_a_phrase_is_found_in_every_way_of_writing_it(text, name, words):
    assert found(text) == [(name, words)]


def test_a_word_counts_for_one_signal_only():
    assert found("arn:aws:role/assume/role then assume a role") == [
        ("arn", "arn:aws:role/assume/role"),
        ("assume role", "assume a role"),
    ]


def test_a_phrase_that_is_listed_twice_keeps_its_first_place():
    (hit,) = LEXICON.find("assume role").hits

    assert hit.signal.role is Role.POLICY
    assert not hit.signal.is_shared


def test_a_text_without_signals_has_no_hits():
    assert found("the kettle is on; assume nothing") == []
