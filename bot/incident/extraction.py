"""Facts out of a thread, by structure and wording alone; no model.

Sentences are first read one by one (`statements`), bots' messages by their state words (`alerts`); then in
the light of
each other: what came before the trouble is a change and what came after it a response, and `no change`
rules out whatever was tried just before.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from bot.incident import cues, verdicts
from bot.incident.alerts import alert_key, bot_at, bot_kind, head
from bot.incident.entities import is_name
from bot.incident.facts import Fact, FactKind, Facts
from bot.incident.labels import label_of, quote_of
from bot.incident.messages import AuthorKind, Incident, Message
from bot.incident.middles import without_middles
from bot.incident.sentences import clean, pieces, shorten
from bot.incident.statements import Statement, is_change, said
from bot.incident.subject import ends, opening_alerts
from bot.incident.suspects import resolve

_BACKGROUND_FIRINGS = 5
"""An alert that fires this often in one thread is part of the wallpaper, not of the incident."""

_WARNING_SPAN = timedelta(minutes=75)
_QUIET_SPAN = timedelta(hours=4)
_TROUBLE = frozenset(FactKind) - {FactKind.CHANGE, FactKind.QUESTION, FactKind.RECOVERY}
_SIGNS = frozenset({FactKind.ALERT, FactKind.IMPACT, FactKind.DENIAL})
_STATED_SPAN = timedelta(hours=24)
_TEXT_CHARS = 120
_SHARED_WORDS = 3
_REPEATED = 3
"""What people say this often word for word is a habit of theirs, not a finding."""

_SHORT_CHARS = 32


def extract(incident: Incident, *, now: datetime) -> Facts:
    """Return what the thread states up to `now`, in time order.

    Args:
        incident: Redacted or not; texts of facts are made of its words.
        now: Messages after it are not read.

    Returns:
        The facts; of an incident of more than some hundred thousand characters the middles of the longest
        messages are not searched, and they say so.
    """
    messages, unread_chars = without_middles([m for m in incident.messages if m.at <= now])
    read = tuple(_read(messages))
    onset = _onset(read)
    told = resolve(tuple(_in_light_of(_related(read), onset)))
    facts = _number(_merge(_without_asides(told)))
    recovery = _recovery(facts, onset, incident)
    return Facts(items=facts, onset=_fact_of(facts, onset), recovery=recovery, unread_chars=unread_chars)


def _read(messages: Iterable[Message]) -> Iterator[Statement]:
    seen = tuple(messages)
    wallpaper = _wallpaper(seen)
    for message in seen:
        is_bot = message.author.kind is AuthorKind.BOT
        if not (is_bot and alert_key(message) in wallpaper):
            yield from _of(message)


def _of(message: Message) -> tuple[Statement, ...]:
    """Return what one message says on its own; read once, however often the incident is asked about."""
    if message.read is None:
        by = {AuthorKind.BOT: _by_bot, AuthorKind.SELF: _by_nobody}.get(message.author.kind, _by_person)
        object.__setattr__(message, "read", tuple(by(message)))
    return message.read or ()


def _by_nobody(_message: Message) -> Iterator[Statement]:
    return iter(())


def _related(read: Sequence[Statement]) -> tuple[Statement, ...]:
    """Leave out habits, and unmarked sentences that share less than two words with all that is marked."""
    said = Counter(s.text for s in read if not s.is_bot)
    fresh = [s for s in read if s.is_bot or said[s.text] < _REPEATED]
    marked = [s for s in fresh if not s.is_weak and s.kind is not FactKind.QUESTION]
    spoken = Counter(entity for s in marked for entity in s.entities)
    own: dict[str, Counter[str]] = {}
    for statement in marked:
        own.setdefault(statement.message.id, Counter()).update(statement.entities)
    return tuple(s for s in fresh if not s.is_weak or _speaks_of(s, spoken, own.get(s.message.id, {})))


def _speaks_of(statement: Statement, spoken: Counter[str], own: Mapping[str, int]) -> bool:
    others = [e for e in statement.entities if spoken[e] > own.get(e, 0)]
    return len(others) >= _SHARED_WORDS - 1


def _wallpaper(messages: Iterable[Message]) -> frozenset[str]:
    bots = (m for m in messages if m.author.kind is AuthorKind.BOT)
    fired = Counter(alert_key(m) for m in bots if any(s.kind is FactKind.ALERT for s in _of(m)))
    return frozenset(key for key, count in fired.items() if count >= _BACKGROUND_FIRINGS)


def _by_bot(message: Message) -> Iterator[Statement]:
    known = bot_kind(message)
    kind = known or FactKind.OBSERVATION
    at = bot_at(message, kind)
    yield Statement(
        kind=kind, message=message, raw=message.text, text=shorten(_bot_text(message), _TEXT_CHARS), at=at,
        is_stated=at != message.at, is_bot=True, is_weak=known is None,
    )  # fmt: skip


def _bot_text(message: Message) -> str:
    top = clean(head(message))
    lines = (clean(line) for line in message.text.splitlines())
    rest = [line for line in lines if line and line not in top and not line.endswith(":")]
    body = max(rest, key=_tells, default="")
    return f"{top} · {body}" if body else top


def _tells(line: str) -> int:
    """A version or a step from one value to another says most, then any figure."""
    if re.search(r"→|->|\d+\.\d+", line):
        return 2
    return int(re.search(r"\d", line) is not None and not line.startswith("Resources"))


def _by_person(message: Message) -> Iterator[Statement]:
    is_list = cues.FOLLOW_UP.search(message.text) is not None
    for piece in pieces(message.text):
        statement = said(piece, message)
        if statement is not None:
            yield replace(statement, kind=FactKind.FOLLOW_UP) if is_list else statement


def _onset(read: Sequence[Statement]) -> Statement | None:
    impacts = [s for s in read if s.kind in {FactKind.IMPACT, FactKind.DENIAL} and not _clears(s)]
    alerts = opening_alerts(read, impacts)
    if not alerts:
        return min(impacts, key=lambda s: s.at, default=None)
    first = min(alerts, key=lambda s: s.at)
    spoken_at = tuple(s.message.at for s in read if s.message.at <= first.at)
    return min((first, *(s for s in impacts if _opens(s, first, spoken_at))), key=lambda s: s.at)


def _clears(statement: Statement) -> bool:
    """`done there at 16:44, and no timeouts in between` tells of no trouble."""
    return not statement.is_code and verdicts.COUNTER_EXAMPLE.search(statement.raw) is not None


def _opens(impact: Statement, first: Statement, spoken_at: Sequence[datetime]) -> bool:
    """A stated impact opens the incident when an alert follows soon, or people talk on until one does."""
    if impact.is_stated and impact.message.at >= first.at:
        return first.at - _STATED_SPAN <= impact.at <= first.at
    if impact.at > first.at:
        return False
    between = spoken_at[bisect_left(spoken_at, impact.message.at) :]
    pauses = (later - earlier for earlier, later in pairwise(between))
    return max(pauses, default=_WARNING_SPAN) <= _WARNING_SPAN


def _in_light_of(read: Sequence[Statement], onset: Statement | None) -> Iterator[Statement]:
    fired: list[Statement] = []
    known = _known(read)
    for statement in read:
        if statement.kind in _SIGNS:
            fired.append(statement)
        yield _placed(statement, onset, known=known, fired=fired)


@dataclass(frozen=True, slots=True)
class _Known:
    """What had been said by when.

    Attributes:
        trouble_at: When somebody spoke of trouble, in order.
        named_at: When each name was first used, questions left out.
    """

    trouble_at: tuple[datetime, ...]
    named_at: dict[str, datetime]


def _known(read: Sequence[Statement]) -> _Known:
    named_at: dict[str, datetime] = {}
    for statement in read:
        if statement.kind is not FactKind.QUESTION:
            for entity in filter(is_name, statement.entities):
                named_at.setdefault(entity, statement.message.at)
    return _Known(tuple(s.message.at for s in read if s.kind in _TROUBLE), named_at)


def _placed(
    statement: Statement, onset: Statement | None, *, known: _Known, fired: Sequence[Statement]
) -> Statement:
    is_after = onset is not None and statement.at > onset.at
    match statement.kind:
        case FactKind.CHANGE if is_after and _is_response(statement, known):
            return replace(statement, kind=FactKind.ACTION)
        case FactKind.RECOVERY if not _ends(statement, is_after=is_after, fired=fired):
            return _before(statement)
        case FactKind.RULED_OUT if not is_after:
            return _before(statement)
        case _:
            return statement


def _before(statement: Statement) -> Statement:
    """Before trouble began nothing recovers or is innocent: it is news, or a change whose test was green."""
    is_news = statement.is_bot or not is_change(statement.text)
    return replace(statement, kind=FactKind.OBSERVATION if is_news else FactKind.CHANGE)


def _ends(statement: Statement, *, is_after: bool, fired: Sequence[Statement]) -> bool:
    """A monitor that never fired here cannot end anything here: its `OK` is somebody else's.

    Nor does a person who says that something is green or back, when nobody said that it was broken.
    """
    if not statement.is_bot:
        return is_after and _is_end_told(statement, fired)
    alerts = (sign for sign in fired if sign.is_bot and sign.kind is FactKind.ALERT)
    return is_after and any(_is_same_trouble(statement, alert) for alert in alerts)


def _is_end_told(statement: Statement, signs: Sequence[Statement]) -> bool:
    if verdicts.ELSEWHERE_GREEN.search(statement.raw):
        return False
    plain = verdicts.PLAINLY_BACK.search(statement.raw) is not None
    return plain or any(statement.entities & sign.entities for sign in signs)


def _is_same_trouble(back: Statement, alert: Statement) -> bool:
    if alert_key(back.message) == alert_key(alert.message):
        return True
    shared = back.entities & alert.entities
    return any(is_name(entity) for entity in shared) or len(shared) >= _SHARED_WORDS


def _is_response(statement: Statement, known: _Known) -> bool:
    """After trouble began it is a response, unless its doer owns up or a bot shipped something new."""
    if statement.is_bot:
        return _touches_something_known(statement, known)
    if _is_quiet(statement, known):
        return False
    if cues.REVERSAL.search(statement.raw):
        return True
    whole = statement.message.text
    owned = cues.ADMISSION.search(whole) or (
        cues.EXPLAINS.search(whole) and cues.FIRST_PERSON.search(statement.raw)
    )
    return not owned


def _is_quiet(statement: Statement, known: _Known) -> bool:
    """Nobody has spoken of trouble for hours: what is done now is work, not response."""
    at = statement.message.at
    before = bisect_left(known.trouble_at, at)
    return before > 0 and known.trouble_at[before - 1] < at - _QUIET_SPAN


def _touches_something_known(statement: Statement, known: _Known) -> bool:
    at = statement.message.at
    return any(known.named_at.get(entity, at) < at for entity in statement.entities)


def _without_asides(told: Sequence[Statement]) -> Iterator[Statement]:
    """`feed is fresh, updated 09:00. not that`: what is named to clear a suspect is no change of interest."""
    clearing = {s.message.id for s in told if s.kind is FactKind.RULED_OUT and not s.is_bot}
    for statement in told:
        is_aside = statement.kind is FactKind.CHANGE and statement.message.id in clearing
        is_aside = is_aside and not cues.ADMISSION.search(statement.message.text)
        yield replace(statement, kind=FactKind.OBSERVATION) if is_aside else statement


def _merge(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """Join neighbours of one kind within one message: two sentences, one fact."""
    merged: list[Statement] = []
    for statement in statements:
        last = merged[-1] if merged else None
        if last is not None and _belongs(last, statement):
            merged[-1] = _joined(last, statement)
        else:
            merged.append(statement)
    return tuple(merged)


def _belongs(last: Statement, statement: Statement) -> bool:
    if last.message is not statement.message:
        return False
    if last.kind is FactKind.RULED_OUT and statement.kind is FactKind.OBSERVATION:
        return len(last.text) <= _SHORT_CHARS or len(statement.text) <= _SHORT_CHARS
    return (
        last.kind is statement.kind
        and not (last.is_stated and statement.is_stated)
        and not statement.is_code
        and (not last.is_code or last.kind is FactKind.CHANGE)
    )


def _joined(last: Statement, statement: Statement) -> Statement:
    stated = statement if statement.is_stated else last
    return replace(
        last, raw=f"{last.raw} {statement.raw}", text=shorten(f"{last.text} {statement.text}", _TEXT_CHARS),
        at=stated.at, is_stated=stated.is_stated, targets=tuple(dict.fromkeys((*last.targets,
        *statement.targets))), status=last.status or statement.status,
    )  # fmt: skip


def _number(statements: Iterable[Statement]) -> tuple[Fact, ...]:
    ordered = sorted(enumerate(statements), key=lambda pair: (pair[1].at, pair[0]))
    return tuple(_fact(f"f{n}", statement) for n, (_, statement) in enumerate(ordered, start=1))


def _fact(fact_id: str, statement: Statement) -> Fact:
    if statement.words is None:
        object.__setattr__(statement, "words", (label_of(statement), quote_of(statement)))
    label, quote = statement.words or ("", "")
    return Fact(
        id=fact_id,
        kind=statement.kind,
        text=statement.text,
        cites=(statement.message.id, *statement.targets),
        at=statement.at,
        status=statement.status,
        entities=statement.entities,
        label=label,
        quote=quote,
    )


def _fact_of(facts: Iterable[Fact], onset: Statement | None) -> Fact | None:
    if onset is None:
        return None
    same = (f for f in facts if f.cites[0] == onset.message.id and f.kind is onset.kind)
    return next(same, None)


def _recovery(facts: Sequence[Fact], onset: Statement | None, incident: Incident) -> Fact | None:
    """Return what ended it: the onset's own monitor, else the first recovery after the last alert."""
    if onset is None:
        return None
    opened = _fact_of(facts, onset)
    every = (f for f in facts if f.kind is FactKind.RECOVERY)
    back = [f for f in every if ends(f, facts, opened, incident)]
    fired = [f for f in facts if f.kind is FactKind.ALERT]
    own = _after_last(back, fired, keys=incident, key=alert_key(onset.message))
    return own or _after_last(back, fired, keys=incident, key=None)


def _after_last(
    back: Sequence[Fact], fired: Sequence[Fact], *, keys: Incident, key: str | None
) -> Fact | None:
    def is_it(fact: Fact) -> bool:
        return key is None or alert_key(keys.by_id[fact.cites[0]]) == key

    last = max((f.at for f in fired if is_it(f)), default=None)
    return next((f for f in back if is_it(f) and (last is None or f.at > last)), None)
