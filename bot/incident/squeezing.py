"""A fold that is still too large gives up words: the weakest first, and of those the oldest.

What goes is counted. What decides, clears, refuses or asks stays word for word, and so do changes, alerts,
impact and actions; every name and figure of what goes stays with the id of a message that holds it.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from bot.incident.check import filled, marks_shown
from bot.incident.digest import Carried, Chunk, Note, Pattern
from bot.incident.facts import Fact, FactKind, Facts
from bot.incident.marks import marks_of
from bot.incident.messages import AuthorKind, Message
from bot.incident.sizes import estimate_tokens
from bot.incident.telling import sentences_told

_HEAD_TOKENS = 20
"""About what a note or a pattern costs beside its words."""
_FEW = 8
"""A pattern that stands less often tells little by its count."""
_BEGINNING_CHARS = 60
_BRIEF_CHARS = 90
_QUOTED_CHARS = 80


class Weight(IntEnum):
    """How much is lost when the words of something go; the lightest goes first."""

    REMARK = 0
    """It names nothing: small talk, a habit."""
    BOT = 1
    """A bot's message that was found to say nothing of the incident."""
    TALK = 2
    """A person's sentence that names something."""
    RARE = 3
    """Something that was repeated a few times, with names and figures."""
    FREQUENT = 4
    """Something that was repeated often."""
    BRIEF = 5
    """A short message of a person who looked at something."""
    MEASURED = 6
    """A bot's message of which others speak."""
    FOUND = 7
    """What a person found, told at length: the evidence of most chains. Its beginning stays, to be quoted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unit:
    """Something that may go: a note or a pattern, by its place in the chunk."""

    weight: Weight
    order: int
    item: Note | Pattern


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    bots: frozenset[str]
    chars: dict[str, int]
    facts: dict[str, list[Fact]]


def squeezed(
    chunk: Chunk,
    messages: Sequence[Message],
    facts: Facts,
    *,
    excess_tokens: int,
    must_tokens: int,
    least_tokens: int = 1,
) -> Chunk:
    """Return a chunk that is smaller by about `excess_tokens`, as far as nothing that counts is lost.

    Args:
        chunk: Any fold.
        messages: At least all that it stands for.
        facts: What code extracted from the incident.
        excess_tokens: How much had better go.
        must_tokens: How much must go, at most as much: only for this are findings of people given up.
        least_tokens: The very same chunk is returned where not even so much would go.
    """
    lean, known = tidied(chunk), _known(messages, facts)
    weakest = list(_weakest(lean, known, better=excess_tokens, must=must_tokens))
    if sum(saved for _, saved in weakest) < least_tokens:
        return chunk
    gone = {id(unit.item): unit for unit, _ in weakest}
    notes = [note for each in lean.notes for note in _left(each, gone.get(id(each)))]
    patterns = tuple(pattern for pattern in lean.patterns if id(pattern) not in gone)
    less = replace(lean, notes=tuple(notes), patterns=patterns, shortened=chunk.shortened + len(gone))
    cited = {one for unit in gone.values() for one in _cited(unit.item)}
    return filled(less, (message for message in messages if message.id in cited), facts)


def tidied(chunk: Chunk) -> Chunk:
    """Return the chunk without repeats in what varied and in what is carried.

    A row of a table is left as it is: it tells which values belong to which message.
    """
    shown = {mark for note in chunk.notes for mark in marks_shown(note)}
    shown.update(mark for pattern in chunk.patterns for mark in marks_of(pattern.example))
    shown.update(v for p in chunk.patterns if p.is_table for row in p.values for v in row)
    patterns = []
    for pattern in chunk.patterns:
        patterns.append(pattern if pattern.is_table else _without(pattern, shown))
        shown.update(marks_shown(patterns[-1]))
    carried = [left for each in chunk.carried if (left := _unshown(each, shown)).words]
    return replace(chunk, patterns=tuple(patterns), carried=tuple(carried))


def _without(pattern: Pattern, shown: set[str]) -> Pattern:
    columns = (tuple(value for value in column if value not in shown) for column in pattern.values)
    return replace(pattern, values=tuple(column for column in columns if column))


def _unshown(carried: Carried, shown: set[str]) -> Carried:
    left = tuple(dict.fromkeys(word for word in carried.words if word not in shown))
    shown.update(left)
    return replace(carried, words=left)


def _cited(item: Note | Pattern) -> tuple[str, ...]:
    return item.cites if isinstance(item, Note) else item.ids


def _known(messages: Sequence[Message], facts: Facts) -> _Known:
    by_message: defaultdict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        by_message[fact.cites[0]].append(fact)
    bots = frozenset(message.id for message in messages if message.author.kind is AuthorKind.BOT)
    chars = {message.id: len(message.text) for message in messages}
    return _Known(bots=bots, chars=chars, facts=by_message)


def _weakest(chunk: Chunk, known: _Known, *, better: int, must: int) -> Iterator[tuple[_Unit, int]]:
    """Yield what goes and how much that saves, until it is enough; names and figures are not saved."""
    units = sorted(_units(chunk, known), key=lambda unit: (unit.weight, unit.order))
    items: tuple[Note | Pattern, ...] = (*chunk.notes, *chunk.patterns)
    shown = Counter(mark for item in items for mark in marks_shown(item))
    done = 0
    for unit in units:
        if done >= (better if unit.weight < Weight.BRIEF else must):
            return
        saved = _saved(unit.item, shown)
        if saved > 0:
            done += saved
            shown.subtract(marks_shown(unit.item))
            yield unit, saved


def _saved(item: Note | Pattern, shown: Counter[str]) -> int:
    words = (item.quote, item.text) if isinstance(item, Note) else (item.example, *_values(item))
    alone = ";".join(mark for mark in marks_shown(item) if shown[mark] == 1)
    return _HEAD_TOKENS + sum(map(estimate_tokens, words)) - estimate_tokens(alone)


def _values(pattern: Pattern) -> Iterator[str]:
    return (";".join(column) for column in pattern.values)


def _units(chunk: Chunk, known: _Known) -> Iterator[_Unit]:
    for order, note in enumerate(chunk.notes):
        if note.kind is FactKind.OBSERVATION and not note.text:
            yield _Unit(weight=_weight(note, known), order=order, item=note)
    for order, pattern in enumerate(chunk.patterns):
        if not _is_telling(pattern, known.facts.get(pattern.example_id, ())):
            yield _Unit(weight=_weight_of(pattern, known.bots), order=order, item=pattern)


def _weight(note: Note, known: _Known) -> Weight:
    is_bot = note.cites[0] in known.bots
    if any(fact.quote and fact.quote in note.quote for fact in known.facts.get(note.cites[0], ())):
        return Weight.MEASURED if is_bot else _weight_of_finding(known.chars.get(note.cites[0], 0))
    if not is_bot and note.quote.endswith(":"):
        return Weight.FOUND
    if not marks_of(note.quote):
        return Weight.REMARK
    return Weight.BOT if is_bot else Weight.TALK


def _weight_of_finding(chars: int) -> Weight:
    return Weight.BRIEF if chars < _BRIEF_CHARS else Weight.FOUND


def _weight_of(pattern: Pattern, bots: Collection[str]) -> Weight:
    if pattern.example_id not in bots and not marks_shown(pattern):
        return Weight.REMARK
    return Weight.RARE if pattern.count < _FEW else Weight.FREQUENT


def _is_telling(pattern: Pattern, facts: Iterable[Fact]) -> bool:
    """A pattern stays whose example states more than that something was looked at."""
    stated = (fact for fact in facts if fact.kind is not FactKind.OBSERVATION and fact.quote)
    return any(
        fact.quote[:_BEGINNING_CHARS] in pattern.example or pattern.example in fact.quote for fact in stated
    )


def _left(note: Note, unit: _Unit | None) -> Iterator[Note]:
    """Yield what stays of a note: all, or the sentences that tell, or else the beginning of a finding."""
    told = sentences_told(note.quote) if unit else ()
    for kind, words in told:
        yield replace(note, kind=kind, quote=words)
    if unit is None:
        yield note
    elif unit.weight is Weight.FOUND and not told:
        yield replace(note, quote=_beginning(note.quote))


def _beginning(quote: str) -> str:
    if len(quote) <= _QUOTED_CHARS:
        return quote
    return quote[:_QUOTED_CHARS].rsplit(" ", 1)[0].rstrip()
