"""What is no policy, or no request, is told in one sentence that says where and why."""

import json
from urllib.parse import quote

import pytest

from bot.errors import CopilotError
from bot.iam.answer import answer
from tests.iam.requests import ALL, DEPLOY, FULL, KEY, OTHER, USER, allow, policy, request, says

GRAMMAR = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html"
GOOD = says("Allow")


def told(given):
    with pytest.raises(CopilotError) as error:
        answer(given)
    sentence = error.value.user_message
    assert "\n" not in sentence
    return sentence


def whole(**changes):
    statement = {**GOOD, **changes}
    return policy({name: value for name, value in statement.items() if value is not None})


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([], "must be a JSON object, not a list"),
        (7, "not 7"),
        ("no json", "text that is not JSON"),
        ("[" * 100_000, "text that is not JSON"),
        ("{" + " " * 300_000, "more than 262144 characters"),
        ({}, "has no Statement"),
        ({"Version": "2012-10-17"}, "has no Statement"),
        ({"statement": []}, 'unknown element "statement"; element names are case-sensitive: "Statement"'),
        ({"Policy": {"Policy": {"Policy": {"Policy": {"Policy": ALL}}}}}, 'unknown element "Policy"'),
        ({"Statement": [], "Zz": 1}, 'unknown element "Zz"'),
        ({"Version": "2012-10-18", "Statement": []}, "Version must be 2012-10-17 or 2008-10-17"),
        ({"Version": ["2012-10-17"], "Statement": []}, "not a list"),
        ({"Version": {}, "Statement": []}, "not an object"),
        ({"Statement": [GOOD] * 2_001}, "more than 2000 statements"),
        (policy("x"), "statement 1: a statement must be an object"),
        (
            policy(GOOD, {**GOOD, "Effect": "allow", "Sid": "Two"}),
            'statement 2 "Two": Effect must be exactly',
        ),
        (whole(Effect=["Allow"]), "Effect must be exactly"),
        (whole(effect="Allow"), '"effect"; element names are case-sensitive: "Effect"'),
        (whole(Action=None), "neither Action nor NotAction"),
        (whole(NotAction="s3:*"), "both Action and NotAction"),
        (whole(Action="GetObject"), 'begin with a service, such as "s3:"'),
        (whole(Action="s3:"), "begin with a service"),
        (whole(Action=[]), "1 to 5000 entries"),
        (whole(Action=[7]), "text or a list of texts"),
        (whole(Resource=None), "neither Resource nor NotResource"),
        (whole(NotResource="*"), "both Resource and NotResource"),
        (whole(Resource="logs/*"), 'must be "*" or an ARN'),
        (whole(Resource="arn:aws:s3:logs"), 'must be "*" or an ARN'),
        (whole(Resource="arn:aws:s3:::" + "x" * 9_000), "at most 8192 characters"),
        (whole(Principal="*"), "has no Principal"),
        (whole(NotPrincipal="*"), "has no Principal"),
        (whole(Condition=[]), "Condition must be an object of objects"),
        (whole(Condition={"StringEquals": "x"}), "Condition must be an object of objects"),
        (whole(Condition={"StringEqual": {"k": "x"}}), "did you mean StringEquals?"),
        (whole(Condition={"Qq": {"k": "x"}}), 'unknown condition operator "Qq"'),
        (whole(Condition={"ForSomeValues:StringEquals": {"k": "x"}}), "unknown condition operator"),
        (whole(Condition={"NullIfExists": {"k": "true"}}), "unknown condition operator"),
        (whole(Condition={"StringEquals": {"k": {"a": "b"}}}), "must be text, numbers, true or false"),
        (whole(Condition={"StringEquals": {"k": None}}), "must be text, numbers, true or false"),
        (whole(Condition={"Null": {"k": "maybe"}}), "must be true or false"),
        (whole(Condition={"NumericLessThan": {"k": "ten"}}), "'ten' is not a number"),
        (whole(Condition={"NumericLessThan": {"k": float("nan")}}), "'nan' is not a number"),
        (whole(Condition={"DateLessThan": {"k": "4 May"}}), "'4 May' is not a date"),
        (whole(Condition={"IpAddress": {"k": "203.0.113.0/33"}}), "is not an IP address or range"),
    ],
)
def test_a_policy_that_cannot_be_evaluated_says_which_statement_and_why(given, words):
    said = told(request(identity=[ALL, given]))

    assert said.startswith("identity policy 2"), GRAMMAR
    assert words in said


@pytest.mark.parametrize(
    ("sets", "words"),
    [
        ({"resource_policy": ALL}, "resource policy, statement 1: has neither Principal nor NotPrincipal"),
        ({"rcp": [[FULL], [ALL]]}, "RCP level 2, policy 1, statement 1: has neither Principal"),
        ({"scp": [[FULL]]}, "SCP level 1, policy 1, statement 1: a policy of the kind scp has no Principal"),
        ({"boundary": FULL}, "permissions boundary, statement 1: a policy of the kind boundary"),
        ({"session": FULL}, "session policy, statement 1"),
        ({"resource_policy": allow(to={"Aws": "*"})}, 'unknown type "Aws" in Principal'),
        ({"resource_policy": policy({**GOOD, "Principal": USER})}, 'Principal must be "*" or an object'),
        ({"resource_policy": policy({**GOOD, "Principal": {}})}, 'Principal must be "*" or an object'),
        ({"resource_policy": policy({**GOOD, "Principal": "*", "NotPrincipal": "*"})}, "both Principal and"),
        ({"identity": {}}, "policies.identity: must be a list"),
        ({"scp": [ALL]}, "policies.scp[0]: must be a list"),
        ({"identity": [ALL] * 501}, "at most 500"),
        ({"identities": []}, 'policies: "identities" is none of identity, resource'),
    ],
)
def test_a_set_of_another_shape_is_named(sets, words):
    assert words in told(request(**sets))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"principal": "ana"}, "principal: must be the ARN"),
        ({"principal": None}, "principal: must be the ARN"),
        ({"action": "GetObject"}, "action: must name service and action"),
        ({"action": 3}, "action: must be text"),
        ({"resource": ""}, "resource: must be text"),
        ({"resource": None}, "resource: must be text"),
        ({"resource_account": None}, "resource_account: is needed"),
        ({"resource_account": "123"}, "twelve digits"),
        ({"principal_account": OTHER}, "but the principal's ARN says 111122223333"),
        ({"context": []}, "context: must be an object"),
        ({"context": {"A": "x", "a": "y"}}, "context.a: is given twice"),
        ({"context": {"a": {}}}, "context.a: must be text"),
        ({"context": {"a": "x" * 9_000}}, "context.a: must be text"),
        ({"context_complete": "yes"}, "context_complete: must be true or false"),
        ({"policies": None}, "policies: must be an object"),
    ],
)
def test_a_request_that_cannot_be_judged_names_the_field(changes, words):
    assert words in told({**request(identity=[ALL]), **changes})


def test_a_trust_policy_has_no_resource():
    said = told(request(action="sts:AssumeRole", resource=DEPLOY, resource_policy=FULL))

    assert said == "trust policy, statement 1: a trust policy has no Resource: it is the role itself"


@pytest.mark.parametrize(
    "pasted",
    [
        json.dumps(ALL),
        quote(json.dumps(ALL), safe=""),
        {"Statement": GOOD},
        {"Id": "x", **ALL},
        {"RoleName": "r", "PolicyName": "p", "PolicyDocument": ALL},
        {"Policy": json.dumps(ALL)},
        {"PolicyVersion": {"Document": quote(json.dumps(ALL), safe=""), "VersionId": "v1"}},
    ],
)
def test_policies_are_read_as_tools_print_them(pasted):
    assert answer(request(identity=[pasted]))["decision"] == "allow"


def test_an_account_is_read_from_the_resource_where_it_stands_there():
    given = {
        **request(action="kms:Decrypt", resource=KEY, resource_policy=allow(to=USER)),
        "resource_account": None,
    }

    assert answer(given)["decision"] == "allow"
    assert answer({**given, "resource": "*"})["decision"] == "allow"


def test_null_means_that_there_are_none():
    said = answer(
        request(identity=None, resource_policy=FULL, scp=None, rcp=None, boundary=None, session=None)
    )

    assert (said["decision"], said["missing"]) == ("allow", [])


def test_the_deciding_statement_is_named_by_policy_and_sid():
    statement = {**says("Deny", "s3:Get*"), "Sid": "NoReads"}

    said = answer(request(identity=[ALL], scp=[[ALL], [ALL, policy(GOOD, statement)]]))

    assert said["because"] == ['SCP level 2, policy 2, statement 2 "NoReads": Deny applies']
