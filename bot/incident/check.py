"""Whether a fold lost anything; code answers, whoever folded.

Every identifier and figure of the folded messages must stand word for word in the chunk, and every decision,
denial, ruled-out belief and open question must be told by a note or stand in a pattern.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from bot.incident.digest import Carried, Chunk, Note, Pattern
from bot.incident.facts import Fact, FactKind, Facts
from bot.incident.marks import marks_of
from bot.incident.messages import Message
from bot.incident.notes import statement_of
from bot.incident.templates import shape_of

DECIDING = (FactKind.DECISION, FactKind.DENIAL, FactKind.RULED_OUT, FactKind.QUESTION)
"""Statements that no fold may lose."""

_JOINT = re.compile(r"[:/=@|,\s]+")

_HABIT = 25
"""What stands at least this often, but for numbers and names, need not be told each time."""


def missing(chunk: Chunk, messages: Iterable[Message], facts: Facts) -> frozenset[str]:
    """Return what the folded messages state and the chunk does not.

    Args:
        chunk: What stands for them.
        messages: Any messages; only those with an id of the chunk count.
        facts: What code extracted from the incident.

    Returns:
        Marks, and the words of statements; empty when nothing is lost.
    """
    folded = _folded(chunk, messages)
    lost = {mark for _, marks in _lost_marks(chunk, folded.values()) for mark in marks}
    return frozenset(lost) | {words or fact.text for fact, words in _lost_facts(chunk, facts, folded)}


def completed(chunk: Chunk, messages: Iterable[Message], facts: Facts) -> Chunk:
    """Return the chunk with all that is missing added word for word, and without notes that nothing shows.

    A note goes when it cites no message of the chunk, or its quote does not stand in the first message cited.
    """
    folded = _folded(chunk, messages)
    honest = replace(chunk, notes=tuple(note for note in chunk.notes if _is_honest(note, folded)))
    added = tuple(_as_note(fact, words, folded) for fact, words in _lost_facts(honest, facts, folded))
    told = replace(honest, notes=(*honest.notes, *added))
    carried = (
        Carried(id=message_id, words=marks) for message_id, marks in _lost_marks(told, folded.values())
    )
    return replace(told, carried=(*told.carried, *carried))


def renewed(chunk: Chunk, messages: Iterable[Message], facts: Facts) -> Chunk:
    """Return the chunk with statements that were found to decide something since it was folded.

    What a sentence means may show later, by what others say or take back. The same chunk when nothing did.
    """
    folded = _folded(chunk, messages)
    added = tuple(_as_note(fact, words, folded) for fact, words in _lost_facts(chunk, facts, folded))
    return replace(chunk, notes=(*chunk.notes, *added)) if added else chunk


def words_of(chunk: Chunk) -> set[str]:
    """Return every mark that stands in a chunk."""
    shown = {word for carried in chunk.carried for word in carried.words}
    shown.update(*map(parts_of, shown))
    return shown.union(*map(marks_shown, chunk.notes), *map(marks_shown, chunk.patterns))


def marks_shown(item: Note | Pattern) -> frozenset[str]:
    """Return every mark that stands in a note or in a pattern."""
    if isinstance(item, Note):
        marks = marks_of(item.quote) | marks_of(item.text)
        return marks.union(*map(parts_of, marks))
    values = frozenset(value for column in item.values for value in column) | marks_of(item.example)
    return values.union(*map(parts_of, values))


@lru_cache(maxsize=32_768)
def parts_of(mark: str) -> frozenset[str]:
    """Return what stands within a mark by itself: the address in `10.0.3.7:9100`, the pod in `pod/x`."""
    return marks_of(mark).union(*map(marks_of, _JOINT.split(mark)))


def _folded(chunk: Chunk, messages: Iterable[Message]) -> dict[str, Message]:
    ids = frozenset(chunk.ids)
    return {message.id: message for message in messages if message.id in ids}


def _is_honest(note: Note, folded: Mapping[str, Message]) -> bool:
    message = folded.get(note.cites[0]) if note.cites else None
    return message is not None and note.quote in message.text


def _as_note(fact: Fact, words: str, folded: Mapping[str, Message]) -> Note:
    who = folded[fact.cites[0]].author.name
    text = "" if words else fact.text
    return Note(kind=fact.kind, at=fact.at, text=text, cites=fact.cites, quote=words, who=who)


def _lost_marks(chunk: Chunk, messages: Iterable[Message]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each message that has marks which stand nowhere in the chunk, with them; each mark once."""
    shown = words_of(chunk)
    for message in messages:
        lost = sorted(marks_of(message.text) - shown, key=message.text.find)
        if lost:
            shown.update(lost)
            yield message.id, tuple(lost)


def _lost_facts(chunk: Chunk, facts: Facts, folded: Mapping[str, Message]) -> list[tuple[Fact, str]]:
    """Return each deciding fact of the folded messages that the chunk does not tell, with its words."""
    asked = [fact for fact in facts.of(*DECIDING) if fact.cites[0] in folded]
    stated = [(fact, statement_of(folded[fact.cites[0]].text, fact)) for fact in asked]
    told, patterns = _told(chunk), _patterns(chunk)
    return [
        (fact, words)
        for fact, words in stated
        if not _is_told(words or fact.text, told.get(fact.cites[0], ()))
        and not _is_in_pattern(words or fact.text, patterns.get(fact.cites[0], ()))
    ]


def _told(chunk: Chunk) -> dict[str, list[Note]]:
    told: defaultdict[str, list[Note]] = defaultdict(list)
    for note in chunk.notes:
        for message_id in note.cites:
            told[message_id].append(note)
    return told


def _is_told(words: str, notes: Iterable[Note]) -> bool:
    return any(words in note.quote or words in note.text for note in notes)


def _patterns(chunk: Chunk) -> dict[str, list[Pattern]]:
    """Return by message the patterns in which it stands."""
    found: defaultdict[str, list[Pattern]] = defaultdict(list)
    for pattern in chunk.patterns:
        for message_id in pattern.ids:
            found[message_id].append(pattern)
    return found


def _is_in_pattern(words: str, patterns: Iterable[Pattern]) -> bool:
    """A habit stands for its like; what was said a few times in other words stands word for word."""
    needed = words.casefold()
    if any(needed in pattern.example.casefold() for pattern in patterns):
        return True
    habits = (pattern for pattern in patterns if pattern.count >= _HABIT)
    return any(_key(words) in _key(pattern.example) for pattern in habits)


def _key(text: str) -> str:
    return shape_of(text).key.casefold()
