"""One sentence of a person, read on its own: what kind of statement it is, and when it happened."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from bot.incident import cues, news, verdicts
from bot.incident.entities import entities
from bot.incident.facts import FactKind
from bot.incident.messages import Message
from bot.incident.needs import Cue
from bot.incident.sentences import Piece, clean, telling_line
from bot.incident.times import stated_at, stated_times

_LEAD = (
    r"(?:^|[,:;]\s+)(?:\W*(?:fyi|also|just|now|then|so|and|ok|done|we|i|update|heads up|note|"
    r"ps)\b[,:]?\s*)*(?:\w+ly\s+)?"
)
_STARTS = Cue(rf"{_LEAD}(?:{cues.DONE.pattern}|{cues.DOING.pattern})")
_SOMEBODY = Cue(
    rf"\b(?:i|we|they|he|she|someone|somebody|team|who)\b(?:'ve|"
    rf"'d)?(?:\s+\w+){{0,2}}?\s+(?:{cues.DONE.pattern})"
)
_BEEN = Cue(rf"\b(?:was|were|been|got|gets|being|has|have)\s+(?:\w+\s+)?(?:{cues.DONE.pattern})")
_ENDS = Cue(rf"(?:{cues.DONE.pattern})\s*(?:$|[,.;)(]|\b(?:to|in|on|from|at|with|for|by)\b|\d)")
_API_EVENT = Cue(
    r"\b(?:Put|Attach|Detach|Delete|Create|Update|Modify|Revoke|Remove|Set|Disable|Enable|Replace|Add|"
    r"Terminate)[A-Z]\w+",
    flags=0,
)
_LOG_COMMAND = re.compile(
    r"^(?:[\w./-]+ )?(?:[\w-]+ )*?(?:deploy|apply|put|set|delete|rm|destroy|upgrade|install|scale|rollout|"
    r"attach|detach|drop|"
    r"truncate|migrate|create|patch|push|restart|modify-\S+|update-\S+|put-\S+)\b",
    re.IGNORECASE | re.MULTILINE,
)
_EXCEPTION = Cue(r"\w(?:Exception|Error)\b", flags=0)
_LABELLED_IMPACT = Cue(r"^\W*(?:impact|state|known|current state|symptoms?|affected|customer impact)\s*:")
_SUSPECT_QUESTION = Cue(
    r"\b(?:down|overload\w*|evict\w*|shr[aiu]nk|full|broken|expired|slow|throttl\w*|leak\w*|attack|ddos|"
    r"again|saturated|"
    r"unhealthy|outage|release|deploy|rolled|us or|up|alive|reachable|red|paused|stuck|wrong|bug|buggy|"
    r"revert|roll ?back|faulty|culprit|related|"
    r"did (?:someone|somebody|anyone|anybody|we|you))\b"
)
_NAMES_ONE = re.compile(
    r"^(?!(?:why|how|what|when|who|where|which|did|does|do|is|are|can|could|should|any|anyone|anybody|really|"
    r"ok|so|and|status|eta|update|gone|still|since|news)\b)"
    r"(?=(?:.*\w{3,}){1})[\w./`'-]+(?: [\w./`'-]+){0,3} ?\?(?: |$)",
    re.IGNORECASE,
)
"""`captcha vendor?` suspects what it names."""

_FAILING = Cue(r"\b(?:fail\w*|timing out|can'?t)\b")
_WEAK_ENTITIES = 2
_CACHE = 4_096
_BACK_REFERENCE = Cue(
    r"\b(?:that|it|this|which) (?:was|happened|went out|ran) (?:at |around |about )?\d{1,2}:\d\d\b"
)
_MEASURED = re.compile(r"\d|[a-z]+[A-Z]|\w[_-]\w|/\w")


_ARGUED_CHARS = 2_000
"""So far behind a suspicion a sentence still argues for it; a paste of thousands of lines is no argument."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One piece of one message with what was read from it; `kind` may still change by what others say.

    Attributes:
        raw: All its words; of several pieces when neighbours were joined.
        first: The first of those pieces, exactly as it stands in the message.
        lead: The words that introduce a paste.
    """

    kind: FactKind
    message: Message
    raw: str
    text: str
    at: datetime
    is_stated: bool = False
    is_bot: bool = False
    is_code: bool = False
    is_weak: bool = False
    targets: tuple[str, ...] = ()
    status: str = ""
    lead: str = ""
    first: str = ""
    words: tuple[str, str] | None = field(init=False, repr=False, compare=False, default=None)
    """Its label and quote once they were asked for."""
    _entities: frozenset[str] | None = field(init=False, repr=False, compare=False, default=None)

    @property
    def entities(self) -> frozenset[str]:
        """What ties it to other statements."""
        if self._entities is None:
            object.__setattr__(self, "_entities", entities(self.raw))
        return self._entities or frozenset()


def said(piece: Piece, message: Message) -> Statement | None:
    """Return the statement a person makes with one piece of a message; None when it says nothing of use."""
    kind = _code_kind(piece, message) if piece.is_code else _prose_kind(piece.text, message.text)
    is_weak = kind is None and not piece.is_code and _may_matter(piece)
    kind = FactKind.OBSERVATION if is_weak else kind
    if kind is None:
        return None
    at = _when(piece, message) if kind in _TIMED else None
    if piece.is_code and kind is FactKind.OBSERVATION and cues.INNOCENT.search(piece.lead):
        kind = FactKind.RULED_OUT
    raw = f"{piece.lead} {telling_line(piece.raw)}" if piece.is_code else piece.raw
    return Statement(
        kind=kind, message=message, raw=piece.raw, text=Piece(raw=raw).text, at=at or message.at,
        is_stated=at is not None, is_code=piece.is_code, is_weak=is_weak,
        lead=piece.lead, first=piece.raw,
    )  # fmt: skip


def _may_matter(piece: Piece) -> bool:
    """Nothing marks it as a finding; it counts only when it speaks of what others found."""
    return not cues.CHATTER.search(piece.text) and len(entities(piece.raw)) >= _WEAK_ENTITIES


_TIMED = frozenset({FactKind.CHANGE, FactKind.OBSERVATION, FactKind.IMPACT, FactKind.DENIAL})


def _when(piece: Piece, message: Message) -> datetime | None:
    """`we rotated keys tonight. but that was 20:37`: the time may stand in the next sentence."""
    if cues.ANNOUNCED.search(piece.text):
        return None
    own = stated_at(piece.raw, said_at=message.at) or _day(piece, message)
    later = None if own or piece.is_code else _BACK_REFERENCE.search(message.text)
    return stated_at(later[0], said_at=message.at) if later else own


def _day(piece: Piece, message: Message) -> datetime | None:
    """`it was paused on 14 Feb` tells of a day, which is enough where something was changed."""
    if piece.is_code or not is_change(piece.text):
        return None
    days = (stated.at for stated in stated_times(piece.raw, said_at=message.at) if not stated.is_exact)
    return next((at for at in days if at.date() < message.at.date()), None)


def _code_kind(piece: Piece, message: Message) -> FactKind | None:
    if cues.DENIAL.search(piece.raw):
        return FactKind.DENIAL
    prose = message.text.replace(piece.raw, "")
    if _LOG_COMMAND.match(piece.raw.lstrip("$ ")) and re.search(
        r"\b(?:done|deployed|ran|applied)\b", prose, re.IGNORECASE
    ):
        return FactKind.CHANGE
    return FactKind.OBSERVATION


@lru_cache(maxsize=_CACHE)
def _prose_kind(text: str, whole: str) -> FactKind | None:
    if cues.CHATTER.search(text) and not cues.DENIAL.search(text):
        return None
    return next((kind for reads, kind in _RULES if reads(text, whole)), None)


@lru_cache(maxsize=_CACHE)
def is_change(text: str) -> bool:
    """Say whether a sentence reports that somebody altered something; not a plan, a question or a metric."""
    forms = _told_forms(text)
    if not forms or _is_no_change(text):
        return False
    plan = cues.PLAN.search(text)
    return any(plan is None or form.end() <= plan.start() for form in forms)


def _begins_with_deed(text: str) -> bool:
    """`lowered the timeout of the parcel queue` tells of no timeouts."""
    found = _STARTS.search(text)
    return found is not None and found.start() == 0 and not _FAILING.search(text) and is_change(text)


def _told_forms(text: str) -> tuple[re.Match[str], ...]:
    """Return where a sentence tells of something done: by its verb, or by an occasion such as `deploy at`."""
    patterns = (_STARTS, _SOMEBODY, _BEEN, _ENDS, cues.OCCASION)
    return tuple(form for pattern in patterns if (form := pattern.search(text)))


def _is_no_change(text: str) -> bool:
    if cues.METRIC_SUBJECT.search(text) or cues.NEGATED_CHANGE.search(text) or cues.LONG_AGO.search(text):
        return True
    return cues.ELSEWHERE.search(text) is not None or _EXCEPTION.search(text) is not None


def _is_api_event(text: str, whole: str) -> bool:
    return _API_EVENT.search(text) is not None and re.search(r"\d\d:\d\d", whole) is not None


def _is_suspicion(text: str, whole: str) -> bool:
    del whole
    if cues.HEDGE.search(text) or _NAMES_ONE.search(text):
        return True
    return cues.QUESTION.search(text) is not None and _SUSPECT_QUESTION.search(text) is not None


def _is_suspicious_context(text: str, whole: str) -> bool:
    """A sentence after `kms maybe?` in the same message argues for that suspicion."""
    before = clean(whole).partition(text[:20])[0][-_ARGUED_CHARS:]
    asks = cues.QUESTION.search(before.strip()) is not None and len(before) < len(whole)
    return asks and cues.HEDGE.search(before) is not None


def is_impact(text: str) -> bool:
    """Say whether a sentence tells what is broken, and for whom."""
    if verdicts.UNRELATED.search(text) or (cues.INNOCENT.search(text) and not _FAILING.search(text)):
        return False
    return cues.IMPACT.search(text) is not None and cues.POPULATION.search(text) is not None


def _is_unhelped(text: str, whole: str) -> bool:
    del whole
    return cues.FIX_FAILED.search(text) is not None


def _is_plan(text: str, whole: str) -> bool:
    del whole
    return cues.PLAN.search(text) is not None and not _MEASURED.search(text)


def _has(pattern: Cue | re.Pattern[str]) -> Callable[[str, str], bool]:
    return lambda text, whole: pattern.search(text) is not None  # noqa: ARG005 -- every rule takes both


_RULES: tuple[tuple[Callable[[str, str], bool], FactKind], ...] = (
    (_has(cues.FOLLOW_UP), FactKind.FOLLOW_UP),
    (_has(news.QUOTED), FactKind.CHANGE),
    (_has(cues.DECISION), FactKind.DECISION),
    (_has(_LABELLED_IMPACT), FactKind.IMPACT),
    (_has(cues.ROLE), FactKind.ROLE),
    (_is_suspicion, FactKind.BELIEF),
    (_is_suspicious_context, FactKind.BELIEF),
    (_has(cues.QUESTION), FactKind.QUESTION),
    (_has(verdicts.LAST_GOOD), FactKind.OBSERVATION),
    (_is_unhelped, FactKind.RULED_OUT),
    (_has(cues.NEGATED_CHANGE), FactKind.RULED_OUT),
    (_has(cues.DENIAL), FactKind.DENIAL),
    (_is_api_event, FactKind.CHANGE),
    (lambda text, whole: is_change(text) and cues.ADMISSION.search(whole) is not None, FactKind.CHANGE),
    (lambda text, _: _begins_with_deed(text), FactKind.CHANGE),
    (lambda text, _: is_impact(text), FactKind.IMPACT),
    (_has(cues.INNOCENT), FactKind.RULED_OUT),
    (_has(cues.BACK), FactKind.RECOVERY),
    (lambda text, _: is_change(text), FactKind.CHANGE),
    (_is_plan, FactKind.DECISION),
    (_has(cues.EXPLAINS), FactKind.OBSERVATION),
    (_has(cues.CONDITION), FactKind.OBSERVATION),
    (_has(_MEASURED), FactKind.OBSERVATION),
)
