"""A message cut into the pieces that each say one thing; every piece is an exact substring."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

_FENCE = re.compile(r"```(.*?)(?:```|\Z)", re.DOTALL)
_BREAK = re.compile(
    r"\n+"
    r"|(?<=[.!?;])\s+(?=[^\s])"
    r"|,\s+(?=(?:so i'?m |i'?m |i am )?(?:rolling|reverting|undoing|restarting|backing|disabling|blocking)\b)"
)
_LOG = re.compile(
    r"^\s*(?:\d{4}-\d\d-\d\d[T ]\d\d|\[?\d\d:\d\d:\d\d|(?:ERROR|WARN|FATAL|INFO|DEBUG|PANIC)\b|\$ |> |"
    r"[{}\[\]\"]|\s*at \w+[.(]|"
    r"Traceback|Caused by|\w+Exception\b|\S+=\S+ \S+=\S+)"
)
_MARKS = re.compile(r"`|(?<!\w)_(?=\w)|(?<=\w)_(?!\w)|(?<![\w:]):[a-z][a-z0-9_+-]*:(?!\w)")
_BOLD = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]*[^\s*])\*(?![\w*])")
_BELOW = re.compile(r"\b(?:below|following|attached)\b", re.IGNORECASE)
_SHOWN_CHARS = 120
_LOG_LINE = re.compile(
    r"error|denied|exception|fail|refused|panic|fatal|timeout|timed out|full|invalid|not authorized",
    re.IGNORECASE,
)
SENTENCE_END = re.compile(r"(?<=[.!?;\u061f])\s+(?=\S)|(?<=[\u3002\uff01\uff1f])(?=[\w\s])\s*(?=\S)")
"""Where prose is cut; behind a full stop of Chinese and Japanese stands no blank."""
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
"""Thai, Lao, Burmese, Khmer, kana and Han are written without blanks between words."""
_CHARS_A_WORD = 2


def word_count(text: str) -> int:
    """Return about how many words a text has; in scripts without blanks two characters count as one."""
    unspaced = 0 if text.isascii() else len(_UNSPACED.findall(text)) // _CHARS_A_WORD
    return len(text.split()) + unspaced


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One piece of a message.

    Attributes:
        raw: Exactly as it stands in the message.
        is_code: It is a log, a configuration or a command, not prose.
        lead: The words that introduce it, such as `log of the first failure:`; else empty.
    """

    raw: str
    is_code: bool = False
    lead: str = ""

    @property
    def text(self) -> str:
        """The piece without marks, in one line of at most 120 characters."""
        return shorten(clean(self.raw), _SHOWN_CHARS)


@lru_cache(maxsize=4_096)
def pieces(text: str) -> tuple[Piece, ...]:
    """Return the pieces of `text` in order, each once."""
    return tuple(_introduced(tuple(dict.fromkeys(_pieces(text)))))


def _introduced(found: tuple[Piece, ...]) -> Iterator[Piece]:
    for n, piece in enumerate(found):
        before = found[n - 1] if n else None
        after = found[n + 1] if n + 1 < len(found) else None
        if piece.is_code and before is not None and _introduces(before):
            yield replace(piece, lead=before.raw)
        elif piece.is_code:
            yield replace(piece, lead=next((p.raw for p in found[:n] if _announces(p)), ""))
        elif not (after is not None and after.is_code and _introduces(piece)):
            yield piece


def _introduces(piece: Piece) -> bool:
    return not piece.is_code and piece.raw.endswith(":")


def _announces(piece: Piece) -> bool:
    """`Policy of the role below. Nobody changed it.` speaks of a paste that follows later."""
    return not piece.is_code and _BELOW.search(piece.raw) is not None


def _pieces(text: str) -> Iterator[Piece]:
    start = 0
    for fence in _FENCE.finditer(text):
        yield from _prose(text[start : fence.start()])
        if fence[1].strip():
            yield Piece(raw=fence[1].strip(), is_code=True)
        start = fence.end()
    yield from _prose(text[start:])


def _prose(text: str) -> Iterator[Piece]:
    for part in _BREAK.split(text):
        raw = part.strip()
        if any(char.isalnum() for char in clean(raw)):
            yield Piece(raw=raw, is_code=_LOG.match(raw) is not None)


@lru_cache(maxsize=8_192)
def clean(text: str) -> str:
    """Return `text` in one line, without the marks of formatting; asterisks that hide a value stay."""
    return " ".join(_BOLD.sub(r"\1", _MARKS.sub("", text)).split())


def shorten(text: str, limit: int) -> str:
    """Return `text` cut at a word's end, at most `limit` characters, an ellipsis included when it was cut."""
    if len(text) <= limit:
        return text
    return text[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,;:.-") + "…"


def telling_line(code: str) -> str:
    """Return the line of a log or document that says most: the first that names a failure, else the first."""
    lines = [line.strip() for line in code.splitlines() if any(char.isalnum() for char in line)]
    return next((line for line in lines if _LOG_LINE.search(line)), lines[0] if lines else code)


def is_log_line(line: str) -> bool:
    """Say whether a line looks as if it was pasted."""
    return _LOG.match(line) is not None


def is_error_line(line: str) -> bool:
    """Say whether a line names a failure."""
    return _LOG_LINE.search(line) is not None
