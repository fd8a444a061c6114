"""Pings and links in text that Slack reads as markup: all but what our own code may say is made inert."""

import re
from collections.abc import Callable

from bot.safety.links import allowed_url, broken, defused

_BROADCASTS = frozenset({"channel", "here", "everyone"})
_ENTITY = re.compile(r"<([@#!][^<>]*|[A-Za-z][A-Za-z0-9+.-]*:[^<>]*)>")
_PING = re.compile(
    r"(?i)(?<!<)<+[!@]([^<>|]*)(?:\|([^<>]*))?>"
    r"|&(?:amp;)*(?:lt|#60|#x3c);?(?:!(?=channel|here|everyone|subteam|date)|@(?=[UW][A-Z0-9]{2}))"
    r"([^\n&|]*)(?:\|([^\n&]*))?&(?:amp;)*(?:gt|#62|#x3e);?"
)
_BARE_PING = re.compile(r"(?i)(?<!\w)@+(channel|here|everyone)\b")
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
    return _settled(text, lambda words: defused(_PING.sub(_named, words), allowed))


def _settled(text: str, change: Callable[[str], str]) -> str:
    """Change a text until nothing more changes: what is taken out must not join its neighbours to a ping."""
    while (changed := change(text)) != text:
        text = changed
    return text


def _named(match: re.Match[str]) -> str:
    """Write a ping as words: `<!subteam^S1|@sre>` → `@sre`, `<!here>` → `here`."""
    name = (match[2] or match[4] or match[1] or match[3] or "").rpartition("^")[2].lstrip("@!")
    return name if name.lower() in _BROADCASTS else f"@{name}"


def inert_mrkdwn(text: str, allowed: frozenset[str], mention: str | None) -> str:
    """Return mrkdwn in which only links to allowed hosts, channels, dates and the asker's mention are active.

    Args:
        text: mrkdwn, `&`, `<` and `>` escaped where they are meant literally.
        allowed: As `links.allowed_url` takes it.
        mention: The one user id that may be mentioned.
    """
    return _settled(text, lambda words: _inert_mrkdwn(words, allowed, mention))


def _inert_mrkdwn(text: str, allowed: frozenset[str], mention: str | None) -> str:
    parts, at = [], 0
    for match in _ENTITY.finditer(text):
        parts += [_literal(text[at : match.start()], allowed), _entity(match[1], allowed, mention)]
        at = match.end()
    return _BARE_PING.sub(r"\1", "".join([*parts, _literal(text[at:], allowed)]))


def _literal(text: str, allowed: frozenset[str]) -> str:
    return defused(_PING.sub(_named, text), allowed).replace("<", "&lt;").replace(">", "&gt;")


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
    return _settled(text, lambda words: _inert_markdown(words, allowed))


def _inert_markdown(text: str, allowed: frozenset[str]) -> str:
    text = _PING.sub(_named, _IMAGE.sub(r"\1", text))
    text = _DEFINITION.sub(lambda match: _definition(match, allowed), text)
    safe = _outside_links(text, lambda part: _escaped(defused(part, allowed)), allowed)
    return _BARE_PING.sub(r"\1", safe)


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
