"""Condition operators: how one value of a policy is compared with one value of a request.

Names and meaning as in the IAM User Guide, "IAM JSON policy elements: Condition operators".
"""

import base64
import binascii
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from ipaddress import ip_address, ip_network

from bot.iam.context import Context
from bot.iam.patterns import ARN_PARTS, Token, Variable, matches, tokens
from bot.iam.truth import NO, Truth, known

Test = Callable[[str, Context], Truth]
"""From a value of the request to whether it satisfies a value of the policy."""
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,400}(?:\.[0-9]{0,400})?|\.[0-9]{1,400})(?:[eE][+-]?[0-9]{1,4})?")
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class UnreadableValueError(ValueError):
    """A value is not what its operator compares.

    Args:
        value: As given.
        kind: What it should be, with its article.
    """

    def __init__(self, *, value: str, kind: str) -> None:
        super().__init__(f"{value!r} is not {kind}")
        self.value = value
        self.kind = kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """One operator.

    Attributes:
        is_negated: It holds when no value matches.
        test: From a policy's value, and whether `${…}` is a variable there, to the test of the positive form.
    """

    is_negated: bool
    test: Callable[[str, bool], Test]


def number(text: str) -> Decimal:
    """Return a number.

    Raises:
        UnreadableValueError: It is none.
    """
    if not _NUMBER.fullmatch(text.strip()):
        raise UnreadableValueError(value=text, kind="a number")
    return Decimal(text.strip())


def moment(text: str) -> Decimal:
    """Return a date as seconds since 1970: ISO 8601 (UTC where it names no zone) or those seconds.

    Raises:
        UnreadableValueError: It is neither.
    """
    text = text.strip()
    if _NUMBER.fullmatch(text):
        return Decimal(text)
    try:
        at = datetime.fromisoformat(f"{text}-01" if _MONTH.fullmatch(text) else text)
    except ValueError:
        raise UnreadableValueError(value=text, kind="a date") from None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return Decimal((at - _EPOCH) // timedelta(microseconds=1)) / 1_000_000


def _ordered(read: Callable[[str], Decimal], holds: Callable[[Decimal, Decimal], bool]) -> Operator:
    def test(text: str, _: bool) -> Test:  # noqa: FBT001  # the shape of all tests
        limit = read(text)
        return lambda value, _context: known(holds=holds(read(value), limit))

    return Operator(is_negated=False, test=test)


def _address(text: str, _: bool) -> Test:  # noqa: FBT001
    try:
        network = ip_network(text.strip(), strict=False)
    except ValueError:
        raise UnreadableValueError(value=text, kind="an IP address or range") from None

    def test(value: str, _context: Context) -> Truth:
        try:
            return known(holds=ip_address(value.strip()) in network)
        except ValueError:
            raise UnreadableValueError(value=value, kind="an IP address") from None

    return test


def _bool(text: str, _: bool) -> Test:  # noqa: FBT001
    wanted = text.strip().casefold()
    return lambda value, _context: known(holds=wanted in {"true", "false"} and value.casefold() == wanted)


def _binary(text: str, _: bool) -> Test:  # noqa: FBT001
    return lambda value, _context: known(holds=_decoded(value) == _decoded(text))


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return text.encode(errors="replace")


def _equals(text: str, variables: bool) -> Test:  # noqa: FBT001
    pattern = tokens(text, wild=False, variables=variables)
    return lambda value, context: matches(pattern, value, context, is_arn=False)


def _equals_in_any_case(text: str, variables: bool) -> Test:  # noqa: FBT001
    pattern = tokens(text, wild=False, variables=variables)

    def test(value: str, context: Context) -> Truth:
        folded = {key: tuple(map(str.casefold, values)) for key, values in context.values.items()}
        lower = Context(values=folded, is_complete=context.is_complete)
        return matches(_folded(pattern), value.casefold(), lower, is_arn=False)

    return test


def _folded(pattern: tuple[Token, ...]) -> tuple[Token, ...]:
    return tuple(
        Variable(piece.key, piece.default and piece.default.casefold())
        if isinstance(piece, Variable)
        else (piece.casefold() if isinstance(piece, str) else piece)
        for piece in pattern
    )


def _like(text: str, variables: bool) -> Test:  # noqa: FBT001
    pattern = tokens(text, wild=True, variables=variables)
    return lambda value, context: matches(pattern, value, context, is_arn=False)


def _arn(text: str, variables: bool) -> Test:  # noqa: FBT001
    """Compare the six parts one by one; what has fewer is no ARN, and only `*` alone matches any."""
    pattern = tokens(text, wild=True, variables=variables)
    is_whole = text == "*" or text.count(":") >= ARN_PARTS - 1

    def test(value: str, context: Context) -> Truth:
        comparable = is_whole and value.count(":") >= ARN_PARTS - 1
        return matches(pattern, value, context, is_arn=True) if comparable else NO

    return test


def _both(positive: str, negative: str, test: Callable[[str, bool], Test]) -> dict[str, Operator]:
    return {
        positive: Operator(is_negated=False, test=test),
        negative: Operator(is_negated=True, test=test),
    }


_ORDERS = {
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}


def _scale(name: str, read: Callable[[str], Decimal]) -> dict[str, Operator]:
    equal = _ordered(read, operator.eq).test
    ordered = {f"{name}{order}": _ordered(read, holds) for order, holds in _ORDERS.items()}
    return _both(f"{name}Equals", f"{name}NotEquals", equal) | ordered


OPERATORS: Mapping[str, Operator] = {
    **_both("StringEquals", "StringNotEquals", _equals),
    **_both("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", _equals_in_any_case),
    **_both("StringLike", "StringNotLike", _like),
    **_both("ArnEquals", "ArnNotEquals", _arn),
    **_both("ArnLike", "ArnNotLike", _arn),
    **_both("IpAddress", "NotIpAddress", _address),
    **_scale("Numeric", number),
    **_scale("Date", moment),
    "Bool": Operator(is_negated=False, test=_bool),
    "BinaryEquals": Operator(is_negated=False, test=_binary),
}
"""By name; `Null` asks for no value and is told apart where conditions are read."""
