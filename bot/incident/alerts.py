"""What a bot's message means: a monitor fired or resolved, a pipeline changed something."""

import re
from datetime import datetime, timedelta
from functools import lru_cache

from bot.incident import cues
from bot.incident.facts import FactKind
from bot.incident.messages import AlertState, Message
from bot.incident.needs import Cue
from bot.incident.news import began_at, effective_at, is_ongoing, is_over
from bot.incident.sentences import clean
from bot.incident.times import stated_times

_STATE_FIELD = Cue(r"\b(?:state|status|alert state)\b\s*[:=]\s*[*_`]*(\w[\w ]*)")
_RESOLVED = Cue(
    r"^\W*(?:resolved|recovered|recovery|ok\b|closed|up\b|alert closed)|\[resolved|\b(?:alert closed|"
    r"closed via|"
    r"has been (?:resolved|closed)|back to normal|is up again|auto-resolved)\b|white_check_mark|✅|"
    r"\((?:ok|normal|healthy|resolved)\)\W*$"
)
_FIRED = Cue(
    r"^\W*(?:triggered|fired|firing|warn(?:ing)?\b|alarm|alert:|problem|critical|down\b|no data|incident\b|"
    r"page\b|new issue)|"
    r"\[firing|\b(?:cloudwatch alarm|rotating_light|red_circle|has been triggered|is down|alert triggered|"
    r"new alert)\b|🚨|🔴"
)
_WEAK_FIRED = Cue(
    r"\b(?:failed|failing|failure|errors?|timeout|timed out|exited [1-9]|ongoing|breach\w*|unhealthy|"
    r"urgency|priority|threshold|users affected|below|above|exceed\w*|oomkilled|crashloop\w*|"
    r"does not exist|not found|no space left|out of memory|refused|unreachable|spike)\b|"
    r"\(\W*(?:limit|max|warn\w*|crit\w*|threshold) \W*(?:below |above |at )?[\d.,]+"
)
_PIPELINE = Cue(
    r"\b(?:synced|sync status|run applied|applied|deployed|deployment (?:of|succeeded|complete\w*)|rolled|"
    r"merged|released|"
    r"promoted|published|updated|turned (?:on|off)|enabled|disabled|toggled|changed|success|succeeded|canary|"
    r"rollout|rotated|created|deleted|removed|destroyed|scaled|migrat\w+|applied by|finished|completed|"
    r"stopped|restarted|successful|ran|reinstall(?:ed)?|patched|rebooted|closed complete|implemented|"
    r"attached|detached|upgraded|pushed|switched|renewed|installed|started)\b"
)
_NOT_DONE = Cue(
    r"\b(?:run planned|planned(?! (?:by|switch\w*|failover|maintenance))|plan finished|preview|"
    r"pull request opened|opened by|queued for)\b"
)
_FAILED_RUN = Cue(r"\b(?:failed|failure|errored|exited [1-9]|failed step|sync failed|aborted)\b")
_UNEVENTFUL = re.compile(
    r"\b\w+\s*[=:]\s*0\b|\b(?:0|no|zero|without) (?:\w+ ){0,2}?(?:failed|failures?|errors?|refused|stuck|"
    r"unreachable|timeouts?|warnings?)\b",
    re.IGNORECASE,
)
_CARRIED_OUT = Cue(
    r"\b(?:CHG|RFC|CRQ)-?\d{3,}\b.*\b(?:closed|completed?|implemented|done|successful|finished)\b"
)
"""A change record that was worked off; `closed` ends no trouble there."""

_STEP = re.compile(
    r"[\w`*)\"]\s?(?:→|->|⇒)\s?[\w`*(\".]|\((?:was|previously|formerly) \S|\bfrom \S*\d\S* to \S*\d"
)
"""One value and the next, whatever tool posts it and whatever it calls that."""

_IN_FORCE = Cue(
    r"\bis now\b|\bnow (?:running|serving|active|uses?|points?|leader)\b|"
    r"\bis (?:active|in force|effective|live)\b|"
    r"\blive (?:in|on|at|for)\b|\bassigned\b|\btakes effect\b"
)
_NO_DEED = Cue(
    r"\bon-?call\b|\bhand-?over\b|\breminder\b|\bstand-?up\b|\banomaly\b|\bforecast\b|"
    r"\b(?:dropped|fell|rose|climbed|spiked|grew) (?:from|by|to)\b|\bapproved by\b|\bnew comment\b"
)
_MEASURED = Cue(
    r"\b(?:threshold|p9\d|p50|users affected|urgency)\b|"
    r"\b(?:success|completed|delivered|finished)(?: \w+)? \d+(?:\.\d+)? ?%|"
    r"\(\W*(?:limit|max|warn\w*|crit\w*) "
)
_CHANGED_COUNT = Cue(r"\b[1-9]\d* (?:\w+ )?(?:added|changed|destroyed|updated|modified|replaced)\b")
_BODY_UNITS = re.compile(r"\b(\d[\d,]*) of (\d[\d,]*)\b")
_WHEN_DONE = Cue(
    rf"(?:{cues.DONE.pattern}|\b(?:completed|finished|succeeded|closed|done)\b)"
    r"(?:[\s*_`]+\w+){0,5}?[\s*_`,:(]*$"
)
_NOT_YET = Cue(r"\b(?:until|till|by|before|due|next|deadline|expires?|hold)\b[\s*_`:]*$")
_OVER_WORD = Cue(
    r"\b(?:resolved|recovered|recovery|closed|cleared|ok|normal|up|healthy|operational|inactive)\b"
)
_AFTERWARDS = timedelta(minutes=3)
_LOOKED_UP = timedelta(hours=12)
_BEFORE_CHARS = 60
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
    if is_ongoing(message):
        return FactKind.CHANGE
    if is_over(message):
        return FactKind.RECOVERY
    if _CARRIED_OUT.search(clean(message.text)):
        return FactKind.CHANGE
    stated = _stated_end(message) or _state_kind(message)
    if stated is not None:
        return stated
    found = _pipeline_kind(message) or _weak_kind(message) or _structured_kind(message)
    return _corrected(found, message)


def _stated_end(message: Message) -> FactKind | None:
    """Return RECOVERY where the post's own state says that it is over, and not only by a color."""
    alert = message.alert
    is_over = alert is not None and alert.state is AlertState.RESOLVED and _OVER_WORD.search(alert.status)
    return FactKind.RECOVERY if is_over else None


def _corrected(found: FactKind | None, message: Message) -> FactKind | None:
    """Let the post's own state decide where its words do not: a ticket is no change, trouble an alert."""
    alert = message.alert
    if alert is None:
        return found
    if alert.state is AlertState.OPENED and found is FactKind.CHANGE:
        return None
    is_trouble = alert.state is AlertState.FIRING and alert.status[:1].isalpha()  # no emoji, no color
    return FactKind.ALERT if found is None and is_trouble else found


def _structured_kind(message: Message) -> FactKind | None:
    """Whatever its vendor calls it: a post with one value and the next, or what holds from a day on."""
    text = clean(message.text)
    if effective_at(message) is not None:
        return FactKind.CHANGE
    if _NOT_DONE.search(text) or _is_measurement(text) or _NO_DEED.search(text):
        return None
    if _STEP.search(text) or cues.DONE.search(text) or _IN_FORCE.search(text):
        return FactKind.ACTION if cues.REVERSAL.search(_own_words(text)) else FactKind.CHANGE
    return None


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
    text = _UNEVENTFUL.sub(" ", clean(message.text))
    if _NOT_DONE.search(text):
        return None
    if not _PIPELINE.search(text) and not _CHANGED_COUNT.search(text):
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
    return _MEASURED.search(text) is not None


def _weak_kind(message: Message) -> FactKind | None:
    text = _UNEVENTFUL.sub(" ", clean(message.text))
    if any(done == total for done, total in _BODY_UNITS.findall(text)) and _BODY_UNITS.search(head(message)):
        return FactKind.RECOVERY
    if _NOT_DONE.search(text):
        return None
    return FactKind.ALERT if _WEAK_FIRED.search(text) else None


def bot_at(message: Message, kind: FactKind) -> datetime:
    """Return when it happened: the time after a verb such as `merged`, else the message's own.

    A post that somebody looked up later states another time; trouble at a provider began when it says.
    """
    if kind is not FactKind.CHANGE:
        return message.at
    own = began_at(message) if is_ongoing(message) else effective_at(message)
    return own or _done_at(message) or message.at


def _done_at(message: Message) -> datetime | None:
    times = [t for t in stated_times(message.text, said_at=message.at) if t.is_exact]
    before = {t.start: message.text[max(0, t.start - _BEFORE_CHARS) : t.start] for t in times}
    past = [t for t in times if not _NOT_YET.search(before[t.start])]
    said = (t.at for t in past if _WHEN_DONE.search(before[t.start]))
    looked_up = (t.at for t in past if _AFTERWARDS < message.at - t.at <= _LOOKED_UP)
    return next(said, next(looked_up, None))
