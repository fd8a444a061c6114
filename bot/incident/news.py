"""What the outside says: status posts of providers and announcements that take effect on a day."""

import re
from datetime import datetime, timedelta

from bot.incident.messages import AuthorKind, Message
from bot.incident.needs import Cue
from bot.incident.times import stated_times

_PHASE = Cue(
    r"(?:^|\n)\W*(?:\[(?P<boxed>investigating|identified|monitoring|update|resolved|completed)\]|"
    r"(?P<phase>investigating|identified|monitoring|update|resolved|completed)\s+[-\u2013\u2014]\s|"
    r"(?P<named>investigating|identified|monitoring):\s)"
)
"""How status pages begin each entry; the words are those of the common hosted ones."""

_TITLE = Cue(
    r"^\W*(?:(?:partial|major|minor|service) (?:system )?(?:outage|disruption|degradation)|"
    r"degraded (?:performance|service)|"
    r"(?:elevated|increased) (?:\w+ )?(?:errors?|error rates?|latency|latencies|timeouts?|failures?))\b"
)
_OVER_TITLE = Cue(r"\bthis incident has been resolved\b|^\W*incident resolved\b")
_MONITOR = Cue(r"\b(?:threshold|datapoints?|p\d\d|env:\w+|alertname|urgency)\b|[<>]=? ?\d")
QUOTED = Cue(
    r"\bstatus ?page\b.{0,60}?\b(?:investigating|identified|elevated|increased error|degraded|"
    r"(?:major|partial|full) outage|disruption)\b",
    r"\b(?:vendor|provider|supplier|carrier|isp)\b.{0,40}?\b(?:reports?|confirms?|confirmed|has|have) "
    r"(?:an? |the )?(?:\w+ ){0,2}(?:outage|incident|disruption|degradation|problem)\b",
)
"""A person tells what a provider reports of its own trouble."""

_OVER = frozenset({"resolved", "completed"})
_BEGAN = Cue(r"\b(?:since|from|between|starting(?: at)?|began(?: at)?|started(?: at)?)\s*$")
_EFFECTIVE = Cue(r"\b(?:(?:as )?from|as of|effective|starting|beginning|with effect from|on|after)\s*$")
_AHEAD = timedelta(days=45)
_BEFORE_CHARS = 24


def is_ongoing(message: Message) -> bool:
    """Say whether a provider reports trouble of its own that is not over."""
    phase = _phase(message)
    if message.author.kind is AuthorKind.PERSON:
        return QUOTED.search(message.text) is not None
    titled = _TITLE.search(message.text) is not None and not _MONITOR.search(message.text)
    return phase not in _OVER if phase else titled and not is_over(message)


def is_over(message: Message) -> bool:
    """Say whether a provider reports the end of its trouble."""
    return _phase(message) in _OVER or _OVER_TITLE.search(message.text) is not None


def _phase(message: Message) -> str:
    found = _PHASE.search(message.text)
    return (found["boxed"] or found["phase"] or found["named"]).lower() if found else ""


def began_at(message: Message) -> datetime | None:
    """Return since when the trouble exists, as the provider states it."""
    times = stated_times(message.text, said_at=message.at)
    return next((t.at for t in times if t.is_exact and _BEGAN.search(_before(message, t.start))), None)


def effective_at(message: Message) -> datetime | None:
    """Return the day within the next weeks from which an announcement holds; None when it names none."""
    times = stated_times(message.text, said_at=message.at + _AHEAD)
    coming = (t for t in times if t.at > message.at and _EFFECTIVE.search(_before(message, t.start)))
    return next((t.at for t in coming if re.match(r"\w+ \w+|\d{4}-", message.text[t.start :])), None)


def _before(message: Message, start: int) -> str:
    return message.text[max(0, start - _BEFORE_CHARS) : start]
