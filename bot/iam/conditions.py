"""The Condition of a statement: read once, then evaluated for a request.

Rules as in the IAM User Guide, "Condition operators" and "Set operators for multivalued context keys"; a key
that nobody supplied is not known, for every operator.
"""

import re
from dataclasses import dataclass
from difflib import get_close_matches

from bot.errors import BadInputError
from bot.iam.context import LONGEST, Context, as_text
from bot.iam.operators import OPERATORS, Test, UnreadableValueError
from bot.iam.truth import Truth, all_of, any_of, known, unknown

NULL = "Null"
_SET_OPERATORS = ("ForAllValues", "ForAnyValue")
_IF_EXISTS = "IfExists"
_VARIABLE = re.compile(r"\$\{[^{}]*\}")


class ConditionError(ValueError):
    """A Condition cannot be read; the text says why, without a full stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One key under one operator.

    Attributes:
        operator: As written, such as `ForAnyValue:StringNotLikeIfExists`.
        key: As written.
        quantifier: `ForAllValues`, `ForAnyValue` or empty.
        is_negated: It holds when no value matches.
        if_exists: It holds when the key is absent.
        tests: One a value; of `Null`, empty.
        wants_absent: What `Null` asks for; None for other operators.
        has_one_text: Of its values one alone depends on the request, and it stands for one text, not for a
            pattern: then two different values of the key cannot both be that text, whatever it is.
    """

    operator: str
    key: str
    quantifier: str = ""
    is_negated: bool = False
    if_exists: bool = False
    tests: tuple[Test, ...] = ()
    wants_absent: tuple[bool, ...] | None = None
    has_one_text: bool = False

    def holds(self, context: Context) -> Truth:
        """Say whether the clause holds.

        Raises:
            BadInputError: A value of the request is not what the operator compares.
        """
        values = context.look_up(self.key)
        if values is None:
            return unknown(self.key)
        if self.wants_absent is not None:
            return known(holds=(not values) in self.wants_absent)
        return self._compared(values, context) if values else known(holds=self._holds_absent())

    def _holds_absent(self) -> bool:
        return (
            self.if_exists or self.quantifier == "ForAllValues" or (self.is_negated and not self.quantifier)
        )

    def _compared(self, values: tuple[str, ...], context: Context) -> Truth:
        each = [self._one(value, context) for value in values]
        needs_all = self.quantifier == "ForAllValues" or (self.is_negated and not self.quantifier)
        found = all_of(each) if needs_all else any_of(each)
        return found if found.value is not None else self._settled(values, each) or found

    def _settled(self, values: tuple[str, ...], each: list[Truth]) -> Truth | None:
        """Decide what no possible text changes: all of several values are never one, nor none of them not."""
        loose = {value.casefold() for value, one in zip(values, each, strict=True) if one.value is None}
        if self.has_one_text and len(loose) > 1:
            if self.quantifier == "ForAllValues" and not self.is_negated:
                return known(holds=False)
            if self.quantifier == "ForAnyValue" and self.is_negated:
                return known(holds=True)
        return None

    def _one(self, value: str, context: Context) -> Truth:
        try:
            matched = any_of([test(value, context) for test in self.tests])
        except UnreadableValueError as error:
            problem = f"{error.value!r} is not {error.kind}, which {self.operator} compares"
            raise BadInputError(field=f"context.{self.key}", problem=problem) from None
        return ~matched if self.is_negated else matched


def read_condition(given: object, *, variables: bool) -> tuple[Clause, ...]:
    """Read a Condition.

    Args:
        given: As JSON.
        variables: `${…}` stands for a condition key.

    Raises:
        ConditionError: It is no object of objects, an operator is unknown, or a value cannot be read.
    """
    if not isinstance(given, dict) or not all(isinstance(block, dict) for block in given.values()):
        raise ConditionError('Condition must be an object of objects: {"operator": {"key": "value"}}')
    return tuple(
        _clause(name, key, values, variables=variables)
        for name, block in given.items()
        for key, values in block.items()
    )


def _clause(name: str, key: str, given: object, *, variables: bool) -> Clause:
    quantifier, base, if_exists = _named(name)
    texts = _texts(name, key, given)
    if base == NULL:
        return Clause(operator=name, key=key, wants_absent=tuple(_flag(name, key, text) for text in texts))
    operator = OPERATORS[base]
    return Clause(
        operator=name,
        key=key,
        quantifier=quantifier,
        is_negated=operator.is_negated,
        if_exists=if_exists,
        tests=tuple(_test(name, key, text, variables=variables) for text in texts),
        has_one_text=variables and _has_one_text(texts),
    )


def _has_one_text(texts: list[str]) -> bool:
    bare = [rest for text in texts if (rest := _VARIABLE.sub("", text)) != text]
    return len(bare) == 1 and not {"*", "?"} & set(bare[0])


def _named(name: str) -> tuple[str, str, bool]:
    quantifier, colon, rest = name.rpartition(":")
    base = rest.removesuffix(_IF_EXISTS)
    is_plain_null = name == NULL
    is_known = base in OPERATORS and (not colon or quantifier in _SET_OPERATORS)
    if not (is_plain_null or is_known):
        raise ConditionError(f'unknown condition operator "{name[:80]}"{_meant(rest)}')
    return quantifier, base, base != rest


def _meant(name: str) -> str:
    close = get_close_matches(name[:80], [*OPERATORS, NULL], n=1)
    return f"; did you mean {close[0]}?" if close and close[0] != name else ""


def _texts(name: str, key: str, given: object) -> list[str]:
    texts = [as_text(item) for item in (given if isinstance(given, list) else [given])]
    if None in texts:
        allowed = f"text, numbers, true or false, of at most {LONGEST} characters"
        raise ConditionError(f"the values of {key[:80]} under {name} must be {allowed}")
    return [text for text in texts if text is not None]


def _flag(name: str, key: str, text: str) -> bool:
    if text.strip().casefold() not in {"true", "false"}:
        raise ConditionError(f"{name} asks whether {key[:80]} is absent: its value must be true or false")
    return text.strip().casefold() == "true"


def _test(name: str, key: str, text: str, *, variables: bool) -> Test:
    quantifier_free = name.rpartition(":")[2].removesuffix(_IF_EXISTS)
    try:
        return OPERATORS[quantifier_free].test(text, variables)
    except UnreadableValueError as error:
        problem = f"{error.value[:80]!r} is not {error.kind}"
        raise ConditionError(f"the value of {key[:80]} under {name} cannot be read: {problem}") from None
