"""Values that are looked for wherever they stand: found once in an incident, or the process's own."""

import base64
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from bot.safety.patterns import Pattern, Span, any_literal
from bot.safety.scan import Scan

LEAST_LITERAL = 6
"""Shorter values are not looked for bare."""
_LEAST_LOOSE = 12
_MOST_SPACED = 256
_MANY = 2_000
"""More values than this are not compiled together before something of them is seen: that takes a while."""
_STEM_COST = 10
"""What looking up one beginning costs, in bytes read by a pattern."""
_MOST_PATTERN_BYTES = 1 << 18
"""RE2 refuses patterns that would take too much memory."""
_APART = "(?:^|[^A-Za-z0-9]){}(?:[^A-Za-z0-9]|$)"
_PLAIN = re.compile(rb"[A-Za-z0-9._~-]+")


@dataclass(slots=True)
class KnownValues:
    """Values found in one incident, in each way in which links, markup and JSON write them."""

    _values: dict[bytes, bytes] = field(init=False, default_factory=dict, repr=False)
    _stems: dict[bytes, list[bytes]] = field(init=False, default_factory=dict, repr=False)
    """Values by how they begin."""
    _patterns: tuple[Pattern, ...] = field(init=False, default=(), repr=False)
    _compiled: int = field(init=False, default=0, repr=False)

    def __contains__(self, value: bytes) -> bool:
        """Say whether a value is looked for as it is."""
        return value in self._values

    def add(self, value: bytes) -> None:
        """Look for a value from now on that was not looked for before."""
        for form in _forms(value):
            self._values[form] = value
            self._stems.setdefault(form[:LEAST_LITERAL], []).append(form)

    def places(self, scan: Scan) -> Iterator[tuple[Span, bytes]]:
        """Yield where a value stands in what nobody has claimed, and the value as it was first found.

        One pass for all values, however many: those of a dozen characters anywhere, shorter ones where they
        stand alone. Whoever asks claims each place before asking for the next.
        """
        if not self._values:
            return
        for pattern in self._searched(scan):
            left = scan.left()
            at = 0
            while (spans := pattern.first(left, scan.meter, at)) is not None:
                start, at = self._bare(left, *spans[0])
                yield (start, at), self._values[left[start:at]]

    def _bare(self, left: bytes, start: int, end: int) -> Span:
        """Return where the value stands in what was found: one more may be there on either side."""
        spans = [
            (first, last)
            for first in ((start, start + 1) if start == 0 else (start + 1,))
            for last in ((end, end - 1) if end == len(left) else (end - 1,))
        ]
        return next(span for span in ((start, end), *spans) if left[span[0] : span[1]] in self._values)

    def _searched(self, scan: Scan) -> tuple[Pattern, ...]:
        if len(self._values) > _MANY:
            return _patterns(self._begun(scan))
        if self._compiled != len(self._values):
            values = list(self._values.copy())  # another thread may add one meanwhile
            self._patterns, self._compiled = _patterns(values), len(values)
        return self._patterns

    def _begun(self, scan: Scan) -> list[bytes]:
        """Return those of very many values whose beginning stands in the text: mostly none."""
        runs = dict.fromkeys(scan.left().split(b"\0"))
        stems = self._stems.copy()
        begun = {
            run[at : at + LEAST_LITERAL]
            for run in runs
            for at in range(len(run) - LEAST_LITERAL + 1)
            if run[at : at + LEAST_LITERAL] in stems
        }
        scan.meter.spend(_STEM_COST * sum(map(len, runs)))
        return [value for stem in begun for value in stems[stem].copy()]


def _patterns(values: Sequence[bytes]) -> tuple[Pattern, ...]:
    """Compile values: those of a dozen characters to be found anywhere, shorter ones standing alone."""
    values = sorted(values)
    long = [value for value in values if len(value) >= _LEAST_LOOSE]
    short = [value for value in values if len(value) < _LEAST_LOOSE]
    return (
        *map(any_literal, _portions(long)),
        *(any_literal(portion, around=_APART) for portion in _portions(short)),
    )


def _portions(values: Sequence[bytes]) -> Iterator[list[bytes]]:
    """Part values into lists that one pattern can hold."""
    portion: list[bytes] = []
    size = 0
    for value in values:
        size += len(value)
        if size > _MOST_PATTERN_BYTES and portion:
            yield portion
            portion, size = [], len(value)
        portion.append(value)
    if portion:
        yield portion


def _forms(value: bytes) -> set[bytes]:
    """List the ways in which one value is written in links, markup and JSON."""
    if _PLAIN.fullmatch(value):
        return {value} if len(value) >= LEAST_LITERAL else set()
    words = value.decode(errors="replace")
    plain = unquote(words.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace("\\/", "/"))
    escaped = plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    forms = {words, plain, escaped, quote(plain, safe=""), quote(plain), plain.replace("/", "\\/")}
    return {form.encode() for form in forms if len(form) >= LEAST_LITERAL}


def own_pattern(value: str) -> Pattern:
    """Match a value plain, reversed, spaced, as base64 at each of its three alignments, and as hex."""
    raw = value.encode()
    forms = {value, value[::-1], quote(value, safe=""), raw.hex(), raw.hex().upper()}
    forms |= {
        form for form in map(_base64_core, (raw, b"\0" + raw, b"\0\0" + raw)) if len(form) >= LEAST_LITERAL
    }
    spaced = r"[\s._\-]{1,2}".join(map(_escaped, value)) if len(value) <= _MOST_SPACED else ""
    longest_first = sorted(forms, key=len, reverse=True)
    return Pattern(
        "|".join(["".join(map(_escaped, form)) for form in longest_first] + [spaced] * bool(spaced))
    )


def _base64_core(raw: bytes) -> str:
    """Return the letters of the base64 form that do not depend on what stands around."""
    lead = len(raw) - len(raw.lstrip(b"\0"))
    text = base64.b64encode(raw).decode().rstrip("=")
    return text[-(-lead * 8 // 6) : len(raw) * 8 // 6]


def _escaped(character: str) -> str:
    return (
        character
        if character.isalnum()
        else "".join(rf"\x{byte:02x}" for byte in character.encode())
        if character.isascii()
        else character
    )
