"""Slack's mrkdwn to plain text: entities resolved, escapes undone exactly once, links kept aside."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import itemgetter

from bot.incident.messages import Link
from bot.slack.dates import shown_date

_TOKEN = re.compile(r"<([A-Za-z][A-Za-z0-9+.-]*:[^<>|\s]+\|[^<\n]*?[^\s<=-]|[^<>\n]+)>|&(amp|lt|gt);")
"""An entity or an escape. Some bots leave a `>` in a label unescaped: the label does not end there."""
_ESCAPE = re.compile(r"&(amp|lt|gt);")
_ESCAPES = {"amp": "&", "lt": "<", "gt": ">"}
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)
_BOLD = re.compile(r"\*(?<![\w*\"'/:.=-]\*)(\*?)(?=[^\s*.,/\"')\]])([^*\n]*[^\s*])\*\1(?![\w*/\"']|\.\w)")
_ITALIC = re.compile(r"_(?<![\w_/.-]_)(?=[^\s_])([^_\n]*[^\s_])_(?![\w_/.-])")
_MARK = "\x02"
"""Stands around the number of an entity while marks are removed, so that no address is read as italics."""
_KEPT = re.compile(f"{_MARK}(\\d+){_MARK}")
_MARKDOWN_LINK = re.compile(r"!?\[([^\[\]\n]*)\]\(([^\s()]+(?:\([^\s()]*\)[^\s()]*)?)\)")
_BARE_URL = re.compile(r"http(?<![^\s(=:]http)s?://[^\s<>|\x02]*[^\s<>|\x02.,;:!?)'\"*`]")
# What may stand before a mark or an address is asked after its first letters: a search for letters is fast.


@dataclass(slots=True)
class Flattener:
    """Turns markup into text.

    Args:
        names: User, bot, usergroup and channel ids to display names; an unknown id is shown as itself.
    """

    names: Mapping[str, str]
    links: list[Link] = field(default_factory=list)

    def mrkdwn(self, text: str) -> str:
        """Flatten mrkdwn; bold and italic marks go, code marks and strikes stay (they carry meaning)."""
        has_entities = "<" in text or "&" in text
        if "://" in text:
            self.links.extend(Link(url=self.plain(match[0])) for match in _BARE_URL.finditer(text))
        if "*" in text or "_" in text or _MARK in text:
            text = text.replace(_MARK, "")
            return self._without_marks(text) if has_entities else _unmarked_outside_code(text)
        return _TOKEN.sub(self._token, text) if has_entities else text

    def _without_marks(self, text: str) -> str:
        """Flatten what has marks too: its entities are set aside while those are removed."""
        shown: list[str] = []

        def keep(match: re.Match[str]) -> str:
            shown.append(self._token(match))
            return f"{_MARK}{len(shown) - 1}{_MARK}"

        marked = _TOKEN.sub(keep, text)
        return _KEPT.sub(lambda match: shown[int(match[1])], _unmarked_outside_code(marked))

    def plain(self, text: str) -> str:
        """Undo the escapes of a `plain_text` object; nothing else is markup there."""
        return text if "&" not in text else _ESCAPE.sub(lambda match: _ESCAPES[match[1]], text)

    def markdown(self, text: str) -> str:
        """Flatten standard Markdown, as Slack's `markdown` block carries it."""
        return self.mrkdwn(_MARKDOWN_LINK.sub(self._markdown_link, text))

    def link(self, url: str, label: str) -> str:
        """Keep a link and return what is shown of it."""
        if url:
            self.links.append(Link(url=url, label=label))
        return label or url

    def user(self, user_id: str) -> str:
        """Return a mention as it reads."""
        return "@" + self.names.get(user_id, user_id)

    def channel(self, channel_id: str) -> str:
        """Return a channel reference as it reads."""
        return "#" + self.names.get(channel_id, channel_id)

    def date(self, timestamp: str, pattern: str, *, fallback: str, url: str = "") -> str:
        """Return a date in UTC as its sender wanted it shown, or the fallback that came with it."""
        shown = shown_date(timestamp, pattern) or fallback or timestamp
        return self.link(url, shown) if url else shown

    def _special(self, command: str, label: str) -> str:
        """Resolve `here`, `channel`, `subteam^S…`, `date^…` and what may come."""
        kind, _, rest = command.partition("^")
        if kind == "date" and rest:
            timestamp, pattern, url = (*rest.split("^", 2), "", "")[:3]
            return self.date(timestamp, pattern, fallback=label, url=self.plain(url))
        if kind == "subteam" and not label:
            return self.user(rest)
        return "@" + (label or command.rsplit("^", 1)[-1]).removeprefix("@")

    def _markdown_link(self, match: re.Match[str]) -> str:
        return self.link(match[2], match[1])

    def _token(self, match: re.Match[str]) -> str:
        if match[2]:
            return _ESCAPES[match[2]]
        body, _, label = match[1].partition("|")
        return self._entity(body, self.plain(label)) or match[0]

    def _entity(self, body: str, label: str) -> str:
        sigil, rest = body[:1], body[1:]
        if sigil == "@":
            return "@" + label.removeprefix("@") if label else self.user(rest)
        if sigil == "#":
            return "#" + label.removeprefix("#") if label else self.channel(rest)
        if sigil == "!":
            return self._special(rest, label)
        return self.link(self.plain(body), _unmarked(label)) if _URL.fullmatch(body) else ""


def _unmarked(text: str) -> str:
    if "*" in text:
        text = _BOLD.sub(itemgetter(2), text)
    return _ITALIC.sub(itemgetter(1), text) if "_" in text else text


def _unmarked_outside_code(text: str) -> str:
    if "`" not in text:
        return _unmarked(text)
    return "".join(part if index % 2 else _unmarked(part) for index, part in enumerate(_CODE.split(text)))
