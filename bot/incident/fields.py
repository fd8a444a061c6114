"""Labels of alerts: lines that list names with values, however a vendor writes them."""

import re
from dataclasses import dataclass

_BULLET = re.compile(r"^[\s>\u2022*\u00b7\u2013-]+(?=\S)")
_NAME = r"[A-Za-z_][\w./-]{0,40}"
_VALUE = r"\"[^\"\n]{0,200}\"|`[^`\n]{0,200}`|(?!//)[^\s,|;`\"]{1,200}"
_PAIR = re.compile(rf"(?<!\w)(?P<name>{_NAME})`?(?:\s?[:=]\s*|\s{{2,}})(?P<value>{_VALUE})")
_TWO_WORDS = re.compile(rf"(?P<name>[a-z_]\w{{2,40}}) (?P<value>{_VALUE})")
_BETWEEN = re.compile(r"[\s,|;`\u2022\u00b7]*")
_LED = re.compile(rf"{_NAME}\s?[:=]\s+(?=\S+\s+\S)")
_LONGEST_CHARS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One name and its value.

    Attributes:
        text: Both, exactly as they stand in the line.
    """

    name: str
    value: str
    text: str


def fields_of(line: str) -> tuple[Field, ...]:
    """Return the names and values of a line that holds nothing else; empty for any other line."""
    if len(line) > _LONGEST_CHARS:
        return ()
    bare = without_bullet(line)
    two = _TWO_WORDS.fullmatch(bare)
    if two:
        return (_field(two),)
    found = tuple(_PAIR.finditer(bare))
    return tuple(map(_field, found)) if found and _BETWEEN.fullmatch(_PAIR.sub("", bare)) else ()


def without_bullet(line: str) -> str:
    """Return a line without the mark that makes it an item of a list."""
    return _BULLET.sub("", line)


def without_lead(line: str) -> str:
    """Return `search p99 is 4 s` of `- summary = search p99 is 4 s`."""
    bare = without_bullet(line)
    return _LED.sub("", bare, count=1) if len(line) <= _LONGEST_CHARS and _LED.match(bare) else bare


def _field(match: re.Match[str]) -> Field:
    return Field(name=match["name"].lower(), value=match["value"].strip('`"'), text=match[0])
