"""What must survive word for word when a message is folded: identifiers, error codes, figures with units.

Texts are cut into tokens at blanks, quotes and brackets, and each token is judged by its shape, so names that
nobody has listed are found too. Every step reads each character a fixed number of times, on any input.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from bot.incident.mark_words import ERROR_WORDS, HYPHENATED, LOUD_WORDS, NOT_THINGS, NUMBERED, UNITS

LONGEST_CHARS = 400
"""A longer token is data, not a name; its parts are judged instead."""

_INSIDE = r"[^\s\"'`<>(){}\[\],;|\u2026\u2192\u201c\u201d\u2018\u2019\u00b7]"
_TOKEN = re.compile(rf"{_INSIDE}+(?:(?<=\d),(?=\d{{3}}(?!\d)){_INSIDE}+)*")
# No possessive group in this file: before Python 3.11.5 it gives back what it matched (CPython, gh-106052).
_PARTS = re.compile(r"[^=&?]+")
_DATA_PARTS = re.compile(r"[^=&?/:._+-]+")
_EDGES = ".:!?*~=&\\+-_"
_TAIL = "/"
_LINE_CHARS = 200

_BLANK = r"[^\S\n]"
"""No figure ends a line to take its unit from the next."""
_PER = "s|sec|second|min|minute|h|hr|hour|d|day"
_FIGURE = re.compile(
    r"(?<![\w.,#/-])(?P<money>[$\u20ac\u00a3]\s?|(?:USD|EUR|GBP)\s)?\d+(?:,\d+)*(?:\.\d+)*"
    rf"(?:{_BLANK}?(?P<unit>(?:(?:{UNITS})(?:/[A-Za-z]{{1,10}})?|[A-Za-z]{{2,12}}/(?:{_PER})))(?![\w])"
    rf"|{_BLANK}(?P<things>(?:of (?:the|our|all) )?(?!(?:{NOT_THINGS})\b)[A-Za-z][a-z]{{2,20}}s)(?![\w]))?"
)
_NUMBERED = re.compile(
    rf"(?<![\w-])(?P<word>[A-Za-z]{{2,12}}+)(?:\s(?P<of>code|status|no\.?|number|id)\b)?(?:[:=]|{_BLANK})"
    rf"{_BLANK}?[#v]?\d{{1,5}}(?:[.-]\d{{1,5}}){{0,2}}(?!\w|[.:-]\d)",
    re.IGNORECASE,
)
_MOMENT = re.compile(
    r"(?:\d{4}[-/]\d\d[-/]\d\d(?:[T_]?[\d:.,]*(?:Z|UTC|[+-]\d\d:?\d\d)?)?|\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|UTC|am|pm)?"
    r"|\d{1,2}/\w{3}/\d{4}(?::[\d:]+)?|\d{4}-\d\d)",
    re.IGNORECASE,
)
_PLAIN_NUMBER = re.compile(r"[+-]?\d{1,4}(?:\.\d+)?")
_EMOJI = re.compile(r":[a-z0-9_+'-]+:")
_HEX_WORD = re.compile(r"[a-f]{7,64}|[A-F]{7,64}")
_CAMEL = re.compile(
    r"_?[A-Z]?[a-z]+[A-Z][A-Za-z]*|[A-Z]{2,}[a-z]+[A-Z][A-Za-z]*|[A-Z]{3,}[a-z]{3,}|[A-Z][a-z]+[A-Z]\w*"
)
_SNAKE = re.compile(r"[A-Za-z]\w*_\w*[A-Za-z]|_\w{3,}")
_LOUD = re.compile(r"E[A-Z]{3,}|[A-Z]{6,}|[A-Z]+(?:-[A-Z]+)+|SIG[A-Z]{3,}")
_KEBAB = re.compile(r"[A-Za-z]{2,}(?:-[A-Za-z]{2,})+")
_DOTTED = re.compile(r"[A-Za-z_*][\w*$-]+(?:\.[A-Za-z_*][\w*$-]+)+")
_PATH = re.compile(r"~?/[\w.~*-][^\s]*|[\w.*-]+(?:/[\w.*-]+){2,}|[\w.*-]+/[\w*-]+\.\w{1,5}|[A-Za-z]:\\\S+")
_JOINED = re.compile(r"[\w.*-]+(?::{1,2}[\w.*/-]+)+")
_ERROR_CODE = re.compile(r"[45]\d\d")


class Kind(IntEnum):
    """What a place in a text holds."""

    MOMENT = 0
    """A date or a clock time: it varies, but need not survive word for word."""
    COUNT = 1
    """A plain number without a unit, below ten thousand: the same."""
    FIGURE = 2
    """A number that must survive: with a unit, money, an error code, a long one."""
    NAME = 3
    """An identifier with a digit: it names one thing of many."""
    WORD = 4
    """An identifier made of letters alone: an error code, a service, a setting."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a text something stands."""

    start: int
    end: int
    kind: Kind


@lru_cache(maxsize=16_384)
def marks_of(text: str) -> frozenset[str]:
    """Return the identifiers and the figures of a text, each an exact substring of it."""
    return frozenset(text[place.start : place.end] for place in places(text) if place.kind >= Kind.FIGURE)


def places(text: str) -> tuple[Place, ...]:
    """Return what stands where, in order, without overlaps; a figure and its unit are one place."""
    return _kept_places(text) if len(text) > _LINE_CHARS else _places(text)


def _places(text: str) -> tuple[Place, ...]:
    found = [*_tokens(text), *_figures(text), *_numbered(text)]
    return tuple(_joined(sorted(found, key=lambda place: (place.start, -place.end))))


_kept_places = lru_cache(maxsize=4_096)(_places)
"""Whole messages are read twice: for what repeats, and for what is lost. Single lines need no place here."""


def _joined(found: list[Place]) -> Iterator[Place]:
    """Join what overlaps; the stronger kind counts."""
    last: Place | None = None
    for place in found:
        if last is not None and place.start < last.end:
            last = Place(last.start, max(last.end, place.end), max(last.kind, place.kind))
            continue
        if last is not None:
            yield last
        last = place
    if last is not None:
        yield last


def _figures(text: str) -> Iterator[Place]:
    for match in _FIGURE.finditer(text):
        if match["unit"] or match["money"] or match["things"]:
            yield Place(match.start(), match.end(), Kind.FIGURE)


def _numbered(text: str) -> Iterator[Place]:
    for match in _NUMBERED.finditer(text):
        named = next((name for name in ("word", "of") if (match[name] or "").lower() in NUMBERED), None)
        if named:
            yield Place(match.start(named), match.end(), Kind.NAME)


def _tokens(text: str) -> Iterator[Place]:
    for token in _TOKEN.finditer(text):
        if not _is_plain(token[0]):
            yield from _judged(text, token.start(), token.end())


def _is_plain(token: str) -> bool:
    """Say at once of most tokens that they are words: no letter of them is large, nothing else is in them."""
    return token.isalpha() and token.islower() and not _HEX_WORD.fullmatch(token)


def _judged(text: str, start: int, end: int) -> Iterator[Place]:
    whole = text[start:end]
    if ("=" not in whole and len(whole) <= LONGEST_CHARS) or (
        "://" in whole[:20] and len(whole) <= LONGEST_CHARS
    ):
        yield from _one(text, start, end)
        return
    cut = _PARTS if len(whole) <= LONGEST_CHARS else _DATA_PARTS
    for part in cut.finditer(text, start, end):
        if part.end() - part.start() <= LONGEST_CHARS:
            yield from _one(text, part.start(), part.end())


def _one(text: str, start: int, end: int) -> Iterator[Place]:
    if _EMOJI.fullmatch(text, start, end):
        return
    while start < end and text[start] in _EDGES:
        start += 1
    while start < end and (text[end - 1] in _EDGES or text[end - 1] == _TAIL):
        end -= 1
    kind = kind_of(text[start:end])
    if kind is not None:
        yield Place(start, end, kind)


@lru_cache(maxsize=16_384)
def kind_of(token: str) -> Kind | None:
    """Return what one token is; None for an ordinary word."""
    if not token:
        return None
    if any(char.isdigit() for char in token):
        return _numeric(token)
    return Kind.WORD if _is_name(token) else None


def _numeric(token: str) -> Kind:
    if _MOMENT.fullmatch(token):
        return Kind.MOMENT
    bare = token.lstrip("+-$#~/")
    if _ERROR_CODE.fullmatch(token):
        return Kind.FIGURE
    if _PLAIN_NUMBER.fullmatch(token):
        return Kind.COUNT
    return Kind.NAME if any(char.isalpha() for char in bare) or token[0] in "#/" else Kind.FIGURE


def _is_name(token: str) -> bool:
    shapes = (_CAMEL, _SNAKE, _DOTTED, _PATH, _HEX_WORD)
    if any(shape.fullmatch(token) for shape in shapes) or token in ERROR_WORDS:
        return True
    if _LOUD.fullmatch(token):
        return token not in LOUD_WORDS
    if _KEBAB.fullmatch(token):
        return not HYPHENATED.intersection(token.lower().split("-"))
    return _is_joined(token)


def _is_joined(token: str) -> bool:
    """`s3:GetObject` and `arn:aws:iam::aws:policy/Admin` are names, `note:this` is two words."""
    return _JOINED.fullmatch(token) is not None and (
        token.count(":") > 1 or any(c.isupper() for c in token[1:])
    )
