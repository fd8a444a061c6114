"""Messages folded by code alone: repetition to patterns, what else they state to notes in their own words."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from hashlib import blake2b

from bot.incident.check import completed
from bot.incident.digest import Chunk, Note
from bot.incident.facts import Fact, Facts
from bot.incident.messages import Message
from bot.incident.notes import notes_of
from bot.incident.repetition import Repetition, lines_of, repetition

_PRINT_BYTES = 6


def print_of(message: Message) -> str:
    """Return a short fingerprint of what a fold may show of a message."""
    said = f"{message.author.name}\x00{message.text}"
    return blake2b(said.encode("utf-8", "surrogatepass"), digest_size=_PRINT_BYTES).hexdigest()


def fold(
    messages: Sequence[Message],
    facts: Facts,
    *,
    known: Collection[str] = (),
    repeated: Repetition | None = None,
) -> Chunk:
    """Fold messages into a chunk that holds all that they state.

    Args:
        messages: In the order of the incident; at least one.
        facts: What code extracted from the incident.
        known: Shapes of what repeated before.
        repeated: What repeats among exactly these messages, when that was found already.
    """
    repeated = repeated or repetition(messages, known=known)
    stated = _by_message(facts)
    chunk = Chunk(
        ids=tuple(message.id for message in messages),
        prints=tuple(print_of(message) for message in messages),
        notes=tuple(note for message in messages for note in _notes(message, stated, repeated)),
        patterns=repeated.patterns,
    )
    return completed(chunk, messages, facts)


def _by_message(facts: Facts) -> dict[str, list[Fact]]:
    stated: defaultdict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        stated[fact.cites[0]].append(fact)
    return stated


def _notes(message: Message, stated: dict[str, list[Fact]], repeated: Repetition) -> tuple[Note, ...]:
    if message.id in repeated.ids:
        return ()
    known = repeated.lines.get(message.id, frozenset())

    def is_known(words: str) -> bool:
        return all(line in known for line in lines_of(words))

    return notes_of(message, stated.get(message.id, []), is_known=is_known)
