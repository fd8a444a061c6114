"""Condition operators, variables and wildcards, with every key known and with keys that are not."""

import pytest

from bot.errors import CopilotError
from bot.iam.answer import answer
from tests.iam.requests import OBJECT, USER, allow, deny, policy, request, says

IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
OPERATORS = IAM + "reference_policies_elements_condition_operators.html"
SETS = IAM + "reference_policies_condition-single-vs-multi-valued-context-keys.html"
KEYS = IAM + "reference_policies_condition-keys.html"
VARIABLES = IAM + "reference_policies_variables.html"
RESOURCE = IAM + "reference_policies_elements_resource.html"
ACTION = IAM + "reference_policies_elements_action.html"
ORG = {"StringEquals": {"aws:PrincipalOrgID": "o-abc"}}
MISSING = object()
ABSENT = {}


def held(condition, context, *, complete=True):
    """Return whether an Allow with a condition applies: True, False, or None when it is not known."""
    said = answer(request(identity=[allow(when=condition)], context=context, complete=complete))
    return {"allow": True, "implicit_deny": False, "unknown": None}[said["decision"]]


@pytest.mark.parametrize(
    ("operator", "wanted", "given", "holds"),
    [
        ("StringEquals", "o-abc", "o-abc", True),
        ("StringEquals", "o-abc", "O-abc", False),
        ("StringEquals", "o-*", "o-abc", False),
        ("StringEquals", ["a", "b"], "b", True),
        ("StringNotEquals", ["a", "b"], "b", False),
        ("StringNotEquals", ["a", "b"], "c", True),
        ("StringEqualsIgnoreCase", "O-ABC", "o-abc", True),
        ("StringNotEqualsIgnoreCase", "O-ABC", "o-abc", False),
        ("StringLike", "o-*", "o-abc", True),
        ("StringLike", "o-a?c", "o-abc", True),
        ("StringLike", "O-*", "o-abc", False),
        ("StringNotLike", ["x*", "o-*"], "o-abc", False),
        ("StringEquals", True, "true", True),
        ("StringEquals", 7, "7", True),
        ("NumericEquals", "10", 10, True),
        ("NumericEquals", 10.0, "10", True),
        ("NumericNotEquals", "10", "11", True),
        ("NumericLessThan", "10", "9.99", True),
        ("NumericLessThan", "10", "10", False),
        ("NumericLessThanEquals", "10", "10", True),
        ("NumericGreaterThan", "9", "10", True),
        ("NumericGreaterThanEquals", "10", "9", False),
        ("DateLessThan", "2026-05-04", "2026-05-03T23:59:59Z", True),
        ("DateLessThan", "2026-05-04", "2026-05-04T00:00:00Z", False),
        ("DateLessThanEquals", "2026-05-04T02:00:00+02:00", "2026-05-04T00:00:00Z", True),
        ("DateGreaterThan", "2026-05", "2026-05-01T00:00:01Z", True),
        ("DateGreaterThanEquals", 1777852800, "2026-05-04T00:00:00Z", True),
        ("DateEquals", "2026-05-04T00:00:00Z", "1777852800", True),
        ("DateNotEquals", "2026-05-04T00:00:00Z", "1777852800", False),
        ("Bool", "true", True, True),
        ("Bool", False, "False", True),
        ("Bool", "true", "false", False),
        ("Bool", "yes", "yes", False),
        ("BinaryEquals", "QmluYXJ5", "QmluYXJ5", True),
        ("BinaryEquals", "QmluYXJ5", "b3RoZXI=", False),
        ("BinaryEquals", "no base64", "QmluYXJ5", False),
        ("IpAddress", "203.0.113.0/24", "203.0.113.255", True),
        ("IpAddress", "203.0.113.7", "203.0.113.8", False),
        ("IpAddress", "2001:db8::/32", "2001:db8::1", True),
        ("IpAddress", "2001:db8::/32", "203.0.113.8", False),
        ("IpAddress", ["10.0.0.0/8", "192.0.2.0/24"], "192.0.2.1", True),
        ("NotIpAddress", ["10.0.0.0/8", "192.0.2.0/24"], "192.0.2.1", False),
        ("NotIpAddress", "10.0.0.0/8", "2001:db8::1", True),
        ("ArnLike", "arn:aws:sns:*:111122223333:*", "arn:aws:sns:eu-west-1:111122223333:a", True),
        ("ArnEquals", "arn:aws:sns:*:111122223333:a*", "arn:aws:sns:eu-west-1:111122223333:ab", True),
        ("ArnLike", "arn:aws:sns:*:a", "arn:aws:sns:eu-west-1:111122223333:a", False),
        ("ArnLike", "arn:aws:sns:*:*:A", "arn:aws:sns:eu-west-1:111122223333:a", False),
        ("ArnLike", "arn:aws:sns:*:*:a", "no arn", False),
        ("ArnLike", "*", "arn:aws:sns:eu-west-1:111122223333:a", True),
        ("ArnNotEquals", "arn:aws:sns:*:*:a", "arn:aws:sns:eu-west-1:111122223333:b", True),
        ("ArnNotLike", "arn:aws:sns:*:*:*", "arn:aws:sns:eu-west-1:111122223333:b", False),
        ("StringEqualsIfExists", "a", "b", False),
        ("StringEqualsIfExists", "a", MISSING, True),
        ("StringEquals", "a", MISSING, False),
        ("StringNotEquals", "a", MISSING, True),
        ("StringNotLikeIfExists", "a", MISSING, True),
        ("ArnNotLike", "arn:aws:sns:*:*:a", MISSING, True),
        ("NotIpAddress", "10.0.0.0/8", MISSING, True),
        ("BoolIfExists", "true", MISSING, True),
        ("Null", "true", MISSING, True),
        ("Null", "false", MISSING, False),
        ("Null", "false", "x", True),
        ("Null", True, "x", False),
        ("ForAllValues:StringEquals", ["a", "b"], ["a"], True),
        ("ForAllValues:StringEquals", ["a", "b"], ["a", "c"], False),
        ("ForAllValues:StringLike", ["a*"], ["ab", "ac"], True),
        ("ForAllValues:StringEquals", "a", MISSING, True),
        ("ForAllValues:StringEquals", "a", [], True),
        ("ForAnyValue:StringEquals", ["a", "b"], ["c", "b"], True),
        ("ForAnyValue:StringEquals", ["a", "b"], ["c"], False),
        ("ForAnyValue:StringEquals", "a", MISSING, False),
        ("ForAnyValue:StringNotEquals", "a", MISSING, False),
        ("ForAnyValue:StringEqualsIfExists", "a", MISSING, True),
        ("ForAllValues:StringNotEquals", "a", ["b", "a"], False),
        ("ForAnyValue:StringNotEquals", "a", ["b", "a"], True),
    ],
)
def test_an_operator_compares_as_documented(operator, wanted, given, holds):
    context = ABSENT if given is MISSING else {"K": given}

    assert held({operator: {"k": wanted}}, context) is holds, (OPERATORS, SETS)
    assert held({operator: {"k": wanted}}, ABSENT, complete=False) is None


@pytest.mark.parametrize(
    ("condition", "context", "holds"),
    [
        (ORG | {"Bool": {"aws:SecureTransport": "true"}}, {"aws:PrincipalOrgID": "o-abc"}, None),
        (ORG | {"Bool": {"aws:SecureTransport": "true"}}, {"aws:PrincipalOrgID": "o-x"}, False),
        ({"StringEquals": {"a": "1", "b": "2"}}, {"a": "1", "b": "2"}, True),
        ({"StringEquals": {"a": "1", "b": "2"}}, {"a": "1", "b": "3"}, False),
        ({"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}, {"KMS:viaservice": "x"}, False),
        ({"ForAnyValue:StringEquals": {"aws:CalledVia": "athena.amazonaws.com"}}, {}, None),
        ({"Null": {"aws:SourceVpce": "true"}}, {"aws:SourceVpce": None}, True),
        ({"StringEquals": {"aws:PrincipalArn": USER, "aws:username": "ana"}}, {}, True),
        ({"StringEquals": {"aws:ResourceAccount": "111122223333"}}, {}, True),
        ({"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}, {"s3:x-amz-acl": "private"}, False),
        ({"StringLike": {"k": "${aws:PrincipalTag/team}/*"}}, {"k": "a/b"}, None),
        ({"StringLike": {"k": "home/${aws:PrincipalTag/team}"}}, {"k": "work/x"}, False),
        ({}, {}, True),
    ],
)
def test_keys_that_nobody_supplied_leave_a_condition_open_unless_another_decides(condition, context, holds):
    assert held(condition, context, complete=False) is holds, KEYS


@pytest.mark.parametrize(
    ("operator", "wanted", "holds"),
    [
        ("ForAllValues:StringEquals", "${j}", False),
        ("ForAllValues:StringEquals", ["c", "${j}"], False),
        ("ForAllValues:StringEquals", ["a", "${j}"], None),
        ("ForAllValues:StringEquals", ["${j}", "${i}"], None),
        ("ForAllValues:StringLike", "${j}*", None),
        ("ForAnyValue:StringNotEquals", "${j}", True),
        ("ForAnyValue:StringEquals", "${j}", None),
        ("StringNotEquals", "${j}", None),
    ],
)
def test_two_values_are_never_both_the_one_text_of_an_open_variable(operator, wanted, holds):
    assert held({operator: {"k": wanted}}, {"k": ["a", "b"]}, complete=False) is holds, SETS


@pytest.mark.parametrize(
    ("wanted", "context", "holds"),
    [
        ("${aws:PrincipalTag/Team}", {"k": "x", "aws:principaltag/team": "x"}, True),
        ("${aws:PrincipalTag/Team}", {"k": "x", "aws:principaltag/team": "*"}, False),
        ("a-${tag, 'none'}", {"k": "a-none"}, True),
        ("a-${tag,'none'}", {"k": "a-b", "tag": "b"}, True),
        ("a-${tag}", {"k": "a-b", "tag": ["b", "c"]}, False),
        ("a-${tag}", {"k": "a-"}, False),
        ("${*}", {"k": "*"}, True),
        ("${*}", {"k": "x"}, False),
        ("${$}{x}", {"k": "${x}"}, True),
        ("${a", {"k": "${a"}, True),
        ("${a,b}", {"k": "${a,b}"}, True),
    ],
)
def test_a_variable_yields_text_and_nothing_when_its_key_is_absent(wanted, context, holds):
    assert held({"StringLike": {"k": wanted}}, context) is holds, VARIABLES


def test_a_negated_operator_matches_where_a_variable_is_absent_and_case_is_ignored_in_defaults():
    assert held({"StringNotEquals": {"k": "${tag}"}}, {"k": "x"}) is True
    assert held({"StringEqualsIgnoreCase": {"k": "${tag, 'ABC'}"}}, {"k": "abc"}) is True
    assert held({"StringEqualsIgnoreCase": {"k": "a${tag}"}}, {"k": "AX", "tag": "x"}) is True


def test_without_the_newer_version_a_variable_is_plain_text():
    old = policy(says("Allow", when={"StringEquals": {"k": "${aws:username}"}}), version="2008-10-17")

    assert answer(request(identity=[old], context={"k": "${aws:username}"}))["decision"] == "allow"


@pytest.mark.parametrize(
    ("pattern", "resource", "holds"),
    [
        ("arn:aws:s3:::logs/*", OBJECT, True),
        ("arn:aws:s3:::LOGS/*", OBJECT, False),
        ("arn:aws:s3:::logs/?/b.gz", OBJECT, True),
        ("arn:aws:s3:::logs/*.gz", OBJECT, True),
        ("arn:aws:s3:::*s/*b*", OBJECT, True),
        ("arn:aws:s3:::*x*", OBJECT, False),
        ("arn:aws:s3:*", OBJECT, True),
        ("arn:*:s3:::logs/*", OBJECT, True),
        ("arn:aws:*:logs/*", OBJECT, False),
        ("arn:aws:sqs:*:111122223333:jobs", "arn:aws:sqs:eu-west-1:111122223333:jobs", True),
        ("arn:aws:logs:*:*:log-group:/a*", "arn:aws:logs:eu-west-1:1:log-group:/a/b:*", True),
        ("arn:aws:s3:::${aws:username}/*", "arn:aws:s3:::ana/x", True),
        ("arn:aws:s3:::${who}/*", "arn:aws:s3:::ana/x", None),
        ("arn:aws:s3:::home/${who}", OBJECT, False),
        ("arn:aws:s3:::${who, 'ana'}/*", "arn:aws:s3:::ana/x", None),
        ("arn:aws:s3:::x", "*", False),
    ],
)
def test_a_resource_matches_part_by_part(pattern, resource, holds):
    said = answer(request(resource=resource, identity=[allow(resource=pattern)]))
    turned = policy(says("Allow", resource=None, NotResource=pattern))
    opposite = answer(request(resource=resource, identity=[turned]))

    assert said["decision"] == {True: "allow", False: "implicit_deny", None: "unknown"}[holds], RESOURCE
    assert opposite["decision"] == {True: "implicit_deny", False: "allow", None: "unknown"}[holds]


def test_a_variable_without_a_value_matches_no_resource():
    entry = "arn:aws:s3:::${who}/*"
    turned = policy(says("Deny", resource=None, NotResource=[entry]))

    assert answer(request(identity=[allow(resource=entry)], complete=True))["decision"] == "implicit_deny"
    assert answer(request(identity=[allow(), turned], complete=True))["decision"] == "explicit_deny"


@pytest.mark.parametrize(
    ("action", "holds"),
    [("S3:getobject", True), ("s3:Get*", True), ("s3:???Object", True), ("s3:Put*", False), ("*:*", True)],
)
def test_actions_match_in_any_case(action, holds):
    said = answer(request(identity=[allow(action)]))
    opposite = answer(request(identity=[policy({"Effect": "Allow", "NotAction": [action], "Resource": "*"})]))

    assert (said["decision"] == "allow") is holds, ACTION
    assert (opposite["decision"] == "allow") is not holds


@pytest.mark.parametrize(
    ("sets", "decision", "missing"),
    [
        ({"identity": [allow()]}, "allow", {"resource", "scp", "rcp", "boundary", "session"}),
        ({"identity": [allow(), deny(when=ORG)]}, "unknown", {"aws:PrincipalOrgID", "scp", "resource"}),
        ({"identity": [allow(), allow(when=ORG)]}, "allow", set()),
        ({"identity": [deny(when=ORG)]}, "implicit_deny", {"resource"}),
        ({"identity": [allow(when=ORG)], "scp": [[]]}, "implicit_deny", set()),
        ({"identity": [allow(when=ORG)], "scp": [[deny()]]}, "explicit_deny", set()),
        ({"identity": [allow()], "scp": [[allow(when=ORG)]]}, "unknown", {"aws:PrincipalOrgID"}),
        ({"resource_policy": allow(to="*", when=ORG)}, "unknown", {"aws:PrincipalOrgID", "identity"}),
        ({}, "implicit_deny", {"identity", "resource"}),
    ],
)
def test_unknown_arises_only_where_one_possibility_allows_and_another_does_not(sets, decision, missing):
    said = answer(request(**sets))

    assert said["decision"] == decision
    assert missing <= set(said["missing"])
    assert decision != "explicit_deny" or not said["missing"]


@pytest.mark.parametrize(
    ("operator", "value"), [("IpAddress", "10.0.0.0/8"), ("NumericEquals", "1"), ("DateEquals", "2026-05-04")]
)
def test_a_value_of_the_request_that_cannot_be_read_is_named(operator, value):
    given = request(identity=[allow(when={operator: {"k": value}})], context={"k": "cloudformation"})

    with pytest.raises(CopilotError) as told:
        answer(given)

    assert "context.k" in told.value.user_message
