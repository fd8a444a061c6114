"""AWS denials are read out of whatever people paste, and nobody else's refusals are."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.iam.denial import Denial
from bot.iam.denials import parse_denials

USER = "arn:aws:iam::111122223333:user/ci"
ROLE = "arn:aws:sts::111122223333:assumed-role/worker/i-0abc"
MACHINES = "arn:aws:ec2:eu-west-1:111122223333:instance/*"
SENDER = "arn:aws:ses:eu-west-1:111122223333:identity/example.com"
DENY = " with an explicit deny in"
SAID = f"User: {USER} is not authorized to perform: sqs:SendMessage"


def test_the_whole_sentence_gives_every_field():
    text = (
        f"An error occurred (AccessDenied) when calling the PutObject operation: User: {ROLE} is not "
        'authorized to perform: s3:PutObject on resource: "arn:aws:s3:::acme-logs/a b.txt" '
        "with an explicit deny in a resource-based policy"
    )

    assert parse_denials(text, source="m7") == (
        Denial(
            principal=ROLE,
            action="s3:PutObject",
            resource="arn:aws:s3:::acme-logs/a b.txt",
            policy_type="resource",
            explicit=True,
            source="m7",
        ),
    )


@pytest.mark.parametrize(
    ("rest", "policy_type", "explicit"),
    [
        ("", None, None),
        (" because no identity-based policy allows it", "identity", False),
        (" because no session policy allows it", "session", False),
        (" because no permissions boundary allows it", "boundary", False),
        (" because no service control policy allows it", "scp", False),
        (" because no resource control policy allows it", "rcp", False),
        (" because no VPC endpoint policy allows it", "vpc_endpoint", False),
        (" because no role trust policy allows it", "trust", False),
        (f"{DENY} a service control policy: arn:aws:organizations::1:policy", "scp", True),
        (f"{DENY} a VPC endpoint policy transitively through an identity-based policy", "identity", True),
        (" with an explicit deny", None, True),
        (" because no identity-based policy or resource-based policy allows it", None, False),
        (" because the resource does not exist, or no resource-based policies allow access", None, None),
        (". Is there an explicit deny in the SCP?", None, None),
        (f"{DENY} a session\n> policy", "session", True),
    ],
)
def test_the_clause_says_which_policy_refused_and_how(rest, policy_type, explicit):
    (denial,) = parse_denials(SAID + " on resource: arn:aws:sqs:eu-west-1:111122223333:jobs" + rest)

    assert (denial.policy_type, denial.explicit) == (policy_type, explicit)
    assert denial.resource == "arn:aws:sqs:eu-west-1:111122223333:jobs"


@pytest.mark.parametrize(
    ("rest", "resource"),
    [
        (" because no identity-based policy allows it", None),
        (" on resource: * because no identity-based policy allows it", "*"),
        (f" on resource: {MACHINES} with an explicit deny", MACHINES),
        (" on resource: role admin because no identity-based policy allows it", "role admin"),
        (" on resource: role admin (Service: Iam; Status Code: 403)", "role admin"),
        (" on resource: prod/db", "prod/db"),
        (f" on resource `{SENDER}'", SENDER),
        (" on resource: 'https://example.com/queue'.", "https://example.com/queue"),
        (" on resource: https://example.com/queue.", "https://example.com/queue"),
        (" on this resource because the resource does not exist in this Region", None),
        (" on resource: ", None),
    ],
)
def test_a_resource_is_taken_as_it_is_written(rest, resource):
    (denial,) = parse_denials(SAID + rest)

    assert denial.resource == resource


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("An error occurred (403) when calling the HeadObject operation: Forbidden", "HeadObject"),
        ("operation error S3: GetObject, StatusCode: 403, api error AccessDenied: no", "GetObject"),
        ('Error executing "PutObject" on "https://acme.example"; 403 AccessDenied (client)', "PutObject"),
        ("The execution role does not have permissions to call AttachVolume on EC2", "AttachVolume"),
        ("API: ec2:RunInstances You are not authorized to perform this operation.", "ec2:RunInstances"),
        ("AccessDenied: Not authorized to perform sts:TagSession", "sts:TagSession"),
        ("<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>", None),
        ("Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied)", None),
    ],
)
def test_a_refusal_without_the_sentence_names_at_most_the_operation(text, action):
    assert parse_denials(text) == (Denial(action=action),)


def test_a_gateway_says_only_that_a_deny_refused():
    text = '{"Message": "User is not authorized to access this resource with an explicit deny"}'

    assert parse_denials(text) == (Denial(explicit=True),)


def trail(**fields):
    record = {
        "userIdentity": {"arn": ROLE},
        "eventSource": "dynamodb.amazonaws.com",
        "eventName": "DeleteTable",
        "errorCode": "AccessDenied",
        "resources": [{"ARN": "arn:aws:dynamodb:eu-west-1:111122223333:table/ledger"}],
    }
    return record | fields


RECORDED = Denial(
    principal=ROLE,
    action="dynamodb:DeleteTable",
    resource="arn:aws:dynamodb:eu-west-1:111122223333:table/ledger",
)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(trail()),
        "seen in the trail:\n" + json.dumps(trail(), indent=2) + "\nwho did that?",
        json.dumps({"Records": [trail(), trail()]}),
        json.dumps({"line": json.dumps(trail())}),
        "> " + json.dumps(trail(), indent=1).replace("\n", "\n> "),
        "message=" + json.dumps(json.dumps(trail()))[1:-1],
        json.dumps(trail()).replace('"', "&quot;"),
    ],
)
def test_a_trail_record_is_read_however_it_is_wrapped(text):
    assert parse_denials(text) == (RECORDED,)


def test_a_trail_records_message_counts_more_than_its_fields():
    message = f"{SAID} because no identity-based policy allows the sqs:SendMessage action"

    (denial,) = parse_denials(json.dumps(trail(errorMessage=message)))

    assert (denial.principal, denial.action, denial.policy_type) == (USER, "sqs:SendMessage", "identity")


@pytest.mark.parametrize("resources", [None, [], [{"ARN": "a"}, {"ARN": "b"}], ["a"]])
def test_a_trail_record_with_no_or_several_resources_names_none(resources):
    (denial,) = parse_denials(json.dumps(trail(resources=resources)))

    assert denial.resource is None


def test_a_trail_record_without_an_event_names_no_action():
    (denial,) = parse_denials(json.dumps(trail(eventName="")))

    assert denial.action is None


def test_a_decoded_authorization_message_is_a_denial():
    context = {
        "principal": {"arn": ROLE},
        "action": "ec2:RunInstances",
        "resource": "arn:aws:ec2:::instance/*",
    }
    message = {"allowed": False, "explicitDeny": True, "context": context}

    (denial,) = parse_denials(json.dumps({"DecodedMessage": json.dumps(message)}))

    assert (denial.principal, denial.action, denial.explicit) == (ROLE, "ec2:RunInstances", True)
    assert parse_denials(json.dumps(message | {"explicitDeny": "?"}))[0].explicit is None
    assert parse_denials(json.dumps(message | {"allowed": True})) == ()


def test_several_denials_are_told_apart_and_repeated_ones_are_not():
    other = SAID.replace("sqs:SendMessage", "sns:Publish")

    assert [denial.action for denial in parse_denials(f"{SAID}\n{other}\n{SAID}")] == [
        "sqs:SendMessage",
        "sns:Publish",
    ]


def test_an_error_of_one_call_does_not_take_the_code_of_the_next():
    text = (
        "operation error S3: GetObject, https response error StatusCode: 404\n"
        "operation error S3: PutObject, https response error StatusCode: 403, api error AccessDenied: no"
    )

    assert parse_denials(text) == (Denial(action="PutObject"),)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nothing is denied here",
        "bash: ./deploy.sh: Permission denied",
        f'pods is forbidden: User "{ROLE}" cannot list resource "pods"',
        "The client does not have authorization to perform action 'Microsoft.Storage/storageAccounts/read'",
        "AccessDeniedException: 403 robot@acme.example does not have storage.objects.get access",
        "An error occurred (NoSuchBucket) when calling the ListObjectsV2 operation: no such bucket",
        "An error occurred (ExpiredToken) when calling the GetObject operation: The token has expired",
        "operation error S3: GetObject, api error SlowDown: reduce your request rate",
        json.dumps(trail(errorCode="ThrottlingException")),
        json.dumps(trail(errorCode=None)),
        '{"a": ' * 3000,
        "{" * 100,
    ],
)
def test_what_is_no_denial_of_aws_is_not_taken_for_one(text):
    assert parse_denials(text) == ()


def test_a_record_buried_too_deep_is_left_alone():
    value = trail()
    for _ in range(20):
        value = {"inner": value}

    assert parse_denials(json.dumps(value)) == ()


@given(st.text(alphabet="{}[]\":\\ User arn:aws is not authorized to perform s3:Get\n`'*", max_size=200))
def test_any_text_is_read_without_a_fault(text):
    assert isinstance(parse_denials(text), tuple)
