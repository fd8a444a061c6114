"""Pings and links in text that Slack reads as markup: all but what our own code may say is made inert."""

import re
from collections.abc import Callable

from bot.safety.links import allowed_url, broken, defused

_ENTITY = re.compile(r"<([@#!][^<>]*|[A-Za-z][A-Za-z0-9+.-]*:[^<>]*)>")
_PING = re.compile(
    r"(?i)<[!@]([^<>|]*)(?:\|([^<>]*))?>"
    r"|&lt;(?:!(?=channel|here|everyone|subteam|date)|@(?=[UW][A-Z0-9]{2}))([^\n&|]*)(?:\|([^\n&]*))?&gt;"
)
_BARE_PING = re.compile(r"(?i)(?<![\w@])@(channel|here|everyone)\b")
_CHANNEL = re.compile(r"#[CG][A-Z0-9]{2,20}(?:\|[^<>|]*)?")
_DATE = re.compile(r"!date\^\d{1,12}\^[^<>|^]*\|[^<>|]*")
_IMAGE = re.compile(r"!\[([^\[\]]*)\](?:\([^()\s]*\)|\[[^\[\]]*\])")
_LINK = re.compile(
    r"\[([^\[\]\n]*)\]\(\s*<?([^()\s<>]*(?:\([^()\s]*\)[^()\s<>]*)*)>?(?:\s+[\"'(][^\n]*?[\"')])?\s*\)"
)
_DEFINITION = re.compile(r"(?m)^[ \t]{0,3}\[([^\[\]\n]+)\]:[ \t]*(\S+)[^\n]*$")


def inert(text: str, allowed: frozenset[str]) -> str:
    """Return literal text with nothing in it that a client could take for a ping or a foreign link.

    For places where Slack reads no markup: `rich_text` elements, `plain_text`, alternative texts.
    """
    return defused(_PING.sub(_named, text), allowed)


def _named(match: re.Match[str]) -> str:
    """Write a ping as words: `<!subteam^S1|@sre>` → `@sre`."""
    name = match[2] or match[4] or match[1] or match[3] or ""
    return "@" + name.rpartition("^")[2].lstrip("@!")


def inert_mrkdwn(text: str, allowed: frozenset[str], mention: str | None) -> str:
    """Return mrkdwn in which only links to allowed hosts, channels, dates and the asker's mention are active.

    Args:
        text: mrkdwn, `&`, `<` and `>` escaped where they are meant literally.
        allowed: As `links.allowed_url` takes it.
        mention: The one user id that may be mentioned.
    """
    parts, at = [], 0
    for match in _ENTITY.finditer(text):
        parts += [_literal(text[at : match.start()], allowed), _entity(match[1], allowed, mention)]
        at = match.end()
    return "".join([*parts, _literal(text[at:], allowed)])


def _literal(text: str, allowed: frozenset[str]) -> str:
    quiet = _BARE_PING.sub(r"\1", _PING.sub(_named, text))
    return defused(quiet, allowed).replace("<", "&lt;").replace(">", "&gt;")


def _entity(body: str, allowed: frozenset[str], mention: str | None) -> str:
    target, _, label = body.partition("|")
    if mention and target == f"@{mention}":
        return f"<@{mention}>"
    if _CHANNEL.fullmatch(body) or _DATE.fullmatch(body):
        return f"<{body}>"
    if body[0] in "@!#":
        return _literal(label.lstrip("@") or target.rpartition("^")[2].lstrip("@!#"), allowed)
    url = allowed_url(target.replace("&amp;", "&"), allowed)
    shown = _literal(label, allowed)
    if url:
        return f"<{url.replace('&', '&amp;')}|{shown}>" if shown else f"<{url.replace('&', '&amp;')}>"
    return f"{shown} ({broken(target)})" if shown else broken(target)


def inert_markdown(text: str, allowed: frozenset[str]) -> str:
    """Return Markdown in which only links to allowed hosts are active; images become their description."""
    text = _PING.sub(_named, _IMAGE.sub(r"\1", text))
    text = _DEFINITION.sub(lambda match: _definition(match, allowed), text)
    return _outside_links(text, lambda part: _escaped(_BARE_PING.sub(r"\1", defused(part, allowed))), allowed)


def _definition(match: re.Match[str], allowed: frozenset[str]) -> str:
    return match[0] if allowed_url(match[2], allowed) == match[2] else f"{match[1]}: {broken(match[2])}"


def _escaped(text: str) -> str:
    """Escape `<`, the beginning of HTML and of Slack's entities; a `>` alone is a quotation."""
    return text.replace("<", "&lt;")


def _outside_links(text: str, change: Callable[[str], str], allowed: frozenset[str]) -> str:
    parts, at = [], 0
    for match in _LINK.finditer(text):
        parts += [change(text[at : match.start()]), _link(match[1], match[2], change, allowed)]
        at = match.end()
    return "".join([*parts, change(text[at:])])


def _link(label: str, url: str, change: Callable[[str], str], allowed: frozenset[str]) -> str:
    safe = allowed_url(url, allowed)
    shown = change(label)
    if safe:
        return f"[{shown}]({safe})"
    return f"{shown} ({broken(url)})" if url else shown
