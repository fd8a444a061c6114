"""The pages of a digest, as an analyst reads them: lists of strings, small and yet quotable."""

from datetime import datetime

from bot.incident.digest import Chunk, Digest, Note, Pattern
from bot.incident.facts import FactKind
from bot.incident.ranges import ranges
from bot.incident.sizes import json_tokens

Page = dict[str, object]

HOW_TO_READ = (
    "What stands for folded messages. notes: [message ids; time, who, kind; exact words of the first id;"
    " summary, if any]. patterns: [message ids, how often, from when to when; exact words of the first id;"
    " then what varied, or a row for each id]. marks: a message id, then"
    " names and figures of it that stand nowhere else."
)
"""What the parts of a page mean, for the description of the tool that shows them."""

_IDS_CHARS = 60


def pages_of(digest: Digest) -> tuple[Page, ...]:
    """Return one JSON-able page for each chunk; the page of an unchanged chunk is equal next time."""
    return tuple(page_of(chunk) for chunk in digest.chunks)


def page_of(chunk: Chunk) -> Page:
    """Return a chunk as a page; parts that are empty are left out."""
    parts: dict[str, list[list[str]] | list[str]] = {
        "notes": [_note(note) for note in chunk.notes],
        "patterns": [_pattern(pattern) for pattern in chunk.patterns],
        "marks": [f"{carried.id} {';'.join(carried.words)}" for carried in chunk.carried],
    }
    left_out: Page = {"identifiers_left_out": chunk.left_out} if chunk.left_out else {}
    if chunk.shortened:
        left_out["names_and_figures_alone"] = f"of {chunk.shortened} remarks and repetitions"
    return {"folded_by": chunk.by.value, **left_out, **{name: part for name, part in parts.items() if part}}


def page_tokens(chunk: Chunk) -> int:
    """Return about how many tokens a page takes."""
    return json_tokens(page_of(chunk))


def _note(note: Note) -> list[str]:
    kind = "" if note.kind is FactKind.OBSERVATION else note.kind.value
    head = " ".join(word for word in (_time(note.at), note.who, kind) if word)
    return [",".join(note.cites), head, note.quote, *([note.text] if note.text else [])]


def _pattern(pattern: Pattern) -> list[str]:
    often = f"{pattern.count}x {_time(pattern.first_at)} to {_time(pattern.last_at)}"
    if pattern.is_table:
        rows = (
            f"{message_id} {' '.join(row)}"
            for message_id, row in zip(pattern.ids, pattern.values, strict=True)
        )
        return [f"{pattern.example_id} {often}", pattern.example, "; ".join(rows)]
    head = f"{_ids(pattern)} {often}"
    return [head, pattern.example, *(";".join(values) for values in pattern.values)]


def _ids(pattern: Pattern) -> str:
    """Return all ids, or, where there are many, the first and the last."""
    every = ",".join(ranges(pattern.ids))
    return every if len(every) <= _IDS_CHARS else f"{pattern.first_id}..{pattern.last_id}"


def _time(moment: datetime) -> str:
    return moment.strftime("%m-%d %H:%M")
