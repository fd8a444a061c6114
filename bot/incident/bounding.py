"""A digest within the room that there is: beyond it the oldest words go first, and are counted."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from bot.incident.check import DECIDING
from bot.incident.digest import Carried, Chunk, Digest, Note, Pattern
from bot.incident.pages import page_tokens
from bot.incident.sizes import json_tokens

T = TypeVar("T")
Trim = Callable[[Chunk, int], tuple[Chunk, int]]
"""Returns a chunk that takes so many tokens less, or as many as there are; and how many words went."""


def bounded(digest: Digest, *, most_tokens: int) -> Digest:
    """Return a digest of at most `most_tokens`, as far as leaving out words makes it so.

    Carried words go first, those of the oldest chunk before all others; then what varied in patterns; then
    notes, those that decide at last. Which messages are folded is never forgotten, and each chunk says how
    many words it lost. The same digest when it fits.
    """
    chunks = list(digest.chunks)
    over = sum(page_tokens(chunk) for chunk in chunks) - most_tokens
    for trim in (_less_carried, _less_varied, _less_said, _less_decided, _less_repeated):
        for at, chunk in enumerate(chunks):
            if over > 0:
                chunks[at] = _trimmed(chunk, trim, over)
                over += page_tokens(chunks[at]) - page_tokens(chunk)
    return Digest(chunks=tuple(chunks))


def _trimmed(chunk: Chunk, trim: Trim, over: int) -> Chunk:
    less, words = trim(chunk, over)
    return replace(less, left_out=chunk.left_out + words)


def _less_carried(chunk: Chunk, over: int) -> tuple[Chunk, int]:
    kept: list[Carried] = []
    words = 0
    for carried in chunk.carried:
        if over <= 0:
            kept.append(carried)
            continue
        left = _within(carried.words, _tokens(carried.words) - over)
        over -= _tokens(carried.words) - _tokens(left)
        words += len(carried.words) - len(left)
        if left:
            kept.append(replace(carried, words=left))
    return replace(chunk, carried=tuple(kept)), words


def _within(words: tuple[str, ...], most_tokens: int) -> tuple[str, ...]:
    """Return the last of these words that have room."""
    room = most_tokens
    for n, word in enumerate(reversed(words)):
        room -= json_tokens(word)
        if room < 0:
            return words[len(words) - n :]
    return words


def _tokens(words: Sequence[str]) -> int:
    return json_tokens(";".join(words))


def _varied_tokens(pattern: Pattern) -> int:
    return sum(map(_tokens, pattern.values))


def _less_varied(chunk: Chunk, over: int) -> tuple[Chunk, int]:
    kept: list[Pattern] = []
    words = 0
    for pattern in chunk.patterns:
        if over <= 0 or not pattern.values:
            kept.append(pattern)
            continue
        less = _last_values(pattern, _varied_tokens(pattern) - over)
        over -= _varied_tokens(pattern) - _varied_tokens(less)
        words += sum(map(len, pattern.values)) - sum(map(len, less.values))
        kept.append(less)
    return replace(chunk, patterns=tuple(kept)), words


def _last_values(pattern: Pattern, most_tokens: int) -> Pattern:
    """Return a pattern with the newest of its values; a table is one no more, for each row has an id."""
    room = max(most_tokens, 0) // len(pattern.values)
    if pattern.is_table:
        rows = _within(tuple(" ".join(row) for row in pattern.values), most_tokens)
        return replace(pattern, values=pattern.values[len(pattern.values) - len(rows) :], is_table=False)
    columns = (_within(column, room) for column in pattern.values)
    return replace(pattern, values=tuple(column for column in columns if column))


def _less_said(chunk: Chunk, over: int) -> tuple[Chunk, int]:
    return _less_notes(chunk, over, lambda note: note.kind not in DECIDING)


def _less_decided(chunk: Chunk, over: int) -> tuple[Chunk, int]:
    return _less_notes(chunk, over, lambda _: True)


def _less_notes(chunk: Chunk, over: int, may_go: Callable[[Note], bool]) -> tuple[Chunk, int]:
    sizes = [json_tokens((note.quote, note.text)) if may_go(note) else 0 for note in chunk.notes]
    kept = _after(chunk.notes, sizes, over)
    return replace(chunk, notes=kept), len(chunk.notes) - len(kept)


def _less_repeated(chunk: Chunk, over: int) -> tuple[Chunk, int]:
    sizes = [json_tokens(pattern.example) for pattern in chunk.patterns]
    kept = _after(chunk.patterns, sizes, over)
    return replace(chunk, patterns=kept), len(chunk.patterns) - len(kept)


def _after(items: Sequence[T], sizes: Sequence[int], over: int) -> tuple[T, ...]:
    """Return the items that are left when the first go until `over` tokens are saved; size 0 stays."""
    kept: list[T] = []
    for item, size in zip(items, sizes, strict=True):
        if over > 0 and size:
            over -= size
        else:
            kept.append(item)
    return tuple(kept)
