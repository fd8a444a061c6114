"""The gist of what a person wrote: one short phrase, cut where a clause ends and never inside one."""

import re
from functools import lru_cache

from bot.incident.entities import entities
from bot.incident.sentences import clean, shorten

GIST_CHARS = 60
"""What a phrase aims at."""

LONGEST_CHARS = 80
"""What a phrase may take when its sentence has no shorter whole."""

_FEWEST_CHARS = 16
_FEWEST_BESIDE_A_TIME = 8
_FEWEST_SHARE = 0.5
_FEWEST_WORDS = 3
_CLEAR_SHARE = 0.7
"""A cut that leaves less than this of the room says too little when the whole is not much longer."""

_FILLER = (
    r"fyi|also|and|so|but|then|ok(?:ay)?|ack|done|oh no|there it is|found it|got it|update|now|hm+|well|"
    r"because|"
    r"btw|sh\*+t?|sh|shit|damn|oops|ugh|agreed|correct|fun|note|heads up|on it|ic here|i see|turns out|just|"
    r"that matches|that fits|makes sense"
)
_LEAD = re.compile(
    rf"^(?:(?:{_FILLER})(?![\w'\u2019-])[\s,.:!;-]*|(?:no|yes|nope|yep|yeah|right|that|this|here)\s*[,.:!;]\s*)+",
    re.IGNORECASE,
)
_OPENER = re.compile(
    r"^(?:(?:from|for|in) (?:the|our|those|everyone|everybody|all|what)\b(?: [\w'-]+){0,6}|"
    r"i was asked\b[^:]{0,40}|(?:still|also) true|one (?:more|example)|second look\b[^:.]{0,20}|"
    r"writing this\b[^:.]{0,40}|different topic|(?:thx|thanks|thank you)\b[^:.]{0,12})\s*[:.,]\s+(?=\S)",
    re.IGNORECASE,
)
"""How people open what they then say: `from the planning call: …`."""

_NO_SUBJECT = re.compile(
    r"^(?:thx|thanks|thank you|not sure)\b|\b(?:i|we|you|he|she|they|me)\b|"
    r"\b(?:is|are|was|were|stays?|stayed) (?:small|low|fine|ok|on|asked|unchanged|normal|flat|always)\b",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"^(?:(?:known|state|impact|status|current state|symptoms?|finding|result|theory|summary|customer impact|"
    r"error|found|affected|unknown|fact|decision|decided|containing|cleanup|compliance|runbook says|"
    r"(?:and )?(?:the )?reason is (?:mine|ours))|"
    r"(?:cloud ?trail|audit(?: log)?|flow logs?|dmesg|logs?|traces?|metrics?|graphs?)\b(?:[^:]|"
    r":\d){0,40}):\s+",
    re.IGNORECASE,
)
_DOER = re.compile(
    r"^(?:i|we|i've|we've|somebody)\s+(?:(?:have|had|just|also|accidentally|already)\s+)*(?=\w+(?:ed|an|"
    r"ut|id|"
    r"ade|ept|ent|ove|ook|ew)\b)",
    re.IGNORECASE,
)
_HAD = re.compile(
    r"^(\S+) had an? (?=(?:\w+ ){0,2}(?:deploy|release|change|update|restart|upgrade|migration)\w*)"
)
_QUOTED = re.compile(r"[\"“]([^\"”]{20,})[\"”]")
_MOMENT = re.compile(
    r"\s*(?:,|\bat|\baround|\babout|@)?\s*(?<![\d:])\d{1,2}:\d\d(?: utc)?\.?$", re.IGNORECASE
)
_SENTENCE = re.compile(r"(?<=[a-z0-9)`'\"%])[.!]\s+(?=\S)")
_CLAUSE = re.compile(
    r"[,;]\s|\s(?:->|→|-|\u2013|\u2014|·|\+|=)\s|\s\(|\s(?:so|because|but|which|who|while|when|where|since|until|if|"
    r"and (?=then|it|we|i|they|that|the|stops?|loads?|returns?)|that'?s|then)\s",
    re.IGNORECASE,
)
_DANGLING = re.compile(r"(?:,?\s+(?:and|or|but|so|then|the|an?|to|of|in|on|with|is|are))+$", re.IGNORECASE)
_PHRASE = re.compile(
    r"\s(?:to|on|in|from|of|with|for|by|at|into|onto|via|after|before|during|behind|through|over|as|and|"
    r"or|every|each|per|than|that|"
    r"rolled|updated)\s|:\s",
    re.IGNORECASE,
)


@lru_cache(maxsize=4_096)
def of_prose(text: str, *, limit: int = GIST_CHARS) -> str:
    """Return the gist of a sentence or two: fillers and labels dropped, cut at the end of a clause.

    Args:
        text: In one line, as written.
        limit: Characters to aim at; a sentence without a clause to cut at may take `LONGEST_CHARS`.
    """
    quoted = _QUOTED.search(text)
    bare = undressed(quoted[1] if quoted else text)
    return fitted(plain(_DOER.sub("", bare)), limit=limit) or shorten(clean(text), limit)


def plain(text: str) -> str:
    """Return `the gateway had a code release` as `the gateway code release`."""
    return _HAD.sub(r"\1 ", text)


def is_filler(text: str) -> bool:
    """Say whether `text` is nothing but words that lead in, such as `ack`."""
    return _LEAD.fullmatch(text) is not None


def names_something(text: str) -> bool:
    """Say whether a phrase names a thing, as `the 14:00 release` does and `I was asked` does not."""
    return _NO_SUBJECT.search(text) is None and bool(entities(text))


def undressed(text: str) -> str:
    """Return `text` without the words that only lead in."""
    bare, before = _with_code(text), ""
    while bare != before:
        before = bare
        bare = _OPENER.sub("", _TITLE.sub("", _LEAD.sub("", bare))).strip(" ,.;:·|-")
    return bare or clean(text)


def _with_code(text: str) -> str:
    """Backticks stay as long as they come in pairs: no clause ends between them."""
    parts = text.split("`")
    return clean(text) if len(parts) % 2 == 0 else "`".join(_kept(part) for part in parts)


def _kept(part: str) -> str:
    lead, tail = part[:1].isspace(), part[-1:].isspace() and len(part) > 1
    return f"{' ' * lead}{clean(part)}{' ' * tail}"


def without_moment(text: str) -> str:
    """Return a phrase without the clock time at its end: it is shown beside a stamp that says it."""
    bare = _MOMENT.sub("", text)
    return bare if len(bare) >= _FEWEST_BESIDE_A_TIME else text


def fitted(text: str, *, limit: int = GIST_CHARS) -> str:
    """Return the first whole sentence of `text` that fits, else its longest run of whole clauses."""
    first = _SENTENCE.split(text, maxsplit=1)[0]
    whole = first if len(first) >= min(_FEWEST_CHARS, limit // 2) else text
    if len(whole) <= limit:
        return _closed(whole)
    room = LONGEST_CHARS if limit == GIST_CHARS else limit
    tries = ((_CLAUSE, limit, _FEWEST_CHARS), (_CLAUSE, room, _FEWEST_CHARS))
    cut = next(filter(None, (_cut(whole, ends, most, fewest=least) for ends, most, least in tries)), "")
    if len(whole) <= room and len(cut) < limit * _CLEAR_SHARE:
        return _closed(whole)
    phrase = _cut(whole, _PHRASE, limit, fewest=int(limit * _FEWEST_SHARE))
    best = phrase if not cut or _adds(phrase[len(cut) :]) else cut
    return _closed(best) if best else shorten(whole, limit)


def brief(text: str, *, limit: int) -> str:
    """Return `text` as it is, or, where it is longer than `limit`, its gist and an ellipsis."""
    if len(text) <= limit:
        return text
    gist = shorten(fitted(text, limit=limit - 1), limit - 1)
    return gist if gist.endswith("…") else f"{gist}…"


def _adds(words: str) -> bool:
    """What a longer cut has over one at a comma counts when it is a clause of its own, or a figure."""
    if words[:1] not in {",", ";"}:
        return False
    return len(words.split()) > _FEWEST_WORDS or any(char.isdigit() for char in words)


def _cut(text: str, ends: re.Pattern[str], limit: int, *, fewest: int) -> str:
    places = [
        m.start() for m in ends.finditer(text) if fewest <= m.start() <= limit and _is_balanced(text, m)
    ]
    return text[: places[-1]] if places else ""


def _is_balanced(text: str, end: re.Match[str]) -> bool:
    """A comma between brackets or backticks ends no clause."""
    before = text[: end.start()]
    return before.count("(") == before.count(")") and before.count("`") % 2 == 0


def _closed(text: str) -> str:
    return _DANGLING.sub("", text.strip(" ,.;:·|-\u2013\u2014!"))
