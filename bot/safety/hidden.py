"""Characters that people do not see but machines read: removed on the way in and on the way out."""

import re
import unicodedata

_ESCAPE_SEQUENCE = re.compile(
    r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # OSC, such as a terminal's hyperlink
    r"|[\x1b\x9b]\[?[0-?]*[ -/]*[@-~]"  # CSI, such as colours
)
_CANDIDATE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160"
    "\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ud800-\udfff\ue000-\uf8ff"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001345f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U0010ffff]"
)
_FLAG = "\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,6}\U000e007f"
_FLAG_OR_CANDIDATE = re.compile(f"{_FLAG}|{_CANDIDATE.pattern}")
_NON_JOINER, _JOINER = "\u200c", "\u200d"
_TEXT_STYLE, _EMOJI_STYLE = "\ufe0e", "\ufe0f"
_LINE_BREAKS = {"\r": "\n", "\x0b": "\n", "\x0c": "\n", "\u2028": "\n", "\u2029": "\n"}


def strip_hidden(text: str) -> str:
    """Return what a reader sees of a text.

    Removed are control, format, private and unassigned characters, tags, variation selectors, fillers and
    terminal escapes. Kept are line breaks and tabs, joiners inside emoji and between Arabic and Indic
    letters, emoji presentation, and the tag sequences of regional flags.
    """
    if (text.isascii() or not _CANDIDATE.search(text)) and _is_printable(text):
        return text
    text = _ESCAPE_SEQUENCE.sub("", text.replace("\r\n", "\n"))
    kept = _FLAG_OR_CANDIDATE.sub(
        lambda match: match[0] if len(match[0]) > 1 else _shown(text, match.start()), text
    )
    if _is_printable(kept):
        return kept
    return kept.translate({ord(c): None for c in set(kept) if unicodedata.category(c) == "Cn"})


def _is_printable(text: str) -> bool:
    return text.isprintable() or text.replace("\n", "").replace("\t", "").isprintable()


def _shown(text: str, at: int) -> str:
    """Return what stays of the hidden character at `at`."""
    c = text[at]
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if c in _LINE_BREAKS:
        return _LINE_BREAKS[c]
    if c == _JOINER and _is_pictograph(before) and _is_pictograph(after):
        return c
    if c in {_JOINER, _NON_JOINER}:
        return c if _joins(before) and _joins(after) else ""
    if c in {_TEXT_STYLE, _EMOJI_STYLE}:
        return c if _takes_style(before) else ""
    return ""


def _is_pictograph(c: str) -> bool:
    return bool(c) and (unicodedata.category(c) in {"So", "Sk"} or c in {_EMOJI_STYLE, "\u2640", "\u2642"})


def _takes_style(c: str) -> bool:
    return bool(c) and (unicodedata.category(c) in {"So", "Sm", "Po", "Pd"} or c in "0123456789#*")


def _joins(c: str) -> bool:
    """Say whether a letter is of a script written with joiners: Arabic to Sinhala, and Mongolian."""
    return (
        bool(c)
        and unicodedata.category(c)[0] in "LM"
        and ("\u0600" <= c <= "\u0dff" or "\u1800" <= c <= "\u18af")
    )
