"""Numbers as values: `1.5 GB` is `1536 MB`, `60 min` an hour; `about 40 %` may be said of `39.7 %`.

A number with a unit is one of the same kind with the same value. Rounding is allowed to two digits or more,
or when the words say that it is rounded, within a twentieth. Everything else is another number.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.incident.number_words import plain_letters

_UNITS: dict[str, tuple[str, float]] = {
    **dict.fromkeys(("%", "percent", "pct"), ("percent", 1)),
    **dict.fromkeys(("us", "µs"), ("time", 1e-6)),
    **dict.fromkeys(("ms", "msec", "milliseconds", "millisecond"), ("time", 1e-3)),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), ("time", 1)),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), ("time", 60)),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), ("time", 3_600)),
    **dict.fromkeys(("d", "day", "days"), ("time", 86_400)),
    **dict.fromkeys(("week", "weeks"), ("time", 604_800)),
    **dict.fromkeys(("b", "byte", "bytes"), ("size", 1)),
    **dict.fromkeys(("kb", "kib", "ki"), ("size", 2**10)),
    **dict.fromkeys(("mb", "mib", "mi"), ("size", 2**20)),
    **dict.fromkeys(("gb", "gib", "gi"), ("size", 2**30)),
    **dict.fromkeys(("tb", "tib", "ti"), ("size", 2**40)),
    **dict.fromkeys(("x", "times", "fold"), ("times", 1)),
    **dict.fromkeys(("k", "thousand"), ("", 1e3)),
    **dict.fromkeys(("million", "mio"), ("", 1e6)),
}
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_QUANTITY = re.compile(
    rf"(?P<hedge>\b(?:about|around|roughly|nearly|almost|approximately|approx\.?|circa|ca\.|some|"
    rf"over|under|more than|less than|at least|up to)\s+|[~≈]\s?)?"
    rf"(?<![\w.:/-])(?P<number>\d+(?:\.\d+)?)(?:(?:\s?|-)(?P<unit>{_UNIT}))?(?![\w%]|\.\d|:\d|/\w|-\w)",
    re.IGNORECASE,
)
_HOURS_AND_MINUTES = re.compile(r"(?<![\w.])(\d+) ?h(?:ours?|rs?)?(?: and)? ?(\d{1,2}) ?m(?:in(?:utes?)?)?\b")
_SECONDS = 3_600, 60
_SEPARATOR = re.compile(r"(?<=\d)[,'_\u2019\u2009\u202f](?=\d{3}(?!\d))")
_ROUGHLY = 0.05
_EXACTLY = 0.001
_KIBI = 1.024
_MOST_KIBIS = 4
_TWO_DIGITS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A number with what it counts.

    Attributes:
        value: In seconds, bytes (binary), percent or plain.
        kind: `time`, `size`, `percent`, `times`; empty for a number without a unit.
        step: What one more in its last digit would be, in `value`'s unit.
        is_rough: Its own words say that it is rounded.
        words: As it stands there.
    """

    value: float
    kind: str
    step: float
    is_rough: bool
    words: str


def plain_numbers(text: str) -> str:
    """Return `text` with `3,000` as `3000`, and `1 h 5 min` as the minutes it is."""
    plain = _SEPARATOR.sub("", plain_letters(text))
    return _HOURS_AND_MINUTES.sub(lambda found: f"{int(found[1]) * 60 + int(found[2])} min", plain)


def quantities(text: str) -> Iterator[Quantity]:
    """Yield the numbers of a text that stand alone or with a unit; not those within names and times."""
    for found in _QUANTITY.finditer(plain_numbers(text)):
        yield _quantity(found)


def without_quantities(text: str) -> str:
    """Return what is left of a text when its quantities are out: the names and times."""
    return _QUANTITY.sub(" ", plain_numbers(text))


def _quantity(found: re.Match[str]) -> Quantity:
    number, unit = found["number"], (found["unit"] or "").lower()
    kind, factor = _UNITS.get(unit, ("", 1))
    decimals = len(number.partition(".")[2])
    return Quantity(
        value=float(number) * factor,
        kind=kind,
        step=factor / 10**decimals,
        is_rough=found["hedge"] is not None,
        words=found[0].removeprefix(found["hedge"] or "").strip(),
    )


def is_same(said: Quantity, held: Iterable[Quantity]) -> bool:
    """Say whether one of the quantities that are `held` is the one that is `said`.

    A number without a unit may stand for one of any kind on the other side: tables and logs leave units out.
    """
    return any(_agrees(said, one) for one in held if not (said.kind and one.kind) or said.kind == one.kind)


def _agrees(said: Quantity, held: Quantity) -> bool:
    distance = abs(said.value - held.value)
    if distance <= _EXACTLY * abs(held.value) or _is_decimal_size(said, held):
        return True
    if said.is_rough:
        return distance <= _ROUGHLY * abs(held.value)
    is_rounder = said.step > held.step and said.value >= _TWO_DIGITS * said.step
    return is_rounder and said.kind == held.kind and distance <= said.step / 2


def _is_decimal_size(said: Quantity, held: Quantity) -> bool:
    """Some count 1,000 megabytes to a gigabyte."""
    if said.kind != "size" or held.kind != "size" or not said.value or not held.value:
        return False
    ratio = max(said.value, held.value) / min(said.value, held.value)
    return any(abs(ratio - _KIBI**n) <= _EXACTLY * ratio for n in range(1, _MOST_KIBIS))
