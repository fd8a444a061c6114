"""The gist of what was pasted: the error itself, the commands, or what kind of document it is."""

import re

from bot.incident.gist import GIST_CHARS, fitted, undressed
from bot.incident.sentences import clean, telling_line

_REFUSED = re.compile(
    r"(?:\((?P<code>\w+)\) when calling|(?P<bare>\w*(?:AccessDenied|Unauthorized|"
    r"Forbidden)\w*))?[^\n]{0,400}?"
    r"not authorized to perform:?\s*(?P<action>[\w-]+:[\w*]+)",
    re.IGNORECASE,
)
_CALL = re.compile(r"\((?P<code>\w+)\) when calling the (?P<call>\w+) operation")
_STATUS = re.compile(r"(?<![\d.])(?:[45]\d\d)\s+(?:[A-Z][A-Za-z]+[A-Z]\w+|[A-Z][A-Z_]{4,}|[A-Z][a-z]{5,})\b")
_FAILS = re.compile(
    r"\b(?:[A-Za-z_][\w.]*(?:Exception|Error|Timeout|Denied|Refused|Failure|Violation)|[A-Z]+(?:_[A-Z0-9]+)+|"
    r"\w+\[\d+\])\b:?\s*[^\n]*"
)
_PANIC = re.compile(
    r"(?:panicked(?: at [^,:]+)?|panic|fatal|segfault|abort\w*)\s*:\s*(?:called\s+)?", re.IGNORECASE
)
_STAMP = re.compile(
    r"^(?:\S*\d{4}-\d\d-\d\d[T ]\d\d:\d\d\S*|\[?\d\d:\d\d:\d\d\S*|"
    r"\w{3} +\d+ \d\d:\d\d:\d\d)\s*(?:\S+\[\d+\]:\s*)?"
)
_LEVEL = re.compile(r"^\W*(?:error|err|warn(?:ing)?|fatal|info|debug|critical|panic|e|w)\b\W*", re.IGNORECASE)
_FIELDS = re.compile(r"(?:\s+[\w.-]+=\S+)+\s*$")
_PACKAGE = re.compile(r"\b(?:[a-z_]\w*\.){1,}(?=[A-Z])")
_EVENT = re.compile(r"eventName\W+(?P<name>\w+)")
_FROM = re.compile(r"sourceIPAddress\W+(?P<ip>[\w.:-]+\w)")
_COMMAND = re.compile(
    r"^\s*(?:\$ |> |# )?(?P<words>[a-z][\w./-]*(?:\s+[a-z][a-z-]*(?![\w=./:])){1,3})", re.MULTILINE
)
_OUTPUT = re.compile(r"^\s*\$ .*$", re.MULTILINE)
"""What was typed, beside what it printed."""

_MOST_COMMANDS = 3
_KINDS = (
    (re.compile(r'"?Statement"?\s*:.*AssumeRole', re.DOTALL), "trust policy"),
    (re.compile(r'"?Statement"?\s*:.*"?Principal"?\s*:', re.DOTALL), "resource policy"),
    (re.compile(r'"?Statement"?\s*:', re.DOTALL), "policy"),
    (re.compile(r'"(?:iss|aud|sub)"\s*:', re.DOTALL), "token claims"),
    (re.compile(r"^\s*[{\[]"), "document"),
)
_SENTENCE_WORDS = re.compile(
    r"\b(?:is|are|was|were|has|have|fails?|failing|dies|waiting|hangs?|stops?|shows?|returns?|names?|"
    r"missing)\b",
    re.IGNORECASE,
)
_PASTE_LEAD = re.compile(
    r"^(?:here(?:'s| is| are)|this is|printing|pasting|output of|dump of|(?:a )?sample of|current|the)\s+|"
    r"\s+(?:as it is now|right now|now|below|attached|looks? like this|in a test run|says|shows)\b.*$",
    re.IGNORECASE,
)
_BARE_LEAD = re.compile(r"\b(?:logs?|lines?|traces?|errors?|output|samples?|stack|dmesg)\W*$", re.IGNORECASE)


def of_code(code: str, lead: str = "") -> str:
    """Return the gist of pasted text.

    Args:
        code: As pasted.
        lead: The words that introduce it; they name a document, and are dropped before an error.
    """
    said = _OUTPUT.sub("", code).strip() or code
    return _error(said) or _event(said) or _described(said, lead)


def of_commands(code: str) -> str:
    """Return the commands of a paste without what they were given: `ctl secret put, ctl deploy`."""
    named = dict.fromkeys(" ".join(words.split()) for words in _COMMAND.findall(code))
    return ", ".join(list(named)[:_MOST_COMMANDS])


def _error(code: str) -> str:
    """Return the error that a log states, without where, when and for whom."""
    call = _CALL.search(code)
    refused = _REFUSED.search(code) if "uthorized" in code else None
    if refused:
        name = (call["code"] if call else "") or refused["code"] or refused["bare"]
        return f"{name} on {refused['action']}" if name else f"not authorized: {refused['action']}"
    if call:
        return f"{call['code']} on {call['call']}"
    return _named_error(telling_line(code))


def _named_error(line: str) -> str:
    bare = _bare(line)
    status = _STATUS.search(bare)
    if status:
        return status[0]
    panic = _PANIC.search(bare)
    if panic:
        return fitted(bare[panic.end() :])
    named = _FAILS.search(bare)
    if named and not named[0].endswith(":"):
        return fitted(_FIELDS.sub("", named[0]))
    return _plain_error(bare)


def _plain_error(bare: str) -> str:
    says = re.search(
        r"\b(?:failed|refused|denied|timed out|timeout|full|unreachable|not found|expired|mismatch|"
        r"exceed\w*|invalid|"
        r"not authorized|lost|error|abort\w*|no such)\b",
        bare,
        re.IGNORECASE,
    )
    return fitted(_FIELDS.sub("", bare)) if says and "{" not in bare else ""


def _bare(line: str) -> str:
    """Return a log line without its stamp, its level and the packages before a class."""
    text = _PACKAGE.sub("", clean(line))
    before = ""
    while text != before:
        before = text
        text = _LEVEL.sub("", _STAMP.sub("", text))
    return text


def _event(code: str) -> str:
    """Return what an audit log says: what was called and from where."""
    name, source = _EVENT.search(code), _FROM.search(code)
    if not name:
        return ""
    return f"{name['name']} from {source['ip']}" if source else name["name"]


def _described(code: str, lead: str) -> str:
    words = undressed(lead).rstrip(":")
    sentence = next((part for part in re.split(r"[.;]\s+", words)[::-1] if _SENTENCE_WORDS.search(part)), "")
    named = _PASTE_LEAD.sub("", _PASTE_LEAD.sub("", words)).strip(" ,.:")
    if sentence and not _PASTE_LEAD.search(sentence):
        return fitted(sentence)
    if named and not _BARE_LEAD.fullmatch(named):
        return f"{fitted(_lowered(named), limit=GIST_CHARS - 9)} (pasted)"
    kind = next((kind for shape, kind in _KINDS if shape.search(code)), "")
    return f"{kind} (pasted)" if kind else fitted(_bare(telling_line(code)))


def _lowered(words: str) -> str:
    first, _, rest = words.partition(" ")
    return f"{first.lower()} {rest}".strip() if first.istitle() else words
