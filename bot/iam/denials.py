"""Find what AWS refused in pasted text: messages of every SDK, CloudTrail records, XML, Slack quotes."""

import re
from collections.abc import Iterator
from dataclasses import replace

from bot.iam.codes import authentication_errors, explain, is_refusal
from bot.iam.denial import Denial
from bot.iam.records import recorded
from bot.iam.sentences import refusals

__all__ = ["authentication_errors", "explain", "parse_denials"]

_ENTITIES = {
    "&quot;": '"', "&#34;": '"', "&#x22;": '"', "&apos;": "'", "&#39;": "'", "&#x27;": "'",
    "&lt;": "<", "&gt;": ">", "&amp;": "&", "\u201c": '"', "\u201d": '"', "\u2018": "'", "\u2019": "'",
}  # fmt: skip
_ENTITY = re.compile("|".join(_ENTITIES))
_ESCAPED_QUOTE = re.compile(r"\\{1,8}(?=[\"'/])")
_ESCAPED_BREAK = re.compile(r"\\{1,8}[nrt](?![a-z]{2})")
_MARGIN = re.compile(r"\n[ \t]{0,40}(?:[│|>╷╵][ \t]{0,40}){1,8}")

_BOTO = re.compile(r"An error occurred \(([\w.]{1,80})\) when calling the (\w{1,80}) operation")
_GO = re.compile(r"operation error [\w .-]{1,60}: (\w{1,80}),")
_GO_CODE = re.compile(r"api error ([\w.]{1,80})")
_PHP = re.compile(r"Error executing \"(\w{1,80})\" on ")
_CODE = re.compile(r"\b(AccessDenied\w{0,20}|UnauthorizedOperation)\b")
_ROLE_LACKS = re.compile(r"\brole does not have permissions? to (?:call|perform) ([A-Z]\w{2,80})")
_STACK = re.compile(
    r"\bAPI: ([a-z0-9-]{2,40}:[A-Z]\w{2,80}) (?:You are )?not authorized to perform this operation",
    re.IGNORECASE,
)
_LOOK_AHEAD = 800

_NAMELESS = re.compile(
    r"\bUnauthorizedOperation\b"
    r"|Encoded authorization failure message"
    r"|<Code>AccessDenied</Code>"
    r"|\bError Code: AccessDenied"
    r"|\bAccessDenied: Access Denied\b"
    r"|\bAccess Denied \(Service: "
    r"|\bAmazonS3Exception: Access Denied\b"
    r"|\bAccessDeniedException: (?!403)"  # Google's gsutil continues with the number
    r"|\b[Cc]ode['\"]?: ['\"]AccessDenied(?:Exception)?['\"]"
    r"|\bUser is not authorized to access this resource(?P<explicit> with an explicit deny)?\b"
)


def parse_denials(text: str, *, source: str = "") -> tuple[Denial, ...]:
    """Return every AWS authorization denial in a text, each once, in their order.

    Errors that say the caller is unknown (`authentication_errors`), throttling, missing buckets and other
    vendors' refusals are no denials of AWS. Linear in the length of the text.

    Args:
        text: As pasted: wrapped, quoted, escaped, as JSON or XML.
        source: The evidence id to put on each.
    """
    denials, rest = recorded(text)
    if not denials:
        denials, rest = recorded(unescaped(text))
    rest = unescaped(rest)
    placed = sorted([*refusals(rest), *_operations(rest)], key=lambda pair: pair[0])
    denials += [denial for _, denial in placed]
    denials = denials or _nameless(rest)
    return tuple(dict.fromkeys(replace(denial, source=source) for denial in denials))


def unescaped(text: str) -> str:
    """Return a text without the escapes and margins that JSON, XML, Slack and terminals put into it."""
    text = _ENTITY.sub(lambda found: _ENTITIES[found[0]], text.replace("&amp;", "&"))
    text = _ESCAPED_BREAK.sub("\n", _ESCAPED_QUOTE.sub("", text))
    return _MARGIN.sub("\n", text)


def _operations(text: str) -> Iterator[tuple[int, Denial]]:
    """Yield refusals that name an operation but no full sentence."""
    for start, operation, message in _failed(text):
        if next(refusals(message), None) is None:
            yield start, Denial(action=operation)


def _failed(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield where an operation was refused, its name, and the message that follows it."""
    for found in _BOTO.finditer(text):
        if is_refusal(found[1]):
            yield found.start(), found[2], _until_next(text, found.end())
    for pattern, code in ((_GO, _GO_CODE), (_PHP, _CODE)):
        for found in pattern.finditer(text):
            message = _until_next(text, found.end())
            said = code.search(message)
            if said and is_refusal(said[1]):
                yield found.start(), found[1], message
    for pattern in (_ROLE_LACKS, _STACK):
        for found in pattern.finditer(text):
            yield found.start(), found[1], ""


def _nameless(text: str) -> list[Denial]:
    """Return the refusal of a text that says nothing but that AWS refused."""
    found = _NAMELESS.search(text)
    return [Denial(explicit=True if found["explicit"] else None)] if found else []


def _until_next(text: str, start: int) -> str:
    """Return the message that begins at `start`, up to the next error."""
    message = text[start : start + _LOOK_AHEAD]
    ends = [message.find(words) for words in ("An error occurred (", "operation error ", "Error executing ")]
    return message[: min([end for end in ends if end >= 0], default=len(message))]
