"""What a sentence claims that can be looked up: numbers and names, and whether cited messages hold them."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import combinations, pairwise

from bot.incident.messages import Message

_TOKEN = re.compile(r"[#@]?[A-Za-z0-9][\w.:/@%+-]*")
_CLOCK = re.compile(r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::\d{2})?Z?")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_SEPARATOR = re.compile(r"(?<=\d),(?=\d{3})")
_MINUTE_SECONDS = 60


def unfounded(text: str, messages: Iterable[Message]) -> tuple[str, ...]:
    """Return the numbers and identifiers in `text` that none of `messages` holds.

    A clock time may be that of a message itself, and a number the minutes between two of them: both are
    computed.
    """
    cited = tuple(messages)
    held = _SEPARATOR.sub("", "\n".join(m.text for m in cited)).lower()
    numbers = frozenset(_NUMBER.findall(held)) | frozenset(_computed(cited))
    return tuple(token for token in _claims(text) if not _is_held(token, held, numbers))


def _claims(text: str) -> Iterator[str]:
    for found in _TOKEN.findall(_SEPARATOR.sub("", text)):
        token = found.strip(".,:/-+@")
        if any(char.isdigit() for char in token) or _is_code_name(token):
            yield token


def _is_code_name(token: str) -> bool:
    inner_capital = any(a.islower() and b.isupper() for a, b in pairwise(token))
    return inner_capital or "_" in token or "::" in token


def _is_held(token: str, held: str, numbers: frozenset[str]) -> bool:
    lowered = token.lower()
    if _CLOCK.fullmatch(token):
        return _clock(token) in numbers or lowered in held
    if _is_plain_number(lowered):
        return all(number in numbers for number in _NUMBER.findall(lowered))
    return re.search(rf"(?<!\w){re.escape(lowered)}(?!\w)", held) is not None


def _is_plain_number(token: str) -> bool:
    return re.fullmatch(r"\d+(?:\.\d+)?(?:%|[a-z]{1,3}|x)?", token) is not None


def _clock(token: str) -> str:
    match = _CLOCK.fullmatch(token)
    return f"{int(match['hour']):02d}:{match['minute']}" if match else token


def _computed(messages: tuple[Message, ...]) -> Iterator[str]:
    moments = [m.at for m in messages]
    yield from (f"{at:%H:%M}" for at in moments)
    yield from (str(minutes) for pair in combinations(moments, 2) for minutes in _minutes_between(*pair))


def _minutes_between(one: datetime, other: datetime) -> tuple[int, int]:
    minutes = int(abs((one - other).total_seconds()) // _MINUTE_SECONDS)
    return minutes, minutes + 1
