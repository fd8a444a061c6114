"""What alert, deploy and flag bots say in attachments: headline, body and the fields in them.

The shapes are those that Alertmanager, Grafana, Datadog, PagerDuty, Opsgenie, Sentry, Argo CD, Jenkins,
Terraform Cloud, GitHub and the AWS chat bot send to Slack; a bot that is not known is read by the same rules.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.slack.layout import flatten_blocks, text_object
from bot.slack.mrkdwn import Flattener
from bot.slack.rich_text import dicts, string

Json = Mapping[str, Any]
Fields = tuple[tuple[str, str], ...]

_NOT_WORDS = frozenset({"", "[no preview available]", "this content can't be displayed."})
_BOLD_NAME = re.compile(r"^[ \t•\-]*\*([^*\n:]{1,40}):\*(?:[ \t]+|\n)([^\s•*-].*)$", re.MULTILINE)
_LISTED = re.compile(r"^[ \t]*[-•][ \t]+([\w./ -]{1,40}?)[ \t]*=[ \t]*(\S.*)$", re.MULTILINE)
_TAGS = re.compile(r"`((?:[\w./-]+:[^\s`:,]+[ ,]*)+)`")
_MARKED = re.compile(r"(?:^|[\s|])([A-Za-z][\w/-]*(?: [A-Z][\w/-]*){0,3}): ?([*`])([^*`\n]+)\2", re.MULTILINE)


@dataclass(slots=True)
class Alert:
    """What the attachments of one message say, flattened.

    Attributes:
        parts: The texts in the order in which a reader meets them.
        title: Of the first attachment that has one.
        fallback: What to show when nothing else of the message can be read.
    """

    parts: list[str] = field(default_factory=list)
    title: str = ""
    fallback: str = ""


def read_attachments(attachments: object, flattener: Flattener) -> Alert:
    """Flatten attachments, nested blocks included.

    Args:
        attachments: Slack's `attachments`; a shape that is not known yields what can be read of it.
        flattener: Resolves names and keeps the links.
    """
    alert = Alert()
    for attachment in dicts(attachments):
        parts = [part for part in _parts(attachment, flattener) if part.strip()]
        alert.parts.extend(parts)
        alert.title = alert.title or _flat(attachment, "title", flattener)
        alert.fallback = alert.fallback or ("" if parts else _fallback(attachment, flattener))
    return alert


def read_fields(message: Json) -> Fields:
    """Return the name and value pairs of a bot's message, each once, in their order."""
    flattener = Flattener({})
    pairs = (
        (_clean(name, flattener).rstrip(":"), _clean(value, flattener)) for name, value in _pairs(message)
    )
    return tuple(dict.fromkeys(pair for pair in pairs if all(pair)))


def _parts(attachment: Json, flattener: Flattener) -> Iterator[str]:
    pretext, title = _flat(attachment, "pretext", flattener), _flat(attachment, "title", flattener)
    yield pretext
    yield _flat(attachment, "author_name", flattener)
    if title:
        link = string(attachment.get("title_link"))
        shown = flattener.link(link, title) if link else title
        yield "" if shown in pretext else shown
    yield _flat(attachment, "text", flattener)
    yield from _field_lines(attachment, flattener)
    yield from flatten_blocks(attachment.get("blocks"), flattener)
    if not attachment.get("text") and not attachment.get("blocks"):
        yield from _shared(attachment, flattener)
    yield _flat(attachment, "footer", flattener)


def _shared(attachment: Json, flattener: Flattener) -> Iterator[str]:
    """Read a message that was shared from elsewhere and carries its blocks apart."""
    for shared in dicts(attachment.get("message_blocks")):
        inner = shared.get("message")
        yield from flatten_blocks(inner.get("blocks") if isinstance(inner, dict) else None, flattener)


def _field_lines(attachment: Json, flattener: Flattener) -> Iterator[str]:
    for item in dicts(attachment.get("fields")):
        name, value = _flat(item, "title", flattener), _flat(item, "value", flattener)
        yield f"{name.rstrip(':')}: {value}" if name and value else value


def _flat(item: Json, key: str, flattener: Flattener) -> str:
    value = item.get(key)
    words = text_object(value, flattener) if isinstance(value, dict) else flattener.mrkdwn(string(value))
    return words.strip()


def _fallback(attachment: Json, flattener: Flattener) -> str:
    words = _flat(attachment, "fallback", flattener)
    return "" if words.casefold() in _NOT_WORDS else words


def _clean(text: str, flattener: Flattener) -> str:
    return " ".join(flattener.mrkdwn(text).replace("`", "").split()).strip("*_ ")


def _pairs(message: Json) -> Iterator[tuple[str, str]]:
    for attachment in dicts(message.get("attachments")):
        yield from _pairs_in(string(attachment.get("text")))
        for item in dicts(attachment.get("fields")):
            yield string(item.get("title")), string(item.get("value"))
        yield from _block_pairs(attachment)
    yield from _block_pairs(message)


def _block_pairs(holder: Json) -> Iterator[tuple[str, str]]:
    for block in dicts(holder.get("blocks")):
        texts = [block.get("text"), *dicts(block.get("fields")), *dicts(block.get("elements"))]
        for item in dicts(texts):
            if item.get("type") == "mrkdwn":
                yield from _pairs_in(string(item.get("text")))


def _pairs_in(text: str) -> Iterator[tuple[str, str]]:
    """Find pairs that a body marks as such: bold names, `name = value` lists, marked values, tags."""
    found = [
        (match.start(), match[1], match[match.lastindex or 1])
        for pattern in (_BOLD_NAME, _LISTED, _MARKED)
        for match in pattern.finditer(text)
    ]
    yield from ((name, value) for _, name, value in sorted(found))
    for tags in _TAGS.finditer(text):
        yield from (_pair(tag) for tag in re.split(r"[ ,]+", tags[1]) if tag)


def _pair(tag: str) -> tuple[str, str]:
    name, _, value = tag.partition(":")
    return name, value
