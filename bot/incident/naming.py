"""People's names, and sentences without them: a cause is never a person."""

import re
from collections.abc import Iterable, Iterator

from bot.incident.entities import listed
from bot.incident.known_names import PRODUCTS
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
_MENTION = re.compile(r"(?<![\w@./-])@(?P<name>[^\W\d_][\w.'-]*(?: [A-Z][\w'-]+)?)(?![\w/@])")
_NO_PERSON = listed("here channel everyone oncall on-call team sre ops support all group squad leads")
_PARTS = re.compile(r"[\s._]+")
_FIRST_PERSON = (
    (re.compile(r"(?<![\w/.-])(?:i|we)(?:'ve|'d| have)?(?![\w/.-])", re.IGNORECASE), "somebody"),
    (re.compile(r"\b(?:my|our)\b", re.IGNORECASE), "the"),
    (re.compile(r"(?<![\w-])us(?![\w-])"), "them"),
    (re.compile(r"(?<![\w-])me(?![\w-])"), "somebody"),
)
_BY = r"\s*\bby:?\s+@?(?:{names})\b"


def people(messages: Iterable[Message]) -> frozenset[str]:
    """Return people's names: authors and whom messages mention, whole, in parts and as handles.

    Whom a bot's fields name as the doer is one too. A name that a bot or a service has as well is nobody's:
    `Jenkins` may write here, and be somebody's surname.
    """
    told = tuple(messages)
    found = {name for message in told for name in _named_in(message)}
    spoken = {form for name in found for form in (name, *_PARTS.split(name), *_handles(name))}
    services = frozenset(name for message in told for name in _services_in(message))
    return frozenset(
        form
        for form in spoken
        if len(form) >= _MIN_NAME and form[0].isalpha() and form.lower() not in services | _NO_PERSON
    )


def _named_in(message: Message) -> Iterator[str]:
    if message.author.kind in {AuthorKind.PERSON, AuthorKind.EXTERNAL}:
        yield message.author.name
    yield from (value for name, value in message.fields if name.lower() in _DOER_FIELDS and value.isalpha())
    for found in _MENTION.finditer(message.text):
        if not _NO_PERSON & set(re.split(r"[\s._-]", found["name"].lower())):
            yield found["name"].rstrip(".'-")


def _handles(name: str) -> Iterator[str]:
    """Yield what accounts of `Ana Silva` are called: `ana.silva`, `asilva`, `anas`."""
    parts = [part.lower() for part in _PARTS.split(name) if part.isalpha()]
    if len(parts) < _MIN_NAME:
        return
    first, last = parts[0], parts[-1]
    yield from (f"{first}{joint}{last}" for joint in ("", ".", "_", "-"))
    yield from (f"{first[0]}{last}", f"{first[0]}.{last}", f"{first}{last[0]}")


def _services_in(message: Message) -> Iterator[str]:
    if message.author.kind is AuthorKind.BOT:
        yield from (message.author.name.lower(), *message.author.name.lower().split())
    if message.alert is not None:
        yield message.alert.service.lower()


def nameless(text: str, *, names: Iterable[str]) -> str:
    """Return `text` with each of `names` left out or called somebody."""
    known = sorted(names, key=len, reverse=True)
    sure = [re.escape(n) for n in known if not _is_word_too(n)]
    unsure = [re.escape(n.capitalize()) for n in known if _is_word_too(n)]
    if sure:
        either = "|".join(sure)
        text = re.sub(_BY.format(names=either), "", text, flags=re.IGNORECASE)
        text = re.sub(rf"(?<![\w/.:-])@?(?:{either})(?![\w/-])", "somebody", text, flags=re.IGNORECASE)
    if unsure:
        text = re.sub(
            rf"@(?:{'|'.join(unsure)})\b"
            rf"|\b(?:{'|'.join(unsure)})(?='s\b| (?:\w+ed|ran|put|did|has|had|forgot)\b)",
            "somebody",
            text,
        )
    return text


def _is_word_too(name: str) -> bool:
    return len(name) <= _MIN_NAME or name.lower() in _ALSO_WORDS or name.lower() in PRODUCTS


def impersonal(text: str, *, names: Iterable[str]) -> str:
    """Return `text` without names and without a first person."""
    text = nameless(text, names=names)
    for pattern, instead in _FIRST_PERSON:
        text = pattern.sub(instead, text)
    return text
