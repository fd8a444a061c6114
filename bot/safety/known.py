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
_MOST_PATTERN_BYTES = 1 << 18
"""RE2 refuses patterns that would take too much memory."""
_APART = "(?:^|[^A-Za-z0-9]){}(?:[^A-Za-z0-9]|$)"
_PLAIN = re.compile(rb"[A-Za-z0-9._~-]+")


@dataclass(slots=True)
class KnownValues:
    """Values found in one incident, in each way in which links, markup and JSON write them."""

    _values: dict[bytes, bytes] = field(init=False, default_factory=dict, repr=False)
    _patterns: tuple[Pattern, ...] = field(init=False, default=(), repr=False)
    _compiled: int = field(init=False, default=0, repr=False)

    def add(self, value: bytes) -> None:
        """Look for a value from now on."""
        if value not in self._values:
            self._values.update((form, value) for form in _forms(value))

    def places(self, scan: Scan) -> Iterator[tuple[Span, bytes]]:
        """Yield where a value stands in what nobody has claimed, and the value as it was first found.

        One pass for all values, however many: those of a dozen characters anywhere, shorter ones where they
        stand alone. Whoever asks claims each place before asking for the next.
        """
        for pattern in self._searched():
            left = scan.left()
            at = 0
            while (spans := pattern.first(left, scan.meter, at)) is not None:
                start, at = spans[1]
                yield (start, at), self._values[left[start:at]]

    def _searched(self) -> tuple[Pattern, ...]:
        if self._compiled != len(self._values):
            values = sorted(self._values.copy())  # another thread may add one meanwhile
            long = [value for value in values if len(value) >= _LEAST_LOOSE]
            short = [value for value in values if len(value) < _LEAST_LOOSE]
            self._patterns = (
                *map(any_literal, _portions(long)),
                *(any_literal(portion, around=_APART) for portion in _portions(short)),
            )
            self._compiled = len(values)
        return self._patterns


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
