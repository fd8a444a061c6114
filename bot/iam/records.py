"""Refusals as JSON: CloudTrail records and decoded authorization messages, however deep they are wrapped.

Field names as in AWS's CloudTrail User Guide ("CloudTrail record contents") and in the answer of
`sts:DecodeAuthorizationMessage`.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

from bot.iam.codes import is_refusal
from bot.iam.denial import Denial
from bot.iam.sentences import refusals

_DECODER = json.JSONDecoder(strict=False)
_MOST_STARTS = 40
"""How many opening braces are tried in one text: logs are full of braces that open nothing."""
_DEEPEST = 12


def recorded(text: str) -> tuple[list[Denial], str]:
    """Return the refusals that JSON in a text records, and the text without that JSON."""
    denials: list[Denial] = []
    kept: list[str] = []
    position = 0
    for _ in range(_MOST_STARTS):
        start = text.find("{", position)
        if start < 0:
            break
        value, end = _decode(text, start)
        found = list(_in(value, _DEEPEST))
        kept.append(text[position : start if found else end])
        denials += found
        position = end
    return denials, "".join(kept) + text[position:]


def _decode(text: str, start: int) -> tuple[object, int]:
    try:
        value, end = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return None, start + 1
    return value, end


def _in(value: object, depth: int) -> Iterator[Denial]:
    if depth == 0:
        return
    if isinstance(value, str) and "{" in value:
        value = _decode(value, value.index("{"))[0]
    if isinstance(value, Mapping):
        denial = _denial(value)
        if denial is not None:
            yield denial
            return
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _in(item, depth - 1)


def _denial(record: Mapping[str, object]) -> Denial | None:
    if record.get("allowed") is False and "explicitDeny" in record:
        return _decoded(record)
    if "eventSource" in record and is_refusal(str(record.get("errorCode", ""))):
        return _trail(record)
    return None


def _decoded(record: Mapping[str, object]) -> Denial:
    context = record.get("context")
    explicit = record["explicitDeny"]
    return Denial(
        principal=_text(context, "principal", "arn"),
        action=_text(context, "action"),
        resource=_text(context, "resource"),
        explicit=explicit if isinstance(explicit, bool) else None,
    )


def _trail(record: Mapping[str, object]) -> Denial:
    message = _text(record, "errorMessage") or ""
    said = next((denial for _, denial in refusals(message)), Denial())
    return replace(
        said,
        principal=said.principal or _text(record, "userIdentity", "arn"),
        action=said.action or _event(record),
        resource=said.resource or _only_resource(record.get("resources")),
    )


def _event(record: Mapping[str, object]) -> str | None:
    service, name = _text(record, "eventSource"), _text(record, "eventName")
    return f"{service.partition('.')[0]}:{name}" if service and name else None


def _only_resource(resources: object) -> str | None:
    if not isinstance(resources, list) or len(resources) != 1:
        return None
    return _text(resources[0], "ARN") or _text(resources[0], "arn")


def _text(value: object, *path: str) -> str | None:
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, str) and value else None
