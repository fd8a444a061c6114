"""JSON Lines in and out: one object a line; a bad line is answered with its error and the run goes on."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from bot.errors import BadInputError, CopilotError

Document = dict[str, Any]
_REPLACED = "\N{REPLACEMENT CHARACTER}"
"""What a byte becomes that is not UTF-8."""


def answered(lines: Iterable[str], work: Callable[[Document], Mapping[str, Any]]) -> Iterator[str]:
    """Yield one JSON line for each line that is not blank.

    Args:
        lines: Each an object with `id`.
        work: From the object to the fields of the answer; its `CopilotError` becomes the line's `error`.
    """
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield json.dumps(_answer(number, line, work), ensure_ascii=False)


def _answer(number: int, line: str, work: Callable[[Document], Mapping[str, Any]]) -> Document:
    try:
        document = json.loads(line)
    except (ValueError, RecursionError) as error:
        return {"id": None, "error": f"line {number} is not a JSON object: {_fault(line, error)}"}
    if not isinstance(document, dict):
        return {"id": None, "error": f"line {number} is not a JSON object with `id` and `text`"}
    try:
        return {"id": document.get("id"), **work(document)}
    except CopilotError as error:
        return {"id": document.get("id"), "error": error.user_message}


def _fault(line: str, error: Exception) -> str:
    """Return what is wrong, in the words of one line: the parser would call each line its first."""
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if _REPLACED in line:
        return "it holds bytes that are not UTF-8"
    if isinstance(error, json.JSONDecodeError):
        return f"it cannot be read from character {error.pos + 1} on"
    return "it holds a number that is too long"


def text_of(document: Mapping[str, Any]) -> str:
    """Return the field `text`.

    Raises:
        BadInputError: It is missing or no string.
    """
    text = document.get("text")
    if not isinstance(text, str):
        raise BadInputError(field="text", problem="must be a string")
    return text
