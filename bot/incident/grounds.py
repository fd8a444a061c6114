"""What a statement may speak of: the words, numbers, names and moments of what it cites."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import combinations

from bot.incident.entities import stem
from bot.incident.messages import Message
from bot.incident.number_words import number_words
from bot.incident.quantities import Quantity, plain_numbers, quantities

_CLOCK = re.compile(
    r"(?<![\d.:])(?P<hour>\d{1,2})[:h](?P<minute>\d{2})(?::\d{2}(?:[.,]\d+)?)?\s?(?P<half>[ap]\.?m\b)?(?!\d|:\d)",
    re.IGNORECASE,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<{}>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAYS = (
    re.compile(r"\b(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?!\d)"),
    re.compile(
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH.format('name')}(?:,?\s+(?P<year>\d{{4}}))?\b",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b{_MONTH.format('name')}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<year>\d{{4}}))?\b",
        re.IGNORECASE,
    ),
)
_WORD = re.compile(r"[A-Za-z]{2,}")
_JOINT = re.compile(r"[-_ ]")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_HASH = re.compile(r"[0-9a-f]{7,40}")
_NOON = 12
_MINUTE_SECONDS = 60
_MOST_MOMENTS = 40
"""Of more messages than these nobody computes the minutes between each two."""


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What one statement rests on.

    Attributes:
        texts: Redacted words of messages, look-ups and of the question.
        at: When what is cited was said or happened; aware, UTC.
    """

    texts: tuple[str, ...] = ()
    at: tuple[datetime, ...] = field(default=())

    @classmethod
    def of(
        cls, messages: Iterable[Message], *, texts: Iterable[str] = (), at: Iterable[datetime] = ()
    ) -> "Ground":
        """Return the ground that messages give, with further words and moments."""
        told = tuple(messages)
        return cls(
            texts=(*(m.text for m in told), *texts), at=tuple(dict.fromkeys((*(m.at for m in told), *at)))
        )

    @cached_property
    def held(self) -> str:
        """All its words, lower-case, numbers without separators."""
        return plain_numbers("\n".join(self.texts)).lower()

    @cached_property
    def flat(self) -> str:
        """All its words, lower-case, any white space as one blank."""
        return " ".join("\n".join(self.texts).lower().split())

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of all its words, parts of names too."""
        return frozenset(stem(word) for text in self.texts for word in _WORD.findall(_CAMEL.sub(" ", text)))

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        """Its numbers, and the minutes between its moments: those are computed."""
        told = dict.fromkeys(one for text in self.texts for one in quantities(_loosened(text)))
        spelled = " ".join(
            f"{value:g} ;" for text in self.texts for _, clock, value in number_words(text) if not clock
        )
        return (*told, *quantities(f"{spelled} {' '.join(f'{minutes} min ;' for minutes in self._spans())}"))

    @cached_property
    def moments(self) -> frozenset[str]:
        """The clock times that it states and those of its moments: `21:38`."""
        return frozenset(moment for text in self.texts for _, moment in clocks(text)) | {
            f"{at:%H:%M}" for at in self.at
        }

    @cached_property
    def days(self) -> frozenset[tuple[int, int]]:
        """Month and day of what it states and of its moments."""
        return frozenset(day for text in self.texts for _, day in days(text)) | {
            (at.month, at.day) for at in self.at
        }

    def says(self, words: str) -> bool:
        """Say whether these very words stand in it, but for letters' size and white space."""
        return " ".join(words.lower().split()) in self.flat

    def names(self, token: str) -> bool:
        """Say whether it holds this name, joined in any way."""
        parts = [
            re.escape(part) for part in _JOINT.split(_CAMEL.sub("-", token).lower().removeprefix("v")) if part
        ]
        if not parts:
            return False
        tail = r"[0-9a-f]*" if _HASH.fullmatch(token) else ""
        start = (
            r"(?<![\w])v?" if parts[0][:1].isdigit() else r"(?<!\w)v?" if token[:1] in "vV" else r"(?<!\w)"
        )
        return re.search(rf"{start}{r'[-_ ]?'.join(parts)}{tail}(?!\w)", self.held) is not None

    def spells(self, acronym: str) -> bool:
        """Say whether it holds what an acronym stands for, written out."""
        if not acronym.isupper() or not acronym.isalpha():
            return False
        return re.search(r"\b" + r"\w*[\s-]+".join(acronym.lower()) + r"\w+", self.held) is not None

    def shows(self, sign: re.Pattern[str]) -> bool:
        """Say whether a sign stands in it."""
        return sign.search(self.held) is not None

    def _spans(self) -> Iterator[int]:
        if len(self.at) > _MOST_MOMENTS:
            return
        for one, other in combinations(self.at, 2):
            minutes = int(abs((one - other).total_seconds()) // _MINUTE_SECONDS)
            yield from (minutes, minutes + 1)


def clocks(text: str) -> Iterator[tuple[str, str]]:
    """Yield the clock times of a text as they stand there and as `21:38`: `9:38 pm`, `21h38`, ISO times."""
    for found in _CLOCK.finditer(text):
        hour = int(found["hour"])
        if found["half"]:
            hour = hour % _NOON + (_NOON if found["half"][0] in "pP" else 0)
        yield found[0].strip(), f"{hour:02d}:{found['minute']}"


def days(text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield the dates of a text as they stand there, and their month and day."""
    for form in _DAYS:
        for found in form.finditer(text):
            parts = found.groupdict()
            month = int(parts["month"]) if "month" in parts else _MONTHS.index(parts["name"].lower()) + 1
            yield found[0], (month, int(parts["day"]))


def _loosened(text: str) -> str:
    """Return a text in which numbers stand alone that are joined there: `size=50`, `7→8`, `1/3`, `(50)`."""
    return re.sub(r"[=→/(),;\[\]<>|\"'`:]|->", " ", plain_numbers(text))
