"""Small rules that say what is wrong with a piece of JSON and where.

A rule takes a value and a JSON pointer and yields a sentence for each problem, in the words Slack uses in
`response_metadata.messages`.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Rule = Callable[[Any, str], Iterator[str]]


def anything(_value: object, _at: str) -> Iterator[str]:
    """Accept every value."""
    return iter(())


def string(most: int, *, least: int = 1) -> Rule:
    """Accept a string of `least` to `most` characters."""

    def rule(value: object, at: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield f"[ERROR] must be a string [json-pointer:{at}]"
        elif len(value) > most:
            yield f"[ERROR] must be less than {most + 1} characters [json-pointer:{at}]"
        elif len(value) < least:
            yield f"[ERROR] must be more than {least - 1} characters [json-pointer:{at}]"

    return rule


def one_of(*allowed: str) -> Rule:
    """Accept one of these strings."""

    def rule(value: object, at: str) -> Iterator[str]:
        if value not in allowed:
            yield f"[ERROR] must be one of {', '.join(allowed)} [json-pointer:{at}]"

    return rule


def items(rule: Rule, *, most: int, least: int = 1) -> Rule:
    """Accept a list of `least` to `most` values that each pass `rule`."""

    def check(value: object, at: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield f"[ERROR] must be an array [json-pointer:{at}]"
            return
        if len(value) > most:
            yield f"[ERROR] no more than {most} items allowed [json-pointer:{at}]"
        if len(value) < least:
            yield f"[ERROR] must have at least {least} items [json-pointer:{at}]"
        for index, item in enumerate(value):
            yield from rule(item, f"{at}/{index}")

    return check


def record(
    required: Mapping[str, Rule], optional: Mapping[str, Rule] | None = None, *, is_open: bool = False
) -> Rule:
    """Accept an object with these fields; other fields only when `is_open`."""
    known = {**required, **(optional or {})}

    def check(value: object, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"[ERROR] must be an object [json-pointer:{at}]"
            return
        for name in required:
            if name not in value:
                yield f"[ERROR] missing required field: {name} [json-pointer:{at}]"
        for name, field in value.items():
            if name in known:
                yield from known[name](field, f"{at}/{name}")
            elif not is_open:
                yield f"[ERROR] invalid additional property: {name} [json-pointer:{at}]"

    return check


def by_type(rules: Mapping[str, Rule]) -> Rule:
    """Accept an object whose `type` names one of the rules, which it must pass.

    The table may be filled after this is called: kinds that hold themselves need that.
    """

    def check(value: object, at: str) -> Iterator[str]:
        kind = value.get("type") if isinstance(value, dict) else None
        rule = rules.get(kind) if isinstance(kind, str) else None
        if rule is None:
            yield f"[ERROR] unsupported type: {kind} [json-pointer:{at}/type]"
        else:
            yield from rule(value, at)

    return check


def either(first: Rule, second: Rule) -> Rule:
    """Accept what passes one of two rules; speak of the first."""

    def check(value: object, at: str) -> Iterator[str]:
        problems = list(first(value, at))
        if problems and list(second(value, at)):
            yield from problems

    return check
