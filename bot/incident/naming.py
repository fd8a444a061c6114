"""People's names, and sentences without them: a cause is never a person."""

import re
from collections.abc import Iterable

from bot.incident.entities import listed
from bot.incident.messages import AuthorKind, Message

_DOER_FIELDS = frozenset(
    {
        "author",
        "queued by",
        "assigned",
        "assigned to",
        "owner",
        "merged by",
        "user",
        "actor",
        "by",
        "created by",
    }
)
_ALSO_WORDS = listed(
    """
    april art august bill bot chase chip cliff dale dean dot drew frank gene grace grant guy hope hunter
    iris ivy jack joy june lane lee mark mat max may miles nick norm page pat penny pierce ray red reed rich
    rob robin rose sandy sky star stone sue summer tab trace van victor wade ward will app deploy admin root
    system user
    """
)
"""Names that are words too: `max connections` is nobody."""

_MIN_NAME = 2
_FIRST_PERSON = (
    (re.compile(r"(?<![\w/.-])(?:i|we)(?:'ve|'d| have)?(?![\w/.-])", re.IGNORECASE), "somebody"),
    (re.compile(r"\b(?:my|our)\b", re.IGNORECASE), "the"),
    (re.compile(r"(?<![\w-])us(?![\w-])"), "them"),
    (re.compile(r"(?<![\w-])me(?![\w-])"), "somebody"),
)
_BY = r"\s*\bby:?\s+@?(?:{names})\b"


def people(messages: Iterable[Message]) -> frozenset[str]:
    """Return people's names: authors, whole and in parts, and whom a bot's fields name as the doer."""
    found: set[str] = set()
    for message in messages:
        if message.author.kind in {AuthorKind.PERSON, AuthorKind.EXTERNAL}:
            found.add(message.author.name)
        found.update(
            value for name, value in message.fields if name.lower() in _DOER_FIELDS and value.isalpha()
        )
    parts = {part for name in found for part in (name, *name.split())}
    return frozenset(part for part in parts if len(part) > _MIN_NAME and any(c.isalpha() for c in part))


def nameless(text: str, *, names: Iterable[str]) -> str:
    """Return `text` with each of `names` left out or called somebody."""
    sure = [re.escape(n) for n in sorted(names, key=len, reverse=True) if n.lower() not in _ALSO_WORDS]
    unsure = [re.escape(n.capitalize()) for n in sorted(names) if n.lower() in _ALSO_WORDS]
    if sure:
        either = "|".join(sure)
        text = re.sub(_BY.format(names=either), "", text, flags=re.IGNORECASE)
        text = re.sub(rf"(?<![\w/.:-])@?(?:{either})(?![\w/-])", "somebody", text, flags=re.IGNORECASE)
    if unsure:
        text = re.sub(
            rf"@(?:{'|'.join(unsure)})\b|\b(?:{'|'.join(unsure)})(?='s\b| \w+ed\b| ran\b| put\b)",
            "somebody",
            text,
        )
    return text


def impersonal(text: str, *, names: Iterable[str]) -> str:
    """Return `text` without names and without a first person."""
    text = nameless(text, names=names)
    for pattern, instead in _FIRST_PERSON:
        text = pattern.sub(instead, text)
    return text
