"""The pages of a digest, as an analyst reads them."""

from bot.incident.digest import Chunk, Digest

Page = dict[str, object]


def pages_of(digest: Digest) -> tuple[Page, ...]:
    """Return one JSON-able page for each chunk; the page of an unchanged chunk is equal next time."""
    return tuple(_page(chunk) for chunk in digest.chunks)


def _page(chunk: Chunk) -> Page:
    return {
        "folded_by": chunk.by.value,
        "notes": [
            f"{' '.join(note.cites)} {note.kind.value}: {note.quote or note.text}" for note in chunk.notes
        ],
        "patterns": [f"{pattern.count}x {pattern.example}" for pattern in chunk.patterns],
        "also_named": [f"{kept.id} {' '.join(kept.words)}" for kept in chunk.carried],
    }
