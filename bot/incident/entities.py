"""Which names and words a text shares with another: stems, identifiers, numbers, rarity."""

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

_URL = re.compile(r"https?://\S+")
_TOKEN = re.compile(r"[#@]?[A-Za-z0-9](?:[A-Za-z0-9_./:@,-]*[A-Za-z0-9])?")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:z|utc)?", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:t[\d:.]+z?)?", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w.-])\d[\d,]*(?:\.\d+)*(?!\w)")
_NUMBERED = re.compile(
    r"\b(build|run|pr|job|revision|rev|release|version|deploy|ticket|batch|migration|patch|pipeline|shard|partition)"
    r"\s+#?(\d[\w.]*\w|\d)\b",
    re.IGNORECASE,
)
_NUMBERED_VERSION = re.compile(
    r"\b(?:version|release)\s+v?(\d+)(?![\w.])(?:\s?(?:→|->|to)\s?v?(\d+)(?![\w.]))?", re.IGNORECASE
)
_VERSION = re.compile(
    r"(?<![\w.-])v?(\d+(?:\.\d+)+)(?![\w-]|\.\d|\s?(?:%|percent|[mkg]b?\b|m?s\b|sec|min|x\b|of\b|million))",
    re.IGNORECASE,
)
_BUILD = re.compile(r"(?<![\w.])v?(\d+(?:\.\d+){2,})(?=-[a-z])", re.IGNORECASE)
"""The version within the tag of a build: `4.12.07-alpine` is what elsewhere is called `4.12.07`."""

_COMPOUND = re.compile(r"\d|[a-z][A-Z]|[./]|(?<=.)[_:-](?=.)")
"""A digit, a capital inside, or parts joined: one of these tells a name from a word."""

_DIGIT = re.compile(r"\d")
_JOINT = re.compile(r"[:@/]")
_LETTER = re.compile(r"[A-Za-z]")
_ACRONYM = re.compile(r"\b[A-Z]{3,5}\b")
_MIN_WORD = 3
_MIN_COUNT_DIGITS = 4
_IDENTIFIER_WEIGHT = 2.0
_CACHE = 16_384


def listed(text: str) -> frozenset[str]:
    """Return the words of a text: word lists are easier to read without quotes."""
    return frozenset(text.split())


STOP_WORDS = listed(
    """
    about above after again against ago all also already always and any anyone anything are around away back
    because been before behind being below between both but came can cannot cant come could did does doing
    done dont down during each even ever every everyone everything few find first for from further get gets
    getting give given goes going gone good got had has have having here hers high him his how however http
    https into isnt its itself just keep kind know known last late later least less let lets like likely
    little long look looking looks lot made make makes many may maybe meanwhile might more most much must
    near need needs never new next nobody none not nothing now off often old once one only onto ones other
    others ought our out over own per please put quite rather really right same say says see seem seems seen
    set several shall she should show shows since some somebody someone something soon still stop such sure
    take taken than thanks that thats the their them then there these they thing things think this those
    though three through time times today together told tomorrow tonight too took toward tried try trying
    two under until upon use used uses using very via want wants was way well went were what when where
    which while who whole whose why will with within without wont work works working would yes yesterday yet
    you your min minute minutes hour hours sec second seconds day days week weeks month months year years
    noon midnight morning evening night afternoon utc ago ok okay yep nope true false null none via
    example com org net www info warning critical alert alertname severity instance description details
    labels annotations summary source value values firing triggered resolved recovered state status service
    project environment author team tags priority urgency open level version statement effect action
    resource principal condition channel message thread incident issue problem checking check checked
    probably guess suspect mean means meant reason fine total usual normal number
    """
)
"""Words so common in incident channels that sharing them says nothing."""

_ALIASES = {
    "database": "db", "databases": "db", "configuration": "config", "configs": "config",
    "certificate": "cert",
    "certificates": "cert", "credentials": "cred", "credential": "cred", "creds": "cred",
    "permissions": "perm",
    "permission": "perm", "perms": "perm", "production": "prod", "kubernetes": "k8s", "repository": "repo",
    "repositories": "repo", "authentication": "auth", "authorization": "auth", "authorized": "auth",
    "lookup": "resolve", "lookups": "resolve", "credential-s": "cred", "deletes": "delet", "boxes": "box",
    "replicas": "replica", "indices": "index", "indexes": "index", "gateway": "gateway", "gw": "gateway",
    "env": "environ", "environments": "environ", "timeouts": "timeout", "refusal": "refus", "denial": "deny",
    "denials": "deny",
}  # fmt: skip


@lru_cache(maxsize=_CACHE)
def stem(word: str) -> str:
    """Return a word's stem, so that `removed`, `removal` and `removing` agree."""
    word = word.lower()
    if word in _ALIASES:
        return _ALIASES[word]
    return _without_ending(word)


def _without_ending(word: str) -> str:
    for ending, instead, shortest in (
        ("ies", "y", 5), ("ied", "y", 5), ("ations", "at", 8), ("ation", "at", 7), ("tions", "t", 7),
        ("tion", "t", 6),
        ("sions", "s", 7), ("sion", "s", 6), ("ings", "", 7), ("ing", "", 6), ("edly", "", 7), ("ed", "", 5),
        ("als", "", 7), ("al", "", 7), ("ments", "", 8), ("es", "", 5), ("s", "", 4), ("e", "", 5),
    ):  # fmt: skip
        if word.endswith(ending) and len(word) >= shortest and not word.endswith(("ss", "us", "is")):
            return _single_ending(word.removesuffix(ending) + instead)
    return word


def _single_ending(word: str) -> str:
    doubled = len(word) > _MIN_WORD and word[-1] == word[-2] and word[-1] not in "aeiouls"
    return word[:-1] if doubled else word


@lru_cache(maxsize=_CACHE)
def identifiers(text: str) -> frozenset[str]:
    """Return names that stand for one thing: hosts, versions, tickets, ids, error codes; lower-case."""
    named = frozenset().union(*map(_names_in, _tokens(text)))
    if not _DIGIT.search(text):
        return named
    numbered = {f"{kind}-{number}".lower() for kind, number in _NUMBERED.findall(text)}
    numbered |= {f"v{n}" for found in _NUMBERED_VERSION.findall(text) for n in found if n}
    told = (*_VERSION.findall(text), *_BUILD.findall(text))
    versions = frozenset(version for version in told if not version.endswith(".0"))
    return frozenset(numbered) | versions | named


@lru_cache(maxsize=256)
def _tokens(text: str) -> tuple[str, ...]:
    return tuple(token.rstrip(".,:/-") for token in _TOKEN.findall(_URL.sub(" ", text)))


@lru_cache(maxsize=_CACHE)
def _names_in(token: str) -> frozenset[str]:
    return frozenset(
        part.lower().lstrip("@")
        for part in (token, *_JOINT.split(token))
        if len(part) >= _MIN_WORD and _is_identifier(part)
    )


def _is_identifier(token: str) -> bool:
    if _CLOCK.fullmatch(token) or _DATE.fullmatch(token):
        return False
    if token.startswith("#") and token[1:].isdigit():
        return True
    if _NUMBER.fullmatch(token):
        return False
    return "," not in token and _COMPOUND.search(token) is not None and _LETTER.search(token) is not None


@lru_cache(maxsize=_CACHE)
def words(text: str) -> frozenset[str]:
    """Return the stems of the words that matter, parts of identifiers included."""
    return frozenset().union(*map(_words_in, _tokens(text)))


@lru_cache(maxsize=_CACHE)
def _words_in(token: str) -> frozenset[str]:
    parts = (part.lower() for part in _PART.findall(token))
    return frozenset(stem(part) for part in parts if _matters(part))


def _matters(word: str) -> bool:
    return (len(word) >= _MIN_WORD or word in {"db", "os", "lb", "ip"}) and word not in STOP_WORDS


@lru_cache(maxsize=_CACHE)
def counts(text: str) -> frozenset[str]:
    """Return large plain numbers without separators, such as `65536`: seldom shared by chance."""
    if not _DIGIT.search(text):
        return frozenset()
    found = (match.replace(",", "") for match in _NUMBER.findall(_DATE.sub(" ", _URL.sub(" ", text))))
    return frozenset(
        n for n in found if n.isdigit() and len(n) >= _MIN_COUNT_DIGITS and not n.endswith("000")
    )


@lru_cache(maxsize=_CACHE)
def entities(text: str) -> frozenset[str]:
    """Return everything in `text` by which it can be tied to another text."""
    return words(text) | identifiers(text) | counts(text)


def acronyms(texts: Iterable[str]) -> dict[str, re.Pattern[str]]:
    """Return the acronyms that stand in `texts`, each with the pattern of its written-out form."""
    found = {match for text in texts for match in _ACRONYM.findall(text)}
    return {
        name.lower(): re.compile(r"\b" + r"[\w]*[\s-]+".join(name) + r"\w+", re.IGNORECASE)
        for name in sorted(found)
    }


@dataclass(frozen=True, slots=True)
class Lexicon:
    """How much each entity says within one incident: rare ones say much.

    Attributes:
        weights: Entity → weight; 0 for what stands nearly everywhere, up to 1 for a rare word and 2 for a
        rare
            identifier.
    """

    weights: dict[str, float]

    def overlap(self, one: frozenset[str], other: frozenset[str]) -> float:
        """Return how much two texts share."""
        return sum(self.weights.get(entity, 1.0) for entity in one & other)


def lexicon(texts: Iterable[frozenset[str]], *, ignore: Iterable[str] = ()) -> Lexicon:
    """Weigh entities by how few of `texts` hold them; those in `ignore` (people's names) weigh nothing."""
    sets = list(texts)
    frequency = Counter(entity for found in sets for entity in found)
    scale = math.log(len(sets) + 2)
    weights = {
        entity: max(0.0, 1 - math.log(count) / scale) * (_IDENTIFIER_WEIGHT if is_name(entity) else 1.0)
        for entity, count in frequency.items()
    }
    return Lexicon(weights | dict.fromkeys(ignore, 0.0))


@lru_cache(maxsize=_CACHE)
def is_name(entity: str) -> bool:
    """Say whether an entity names one thing rather than a kind of thing."""
    return any(char.isdigit() or char in "-_/:.#" for char in entity)
