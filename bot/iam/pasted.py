"""Policies that people pasted into a thread, each with the set it belongs to by the words before it."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.errors import CopilotError
from bot.iam.policies import read_policy

_DECODER = json.JSONDecoder(strict=False)
_MOST_STARTS = 40
_BEFORE = 160
"""Characters before a policy in which its label is looked for."""
_LABELS = {
    "scp": r"(?<![a-z])SCPs?(?![a-z])|service[ _-]control[ _-]polic",
    "rcp": r"(?<![a-z])RCPs?(?![a-z])|resource[ _-]control[ _-]polic",
    "boundary": r"\bboundar(?:y|ies)\b",
    "session": r"\bsession[ _-]polic",
    "trust": r"\btrust[ _-](?:polic|relationship)|AssumeRolePolicyDocument",
    "endpoint": r"\b(?:vpc[ _-])?endpoint[ _-]polic|\bvpce[ _-]polic",
    "resource": r"\b(?:bucket|key|queue|topic|resource(?:-based)?|repository|secret|function)[ _-]polic",
    "identity": r"\b(?:identity|role|user|inline|managed|attached|iam|permissions?)[ _-]polic",
}
_LABEL = re.compile("|".join(f"(?P<{name}>{words})" for name, words in _LABELS.items()), re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pasted:
    """One policy as pasted.

    Attributes:
        kind: As `bot.iam.policies.read_policy` takes it.
        document: The JSON.
        source: The id of the message.
    """

    kind: str
    document: Mapping[str, object]
    source: str

    @property
    def set_name(self) -> str:
        """The set of a request that it belongs to: a trust policy is the policy of its role."""
        return "resource" if self.kind == "trust" else self.kind

    @property
    def services(self) -> frozenset[str]:
        """The services whose actions it names, in small letters; `*` where it names every or all but some."""
        return frozenset(_services(self.document["Statement"]))


def pasted(messages: Iterable[tuple[str, str]]) -> tuple[Pasted, ...]:
    """Return the policies in messages that can be evaluated, in their order.

    Args:
        messages: Id and redacted text of each.
    """
    return tuple(one for source, text in messages for one in _in(source, text))


def _services(statements: Any) -> Iterator[str]:
    for statement in statements if isinstance(statements, list) else [statements]:
        actions = statement.get("Action", "*")
        for action in actions if isinstance(actions, list) else [actions]:
            yield action.partition(":")[0].casefold()


def _in(source: str, text: str) -> Iterator[Pasted]:
    position = 0
    for _ in range(_MOST_STARTS):
        start = text.find("{", position)
        if start < 0:
            return
        document, end = _decoded(text, start)
        if isinstance(document, Mapping) and "Statement" in document:
            kind = _kind(text[max(position, start - _BEFORE) : start], document)
            if _is_sound(document, kind):
                yield Pasted(kind=kind, document=document, source=source)
        position = end


def _decoded(text: str, start: int) -> tuple[object, int]:
    try:
        return _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return None, start + 1


def _kind(before: str, document: Mapping[str, object]) -> str:
    """Return the set by the last label before a policy, or else by whether it names principals."""
    found = list(_LABEL.finditer(before))
    if found and found[-1].lastgroup:
        return found[-1].lastgroup
    return "resource" if "Principal" in json.dumps(document) else "identity"


def _is_sound(document: Mapping[str, object], kind: str) -> bool:
    try:
        read_policy(document, kind=kind, where="the policy")
    except CopilotError:
        return False
    return True
