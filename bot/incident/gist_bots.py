"""The gist of what a bot posted: what fired with its measure, or what was changed from what to what."""

import re

from bot.incident.gist import GIST_CHARS, fitted
from bot.incident.messages import Message
from bot.incident.news import effective_at, is_ongoing
from bot.incident.sentences import clean

_STATE = r"triggered|firing|resolved|recovered|alerting|alarm|ok|warn(?:ing)?|critical|no data|problem"
_MARK = re.compile(
    rf"^[^\w\[#(]*(?:\[(?:{_STATE}|p\d|sev-?\d|high|low|info|error)(?::\s*\d+)?\]|(?:{_STATE}|"
    rf"alert(?: triggered| closed)?|"
    r"new (?:alert|issue|incident)|incident|page|cloudwatch alarm)\s*[:|]|(?:triggered|firing|resolved|"
    r"recovered)\s|"
    r"alert closed via \w+:?|\[?#\d{3,}\]?:?\s)\s*",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\s*\((?:\w+=\"?[^()]*|open|view|closed|details?|prod(?:uction)?|platform)\)$|\s*\|"
    r"\s*(?:[a-z]{2}(?:-[a-z]+)+-\d|account:\s*\d+)|"
    r"\s+-\s+`?(?:critical|warning|info|error|page|p\d|sev-?\d)`?$|\s+(?:-\s+)?success after .*$|"
    r"\s+after \d+ (?:hr|min|sec)\b.*$",
    re.IGNORECASE,
)
_DESK = re.compile(
    r"^\W*(?:service|urgency|status|state|priority|tags?|routed teams?|assigned(?: to)?|source|details|"
    r"labels?|"
    r"value|project|short id|environment|repository|revision|author|queued by|started by|run|run id|"
    r"resources|"
    r"branch|commit|base|metric|sync status|severity|alertname|instance|job|site|cluster|namespace|"
    r"grafana_folder|"
    r"note|alert|team|owner|link|runbook|comment|events|dashboard|images?)\s*[:=]",
    re.IGNORECASE,
)
_TOLD = re.compile(
    r"^\W*(?:description|summary|message|reason|annotations?|what|title)\s*[:=]\s*", re.IGNORECASE
)
_TAGS_ONLY = re.compile(r"(?:\w[\w.-]*:[\w./-]+\s*)+")
_LINK = re.compile(r"https?://")
_UNIT = (
    r"(?:%|percent\b|ms\b|s\b|sec\b|seconds?\b|min\b|h\b|[kmgt]?i?b\b|/s\b|/min\b|rps\b|qps\b|"
    r"x\b(?! \d)|k\b|m\b|"
    r"of \d[\d,.]*\b)"
)
_MEASURE = re.compile(rf"(?<![\w.:-])\d[\d,.]*\d?\s?{_UNIT}(?!\w)(?: of (?:\d[\d,.]*\d|\w+))?", re.IGNORECASE)
_POINTS = re.compile(r"datapoints? \[(?P<first>[\d.]+)")
_LIMIT = re.compile(r"threshold \((?P<limit>[\d.]+)\)")
_NO_POINTS = re.compile(r"no datapoints were received", re.IGNORECASE)
_ASIDE = re.compile(r"\s*\([^()]*\)")
_STEP = re.compile(r"(?P<noun>[A-Za-z]\w+)?[\s:=`]*`?(?P<step>[\w.%:/-]+\s?(?:→|->|⇒)\s?[\w.%:/-]+)`?")
_NAME = re.compile(r"(?<![\w./-])[a-z0-9][a-z0-9]*(?:[-_][a-z0-9]+)+(?![\w/])|(?<!\w)#\d+", re.IGNORECASE)
_EVENT_KEY = re.compile(r"[a-z]+(?:[_.][a-z]+){2,}")
"""What a program calls the kind of its event: the words beside it say more."""

_PHASE_WORD = re.compile(r"^(?:investigating|identified|monitoring|update)\W+", re.IGNORECASE)
_DAY = re.compile(
    r"\b\d{1,2}\.? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|"
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* \d{1,2}\b|\b20\d\d-\d\d-\d\d",
    re.IGNORECASE,
)
_ARROWS = ("→", "->", "⇒")
_SYNCED = re.compile(
    r"^(?:application|app)\s+(?P<app>\S+).*?\b(?P<done>synced|deployed|updated|released)\b", re.IGNORECASE
)
_TAG = re.compile(r"\b(?:images?|version|tag|chart)\s*:\s*(?:\S+?:)?(?P<tag>v?\d[\w.-]*)", re.IGNORECASE)
_RUN = re.compile(
    r"^(?:run (?:applied|finished)|apply (?:complete\w*|finished)|applied)\s*:?\s*\S*", re.IGNORECASE
)
_BY = re.compile(r"\s+by @?\w+$|\s*\((?:by|ticket|via)\s[^()]*\)$", re.IGNORECASE)
_MERGED = re.compile(r"\bmerged\b", re.IGNORECASE)
_DOER = re.compile(
    r"^@?[\w.]+ (?=(?:updated|turned|changed|set|toggled|enabled|disabled|merged|deleted|created|removed|"
    r"rotated|added|deployed|rolled)\b)",
    re.IGNORECASE,
)
_PARTICIPLES = """
    replace/replaced add/added remove/removed delete/deleted update/updated change/changed tighten/tightened
    restrict/restricted restore/restored rename/renamed move/moved upgrade/upgraded raise/raised lower/lowered
    enable/enabled disable/disabled attach/attached detach/detached rotate/rotated allow/allowed
    switch/switched create/created destroy/destroyed reduce/reduced increase/increased
"""
_IMPERATIVE = dict(pair.split("/") for pair in _PARTICIPLES.split())
"""How an order reads once it was followed."""

_SHORT_TITLE = 40
_SHORT_NAME = 32
_COUNT = re.compile(r"\b\d+ of \d+\b")
_LINKING = frozenset({"is", "at", "was", "now", "of", "the", "to"})
_LIMITING = frozenset({"below", "above", "under", "over", "than", "threshold"})
_FAILED = re.compile(r"\b(?:failed|failing|errored|timed out|exited \d+)\b", re.IGNORECASE)


def of_alert(message: Message, title: str) -> str:
    """Return what fired, with at most one measure of the body.

    Args:
        message: As posted.
        title: Its title line, marks included.
    """
    name = bare_title(title) or next(iter(_body(message, "")), "") or clean(title)
    points = _POINTS.search(message.text)
    if points:
        limit = _LIMIT.search(message.text)
        return _both(name, points["first"] + (f", threshold {limit['limit']}" if limit else ""))
    if _NO_POINTS.search(message.text):
        return _both(name, "no data")
    failed = _FAILED.search(clean(message.text))
    if failed and not _body(message, name) and name == clean(title):
        return f"{name} {failed[0].lower()}" if not _FAILED.search(name) else fitted(name)
    return _measured(name, _body(message, name))


def of_change(message: Message, title: str) -> str:
    """Return what a pipeline changed: the thing and its new version; what a provider reports: its title."""
    told = _outside(message, title)
    if told:
        return told
    name = fitted(_BY.sub("", _BY.sub("", bare_title(title).split(" · ")[0])), limit=GIST_CHARS)
    told_lines = (_SYNCED.search(clean(line)) for line in (title, *message.text.splitlines()[:2]))
    synced, tag = next(filter(None, told_lines), None), _TAG.search(clean(message.text))
    if synced:
        return " ".join(filter(None, (synced["app"], tag["tag"] if tag else "", synced["done"].lower())))
    step = _stepped(message, clean(title))
    if step:
        return step
    body = [_ASIDE.sub("", line) for line in _body(message, name)]
    told = body[0] if body else ""
    if _RUN.search(bare_title(title)):
        return fitted(done(told)) if told else name
    if _MERGED.search(message.text) and not _MERGED.search(name):
        return name if len(name) > GIST_CHARS - len(" merged") else f"{name} merged"
    name = _DOER.sub("", name)
    return (
        _both(re.sub(r"\s+-\s+(?=#)", " ", name), fitted(told)) if told and len(name) < _SHORT_TITLE else name
    )


def _outside(message: Message, title: str) -> str:
    """Return a provider's headline, or of its announcement the sentence that names the day."""
    if is_ongoing(message):
        return fitted(_PHASE_WORD.sub("", bare_title(title)))
    if effective_at(message) is None:
        return ""
    dated = (clean(p) for p in re.split(r"(?<=[.!])\s+|\n", message.text) if _DAY.search(p))
    return fitted(next(dated, ""))


def bare_title(title: str) -> str:
    """Return a title without state words, priorities, numbers of pages, label sets and accounts."""
    text, before = clean(title), ""
    while text != before:
        before = text
        text = _TAIL.sub("", _MARK.sub("", text)).strip(" :|·-")
    return text


def done(words: str) -> str:
    """Return an order as what was done: `replace the endpoint, add tags` is `the endpoint replaced`."""
    first = fitted(words.split(", ", maxsplit=1)[0])
    verb, _, thing = first.partition(" ")
    participle = _IMPERATIVE.get(verb.lower())
    return f"{thing} {participle}" if participle and thing else first


def _body(message: Message, name: str) -> list[str]:
    """Return the lines under the title that say something: no labels, tags, links or the sender's own."""
    lines = [clean(line) for line in message.text.splitlines()[1:]]
    told = [_TOLD.sub("", line) for line in lines if not _DESK.search(line) and line != message.author.name]
    return [line for line in told if _says(line) and not _is_furniture(line) and bare_title(line) != name]


def _says(line: str) -> bool:
    return _MEASURE.search(line) is not None or any(char.isalpha() for char in line)


def _is_furniture(line: str) -> bool:
    return bool(
        _TAGS_ONLY.fullmatch(line) or _LINK.search(line) or (line.startswith(("•", "- ")) and "=" not in line)
    )


def _measured(name: str, body: list[str]) -> str:
    line = next((line for line in body if _MEASURE.search(_ASIDE.sub("", line))), "")
    told = _ASIDE.sub("", line)
    found = _MEASURE.search(told)
    if found and _COUNT.search(name):
        return told if _COUNT.fullmatch(found[0]) and len(told) <= GIST_CHARS else fitted(name)
    if not found or found[0] in name:
        return _with_news(name, body)
    return _with_measure(name, _clause_of(told, found[0]), found[0])


def _with_measure(name: str, clause: str, value: str) -> str:
    """Return name and measure."""
    subject = [word for word in clause.removesuffix(value).lower().split() if word not in _LINKING]
    own = name.lower().split()
    is_threshold = bool(subject) and subject[-1] in _LIMITING
    if not _is_plain(clause) or (set(subject) <= set(own) and not is_threshold):
        return _both(name, value)
    if subject[-1:] == own[-1:]:
        return clause
    return f"{name}: {clause}" if len(f"{name}: {clause}") <= GIST_CHARS else fitted(clause)


def _with_news(name: str, body: list[str]) -> str:
    """Return a name that is one word, or short, with the line that explains it."""
    news = fitted(body[0], limit=GIST_CHARS - len(name) - 2) if body and len(name) < _SHORT_NAME else ""
    return f"{name}: {news}" if news and "…" not in news else fitted(name)


def _clause_of(told: str, value: str) -> str:
    """Return the clause up to its measure: `write availability 97.1%` of `… 97.1% and falling`."""
    start = told.index(value)
    before = re.split(r"[,;]\s|\s-\s|=\s?", told[:start])[-1]
    return f"{before}{value}".strip()


def _is_plain(clause: str) -> bool:
    return not re.search(r"[{}\[\]]|\w:\w", clause)


def _both(name: str, rest: str) -> str:
    if _EVENT_KEY.fullmatch(name) and " " in rest:
        return fitted(rest)
    room = GIST_CHARS - len(rest) - 2
    return f"{fitted(name, limit=max(room, GIST_CHARS // 3))}: {rest}"


def _stepped(message: Message, title: str) -> str:
    """Return `price-segments rollout 5% → 100%` when a body names a step and the title what took it."""
    lines = (line for line in message.text.splitlines() if any(arrow in line for arrow in _ARROWS))
    steps = (_STEP.search(clean(line)) for line in lines)
    step = next((found for found in steps if found), None)
    name = _NAME.search(title)
    if step is None or name is None or step["step"] in title:
        return ""
    noun = step["noun"] or ""
    return fitted(" ".join(filter(None, (name[0], noun, step["step"]))))
