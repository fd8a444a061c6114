"""What S3 adds to the verdict: public access blocks, objects of other owners, signed links, KMS, 403 for 404.

Rules as in the Amazon S3 User Guide: "Blocking public access to your Amazon S3 storage", "Controlling
ownership of objects", "Download and upload objects with presigned URLs", "Using server-side encryption with
KMS keys", and the S3 API reference of GetObject (404 and 403).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.errors import BadInputError
from bot.iam.asked import Asked, read_request
from bot.iam.callers import Kind
from bot.iam.patterns import ARN_PARTS
from bot.iam.statements import Named, Statement
from bot.iam.verdict import Verdict, judge

_OBJECT_ACTIONS = re.compile(
    r"s3:(?:get|put|delete|restore|replicate)object\w*|s3:abortmultipartupload", re.IGNORECASE
)
_BUCKET_ACTIONS = re.compile(r"s3:(?:list(?:bucket|multipart)\w*|(?:get|put|delete)bucket\w*)", re.IGNORECASE)
_BUCKET = re.compile(r"(arn:aws[a-z-]*:s3:::[^/]+)(/.*)?", re.DOTALL)
_OWNERSHIP = ("BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter")
_KMS_ACTIONS = {"s3:getobject": "kms:Decrypt", "s3:putobject": "kms:GenerateDataKey"}
_FIELDS = ("block_public_access", "object_ownership", "object_owner", "presigned", "kms")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What was supplied of a bucket beside its policies; absent is not supplied.

    Attributes:
        restricts_public: `RestrictPublicBuckets` of the bucket or its account is on.
        ownership: `BucketOwnerEnforced`, `BucketOwnerPreferred`, `ObjectWriter` or empty.
        object_owner: The account that wrote the object, or empty.
        link_age_seconds, link_lives_seconds: Of a signed link; None where there is none.
        kms: The request for the object's key (`resource`, `policies.resource`), or None.
    """

    restricts_public: bool = False
    ownership: str = ""
    object_owner: str = ""
    link_age_seconds: float | None = None
    link_lives_seconds: float | None = None
    kms: Mapping[str, object] | None = None


def judge_s3(asked: Asked, given: Mapping[str, object]) -> Verdict:
    """Judge a request to S3.

    Args:
        asked: The request.
        given: As the command was given it; the object `s3` in it holds what `read_given` takes.

    Raises:
        BadInputError: What was supplied has another shape.
        PolicyError: The key's policy cannot be evaluated.
    """
    facts = read_given(given.get("s3", {}))
    verdict = judge(asked)
    verdict = replace(verdict, because=(*verdict.because, *_shapes(asked)))
    if verdict.decision == "explicit_deny":
        return verdict
    barred = [*_expired(facts), *_public(asked, facts), *_foreign(asked, facts)]
    if barred:
        return Verdict(decision="implicit_deny", because=(*barred, *verdict.because))
    return _and_listed(asked, _with_key(asked, given, facts, verdict))


def read_given(value: object) -> Given:
    """Read what was supplied of a bucket.

    Args:
        value: `block_public_access` {"RestrictPublicBuckets": true}, `object_ownership`, `object_owner`
            (account), `presigned` {"age_seconds", "expires_seconds"}, and `kms` {"resource",
            "resource_account", "policy"}.

    Raises:
        BadInputError: It has another shape.
    """
    if not isinstance(value, dict) or not set(value) <= set(_FIELDS):
        raise BadInputError(field="s3", problem=f"must be an object of {', '.join(_FIELDS)}")
    blocks, link = (_object(value, name) for name in ("block_public_access", "presigned"))
    ownership = value.get("object_ownership", "")
    if ownership not in ("", *_OWNERSHIP):
        raise BadInputError(field="s3.object_ownership", problem=f"must be one of {', '.join(_OWNERSHIP)}")
    return Given(
        restricts_public=blocks.get("RestrictPublicBuckets") is True,
        ownership=ownership,
        object_owner=str(value.get("object_owner", "")),
        link_age_seconds=_seconds(link, "age_seconds"),
        link_lives_seconds=_seconds(link, "expires_seconds"),
        kms=_object(value, "kms") or None,
    )


def _object(value: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = value.get(name)
    if found is not None and not isinstance(found, dict):
        raise BadInputError(field=f"s3.{name}", problem="must be an object")
    return found or {}


def _seconds(link: Mapping[str, object], name: str) -> float | None:
    seconds = link.get(name)
    if seconds is not None and (isinstance(seconds, bool) or not isinstance(seconds, int | float)):
        raise BadInputError(field=f"s3.presigned.{name}", problem="must be a number of seconds")
    return seconds


def _expired(facts: Given) -> list[str]:
    age, lives = facts.link_age_seconds, facts.link_lives_seconds
    if age is None or lives is None or age <= lives:
        return []
    return [f"the signed link has expired: it is {age:g} s old and was good for {lives:g} s"]


def _public(asked: Asked, facts: Given) -> list[str]:
    """Under RestrictPublicBuckets a public bucket serves its own account and AWS services alone."""
    outsider = asked.caller.kind is not Kind.SERVICE and not (
        asked.caller.has_identity and asked.is_same_account
    )
    if not facts.restricts_public or not outsider:
        return []
    for policy in asked.policies.resource or ():
        for statement in policy.statements:
            if _is_public(statement):
                why = f"{statement.where} makes the bucket public, so only its account and AWS may use it"
                return [f"Block Public Access (RestrictPublicBuckets): {why}"]
    return []


def _is_public(statement: Statement) -> bool:
    """Say whether an Allow is for everyone without a condition that could narrow it to known callers."""
    named = statement.principals
    for_all = named is None or Named("AWS", "*") in named
    return statement.is_allow and for_all and not statement.condition


def _foreign(asked: Asked, facts: Given) -> list[str]:
    """While ACLs count, a bucket's policies grant nothing on objects that another account owns."""
    is_read = asked.action.casefold().startswith("s3:getobject")
    is_foreign = bool(facts.object_owner) and facts.object_owner != asked.resource_account
    if not (is_read and is_foreign and facts.ownership in {"ObjectWriter", "BucketOwnerPreferred"}):
        return []
    if asked.caller.account == facts.object_owner:
        return []
    why = "the bucket's policies grant nothing on it, only the owner's ACL does"
    return [f"the object is owned by account {facts.object_owner} and ACLs are on ({facts.ownership}): {why}"]


def _shapes(asked: Asked) -> list[str]:
    """Tell a bucket's ARN where an object's belongs, and the other way round."""
    found = _BUCKET.fullmatch(asked.resource)
    if found is None:
        return []
    if found[2] is None and _OBJECT_ACTIONS.fullmatch(asked.action):
        return [f"{asked.action} is about objects: their ARN is {asked.resource}/*, this is the bucket's"]
    if found[2] is not None and _BUCKET_ACTIONS.fullmatch(asked.action):
        return [f"{asked.action} is about the bucket: its ARN is {found[1]}, this is an object's"]
    return []


def _with_key(asked: Asked, given: Mapping[str, object], facts: Given, verdict: Verdict) -> Verdict:
    """Ask for the key too: both must allow."""
    action = _KMS_ACTIONS.get(asked.action.casefold())
    if facts.kms is None or action is None:
        return verdict
    key = judge(read_request(_key_request(given, facts.kms, action)))
    order = ("explicit_deny", "implicit_deny", "unknown", "allow")
    first, second = sorted((verdict, key), key=lambda one: order.index(one.decision))
    said = tuple(f"{action} on the object's key: {words}" for words in key.because)
    reasons = (*said, *verdict.because) if first is key else (*verdict.because, *said)
    missing = dict.fromkeys(
        (*first.missing, *(second.missing if first.decision in {"unknown", "allow"} else ()))
    )
    return Verdict(decision=first.decision, because=reasons, missing=tuple(missing))


def _key_request(given: Mapping[str, object], key: Mapping[str, object], action: str) -> dict[str, object]:
    """Return the request that S3 makes for the caller; of RCPs those of the bucket's account are taken."""
    policies = given.get("policies")
    shared = (
        {name: value for name, value in policies.items() if name != "endpoint"}
        if isinstance(policies, dict)
        else {}
    )
    supplied = {"resource": key["policy"]} if "policy" in key else {}
    shared.pop("resource", None)
    return {
        **given,
        "context": _via_s3(given.get("context", {}), key.get("resource")),
        "action": action,
        "resource": key.get("resource"),
        "resource_account": key.get("resource_account"),
        "policies": {**shared, **supplied},
    }


def _via_s3(context: object, key: object) -> object:
    """Return the context with the service that asks for the key, which is in the bucket's region."""
    parts = key.split(":") if isinstance(key, str) else []
    if (
        not isinstance(context, dict)
        or len(parts) < ARN_PARTS
        or "kms:viaservice" in map(str.casefold, context)
    ):
        return context
    return {**context, "kms:ViaService": f"s3.{parts[3]}.amazonaws.com"}


def _and_listed(asked: Asked, verdict: Verdict) -> Verdict:
    """Tell that an object which is not there looks like a refusal to whoever may not list."""
    found = _BUCKET.fullmatch(asked.resource)
    reads = asked.action.casefold() in {"s3:getobject", "s3:headobject"}
    if verdict.decision != "allow" or not reads or found is None or found[2] is None:
        return verdict
    listing = judge(replace(asked, action="s3:ListBucket", resource=found[1]))
    if listing.decision == "allow":
        return verdict
    why = f"s3:ListBucket on {found[1]} is not known to be allowed ({listing.decision})"
    words = f"if the object is not there, S3 answers 403 instead of 404: {why}"
    return replace(verdict, because=(*verdict.because, words))
