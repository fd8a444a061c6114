"""Patterns of policies: wildcards, variables, and ARNs matched part by part."""

import enum
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.iam.context import Context
from bot.iam.truth import NO, Truth, known, unknown

ARN_PARTS = 6
_VARIABLE = re.compile(r"\$\{([^{}]{1,512})\}")
_NAMED = re.compile(r"\s*([^\s,'](?:[^,']*[^\s,'])?)\s*(?:,\s*'([^']*)'\s*)?")


class Wild(enum.Enum):
    """A wildcard: any text, or any one character."""

    MANY = "*"
    ONE = "?"


@dataclass(frozen=True, slots=True)
class Variable:
    """`${key, 'default'}`; the default is None where there is none."""

    key: str
    default: str | None = None


Plain = str | Wild
Token = Plain | Variable


def tokens(text: str, *, wild: bool, variables: bool) -> tuple[Token, ...]:
    """Return the pieces of a pattern.

    Args:
        text: As written in the policy.
        wild: `*` and `?` stand for other text.
        variables: `${…}` stands for a condition key; only with Version 2012-10-17.
    """
    found = list(_VARIABLE.finditer(text)) if variables else []
    pieces: list[Token] = []
    start = 0
    for match in found:
        pieces += _plain(text[start : match.start()], wild=wild)
        pieces += _variable(match, wild=wild)
        start = match.end()
    return (*pieces, *_plain(text[start:], wild=wild))


def _plain(text: str, *, wild: bool) -> list[Plain]:
    pieces = re.split(r"([*?])", text) if wild else [text]
    return [Wild(piece) if wild and piece in {"*", "?"} else piece for piece in pieces if piece]


def _variable(match: re.Match[str], *, wild: bool) -> list[Token]:
    if match[1] in {"*", "?", "$"}:
        return [match[1]]
    named = _NAMED.fullmatch(match[1])
    return [Variable(named[1], named[2])] if named else [*_plain(match[0], wild=wild)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A pattern whose variables were looked up.

    Attributes:
        pieces: An unknown variable is any text here.
        needs: The keys of the unknown variables.
    """

    pieces: tuple[Plain, ...]
    needs: frozenset[str] = frozenset()


def resolve(pattern: Iterable[Token], context: Context) -> Resolved | None:
    """Look up the variables; what they yield is text, never a pattern.

    Returns:
        None when a variable has no value and no default: such a pattern equals nothing.
    """
    pieces: list[Plain] = []
    needs: set[str] = set()
    for piece in pattern:
        text = _value(piece, context) if isinstance(piece, Variable) else piece
        if text is None:
            return None
        if isinstance(piece, Variable) and text is Wild.MANY:
            needs.add(piece.key)
        pieces.append(text)
    return Resolved(pieces=tuple(pieces), needs=frozenset(needs))


def _value(variable: Variable, context: Context) -> Plain | None:
    """Return a variable's text: any when not known, None when it has none. A list of values is no text."""
    values = context.look_up(variable.key)
    if values is None:
        return Wild.MANY
    return values[0] if len(values) == 1 else (None if values else variable.default)


def matches(pattern: Iterable[Token], text: str, context: Context, *, is_arn: bool) -> Truth:
    """Say whether a text matches.

    Args:
        pattern: As `tokens` returned it.
        text: The text or ARN.
        context: For variables; when one is not known, the fixed parts may still decide.
        is_arn: The parts between colons are matched one by one; the last takes colons too.
    """
    resolved = resolve(pattern, context)
    if resolved is None or not _fits(resolved.pieces, text, is_arn=is_arn):
        return NO
    return unknown(*resolved.needs) if resolved.needs else known(holds=True)


def _fits(pieces: tuple[Plain, ...], text: str, *, is_arn: bool) -> bool:
    if not is_arn or pieces == (Wild.MANY,):
        return glob(pieces).fullmatch(text) is not None
    parts = list(_parts(pieces))
    values = text.split(":", len(parts) - 1)
    fitting = (glob(part).fullmatch(value) for part, value in zip(parts, values, strict=False))
    return len(parts) == len(values) and all(fitting)


def _parts(pieces: Iterable[Plain]) -> Iterator[tuple[Plain, ...]]:
    part: list[Plain] = []
    left = ARN_PARTS - 1
    for piece in pieces:
        first, *rest = piece.split(":", left) if isinstance(piece, str) else [piece]
        part.append(first)
        for following in rest:
            yield tuple(part)
            part = [following]
        left -= len(rest)
    yield tuple(part)


def glob(pieces: Iterable[Plain]) -> re.Pattern[str]:
    """Return the expression of a pattern; it never goes back behind a `*`, so its work is bounded."""
    runs: list[str] = [""]
    for piece in pieces:
        if piece is Wild.MANY:
            runs.append("")
        else:
            runs[-1] += "." if piece is Wild.ONE else re.escape(str(piece))
    first, *rest = runs
    middle = "".join(f"(?>.*?{run})" for run in rest[:-1])
    return re.compile(first + middle + (f".*{rest[-1]}" if rest else ""), re.DOTALL)


def action_matches(pattern: str, action: str) -> bool:
    """Say whether an action is named by an entry of Action or NotAction; case does not matter."""
    pieces = tuple(_plain(pattern.casefold(), wild=True))
    return glob(pieces).fullmatch(action.casefold()) is not None
