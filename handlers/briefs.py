"""What people say when they want to know where the incident stands, or want somebody told.

As with acts, only a whole form counts: `catch me up` is one, `what did the catch block do?` is a question.
"""

import re

from bot.incident.acts import changes_state
from bot.request import RequestKind
from handlers.acts import Act

BRIEFS = ("catchup", "summary", "timeline", "actions", "handoff", "fixed", "update")
"""What can be asked for, as it stands in a request's subject; besides `declined`, which nobody asks for."""

_END = r"[\s.!?]*"
_PLEASE = (
    r"(?:(?:please|pls|can you|could you|can i get|give me|show me|show|make|write|do)\s+)*(?:me\s+)?"
    r"(?:(?:a|an|the)\s+)?"
)
_SINCE = (
    r"(?:[\s:,-]+(?:me\b)?[\s:,]*(?:(?:from|since|for|as|on)\s+)?(?:the\s+)?(?:last\s+|past\s+)?"
    r"(\d{1,3}\s?(?:m|min|mins|minutes?|h|hrs?|hours?)|\d{1,2}:\d{2}|an?\s+exec\w*|exec\w*|sme|expert|me)?)?"
)
_READERS = r"exec\w*|customers?|public|users|leadership|stakeholders?|status\s?page"


def _form(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"{_PLEASE}(?:{pattern}){_END}", re.IGNORECASE | re.DOTALL)


_FORMS = (
    (
        "catchup",
        _form(
            r"(?:catch\s?-?up|catch\s+me\s+up|(?:bring|get) me up to speed|what did i miss|"
            rf"what have i missed|sitrep|where are we|what(?:'s| is) the (?:state|status)){_SINCE}"
        ),
    ),
    (
        "summary",
        _form(
            r"(?:summary|summari[sz]e|sum (?:it |this )?up|tl;?dr)"
            r"(?:\s+(?:of\s+)?(?:this|it|the|so far|incident|thread|channel|please))*"
        ),
    ),
    ("timeline", _form(r"timeline")),
    ("actions", _form(r"actions|action items|follow[- ]?ups|todos?")),
    ("handoff", _form(r"(?:hand[ -]?off|hand[ -]?over)(?:\s+(?:brief|notes?|please))*")),
    (
        "fixed",
        _form(
            r"(?:is|are)\s+(?:it|this|that|we|the incident|things?|everything|they)\s+(?:now\s+|all\s+)?"
            r"(?:fixed|over|resolved|solved|back|recovered|ok|okay|good|mitigated|fine)"
            r"(?:\s+(?:now|yet|again|already|to normal))*|(?:fixed|resolved)(?:\s+yet)?\s*\?"
        ),
    ),
    (
        "update",
        _form(
            rf"(?:draft\s+)?(?:(?:a|an|the|me|us)\s+)*(?:status\s+)?({_READERS})?\s*(?:status\s+)?update"
            rf"(?:\s+(?:(?:for|to)\s+)?(?:the\s+|our\s+)?({_READERS}))?"
        ),
    ),
)
_CHECK = re.compile(r"(?:check (?:the |my |our )?post-?mortem|post-?mortem check)\b[\s:]*", re.IGNORECASE)
_CUSTOMERS = re.compile(r"customer|public|user|status\s?page", re.IGNORECASE)


def brief_of(text: str) -> Act | None:
    """Return which brief a person asks for; None for anything else, questions above all.

    An order to change something is one too (`declined`): it is answered with a text to send.

    Args:
        text: Stripped words of a person, without the mention.

    Returns:
        With it what was said of it: from when on, for whom, to do what.
    """
    plain = text.strip().lstrip("/").replace("\u2019", "'")
    if found := _CHECK.match(plain):
        return RequestKind.BRIEF, "check", plain[found.end() :].strip()
    for what, form in _FORMS:
        if found := form.fullmatch(plain):
            said = next((group for group in found.groups() if group), "").strip()
            return RequestKind.BRIEF, what, _audience(said) if what == "update" else said
    return (RequestKind.BRIEF, "declined", plain) if _is_order(plain) else None


def _audience(said: str) -> str:
    return "customer" if _CUSTOMERS.search(said) else "exec"


_DEEDS = (
    r"roll (?:it|this|that|the \S+|\S+) back|roll back|rollback|revert|restart|reboot|redeploy|deploy|scale|"
    r"drain|fail over|failover|page|wake|kill|delete|drop|disable|enable|stop|start|purge|flush|rotate|"
    r"terminate|cordon|undo|block|unblock|silence|ack|acknowledge"
)
_ASKED = r"(?:please |pls |can you |could you |now |just |go ahead and )*"
_ORDER = re.compile(rf"{_ASKED}(?:{_DEEDS})\b(?!\s*[:?])", re.IGNORECASE)
_PAGES = re.compile(r"(?:please |pls |(?:can|could) you )*(?:page|wake|ack|acknowledge)\s+\S+", re.IGNORECASE)
_TOLD = re.compile(
    r"\b(?:broke|broken|fail(?:s|ed)|caused?|help(?:s|ed)|went|happened|was|were|did|didn't|made|fixed|worked)\b",
    re.IGNORECASE,
)
"""It tells of something that was done."""
_MOST_ORDER_WORDS = 25


def _is_order(text: str) -> bool:
    if text.endswith("?") and not re.match(r"(?:can|could|will|would) you\b", text, re.IGNORECASE):
        return False
    if _TOLD.search(text):
        return False
    words = text.split()
    if not _ORDER.match(text) or not 1 < len(words) <= _MOST_ORDER_WORDS:
        return False
    return bool(_PAGES.match(text)) or changes_state(re.sub(r"^(?:can|could) you\s+", "", text.rstrip("?")))
