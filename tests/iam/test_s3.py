"""What S3 adds to the verdict; each row names the page of AWS's documentation."""

import pytest

from bot.errors import BadInputError
from bot.iam.answer import answer
from tests.iam.requests import ALL, BUCKET, KEY, OBJECT, OTHER, OWN, STRANGER, USER, allow, deny, request

S3 = "https://docs.aws.amazon.com/AmazonS3/latest/"
BLOCK = S3 + "userguide/access-control-block-public-access.html"
OWNERS = S3 + "userguide/about-object-ownership.html"
LINKS = S3 + "userguide/using-presigned-url.html"
ENCRYPTION = S3 + "userguide/UsingKMSEncryption.html"
NOT_THERE = S3 + "API/API_GetObject.html"
ARNS = S3 + "userguide/security_iam_service-with-iam.html"
BLOCKED = {"block_public_access": {"RestrictPublicBuckets": True}}
PUBLIC = allow("s3:*", to="*")
INSIDE = allow("s3:*", to="*", when={"StringEquals": {"aws:PrincipalOrgID": "o-abc"}})
FOREIGN = {"object_ownership": "ObjectWriter", "object_owner": OTHER}
MINE = [allow("s3:*"), allow("kms:*")]
VIA = {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}


def with_s3(supplied, *args, **more):
    return {**request(*args, **more), "s3": supplied}


def key(policy, **more):
    return {"kms": {"resource": KEY, "policy": policy, **more}}


@pytest.mark.parametrize(
    ("decision", "words", "page", "given"),
    [
        ("allow", "", BLOCK, with_s3({}, "anonymous", resource_policy=PUBLIC)),
        (
            "implicit_deny",
            "RestrictPublicBuckets",
            BLOCK,
            with_s3(BLOCKED, "anonymous", resource_policy=PUBLIC),
        ),
        (
            "implicit_deny",
            "RestrictPublicBuckets",
            BLOCK,
            with_s3(BLOCKED, STRANGER, identity=[ALL], resource_policy=PUBLIC),
        ),
        ("allow", "", BLOCK, with_s3(BLOCKED, identity=[], resource_policy=PUBLIC)),
        ("allow", "", BLOCK, with_s3(BLOCKED, "s3.amazonaws.com", resource_policy=PUBLIC)),
        ("allow", "", BLOCK, with_s3(BLOCKED, STRANGER, identity=[ALL], resource_policy=allow(to=OTHER))),
        ("unknown", "aws:PrincipalOrgID", BLOCK, with_s3(BLOCKED, "anonymous", resource_policy=INSIDE)),
        ("implicit_deny", "", BLOCK, with_s3(BLOCKED, "anonymous", resource_policy=None)),
        ("implicit_deny", f"owned by account {OTHER}", OWNERS, with_s3(FOREIGN, identity=[ALL])),
        (
            "allow",
            "",
            OWNERS,
            with_s3({**FOREIGN, "object_ownership": "BucketOwnerEnforced"}, identity=[ALL]),
        ),
        ("allow", "", OWNERS, with_s3({**FOREIGN, "object_owner": OWN}, identity=[ALL])),
        ("allow", "", OWNERS, with_s3(FOREIGN, STRANGER, identity=[ALL], resource_policy=allow(to=OTHER))),
        ("explicit_deny", "Deny applies", OWNERS, with_s3(FOREIGN, identity=[ALL, deny()])),
        (
            "implicit_deny",
            "expired: it is 901 s old",
            LINKS,
            with_s3({"presigned": {"age_seconds": 901, "expires_seconds": 900}}, identity=[ALL]),
        ),
        (
            "allow",
            "",
            LINKS,
            with_s3({"presigned": {"age_seconds": 9, "expires_seconds": 900}}, identity=[ALL]),
        ),
        ("allow", "kms:Decrypt on the object's key", ENCRYPTION, with_s3(key(allow(to=OWN)), identity=MINE)),
        (
            "implicit_deny",
            "kms:Decrypt",
            ENCRYPTION,
            with_s3(key(allow("kms:Encrypt", to=USER)), identity=MINE),
        ),
        ("implicit_deny", "kms:Decrypt", ENCRYPTION, with_s3({"kms": {"resource": KEY}}, identity=MINE)),
        (
            "explicit_deny",
            "kms:GenerateDataKey",
            ENCRYPTION,
            with_s3(key(deny(to="*")), action="s3:PutObject", identity=MINE),
        ),
        ("implicit_deny", "", ENCRYPTION, with_s3(key(allow(to=OWN)), identity=MINE[1:])),
        ("allow", "", ENCRYPTION, with_s3(key(allow(to=USER, when=VIA)), identity=MINE)),
        (
            "implicit_deny",
            "kms:Decrypt",
            ENCRYPTION,
            with_s3(key(allow(to=USER, when=VIA)), identity=MINE, context={"KMS:ViaService": "x"}),
        ),
        (
            "allow",
            "",
            ENCRYPTION,
            with_s3(key(deny(to="*")), action="s3:DeleteObject", identity=MINE),
        ),
        ("allow", "403 instead of 404", NOT_THERE, request(identity=[allow("s3:GetObject", OBJECT)])),
        ("allow", "Allow applies", NOT_THERE, request(identity=[allow("s3:*")])),
        (
            "allow",
            "Allow applies",
            NOT_THERE,
            request(resource="arn:aws:s3:eu-west-1:1:accesspoint/a", identity=[ALL]),
        ),
        ("implicit_deny", f"{BUCKET}/*", ARNS, request(resource=BUCKET, identity=[])),
        ("implicit_deny", "its ARN is", ARNS, request(action="s3:ListBucket", identity=[])),
    ],
)
def test_s3_adds_its_own_rules(decision, words, page, given):
    said = answer(given)

    assert said["decision"] == decision, (page, said)
    assert words in " ".join(said["because"])


@pytest.mark.parametrize(
    ("supplied", "field"),
    [
        ([], "s3"),
        ({"acl": {}}, "s3"),
        ({"kms": "key"}, "s3.kms"),
        ({"object_ownership": "Mine"}, "s3.object_ownership"),
        ({"presigned": {"age_seconds": "9"}}, "s3.presigned.age_seconds"),
        ({"presigned": {"age_seconds": True}}, "s3.presigned.age_seconds"),
    ],
)
def test_what_is_supplied_of_a_bucket_in_another_shape_is_named(supplied, field):
    with pytest.raises(BadInputError) as error:
        answer(with_s3(supplied, identity=[ALL]))

    assert error.value.field == field
