"""A chunk in which no name and no figure is listed that stands in it already."""

from dataclasses import replace

from bot.incident.check import marks_shown
from bot.incident.digest import Carried, Chunk, Pattern
from bot.incident.marks import marks_of


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
