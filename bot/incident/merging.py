"""Several folds become one, without a look at their messages and without losing a word."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence

from bot.incident.digest import Chunk, Folder, Pattern
from bot.incident.templates import shape_of


def merged(chunks: Sequence[Chunk]) -> Chunk:
    """Return one chunk that holds all that `chunks` hold; patterns of one shape become one."""
    return Chunk(
        ids=tuple(i for chunk in chunks for i in chunk.ids),
        prints=tuple(p for chunk in chunks for p in chunk.prints),
        notes=tuple(note for chunk in chunks for note in chunk.notes),
        patterns=tuple(_patterns(pattern for chunk in chunks for pattern in chunk.patterns)),
        carried=tuple(carried for chunk in chunks for carried in chunk.carried),
        by=Folder.CLAUDE if any(chunk.by is Folder.CLAUDE for chunk in chunks) else Folder.CODE,
    )


def _patterns(patterns: Iterable[Pattern]) -> list[Pattern]:
    groups: defaultdict[Hashable, list[Pattern]] = defaultdict(list)
    for pattern in patterns:
        groups[shape_of(pattern.example).key].append(pattern)
    return [_one(group) for group in groups.values()]


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
    columns = [_columns(pattern) for pattern in patterns]
    if len({len(each) for each in columns}) > 1:
        columns = [(tuple(value for column in each for value in column),) for each in columns]
    joined = (tuple(dict.fromkeys(v for part in parts for v in part)) for parts in zip(*columns, strict=True))
    own = (marks for marks in joined if marks)
    return (*own, *_examples(patterns))


def _columns(pattern: Pattern) -> tuple[tuple[str, ...], ...]:
    return tuple(zip(*pattern.values, strict=True)) if pattern.is_table else pattern.values


def _examples(patterns: Sequence[Pattern]) -> tuple[tuple[str, ...], ...]:
    """A value that never varied in one of them stands in its example alone: it is listed from now on."""
    first, *others = patterns
    own = {value.text for value in shape_of(first.example).values}
    rest = [
        value.text for other in others for value in shape_of(other.example).values if value.text not in own
    ]
    return (tuple(dict.fromkeys(rest)),) if rest else ()
