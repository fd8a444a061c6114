"""Files of a message: their names, and the heads that Slack shows of those that hold text."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.incident.messages import File
from bot.safety.hidden import strip_hidden
from bot.slack.rich_text import dicts, string
from bot.slack.wordsets import squashed

_MOST_HEAD_CHARS = 8_000
_BYTE_ORDER_MARKS = "\ufeff\ufffe\u00fe\u00ff\ufffd"
_CONTROL = re.compile("[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f-\x9f\ufffd\ud800-\udfff]")
_BINARY_SHARE = 0.05
_WIDE_SHARE = 0.3
_BINARY_TYPE = re.compile(
    r"(?:image|audio|video|font)/(?!svg)|application/(?:octet-stream|zip|gzip|x-(?:gzip|tar|7z|rar|bzip)|pdf|java|"
    r"vnd\.(?!.*(?:json|xml))|x-(?:executable|sharedlib|sqlite)|wasm|msword)",
    re.IGNORECASE,
)


def read_files(message: Mapping[str, Any]) -> tuple[File, ...]:
    """Read the files of a message, and of those that were shared in it; deleted ones are left out."""
    holders = [holder for holder in (message, *dicts(message.get("attachments"))) if "files" in holder]
    return tuple(_files(holders)) if holders else ()


def _files(holders: Sequence[Mapping[str, Any]]) -> Iterator[File]:
    for holder in holders:
        for file in dicts(holder.get("files")):
            name = strip_hidden(string(file.get("name")) or string(file.get("title"))).strip()
            if name and file.get("mode") != "tombstone":
                yield _file(file, name)


def file_lines(files: Sequence[File], body: str) -> list[str]:
    """Show each file by its name, and its head unless the message says the same."""
    if not files:
        return []
    told = squashed(body)
    return [
        f"{file.name}:\n{file.head}" if file.head and squashed(file.head) not in told else file.name
        for file in files
    ]


def _file(file: Mapping[str, Any], name: str) -> File:
    mimetype, size = string(file.get("mimetype")), file.get("size")
    preview = string(file.get("preview")) or string(file.get("preview_plain_text"))
    told = _text_of(preview)
    head = told[:_MOST_HEAD_CHARS]
    is_longer = isinstance(size, int) and size > len(preview.encode("utf-8", "surrogatepass"))
    is_cut = is_longer or file.get("preview_is_truncated") is True or len(told) > len(head)
    is_binary = not head and (bool(preview) or bool(_BINARY_TYPE.match(mimetype)))
    return File(
        name=name, mimetype=mimetype, head=head, is_partial=bool(head) and is_cut, is_binary=is_binary
    )


def _text_of(preview: str) -> str:
    """Return a preview as text, whatever its file's type says; empty when it is none.

    UTF-16 read byte by byte has a NUL beside each letter of most languages; that is undone. A preview in
    which control characters or unreadable ones stand in numbers is binary.
    """
    if not preview:
        return ""
    nuls = preview.count("\0")
    if nuls > _WIDE_SHARE * len(preview):
        preview = preview.lstrip(_BYTE_ORDER_MARKS).replace("\0", "")
    elif nuls:
        return ""
    strange = len(_CONTROL.findall(preview))
    return "" if strange > _BINARY_SHARE * len(preview) else strip_hidden(preview).strip("\n")
