"""Name and value pairs that the body of a bot's message marks as such, in the order in which they stand.

Marked are: bold names (`*Service:* payments`), lists (`- severity = critical`), names before bold or code
values (`Events: *41*`), tags in code (`env:prod service:web`), and names that monitors use, even unmarked.
Each line is looked at once, so that a long or hostile body costs what it is long.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.safety.hidden import strip_hidden
from bot.slack.mrkdwn import Flattener
from bot.slack.rich_text import dicts, string

Json = Mapping[str, Any]
Pair = tuple[str, str]

_BOLD = re.compile(r"\*{1,2}([^\s*:][^*\n:]{0,59})(?::\s?\*{1,2}|\*{1,2}\s?:)")
_ALONE = re.compile(r"\*{1,2}([^*\n:]{1,40}):?\*{1,2}:?")
_MARKED = re.compile(r"(?:^|[\s|])([A-Za-z][\w/-]*(?: [A-Z][\w/-]*){0,3}): ?([*`])([^*`\n]+)\2")
_MARK_AFTER_NAME = re.compile(r": ?[*`]")
_COLUMNS = re.compile(r"\s(?:\s{2,}|(?<=\t)|(?<= )[|·•] )")
_NAME = re.compile(r"[\w./@ -]{1,40}")
_KNOWN = re.compile(
    r"(?:alert |current |new |incident |issue |impacted |affected )?"
    r"(?:severity|priority|urgency|impact|state|status|service|component|components|application|environment|region|"
    r"start(?:ed|s)?(?: at)?|(?:ended|resolved|triggered|created|opened|closed|updated)(?: at)?|since|"
    r"runbook|dashboard|source|summary|"
    r"description|policy|condition|monitor|project|assignee|reporter|duration|account|metric|reason|"
    r"timestamp|host(?:name)?|instance|(?:queue|function|table) ?name|down since)",
    re.IGNORECASE,
)
_PORT = re.compile(r"\d{4,5}")
"""What follows a host; as the value of a tag it tells little."""
_LONE_STAR = re.compile(r"(?:^| )\*(?: |$)")
"""Such as in `0 3 * * *`: no mark of bold."""
_CODE = re.compile(r"`([^`\n]+)`")
_AS_IS = re.compile(r"[A-Za-z0-9.,;=/()@%+-]+(?: [A-Za-z0-9.,;=/()@%+-]+)*")
"""Most names and values: a line without marks, escapes and addresses."""
_BULLETS = " \t•◦▪·\u2013-"
_BETWEEN = " \t|·,;"
_MOST_LINE_CHARS = 2_000
_NAME_CHARS = 40
_PAIR = 2


def block_pairs(block: Json) -> Iterator[Pair]:
    """Yield the pairs of one block; names and values are still markup."""
    kind = string(block.get("type"))
    if kind == "rich_text":
        for text in _rich_lines(block):
            yield from pairs_in(text)
        return
    if kind in {"table", "data_table"}:
        yield from _rows(block)
        return
    for item in dicts([block.get("text"), *dicts(block.get("elements"))]):
        yield from pairs_in(string(item.get("text")))
    if kind == "markdown":
        yield from pairs_in(string(block.get("text")))
    for item in dicts(block.get("fields")):
        yield from _field(string(item.get("text")))


def pairs_in(text: str) -> Iterator[Pair]:
    """Yield the pairs in a body."""
    if ":" not in text and "=" not in text:
        return
    lines = text.split("\n")
    is_known = False
    for n, line in enumerate(lines):
        if (":" in line or "=" in line) and len(line) <= _MOST_LINE_CHARS:
            found = list(_pairs_of(line, lines[n + 1] if n + 1 < len(lines) else "", is_listed=is_known))
            yield from found
            is_known = bool(found)
        else:
            is_known = False


def _pairs_of(line: str, following: str, *, is_listed: bool) -> Iterator[Pair]:
    """Yield the pairs of a line; one that follows another needs no mark and no known name."""
    listed = _listed(line)
    if listed:
        yield listed
        return
    if "*" in line or "`" in line:
        marked = _marked(line) if _MARK_AFTER_NAME.search(line) else ()
        yield from (pair for _, pair in sorted([*_bold(line, following), *marked]))
        yield from _tags(line) if "`" in line else ()
        return
    parts = [part.partition(":") for part in _COLUMNS.split(line.strip())]
    named = [(name.strip(), value.strip()) for name, _, value in parts if _is_name(name) and value.strip()]
    if len(named) > 1 or any(is_listed or _KNOWN.fullmatch(name) for name, _ in named):
        yield from named


def _is_name(text: str) -> bool:
    return text[:1].isupper() and bool(_NAME.fullmatch(text.strip()))


def _listed(line: str) -> Pair | None:
    """Read `- name = value` and `• name: value`."""
    item = line.lstrip(_BULLETS)
    if len(item) == len(line.lstrip()) or item.startswith("*"):
        return None
    for sign in ("=", ": "):
        name, found, value = item.partition(sign)
        if found and value.strip() and _NAME.fullmatch(name.strip()) and not value.startswith("="):
            return name.strip(), value.strip()
    return None


def _bold(line: str, following: str) -> Iterator[tuple[int, Pair]]:
    names = list(_BOLD.finditer(line)) if "*" in line else []
    for n, match in enumerate(names):
        end = names[n + 1].start() if n + 1 < len(names) else len(line)
        value = line[match.end() : end].strip(_BETWEEN) or _below(following, is_last=n + 1 == len(names))
        if value and not value.startswith("•"):
            yield match.start(), (match[1], value)


def _below(following: str, *, is_last: bool) -> str:
    """Return the next line when it is the value of a name that stands alone."""
    value = following.strip()
    return "" if not is_last or value[:1] in {"", "*", "•", "-", "\u2013"} else value


def _marked(line: str) -> Iterator[tuple[int, Pair]]:
    for match in _MARKED.finditer(line):
        yield match.start(1), (match[1], match[3])


def _tags(line: str) -> Iterator[Pair]:
    for match in _CODE.finditer(line):
        name, _, value = match[1].partition(": ")
        if value and _KNOWN.fullmatch(name):
            yield name, value
            continue
        tags = match[1].replace(",", " ").split()
        if tags and all(_is_tag(tag) for tag in tags):
            yield from ((name, value) for name, _, value in (tag.partition(":") for tag in tags))


def _is_tag(tag: str) -> bool:
    name, _, value = tag.partition(":")
    return (
        value[:1] not in {"", "/"}
        and not _PORT.fullmatch(value)
        and ":" not in value
        and len(name) <= _NAME_CHARS
        and bool(_NAME.fullmatch(name))
    )


def _field(text: str) -> Iterator[Pair]:
    """Read one field of a section: its first line names it, or the words before the colon do."""
    first, _, rest = text.strip().partition("\n")
    alone = _ALONE.fullmatch(first.strip())
    if alone and rest.strip():
        yield alone[1], rest.strip()
        return
    found = list(pairs_in(text))
    name, _, value = first.partition(":")
    is_plain = not found and not rest and value.startswith(" ") and _NAME.fullmatch(name.strip())
    yield from ([(name.strip(), value.strip())] if is_plain and value.strip() else found)


def _rows(block: Json) -> Iterator[Pair]:
    """Read a table of two columns as names and values."""
    rows = block.get("rows")
    for row in rows if isinstance(rows, list) else ():
        cells = [_cell(cell) for cell in dicts(row)]
        if len(cells) == _PAIR:
            yield cells[0], cells[1]


def _cell(cell: Json) -> str:
    if cell.get("type") == "rich_text":
        return " ".join(_rich_lines(cell))
    return _escaped(string(cell.get("text")))


def _rich_lines(block: Json) -> Sequence[str]:
    """Return the lines of a `rich_text` block, bold words marked as in mrkdwn."""
    sections = [part for part in dicts(block.get("elements")) if isinstance(part.get("elements"), list)]
    inner = [item for part in sections for item in dicts(part["elements"]) if "elements" in item]
    leaves = ("".join(_leaf(leaf) for leaf in dicts(part.get("elements"))) for part in (*sections, *inner))
    return [text for text in leaves if text.strip()]


def _leaf(leaf: Json) -> str:
    if leaf.get("type") == "date":
        timestamp, shown = string(leaf.get("timestamp")), string(leaf.get("format"))
        return f"<!date^{timestamp}^{shown}|{string(leaf.get('fallback'))}>"
    style = leaf.get("style")
    text = _escaped(string(leaf.get("text")) or string(leaf.get("url")))
    if isinstance(style, dict) and text.strip():
        if style.get("code") is True:
            return f"`{text}`"
        if style.get("bold") is True:
            return f"*{text.strip()}* "
    return text


def _escaped(text: str) -> str:
    """Write literal words as mrkdwn has them: `&lt;` in rich text is those four characters."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def clean(text: str, flattener: Flattener) -> str:
    """Return a name or a value as one line without marks."""
    if _AS_IS.fullmatch(text):
        return text
    shown = strip_hidden(flattener.mrkdwn(text)).replace("`", "")
    words = " ".join(shown.split())
    return words if _LONE_STAR.search(words) else words.strip("*_ ")
