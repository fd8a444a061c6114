"""Whether a fold lost anything; code answers, whoever folded.

Every identifier and figure of the folded messages must stand word for word in the chunk, and every decision,
denial, ruled-out belief and open question must be told by a note or stand in a pattern.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from bot.incident.digest import Carried, Chunk, Note
from bot.incident.facts import Fact, FactKind, Facts
from bot.incident.marks import marks_of
from bot.incident.messages import Message
from bot.incident.templates import shape_of

DECIDING = (FactKind.DECISION, FactKind.DENIAL, FactKind.RULED_OUT, FactKind.QUESTION)
"""Statements that no fold may lose."""


def missing(chunk: Chunk, messages: Iterable[Message], facts: Facts) -> frozenset[str]:
    """Return what the folded messages state and the chunk does not.

    Args:
        chunk: What stands for them.
        messages: Any messages; only those with an id of the chunk count.
        facts: What code extracted from the incident.

    Returns:
        Marks, and texts of statements; empty when nothing is lost.
    """
    folded = _folded(chunk, messages)
    lost = {mark for _, marks in _lost_marks(chunk, folded) for mark in marks}
    return frozenset(lost) | {fact.quote or fact.text for fact in _lost_facts(chunk, facts)}


def completed(chunk: Chunk, messages: Iterable[Message], facts: Facts) -> Chunk:
    """Return the chunk with all that is missing added word for word, and without notes that nothing shows.

    A note goes when it cites no message of the chunk, or its quote does not stand in the first message cited.
    """
    folded = _folded(chunk, messages)
    honest = replace(chunk, notes=tuple(_honest(chunk.notes, folded)))
    authors = {message.id: message.author.name for message in folded}
    added = tuple(_as_note(fact, authors) for fact in _lost_facts(honest, facts) if fact.cites[0] in authors)
    told = replace(honest, notes=(*honest.notes, *added))
    carried = tuple(Carried(id=message_id, words=marks) for message_id, marks in _lost_marks(told, folded))
    return replace(told, carried=(*told.carried, *carried))


def _folded(chunk: Chunk, messages: Iterable[Message]) -> list[Message]:
    ids = frozenset(chunk.ids)
    return [message for message in messages if message.id in ids]


def _honest(notes: Iterable[Note], messages: Sequence[Message]) -> Iterator[Note]:
    texts = {message.id: message.text for message in messages}
    for note in notes:
        words = texts.get(note.cites[0]) if note.cites else None
        if words is not None and note.quote in words:
            yield note


def _as_note(fact: Fact, authors: dict[str, str]) -> Note:
    text = "" if fact.quote else fact.text
    who = authors[fact.cites[0]]
    return Note(kind=fact.kind, at=fact.at, text=text, cites=fact.cites, quote=fact.quote, who=who)


def _lost_marks(chunk: Chunk, messages: Iterable[Message]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each message that has marks which stand nowhere in the chunk, with them; each mark once."""
    shown = words_of(chunk)
    for message in messages:
        lost = sorted(marks_of(message.text) - shown, key=message.text.find)
        if lost:
            shown.update(lost)
            yield message.id, tuple(lost)


def words_of(chunk: Chunk) -> set[str]:
    """Return every mark that stands in a chunk."""
    texts = [note.quote for note in chunk.notes] + [note.text for note in chunk.notes]
    texts += [pattern.example for pattern in chunk.patterns]
    values = {value for pattern in chunk.patterns for column in pattern.values for value in column}
    values.update(word for carried in chunk.carried for word in carried.words)
    return values.union(*map(marks_of, texts), *map(marks_of, values))


def _lost_facts(chunk: Chunk, facts: Facts) -> list[Fact]:
    ids = frozenset(chunk.ids)
    asked = [fact for fact in facts.of(*DECIDING) if fact.cites[0] in ids]
    told = _told(chunk)
    patterns = _patterns(chunk)
    return [fact for fact in asked if not _is_told(fact, told) and not _is_in_pattern(fact, patterns)]


def _told(chunk: Chunk) -> dict[str, list[Note]]:
    told: defaultdict[str, list[Note]] = defaultdict(list)
    for note in chunk.notes:
        for message_id in note.cites:
            told[message_id].append(note)
    return told


def _is_told(fact: Fact, told: dict[str, list[Note]]) -> bool:
    words = fact.quote or fact.text
    notes = told.get(fact.cites[0], [])
    return any(note.kind is fact.kind or words in note.quote or words in note.text for note in notes)


def _patterns(chunk: Chunk) -> dict[str, list[str]]:
    """Return by message the shapes of the patterns in which it stands."""
    shapes: defaultdict[str, list[str]] = defaultdict(list)
    for pattern in chunk.patterns:
        key = _key(pattern.example)
        for message_id in pattern.ids:
            shapes[message_id].append(key)
    return shapes


def _is_in_pattern(fact: Fact, patterns: dict[str, list[str]]) -> bool:
    shapes = patterns.get(fact.cites[0], [])
    return bool(shapes) and any(_key(fact.quote or fact.text) in shape for shape in shapes)


def _key(text: str) -> str:
    return shape_of(text).key.casefold()
