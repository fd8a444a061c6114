"""What of one message is kept word for word when it is folded: what it states, telling lines of pastes."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.incident.digest import Note
from bot.incident.facts import Fact, FactKind
from bot.incident.marks import marks_of
from bot.incident.messages import Message
from bot.incident.sentences import SENTENCE_END, is_error_line, is_log_line, word_count

QUOTE_CHARS = 400
STATEMENT_CHARS = 1_200
"""What states a fact is not cut as soon."""
_CUT_CHARS = 190
"""Quotes of facts are cut at two hundred characters."""

_MOST_PARTS = 12
_FEWEST_WORDS = 5
_ERROR_LINES = 3
_FENCE = "```"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A sentence or a line: `text[start:end]` of its message, with the first fact that stands in it."""

    start: int
    end: int
    is_code: bool
    fact: Fact | None = None


def notes_of(
    message: Message, facts: Sequence[Fact], *, is_known: Callable[[str], bool] = lambda _: False
) -> tuple[Note, ...]:
    """Return what a message states, in its own words.

    Args:
        message: To be folded.
        facts: Those whose first citation it is.
        is_known: Says of a stripped line whether it stands in a pattern already.
    """
    text = message.text
    parts = [part for part in _parts(text) if not is_known(text[part.start : part.end])]
    kept = _limited(text, _with_facts(text, parts, facts))
    return tuple(_note(message, run) for run in _runs(text, kept))


def statement_of(text: str, fact: Fact) -> str:
    """Return the words that carry a fact, to the end of their line where its quote was cut."""
    at = text.find(fact.quote)
    if at < 0 or len(fact.quote) < _CUT_CHARS:
        return fact.quote
    line = text[at : at + STATEMENT_CHARS].partition("\n")[0]
    return line.rstrip("` ")


def _parts(text: str) -> Iterator[_Part]:
    """Cut a text into lines of pastes and sentences of prose, without the blanks and fences around them."""
    at, is_fenced = 0, False
    for line in text.splitlines(keepends=True):
        for n, piece in enumerate(line.split(_FENCE)):
            if n:
                is_fenced = not is_fenced
                at += len(_FENCE)
            is_code = is_fenced or is_log_line(piece)
            yield from _sentences(text, at, at + len(piece), is_code=is_code)
            at += len(piece)


def _sentences(text: str, start: int, end: int, *, is_code: bool) -> Iterator[_Part]:
    cuts = [start, end]
    if not is_code:
        cuts = [start, *(found.end() for found in SENTENCE_END.finditer(text, start, end)), end]
    for first, last in pairwise(cuts):
        piece = text[first:last]
        bare = piece.strip()
        if bare:
            begin = first + piece.index(bare[0])
            yield _Part(start=begin, end=begin + len(bare), is_code=is_code)


def _with_facts(text: str, parts: Sequence[_Part], facts: Sequence[Fact]) -> list[_Part]:
    """Give each fact to the part in which its words begin; a part takes the first."""
    found = list(parts)
    starts = [part.start for part in parts]
    for fact in facts:
        at = text.find(fact.quote)
        place = bisect_right(starts, at) - 1
        if at >= 0 and place >= 0 and at < found[place].end and found[place].fact is None:
            found[place] = replace(found[place], fact=fact)
    return found


def _limited(text: str, parts: Sequence[_Part]) -> list[_Part]:
    """Keep what states something, the words around a paste, and all prose of a short text that is kept."""
    errors = [part for part in parts if part.is_code and is_error_line(text[part.start : part.end])]
    first = frozenset(part.start for part in errors[:_ERROR_LINES])
    telling = {part.start for part in parts[:_MOST_PARTS] if not part.is_code and _says(text, part)}
    kept = {part.start for part in parts if part.fact} | first | telling
    if (kept and len(text) <= QUOTE_CHARS) or any(part.is_code for part in parts):
        kept.update(part.start for part in parts[:_MOST_PARTS] if not part.is_code)
    return [part for part in parts if part.start in kept]


def _says(text: str, part: _Part) -> bool:
    """Say whether a sentence is more than a call, or holds a figure or a name."""
    words = text[part.start : min(part.end, part.start + QUOTE_CHARS)]
    is_sentence = word_count(words) >= _FEWEST_WORDS
    return is_sentence or any(char.isdigit() for char in words) or bool(marks_of(words))


def _runs(text: str, parts: Sequence[_Part]) -> Iterator[list[_Part]]:
    """Join neighbours that state one thing: nothing but blanks between them, at most one kind of fact."""
    run: list[_Part] = []
    for part in parts:
        if run and not _belongs(text, run, part):
            yield run
            run = []
        run.append(part)
    if run:
        yield run


def _belongs(text: str, run: Sequence[_Part], part: _Part) -> bool:
    kinds = {each.fact.kind for each in (*run, part) if each.fact}
    is_short = part.end - run[0].start <= QUOTE_CHARS
    return is_short and len(kinds) <= 1 and not text[run[-1].end : part.start].strip("` \n\r\t")


def _note(message: Message, run: Sequence[_Part]) -> Note:
    fact = next((part.fact for part in run if part.fact), None)
    longest = STATEMENT_CHARS if fact else QUOTE_CHARS
    quote = message.text[run[0].start : min(run[-1].end, run[0].start + longest)]
    return Note(
        kind=fact.kind if fact else FactKind.OBSERVATION,
        at=fact.at if fact else message.at,
        text="",
        cites=fact.cites if fact else (message.id,),
        quote=quote,
        who=message.author.name,
    )
