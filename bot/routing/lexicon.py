"""The phrases and shapes that decide, and how they are found in a text: in one pass, longest phrase first."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

_RUN = re.compile(r"[A-Za-z0-9]+")
_PART = re.compile(
    r"[A-Z]{2,}s(?![a-zA-Z])"  # ACLs
    r"|[A-Z]{2,}v[0-9]+"  # IMDSv2
    r"|[A-Z]{2,}(?=[A-Z][a-z])"  # IAM in IAMRole
    r"|[A-Z]?[a-z]+[0-9]*"
    r"|[A-Z]+[0-9]*"
    r"|[0-9]+"
)

_LONGEST_NAME = 64
"""Characters that stand together; longer ones are pastes, which are not worth remembering."""
_ALIAS = re.compile(r"\[[a-z_]{1,40}:\d{1,6}\]")
"""What redaction leaves: its words are ours, not the author's."""

_PASSED_OVER = frozenset(
    {"the", "a", "an", "this", "that", "its", "my", "our", "your", "their", "any", "same"}
)

Phrase = tuple[str, ...]
"""Stemmed words, in their order."""


class Role(StrEnum):
    """What a signal says about the text it stands in; `signals.toml` explains them."""

    POLICY = "policy"
    ACCESS = "access"
    VENDOR = "vendor"
    FOREIGN = "foreign"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One phrase or shape, as `signals.toml` has it.

    Attributes:
        name: The phrase, stemmed, or the shape's name: what tells two signals apart.
        weight: How strongly it speaks, in logits.
        is_shared: Other vendors use the same words.
    """

    name: str
    domain: str
    role: Role
    weight: float
    is_shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A form of machine text, such as an ARN.

    Attributes:
        needs: What a text must contain to be worth a closer look.
    """

    needs: str
    pattern: re.Pattern[str]
    signal: Signal


class Hit(NamedTuple):
    """A signal found in a text; a tuple, since there are many of them.

    Attributes:
        start: Where its words begin, in characters.
        end: Where they end.
    """

    signal: Signal
    start: int
    end: int


Word = tuple[str, int, int]
"""A stemmed word, where it begins and where it ends."""


@dataclass(frozen=True, slots=True)
class Found:
    """What stands in a text.

    Attributes:
        hits: Signals: shapes first, then phrases outside of them, in their order.
        words: All words outside of shapes that count, in their order.
    """

    hits: tuple[Hit, ...]
    words: tuple[Word, ...]


class Lexicon:
    """Finds signals in texts.

    Args:
        phrases: Signals by their stemmed words.
        shapes: Forms of machine text; the first that fits a place wins.
    """

    def __init__(self, phrases: Mapping[Phrase, Signal], shapes: Sequence[Shape]) -> None:
        self._phrases = dict(phrases)
        self._known = frozenset(word for phrase in phrases for word in phrase)
        self._parts = lru_cache(maxsize=20_000)(self._split)
        self._shapes = tuple(shapes)
        self._lengths = _lengths(phrases)

    def find(self, text: str) -> Found:
        """Return what stands in `text`; what redaction put there is nobody's word."""
        text = _ALIAS.sub(_blank, text) if "[" in text else text
        hits: list[Hit] = []
        for shape in self._shapes:
            if shape.needs in text and (found := list(shape.pattern.finditer(text))):
                hits += [Hit(signal=shape.signal, start=one.start(), end=one.end()) for one in found]
                text = shape.pattern.sub(_blank, text)
        words = tuple(self._words(text))
        return Found(hits=(*hits, *self._phrases_in(words)), words=words)

    def _words(self, text: str) -> Iterator[Word]:
        for run in _RUN.finditer(text):
            parts = self._parts if run.end() - run.start() <= _LONGEST_NAME else self._split
            for word, start, end in parts(run[0]):
                if word not in _PASSED_OVER:
                    yield word, run.start() + start, run.start() + end

    def _phrases_in(self, found: Sequence[Word]) -> Iterator[Hit]:
        words = tuple(word for word, _, _ in found)
        taken = 0
        for position, word in enumerate(words):
            lengths = self._lengths.get(word)
            if lengths and position >= taken and (length := self._length(words, position, lengths)):
                taken = position + length
                signal = self._phrases[words[position:taken]]
                yield Hit(signal=signal, start=found[position][1], end=found[taken - 1][2])

    def _length(self, words: Phrase, position: int, lengths: Sequence[int]) -> int:
        """Return how long the longest phrase at this place is; 0 when none is there."""
        for length in lengths:
            if words[position : position + length] in self._phrases:
                return min(length, len(words) - position)
        return 0

    def _split(self, run: str) -> tuple[Word, ...]:
        """Split letters that stand together, unless they are a name we know: MinIO, but Access-Denied."""
        whole = stem(run)
        if whole in self._known:
            return ((whole, 0, len(run)),)
        return tuple((stem(part[0]), part.start(), part.end()) for part in _PART.finditer(run))


def _lengths(phrases: Iterable[Phrase]) -> dict[str, tuple[int, ...]]:
    """Return the lengths of the phrases by their first word, longest first."""
    lengths: dict[str, set[int]] = defaultdict(set)
    for phrase in phrases:
        lengths[phrase[0]].add(len(phrase))
    return {word: tuple(sorted(found, reverse=True)) for word, found in lengths.items()}


def stem(word: str) -> str:
    """Return a word without case and English plural, so that `Policies` and `policy` are one."""
    word = word.lower()
    if word.endswith("ies") and len(word) > len("ties"):
        return word[:-3] + "y"
    if word.endswith("s") and len(word) > len("its") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def phrase_of(text: str) -> Phrase:
    """Return the stemmed words of a lower-case text that count."""
    return tuple(word for word in map(stem, _RUN.findall(text)) if word not in _PASSED_OVER)


def _blank(found: re.Match[str]) -> str:
    """Return a word of the same length that is in no phrase, so that none reaches across the place."""
    return "0" * len(found[0])


@lru_cache(maxsize=1)
def shipped() -> Lexicon:
    """Return the lexicon of `signals.toml` and `shapes.toml`, read once."""
    folder = files("bot.routing")
    return parse(
        "\n".join(folder.joinpath(f"{name}.toml").read_text("utf-8") for name in ("signals", "shapes"))
    )


def parse(text: str) -> Lexicon:
    """Return the lexicon that a TOML text describes; a phrase listed twice keeps its first place.

    Raises:
        KeyError: A group or shape lacks a field.
        ValueError: It is no TOML, or a role is unknown.
    """
    data = tomllib.loads(text)
    phrases: dict[Phrase, Signal] = {}
    for group in data["group"]:
        for words in group["words"].split(","):
            phrase = phrase_of(words)
            phrases.setdefault(phrase, _signal(group, " ".join(phrase)))
    return Lexicon(phrases, [_shape(entry) for entry in data["shape"]])


def _signal(entry: Mapping[str, Any], name: str) -> Signal:
    return Signal(
        name=name,
        domain=entry["domain"],
        role=Role(entry["role"]),
        weight=entry["weight"],
        is_shared=entry.get("is_shared", False),
    )


def _shape(entry: Mapping[str, Any]) -> Shape:
    return Shape(
        needs=entry["needs"], pattern=re.compile(entry["pattern"]), signal=_signal(entry, entry["name"])
    )
