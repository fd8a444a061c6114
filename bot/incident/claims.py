"""What a sentence claims that can be looked up: numbers, times, names, addresses and commands.

What counts as the same: the same value in another unit or rounded and said to be (`quantities`), the same
moment in another form, a name in other letters, in the plural, or joined otherwise. Everything else that
looks like a number or a name is an invention when its ground does not hold it.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from bot.incident.entities import STOP_WORDS, listed, stem
from bot.incident.grounds import Ground, clocks, days
from bot.incident.known_names import CAPITALISED, FIRST_NAMES, GENERAL, PLATFORMS, PRODUCTS
from bot.incident.messages import Message
from bot.incident.number_words import is_reached, number_words, plain_letters
from bot.incident.quantities import Quantity, is_same, quantities, without_quantities

__all__ = ["commands", "unfounded"]

_TOKEN = re.compile(r"(?<![\w/])(?:--?|[#@/~])?[A-Za-z0-9][\w.:/@%+#-]*")
_CITATION = re.compile(r"\[[mtp]?\d{1,5}\]")
_SAID = re.compile(
    r"\b(?:one|a|the|any|each|no|first|second|other) \d\b(?![.,'_]\d)"
    r"|(?<![\w.])(?:0|1|2|3)(?![\w.:%-]|\.\d)(?=\s+[a-z])"
    r"|(?<![\w.])(?:0|100)\s?%|(?<![\w.])(?:0|1)(?=\s*(?:$|[.,;)](?!\d)))",
    re.IGNORECASE,
)
_WAITING = re.compile(
    r"\b(?:for|within|over|in|every|after|next|last|past|another|wait|under|least|"
    r"first)\s+(?:the\s+)?(?:(?:next|last|"
    r"past|first|about|another|least)\s+)*\d{1,2}[\s-]?(?:s|sec|seconds?|m|min|mins|minutes?|h|hours?)\b"
    r"|\b\d{1,2}-(?:second|minute|hour)\b",
    re.IGNORECASE,
)
_ABBREVIATIONS = frozenset({"e.g", "i.e", "a.m", "p.m", "etc", "vs", "a.k.a", "n/a", "w/o"})
_PREFIXES = re.compile(
    r"^(?:pre|post|mid|non|un|re|sub|multi|cross|per|inter|intra|anti|co|semi|ex)-", re.IGNORECASE
)
_INFRA = listed(
    """
        api app bucket cache central cluster cron db east gateway host ingress internal lb node north
    pod prod       production proxy queue replica role server service shard south staging stg svc vm web
    west worker
    """
)
"""Words that services and hosts are named with."""

_COMMON_PARTS = listed(
    """
        and any by down end front full half high in it least left long low many most multi new no non of
    off old on       one only or other out over per pre post re read right same self short side single
    so the time to two under       up user wide with write facing based bound level only scale first
    last end hand back
    """
)
_OF_A_KIND = re.compile(
    r"\b(?:the|by) (?P<name>[a-z]{4,}) (?:service|cluster|queue|topic|bucket|namespace|database|team)\b"
)
_ORDINARY = re.compile(
    r"\w+(?:ing|ed|al|ive|ous|ary|ory|able|ible|less|ful|ent|ant|est|ern|ier|ior|stream|side|only|ic)$"
)
_ORDINARY_KINDS = listed(
    """
    affected alert app backend base batch busy call cache checkout cloud client current data dead default
    delay dev edge entire event failing frontend front full hot idle inner input job large leader legacy
    letter live load local log main major managed master mail message metadata metrics more most nearest
    network next object occasional old other outer output own parent pay payment peer platform primary
    private proxy public read real remote replica request retry root same search second secure server
    shadow shared single slow small source spare stale standby state status storage task test third time
    true unhealthy user very wait web whole work worker wrong write
    """
)
"""What any service, queue or cluster may be called without being named."""

_BY_SOMEBODY = re.compile(r"\bby (?P<name>[a-z]{2,})\b")
_SENTENCE_END = re.compile(r"(?:[.!?:;→\"'`(|]|->|·)\s*$|^\s*$")
_ACRONYM = re.compile(r"[A-Z][A-Z0-9&]{1,5}s?")
_PROPER = re.compile(r"[A-Z][a-z]{2,}(?:'s)?")
_TOOLS = (
    "kubectl|terraform|tofu|gcloud|systemctl|journalctl|psql|redis-cli|valkey-cli|nslookup|etcdctl|argocd|"
    "ansible-playbook|tcpdump|strace|iptables|chmod|zgrep|netstat|lsof|mongosh|crictl|traceroute|kcat|"
    "promtool|logcli|rabbitmqctl|openssl|curl|wget"
)
_WORDS_TOO = "helm|aws|az|docker|podman|git|mysql|dig|nomad|consul|vault|ssh|rm|grep|jq|gh"
"""Tools whose names stand in sentences too: these begin a command only where one may begin."""

_COMMAND = re.compile(
    rf"(?:\b(?:{_TOOLS})|(?:(?<=^)|(?<=[`$;|&(:])\s*|(?<=\b(?:run|try|via|use)\s)|(?<=\b(?:with|from)\s)|"
    rf"(?<=\busing\s)|(?<=\bexecute\s))(?:sudo\s+)?(?:{_WORDS_TOO}))\s+(?P<first>[\w-]+)[^\n.;,`]*",
    re.IGNORECASE,
)
_NOT_A_COMMAND = listed(
    """
        a access an and at client console event events for from history host in is it log logs of on or
    output out       side team that the to user version versions was which with
    """
)
_NUMBERED = re.compile(r"(?P<tool>[A-Za-z]+) (?P<number>\d+)(?: [A-Za-z]+)*$")
"""A tool's name with nothing but a number and words: no flag, no pipe, no path."""

_CODE = re.compile(r"`([^`\n]{2,})`")
_END_OF_COMMAND = re.compile(
    r"\s(?:and|then|to|on|for|in|of|while|where|with|which|that|shows?|returns?|before|after)\s",
    re.IGNORECASE,
)


def unfounded(text: str, ground: Ground | Iterable[Message], *, looks_ahead: bool = False) -> tuple[str, ...]:
    """Return the numbers, names and commands in `text` that its ground does not hold.

    Args:
        text: Of an analyst.
        ground: What it may speak of; messages stand for their words and times.
        looks_ahead: It tells what to look for, not what is: it may count to three, wait for minutes, say
            `0 %`, and name where one looks on the platform that the ground speaks of.
    """
    held = ground if isinstance(ground, Ground) else Ground.of(ground)
    told = plain_letters(_CITATION.sub(" ", text))
    return (
        *commands(told, held),
        *(words for words, day in days(told) if day not in held.days),
        *_numbers(_counted(told, looks_ahead=looks_ahead), held),
        *(() if looks_ahead else _spelled(told, held)),
        *_names(told, held, looks_ahead=looks_ahead),
        *_plain_names(told, held),
    )


def commands(text: str, ground: Ground) -> Iterator[str]:
    """Yield the commands and words in code marks that do not stand in the ground word for word."""
    for found in _COMMAND.finditer(text):
        words = _END_OF_COMMAND.split(f"{found[0]} ", maxsplit=1)[0].strip()
        is_said = ground.says(words) or _is_host(words, ground)
        if found["first"].lower() not in _NOT_A_COMMAND and not is_said:
            yield words
    yield from (words for words in _CODE.findall(text) if not ground.says(words.strip()))


def _is_host(words: str, ground: Ground) -> bool:
    """Say whether what looks like a command is a name of the ground, as `vault 7 refuses` is of `vault-7`."""
    found = _NUMBERED.match(words)
    return found is not None and ground.names(f"{found['tool']}-{found['number']}")


def _spelled(text: str, ground: Ground) -> Iterator[str]:
    """Yield the numbers written as words that the ground holds neither so nor in digits."""
    for word, clock, value in number_words(text):
        is_held = (
            clock in ground.moments
            if clock
            else any(is_reached(word, value, one.value) for one in ground.quantities)
        )
        if not is_held and not ground.names(word) and stem(word) not in ground.stems:
            yield word


def _counted(text: str, *, looks_ahead: bool) -> str:
    return _WAITING.sub(" ", _SAID.sub(" ", text)) if looks_ahead else text


def _numbers(text: str, ground: Ground) -> Iterator[str]:
    told = list(clocks(text))
    yield from (words for words, moment in told if moment not in ground.moments)
    plain = _without_days(_without(text, (words for words, _ in told)), ground)
    yield from (one.words for one in quantities(plain) if not _is_counted(one, ground))


def _is_counted(one: Quantity, ground: Ground) -> bool:
    return is_same(one, ground.quantities) or ground.names(one.words)


def _without(text: str, parts: Iterable[str]) -> str:
    for part in parts:
        text = text.replace(part, " ")
    return text


def _without_days(text: str, ground: Ground) -> str:
    return _without(text, (words for words, day in days(text) if day in ground.days))


def _names(text: str, ground: Ground, *, looks_ahead: bool) -> Iterator[str]:
    """Yield the names that are not held; at a sentence's start a plain word is one only when it is known.

    Whose something is has a name there too: `Mallory's key`.
    """
    rest = without_quantities(_without_days(_without(text, (words for words, _ in clocks(text))), ground))
    for found in _TOKEN.finditer(rest):
        token = found[0].rstrip(".,:/-+@%#")
        owns = rest.startswith("'s", found.end()) and token.lower() not in STOP_WORDS
        starts = _SENTENCE_END.search(rest[: found.start()]) is not None and not owns
        if _is_name(token, starts=starts) and not _is_known(token, ground, looks_ahead=looks_ahead):
            yield token


def _plain_names(text: str, ground: Ground) -> Iterator[str]:
    """Yield the names in small letters: `the ledger service`, `removed by carlos`."""
    for found in _OF_A_KIND.finditer(text):
        if not _is_ordinary(found["name"]) and not _is_told(found["name"], ground):
            yield found["name"]
    for found in _BY_SOMEBODY.finditer(text):
        if found["name"] in FIRST_NAMES and not ground.names(found["name"]):
            yield found["name"]


def _is_ordinary(word: str) -> bool:
    is_general = {word, word.removesuffix("s")} & (GENERAL | STOP_WORDS | _ORDINARY_KINDS)
    return bool(is_general) or _ORDINARY.fullmatch(word) is not None


def _is_told(word: str, ground: Ground) -> bool:
    return stem(word) in ground.stems or _is_part_held(word, ground)


def _is_name(token: str, *, starts: bool) -> bool:
    lowered = token.lower()
    if lowered in _ABBREVIATIONS:
        return False
    if _is_coded(token) or lowered in PRODUCTS or lowered.removesuffix("'s") in PRODUCTS:
        return True
    if _ACRONYM.fullmatch(token):
        return lowered.removesuffix("s") not in CAPITALISED
    return _PROPER.fullmatch(token) is not None and (
        lowered in FIRST_NAMES if starts else lowered not in CAPITALISED
    )


def _is_coded(token: str) -> bool:
    """A digit, a capital inside, a joint, a path, an address, a flag, or a name such as `checkout-api`."""
    bare = token.strip("#@~-/")
    if any(char.isdigit() for char in token) or token[:1] in "-#@~/" or "_" in token or "::" in token:
        return True
    inner_capital = any(a.islower() and b.isupper() for a, b in pairwise(bare))
    dotted = re.search(r"[A-Za-z]{2}\.[A-Za-z]{2}", bare) is not None
    return inner_capital or dotted or bare.count("/") > 1 or ":" in bare or _is_service(bare)


def _is_service(token: str) -> bool:
    parts = token.lower().split("-")
    return len(parts) > 1 and bool(_INFRA & set(parts)) and not _COMMON_PARTS & set(parts)


def _is_known(token: str, ground: Ground, *, looks_ahead: bool) -> bool:
    forms = dict.fromkeys((token, token.lstrip("#@~"), _PREFIXES.sub("", token)))
    is_held = any(_is_held(form, ground) for form in forms)
    return is_held or _is_general(token, ground, looks_ahead=looks_ahead)


def _is_held(token: str, ground: Ground) -> bool:
    if ground.names(token):
        return True
    if "/" in token.strip("/") and not token.startswith("/") and ":" not in token:
        return all(not _is_coded(part) or _is_part_held(part, ground) for part in token.split("/") if part)
    return _is_part_held(token, ground)


def _is_part_held(token: str, ground: Ground) -> bool:
    singular = token.removesuffix("'s").removesuffix("s")
    if ground.names(singular):
        return True
    if _PROPER.fullmatch(token) or _is_service(token):
        return all(stem(part) in ground.stems for part in token.split("-"))
    return False


def _is_general(token: str, ground: Ground, *, looks_ahead: bool) -> bool:
    lowered = token.lower().removesuffix("s") if len(token) > len("dns") else token.lower()
    if {token.lower(), lowered} & GENERAL or ground.spells(token):
        return True
    return looks_ahead and any(
        {token.lower(), lowered} & names and ground.shows(sign) for sign, names in PLATFORMS
    )
