"""The service that a headline names: in a box, as the subject of its sentence, or set apart from the rest.

Only what is spelt as a name counts: small letters joined by hyphens, dots or underscores. Regions, files and
the words for places and states are no services.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import chain

from bot.slack.alert_words import is_state_word

_NAME = r"[^\W\d_A-Z](?:[\w.-]*[^\W_])?"
_JOINED = rf"(?=[^\W\d_]\w*[-_.]){_NAME}"
_KEPT = r"[`*\"'“]?([A-Za-z0-9][\w./-]{1,60})[`*\"'”]?"
_TOLD = (
    re.compile(
        rf"\b(?:[Aa]pplication|[Ss]ervice|[Cc]omponent|App|[Dd]eployment|[Ww]orkload)\s+{_KEPT}\s+"
        rf"(?:is|has|was|have|sync|deploy|fail|in)"
    ),
    re.compile(rf"\b(?:[Ss]ync|[Dd]eploy|[Rr]efresh)\w* (?:of )?(?:application|service|app)\s+{_KEPT}"),
    re.compile(rf"\b(?:[Ff]ailed to deploy|[Dd]eployment of|[Rr]ollout of|[Rr]ollback of)\s+{_KEPT}"),
    re.compile(rf"\b[Dd]eploy(?:ing|ed|s)?\s+{_KEPT}\s+(?:release\b|version\b|v?\d|to\b)"),
)
_MAY_TELL = re.compile(r"pplication|ervice|omponent|App|orkload|ync|eploy|efresh|ollout|ollback")
"""Each of those patterns has one of these."""
_OWNED = re.compile(
    r"(?:\[|: |\||^)(?=[\w.-]*[A-Za-z])([A-Za-z0-9][\w.-]{0,38}/[\w.-]*[A-Za-z][\w.-]{0,60})(?=[\]>\s:#]|$)"
)
_BOXED = re.compile(rf"\[({_NAME})\]")
_SUBJECT = re.compile(
    rf"^\W{{0,3}}(?:[\w ]{{1,24}}(?:: | - ))?(?:[`\"'“]([\w./ -]{{2,60}})[`\"'”]|({_JOINED}))"
    r"(?: on [\w.-]{1,60})? (?:is|are|has|have|was|went|changed|failed|recovered)\b"
)
_OF_JOB = re.compile(rf"^({_NAME}) (?:[»/] \S+ )?(?:- |build )#\d+")
_APART = re.compile(r" [|·•»\u2013\u2014-] |: | \(|\)")
_AT_END = re.compile(
    rf"\b(?:on|of|for|in|at) ({_JOINED})(?=$|[,;:)(]| (?:is|has|was|expires|expired|failed|went|lost)\b| \()"
)
_QUOTED = re.compile(rf"[`\"'“]({_JOINED})[`\"'”]")
_WHOLE = re.compile(_JOINED)
_REGION = re.compile(r"[a-z]{2}(?:-gov)?-[a-z]+-?\d+[a-z]?|[a-z]+-[a-z]+\d|v\d[\w.]*")
_FILE = re.compile(
    r".+\.(?:py|js|jsx|ts|tsx|go|rs|rb|java|kt|cs|php|c|cc|cpp|sh|sql|ya?ml|json|toml|xml|md|log|txt|csv|gz|html?)"
)
_PLACE = re.compile(
    r"(?:pre-?)?prod(?:uction)?|stag(?:e|ing)|stg|dev(?:elop(?:ment)?)?|test(?:ing)?|qa|uat|sandbox|live|default|"
    r"ma(?:in|ster)|info|notice|alert|update|important|new|urgent|external|internal|on-call|critical|warning|"
    r"major|minor|high|medium|low|error|deploy|release|build|"
    r"version|to|the|an?|this|changes|commit|branch|is|has"
)
_HEAD_CHARS = 300
_MOST_PARTS = 8


def told_service(heads: Sequence[str]) -> str:
    """Return the name that a headline calls a service or tells about: `cart` in `App cart is down`."""
    found = (name for head in heads for name in _told(head[:_HEAD_CHARS]))
    return next(found, "")


def _told(head: str) -> Iterator[str]:
    found = [pattern.search(head) for pattern in _TOLD] if _MAY_TELL.search(head) else []
    subject = _SUBJECT.match(head)
    names = [match[1].rstrip(".") for match in found if match]
    names += [subject[1] or subject[2]] if subject else []
    yield from filter(_is_service, names)


def owned_service(heads: Sequence[str]) -> str:
    """Return the repository, `owner/name`, that a code host names."""
    found = (_OWNED.search(head[:_HEAD_CHARS]) for head in heads if "/" in head)
    return next((match[1] for match in found if match), "")


def spelt_service(heads: Sequence[str], *, but_not: Collection[str] = ()) -> str:
    """Return what a headline sets apart and spells as a name: `[cart] 503`, `5xx | cart-api`.

    Args:
        heads: What a reader sees first.
        but_not: Values of fields, whose names say what they are.
    """
    found = (name for head in heads for name in _apart(head[:_HEAD_CHARS]))
    return next((name for name in found if _is_service(name) and name not in but_not), "")


def ending_service(title: str) -> str:
    """Return the name that ends a headline's clause, as in `Errors on cart-api`, or is quoted in it."""
    found = chain(_AT_END.finditer(title[:_HEAD_CHARS]), _QUOTED.finditer(title[:_HEAD_CHARS]))
    return next(filter(_is_service, (match[1] for match in found)), "")


def _apart(head: str) -> Iterator[str]:
    yield from (match[1] for match in _BOXED.finditer(head))
    if "#" in head and (match := _OF_JOB.match(head)):
        yield match[1]
    parts = (part.strip("*`'\" .") for part in _APART.split(head, _MOST_PARTS))
    yield from (part for part in parts if _WHOLE.fullmatch(part))


@lru_cache(maxsize=256)  # a channel speaks of the same few
def _is_service(name: str) -> bool:
    word = name.casefold()
    is_place = _PLACE.fullmatch(word) or _REGION.fullmatch(word)
    return not (is_place or _FILE.fullmatch(word) or is_state_word(word))
