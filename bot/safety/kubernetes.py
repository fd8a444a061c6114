"""The values of a pasted Kubernetes Secret: all of them are secret, whatever they are called."""

import re
from collections.abc import Iterator

from bot.safety.likeness import Name, is_placeholder, is_plain_name, judge_name
from bot.safety.patterns import Span

_IS_SECRET = re.compile(rb"(?i)\bkind\\*[\"']?[ \t]*:[ \t]*\\*[\"']?Secret\b(?!Store|Class|Provider)")
_SECTION = re.compile(rb"^([ \t-]*)(data|stringData):[ \t]*\r?$")
_ENTRY = re.compile(rb"^[ \t]+[\"']?([\w./-]+)[\"']?:[ \t]*[\"']?([^\s\"'#]+(?:[ \t]+[^\s\"'#]+)*)?")
_FLOW = re.compile(rb"(?<![A-Za-z])(data|stringData)\\*[\"']?[ \t]*:\s*\{([^{}]{1,100000})\}")
_PAIR = re.compile(rb"([\w./-]+)\\*[\"']?[ \t]*:[ \t]*\\*[\"']?([^\s\"',}\\]+)")
_BLOCK_MARKS = (b"|", b">")


def secret_values(data: bytes) -> Iterator[Span]:
    """Yield the byte spans of the values under `data` and `stringData` of every Secret in a text."""
    if b"ecret" not in data or b"ata" not in data:
        return
    start = 0
    for document in re.split(rb"(?m)^---[ \t]*\r?$", data):
        at = data.index(document, start)
        if _IS_SECRET.search(document):
            yield from ((at + first, at + last) for first, last in _values(document))
        start = at + len(document)


def _values(document: bytes) -> Iterator[Span]:
    for flow in _FLOW.finditer(document):
        for pair in _PAIR.finditer(document, flow.start(2), flow.end(2)):
            if _is_secret(flow[1], pair[1], pair[2]):
                yield pair.span(2)
    yield from _entries(document)


def _entries(document: bytes) -> Iterator[Span]:
    section, indent, at, in_block = b"", 0, 0, False
    for line in document.splitlines(keepends=True):
        bare = line.rstrip(b"\r\n")
        depth = len(bare) - len(bare.lstrip(b" \t-"))
        opened = _SECTION.match(bare)
        if opened:
            section, indent, in_block = opened[2], depth, False
        elif bare.strip() and depth <= indent:
            section = b""
        elif section and (entry := _ENTRY.match(bare)):
            in_block = (entry[2] or b"").startswith(_BLOCK_MARKS)
            if entry[2] and not in_block and _is_secret(section, entry[1], entry[2]):
                yield at + entry.start(2), at + entry.end(2)
        elif section and in_block and bare.strip():
            yield at + depth, at + len(bare)
        at += len(line)


def _is_secret(section: bytes, name: bytes, value: bytes) -> bool:
    words = value.decode(errors="replace")
    if len(words) < 3 or is_placeholder(words):  # noqa: PLR2004 shorter is no secret
        return False
    is_encoded = section == b"data"
    return (
        is_encoded
        or judge_name(name.decode(errors="replace")) is not Name.HARMLESS
        or not is_plain_name(words)
    )
