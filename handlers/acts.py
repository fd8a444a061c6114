"""What people say to do to a hypothesis, in a mention and after `/copilot` alike.

Only a whole form counts: `confirm H1 …` is an act, `can we confirm that uploads work?` is a question.
"""

import re

from bot.request import RequestKind

_ID = r"h\s?-?(\d{1,3})\b"
_REST = r"[\s:,.;!-]*(?:(?:because|since|as|by|with|with evidence|see)\b[\s:]*)?(.*)"
_IS = r"(?:'s|\s+is|\s+was|\s+has been)"


def _form(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.DOTALL)


_SUSPECT = _form(r"(?:i )?suspect(?:ing)?\b[\s:,]+(.+)")
_CHECK = _form(
    rf"(?:i'?ll|i will|i'?m|i am|let me)?\s*(?:check|checking|take|look at|looking at)\s+{_ID}[\s.!]*"
)
_RESULT = _form(
    rf"(?:result\s+(?:of\s+|for\s+)?{_ID}|{_ID}\s+result)[\s:,-]*(yes|no|unclear|true|false)\b[\s:,.;-]*(.*)"
)
_ON_ONE = (
    (RequestKind.REFUTE, _form(rf"(?:refute|rule\s+out|ruled\s+out)\s+{_ID}{_REST}")),
    (
        RequestKind.REFUTE,
        _form(rf"{_ID}{_IS}\s+(?:wrong|refuted|ruled out|not it|false|disproved)\b{_REST}"),
    ),
    (RequestKind.CONFIRM, _form(rf"confirm(?:ed)?\s+{_ID}{_REST}")),
    (RequestKind.CONFIRM, _form(rf"{_ID}{_IS}\s+(?:confirmed|it|right)\b{_REST}")),
    (RequestKind.REOPEN, _form(rf"(?:reopen|re-open|bring back)\s+{_ID}{_REST}")),
)
_WRONG = _form(
    r"(?:no,?\s+)?(?:that'?s|that is|this is)\s+wrong[\s:,.-]*(?:(?:because|since|as)\b[\s:]*)?(\S.*)"
)
_BARE = {
    "check": RequestKind.CHECK,
    "result": RequestKind.RESULT,
    "refute": RequestKind.REFUTE,
    "confirm": RequestKind.CONFIRM,
    "reopen": RequestKind.REOPEN,
    "suspect": RequestKind.SUSPECT,
}
_BOARD = _form(r"(?:show\s+(?:me\s+)?)?(?:the\s+)?(?:board|hypotheses)[\s.!?]*|why")
_ALL_RULED_OUT = _form(
    r"(?:what(?:'s|\s+is|\s+was|\s+were|\s+has\s+been|\s+have\s+we|\s+did\s+we)?\s+)?(?:already\s+)?"
    r"rul(?:ed|e)[ -]?out(?:\s+(?:so\s+far|already))?[\s.!?]*"
)
_RULED_OUT = _form(r"ruled?[ -]?out\s+(.+?)[\s.!?]*")
_DID_ANYONE = _form(
    r"(?:did|has|have|was)\s+(?:anyone|anybody|somebody|someone|we)\s+(?:already\s+|yet\s+)?"
    r"(?:check(?:ed)?|look(?:ed)?\s+(?:at|into)|ruled?\s+out|verif(?:y|ied)|test(?:ed)?|exclud(?:e|ed))"
    r"\s+(.+?)(?:\s+(?:yet|already))?[\s.!?]*"
)
_OUTCOMES = {"true": "yes", "false": "no"}

Act = tuple[RequestKind, str, str]
"""The kind, the subject (see `bot.request`) and what is left of the words."""


def act_of(text: str) -> Act | None:
    """Return what a person says to do to a hypothesis; None for anything else, questions above all.

    Args:
        text: Stripped words of a person, without the mention.
    """
    text = text.strip().lstrip("/").replace("\u2019", "'")
    return _look_up(text) or (None if text.endswith("?") else _deed(text))


def _look_up(text: str) -> Act | None:
    if _BOARD.fullmatch(text):
        return RequestKind.BOARD, "", ""
    if _ALL_RULED_OUT.fullmatch(text):
        return RequestKind.RULED_OUT, "", ""
    found = _DID_ANYONE.fullmatch(text)
    if found is None and not re.search(_ID, text, re.IGNORECASE):
        found = _RULED_OUT.fullmatch(text)
    return (RequestKind.RULED_OUT, "", found[1]) if found else None


def _deed(text: str) -> Act | None:
    if kind := _BARE.get(text.lower().rstrip(" .!:")):
        return kind, "|", ""
    if found := _SUSPECT.fullmatch(text):
        return RequestKind.SUSPECT, "", found[1].strip()
    if found := _CHECK.fullmatch(text):
        return RequestKind.CHECK, f"|H{int(found[1])}", ""
    if found := _RESULT.fullmatch(text):
        outcome = found[3].lower()
        own = int(found[1] or found[2])
        return RequestKind.RESULT, f"|H{own}|{_OUTCOMES.get(outcome, outcome)}", found[4].strip()
    for kind, form in _ON_ONE:
        if found := form.fullmatch(text):
            return kind, f"|H{int(found[1])}", found[2].strip()
    found = _WRONG.fullmatch(text)
    return (RequestKind.REFUTE, "|", found[1].strip()) if found else None
