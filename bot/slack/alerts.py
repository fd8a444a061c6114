"""What alert, deploy and ticket bots say in attachments: headline, body, and the fields in them.

The shapes are those that Alertmanager, Grafana, Datadog, PagerDuty, Opsgenie, Sentry, New Relic, Argo CD,
GitHub, Jenkins, Terraform Cloud, Jira, Statuspage and the AWS chat bot send to Slack; a bot that is not known
is read by the same rules.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.slack.fields import block_pairs, clean, pairs_in
from bot.slack.layout import flatten_blocks, keep_link, text_object
from bot.slack.mrkdwn import Flattener
from bot.slack.rich_text import dicts, string

Json = Mapping[str, Any]
Fields = tuple[tuple[str, str], ...]

_NOT_WORDS = frozenset({"", "[no preview available]", "this content can't be displayed."})


@dataclass(slots=True)
class Attached:
    """What the attachments of one message say, flattened.

    Attributes:
        parts: The texts in the order in which a reader meets them.
        title: Of the first attachment that has one.
        fallback: What to show when nothing else of the message can be read.
    """

    parts: list[str] = field(default_factory=list)
    title: str = ""
    fallback: str = ""


def read_attachments(attachments: object, flattener: Flattener) -> Attached:
    """Flatten attachments, nested blocks included.

    Args:
        attachments: Slack's `attachments`; a shape that is not known yields what can be read of it.
        flattener: Resolves names and keeps the links.
    """
    attached = Attached()
    for attachment in dicts(attachments):
        pretext, title = _flat(attachment, "pretext", flattener), _flat(attachment, "title", flattener)
        parts = [part for part in _parts(attachment, pretext, title, flattener) if part.strip()]
        attached.parts.extend(parts)
        attached.title = attached.title or title
        attached.fallback = attached.fallback or ("" if parts else _fallback(attachment, flattener))
    return attached


def raw_pairs(message: Json) -> list[tuple[str, str]]:
    """Return the name and value pairs of a bot's message in their order; still markup."""
    return list(_pairs(message))


def fields_of(pairs: list[tuple[str, str]], flattener: Flattener) -> Fields:
    """Return pairs as a reader sees them, each once; a name that comes again with another value stays."""
    shown = ((clean(name, flattener).rstrip(":"), clean(value, flattener)) for name, value in pairs)
    return tuple(
        {(name.casefold(), value): (name, value) for name, value in shown if name and value}.values()
    )


def _parts(attachment: Json, pretext: str, title: str, flattener: Flattener) -> Iterator[str]:
    yield pretext
    if author := _flat(attachment, "author_name", flattener):
        yield flattener.link(string(attachment.get("author_link")), author)
    if title:
        link = string(attachment.get("title_link"))
        shown = flattener.link(link, title) if link else title
        yield "" if shown in pretext else shown
    yield _flat(attachment, "text", flattener)
    yield from _field_lines(attachment, flattener)
    yield from flatten_blocks(attachment.get("blocks"), flattener)
    if not attachment.get("text") and not attachment.get("blocks"):
        yield from _shared(attachment, flattener)
    for action in dicts(attachment.get("actions")):
        keep_link(action, flattener)
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
    if not value:
        return ""
    if isinstance(value, dict):
        return text_object(value, flattener).strip()
    return flattener.mrkdwn(string(value)).strip()


def _fallback(attachment: Json, flattener: Flattener) -> str:
    words = _flat(attachment, "fallback", flattener)
    return "" if words.casefold() in _NOT_WORDS else words


def _pairs(message: Json) -> Iterator[tuple[str, str]]:
    yield from pairs_in(string(message.get("text")))
    for block in dicts(message.get("blocks")):
        yield from block_pairs(block)
    for attachment in dicts(message.get("attachments")):
        yield from pairs_in(string(attachment.get("pretext")))
        yield from pairs_in(string(attachment.get("text")))
        for item in dicts(attachment.get("fields")):
            yield string(item.get("title")), string(item.get("value"))
        for block in dicts(attachment.get("blocks")):
            yield from block_pairs(block)
