"""From a bot's message to what it states: state, severity, service, times; no vendor is named here."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import chain, islice
from typing import Any

from bot.incident.messages import Alert, AlertState
from bot.incident.times import stated_at
from bot.slack.alert_words import (
    PLACE_NAMES,
    SERVICE_NAMES,
    SEVERITY_NAMES,
    STATE_NAMES,
    TAG_NAMES,
    WEAK_SERVICE_NAMES,
    WEAK_STATE_NAMES,
    bare,
    is_of_record,
    severity_in,
    state_of_color,
    state_of_emoji,
    state_of_head,
    state_of_lead,
    state_of_value,
)
from bot.slack.alerts import Fields
from bot.slack.dates import epoch_at
from bot.slack.rich_text import dicts, string
from bot.slack.services import ending_service, owned_service, spelt_service, told_service
from bot.slack.wordsets import small

Json = Mapping[str, Any]
Pairs = Sequence[tuple[str, str]]

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[_\s-]+")
_ID_PATH = re.compile(r"(?:[\w-]+/)?([\w.-]+)/[0-9a-f]{12,40}")
_ASIDE = re.compile(r" [\[(][^\[\]()]*[\])]$|:\d{2,5}$")
_INLINE_TAG = re.compile(r"(?:^|[\s,({])([a-z][a-z_]{1,30}:[A-Za-z0-9][\w./-]{0,80})")
_TIME_NAME = re.compile(
    r"start|began|begin|since|trigger|fired|creat|opened|ended|ends|resolv|closed|clear|recover|updat|chang|occurr|"
    r"detect|declar|report|seen|time|date|when|activat|acknowledg|until|deployed|finished|(?:^| )at$"
)
_DATE = re.compile(r"<!date\^(\d{1,14})\^([^|>\n]{0,80})")
_ISO_TEXT = r"(20\d\d[-./]\d\d[-./]\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:[.,]\d{1,9})? ?(Z|UTC|GMT|[+-]\d\d:?\d\d)"
_ISO = re.compile(rf"{_ISO_TEXT}?", re.IGNORECASE)
_LINE_OF_TIME = re.compile(rf"^[ (]*{_ISO_TEXT}[ )]*$", re.IGNORECASE | re.MULTILINE)
_EPOCH = re.compile(r"\d{10}(?:\d{3})?(?:\.\d+)?")
_HEAD_CHARS = 300
_SAID = re.compile(
    r"\b(started|began|triggered|fired|resolved|recovered|ended|opened|closed|created|detected|failed|synced|"
    r"deployed|finished|completed|merged|updated|since|activated|changed|"
    r"acknowledged|escalated|declared|reported|occurred|cleared|raised)\b"
    r"[^\n]{0,24}?(?<! in )(?<! after )(?<! for )"
    r"(?=\b(?:20\d\d-\d|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* \d|"
    r"(?<![\d:.-])\d\d?:\d\d))"
)
_MAY_BE_TIME = re.compile(r"\d(?::\d\d|-\d|(?<=[a-z] \d))")
"""Both are asked of small letters."""
_TAG_SIGN = re.compile(r":(?<=[a-z_]:)[A-Za-z0-9]")
_SCOPE = re.compile(r"\{([^{}\n]{1,200})\}")
_NO_DATE = re.compile(r"(?!20)\d{4}-\d\d")
_FIRST_CHARS = 1_000
_FIRST_LINES = 3
_SAID_CHARS = 2_000
_AFTER_CHARS = 48
_VALUE_CHARS = 80
_MOST_TIMES = 12
_MOST_SEVERITY_CHARS = 40
_MOST_SERVICE_CHARS = 200
_MOST_LABEL_CHARS = 40


def read_alert(
    message: Json, *, title: str, text: str, pairs: Pairs, fields: Fields, said_at: datetime
) -> Alert:
    """Read what a bot's message states.

    Args:
        message: Slack's message object.
        title: As flattened; it may be empty.
        text: As flattened.
        pairs: The fields as markup, for the dates in them.
        fields: The same as a reader sees them.
        said_at: When it was posted.
    """
    heads = _heads(title, text)
    named = {_named(name): bare(value) for name, value in reversed([*fields, *_tags(fields, heads)])}
    state, status = _state(named, heads, message)
    return Alert(
        state=state,
        status=status,
        severity=_severity(named, heads),
        service=_service(named, heads, message),
        times=_times(message, pairs, text, said_at),
    )


@lru_cache(maxsize=256)  # a bot has the same few names in all its messages
def _named(name: str) -> str:
    return _CAMEL.sub(" ", name).strip().casefold()


def _tags(fields: Fields, heads: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Read the tags of a field of tags, and of a headline: `on {service:checkout}`, `on service:checkout`."""
    texts = [value for name, value in fields if _named(name) in TAG_NAMES]
    for head in heads:
        texts += _SCOPE.findall(head[:_HEAD_CHARS]) if "{" in head else ()
        texts += _INLINE_TAG.findall(head[:_HEAD_CHARS]) if _TAG_SIGN.search(head) else ()
    for tag in " ".join(texts).replace(",", " ").split():
        name, sign, value = tag.partition(":") if ":" in tag else tag.partition("=")
        if sign and value:
            yield name, value


def _heads(title: str, text: str) -> list[str]:
    """Return what a reader sees first, most telling first: the title, then the first lines."""
    lines = [line for line in text[:_FIRST_CHARS].split("\n") if line.strip()]
    return [head for head in dict.fromkeys((title, *lines[:_FIRST_LINES])) if head]


def _state(named: Mapping[str, str], heads: Sequence[str], message: Json) -> tuple[AlertState, str]:
    """Return the state and its words: of a headline's first word, fields, sentences, emoji, colors."""
    found = chain(
        map(state_of_head, heads),
        _fielded(named, STATE_NAMES),
        map(state_of_lead, heads),
        _fielded(named, WEAK_STATE_NAMES),
        map(state_of_emoji, heads),
        map(_colored, dicts(message.get("attachments"))),
    )
    state, words = next(((state, words) for state, words in found if state), (AlertState.UNKNOWN, ""))
    is_record = bool(state) and is_of_record(heads, words)
    return (AlertState.OPENED if is_record else state), words.strip()


def _fielded(named: Mapping[str, str], names: Sequence[str]) -> Iterator[tuple[AlertState, str]]:
    yield from ((state_of_value(named[name]), named[name]) for name in names if name in named)


def _colored(attachment: Json) -> tuple[AlertState, str]:
    return state_of_color(string(attachment.get("color")).casefold()), ""


def _severity(named: Mapping[str, str], heads: Sequence[str]) -> str:
    stated = (named[name] for name in SEVERITY_NAMES if name in named)
    short = (value for value in stated if value and len(value) <= _MOST_SEVERITY_CHARS)
    return next(short, "") or next(filter(None, map(severity_in, heads)), "")


def _service(named: Mapping[str, str], heads: Sequence[str], message: Json) -> str:
    return next(filter(None, _service_sources(named, heads, message)), "")


def _service_sources(named: Mapping[str, str], heads: Sequence[str], message: Json) -> Iterator[str]:
    """Yield what each source names, surest first: fields, the headline's words, its spelling, places."""
    yield from _services(named, SERVICE_NAMES)
    yield told_service(heads)
    yield from _services(named, WEAK_SERVICE_NAMES)
    yield spelt_service(heads, but_not=named.values())
    yield owned_service([*heads, *_below(message)])
    yield from (name for name in _services(named, PLACE_NAMES) if " " not in name)
    yield from (ending_service(head) for head in heads[:1])


def _services(named: Mapping[str, str], names: Sequence[str]) -> Iterator[str]:
    """Yield values without addresses, ports and ids, that none but machines need."""
    stated = (named[name] for name in names if name in named)
    for value in stated:
        if len(value) <= _MOST_SERVICE_CHARS:
            path = _ID_PATH.fullmatch(value)
            yield path[1] if path else _ASIDE.sub("", value)


def _below(message: Json) -> Iterator[str]:
    for part in dicts(message.get("attachments")):
        yield from (string(part.get(key))[:_HEAD_CHARS] for key in ("footer", "fallback"))


def _times(message: Json, pairs: Pairs, text: str, said_at: datetime) -> tuple[tuple[str, datetime], ...]:
    """Return the times of fields, dates, sentences and attachments; each once, by its best name."""
    found: dict[datetime, str] = {}
    sources = (_fielded_times(pairs, said_at), _dates(message), _said(text, said_at), _alone(text))
    for name, at in islice(chain.from_iterable(sources), _MOST_TIMES):
        if at not in found and (at.second or not any(_is_within(at, other) for other in found)):
            found[at] = name
    return tuple((name, at) for at, name in found.items())


def _is_within(minute: datetime, at: datetime) -> bool:
    """Say whether a time that was shown without seconds is one that is known with them."""
    return timedelta(0) <= at - minute < timedelta(minutes=1)


def _fielded_times(pairs: Pairs, said_at: datetime) -> Iterator[tuple[str, datetime]]:
    for raw, value in pairs:
        name = raw.strip("*: ")
        is_time = "<!date^" in value or _is_time_name(name)
        if is_time and not _NO_DATE.match(value) and (at := _at(value, said_at)):
            yield name, at


@lru_cache(maxsize=256)
def _is_time_name(name: str) -> bool:
    return bool(_TIME_NAME.search(_named(name)))


def _dates(message: Json) -> Iterator[tuple[str, datetime]]:
    for text in [text for text in _texts(message) if "<!date^" in text]:
        yield from ((_label(match), at) for match in _DATE.finditer(text) if (at := epoch_at(match[1])))


def _said(text: str, said_at: datetime) -> Iterator[tuple[str, datetime]]:
    letters = small(text[:_SAID_CHARS])
    matches = (match for start, end in _timed_lines(letters) for match in _SAID.finditer(letters, start, end))
    for match in matches:
        words = text[match.end() : match.end() + _AFTER_CHARS].partition("\n")[0]
        if at := _at(words, said_at):
            yield text[slice(*match.span(1))].lower(), at


def _timed_lines(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each line that may state a time begins and ends."""
    end = 0
    while match := _MAY_BE_TIME.search(text, end):
        start, end = text.rfind("\n", 0, match.start()) + 1, text.find("\n", match.start())
        end = len(text) if end < 0 else end
        yield start, end


def _alone(text: str) -> Iterator[tuple[str, datetime]]:
    """Read a line that holds nothing but a date and a time."""
    for match in _LINE_OF_TIME.finditer(text[:_SAID_CHARS]) if "20" in text else ():
        if at := _iso(match):
            yield "", at


def _texts(message: Json) -> Iterator[str]:
    yield string(message.get("text"))
    for holder in (message, *dicts(message.get("attachments"))):
        for block in dicts(holder.get("blocks")):
            for item in dicts(
                [block.get("text"), *dicts(block.get("elements")), *dicts(block.get("fields"))]
            ):
                yield string(item.get("text"))
        if holder is not message:
            yield from [string(holder.get(key)) for key in ("pretext", "text", "footer") if key in holder]


def _label(match: re.Match[str]) -> str:
    """Return the word that names a date: before it, or first in its own format."""
    own, found, _ = match[2].partition(":")
    if found and "{" not in own:
        return own.strip()[:_MOST_LABEL_CHARS]
    before = (
        match.string[max(0, match.start() - _MOST_LABEL_CHARS) : match.start()]
        .rpartition("\n")[2]
        .rpartition(">")[2]
    )
    name = before.rstrip(" *_:").rpartition("  ")[2].strip(" *_|·•")
    return name if _TIME_NAME.search(name.casefold()) else ""


def _at(value: str, said_at: datetime) -> datetime | None:
    if match := _DATE.search(value):
        return epoch_at(match[1])
    if match := _ISO.search(value):
        return _iso(match)
    words = value.strip("`* ")
    return epoch_at(words) if _EPOCH.fullmatch(words) else stated_at(words[:_VALUE_CHARS], said_at=said_at)


def _iso(match: re.Match[str]) -> datetime | None:
    zone = (match[3] or "Z").upper().replace("UTC", "Z").replace("GMT", "Z")
    try:
        day = match[1].replace(".", "-").replace("/", "-")
        return datetime.fromisoformat(f"{day}T{match[2]}{zone}").astimezone(UTC)
    except ValueError:  # 2026-02-31, or an hour that no day has
        return None
