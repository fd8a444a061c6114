"""Where people state what cannot both be true: when it began, where it happens, which version runs.

It stands on the board alone, with both messages, and says nothing of who is right. It keeps silent where a
later message corrects an earlier one, where something changed in between, and where they speak of different
things: a wrong note costs more at night than a missing one.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations

from bot.incident.facts import FactKind, Facts
from bot.incident.messages import AuthorKind, Incident, Message
from bot.incident.times import stated_times

_APART = timedelta(minutes=10)
_SAME_NIGHT = timedelta(hours=12)
_MOST = 3
_CORRECTS = re.compile(
    r"\b(?:actually|correction|correcting|sorry|my mistake|scratch that|no,|nope|turns out|not since|earlier"
    r" than|later than|i was wrong|misread|update:)",
    re.IGNORECASE,
)
_ASKS = re.compile(r"\?\s*$")
_BEGAN = re.compile(
    r"\b(?:since|start(?:ed|ing)?(?: at| around| about)?|beg[au]n(?: at| around)?|broke at|failing from)"
    r"\s+(?:about |around |~ ?)?(?=\d{1,2}:\d{2})",
    re.IGNORECASE,
)
_TROUBLE = re.compile(
    r"\b(?:fail\w*|error\w*|down|broken|slow|timeouts?|timing out|outage|5\d\d|unavailable|affected|drop\w*"
    r"|latency|spik\w+|stuck)\b",
    re.IGNORECASE,
)
_REGION = re.compile(
    r"\b((?:us|eu|ap|sa|ca|me|af|il)-(?:north|south|east|west|central|northeast|northwest|southeast|southwest)"
    r"-\d)[a-z]?\b"
)
_ONLY = re.compile(
    r"\b(?:only|just)\b(?:\s+\w+){0,4}\s+(?:in\s+)?(?=(?:us|eu|ap|sa|ca|me|af|il)-)|-\d\w? only\b"
)
_WELL = re.compile(r"\b(?:fine|ok|healthy|not affected|unaffected|no errors)\b", re.IGNORECASE)
_RUNS = re.compile(
    r"\b([a-z][\w-]{2,40}) (?:is|are|runs?|running)(?: still| already| now)?(?: on| at)? v?(\d+(?:\.\d+)+)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Two statements of which one at most holds.

    Attributes:
        about: `onset`, `region` or `version`.
        words: The two values, in the order in which they were said: `14:05`, `13:50`.
        cites: The messages, in the same order.
    """

    about: str
    words: tuple[str, str]
    cites: tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Stated:
    about: str
    value: str
    message: Message


def contradictions(incident: Incident, facts: Facts) -> tuple[Contradiction, ...]:
    """Return what people state against each other, oldest first, three at most.

    Args:
        incident: Redacted.
        facts: Of it: what changed between two statements answers for the difference.
    """
    said = [m for m in incident.messages if m.author.kind is AuthorKind.PERSON and not _ASKS.search(m.text)]
    found = [*_onsets(said), *_regions(said), *_versions(said, facts)]
    return tuple(found[:_MOST])


def _onsets(said: Sequence[Message]) -> Iterator[Contradiction]:
    began = [_Stated("onset", _began(m), m) for m in said if _TROUBLE.search(m.text)]
    for one, other in _pairs([stated for stated in began if stated.value]):
        times = [stated_times(s.value, said_at=s.message.at) for s in (one, other)]
        if not all(times):
            continue
        gap = abs(times[0][0].at - times[1][0].at)
        if _APART <= gap <= _SAME_NIGHT and _shares_subject(one.message, other.message):
            yield _told(one, other)


def _began(message: Message) -> str:
    found = _BEGAN.search(message.text)
    return message.text[found.end() :][:5].rstrip() if found else ""


def _shares_subject(one: Message, other: Message) -> bool:
    """Say whether both may speak of the same thing: neither names a system that the other does not."""
    first, second = (_named(m.text) for m in (one, other))
    return not first or not second or bool(first & second)


def _named(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\b[a-z]+(?:-[a-z0-9]+)+\b", text.lower()))


def _regions(said: Sequence[Message]) -> Iterator[Contradiction]:
    """`only eu-west-1` against a failure told of another region."""
    told = [_Stated("region", _region(m), m) for m in said if _TROUBLE.search(m.text)]
    claims = [one for one in told if one.value and _ONLY.search(one.message.text)]
    for claim in claims:
        others = (
            one for one in told if one.value not in {"", claim.value} and not _WELL.search(one.message.text)
        )
        for one, other in (_in_order(claim, each) for each in others):
            if one.message.author.id != other.message.author.id and not _is_settled(
                one.message, other.message
            ):
                yield _told(one, other)
                return


def _region(message: Message) -> str:
    found = _REGION.findall(message.text)
    return found[0] if len(set(found)) == 1 else ""


def _versions(said: Sequence[Message], facts: Facts) -> Iterator[Contradiction]:
    runs = [(m, match[1].lower(), match[2]) for m in said for match in _RUNS.finditer(m.text)]
    for (one, name, version), (other, named, another) in combinations(runs, 2):
        is_same = name == named and version != another and one.author.id != other.author.id
        if is_same and not _is_settled(one, other) and not _changed(one, other, name, facts):
            yield _told(
                _Stated("version", f"{name} {version}", one), _Stated("version", f"{name} {another}", other)
            )


def _changed(one: Message, other: Message, name: str, facts: Facts) -> bool:
    """Say whether something was done to it in between."""
    acts = facts.of(FactKind.CHANGE, FactKind.ACTION, FactKind.DECISION)
    return any(one.at <= fact.at <= other.at and name in fact.text.lower() for fact in acts)


def _pairs(stated: Iterable[_Stated]) -> Iterator[tuple[_Stated, _Stated]]:
    for one, other in combinations(stated, 2):
        if one.message.author.id != other.message.author.id and not _is_settled(one.message, other.message):
            yield one, other


def _is_settled(one: Message, other: Message) -> bool:
    """Say whether the later of two corrects the earlier."""
    later = max(one, other, key=lambda message: message.at)
    return _CORRECTS.search(later.text) is not None


def _in_order(one: _Stated, other: _Stated) -> tuple[_Stated, _Stated]:
    first, second = sorted((one, other), key=lambda stated: stated.message.at)
    return first, second


def _told(one: _Stated, other: _Stated) -> Contradiction:
    return Contradiction(
        about=one.about, words=(one.value, other.value), cites=(one.message.id, other.message.id)
    )
