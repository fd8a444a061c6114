"""Times that a text states, resolved against the moment it was written. All UTC."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_MONTHS = {
    name: n
    for n, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_TIME = r"(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?(?:\.\d+)?"
_AHEAD = timedelta(minutes=2)
"""Clocks of people and machines differ: a time this little in the future is still meant as today's."""

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}

_ISO = re.compile(
    r"(?<!\d)(?P<year>20\d\d)-(?P<mon>\d\d)-(?P<day>\d\d)"
    r"(?:[T ](?P<hour>[0-2]\d):(?P<minute>\d\d)(?::(?P<second>\d\d))?)?"
)
_DAY_MONTH = re.compile(
    rf"\b(?:(?P<day>[0-3]?\d)\s+{_MONTH}|{_MONTH.replace('month', 'month2')}\s+(?P<day2>[0-3]?\d))"
    rf"(?!\w)(?:,?\s+(?P<year>20\d\d))?(?:,?\s+(?:at\s+)?{_TIME}(?:\s?(?P<half>[ap]m)\b)?)?",
    re.IGNORECASE,
)
_CLOCK = re.compile(rf"(?<![\d:./-]){_TIME}(?![\d:])(?:\s?(?P<half>[ap]m)\b)?", re.IGNORECASE)
_NAMED = re.compile(r"\bat (?P<name>noon|midnight)\b", re.IGNORECASE)
_AGO = re.compile(
    r"\b(?P<count>\d{1,3})\s?(?P<unit>[smhd])(?:ec|in|r|our|ay)?(?:ond|ute)?s? ago\b", re.IGNORECASE
)
_SOON = timedelta(hours=9)
_COMING = re.compile(
    r"\b(?:today|until|till|by|closes?|due|deadline|starts?|begins?|will|needs?|holds?|opens?|extends?|departs?|"
    r"is at|planned|before)\b",
    re.IGNORECASE,
)
_PAST_WORDS = re.compile(
    r"\b(?:since|was|were|last|yesterday|night|had|did|began|broke|went|came|saw|ran)\b", re.IGNORECASE
)
_YESTERDAY = re.compile(r"\b(?:yesterday|last night|the day before)\b", re.IGNORECASE)
_NOON = 12
_MAY_STATE = re.compile(r"\d|\bat (?:noon|midnight)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """One time in a text.

    Attributes:
        at: Aware, UTC.
        start: Where in the text it stands, in characters.
        is_exact: A clock time was given, not only a day.
    """

    at: datetime
    start: int
    is_exact: bool = True


def stated_times(text: str, *, said_at: datetime) -> tuple[Stated, ...]:
    """Return the times in `text`, in the order they stand there.

    A clock time without a date is the latest such time before `said_at`; `yesterday` moves it a day back.
    One that lies a few hours ahead, as in `the window closes at 12:00`, is a plan and is left out.
    """
    if not _MAY_STATE.search(text):
        return ()
    found: list[Stated] = []
    taken: list[tuple[int, int]] = []
    for pattern, read in _READERS:
        for match in pattern.finditer(text):
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            taken.append(match.span())
            found.extend(_read(read, match, said_at))
    return tuple(sorted(found, key=lambda stated: stated.start))


def stated_at(text: str, *, said_at: datetime) -> datetime | None:
    """Return the first exact time in `text`, or None."""
    return next((stated.at for stated in stated_times(text, said_at=said_at) if stated.is_exact), None)


_Reader = Callable[[re.Match[str], datetime], Stated]


def _read(read: _Reader, match: re.Match[str], said_at: datetime) -> Iterator[Stated]:
    try:
        yield read(match, said_at)
    except ValueError:  # 2026-02-31, or a time still to come: nothing that happened
        return


def _iso(match: re.Match[str], said_at: datetime) -> Stated:
    del said_at
    hour = match["hour"]
    at = datetime(
        int(match["year"]), int(match["mon"]), int(match["day"]), int(hour or 0), int(match["minute"] or 0),
        int(match["second"] or 0), tzinfo=UTC,
    )  # fmt: skip
    return Stated(at=at, start=match.start(), is_exact=hour is not None)


def _day_month(match: re.Match[str], said_at: datetime) -> Stated:
    month = _MONTHS[(match["month"] or match["month2"]).lower()[:3]]
    at = datetime(
        int(match["year"] or said_at.year), month, int(match["day"] or match["day2"]), _hour(match),
        int(match["minute"] or 0), int(match["second"] or 0), tzinfo=UTC,
    )  # fmt: skip
    if match["year"] is None and at > said_at + _AHEAD:
        at = at.replace(year=at.year - 1)
    return Stated(at=at, start=match.start(), is_exact=match["hour"] is not None)


def _clock(match: re.Match[str], said_at: datetime) -> Stated:
    at = said_at.replace(
        hour=_hour(match), minute=int(match["minute"]), second=int(match["second"] or 0), microsecond=0
    )
    return Stated(at=_past(at, match, said_at), start=match.start())


def _hour(match: re.Match[str]) -> int:
    """Return the hour of the day, of twelve hours where it is told which half."""
    hour = int(match["hour"] or 0)
    return hour % _NOON + (_NOON if match["half"].lower() == "pm" else 0) if match["half"] else hour


def _named(match: re.Match[str], said_at: datetime) -> Stated:
    hour = _NOON if match["name"].lower() == "noon" else 0
    at = said_at.replace(hour=hour, minute=0, second=0, microsecond=0)
    return Stated(at=_past(at, match, said_at), start=match.start())


def _past(at: datetime, match: re.Match[str], said_at: datetime) -> datetime:
    near = match.string[max(0, match.start() - 24) : match.end() + 12]
    if _YESTERDAY.search(near) and at.date() == said_at.date():
        return at - timedelta(days=1)
    if at <= said_at + _AHEAD:
        return at
    is_plan = _COMING.search(near) and not _PAST_WORDS.search(near)
    if at - said_at <= _SOON and is_plan:
        raise ValueError(match[0])
    return at - timedelta(days=1)


def _ago(match: re.Match[str], said_at: datetime) -> Stated:
    span = timedelta(seconds=int(match["count"]) * _UNITS[match["unit"].lower()])
    return Stated(at=said_at - span, start=match.start())


_READERS: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    (_ISO, _iso),
    (_DAY_MONTH, _day_month),
    (_AGO, _ago),
    (_NAMED, _named),
    (_CLOCK, _clock),
)
