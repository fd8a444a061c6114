"""What was sent to be seen by people, as strings and objects."""

import re
from collections.abc import Iterator
from typing import Any

from evals.hostile.place import Recorded

Json = dict[str, Any]

WRITES = re.compile(r"(?:chat|files)\.")


def writes(recorded: Recorded) -> Iterator[Json]:
    """Yield what was sent to be seen by people: messages, chunks of streams, files, status lines."""
    for method, args in recorded.calls:
        if WRITES.match(method) or method.endswith("setStatus"):
            yield args


def strings(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Yield each string of a value, with the key it stands under."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from strings(part, name)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from strings(part, key)


def said(recorded: Recorded) -> list[str]:
    """Return each string that was sent to be seen."""
    return [text for args in writes(recorded) for _, text in strings(args)]


def joined(recorded: Recorded) -> list[str]:
    """Each string as it is, and all of each call together, as a stream's reader sees it."""
    return [*said(recorded), *("".join(text for _, text in strings(args)) for args in writes(recorded))]


def objects(value: Any) -> Iterator[Json]:
    """Yield each object of a value, itself among them."""
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(part)


def posted_objects(recorded: Recorded) -> Iterator[Json]:
    """Yield each object that was sent to be seen."""
    return (found for args in writes(recorded) for found in objects(args))
