"""Which words a pattern cannot do without: most sentences need no search for most patterns.

A search for a list of fifty verbs costs several microseconds, and a sentence is searched with dozens of such
patterns. From each pattern's own parsed form follow words of which every match holds at least one; a text
without any of them has no match. What cannot be told about a pattern only makes it be searched for always.
The table is made once, when the patterns are; later only looked up.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from importlib import import_module
from itertools import product
from operator import or_
from typing import Any

_parse = import_module("re._parser").parse
_MOST_FORMS = 3_000
_MOST_OF_CLASS = 4
_EDGE, _UNKNOWN = "\0", "\1"
"""In a form: a word ends or begins here for sure; anything may stand here."""
_FORM_TOKEN = re.compile(r"[a-z0-9_]+|[^\w\s\0\1]")
_COMMON = """
    a all an and are as at be by do for from had has have i in is it no not of on or out so that the this to
    up was we were with you
""".split()  # noqa: SIM905  # as prose it can be read
_SYNTAX = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)
_MOST_SETS = 3
_EDGES = frozenset({"AT_BOUNDARY", "AT_BEGINNING", "AT_END", "AT_BEGINNING_STRING", "AT_END_STRING"})

Node = tuple[Any, Any]
Forms = frozenset[str]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a word, lower-case, or one sign.

    Attributes:
        begins: It stands at the word's beginning.
        ends: It stands at the word's end.
    """

    text: str
    begins: bool
    ends: bool


def needed(pattern: str, flags: int) -> list[frozenset[Part]]:
    """Return sets of parts of words; of each set every match of `pattern` holds at least one.

    Args:
        pattern: For `re`, over text.
        flags: As for `re.compile`; case never counts here.

    Returns:
        The most telling first; empty when nothing is known.
    """
    return _candidates(list(_parse(pattern, flags)), _UNKNOWN, _UNKNOWN)[:_MOST_SETS]


def alternatives(pattern: str) -> list[str]:
    """Return what stands between the outermost bars of a pattern."""
    depth, found = 0, [""]
    for sign in _SYNTAX.findall(pattern):
        depth += (sign == "(") - (sign == ")")
        if depth == 0 and sign == "|":
            found.append("")
        else:
            found[-1] += sign
    return found


def _needs(nodes: Sequence[Node], before: str = _UNKNOWN, after: str = _UNKNOWN) -> frozenset[Part] | None:
    """Return what a sequence needs: what its most telling stretch or node does."""
    return next(iter(_candidates(nodes, before, after)), None)


def _candidates(nodes: Sequence[Node], before: str, after: str) -> list[frozenset[Part]]:
    found = (*_of_stretches(nodes, before, after), *_of_nodes(nodes, before, after))
    return sorted(dict.fromkeys(filter(None, found)), key=_worth, reverse=True)


def _worth(parts: frozenset[Part]) -> tuple[float, int]:
    return min(map(_rarity, parts)), -len(parts)


def _rarity(part: Part) -> float:
    if part.text in _COMMON:
        return 0.5
    return min(len(part.text), 6) + part.begins + part.ends


def _of_stretches(nodes: Sequence[Node], before: str, after: str) -> Iterator[frozenset[Part] | None]:
    """Yield what each stretch needs of which all forms are known."""
    forms: Forms = frozenset({before})
    for node in nodes:
        more = _forms(node)
        if more is None or len(forms) * len(more) > _MOST_FORMS:
            yield _parts_of(f"{form}{_UNKNOWN}" for form in forms)
            forms = frozenset({_UNKNOWN}) if more is None else frozenset(_UNKNOWN + form for form in more)
        else:
            forms = frozenset(map("".join, product(forms, more)))
    yield _parts_of(form + after for form in forms)


def _of_nodes(nodes: Sequence[Node], before: str, after: str) -> Iterator[frozenset[Part] | None]:
    """Yield what each node needs that has other nodes in it."""
    for n, (op, value) in enumerate(nodes):
        left = before if n == 0 else _edge(nodes[n - 1])
        right = after if n + 1 == len(nodes) else _edge(nodes[n + 1])
        match str(op):
            case "SUBPATTERN":
                yield _needs(list(value[-1]), left, right)
            case "BRANCH":
                each = [_needs(list(branch), left, right) for branch in value[1]]
                yield None if None in each else frozenset().union(*filter(None, each))
            case "MAX_REPEAT" | "MIN_REPEAT" if value[0] > 0:
                yield _needs(list(value[2]))
            case _:
                pass


def _edge(node: Node) -> str:
    forms = _forms(node)
    return _EDGE if forms and all(form and not form.strip(f"{_EDGE} ") for form in forms) else _UNKNOWN


def _parts_of(forms: Iterable[str]) -> frozenset[Part] | None:
    """Return the most telling part of each form; None when one has none."""
    parts = [max(_tokens(form), key=_rarity, default=None) for form in forms]
    return None if None in parts else frozenset(part for part in parts if part is not None)


def _tokens(form: str) -> Iterator[Part]:
    for token in _FORM_TOKEN.finditer(form):
        is_sign = not token[0][0].isalnum() and token[0][0] != "_"
        near = form[token.start() - 1], form[token.end()]  # forms begin and end with a mark
        if all(char.isascii() or not char.isalnum() for char in near):
            begins, ends = (is_sign or char != _UNKNOWN for char in near)
            yield Part(token[0], begins, ends)


def _forms(node: Node) -> Forms | None:
    """Return every form that a node matches, white space as one blank; None when they cannot be listed."""
    op, value = node
    read = _READERS.get(str(op))
    return None if read is None else read(value)


def _of_class(items: Sequence[Node]) -> Forms | None:
    kinds = {str(op) for op, _ in items}
    if kinds == {"LITERAL"} and len(items) <= _MOST_OF_CLASS:
        return frozenset(chr(value).lower() for _, value in items)
    blank = {"CATEGORY_SPACE", "CATEGORY_NOT_WORD"}
    return frozenset({" "}) if kinds == {"CATEGORY"} and {str(v) for _, v in items} <= blank else None


def _in_a_row(each: Sequence[Forms | None]) -> Forms | None:
    start: Forms | None = frozenset({""})
    return reduce(_joined, each, start)


def _joined(one: Forms | None, other: Forms | None) -> Forms | None:
    if one is None or other is None or len(one) * len(other) > _MOST_FORMS:
        return None
    return frozenset(map("".join, product(one, other)))


def _one_of(each: Sequence[Forms | None]) -> Forms | None:
    return None if None in each else frozenset().union(*filter(None, each))


def _repeated(value: tuple[int, int, Any]) -> Forms | None:
    fewest, most, inner = value
    forms = _in_a_row([_forms(node) for node in inner])
    if forms is None:
        return None
    if forms == {" "}:
        return forms if fewest else forms | {""}
    return forms | ({""} if fewest == 0 else set()) if most == 1 else None


_READERS: dict[str, Callable[[Any], Forms | None]] = {
    "LITERAL": lambda code: frozenset({chr(code).lower()}),
    "AT": lambda place: frozenset({_EDGE if str(place) in _EDGES else _UNKNOWN}),
    "ASSERT": lambda _: frozenset({_UNKNOWN}),
    "ASSERT_NOT": lambda _: frozenset({_UNKNOWN}),
    "IN": _of_class,
    "SUBPATTERN": lambda value: _in_a_row([_forms(inner) for inner in value[-1]]),
    "BRANCH": lambda value: _one_of([_in_a_row([_forms(inner) for inner in one]) for one in value[1]]),
    "MAX_REPEAT": _repeated,
    "MIN_REPEAT": _repeated,
}


class _Table:
    """Which parts belong to which sets; a set is one bit."""

    def __init__(self) -> None:
        self.count = 0
        self.whole: dict[str, int] = {}
        self.first: dict[str, int] = {}
        self.last: dict[str, int] = {}
        self.within: dict[str, int] = {}

    def add(self, parts: frozenset[Part]) -> int:
        bit = 1 << self.count
        self.count += 1
        for part in parts:
            table = self._where(part)
            table[part.text] = table.get(part.text, 0) | bit
        return bit

    def _where(self, part: Part) -> dict[str, int]:
        if part.begins:
            return self.whole if part.ends else self.first
        return self.last if part.ends else self.within

    def of(self, word: str) -> int:
        found = self.whole.get(word, 0)
        for n in range(1, len(word) + 1):
            found |= self.first.get(word[:n], 0) | self.last.get(word[-n:], 0)
        for part, bits in self.within.items():
            if part in word:
                found |= bits
        return found


_TABLE = _Table()
_WORD = re.compile(r"\w+|[^\w\s]")
_SAME_LETTERS = str.maketrans({"\u0130": "i", "\u0131": "i", "\u017f": "s", "\u212a": "k"})
"""What `re` takes for an ASCII letter when case does not count."""
_MOST_LETTERS = 64
_SHORT_CHARS = 1_000


@lru_cache(maxsize=16_384)
def _bits_of_word(word: str) -> int:
    return _TABLE.of(word)


def _bits(text: str) -> int:
    """Return one bit for every set of which something is in `text`."""
    return (_bits_of_short if len(text) <= _SHORT_CHARS else _bits_of_long)(text)


def _read_bits(text: str) -> int:
    plain = text if text.isascii() else text.translate(_SAME_LETTERS)
    found = 0
    for word in set(_WORD.findall(plain.lower())):
        found |= _bits_of_word(word) if len(word) <= _MOST_LETTERS else _TABLE.of(word)
    return found


@dataclass(frozen=True, slots=True)
class _Alternative:
    compiled: re.Pattern[str]
    bits: int
    """Those of all that it needs."""


_bits_of_short = lru_cache(maxsize=16_384)(_read_bits)
_bits_of_long = lru_cache(maxsize=64)(_read_bits)


class Cue:
    """A pattern of which only those alternatives are searched for that a text can hold.

    Args:
        patterns: Alternatives, each of which may have others in it; without named groups, or exactly one
            that is not to be taken apart.
        flags: Case does not count unless others are given.
    """

    __slots__ = ("_alternatives", "_whole", "pattern")

    def __init__(self, *patterns: str, flags: int = re.IGNORECASE) -> None:
        self.pattern = "|".join(patterns)
        self._whole = re.compile(self.pattern, flags)
        each = [self.pattern] if "(?P<" in self.pattern else alternatives(self.pattern)
        self._alternatives = [_Alternative(re.compile(one, flags), _bits_of(one, flags)) for one in each]

    def search(self, text: str) -> re.Match[str] | None:
        """Return the first match, as `re.Pattern.search` of the whole pattern does."""
        here = _bits(text)
        first: re.Match[str] | None = None
        for one in self._alternatives:
            if one.bits & here == one.bits:
                found = one.compiled.search(text)
                if found and (first is None or found.start() < first.start()):
                    first = found
        return first

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Return all matches, as `re.Pattern.finditer` does."""
        return self._whole.finditer(text) if self.search(text) else iter(())


def _bits_of(pattern: str, flags: int) -> int:
    _bits_of_word.cache_clear()
    _bits_of_short.cache_clear()
    _bits_of_long.cache_clear()
    return reduce(or_, map(_TABLE.add, needed(pattern, flags)), 0)
