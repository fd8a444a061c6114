"""Whether a fold lost anything; code answers, whoever folded.

Every identifier and figure of the folded messages must stand word for word in the chunk, and every decision,
denial, ruled-out belief and open question must stand there word for word too: the extracted ones, each time
they are said, and of people's sentences also those that only their wording marks.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from bot.incident.digest import Carried, Chunk, Note, Pattern
from bot.incident.facts import FactKind, Facts
from bot.incident.marks import marks_of
from bot.incident.messages import AuthorKind, Message
from bot.incident.notes import statement_of
from bot.incident.repetition import FEWEST_SAID
from bot.incident.telling import sentences_told
from bot.incident.templates import shape_of

DECIDING = (FactKind.DECISION, FactKind.DENIAL, FactKind.RULED_OUT, FactKind.QUESTION)
"""Statements that no fold may lose."""

_JOINT = re.compile(r"[:/=@|,\s]+")

_HABIT = 25
"""A monitor's line that stands at least this often, but for numbers and names, need not be told each time."""


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
    lost = {mark for carried in _lost_marks(chunk, folded) for mark in carried.words}
    untold = (*_lost_facts(chunk, facts, folded), *_lost_sentences(chunk, folded))
    return frozenset(lost) | {note.quote or note.text for note in untold}


def completed(chunk: Chunk, messages: Iterable[Message], facts: Facts) -> Chunk:
    """Return the chunk with all that is missing added word for word, and without notes that nothing shows.

    A note goes when it cites no message of the chunk, or its quote does not stand in the first message cited.

    Args:
        chunk: What stands for the messages, whoever told it.
        messages: At least all that it stands for.
        facts: What code extracted from the incident.
    """
    folded = _folded(chunk, messages)
    honest = tuple(note for note in chunk.notes if _is_honest(note, folded))
    return filled(replace(chunk, notes=honest), folded.values(), facts)


def filled(chunk: Chunk, messages: Iterable[Message], facts: Facts) -> Chunk:
    """Return the chunk with what some of its messages state and it does not, added word for word."""
    folded = _folded(chunk, messages)
    stated = replace(chunk, notes=(*chunk.notes, *_lost_facts(chunk, facts, folded)))
    told = replace(stated, notes=(*stated.notes, *_lost_sentences(stated, folded)))
    return replace(told, carried=(*told.carried, *_lost_marks(told, folded)))


def renewed(chunk: Chunk, messages: Iterable[Message], facts: Facts) -> Chunk:
    """Return the chunk with statements that were found to decide something since it was folded.

    What a sentence means may show later, by what others say or take back. The same chunk when nothing did.
    """
    added = _lost_facts(chunk, facts, _folded(chunk, messages))
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


def _lost_marks(chunk: Chunk, folded: Mapping[str, Message]) -> list[Carried]:
    """Return the marks of each message that stand nowhere in the chunk: each once, none within another."""
    shown = words_of(chunk)
    lost = {one: marks_of(message.text) - shown for one, message in folded.items()}
    within = {part for marks in lost.values() for mark in marks for part in parts_of(mark) if part != mark}
    carried = []
    for one, marks in lost.items():
        words = sorted(marks - within, key=folded[one].text.find)
        within.update(words)
        carried += [Carried(id=one, words=tuple(words))] if words else []
    return carried


def _lost_facts(chunk: Chunk, facts: Facts, folded: Mapping[str, Message]) -> list[Note]:
    """Return each deciding fact of the folded messages that the chunk does not tell, in its own words."""
    told, patterns = _told(chunk), _patterns(chunk)
    lost = []
    for fact in (fact for fact in facts.of(*DECIDING) if fact.cites[0] in folded):
        message = folded[fact.cites[0]]
        words = statement_of(message.text, fact)
        within = patterns.get(message.id, ())
        is_told = _is_told(words or fact.text, told.get(message.id, ())) or _is_in_pattern(words, within)
        if not is_told and not (_is_bot(message) and _is_habit(words, within, fewest=_HABIT)):
            text = "" if words else fact.text
            lost.append(_note(message, fact.kind, words, text=text, at=fact.at, cites=fact.cites))
    return lost


def _lost_sentences(chunk: Chunk, folded: Mapping[str, Message]) -> list[Note]:
    """Return the sentences of people that decide by their wording alone and stand nowhere in the chunk.

    What is asked again and again is told by its pattern, and the first of two that are equal tells the other.
    """
    told, patterns = _told(chunk), _patterns(chunk)
    untold = [
        (message, kind, words)
        for message in folded.values()
        if not _is_bot(message)
        for kind, words in sentences_told(message.text)
        if not _is_told(words, told.get(message.id, ()))
        and not _stands(kind, words, patterns.get(message.id, ()))
    ]
    said = {_said(words) for note in chunk.notes for _, words in sentences_told(note.quote)} if untold else ()
    each = {_said(words): (message, kind, words) for message, kind, words in reversed(untold)}
    return [_note(*each[one]) for one in reversed(each) if one not in said]


def _said(words: str) -> str:
    return " ".join(words.casefold().split()).rstrip(".!? ")


def _note(
    message: Message, kind: FactKind, quote: str, *, text: str = "",
    at: datetime | None = None, cites: tuple[str, ...] = (),
) -> Note:  # fmt: skip
    return Note(
        kind=kind,
        at=at or message.at,
        text=text,
        cites=cites or (message.id,),
        quote=quote,
        who=message.author.name,
    )


def _is_bot(message: Message) -> bool:
    return message.author.kind is AuthorKind.BOT


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


def _stands(kind: FactKind, words: str, patterns: Collection[Pattern]) -> bool:
    is_asked = kind is FactKind.QUESTION and _is_habit(words, patterns, fewest=FEWEST_SAID)
    return is_asked or _is_in_pattern(words, patterns)


def _is_in_pattern(words: str, patterns: Iterable[Pattern]) -> bool:
    needed = words.casefold()
    return bool(words) and any(needed in pattern.example.casefold() for pattern in patterns)


def _is_habit(words: str, patterns: Iterable[Pattern], *, fewest: int) -> bool:
    """What stands often but for numbers and names is told by its pattern, with all that varied."""
    habits = [pattern for pattern in patterns if pattern.count >= fewest]
    return bool(habits) and any(_key(words) in _key(pattern.example) for pattern in habits)


def _key(text: str) -> str:
    return shape_of(text).key.casefold()
