"""Several folds become one, without a look at their messages and without losing a word."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from bot.incident.check import DECIDING
from bot.incident.digest import Chunk, Folder, Note, Pattern
from bot.incident.marks import Kind, kind_of
from bot.incident.repetition import span_of
from bot.incident.templates import shape_of

_SPAN = re.compile(r"([+-]?\d+(?:\.\d+)?)\.\.([+-]?\d+(?:\.\d+)?)")
_NAMED = re.compile(r" \(m\d+\)$")
_LISTED = 8


def merged(chunks: Sequence[Chunk]) -> Chunk:
    """Return one chunk that holds all that `chunks` hold.

    Patterns of one shape become one, and notes that turned out to be of such a shape go into it, unless they
    state something that decides.
    """
    groups: defaultdict[str, list[Pattern]] = defaultdict(list)
    for pattern in (pattern for chunk in chunks for pattern in chunk.patterns):
        groups[shape_of(pattern.example).key].append(pattern)
    notes = [note for chunk in chunks for note in chunk.notes]
    alike = [note for note in notes if _is_alike(note, groups)]
    for note in alike:
        groups[shape_of(note.quote).key].append(_pattern(note))
    told = frozenset(id(note) for note in alike)
    return Chunk(
        ids=tuple(i for chunk in chunks for i in chunk.ids),
        prints=tuple(p for chunk in chunks for p in chunk.prints),
        notes=tuple(note for note in notes if id(note) not in told),
        patterns=tuple(
            _one(sorted(group, key=lambda pattern: pattern.first_at)) for group in groups.values()
        ),
        carried=tuple(carried for chunk in chunks for carried in chunk.carried),
        by=Folder.CLAUDE if any(chunk.by is Folder.CLAUDE for chunk in chunks) else Folder.CODE,
        left_out=sum(chunk.left_out for chunk in chunks),
        shortened=sum(chunk.shortened for chunk in chunks),
        raw_tokens=sum(c.raw_tokens for c in chunks) if all(c.raw_tokens for c in chunks) else 0,
    )


def _is_alike(note: Note, groups: dict[str, list[Pattern]]) -> bool:
    is_plain = note.kind not in DECIDING and not note.text and len(note.cites) == 1
    return is_plain and bool(note.quote) and shape_of(note.quote).key in groups


def _pattern(note: Note) -> Pattern:
    message_id = note.cites[0]
    return Pattern(
        example_id=message_id, example=note.quote, count=1, ids=(message_id,),
        first_id=message_id, first_at=note.at, last_id=message_id, last_at=note.at,
    )  # fmt: skip


def _one(patterns: Sequence[Pattern]) -> Pattern:
    first, last = patterns[0], max(patterns, key=lambda pattern: pattern.last_at)
    if len(patterns) == 1:
        return first
    return Pattern(
        example_id=first.example_id, example=first.example, count=sum(p.count for p in patterns),
        first_id=first.first_id, first_at=first.first_at, last_id=last.last_id, last_at=last.last_at,
        ids=tuple(dict.fromkeys(i for pattern in patterns for i in pattern.ids)),
        values=_values(patterns),
    )  # fmt: skip


def _values(patterns: Sequence[Pattern]) -> tuple[tuple[str, ...], ...]:
    """Return the distinct values of each place; where places differ, of all together."""
    columns = [columns for pattern in patterns if (columns := _columns(pattern))]
    if len({len(each) for each in columns}) > 1:
        columns = [(tuple(value for column in each for value in column),) for each in columns]
    joined = [tuple(v for part in parts for v in part) for parts in zip(*columns, strict=True)]
    listed = frozenset(value for column in joined for value in column)
    rest = [value for value in _of_examples(patterns) if value not in listed]
    every = [*joined[:-1], (*joined[-1], *rest)] if joined else [tuple(rest)]
    return tuple(tidy for column in every if (tidy := _tidied(column)))


def _columns(pattern: Pattern) -> tuple[tuple[str, ...], ...]:
    return tuple(zip(*pattern.values, strict=True)) if pattern.is_table else pattern.values


def _of_examples(patterns: Sequence[Pattern]) -> Iterable[str]:
    """A value that never varied in one of them stands in its example alone: it is listed from now on."""
    first, *others = (shape_of(pattern.example).values for pattern in patterns)
    own = {value.text for value in first}
    values = (value for other in others for value in other)
    return [value.text for value in values if value.kind is not Kind.MOMENT and value.text not in own]


def _tidied(column: Iterable[str]) -> tuple[str, ...]:
    """Return each value once; of many plain numbers the smallest and the largest."""
    named = {_NAMED.sub("", value): value for value in reversed(list(dict.fromkeys(column)))}
    values = list(reversed(named.values()))
    counts = [end for value in values for end in _ends(value)]
    if len(counts) <= _LISTED and not any(map(_SPAN.fullmatch, values)):
        return tuple(values)
    return (*(value for value in values if not _ends(value)), span_of(counts))


def _ends(value: str) -> tuple[str, ...]:
    """Return a plain number, or the two ends of a span of them; nothing for any other value."""
    match = _SPAN.fullmatch(value)
    if match:
        return match[1], match[2]
    return (value,) if kind_of(value) is Kind.COUNT else ()
