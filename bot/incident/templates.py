"""The shape of a text: what stays when its numbers and names are taken out."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.incident.entities import listed
from bot.incident.marks import Kind, places

_HOLE = "\x00"
_AROUND = "*_`:,.()[]{}\"'"
_LONGEST_WORDS = 60
_FEWEST_WORDS = 3
_FEWEST_NAMES = 3
"""A word is a name that varies when at least this many different ones stand in its place."""

_STATES = listed(
    """
    firing resolved triggered recovered alarm ok warning warn critical error info debug fatal open opened
    closed acknowledged succeeded failed failure success up down healthy unhealthy degraded started stopped
    added removed enabled disabled true false pass passed
    """
)
"""Words that tell one state from another: texts that differ in them say different things."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """What stands in one place that varies; exact words."""

    text: str
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A text taken apart.

    Attributes:
        key: The text with a hole for each value; equal for texts that differ in numbers and names alone.
        values: What stood in the holes, in order.
    """

    key: str
    values: tuple[Value, ...]


@lru_cache(maxsize=16_384)
def shape_of(text: str, *, most: Kind = Kind.NAME) -> Shape:
    """Take a text apart.

    Args:
        text: Any text.
        most: `Kind.WORD` takes names without a digit out too; by default they stay in the key.
    """
    parts: list[str] = []
    values: list[Value] = []
    at = 0
    for place in places(text):
        if place.kind <= most:
            parts += (text[at : place.start], _HOLE)
            values.append(Value(text=text[place.start : place.end], kind=place.kind))
            at = place.end
    return Shape(key="".join((*parts, text[at:])).replace("`", "").strip(), values=tuple(values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """A word of a key that varies like a name does.

    Attributes:
        key: The key with a hole in its place.
        word: The word that stands there.
        before: How many holes come before it.
    """

    key: str
    word: str
    before: int

    def widened(self, shape: Shape) -> Shape:
        """Return the shape with that word as one of its values."""
        value = Value(text=self.word.strip(_AROUND), kind=Kind.WORD)
        return Shape(key=self.key, values=(*shape.values[: self.before], value, *shape.values[self.before :]))


def common_shapes(shapes: Mapping[Hashable, Iterable[str]]) -> dict[tuple[Hashable, str], Hole]:
    """Find words that vary like names do: keys of one source that differ in a single word.

    Args:
        shapes: Distinct keys by their source; only keys of one source are compared.

    Returns:
        By source and key, for each key that has such a word, the hole.
    """
    return {
        (source, key): _hole(words, place)
        for source, keys in shapes.items()
        for key, (words, place) in _differing_in_one([key.split(" ") for key in keys]).items()
    }


def _hole(words: Sequence[str], place: int) -> Hole:
    return Hole(
        key=" ".join((*words[:place], _HOLE, *words[place + 1 :])),
        word=words[place],
        before=sum(word.count(_HOLE) for word in words[:place]),
    )


def _differing_in_one(keys: Sequence[list[str]]) -> dict[str, tuple[list[str], int]]:
    """Return for each key its words and the place at which most others differ from it in that word alone."""
    groups: defaultdict[tuple[int, int, int], dict[str, list[str]]] = defaultdict(dict)
    for words in keys:
        if _FEWEST_WORDS <= len(words) <= _LONGEST_WORDS:
            for place, rest in _rests(words):
                groups[len(words), place, rest][words[place]] = words
    chosen: dict[str, tuple[list[str], int]] = {}
    for (_, place, _), members in sorted(groups.items(), key=lambda group: -len(group[1])):
        if len(members) >= _FEWEST_NAMES:
            for words in members.values():
                chosen.setdefault(" ".join(words), (words, place))
    return chosen


def _rests(words: Sequence[str]) -> list[tuple[int, int]]:
    """Return each place that may hold a name, with a hash of all other words; linear in their number."""
    hashes = [hash((place, word)) for place, word in enumerate(words)]
    total = sum(hashes)
    return [(place, total - hashes[place]) for place, word in enumerate(words) if _may_vary(word)]


def _may_vary(word: str) -> bool:
    bare = word.strip(_AROUND).lower()
    return any(char.isalpha() for char in bare) and _HOLE not in word and bare not in _STATES
