"""Repetition found without a model: equal alerts, equal log lines, equal chatter, by their shape."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.incident.digest import Pattern
from bot.incident.marks import Kind
from bot.incident.messages import AuthorKind, Message
from bot.incident.templates import Shape, Value, common_shapes, shape_of

FEWEST = 3
"""What stands at least this often is repetition."""

EXAMPLE_CHARS = 1_200
_TABLE_ROWS = 24
_LISTED_COUNTS = 8
_WHOLE_CHARS = 4_000
_FENCE = "`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A message or one of its lines.

    Attributes:
        source: Who wrote it: only texts of one source are compared.
        text: Exact words of the message.
    """

    message: Message
    source: Hashable
    text: str
    shape: Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Repetition:
    """What repeats among some messages.

    Attributes:
        ids: Messages that hold nothing else.
        lines: For each other message the repeated lines in it, stripped.
    """

    patterns: tuple[Pattern, ...]
    ids: frozenset[str]
    lines: dict[str, frozenset[str]]


def repetition(messages: Sequence[Message]) -> Repetition:
    """Find what repeats.

    Whole messages are compared first; of those that are unlike any other their lines.
    """
    wholes = _repeated([unit for message in messages for unit in _whole(message)])
    told = frozenset(unit.message.id for units in wholes for unit in units)
    rest = [message for message in messages if message.id not in told]
    lines = _repeated([unit for message in rest for unit in _lines(message)])
    within = _by_message(lines)
    empty = frozenset(m.id for m in rest if all(line in within.get(m.id, ()) for line in lines_of(m.text)))
    patterns = [_pattern(units) for units in (*wholes, *lines)]
    return Repetition(patterns=tuple(patterns), ids=told | empty, lines=within)


def lines_of(text: str) -> Iterator[str]:
    """Return the lines that hold a letter or a figure, without blanks and fences around them."""
    for line in text.splitlines():
        bare = line.strip().strip(_FENCE).strip()
        if any(char.isalnum() for char in bare):
            yield bare


def _by_message(groups: Iterable[Sequence[Unit]]) -> dict[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for units in groups:
        for unit in units:
            found[unit.message.id].add(unit.text)
    return {message_id: frozenset(texts) for message_id, texts in found.items()}


def _whole(message: Message) -> Iterator[Unit]:
    if not 0 < len(message.text) <= _WHOLE_CHARS:
        return
    is_bot = message.author.kind is AuthorKind.BOT
    shape = shape_of(message.text)
    if is_bot:
        yield Unit(message=message, source=("bot", message.author.name), text=message.text, shape=shape)
    else:
        said = Shape(key=shape.key.casefold().strip(" .!?"), values=shape.values)
        yield Unit(message=message, source="people", text=message.text, shape=said)


def _lines(message: Message) -> Iterator[Unit]:
    for line in lines_of(message.text):
        yield Unit(message=message, source="lines", text=line, shape=shape_of(line))


def _repeated(units: Sequence[Unit]) -> list[list[Unit]]:
    """Group units of one shape, and where names vary, of one shape but for a name; most frequent first."""
    for _ in range(2):
        units = _with_names(units)
    groups: defaultdict[tuple[Hashable, str], list[Unit]] = defaultdict(list)
    for unit in units:
        groups[unit.source, unit.shape.key].append(unit)
    return [group for group in groups.values() if len(group) >= FEWEST]


def _with_names(units: Sequence[Unit]) -> list[Unit]:
    keys: defaultdict[Hashable, dict[str, None]] = defaultdict(dict)
    for unit in units:
        if unit.source != "people":
            keys[unit.source].setdefault(unit.shape.key)
    common = common_shapes(keys)
    return [
        Unit(message=unit.message, source=unit.source, text=unit.text, shape=hole.widened(unit.shape))
        if (hole := common.get((unit.source, unit.shape.key)))
        else unit
        for unit in units
    ]


def _pattern(units: Sequence[Unit]) -> Pattern:
    first, last = units[0].message, units[-1].message
    ids = tuple(dict.fromkeys(unit.message.id for unit in units))
    holes = _varying([unit.shape.values for unit in units])
    is_table = bool(holes) and len(ids) == len(units) <= _TABLE_ROWS
    values = _table(units, holes) if is_table else _columns(units, holes)
    return Pattern(
        example_id=first.id, example=units[0].text[:EXAMPLE_CHARS], count=len(units), ids=ids,
        first_id=first.id, first_at=first.at, last_id=last.id, last_at=last.at,
        values=values, is_table=is_table,
    )  # fmt: skip


def _varying(rows: Sequence[Sequence[Value]]) -> list[int]:
    """Return the holes whose values differ and matter; of holes that always agree the first."""
    seen: set[tuple[str, ...]] = set()
    holes: list[int] = []
    for hole, values in enumerate(zip(*rows, strict=True)):
        texts = tuple(value.text for value in values)
        is_moment = all(value.kind is Kind.MOMENT for value in values)
        if len(set(texts)) > 1 and not is_moment and texts not in seen:
            holes.append(hole)
            seen.add(texts)
    return holes


def _table(units: Sequence[Unit], holes: Sequence[int]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(unit.shape.values[hole].text for hole in holes) for unit in units)


def _columns(units: Sequence[Unit], holes: Sequence[int]) -> tuple[tuple[str, ...], ...]:
    """A value is listed once, in the first place where it stands."""
    seen: set[str] = set()
    columns = []
    for hole in holes:
        columns.append(tuple(value for value in _column(units, hole) if value not in seen))
        seen.update(columns[-1])
    return tuple(column for column in columns if column)


def _column(units: Sequence[Unit], hole: int) -> tuple[str, ...]:
    first: dict[Value, str] = {}
    for unit in units:
        first.setdefault(unit.shape.values[hole], unit.message.id)
    counts = [value.text for value in first if value.kind <= Kind.COUNT]
    strict = tuple(_named(value, first[value]) for value in first if value.kind > Kind.COUNT)
    if len(counts) > _LISTED_COUNTS:
        counts = [_span(counts)]
    return (*strict, *counts)


def _named(value: Value, message_id: str) -> str:
    """A name among many that repeat is what a reader looks for: it says where it stands."""
    return f"{value.text} ({message_id})" if value.kind is Kind.WORD else value.text


def _span(counts: Sequence[str]) -> str:
    ordered = sorted(counts, key=_size)
    return f"{ordered[0]}..{ordered[-1]}"


def _size(count: str) -> tuple[float, str]:
    try:
        return float(count.replace(",", "")), count
    except ValueError:
        return 0.0, count
