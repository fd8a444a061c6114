"""Dates that Slack shows to each reader in their own zone: here in UTC, by the format that the sender chose.

The names of the formats are those of Slack's reference on date formatting. Words that depend on when they are
read (`today`, `5 minutes ago`) become the date itself.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime

_PART = re.compile(r"\{([a-z_]+)\}")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_PLAUSIBLE_SECONDS = range(946_684_800, 4_102_444_800)
"""The years 2000 to 2099: a number outside is a placeholder, not a time."""
_DIGITS_OF_SECONDS = 11
_DIGITS_OF_MILLISECONDS = 14


def shown_date(timestamp: str, pattern: str) -> str:
    """Return a date as its format says, in UTC: `2025-03-21 at 19:49 UTC`; empty when it cannot be shown.

    Args:
        timestamp: Seconds since 1970.
        pattern: Such as `{date_num} at {time}`.
    """
    at = epoch_at(timestamp)
    names = _PART.findall(pattern)
    if at is None or not names or not all(name in _FORMATS for name in names):
        return ""
    return _PART.sub(lambda match: _FORMATS[match[1]](at), pattern)


def epoch_at(timestamp: str) -> datetime | None:
    """Return the time of a number of seconds, or of milliseconds; None for any other."""
    whole, _, _ = timestamp.partition(".")
    if not (whole.isascii() and whole.isdigit() and len(whole) <= _DIGITS_OF_MILLISECONDS):
        return None
    seconds = int(whole) // (1_000 if len(whole) > _DIGITS_OF_SECONDS else 1)
    return datetime.fromtimestamp(seconds, UTC) if seconds in _PLAUSIBLE_SECONDS else None


def _day(at: datetime) -> str:
    return f"{_MONTHS[at.month - 1]} {at.day}, {at.year}"


def _short_day(at: datetime) -> str:
    return f"{_MONTHS[at.month - 1][:3]} {at.day}, {at.year}"


def _long_day(at: datetime) -> str:
    return f"{_DAYS[at.weekday()]}, {_day(at)}"


def _number(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"


def _clock(at: datetime) -> str:
    return f"{at:%H:%M} UTC"


_FORMATS: dict[str, Callable[[datetime], str]] = {
    "date": _day,
    "date_pretty": _day,
    "day_divider_pretty": _long_day,
    "date_short": _short_day,
    "date_short_pretty": _short_day,
    "date_long": _long_day,
    "date_long_pretty": _long_day,
    "date_long_full": _long_day,
    "date_num": _number,
    "date_slash": _number,
    "time": _clock,
    "time_secs": lambda at: f"{at:%H:%M:%S} UTC",
    "ago": lambda at: f"{_number(at)} {_clock(at)}",
}
