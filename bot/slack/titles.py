"""The headline of a bot's message: the first line that tells what it is about.

Most integrations mark one: an attachment's title, a header, a line that is little more than a link. Where
none does, or where it holds only a number, a state or the bot's name, the first line that says more is it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any

from bot.slack.alert_words import bare
from bot.slack.fields import clean, pairs_in
from bot.slack.layout import flatten_block
from bot.slack.mrkdwn import Flattener
from bot.slack.rich_text import dicts, string
from bot.slack.wordsets import words

Json = Mapping[str, Any]

_CODED = re.compile(r"#\d+|\b[A-Z][A-Z0-9]*-?\d+\b|:[a-z0-9_+'-]+:|@[\w-]+")
_WORD = re.compile(r"[^\W\d_](?:[\w.-]*[^\W_])")
_SAYS_NOTHING = frozenset(
    words("""
        alert alerts alerting alarm incident incidents issue issues problem event notification message
        monitor monitoring check job build deploy deployment pipeline task run status state update
        updated new created opened open reopened closed resolved recovered recovery acknowledged
        triggered firing fired failed failure failing succeeded success successful successfully finished
        completed started down up ok error errors warning critical high medium low info major minor
        severity priority is has was been by to in of on at for from the an this please see view more
        details automatically production prod staging declared escalated assigned degraded investigating
        identified
    """)
)
"""Words that stand in the headlines of any bot."""
_SUMMARY_NAMES = (
    "title",
    "summary",
    "subject",
    "alert",
    "alertname",
    "alert name",
    "problem",
    "message",
    "name",
)
_FENCED = re.compile(r"```.*?(?:```|$)", re.DOTALL)
_NO_LINE = (">", "&gt;")
_MOST_TEXTS = 6
_MOST_LINES = 3
_MOST_CHARS = 4_000


def headline(message: Json, *, title: str, body: str, author: str) -> str:
    """Return the headline of a bot's message as a reader sees it; empty when it has no words.

    Args:
        message: Slack's message object.
        title: Of its first attachment that has one, flattened.
        body: All that it says, flattened.
        author: The bot's name, which tells nothing when it stands in a headline.
    """
    own = _telling(author)
    first = ""
    for line in filter(None, map(bare, _candidates(message, title))):
        if _is_telling(line, own):
            return line
        first = first or line
    return first or bare(body.partition("\n")[0])


def _candidates(message: Json, title: str) -> Iterator[str]:
    """Yield what may be the headline, most telling first."""
    yield title
    blocks = _blocks(message)
    yield from (flatten_block(block, Flattener({})) for block in blocks if block.get("type") == "header")
    texts = list(islice(filter(None, _texts(message, blocks)), _MOST_TEXTS))
    lines = [line for text in texts for line in _lines(text)]
    yield from filter(None, map(_linked, lines))
    yield from (Flattener({}).mrkdwn(line) for line in lines if not any(pairs_in(line)))
    yield from (clean(string(part.get("fallback")), Flattener({})) for part in _attachments(message))
    yield from _summaries(texts, message)


def _attachments(message: Json) -> list[Json]:
    return list(dicts(message.get("attachments")))


def _blocks(message: Json) -> list[Json]:
    inner = (block for part in _attachments(message) for block in dicts(part.get("blocks")))
    return [*dicts(message.get("blocks")), *inner]


def _texts(message: Json, blocks: Sequence[Json]) -> Iterator[str]:
    yield string(message.get("text"))
    for block in blocks:
        yield from (string(text.get("text")) for text in dicts([block.get("text")]))
    for part in _attachments(message):
        yield from (string(part.get(key)) for key in ("pretext", "text"))


def _lines(text: str) -> list[str]:
    shown = _FENCED.sub("", text[:_MOST_CHARS]) if "```" in text else text
    lines = (line.strip() for line in shown.split("\n", 2 * _MOST_LINES)[: 2 * _MOST_LINES])
    return [line for line in lines if line and not line.startswith(_NO_LINE)][:_MOST_LINES]


def _linked(line: str) -> str:
    """Return a line that is little more than a link."""
    if "<" not in line and "://" not in line:
        return ""
    flattener = Flattener({})
    shown = bare(flattener.mrkdwn(line))
    linked = sum(len(link.label) for link in flattener.links)
    return shown if 2 * linked > len(shown) else ""


def _is_telling(line: str, own: frozenset[str]) -> bool:
    return not _telling(_CODED.sub(" ", line)) <= own


@lru_cache(maxsize=64)  # the names of a channel's bots above all
def _telling(text: str) -> frozenset[str]:
    return frozenset([word.casefold() for word in _WORD.findall(text)]) - _SAYS_NOTHING


def _summaries(texts: Sequence[str], message: Json) -> Iterator[str]:
    """Yield what a name such as `Summary` stands before."""
    pairs = [pair for text in texts for pair in pairs_in(text)]
    for part in _attachments(message):
        pairs += [
            (string(item.get("title")), string(item.get("value"))) for item in dicts(part.get("fields"))
        ]
    named = {name.strip("*: ").casefold(): value for name, value in reversed(pairs)}
    yield from (clean(named[name], Flattener({})) for name in _SUMMARY_NAMES if name in named)
