"""Repetition found without a model: equal alerts, equal log lines, equal chatter, by their shape."""

import re
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.incident.digest import Pattern
from bot.incident.fields import Field, fields_of, without_lead
from bot.incident.marks import Kind, kind_of
from bot.incident.messages import AuthorKind, Message
from bot.incident.sentences import is_log_line
from bot.incident.templates import Shape, Value, common_shapes, shape_of

FEWEST = 3
"""What stands at least this often is repetition."""

FEWEST_SAID = 8
"""Of what people say the same, when the words are not quite equal."""

EXAMPLE_CHARS = 1_200
_REFUSED = re.compile(
    r"denied|forbidden|unauthori[sz]ed|not authori[sz]ed|privilege|permission", re.IGNORECASE
)
_CHATTER_WORDS = 4
_TABLE_ROWS = 24
_LISTED_COUNTS = 8
_WHOLE_CHARS = 4_000
_FENCE = "`"
_PASTES = "pastes"
_PEOPLE, _PROSE, _LINES, _BOT_LINES, _FIELDS = "people", "prose", "lines", "lines of bots", "fields"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A message or one of its lines.

    Attributes:
        source: Who wrote it: only texts of one source are compared.
        text: Exact words of the message.
        line: The whole line, of which `text` may be a part; empty for a message.
    """

    message: Message
    source: Hashable
    text: str
    shape: Shape
    line: str = ""


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


def shapes_of(patterns: Iterable[Pattern]) -> frozenset[str]:
    """Return the shapes of what is known to repeat."""
    keys = [shape_of(pattern.example).key for pattern in patterns]
    return frozenset(keys) | frozenset(map(_spoken, keys))


def repetition(messages: Sequence[Message], *, known: Collection[str] = ()) -> Repetition:
    """Find what repeats.

    Whole messages are compared first; of those that are unlike any other their lines.

    Args:
        messages: In the order of the incident.
        known: Shapes of which one more is repetition, as `shapes_of` gives them.
    """
    wholes = _repeated([unit for message in messages for unit in _whole(message)], known)
    told = frozenset(unit.message.id for units in wholes for unit in units)
    rest = [message for message in messages if message.id not in told]
    lines = _repeated([unit for message in rest for unit in _lines(message)], known)
    within = _known(rest, lines)
    empty = frozenset(m.id for m in rest if all(line in within[m.id] for line in lines_of(m.text)))
    patterns = [_pattern(units) for units in (*wholes, *lines)]
    return Repetition(patterns=tuple(patterns), ids=told | empty, lines=within)


def _known(messages: Iterable[Message], groups: Iterable[Sequence[Unit]]) -> dict[str, frozenset[str]]:
    """Return the lines of each message that stand in a pattern; labels count as such."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for units in groups:
        for unit in units:
            found[unit.message.id].add(unit.line)
    for message in messages:
        if message.author.kind is AuthorKind.BOT:
            found[message.id].update(line for line in lines_of(message.text) if fields_of(line))
    return {message.id: frozenset(found[message.id]) for message in messages}


def lines_of(text: str) -> Iterator[str]:
    """Return the lines that hold a letter or a figure, without blanks and fences around them."""
    for line in text.splitlines():
        bare = line.strip().strip(_FENCE).strip()
        if any(char.isalnum() for char in bare):
            yield bare


def _whole(message: Message) -> Iterator[Unit]:
    if not 0 < len(message.text) <= _WHOLE_CHARS:
        return
    is_bot = message.author.kind is AuthorKind.BOT
    shape = shape_of(message.text)
    if is_bot:
        yield Unit(message=message, source=("bot", message.author.name), text=message.text, shape=shape)
    else:
        said = Shape(key=_spoken(shape.key), values=shape.values)
        source = _PASTES if _FENCE * 3 in message.text else _PEOPLE
        yield Unit(message=message, source=source, text=message.text, shape=said)


def _lines(message: Message) -> Iterator[Unit]:
    is_bot = message.author.kind is AuthorKind.BOT
    prose = _LINES if _FENCE * 3 in message.text else _PROSE
    for line in lines_of(message.text):
        fields = fields_of(line) if is_bot else ()
        yield from (_label(message, line, field) for field in fields)
        if not fields:
            text = without_lead(line) if is_bot else line
            source = _BOT_LINES if is_bot else _LINES if is_log_line(line) else prose
            yield Unit(message=message, source=source, text=text, shape=shape_of(text), line=line)


def _label(message: Message, line: str, field: Field) -> Unit:
    kind = kind_of(field.value)
    value = Value(text=field.value, kind=Kind.FIGURE if kind is None or kind > Kind.COUNT else kind)
    shape = Shape(key=field.name, values=(value,))
    return Unit(message=message, source=_FIELDS, text=field.text, shape=shape, line=line)


def _spoken(key: str) -> str:
    """Chatter is the same in capitals and with another mark at its end; a whole sentence is itself alone."""
    return key.casefold().strip(" .!?") if key.count(" ") < _CHATTER_WORDS else key


def _repeated(units: Sequence[Unit], known: Collection[str]) -> list[list[Unit]]:
    """Group units of one shape; then, of what is left, of one shape but for a name; then for any names."""
    groups, rest = _grouped(units, known)
    for widen in (_with_names, _with_names, _without_names):
        more, rest = _grouped(widen(rest), known)
        groups += more
    return groups


def _grouped(units: Sequence[Unit], known: Collection[str]) -> tuple[list[list[Unit]], list[Unit]]:
    """Return what stands often enough, by shape, and the rest."""
    groups: defaultdict[tuple[Hashable, str], list[Unit]] = defaultdict(list)
    for unit in units:
        groups[unit.source, unit.shape.key].append(unit)
    often = [group for (_, key), group in groups.items() if key in known or _is_repetition(group)]
    told = frozenset(id(group) for group in often)
    return often, [unit for group in groups.values() if id(group) not in told for unit in group]


def _is_repetition(group: Sequence[Unit]) -> bool:
    """What people write in other words each time is a habit only when it is frequent."""
    if len(group) < FEWEST:
        return False
    is_prose = group[0].source in {_PEOPLE, _PROSE} or _is_pasted_refusal(group[0])
    return not is_prose or len(group) >= FEWEST_SAID or len({unit.shape.values for unit in group}) == 1


def _is_pasted_refusal(unit: Unit) -> bool:
    """Who was refused what decides much: a few refusals that people paste stand word for word."""
    return unit.source in {_LINES, _PASTES} and _REFUSED.search(unit.text) is not None


def _without_names(units: Sequence[Unit]) -> list[Unit]:
    """Take all names out of what monitors wrote."""
    return [
        replace(unit, shape=shape_of(unit.text, most=Kind.WORD)) if unit.source == _BOT_LINES else unit
        for unit in units
    ]


def _with_names(units: Sequence[Unit]) -> list[Unit]:
    keys: defaultdict[Hashable, dict[str, None]] = defaultdict(dict)
    for unit in units:
        if unit.source not in {_PEOPLE, _PROSE, _FIELDS}:
            keys[unit.source].setdefault(unit.shape.key)
    common = common_shapes(keys)
    return [
        replace(unit, shape=hole.widened(unit.shape))
        if (hole := common.get((unit.source, unit.shape.key)))
        else unit
        for unit in units
    ]


def _pattern(units: Sequence[Unit]) -> Pattern:
    first, last = units[0].message, units[-1].message
    ids = tuple(dict.fromkeys(unit.message.id for unit in units))
    holes = _varying([unit.shape.values for unit in units])
    is_table = bool(holes) and len(ids) == len(units) <= _TABLE_ROWS and units[0].source != _FIELDS
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
        counts = [span_of(counts)]
    return (*strict, *counts)


def _named(value: Value, message_id: str) -> str:
    """A name among many that repeat is what a reader looks for: it says where it stands."""
    return f"{value.text} ({message_id})" if value.kind is Kind.WORD else value.text


def span_of(counts: Sequence[str]) -> str:
    """Return the smallest and the largest of some plain numbers."""
    return f"{min(counts, key=float)}..{max(counts, key=float)}"
