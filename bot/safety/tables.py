"""The cells under a telling heading: of a table with bars, and of lines with commas under a line of names."""

import re
from collections.abc import Iterator, Sequence

from bot.safety.likeness import Name, can_be_assigned, judge_name
from bot.safety.patterns import Span

_RULE = re.compile(rb"[\s|+:=-]*")
_NAMES = re.compile(b"pass|secret|token|pwd|key")
_CELL = re.compile(rb"[A-Za-z][\w .-]{0,40}")
_MOST_COLUMNS = 40
_LONGEST_HEADING = 1024
_BARS = (b"|", b",", b"\t", b";")


def secret_cells(data: bytes) -> Iterator[Span]:
    """Yield the byte spans of cells in columns whose heading announces a secret."""
    if b"\n" not in data or not _may_announce(data):
        return
    columns: dict[int, Name] = {}
    headings: dict[bytes, tuple[bytes, dict[int, Name]] | None] = {}
    bar, at = b"", 0
    for line in data.splitlines(keepends=True):
        told = headings[line] if line in headings else headings.setdefault(line, _heading(line))
        if told:
            bar, columns = told
        elif columns and bar in line:
            yield from _secrets(line, at, bar, columns)
        elif columns and not _RULE.fullmatch(line):
            columns = {}
        at += len(line)


def _may_announce(line: bytes) -> bool:
    return bool(_NAMES.search(line.lower()))


def _heading(line: bytes) -> tuple[bytes, dict[int, Name]] | None:
    """Return the bar and the telling columns of a line that holds names only."""
    bars = [bar for bar in _BARS if bar in line]
    if not bars or len(line) > _LONGEST_HEADING or not _may_announce(line):
        return None
    for bar in bars:
        cells = [cell.strip(b" \t*`\"'") for cell in line.strip().strip(b"|").split(bar)]
        if 1 < len(cells) <= _MOST_COLUMNS and all(map(_CELL.fullmatch, cells)):
            names: dict[int, Name] = {at: judge_name(cell.decode()) for at, cell in enumerate(cells)}
            told: dict[int, Name] = {at: name for at, name in names.items() if name > Name.HARMLESS}
            return (bar, told) if told else None
    return None


def _secrets(line: bytes, at: int, bar: bytes, columns: dict[int, Name]) -> Iterator[Span]:
    for place, (start, end) in enumerate(_cells(line, bar)):
        value = line[start:end].decode(errors="replace")
        if place in columns and value and can_be_assigned(value, columns[place]):
            yield at + start, at + end


def _cells(line: bytes, bar: bytes) -> Sequence[Span]:
    """Return where the cells of a line stand, without what surrounds their words."""
    first = len(line) - len(line.lstrip(b" \t|"))
    spans, start = [], first if bar == b"|" else 0
    for cell in line[start:].rstrip(b"\r\n|").split(bar):
        bare = cell.strip(b" \t*`\"'")
        begin = start + cell.find(bare)
        spans.append((begin, begin + len(bare)))
        start += len(cell) + 1
    return spans
