"""Short words for requests and policies, shared by the tests of verdicts."""

OWN, OTHER = "111122223333", "444455556666"
USER = f"arn:aws:iam::{OWN}:user/ana"
ROLE = f"arn:aws:iam::{OWN}:role/app/reader"
SESSION = f"arn:aws:sts::{OWN}:assumed-role/reader/i-1"
FEDERATED = f"arn:aws:sts::{OWN}:federated-user/guest"
ROOT = f"arn:aws:iam::{OWN}:root"
STRANGER = f"arn:aws:iam::{OTHER}:user/zoe"
STRANGE_ROOT = f"arn:aws:iam::{OTHER}:root"
LINKED = f"arn:aws:sts::{OWN}:assumed-role/AWSServiceRoleForECS/x"
OIDC = f"arn:aws:iam::{OWN}:oidc-provider/token.actions.githubusercontent.com"
BUCKET, OBJECT = "arn:aws:s3:::logs", "arn:aws:s3:::logs/a/b.gz"
KEY = f"arn:aws:kms:eu-west-1:{OWN}:key/1"
QUEUE = f"arn:aws:sqs:eu-west-1:{OWN}:jobs"
DEPLOY = f"arn:aws:iam::{OWN}:role/deploy"


def policy(*statements, version="2012-10-17"):
    return {"Version": version, "Statement": list(statements)}


def says(effect, action="*", resource="*", *, to=None, when=None, **more):
    statement = {"Effect": effect, "Action": action, **more}
    if resource is not None:
        statement["Resource"] = resource
    if to is not None:
        statement["Principal"] = to if to == "*" or isinstance(to, dict) else {"AWS": to}
    if when is not None:
        statement["Condition"] = when
    return statement


def allow(*args, **more):
    return policy(says("Allow", *args, **more))


def deny(*args, **more):
    return policy(says("Deny", *args, **more))


ALL = allow()
FULL = allow(to="*")


def request(
    who=USER, action="s3:GetObject", resource=OBJECT, *, context=None, complete=False, of=OWN, **sets
):
    """Return a request; the policy of the resource is `resource_policy` here."""
    if "resource_policy" in sets:
        sets["resource"] = sets.pop("resource_policy")
    return {
        "principal": who,
        "action": action,
        "resource": resource,
        "context": context or {},
        "context_complete": complete,
        "resource_account": of,
        "policies": sets,
    }
