"""Policy documents: JSON in, statements out, or one sentence that says which statement is wrong and why.

The grammar is that of the IAM User Guide, "Grammar of the IAM JSON policy language".
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from bot.errors import CopilotError
from bot.iam.conditions import ConditionError, read_condition
from bot.iam.statements import Statement, StatementError, meant, read_statement

MOST_CHARACTERS = 262_144
"""Of one policy as text; AWS's longest have 20,480."""
MOST_STATEMENTS = 2_000
VERSIONS = ("2012-10-17", "2008-10-17")
_WRAPPERS = (
    "PolicyDocument",
    "Policy",
    "Document",
    "AssumeRolePolicyDocument",
    "PolicyVersion",
    "Content",
    "Role",
)
"""What AWS's command line answers a policy in."""
_DEEPEST = 4


class PolicyError(CopilotError):
    """A policy cannot be evaluated.

    Args:
        where: Which policy and statement, in words.
        problem: What is wrong there, without a full stop.
    """

    def __init__(self, *, where: str, problem: str) -> None:
        super().__init__(f"{where}: {problem}")
        self.where = where
        self.problem = problem
        self.user_message = f"{where}: {problem}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One policy document.

    Attributes:
        where: Which policy it is, in words, such as `identity policy 2`.
        statements: In their order.
    """

    where: str
    statements: tuple[Statement, ...]


def read_policy(given: object, *, kind: str, where: str) -> Policy:
    """Read a policy.

    Args:
        given: An object, or JSON in a string, as such or as AWS's command line and Terraform print it.
        kind: `identity`, `resource`, `trust`, `boundary`, `session`, `scp`, `rcp` or `endpoint`.
        where: Which policy it is, in words.

    Raises:
        PolicyError: It is no policy of that kind.
    """
    document = _document(given, where)
    _refuse_unknown(document, where)
    version = document.get("Version", VERSIONS[1])
    if version not in VERSIONS:
        raise PolicyError(
            where=where, problem=f"Version must be {VERSIONS[0]} or {VERSIONS[1]}, not {_shown(version)}"
        )
    listed = _listed(document["Statement"], where)
    return Policy(
        where=where,
        statements=tuple(
            _statement(item, number, kind=kind, where=where, variables=version == VERSIONS[0])
            for number, item in enumerate(listed, 1)
        ),
    )


def _statement(item: object, number: int, *, kind: str, where: str, variables: bool) -> Statement:
    sid = item.get("Sid") if isinstance(item, Mapping) else None
    place = f"{where}, statement {number}" + (f' "{sid[:80]}"' if isinstance(sid, str) and sid else "")
    try:
        condition = (
            read_condition(item.get("Condition", {}), variables=variables)
            if isinstance(item, Mapping)
            else ()
        )
        return read_statement(item, kind=kind, where=place, variables=variables, condition=condition)
    except (StatementError, ConditionError) as error:
        raise PolicyError(where=place, problem=str(error)) from None


def _document(given: object, where: str) -> Mapping[str, object]:
    for _ in range(_DEEPEST):
        given = _parsed(given, where) if isinstance(given, str) else given
        inner = next((name for name in _WRAPPERS if isinstance(given, Mapping) and name in given), None)
        if not isinstance(given, Mapping) or "Statement" in given or inner is None:
            break
        given = given[inner]
    if not isinstance(given, Mapping):
        raise PolicyError(where=where, problem=f"a policy must be a JSON object, not {_shown(given)}")
    return given


def _parsed(text: str, where: str) -> object:
    if len(text) > MOST_CHARACTERS:
        raise PolicyError(where=where, problem=f"has more than {MOST_CHARACTERS} characters")
    try:
        return json.loads(unquote(text) if text.lstrip().startswith("%7B") else text)
    except (ValueError, RecursionError):
        raise PolicyError(where=where, problem="is text that is not JSON") from None


def _refuse_unknown(document: Mapping[str, object], where: str) -> None:
    known = ("Version", "Id", "Statement")
    for name in document:
        if name not in known:
            raise PolicyError(where=where, problem=f'unknown element "{name[:80]}"{meant(name, known)}')
    if "Statement" not in document:
        raise PolicyError(where=where, problem="has no Statement")


def _listed(statements: object, where: str) -> list[object]:
    listed = statements if isinstance(statements, list) else [statements]
    if len(listed) > MOST_STATEMENTS:
        raise PolicyError(where=where, problem=f"has more than {MOST_STATEMENTS} statements")
    return listed


def _shown(value: object) -> str:
    if isinstance(value, Mapping | list):
        return "a list" if isinstance(value, list) else "an object"
    return json.dumps(value)[:80]
