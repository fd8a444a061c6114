"""What a person's first word asks for, in a mention and after a slash command alike."""

import re
from difflib import get_close_matches

from bot.request import RequestKind
from handlers.briefs import BRIEFS

VERBS = {
    "ask": RequestKind.ANSWER,
    "escalate": RequestKind.ESCALATE,
    "opus": RequestKind.ESCALATE,
    "postmortem": RequestKind.POSTMORTEM,
    "post-mortem": RequestKind.POSTMORTEM,
    "cost": RequestKind.COST,
    "costs": RequestKind.COST,
    "help": RequestKind.HELP,
    "watch": RequestKind.WATCH,
    "unwatch": RequestKind.UNWATCH,
    "stop": RequestKind.STOP,
}
_ALONE = frozenset(
    {RequestKind.COST, RequestKind.HELP, RequestKind.WATCH, RequestKind.UNWATCH, RequestKind.STOP}
)
"""`help me find …`, `cost of the outage?` and `watch the error rate: …` are questions."""
NEAR = 0.75
"""How alike a word and a verb are (0 to 1) when one of them is taken for a slip of the other."""
_KNOWN = (*VERBS, *BRIEFS, "board", "ruledout", "suspect")
_SINGLE = {**{verb: verb for verb in _KNOWN}, "full": "opus full"}
"""What one word alone can mean, and what to type for it."""
_FULL = re.compile(
    r"(?:in )?full(?![\w-])"
    r"(?!\s+(?:disks?|volumes?|file|partition|queues?|table|heap|memory|buffers?|outage|gc)\b)[\s:,.?!]*",
    re.IGNORECASE,
)
"""`full disk on db-3?` is a question."""
_FIRST = re.compile(r"/?([a-z-]{3,11})(?![\w-])[\s:,.?!]*")


def verb_of(text: str) -> tuple[RequestKind | None, str]:
    """Split a leading verb from the rest.

    Args:
        text: Stripped words of a person.

    Returns:
        The kind that the first word names and the text after it; None and all of the text when it names
        none. `cost`, `help`, `watch`, `unwatch` and `stop` count only when alone.
    """
    found = _FIRST.match(text.lower())
    kind = VERBS.get(found[1]) if found else None
    if found is None or kind is None:
        return None, text
    rest = text[found.end() :].strip()
    return (None, text) if kind in _ALONE and rest else (kind, rest)


def split_full(kind: RequestKind | None, text: str) -> tuple[bool, str]:
    """Split the word `full` from what follows `opus` or `escalate`.

    Args:
        kind: What the first word named.
        text: What came after it.

    Returns:
        Whether every message is to be read in full, and the rest of the text.
    """
    found = _FULL.match(text) if kind is RequestKind.ESCALATE else None
    return (True, text[found.end() :]) if found else (False, text)


def nearest_verb(text: str) -> str:
    """Return the verb that the first word of a text was perhaps meant to be; empty when none is near."""
    first = text.lower().split(maxsplit=1)[:1]
    return next(iter(get_close_matches("".join(first).strip("/:,.?!"), _KNOWN, n=1, cutoff=NEAR)), "")


def slip_of(text: str) -> str:
    """Return the verb that a text of one word was perhaps meant to be; empty for anything else.

    A single word is too little of a question to be paid for when it is a verb or near one. With a question
    mark only letters that changed places or one too many are a slip: `host?` is a question, `csot?` is not.

    Args:
        text: Stripped words of a person.
    """
    word = text.lower().strip("/:,.?!")
    near = get_close_matches(word, _SINGLE, n=1, cutoff=NEAR) if len(text.split()) == 1 else []
    is_asked = text.endswith("?")
    verb = next((one for one in near if not is_asked or _is_sure(word, one)), "")
    return _SINGLE.get(verb, "")


def _is_sure(word: str, verb: str) -> bool:
    return sorted(word) == sorted(verb) or len(word) != len(verb)


def request_of(text: str) -> tuple[RequestKind, str]:
    """Say what a mention asks for: its verb, help when it is empty or one misspelt verb, else an answer."""
    text = text.strip()
    if not text:
        return RequestKind.HELP, ""
    kind, rest = verb_of(text)
    if kind is None and slip_of(text):
        return RequestKind.HELP, text
    if kind is RequestKind.ANSWER and not rest:
        return RequestKind.HELP, ""
    return kind or RequestKind.ANSWER, rest
