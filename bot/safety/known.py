"""Values that are looked for wherever they stand: found once in an incident, or the process's own."""

import base64
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from urllib.parse import quote, unquote

from bot.safety.patterns import Meter, Pattern, Span
from bot.safety.scan import Scan

LEAST_LITERAL = 6
"""Shorter values are not looked for bare."""
MOST_LITERAL = 4096
"""Longer values are not looked for bare: who pastes one again pastes what surrounds it."""
_LEAST_LOOSE = 12
_MOST_SPACED = 256
_FEW = 40
"""So many beginnings are looked for one by one; of more, each place of a text is looked up."""
_PLACE_COST = 20
"""What looking up one place costs, in bytes read by a pattern."""
_UNCLAIMED = re.compile(rb"[^\0]{6,}")
_PLAIN = re.compile(rb"[A-Za-z0-9._~-]+")


@dataclass(slots=True)
class KnownValues:
    """Values found in one incident, in each way in which links, markup and JSON write them."""

    _values: dict[bytes, bytes] = field(init=False, default_factory=dict, repr=False)
    _stems: dict[bytes, list[bytes]] = field(init=False, default_factory=dict, repr=False)
    """Values by how they begin, each list sorted."""
    _within: dict[bytes, bytes] = field(init=False, default_factory=dict, repr=False)
    """Of values that begin with another one, the longest such."""
    _most_bytes: int = field(init=False, default=0, repr=False)

    def __contains__(self, value: bytes) -> bool:
        """Say whether a value is looked for as it is."""
        return value in self._values

    def add(self, value: bytes) -> None:
        """Look for a value from now on that was not looked for before."""
        for form in _forms(value):
            if form not in self._values:
                self._values[form] = value
                self._insert(form)

    def _insert(self, form: bytes) -> None:
        self._most_bytes = max(self._most_bytes, len(form))
        begun = self._stems.setdefault(form[:LEAST_LITERAL], [])
        number = bisect_right(begun, form)
        shorter = begun[number - 1] if number else b""
        while shorter and not form.startswith(shorter):
            shorter = self._within.get(shorter, b"")
        if shorter:
            self._within[form] = shorter
        for longer in takewhile(lambda other: other.startswith(form), begun[number:]):
            if len(self._within.get(longer, b"")) < len(form):
                self._within[longer] = form
        begun.insert(number, form)

    def places(self, scan: Scan) -> Iterator[tuple[Span, bytes]]:
        """Yield where a value stands in what nobody has claimed, and the value as it was first found.

        Of several at one place the longest counts: those of a dozen characters anywhere, shorter ones where
        they stand alone.
        """
        if not self._values:
            return
        left, end = scan.left(), 0
        for at in self._begun(left, scan.meter):
            form = self._longest(left, at, scan.meter) if at >= end else b""
            if form:
                end = at + len(form)
                yield (at, end), self._values[form]

    def _begun(self, left: bytes, meter: Meter) -> Sequence[int]:
        """Return where a text has the beginning of any value, in its order."""
        stems = set(self._stems)  # another thread may add one meanwhile
        if len(stems) <= _FEW:
            meter.spend(len(stems) * len(left))
            return sorted(at for stem in stems for at in _finds(left, stem))
        meter.spend(_PLACE_COST * len(left))
        begun: dict[bytes, list[int]] = {}  # what stands between values is often the same
        places: list[int] = []
        for found in _UNCLAIMED.finditer(left):
            run = found[0]
            told = begun.get(run)
            if told is None:
                last = len(run) - LEAST_LITERAL
                told = [at for at in range(last + 1) if run[at : at + LEAST_LITERAL] in stems]
                begun[run] = told
            if told:
                start = found.start()
                places += [start + at for at in told]
        return places

    def _longest(self, left: bytes, at: int, meter: Meter) -> bytes:
        """Return the longest value at a place that may stand there; nothing where there is none.

        Whatever a text begins with stands, in the order of letters, right before it, or what stands there
        begins with it too.
        """
        begun = self._stems[left[at : at + LEAST_LITERAL]]
        text = left[at : at + self._most_bytes]
        while text:
            meter.spend(_PLACE_COST)
            number = bisect_right(begun, text)
            form = begun[number - 1] if number else b""
            if text.startswith(form):
                if _may_stand(left, at, at + len(form)):
                    return form
                text = form[:-1]
            else:
                shorter = self._within.get(form, b"")
                text = shorter[: _shared(shorter, text)]
        return b""


def _shared(one: bytes, other: bytes) -> int:
    """Return how many bytes two values have in common at their beginning."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle - 1)
    return low


def _may_stand(left: bytes, start: int, end: int) -> bool:
    """Say whether a value is long, or stands alone."""
    is_joined = left[start - 1 : start].isalnum() or left[end : end + 1].isalnum()
    return end - start >= _LEAST_LOOSE or not is_joined


def _finds(text: bytes, word: bytes) -> Iterator[int]:
    """Yield every place of a word, those within each other too."""
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


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
