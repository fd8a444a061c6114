"""The gate: the last function every outgoing byte passes.

It trusts nothing of what it is given but its structure: whatever an analyst, a thread or a mistake of ours
put into a message, no ping, foreign link, image, hidden character or secret comes out. Whether a message is
too large for Slack is asked afterwards, where Slack's limits are known.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.errors import GateClosedError
from bot.safety.canary import without_canary
from bot.safety.filters import FILTERS, Filters
from bot.safety.links import allowed_url, broken
from bot.safety.redaction import Redactor

Blocks = list[dict[str, Any]]
Json = Mapping[str, Any]

_IDS = frozenset(
    {
        "action_id", "block_id", "border", "callback_id", "column_settings", "dispatch_action", "emoji",
        "format", "icon", "indent", "level", "name", "offset", "status", "style", "task_id", "timestamp",
        "type", "unicode", "verbatim",
    }
)  # fmt: skip
"""Keys whose values are our own code's and never words for people."""
_DROPPED = frozenset({"image", "video", "file", "call", "team", "input"})
_REFERENCES = {"user": "user_id", "usergroup": "usergroup_id", "broadcast": "range"}
_LEAVES = frozenset({"rich_text_section", "rich_text_preformatted", "rich_text_quote"})
_LINES = frozenset({"rich_text_section", "rich_text_quote"})
_MOST_DEPTH = 20


def gate(
    blocks: Blocks,
    text: str,
    *,
    allowed_hosts: frozenset[str],
    mention: str | None,
    redactor: Redactor,
    canary: str = "",
    filters: Filters = FILTERS,
) -> tuple[Blocks, str]:
    """Return a message's blocks and text with nothing in them that could do harm.

    Passing twice changes nothing more.

    Args:
        blocks: Block Kit, of any block type.
        text: The message's `text`, mrkdwn: what notifications and screen readers say.
        allowed_hosts: As `links.allowed_url` takes it: hosts, loopback origins, exact URLs.
        mention: The one user id that may be mentioned: the asker's; None mentions nobody.
        redactor: The incident's own, so that what it found while reading is found here too.
        canary: The mark of the orders that models get, which no answer may repeat; empty for none.
        filters: What words pass.

    Raises:
        GateClosedError: The blocks are no blocks, so they cannot be made safe.
        RedactionFailedError: A text could not be checked for secrets.
    """
    guard = _Gate(allowed_hosts, mention, redactor, canary, filters)
    safe = [guard.block(block) for block in blocks]
    return [block for block in safe if block], guard.marked(guard.clean(text))


def gate_text(
    text: str,
    *,
    allowed_hosts: frozenset[str],
    redactor: Redactor,
    canary: str = "",
    filters: Filters = FILTERS,
) -> str:
    """Return a Markdown file's text with nothing active in it; nobody is mentioned from a file.

    Args:
        text: Markdown.
        allowed_hosts: As for `gate`.
        redactor: As for `gate`.
        canary: As for `gate`.
        filters: As for `gate`.

    Raises:
        RedactionFailedError: The text could not be checked for secrets.
    """
    guard = _Gate(allowed_hosts, None, redactor, canary, filters)
    return filters.lines(filters.markdown(guard.clean(text), allowed_hosts))


@dataclass(frozen=True, slots=True)
class _Gate:
    allowed: frozenset[str]
    mention: str | None
    redactor: Redactor
    canary: str
    filters: Filters

    def clean(self, text: str) -> str:
        return self.without_secrets(self.filters.visible(text))

    def without_secrets(self, text: str) -> str:
        redacted = self.redactor.redact(text)
        return without_canary(redacted.text if redacted.found else text, self.canary)

    def words(self, text: str) -> str:
        return self.filters.words(self.clean(text), self.allowed)

    def marked(self, text: str) -> str:
        return self.filters.lines(self.filters.mrkdwn(text, self.allowed, self.mention))

    def block(self, block: Any) -> dict[str, Any] | None:
        if not isinstance(block, dict) or not isinstance(block.get("type"), str):
            raise GateClosedError("a block is an object with a type")
        safe = self._object(block, 0)
        return safe if safe and _says_something(safe) else None

    def _value(self, key: str, value: Any, depth: int) -> Any:
        """Make one value safe; None means that it is left out."""
        if depth > _MOST_DEPTH:
            raise GateClosedError("blocks are nested too deeply")
        if isinstance(value, str):
            return self._string(key, value)
        if isinstance(value, dict):
            return self._object(value, depth + 1)
        if isinstance(value, list):
            safe = [self._value(key, item, depth + 1) for item in value]
            return [item for item in safe if item is not None]
        return value

    def _string(self, key: str, value: str) -> str | None:
        if key in _IDS:
            return value
        if key == "value":
            return self.clean(value)
        if key.endswith("url"):
            return allowed_url(self.clean(value), self.allowed) if key == "url" else None
        return self.words(value)

    def _object(self, item: Json, depth: int) -> dict[str, Any] | None:
        kind = item.get("type")
        if kind in _DROPPED:
            return None
        if kind == "link":
            return self._link(item)
        if kind in _REFERENCES:
            return self._reference(item, _REFERENCES[kind])
        if kind in {"mrkdwn", "markdown"} and isinstance(item.get("text"), str):
            return self._marked(item)
        safe = {key: self._value(key, value, depth) for key, value in item.items()}
        if kind == "plain_text" and isinstance(safe.get("text"), str):
            safe["text"] = self.filters.plain(safe["text"])
        whole = {key: value for key, value in safe.items() if value is not None or item[key] is None}
        if whole.get("elements") == [] or whole.get("text") == "":
            return None
        return self._section(whole) if kind in _LEAVES else whole

    def _section(self, section: dict[str, Any]) -> dict[str, Any]:
        whole = self._unsplit(section)
        elements = [leaf for leaf in whole.get("elements", []) if isinstance(leaf, dict)]
        return {**whole, "elements": self.filters.elements(elements)} if whole["type"] in _LINES else whole

    def _marked(self, item: Json) -> dict[str, Any] | None:
        words = self.clean(item["text"])
        if not words:
            return None
        if item["type"] == "markdown":
            return {**item, "text": self.filters.lines(self.filters.markdown(words, self.allowed))}
        return {**item, "text": self.marked(words), "verbatim": True}

    def _link(self, item: Json) -> dict[str, Any]:
        url, label = self.clean(str(item.get("url", ""))), self.words(str(item.get("text") or ""))
        safe = allowed_url(url, self.allowed)
        if safe:
            return {**item, "url": safe, **({"text": label} if label else {})}
        shown = f"{label} ({broken(url)})" if label and label not in {url, broken(url)} else broken(url)
        return {"type": "text", "text": shown}

    def _reference(self, item: Json, key: str) -> dict[str, Any]:
        name = str(item.get(key, ""))
        if item["type"] == "user" and self.mention and name == self.mention:
            return {"type": "user", "user_id": name}
        return {"type": "text", "text": "@" + self.words(name)}

    def _unsplit(self, section: dict[str, Any]) -> dict[str, Any]:
        """Find a secret that is split over elements; such a section loses its styles, not its words."""
        leaves = [leaf for leaf in section.get("elements", []) if isinstance(leaf, dict)]
        joined = "".join(str(leaf.get("text", "")) for leaf in leaves)
        clean = self.without_secrets(joined)
        if clean == joined:
            return section
        return {**section, "elements": [{"type": "text", "text": self.filters.words(clean, self.allowed)}]}


def _says_something(block: Json) -> bool:
    """A block that lost all it had (an image, say) is left out: Slack refuses it."""
    return block["type"] != "section" or bool(block.get("text") or block.get("fields"))
