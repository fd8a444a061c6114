"""Whose policies decide: each row names the page of AWS's documentation that says so."""

import pytest

from bot.iam.answer import answer
from tests.iam.requests import (
    ALL,
    BUCKET,
    DEPLOY,
    FEDERATED,
    FULL,
    KEY,
    LINKED,
    OBJECT,
    OIDC,
    OTHER,
    OWN,
    QUEUE,
    ROLE,
    ROOT,
    SESSION,
    STRANGE_ROOT,
    STRANGER,
    USER,
    allow,
    deny,
    policy,
    request,
    says,
)

DOCS = "https://docs.aws.amazon.com/"
IAM = DOCS + "IAM/latest/UserGuide/"
SINGLE = IAM + "reference_policies_evaluation-logic_policy-eval-basics-single-account.html"
CROSS = IAM + "reference_policies_evaluation-logic-cross-account.html"
PRINCIPAL = IAM + "reference_policies_elements_principal.html"
NOT_PRINCIPAL = IAM + "reference_policies_elements_notprincipal.html"
BOUNDARY = IAM + "access_policies_boundaries.html"
SESSIONS = IAM + "access_policies.html#policies_session"
KMS = DOCS + "kms/latest/developerguide/key-policies.html"
TRUST = IAM + "reference_policies_elements_principal.html#principal-roles"
FEDERATION = IAM + "id_roles_providers_oidc.html"
SERVICES = DOCS + "lambda/latest/dg/access-control-resource-based.html"
SCP = DOCS + "organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html"
RCP = DOCS + "organizations/latest/userguide/orgs_manage_policies_rcps_evaluation.html"
ENDPOINT = DOCS + "vpc/latest/privatelink/vpc-endpoints-access.html"


def trust(to, action="sts:AssumeRole"):
    return allow(action, None, to=to)


def but(**types):
    return policy(says("Deny", NotPrincipal=types))


def assume(who=USER, action="sts:AssumeRole", **sets):
    return request(who, action, DEPLOY, **sets)


def decrypt(who=USER, **more):
    return request(who, "kms:Decrypt", KEY, **more)


NOTHING = policy(says("Allow", "sqs:*"))
ROWS = [
    ("allow", SINGLE, request(identity=[allow("s3:Get*", "arn:aws:s3:::logs/*")])),
    ("implicit_deny", SINGLE, request(identity=[])),
    ("implicit_deny", SINGLE, request()),
    ("implicit_deny", SINGLE, request(identity=[allow("s3:GetObject", BUCKET)])),
    (
        "implicit_deny",
        SINGLE,
        request(action="s3:ListBucket", resource=BUCKET, identity=[allow("s3:*", OBJECT)]),
    ),
    ("allow", SINGLE, request(identity=[], resource_policy=allow(to=USER))),
    ("implicit_deny", SINGLE, request(identity=[], resource_policy=allow(to=OWN))),
    ("allow", SINGLE, request(identity=[ALL], resource_policy=allow(to=ROOT))),
    ("explicit_deny", SINGLE, request(identity=[ALL], resource_policy=deny(to=OWN))),
    ("implicit_deny", PRINCIPAL, request(identity=[], resource_policy=allow(to=USER.replace("ana", "Ana")))),
    (
        "implicit_deny",
        PRINCIPAL,
        request(identity=[], resource_policy=allow(to=f"arn:aws:iam::{OWN}:user/*")),
    ),
    ("allow", PRINCIPAL, request(identity=[], boundary=NOTHING, resource_policy=allow(to=USER))),
    ("allow", PRINCIPAL, request(SESSION, identity=[], session=NOTHING, resource_policy=allow(to=SESSION))),
    ("implicit_deny", PRINCIPAL, request(SESSION, session=NOTHING, resource_policy=allow(to=ROLE))),
    ("implicit_deny", PRINCIPAL, request(SESSION, boundary=NOTHING, resource_policy=allow(to=ROLE))),
    ("allow", PRINCIPAL, request(SESSION, session=None, resource_policy=allow(to=ROLE))),
    ("allow", PRINCIPAL, request(ROLE, resource_policy=allow(to=ROLE))),
    ("implicit_deny", PRINCIPAL, request(ROLE, resource_policy=allow(to=ROLE.replace("app/", "")))),
    (
        "implicit_deny",
        PRINCIPAL,
        request(SESSION, resource_policy=allow(to=ROLE.replace("reader", "Reader"))),
    ),
    ("implicit_deny", PRINCIPAL, request(SESSION, resource_policy=allow(to=ROLE.replace(OWN, OTHER)))),
    ("implicit_deny", PRINCIPAL, request(SESSION, resource_policy=allow(to=SESSION + "9"))),
    (
        "allow",
        PRINCIPAL,
        request(FEDERATED, identity=[], session=NOTHING, resource_policy=allow(to=FEDERATED)),
    ),
    ("allow", PRINCIPAL, request(SESSION, identity=[], session=NOTHING, resource_policy=FULL)),
    ("explicit_deny", PRINCIPAL, request(identity=[ALL], boundary=deny("s3:*"), resource_policy=FULL)),
    ("explicit_deny", PRINCIPAL, request(SESSION, identity=[ALL], resource_policy=deny(to=ROLE))),
    ("allow", PRINCIPAL, request("anonymous", resource_policy=FULL)),
    ("allow", PRINCIPAL, request("anonymous", resource_policy=allow(to={"AWS": "*"}))),
    ("implicit_deny", PRINCIPAL, request("anonymous", resource_policy=allow(to=OWN))),
    ("implicit_deny", PRINCIPAL, request("anonymous", resource_policy=None)),
    ("implicit_deny", PRINCIPAL, request(identity=[], resource_policy=allow(to={"CanonicalUser": "79a5"}))),
    ("allow", SINGLE, request(ROOT, identity=[])),
    ("allow", SINGLE, request(ROOT, boundary=NOTHING, session=NOTHING)),
    ("explicit_deny", SINGLE, request(ROOT, resource_policy=deny(to="*"))),
    ("implicit_deny", SCP, request(ROOT, scp=[[NOTHING]])),
    ("implicit_deny", CROSS, request(STRANGER, identity=[ALL])),
    ("implicit_deny", CROSS, request(STRANGER, identity=[], resource_policy=FULL)),
    ("allow", CROSS, request(STRANGER, identity=[ALL], resource_policy=allow(to=OTHER))),
    ("allow", CROSS, request(STRANGER, identity=[ALL], resource_policy=allow(to=STRANGER))),
    ("implicit_deny", CROSS, request(STRANGER, identity=[ALL], resource_policy=allow(to=OWN))),
    ("implicit_deny", CROSS, request(STRANGER, identity=[ALL], boundary=NOTHING, resource_policy=FULL)),
    (
        "implicit_deny",
        CROSS,
        request(SESSION, of=OTHER, identity=[ALL], session=NOTHING, resource_policy=FULL),
    ),
    ("allow", CROSS, request(STRANGE_ROOT, resource_policy=allow(to=OTHER))),
    ("allow", BOUNDARY, request(identity=[ALL], boundary=allow("s3:*"))),
    ("implicit_deny", BOUNDARY, request(identity=[ALL], boundary=NOTHING)),
    ("implicit_deny", BOUNDARY, request(identity=[], boundary=ALL)),
    ("allow", SESSIONS, request(SESSION, identity=[ALL], session=allow("s3:GetObject"))),
    ("implicit_deny", SESSIONS, request(SESSION, identity=[ALL], session=allow("s3:PutObject"))),
    ("implicit_deny", KMS, decrypt(identity=[ALL])),
    ("implicit_deny", KMS, decrypt(identity=[ALL], resource_policy=allow(to=SESSION))),
    ("allow", KMS, decrypt(identity=[ALL], resource_policy=allow(to=ROOT))),
    ("implicit_deny", KMS, decrypt(identity=[], resource_policy=allow(to=ROOT))),
    ("allow", KMS, decrypt(identity=[], resource_policy=allow(to=USER))),
    ("allow", KMS, decrypt(SESSION, identity=[], resource_policy=allow(to=ROLE))),
    ("implicit_deny", KMS, decrypt(SESSION, boundary=NOTHING, resource_policy=allow(to=ROLE))),
    ("allow", KMS, decrypt(ROOT, resource_policy=allow(to=ROOT))),
    ("implicit_deny", KMS, decrypt(ROOT, resource_policy=allow(to=USER))),
    ("implicit_deny", KMS, decrypt(STRANGER, identity=[], resource_policy=allow(to=OTHER))),
    ("allow", KMS, decrypt(STRANGER, identity=[ALL], resource_policy=allow(to=OTHER))),
    ("implicit_deny", TRUST, assume(identity=[ALL])),
    ("implicit_deny", TRUST, assume(identity=[ALL], resource_policy=trust(STRANGER))),
    ("allow", TRUST, assume(identity=[], resource_policy=trust(USER))),
    ("allow", TRUST, assume(identity=[ALL], resource_policy=trust(OWN))),
    ("implicit_deny", TRUST, assume(identity=[], resource_policy=trust(OWN))),
    ("implicit_deny", TRUST, assume(STRANGER, identity=[], resource_policy=trust(STRANGER))),
    ("allow", TRUST, assume(STRANGER, identity=[allow("sts:*", DEPLOY)], resource_policy=trust(STRANGER))),
    ("implicit_deny", TRUST, assume(action="sts:TagSession", identity=[ALL], resource_policy=trust(USER))),
    ("allow", TRUST, assume("ec2.amazonaws.com", resource_policy=trust({"Service": "ec2.amazonaws.com"}))),
    (
        "implicit_deny",
        TRUST,
        assume("ec2.amazonaws.com", resource_policy=trust({"Service": "ecs.amazonaws.com"})),
    ),
    (
        "allow",
        FEDERATION,
        assume(
            OIDC,
            "sts:AssumeRoleWithWebIdentity",
            resource_policy=trust({"Federated": OIDC}, "sts:AssumeRoleWithWebIdentity"),
        ),
    ),
    (
        "implicit_deny",
        FEDERATION,
        assume(OIDC, "sts:AssumeRoleWithWebIdentity", resource_policy=trust({"Federated": OIDC})),
    ),
    (
        "allow",
        FEDERATION,
        assume(
            "accounts.google.com",
            "sts:AssumeRoleWithWebIdentity",
            resource_policy=trust({"Federated": "accounts.google.com"}, "sts:*"),
        ),
    ),
    ("allow", SERVICES, request("sns.amazonaws.com", "sqs:SendMessage", QUEUE, resource_policy=FULL)),
    ("implicit_deny", SERVICES, request("sns.amazonaws.com", "sqs:SendMessage", QUEUE, identity=[ALL])),
    ("allow", SCP, request("sns.amazonaws.com", "sqs:SendMessage", QUEUE, scp=[[]], resource_policy=FULL)),
    ("allow", SCP, request(identity=[ALL], scp=[[ALL], [ALL, deny("iam:*")]])),
    ("allow", SCP, request(identity=[ALL], scp=[])),
    ("implicit_deny", SCP, request(identity=[ALL], scp=[[ALL], [NOTHING], [ALL]])),
    ("implicit_deny", SCP, request(identity=[], scp=[[ALL]])),
    ("implicit_deny", SCP, request(resource_policy=FULL, identity=[ALL], scp=[[]])),
    ("explicit_deny", SCP, request(identity=[ALL], scp=[[ALL], [ALL, deny("s3:*")]])),
    ("allow", SCP, request(LINKED, identity=[ALL], scp=[[deny()]], rcp=[[deny(to="*")]])),
    ("implicit_deny", RCP, request(identity=[ALL], rcp=[[FULL], []])),
    (
        "implicit_deny",
        RCP,
        request("sns.amazonaws.com", "sqs:SendMessage", QUEUE, resource_policy=FULL, rcp=[[]]),
    ),
    ("explicit_deny", RCP, request("anonymous", resource_policy=FULL, rcp=[[FULL, deny(to="*")]])),
    ("allow", NOT_PRINCIPAL, request(identity=[ALL], resource_policy=but(AWS=USER))),
    ("explicit_deny", NOT_PRINCIPAL, request(identity=[ALL], resource_policy=but(AWS=ROOT))),
    ("allow", NOT_PRINCIPAL, request(ROOT, resource_policy=but(AWS=[OWN]))),
    ("allow", NOT_PRINCIPAL, request(SESSION, identity=[ALL], resource_policy=but(AWS=ROLE))),
    ("allow", NOT_PRINCIPAL, request(SESSION, identity=[ALL], resource_policy=but(AWS=SESSION))),
    ("explicit_deny", NOT_PRINCIPAL, request(identity=[ALL], boundary=ALL, resource_policy=but(AWS=USER))),
    ("explicit_deny", NOT_PRINCIPAL, request("anonymous", resource_policy=but(AWS=USER))),
    (
        "implicit_deny",
        NOT_PRINCIPAL,
        request("s3.amazonaws.com", resource_policy=but(Service="s3.amazonaws.com")),
    ),
    ("allow", ENDPOINT, request(identity=[ALL], endpoint=FULL)),
    ("implicit_deny", ENDPOINT, request(identity=[ALL], endpoint=allow("s3:*", "arn:aws:s3:::x/*", to="*"))),
    ("explicit_deny", ENDPOINT, request(identity=[ALL], endpoint=deny(to="*"))),
]


@pytest.mark.parametrize(("decision", "page", "given"), ROWS)
def test_the_policies_that_decide_are_those_of_the_documentation(decision, page, given):
    said = answer(given)

    assert said["decision"] == decision, (page, said)
    assert said["because"]
