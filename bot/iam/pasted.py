"""Policies that people pasted into a thread, each with the set it belongs to by the words before it."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.errors import CopilotError
from bot.iam.policies import read_policy

_DECODER = json.JSONDecoder(strict=False)
_MOST_STARTS = 40
_BEFORE = 160
"""Characters before a policy in which its label is looked for."""
_LABELS = {
    "scp": r"\bSCPs?\b|service control polic",
    "rcp": r"\bRCPs?\b|resource control polic",
    "boundary": r"\bboundar(?:y|ies)\b",
    "session": r"\bsession polic",
    "trust": r"\btrust (?:polic|relationship)|AssumeRolePolicyDocument",
    "endpoint": r"\b(?:vpc )?endpoint polic|\bvpce polic",
    "resource": r"\b(?:bucket|key|queue|topic|resource(?:-based)?|repository|secret|function) polic",
    "identity": r"\b(?:identity|role|user|inline|managed|attached|iam|permissions?) polic",
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


def pasted(messages: Iterable[tuple[str, str]]) -> tuple[Pasted, ...]:
    """Return the policies in messages that can be evaluated, in their order.

    Args:
        messages: Id and redacted text of each.
    """
    return tuple(one for source, text in messages for one in _in(source, text))


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
