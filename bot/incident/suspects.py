"""Which suspect a statement such as `rollback done, no change` answers."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import takewhile

from bot.incident import cues, verdicts
from bot.incident.entities import Lexicon, entities, is_name, lexicon, listed, stem
from bot.incident.facts import FactKind
from bot.incident.gist import fitted, is_filler, plain, undressed, without_moment
from bot.incident.needs import Cue
from bot.incident.sentences import pieces, shorten
from bot.incident.statements import Statement, is_impact
from bot.incident.times import stated_times

_WINDOW = timedelta(hours=3)
_SAME_MOMENT = timedelta(minutes=3)
_NEAR_STATEMENTS = 10
_NEAR_SPAN = timedelta(minutes=30)
_ANSWER_SPAN = timedelta(minutes=15)
_SHARED_ENOUGH = 0.5
_LABEL_CHARS = 48
_LABEL_NOISE = re.compile(
    r"^(?:ok|ack|so|then|and|also|well|hm+|there you go)\b[,.!:]*\s*|\b(?:maybe|perhaps|probably|possibly|"
    r"could (?:be|it be)|might be|may be|must be|"
    r"looks? like|smells? like|sounds? like|has to be(?: it)?|i (?:think|guess|suspect|bet)|is it|it'?s|"
    r"again|today|worth (?:checking|a look)(?: whether| if)?|my (?:guess|bet) is|runbook says:?|"
    r"there you go,?|"
    r"is buggy|must be)\b|[?!]+",
    re.IGNORECASE,
)
_ANAPHORA = Cue(
    r"\b(?:not (?:that|it|them)|no (?:change|effect|improvement|difference)|ruled out|healthy|same|still|"
    r"innocent|that line|^no\b|"
    r"idle|normal|fine|unchanged)\b"
)
_POINTS = re.compile(r"^(?:this|that|it|ours|these|those|them|they)\b(?:\s+(?:is|was)\b)?\s*", re.IGNORECASE)
_ARTICLE = re.compile(r"(?:the|an?)\s", re.IGNORECASE)
_UNDONE = Cue(
    r"(?P<what>[\w./-]+) (?:was )?(?:rolled back|reverted)(?: from)? (?P<version>\w*\d[\w.-]*)(?= (?:->|"
    r"→|to\b))"
)
_FIRM = Cue(r"\b(?:ruled out|that (?:line|idea|theory)|innocent|red herring|not an? \w+ then)\b")
_SHIPPED = Cue(
    r"\b(?:deploy\w*|releas\w*|roll(?:ed|out)\w*|synced|shipped|upgraded|went (?:out|live))\b|\d\.\d"
)
_RELEASE = Cue(r"\b(?:release\w*|deploy\w*|version\w*|build|upgrade\w*|rollout|canary|rolled|shipped)\b")
_GENERIC = frozenset(
    stem(word)
    for word in listed(
        "error errors slow change changes changed deploy rollback roll prod log logs request requests "
        "region data"
    )
)


def resolve(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """Return the statements, each ruling-out tied to its suspects; one without is an observation."""
    weights = lexicon([s.entities for s in statements], ignore=_GENERIC)
    suspected: list[Statement] = []
    changed = [s for s in statements if s.kind is FactKind.CHANGE]
    out: list[Statement] = []
    for n, statement in enumerate(statements):
        out.append(_resolved(n, statements, suspected, changed, weights))
        if _is_suspect(statement):
            suspected.append(statement)
    return tuple(out)


def _resolved(
    n: int,
    statements: Sequence[Statement],
    suspected: Sequence[Statement],
    changed: Sequence[Statement],
    weights: Lexicon,
) -> Statement:
    statement = statements[n]
    shown = _disproved(statement, changed)
    if shown:
        return _clearing(statement, shown)
    if _says_back(statement) and _is_answer(n, statements, weights):
        statement = replace(statement, kind=FactKind.RULED_OUT)
    if statement.kind is not FactKind.RULED_OUT:
        return statement
    suspects = _suspects(statement, _recent(suspected, statement), weights)
    if not suspects:
        return replace(statement, kind=_unanswering(statement))
    undone = _undone(statement, suspects, changed)
    about = (s.message.id for s in (*suspects, *undone) if s.message.id != statement.message.id)
    targets = tuple(dict.fromkeys(about))
    return replace(statement, targets=targets, status=_label(suspects))


def _says_back(statement: Statement) -> bool:
    found = statement.kind is FactKind.OBSERVATION and cues.BACK.search(statement.raw) is not None
    return not statement.is_bot and (found or statement.kind is FactKind.RECOVERY)


_MAY_CLEAR = frozenset(
    {FactKind.OBSERVATION, FactKind.RECOVERY, FactKind.RULED_OUT, FactKind.IMPACT, FactKind.ACTION}
)


def _disproved(statement: Statement, changed: Sequence[Statement]) -> list[Statement]:
    """Return the changes that a counter-example names: `the 08:40 run was green and already on 4.2`."""
    if (
        statement.is_bot
        or statement.kind not in _MAY_CLEAR
        or not verdicts.COUNTER_EXAMPLE.search(statement.raw)
    ):
        return []
    before = (s for s in changed if s.message.at < statement.message.at and s.is_bot)
    return [s for s in before if _rarely_shared(statement, s, changed)]


def _rarely_shared(statement: Statement, change: Statement, changed: Sequence[Statement]) -> bool:
    """They share a name that no other change has."""
    others = {e for s in changed if s is not change for e in s.entities}
    return any(is_name(entity) for entity in (statement.entities & change.entities) - others)


def _clearing(statement: Statement, suspects: Sequence[Statement]) -> Statement:
    targets = tuple(dict.fromkeys(s.message.id for s in suspects))
    return replace(statement, kind=FactKind.RULED_OUT, targets=targets, status=_label(suspects))


def _unanswering(statement: Statement) -> FactKind:
    return FactKind.IMPACT if is_impact(statement.text) else FactKind.OBSERVATION


def _is_answer(n: int, statements: Sequence[Statement], weights: Lexicon) -> bool:
    """`cluster green` ends nothing when somebody just asked whether the cluster is red."""
    statement = statements[n]
    asked = (
        s
        for s in statements[max(0, n - _NEAR_STATEMENTS) : n]
        if s.kind is FactKind.BELIEF and statement.message.at - s.message.at <= _ANSWER_SPAN
    )
    return any(weights.overlap(statement.entities, _about(s)) >= 2 * _SHARED_ENOUGH for s in asked)


def _undone(
    outcome: Statement, suspects: Sequence[Statement], changed: Sequence[Statement]
) -> list[Statement]:
    """Return the changes that were undone without effect: who undid them named their version or moment."""
    tried = [s for s in suspects if cues.REVERSAL.search(f"{_told(s)} {outcome.raw}")]
    changes = [s for s in changed if s.message.at < outcome.message.at]
    named = [s for s in changes if _SHIPPED.search(s.raw) and any(_share_name(t, s) for t in tried)]
    if len(named) == 1:
        return named
    cleared = [s for s in suspects if s.kind is FactKind.BELIEF]
    return [
        change
        for change in changes
        if any(_names(t, change) for t in tried) or any(_clears(outcome, s, change) for s in cleared)
    ]


def _share_name(tried: Statement, change: Statement) -> bool:
    return any(is_name(entity) for entity in _about(tried) & change.entities)


def _clears(outcome: Statement, suspect: Statement, change: Statement) -> bool:
    """Question, answer and change all name the same thing."""
    return any(is_name(entity) for entity in outcome.entities & _about(suspect) & change.entities)


def _names(tried: Statement, change: Statement) -> bool:
    if tried.is_bot and any(is_name(entity) for entity in tried.entities & change.entities):
        return True
    versions = {
        e for e in _about(tried) & change.entities if is_name(e) and any(char.isdigit() for char in e)
    }
    times = stated_times(_told(tried), said_at=tried.message.at)
    return bool(versions) or any(abs(stated.at - change.at) <= _SAME_MOMENT for stated in times)


def _told(statement: Statement) -> str:
    return statement.raw if statement.is_bot else statement.message.text


def _recent(suspected: Sequence[Statement], statement: Statement) -> list[Statement]:
    """Return the latest suspects, oldest first; they stand in the order they were named."""
    since = statement.message.at - _WINDOW
    return list(takewhile(lambda s: s.message.at >= since, reversed(suspected)))[::-1]


def _suspects(statement: Statement, earlier: list[Statement], weights: Lexicon) -> list[Statement]:
    shared = [s for s in earlier if weights.overlap(statement.entities, _about(s)) >= _SHARED_ENOUGH]
    named = [s for s in shared if _may_answer(statement, s)]
    if cues.FIX_FAILED.search(statement.raw):
        tried = [s for s in earlier if _is_attempt(s) and statement.message.at - s.message.at <= _NEAR_SPAN][
            -2:
        ]
        return _with_reasons(tried or named, earlier, weights)
    return named or _nearest(statement, earlier)


def _may_answer(statement: Statement, suspect: Statement) -> bool:
    """What a service does says nothing of its release: only who names that one, or its version, clears it."""
    if not (suspect.is_bot and _SHIPPED.search(suspect.raw)):
        return True
    words = statement.message.text
    versions = {e for e in statement.entities & suspect.entities if is_name(e) and e[-1:].isdigit()}
    return bool(versions) or any(cue.search(words) for cue in (_RELEASE, _FIRM, cues.REVERSAL))


def _about(statement: Statement) -> frozenset[str]:
    """A suspicion is about all that its message says: `r9 was just before. rolling back`."""
    return entities(_told(statement))


def _is_suspect(statement: Statement) -> bool:
    return statement.kind is FactKind.BELIEF or _is_attempt(statement)


def _is_attempt(statement: Statement) -> bool:
    if statement.kind not in {FactKind.ACTION, FactKind.CHANGE, FactKind.BELIEF, FactKind.DECISION}:
        return False
    return cues.REVERSAL.search(statement.raw) is not None or statement.kind is FactKind.ACTION


def _with_reasons(tried: list[Statement], earlier: list[Statement], weights: Lexicon) -> list[Statement]:
    """An attempt answers the suspicion that led to it: what the same words suspected before."""
    reasons = [
        s
        for s in earlier
        if s not in tried and any(weights.overlap(_about(s), _about(t)) >= _SHARED_ENOUGH for t in tried)
    ]
    return [*(reasons[-2:] or _asked_for(tried, earlier)), *tried]


def _asked_for(tried: list[Statement], earlier: list[Statement]) -> list[Statement]:
    """`v77 went out just before, rollback?` is why it was rolled back: `back to v76` shares no word."""
    return [
        s
        for s in earlier
        if s not in tried
        and cues.REVERSAL.search(s.message.text)
        and any(timedelta(0) <= t.message.at - s.message.at <= _ANSWER_SPAN for t in tried)
    ][-1:]


def _nearest(statement: Statement, earlier: list[Statement]) -> list[Statement]:
    if not _ANAPHORA.search(statement.text):
        return []
    span = _WINDOW if _FIRM.search(statement.text) else _NEAR_SPAN
    asked = (s for s in earlier if s.kind is FactKind.BELIEF)
    thread = [s for s in asked if s.message.thread_ts == statement.message.thread_ts]
    near = [s for s in thread[-_NEAR_STATEMENTS:] if statement.message.at - s.message.at <= span]
    return near[-1:]


def _label(suspects: Sequence[Statement]) -> str:
    beliefs = [s for s in suspects if s.kind is FactKind.BELIEF]
    undone_by_bot = [s for s in suspects if s.is_bot and _UNDONE.search(s.text)]
    suspect = (undone_by_bot or beliefs or list(suspects))[0]
    is_bare = len(suspect.entities) <= 1 or cues.REVERSAL.search(suspect.raw) is not None
    said = (piece.text for piece in pieces(suspect.message.text) if entities(piece.raw))
    undone = _UNDONE.search(suspect.text) if suspect.is_bot else None
    if undone:
        return f"{undone['what']} {undone['version']}"
    own = _named(suspect.text)
    is_bare = is_bare or _says_little(suspect.text)
    text = own if suspect.is_bot or not is_bare else _named(next(said, suspect.text))
    return fitted(text, limit=_LABEL_CHARS) or shorten(suspect.text, _LABEL_CHARS)


def _says_little(text: str) -> bool:
    """`ours is pinned?` names nothing: what is meant stands before it."""
    words = " ".join(_LABEL_NOISE.sub(" ", undressed(text)).split())
    named = _POINTS.sub("", words)
    return named != words and not _ARTICLE.match(named) and len(entities(named)) <= 1


def _named(text: str) -> str:
    """Return what is suspected, without the words of doubt around it."""
    asked = re.split(r"[,;.?!]+\s|\s->\s", text)
    bare = next(filter(None, (_bare(part) for part in asked if not is_filler(part))), "")
    return without_moment(plain(bare)) or text


def _bare(part: str) -> str:
    words = " ".join(_LABEL_NOISE.sub(" ", undressed(part)).split()).strip(" ,.;:-")
    named = _POINTS.sub("", words)
    return named if any(c.isalpha() for c in named) and entities(named) else ""
