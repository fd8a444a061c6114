"""Who calls, and how a policy names that caller."""

import enum
import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.errors import BadInputError
from bot.iam.statements import Named

ANONYMOUS = "anonymous"
_IAM = re.compile(r"arn:(aws[a-z-]*):iam::(\d{12}):(root|user/.+|role/.+|(?:oidc|saml)-provider/.+)")
_STS = re.compile(r"arn:(aws[a-z-]*):sts::(\d{12}):(assumed-role/[^/]+/.+|federated-user/.+)")
_ACCOUNT = re.compile(r"(?:arn:aws[a-z-]*:iam::)?(\d{12})(:root)?")
_ROLE = re.compile(r"arn:(aws[a-z-]*):iam::(\d{12}):role/(?:.+/)?([^/]+)")
_SERVICE = re.compile(r"[a-z0-9.-]+\.(?:amazonaws\.com(?:\.cn)?|amazon\.com|aws\.internal)")
_SERVICE_LINKED = "AWSServiceRoleFor"


class Kind(enum.Enum):
    """What a caller is."""

    USER = "user"
    ROLE = "role"
    SESSION = "assumed-role"
    FEDERATED_USER = "federated-user"
    ROOT = "root"
    SERVICE = "service"
    PROVIDER = "provider"
    ANONYMOUS = "anonymous"


class Form(enum.Enum):
    """How a policy names a caller: what that is worth differs."""

    DIRECT = "by itself or by *"
    ROLE = "by its role"
    ACCOUNT = "by its account"


_OUTSIDE = {Kind.SERVICE, Kind.PROVIDER, Kind.ANONYMOUS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls.

    Attributes:
        name: The ARN, the service's name, or `anonymous`.
        kind: What it is.
        account: Twelve digits; empty for services, anonymous callers and public identity providers.
        partition: `aws`, `aws-cn`, …; empty where the account is.
        role: The role's name without its path; empty for others.
    """

    name: str
    kind: Kind
    account: str = ""
    partition: str = ""
    role: str = ""

    @property
    def has_identity(self) -> bool:
        """Whether identity policies, boundaries and service control policies can bind it."""
        return self.kind not in _OUTSIDE

    @property
    def is_service_linked(self) -> bool:
        """Whether it is a role that AWS made for itself, which no organization policy binds."""
        return self.role.startswith(_SERVICE_LINKED)

    def derived_keys(self) -> dict[str, str]:
        """Return the condition keys that follow from who calls; a session's role may have a path."""
        keys = {"aws:PrincipalAccount": self.account} if self.account else {}
        if self.kind in {Kind.USER, Kind.ROLE, Kind.ROOT}:
            keys["aws:PrincipalArn"] = self.name
        if self.kind is Kind.USER:
            keys["aws:username"] = self.name.rpartition("/")[2]
        return keys


def read_caller(name: object, *, action: str) -> Caller:
    """Read the principal of a request.

    Raises:
        BadInputError: It is none that can call.
    """
    text = name if isinstance(name, str) else ""
    if text == ANONYMOUS:
        return Caller(name=text, kind=Kind.ANONYMOUS)
    found = _IAM.fullmatch(text) or _STS.fullmatch(text)
    if found:
        return _known(text, found)
    if text and action.casefold().startswith("sts:assumerolewith") and not text.startswith("arn:"):
        return Caller(name=text, kind=Kind.PROVIDER)
    if _SERVICE.fullmatch(text):
        return Caller(name=text, kind=Kind.SERVICE)
    arns = "the ARN of a user, role, session, root or provider"
    problem = f"must be {arns}, a service such as s3.amazonaws.com, or anonymous"
    raise BadInputError(field="principal", problem=problem)


def _known(text: str, found: re.Match[str]) -> Caller:
    partition, account, rest = found[1], found[2], found[3]
    kind = Kind.PROVIDER if "-provider/" in rest.partition("/")[0] + "/" else Kind(rest.partition("/")[0])
    role = ""
    if kind is Kind.ROLE:
        role = rest.rpartition("/")[2]
    if kind is Kind.SESSION:
        role = rest.split("/")[1]
    return Caller(name=text, kind=kind, account=account, partition=partition, role=role)


def named_as(caller: Caller, principals: Iterable[Named]) -> Form | None:
    """Return the strongest form in which a Principal names a caller; None when it does not."""
    forms = {_form(caller, named) for named in principals}
    return next((form for form in Form if form in forms), None)


def _form(caller: Caller, named: Named) -> Form | None:
    if named == Named("AWS", "*"):
        return Form.DIRECT
    if not caller.has_identity:
        return Form.DIRECT if _is_outsider(caller, named) else None
    if named.type != "AWS":
        return None
    if _is_account_of(caller, named.name):
        return Form.ACCOUNT
    if _is_role_of(caller, named.name):
        return Form.ROLE
    return Form.DIRECT if named.name == caller.name else None


def _is_outsider(caller: Caller, named: Named) -> bool:
    wanted = {Kind.SERVICE: "Service", Kind.PROVIDER: "Federated"}.get(caller.kind)
    return named.type == wanted and named.name in {caller.name, "*"}


def _is_account_of(caller: Caller, name: str) -> bool:
    found = _ACCOUNT.fullmatch(name)
    is_whole = found is not None and name.startswith("arn:") == bool(found[2])
    return found is not None and is_whole and found[1] == caller.account


def _is_role_of(caller: Caller, name: str) -> bool:
    """Compare ARNs of roles; a session's ARN carries no path, so there the names."""
    found = _ROLE.fullmatch(name)
    if found is None or caller.kind not in {Kind.ROLE, Kind.SESSION}:
        return False
    same = (found[1], found[2], found[3]) == (caller.partition, caller.account, caller.role)
    return same if caller.kind is Kind.SESSION else name == caller.name


def is_exempt(caller: Caller, listed: Iterable[Named]) -> bool:
    """Say whether NotPrincipal exempts a caller: an entry for the account exempts the root user alone."""
    form = {_form(caller, named) for named in listed}
    by_account = Form.ACCOUNT in form and caller.kind is Kind.ROOT
    return by_account or Form.DIRECT in form or Form.ROLE in form
