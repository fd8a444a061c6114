"""The words by which monitors, pipelines and trackers say how things stand; no vendor is named here."""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice

from bot.incident.messages import AlertState
from bot.slack.wordsets import small


def _any(words: str) -> str:
    """Make one pattern of words that are separated by commas and line ends."""
    return "|".join(word.strip() for word in words.split(",") if word.strip())


_EMOJI = re.compile(
    r"(?:\s*(?::[a-z0-9_+'-]+:|[\u2190-\u2bff\U0001f000-\U0001faff\ufe0f]))+\s*", re.IGNORECASE
)
_ARROWS = re.compile(r"\s*(?:→|⇒|⟶|➔|➜|->|=>)\s*|\s+to\s+(?=[A-Z])")

# Names of fields, most telling first; spelt with spaces, in small letters.
STATE_NAMES = (
    "state",
    "status",
    "alert state",
    "alert status",
    "new state",
    "current state",
    "incident status",
    "incident state",
    "issue status",
    "issue state",
    "monitor status",
    "transition",
    "current status",
    "new status",
    "health status",
    "conclusion",
    "result",
    "outcome",
    "phase",
    "milestone",
    "current milestone",
    "event",
)
WEAK_STATE_NAMES = ("sync status",)
"""They say how a deploy went, not how its service is."""
SEVERITY_NAMES = (
    "severity",
    "alert severity",
    "incident severity",
    "sev",
    "priority",
    "issue priority",
    "urgency",
    "criticality",
    "impact",
    "level",
)
SERVICE_NAMES = (
    "service",
    "service name",
    "services",
    "impacted service",
    "impacted services",
    "affected service",
    "affected services",
    "application",
    "app",
    "app name",
    "application name",
    "component",
    "components",
    "affected components",
    "components affected",
    "services affected",
    "impacted components",
    "kube service",
    "function name",
    "db instance identifier",
    "queue name",
    "table name",
    "load balancer",
    "impacted entities",
    "impacted entity",
    "entity",
    "entity name",
    "system",
    "target",
    "configuration item",
    "affected resource",
    "resource name",
    "kube deployment",
    "kube stateful set",
    "kube daemon set",
    "kube job",
)
WEAK_SERVICE_NAMES = (
    "project",
    "project name",
    "workload",
    "deployment",
    "job",
    "dag",
    "workspace",
    "repository",
    "repo",
)
"""They name what a service is kept or run by; what a headline calls a service goes before."""
PLACE_NAMES = (
    "resource",
    "object",
    "involved object",
    "monitor",
    "monitor name",
    "check",
    "task",
    "queue",
    "database",
    "dataset",
    "stack",
    "zone",
    "site",
    "website",
    "host",
    "hostname",
    "host name",
    "device",
    "server",
    "node",
    "pod",
    "instance",
    "namespace",
)
"""They name where something happens; whatever a headline names goes before."""
TAG_NAMES = ("tags", "labels", "dimensions", "event tags")
_OPENED = _any(r"""
    (?:pull|merge) request (?:#?\d+ )?(?:re)?opened, issue (?:created|opened) by, to ?do, backlog, draft,
    planned,
    (?:created|opened|raised|filed|reported)(?: (?:a|an|the|new))* (?:bug|task|story|ticket|epic)\b,
    (?:created|opened|raised|filed|reported)(?: (?:a|an|the|new))* (?:sub-?task|issue|incident ticket)\b,
    (?:created|opened|raised|filed|reported)(?: (?:a|an|the|new))* (?:problem|change(?: request)?|request)\b,
    scheduled
""")
_VALUES = {
    AlertState.OPENED: _OPENED,
    AlertState.RESOLVED: _any(r"""
        resolved, auto-?resolved, recovered, recovery, recovering, ok(?:ay)?, closed, cleared, normal, done,
        up, back to normal, healthy, operational, is up again, fixed, inactive, ended, restored, remediated,
        all clear, won'?t (?:fix|do), good, passing, available, mitigated
    """),
    AlertState.ACKNOWLEDGED: _any(r"""
        acknowledged, ack(?:ed|'?d)?, monitoring, assigned, reassigned, muted, snoozed, silenced, archived,
        verifying, suppressed
    """),
    AlertState.FIRING: _any(r"""
        firing, triggered, re-?triggered, fired, alarm, in alarm, alert(?:ing)?, active, activated,
        open(?:ed)?, new, re-?opened, critical, warn(?:ing)?, degraded, down, fail(?:ed|ing|ure|s)?,
        error(?:ed)?, unhealthy, ongoing, investigating, identified, no ?data, insufficient[ _]data,
        escalat(?:ed|ing), unresolved, outage, problem, (?:partial|major|minor) outage, missing, regressed,
        regression, breached, unavailable, timed out, aborted, started, declared
    """),
    AlertState.CHANGED: _any(r"""
        synced, out ?of ?sync, succeeded, success(?:ful(?:ly)?)?, deployed, merged, created, updated,
        edited, running, progressing, published, released, rolled (?:out|back), applied, finished,
        completed, cancell?ed, promoted, in progress, in review, moved, changed, transitioned, passed,
        approved, implemented, enabled, disabled, deleted, selected for development
    """),
}
"""What the value of a state field begins with; tried in this order."""
_SENTENCES = {
    AlertState.RESOLVED: _any(r"""
        (?:been|was|is|got|now|auto-?) ?(?:resolved|recovered|closed|cleared|fixed|restored),
        (?:is|now) (?:healthy|operational),
        (?:incident|alert|issue|alarm|problem|monitor|violation) (?:resolved|recovered|closed|cleared),
        back to normal, as resolved, (?:resolved|closed) (?:by|via|#\d+|(?:the )?(?:incident|alert|issue)),
        is up again, all checks have passed, 0 firing
    """),
    AlertState.ACKNOWLEDGED: _any(r"""
        (?:been|was|is) (?:acknowledged|assigned|muted|snoozed), acknowledged by, acknowledged #\d+,
        acknowledged (?:the )?(?:incident|alert|issue),
        (?:incident|alert|issue) acknowledged
    """),
    AlertState.FIRING: _any(r"""
        (?:been|was|is) (?:triggered|down|firing|degraded|unhealthy|breached|activated|opened),
        has degraded, failed, failure, is (?:critical|unreachable|offline), (?:re)?opened #\d+,
        (?:critical|warning) alert,
        (?:incident|alert|issue|alarm|problem|monitor|violation) (?:triggered|opened|activated),
        (?:incident|alert|issue|alarm|problem|monitor|violation) (?:fired|declared|created),
        is (?:now )?(?:alerting|in alarm), (?:rule|alert|alarm|monitor|trigger)\b.* is (?:now )?active,
        new (?:alert|issue|incident|error|alarm), out of memory, [1-9]\d* firing
    """),
    AlertState.OPENED: _OPENED,
    AlertState.CHANGED: _any(r"""
        synced, deployed, succeeded, successful(?:ly)?, merged, published, released, rolled (?:out|back),
        applied, updated, transitioned, moved, changed, created, pushed, completed, promoted, now running,
        (?:turned|switched|toggled) (?:on|off), enabled, disabled, rolled back, restarted, scaled,
        deploying, rolling (?:out|back)
    """),
}
"""What a headline tells as a sentence; tried in this order."""
_FIRST = _any(r"""
    triggered, re-triggered, acknowledged, resolved, recovered, firing, fired, warn(?:ing)?, alarm, ok,
    closed, alert closed, no data, critical, problem, recovery, down, up, investigating, identified,
    monitoring, new alert, completed, error, reopened, escalated, ongoing
""")
# What follows is asked of small letters, except where a pattern ignores case itself.
_VALUE = {state: re.compile(rf"(?:{words})\b") for state, words in _VALUES.items()}
_SENTENCE = {state: re.compile(rf"\b(?:{words})\b") for state, words in _SENTENCES.items()}
_ANY_SENTENCE = re.compile(rf"\b(?:{'|'.join(_SENTENCES.values())})\b")
_BOXED = re.compile(r"\[\W{0,3}([A-Za-z][A-Za-z -]{1,18}?)(?::\s?\d+)?\W{0,3}[\],]")
_HEAD = re.compile(
    rf"\W{{0,3}}(?:({_FIRST})\b(?=:|\s{{1,2}}[-\u2013\u2014|#]|\s*\[|$| on \{{)|(alert)(?=:|$))"
)
_STEP = re.compile(
    r"\bfrom [`*\"']?[\w ]{1,30}[`*\"']? ?(?:→|⟶|➔|->|to) ?[`*\"']?([a-z][\w ]{1,30})"
    r"|\b(?:changed|moved|set|went|switched|transitioned)(?: its| the)?(?: state| status)? to"
    r" (?:state )?[`*\"']?([a-z][\w ]{1,30})"
)
_COMMENT = re.compile(r"\bcommented\b|\bcomment (?:by|on|added)\b|\bnew comment\b|\breplied (?:to|on)\b")
_RECORD = re.compile(
    r"\b(?:created|opened|raised|filed|reported|updated|edited|assigned|labell?ed|linked)"
    r"(?: (?:a|an|the|new))* (?:bug|task|story|ticket|epic|sub-?task|change|request)\b"
    r"|\b(?:pull|merge) request\b"
)
_OF_RECORD = re.compile(r"(?:re-?)?open(?:ed)?|new|active|ongoing|started|unresolved|triag(?:e|ed)")
_EMOJI_STATES = {
    AlertState.FIRING: re.compile(
        r":(?:rotating_light|red_circle|fire|x|no_entry|warning|bangbang|alert|boom):|🚨|🔴|🔥|❌"
    ),
    AlertState.RESOLVED: re.compile(
        r":(?:white_check_mark|large_green_circle|heavy_check_mark|green_heart|ok):|✅|🟢"
    ),
}
_NAMED_COLORS = {"danger": AlertState.FIRING, "warning": AlertState.FIRING, "good": AlertState.RESOLVED}
_HEX = re.compile(r"#?([0-9a-f]{6}|[0-9a-f]{3})", re.IGNORECASE)
_HEX_CHARS = 6
_CLEAR_SHARE = 1.35
_SEVERITY = re.compile(
    r"\b(?P<code>SEV[- ]?[0-5]|P[0-5])\b"
    r"|(?-i:\b(?P<caps>CRITICAL|MAJOR|MINOR|WARNING)\b)"
    r"|[\[(`](?P<boxed>critical|major|minor|high|medium|moderate|low|warning|info)[\])`]"
    r"|\([^()\n]{0,120}\b(?P<listed>critical|warning)\b[^()\n]{0,60}\)\W*$"
    r"|\b(?P<told>critical|high|medium|moderate|low|warning)[ -](?:priority|severity)\b"
    r"|^\W{0,3}(?P<first>critical|warning|major|minor)\b(?=:| alert\b| [-\u2013\u2014|])",
    re.IGNORECASE,
)
_MAY_BE_SEVERE = re.compile(r"sev|p[0-5]|critical|major|minor|warning|high|medium|moderate|low|info")
_HEAD_CHARS = 300
_MOST_BOXES = 4
_LEADS = 2


def bare(text: str) -> str:
    """Return words without the emoji that stand before them."""
    match = _EMOJI.match(text)
    return text[match.end() :].strip() if match else text.strip()


def is_state_word(word: str) -> bool:
    """Say whether a word by itself names a state."""
    return _value_state(word) is not None


def state_of_value(value: str) -> AlertState:
    """Return the state that a field's value names; of `OK → ALARM` the last word counts."""
    steps = [step for step in _ARROWS.split(bare(value)) if step]
    last = small(bare(steps[-1])) if steps else ""
    found = next((state for state, pattern in _VALUE.items() if pattern.match(last)), AlertState.UNKNOWN)
    return found or (AlertState.CHANGED if len(steps) > 1 else AlertState.UNKNOWN)


def state_of_head(text: str) -> tuple[AlertState, str]:
    """Return the state that a headline begins with, such as `[FIRING:2] …`, and its word."""
    head = bare(text[:_HEAD_CHARS])
    boxed = (match[1] for match in islice(_BOXED.finditer(head), _MOST_BOXES))
    for word in boxed:
        if state := _value_state(word):
            return state, word
    match = _HEAD.match(small(head))
    word = head[slice(*match.span(match.lastindex or 0))] if match else ""
    return (state_of_value(word), word) if word else (AlertState.UNKNOWN, "")


@lru_cache(maxsize=256)  # these are few, and asked of each headline
def _value_state(word: str) -> AlertState | None:
    """Return the state of which a word is the whole value."""
    letters = small(word)
    return next((state for state, pattern in _VALUE.items() if pattern.fullmatch(letters)), None)


def is_of_record(heads: Sequence[str], status: str) -> bool:
    """Say whether a status is that of a comment, or `Open` of a ticket: neither says anything of trouble."""
    leads = [small(head[:_HEAD_CHARS]) for head in heads]
    if any(_COMMENT.search(lead) for lead in leads[:_LEADS]):
        return True
    return bool(_OF_RECORD.fullmatch(small(bare(status)))) and any(_RECORD.search(lead) for lead in leads)


def state_of_lead(text: str) -> tuple[AlertState, str]:
    """Return the state that a headline tells as a sentence, and the words that do."""
    head = small(text[:_HEAD_CHARS])
    if match := _STEP.search(head):
        step = text[slice(*match.span(match.lastindex or 0))]
        return state_of_value(step) or AlertState.CHANGED, text[slice(*match.span())]
    if not _ANY_SENTENCE.search(head):
        return AlertState.UNKNOWN, ""
    found = ((state, pattern.search(head)) for state, pattern in _SENTENCE.items())
    return next((state, text[slice(*match.span())]) for state, match in found if match)


def state_of_emoji(text: str) -> tuple[AlertState, str]:
    """Return the state that an emoji of a headline stands for, and the emoji."""
    head = text[:_HEAD_CHARS]
    for state, pattern in _EMOJI_STATES.items():
        if match := pattern.search(head):
            return state, match[0]
    return AlertState.UNKNOWN, ""


def state_of_color(color: str) -> AlertState:
    """Return what the bar beside an attachment says: red and orange are trouble, green is none."""
    if color in _NAMED_COLORS:
        return _NAMED_COLORS[color]
    match = _HEX.fullmatch(color)
    if match is None:
        return AlertState.UNKNOWN
    digits = match[1] if len(match[1]) == _HEX_CHARS else "".join(2 * digit for digit in match[1])
    red, green, blue = (int(digits[at : at + 2], 16) for at in (0, 2, 4))
    if red > _CLEAR_SHARE * blue and red > green:
        return AlertState.FIRING
    return AlertState.RESOLVED if green > _CLEAR_SHARE * red and green > blue else AlertState.UNKNOWN


def severity_in(text: str) -> str:
    """Return the severity that a headline states, such as `P1` in `[P1] edge 5xx`; else empty."""
    head = text[:_HEAD_CHARS]
    match = _SEVERITY.search(head) if _MAY_BE_SEVERE.search(small(head)) else None
    return match[match.lastgroup or 0] if match else ""
