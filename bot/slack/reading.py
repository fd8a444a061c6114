"""From Slack's message objects to `Message` values: what counts as evidence, flattened once.

Nothing here raises on a shape that Slack does not send: what can be read of it is read.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from bot.incident.bodies import CUT
from bot.incident.messages import Alert, Author, AuthorKind, Link, Message, at_of, ts_key
from bot.safety.hidden import strip_hidden
from bot.slack.alert_reading import read_alert
from bot.slack.alert_words import bare
from bot.slack.alerts import Attached, Fields, fields_of, raw_pairs, read_attachments
from bot.slack.attached_files import file_lines, read_files
from bot.slack.layout import flatten_blocks
from bot.slack.lengths import left_out, without_middle
from bot.slack.mrkdwn import Flattener
from bot.slack.rich_text import dicts, string
from bot.slack.titles import headline
from bot.slack.wordsets import is_covered, squashed

Json = Mapping[str, Any]
Permalink = Callable[[str, str | None], str]

_TS = re.compile(r"[0-9]{1,12}\.[0-9]{1,6}")
_HOUSEKEEPING = re.compile(
    r"(?:channel|group)_(?:archive|convert_to_private|join|leave|posting_permissions|unarchive)"
    r"|bot_(?:add|remove)|(?:un)?pinned_item|message_(?:changed|replied)|reply_broadcast|reminder_add"
    r"|document_mention|huddle_thread|sh_room_created|assistant_app_thread"
)
"""Subtypes that say nothing about an incident."""
_DELETED = frozenset({"tombstone", "message_deleted"})
MOST_TITLE_CHARS = 500
_MOST_FIELDS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read of an incident.

    Attributes:
        messages: The evidence, oldest first.
        deleted: How many messages are known to have been deleted.
        own_ts: The copilot's own posts.
        asked_ts: Messages of people that mention the copilot: questions, not evidence.
    """

    messages: tuple[Message, ...]
    deleted: int
    own_ts: tuple[str, ...]
    asked_ts: tuple[str, ...]


def evidence_ts(raw: Sequence[Json], *, bot_user_id: str, bot_id: str) -> list[str]:
    """Return the `ts` that get an evidence number, oldest first.

    Deletions and joins are counted too, though they carry no evidence, so that `[n]` is the n-th message that
    a person sees; the copilot's own posts and questions asked of it are not.
    """
    return [
        string(item["ts"])
        for item in _ordered(raw)
        if not _is_own(item, bot_user_id, bot_id) and not _is_asked(item, bot_user_id)
    ]


def read_messages(
    raw: Sequence[Json],
    *,
    numbers: Mapping[str, int],
    names: Mapping[str, str],
    bot_user_id: str,
    bot_id: str,
    permalink: Permalink,
) -> Reading:
    """Read Slack's messages of one incident.

    Args:
        raw: Message objects of all threads, in any order; a `ts` that comes twice counts once.
        numbers: The evidence number of every `ts` that `evidence_ts` names.
        names: User, bot and channel ids to display names.
        bot_user_id: The copilot's user id.
        bot_id: The copilot's bot id.
        permalink: Called with `ts` and `thread_ts`.
    """
    ordered = _ordered(raw)
    own = [item for item in ordered if _is_own(item, bot_user_id, bot_id)]
    own_ts = {item["ts"] for item in own}
    others = [item for item in ordered if item["ts"] not in own_ts]
    asked = [item for item in others if _is_asked(item, bot_user_id)]
    asked_ts = {item["ts"] for item in asked}
    spoken = [item for item in others if item["ts"] not in asked_ts and _is_content(item)]
    messages = (
        _message(item, number=numbers[item["ts"]], names=names, permalink=permalink) for item in spoken
    )
    return Reading(
        messages=tuple(message for message in messages if message.text),
        deleted=sum(_is_deleted(item) for item in others),
        own_ts=tuple(string(item["ts"]) for item in own),
        asked_ts=tuple(string(item["ts"]) for item in asked),
    )


def _ordered(raw: Sequence[Json]) -> list[dict[str, Any]]:
    by_ts = {item["ts"]: item for item in dicts(raw) if _is_ts(item.get("ts"))}
    return sorted(by_ts.values(), key=lambda item: ts_key(item["ts"]))


def _is_ts(value: object) -> bool:
    return isinstance(value, str) and bool(_TS.fullmatch(value))


def _is_own(item: Json, bot_user_id: str, bot_id: str) -> bool:
    is_user = bool(bot_user_id) and item.get("user") == bot_user_id
    return is_user or (bool(bot_id) and item.get("bot_id") == bot_id)


def _is_asked(item: Json, bot_user_id: str) -> bool:
    """A person mentions the copilot; other bots that do are context like any other."""
    if not bot_user_id or item.get("bot_id") or _HOUSEKEEPING.fullmatch(string(item.get("subtype"))):
        return False
    return f"<@{bot_user_id}" in string(item.get("text")) or _mentions(item.get("blocks"), bot_user_id)


def _mentions(part: object, user_id: str) -> bool:
    if isinstance(part, list):
        return any(_mentions(inner, user_id) for inner in part)
    if not isinstance(part, dict):
        return False
    is_mention = part.get("type") == "user" and part.get("user_id") == user_id
    return is_mention or _mentions(part.get("elements"), user_id)


def _is_deleted(item: Json) -> bool:
    return string(item.get("subtype")) in _DELETED


def _is_content(item: Json) -> bool:
    subtype = string(item.get("subtype"))
    if not subtype:
        return True
    return not (_HOUSEKEEPING.fullmatch(subtype) or _is_deleted(item) or item.get("hidden") is True)


def _message(item: Json, *, number: int, names: Mapping[str, str], permalink: Permalink) -> Message:
    flattener = Flattener(names)
    author = _author(item, names)
    files = read_files(item)
    own = _own_words(item, flattener)
    attached = read_attachments(item.get("attachments"), flattener)
    body = _body(own, attached)
    lines = [*([body] if body else ()), *file_lines(files, body)]
    whole = strip_hidden("\n".join(lines)).strip()
    text, cut_chars = _bounded(whole, item)
    title = strip_hidden(_title(item, attached, author, body) if body else "")[:MOST_TITLE_CHARS]
    fields, alert = _stated(item, author, title, text, names)
    thread_ts = item["thread_ts"] if _is_ts(item.get("thread_ts")) else None
    return Message(
        id=f"m{number}",
        ts=item["ts"],
        thread_ts=thread_ts,
        author=author,
        text=text,
        title=title,
        fields=fields,
        alert=alert,
        cut_chars=cut_chars,
        files=files,
        links=_each_once(flattener.links),
        reactions=tuple(_reactions(item)) if "reactions" in item else (),
        edited_at=_edited_at(item) if "edited" in item else None,
        is_pinned=isinstance(item.get("pinned_to"), list) and bool(item["pinned_to"]),
        permalink=permalink(item["ts"], thread_ts),
    )


def _bounded(whole: str, item: Json) -> tuple[str, int]:
    """Return a text within bounds and how much is left out of it, here or already when it was kept."""
    text, cut_chars = without_middle(whole)
    before = item.get(CUT)
    if not isinstance(before, int) or before <= 0:
        return text, cut_chars
    return text or left_out(before), cut_chars + before


def _stated(
    item: Json, author: Author, title: str, text: str, names: Mapping[str, str]
) -> tuple[Fields, Alert | None]:
    """Read what a bot states as names and values; what people write is prose."""
    if author.kind is not AuthorKind.BOT:
        return (), None
    pairs = raw_pairs(item)[:_MOST_FIELDS]
    fields = fields_of(pairs, Flattener(names))
    said_at = at_of(item["ts"])
    return fields, read_alert(item, title=title, text=text, pairs=pairs, fields=fields, said_at=said_at)


def _each_once(links: Sequence[Link]) -> tuple[Link, ...]:
    """Return each address once, with the first label for it: a button leads where the title does."""
    found: dict[str, Link] = {}
    for link in links:
        if link.url not in found or not found[link.url].label:
            found[link.url] = _visible(link)
    return tuple(found.values())


def _visible(link: Link) -> Link:
    url, label = strip_hidden(link.url), strip_hidden(link.label)
    return link if url is link.url and label is link.label else Link(url=url, label=label)


def _author(item: Json, names: Mapping[str, str]) -> Author:
    user, bot = string(item.get("user")), string(item.get("bot_id"))
    is_bot = bool(bot) or item.get("subtype") == "bot_message" or user == "USLACKBOT"
    known = names.get(bot) or names.get(user) if is_bot else names.get(user)
    own = string(item.get("username")) or known or _profile_name(item) or user or bot
    if is_bot:
        return _named_author(bot or user, own, AuthorKind.BOT)
    home, team = item.get("user_team"), item.get("team")
    is_external = bool(home and team and home != team)
    return _named_author(user, own, AuthorKind.EXTERNAL if is_external else AuthorKind.PERSON)


@lru_cache(maxsize=512)  # a few people say most, and one value stands for each
def _named_author(author_id: str, name: str, kind: AuthorKind) -> Author:
    return Author(id=author_id, name=strip_hidden(name).strip() or "unknown", kind=kind)


def _profile_name(item: Json) -> str:
    profiles = dicts([item.get("bot_profile"), item.get("user_profile")])
    names = [string(p.get(key)) for p in profiles for key in ("display_name", "real_name", "name")]
    return next((name for name in names if name), "")


def _own_words(item: Json, flattener: Flattener) -> list[str]:
    """Read the text and the blocks of a message, each word once."""
    text = flattener.mrkdwn(string(item.get("text"))).strip()
    blocks = item.get("blocks")
    if not blocks:
        return [text] if text else []
    return _once(text, [block.strip("\n") for block in flatten_blocks(blocks, flattener)])


def _body(own: Sequence[str], attached: Attached) -> str:
    """Join a message's own words and its attachments in the order in which they are seen, each word once."""
    told = [*own, *_unsaid(attached.parts, own)] if attached.parts else [*own]
    if attached.fallback and not is_covered(attached.fallback, "\n".join(told)):
        told.append(attached.fallback)
    return "\n".join(told).strip()


def _unsaid(parts: Sequence[str], own: Sequence[str]) -> Iterator[str]:
    """Yield the parts whose words stand neither in a message's own words nor in a part before."""
    seen = squashed("\n".join(own))
    for part in parts:
        if (letters := squashed(part)) not in seen:
            seen += letters
            yield part


def _title(item: Json, attached: Attached, author: Author, body: str) -> str:
    """Return the headline: what people write has one only where an attachment does."""
    if author.kind is not AuthorKind.BOT:
        return bare(attached.title) if attached.title else ""
    return headline(item, title=attached.title, body=body, author=author.name)


def _once(text: str, blocks: list[str]) -> list[str]:
    """Choose between a text and its blocks: one is mostly the other's twin."""
    shown = "\n".join(blocks)
    if not text or not shown or text == shown:
        return [text or shown] if text or shown else []
    letters = squashed(text)
    if squashed(shown) in letters:
        return [text]
    if is_covered(text, shown):
        return blocks
    return [text, *(block for block in blocks if squashed(block) not in letters)]


def _reactions(item: Json) -> Iterator[tuple[str, int]]:
    for reaction in dicts(item.get("reactions")):
        count = reaction.get("count")
        if reaction.get("name"):
            yield (
                string(reaction["name"]),
                count if isinstance(count, int) else len(reaction.get("users") or ()),
            )


def _edited_at(item: Json) -> datetime | None:
    edited = item.get("edited")
    ts = edited.get("ts") if isinstance(edited, dict) else None
    return at_of(str(ts)) if _is_ts(ts) else None
