"""What a bot's message means: a monitor fired or resolved, a pipeline changed something."""

import re
from datetime import datetime
from functools import lru_cache

from bot.incident import cues
from bot.incident.facts import FactKind
from bot.incident.messages import Message
from bot.incident.sentences import clean
from bot.incident.times import stated_times

_STATE_FIELD = re.compile(r"\b(?:state|status|alert state)\b\s*[:=]\s*[*_`]*(\w[\w ]*)", re.IGNORECASE)
_RESOLVED = re.compile(
    r"^\W*(?:resolved|recovered|recovery|ok\b|closed|up\b|alert closed)|\[resolved|\b(?:alert closed|"
    r"closed via|"
    r"has been (?:resolved|closed)|back to normal|is up again|auto-resolved)\b|white_check_mark|✅",
    re.IGNORECASE,
)
_FIRED = re.compile(
    r"^\W*(?:triggered|firing|warn(?:ing)?\b|alarm|alert:|problem|critical|down\b|no data|incident\b|"
    r"page\b|new issue)|"
    r"\[firing|\b(?:cloudwatch alarm|rotating_light|red_circle|has been triggered|is down|alert triggered|"
    r"new alert)\b|🚨|🔴",
    re.IGNORECASE,
)
_WEAK_FIRED = re.compile(
    r"\b(?:failed|failing|failure|errors?|timeout|timed out|exited [1-9]|ongoing|breach\w*|unhealthy|"
    r"urgency|priority|threshold|users affected|below|above|exceed\w*)\b",
    re.IGNORECASE,
)
_PIPELINE = re.compile(
    r"\b(?:synced|sync status|run applied|applied|deployed|deployment (?:of|succeeded|complete\w*)|rolled|"
    r"merged|released|"
    r"promoted|published|updated|turned (?:on|off)|enabled|disabled|toggled|changed|success|succeeded|canary|"
    r"rollout|rotated|created|deleted|removed|destroyed|scaled|migrat\w+|applied by|finished|completed|"
    r"stopped|restarted|"
    r"attached|detached|upgraded|pushed|switched|renewed|installed|started)\b",
    re.IGNORECASE,
)
_NOT_DONE = re.compile(
    r"\b(?:run planned|planned|plan finished|preview|pull request opened|opened by|queued for)\b",
    re.IGNORECASE,
)
_FAILED_RUN = re.compile(
    r"\b(?:failed|failure|errored|exited [1-9]|failed step|sync failed|aborted)\b", re.IGNORECASE
)
_BODY_UNITS = re.compile(r"\b(\d[\d,]*) of (\d[\d,]*)\b")
_WHEN_DONE = re.compile(
    r"\b(?:merged|deployed|applied|released|rolled|synced|completed|finished|promoted|"
    r"changed)\b(?:\s+\w+){0,3}\s*$",
    re.IGNORECASE,
)
_NOISY_KEY = re.compile(
    r"\[?(?:firing|resolved|triggered|recovered|warn(?:ing)?|alert closed|alarm|ok)\b[:\d\]]*|\[p\d\]|"
    r":\w+:|[\d.,%]+|"
    r"[^\w\s-]",
    re.IGNORECASE,
)
_KEY_WORDS = 6


def head(message: Message) -> str:
    """Return the title of a bot's message: what it is about."""
    return message.title or next((line for line in message.text.splitlines() if line.strip()), "")


def alert_key(message: Message) -> str:
    """Return what stays the same between an alert's firing and its resolving."""
    return _key(head(message))


@lru_cache(maxsize=4_096)
def _key(title: str) -> str:
    return " ".join(_NOISY_KEY.sub(" ", title.lower()).split()[:_KEY_WORDS])


def bot_kind(message: Message) -> FactKind | None:
    """Return what a bot's message reports, or None for chatter."""
    state = _state_kind(message)
    if state is not None:
        return state
    return _pipeline_kind(message) or _weak_kind(message)


def _state_kind(message: Message) -> FactKind | None:
    top = clean(head(message))
    first = clean(next(iter(message.text.strip().splitlines()), ""))
    marked = f"{head(message)} {message.text[:200]}"
    for text in (top, first, _stated_state(message)):
        if _RESOLVED.search(text):
            return FactKind.RECOVERY
        if _FIRED.search(text):
            return FactKind.RECOVERY if "white_check_mark" in marked else FactKind.ALERT
    return None


def _stated_state(message: Message) -> str:
    fields = dict(message.fields)
    found = next((value for name, value in fields.items() if name.lower() in {"state", "status"}), "")
    match = _STATE_FIELD.search(message.text)
    return found or (match[1] if match else "")


def _pipeline_kind(message: Message) -> FactKind | None:
    text = clean(message.text)
    if _NOT_DONE.search(text):
        return None
    if not _PIPELINE.search(text):
        return None
    if _FAILED_RUN.search(text) or _is_measurement(text):
        return None
    return (
        FactKind.ACTION if cues.REVERSAL.search(_own_words(text)) and not _is_flag(text) else FactKind.CHANGE
    )


def _own_words(text: str) -> str:
    return text.split("Comment:", 1)[0]


def _is_flag(text: str) -> bool:
    return re.search(r"\bturned off the flag\b|\bdisabled\b", text, re.IGNORECASE) is not None


def _is_measurement(text: str) -> bool:
    return re.search(r"\b(?:threshold|p9\d|p50|users affected|urgency)\b", text, re.IGNORECASE) is not None


def _weak_kind(message: Message) -> FactKind | None:
    text = clean(message.text)
    if any(done == total for done, total in _BODY_UNITS.findall(text)) and _BODY_UNITS.search(head(message)):
        return FactKind.RECOVERY
    if _NOT_DONE.search(text):
        return None
    return FactKind.ALERT if _WEAK_FIRED.search(text) else None


def bot_at(message: Message, kind: FactKind) -> datetime:
    """Return when it happened: the time after a verb such as `merged`, else the message's own."""
    if kind is not FactKind.CHANGE:
        return message.at
    times = stated_times(message.text, said_at=message.at)
    said = (t.at for t in times if t.is_exact and _WHEN_DONE.search(message.text[: t.start]))
    return next(said, message.at)
