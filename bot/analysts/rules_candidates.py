"""Which change may have started it: mentions gathered, weighed and, where the thread says so, ruled out."""

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.analysts.rules_scene import FINDINGS, Candidate, Scene, what_kind
from bot.analysts.rules_standing import ROUND_MOMENT, is_outside, is_tied, kind_fits, owned, undone_in_vain
from bot.incident import cues
from bot.incident.entities import acronyms, entities, is_name
from bot.incident.facts import Fact, FactKind
from bot.incident.messages import AuthorKind, Message

_SAME_MOMENT = timedelta(minutes=3)
_TOLD_SPAN = timedelta(minutes=20)
_HORIZON = timedelta(hours=72)
_RECOVERY_SPAN = timedelta(minutes=75)

_TRACED = 2.0
_UNTIED_SHARE = 0.3
_IN_VAIN_SHARE = 0.1
_OUTSIDE = 0.8
_OUTSIDE_LATE = timedelta(hours=1)
_ROUTINE_SHARE = 0.4
_SHIPS = re.compile(
    r"\b(?:deploy\w*|released|rolled out|applied|put|synced|pushed|merged|enabled|switched|promoted|"
    r"upgraded)\b",
    re.IGNORECASE,
)
_MERGED = re.compile(r"\b(?:merged|approved|pushed to)\b", re.IGNORECASE)
_APPLIED = re.compile(r"\b(?:applied|deployed|synced|rolled out|published|apply|in sync)\b", re.IGNORECASE)
_PIPELINE_SPAN = timedelta(minutes=30)
_PART = 3
_RECALLED = 0.3
_BEGINS = re.compile(r"^(?:start(?:ing|ed)?|about to|preparing|planning|begin\w*)\b", re.IGNORECASE)
_PROCEDURE_SPAN = timedelta(minutes=90)
_RAREST = 0.55
_TOPS = (1.0, 0.7, 0.5, 0.35, 0.25)


def candidates(view: Scene) -> tuple[Candidate, ...]:
    """Return all changes of the case, the best fitting first; the ruled-out ones are among them."""
    groups = _grouped(view)
    found = _procedures([_weighed(group, view) for group in groups], view)
    return tuple(sorted(found, key=lambda c: (not c.refuted_by, c.score), reverse=True))


def _procedures(found: Sequence[Candidate], view: Scene) -> list[Candidate]:
    """Steps of one piece of work stand or fall together: its last step before the trouble speaks for all."""
    steps = sorted(found, key=lambda c: c.at)
    out: list[Candidate] = []
    for candidate in steps:
        before = next((c for c in out if _continues(c, candidate, view)), None)
        if before is not None:
            out.remove(before)
        out.append(_with_step(candidate, before) if before else candidate)
    return out


def _continues(before: Candidate, after: Candidate, view: Scene) -> bool:
    if before.refuted_by or after.refuted_by or view.onset_at is None or after.at > view.onset_at:
        return False
    told = [view.message(c.head) for c in (before, after)]
    by_one_person = told[0].author.id == told[1].author.id and told[0].author.kind is AuthorKind.PERSON
    return (by_one_person or _is_shipped(before, after, view)) and (
        after.at - before.at <= _PROCEDURE_SPAN and told[0].thread_ts == told[1].thread_ts
    )


def _is_shipped(before: Candidate, after: Candidate, view: Scene) -> bool:
    """What was merged goes out with the next run of the pipeline that names the same thing."""
    texts = [view.message(c.head).text for c in (before, after)]
    rare = view.weights.overlap(_parts(before), _parts(after)) > 0 or bool(_parts(before) & _parts(after))
    is_next = _MERGED.search(texts[0]) and _APPLIED.search(texts[1]) and not _MERGED.search(texts[1])
    return bool(is_next) and rare and after.at - before.at <= _PIPELINE_SPAN


def _parts(candidate: Candidate) -> frozenset[str]:
    """Return the parts of the names it has: `payments-cmk` and `payments_cmk` are one thing."""
    names = (name for name in candidate.entities if is_name(name))
    return frozenset(part for name in names for part in re.split(r"[^a-z0-9]+", name) if len(part) >= _PART)


def _with_step(candidate: Candidate, before: Candidate) -> Candidate:
    return replace(
        candidate,
        score=max(candidate.score, before.score) + 0.2,
        affinity=max(candidate.affinity, before.affinity),
        support=_joined_support(candidate, before),
        earlier_steps=(*before.earlier_steps, before.head),
    )


def _joined_support(candidate: Candidate, before: Candidate) -> tuple[tuple[Fact, float], ...]:
    """What points at an earlier step points at the work as a whole, half as much."""
    own = {fact.id for fact, _ in candidate.support}
    theirs = [(fact, weight / 2) for fact, weight in before.support if fact.id not in own]
    return tuple(sorted((*candidate.support, *theirs), key=lambda pair: -pair[1]))


def _grouped(view: Scene) -> list[tuple[Fact, ...]]:
    groups: list[list[Fact]] = []
    for fact in view.case.facts.of(FactKind.CHANGE):
        home = next((g for g in groups if any(_same_change(fact, other, view) for other in g)), None)
        if home is None:
            groups.append([fact])
        else:
            home.append(fact)
    return [tuple(sorted(group, key=lambda f: _showing(f, view))) for group in groups]


def _showing(fact: Fact, view: Scene) -> tuple[bool, int]:
    """What was reported when it happened shows a change better than what was remembered later."""
    message = view.message(fact)
    return abs(
        message.at - fact.at
    ) > _SAME_MOMENT and message.author.kind is not AuthorKind.BOT, message.number


def _same_change(one: Fact, other: Fact, view: Scene) -> bool:
    if one.cites[0] == other.cites[0]:
        return True
    both_live = all(abs(view.message(f).at - f.at) <= _SAME_MOMENT for f in (one, other))
    gap = abs(one.at - other.at)
    if both_live:
        return _told_twice(one, other, view) and gap <= _TOLD_SPAN
    if gap <= _SAME_MOMENT:
        return True
    if gap <= ROUND_MOMENT and view.ties(one, other) > 0:
        return True
    return view.ties(one, other) >= 2 * _RAREST and bool(_rare_names(one, other, view))


def _told_twice(one: Fact, other: Fact, view: Scene) -> bool:
    """A pipeline reports and its owner says so too."""
    kinds = {view.message(f).author.kind for f in (one, other)}
    return len(kinds) > 1 and view.ties(one, other) >= 2 * _RAREST and bool(_names_of(one) & _names_of(other))


def _names_of(fact: Fact) -> set[str]:
    return {entity for entity in fact.entities if is_name(entity)}


def _rare_names(one: Fact, other: Fact, view: Scene) -> set[str]:
    return {
        e for e in one.entities & other.entities if is_name(e) and view.weights.weights.get(e, 0) >= _RAREST
    }


def _weighed(group: tuple[Fact, ...], view: Scene) -> Candidate:
    about = _entities(group, view)
    support = _support(group, about, view)
    reversal = _reversal(group, about, view)
    affinity = sum(w * share for (_, w), share in zip(support, _TOPS, strict=False))
    affinity *= 1.0 if is_tied(group, about, support, view) else _UNTIED_SHARE
    affinity += owned(group, view) + kind_fits(group, view) + _undone(reversal, about)
    affinity += _OUTSIDE if is_outside(group, view) else 0.0
    affinity += _RECALLED if _is_recalled(group, view) else 0.0
    affinity *= _IN_VAIN_SHARE if undone_in_vain(group, about, view) else 1.0
    affinity *= _ROUTINE_SHARE if all(what_kind(fact) in view.routine for fact in group) else 1.0
    refuted = _refuted_by(group, view)
    return Candidate(
        facts=group, support=support, score=affinity + _nearness(group, view), affinity=affinity,
        refuted_by=() if _is_restored(refuted, support) else refuted, reversal=reversal, entities=about,
    )  # fmt: skip


def _is_recalled(group: Sequence[Fact], view: Scene) -> bool:
    """A person looked back for it once the trouble was there, and said so without doubt."""
    told = [view.message(f) for f in group]
    onset = view.onset_at
    if onset is None or any(m.at <= onset for m in told):
        return False
    plain = (m for m in told if m.author.kind is AuthorKind.PERSON and not cues.HEDGE.search(m.text))
    return any(not cues.QUESTION.search(m.text) for m in plain)


def _undone(reversal: Fact | None, about: frozenset[str]) -> float:
    """What ended the trouble by undoing it; more when it brought back a version that the change had named."""
    if reversal is None:
        return 0.0
    brought = (e for e in reversal.entities & about if is_name(e) and any(c.isdigit() for c in e))
    return 4.0 if any(brought) else 2.5


def _entities(group: Sequence[Fact], view: Scene) -> frozenset[str]:
    own = frozenset(entity for fact in group for entity in fact.entities)
    short = acronyms(view.message(fact).text for fact in group)
    texts = [m.text for m in view.case.incident.messages]
    spelled = {n for n, pattern in short.items() if any(pattern.search(text) for text in texts)}
    is_state = any(fact.kind is not FactKind.CHANGE for fact in group)
    told = entities(view.message(group[0]).text) if is_state else frozenset()
    return own | spelled | told


def _nearness(group: Sequence[Fact], view: Scene) -> float:
    """Nearer to the first symptom is better, slowly; after it, only what was owned up to counts at all."""
    at = min(fact.at for fact in group)
    if view.onset_at is None:
        return 0.5
    if at > view.onset_at:
        if is_outside(group, view) and at - view.onset_at <= _OUTSIDE_LATE:
            return 1.0
        return 0.6 if owned(group, view) else -100.0
    hours = (view.onset_at - at) / timedelta(hours=1)
    return 1.4 / (1 + math.log1p(hours)) if view.onset_at - at <= _HORIZON else 0.0


def _support(group: Sequence[Fact], about: frozenset[str], view: Scene) -> tuple[tuple[Fact, float], ...]:
    own = {fact.cites[0] for fact in group}
    is_change = any(fact.kind is FactKind.CHANGE for fact in group)
    start = min(fact.at for fact in group)
    found = (f for f in view.case.facts.of(*FINDINGS) if f.cites[0] not in own)
    later = (f for f in found if (not is_change or view.message(f).at >= start) and not view.is_aftermath(f))
    weighed = ((fact, _pointing(fact, group, about, view)) for fact in later)
    return tuple(sorted(((f, w) for f, w in weighed if w >= _RAREST / 2), key=lambda pair: -pair[1]))


def _pointing(fact: Fact, group: Sequence[Fact], about: frozenset[str], view: Scene) -> float:
    """Return how strongly a finding points at a change; an alert only names what is broken."""
    shared = view.weights.overlap(about, fact.entities) * (0.5 if fact.kind is FactKind.ALERT else 1.0)
    message = view.message(fact)
    if abs(fact.at - group[0].at) <= _SAME_MOMENT and fact.at != message.at:
        shared += 1.5
    if not shared:
        return 0.0
    explains = cues.EXPLAINS.search(message.text) is not None
    owns = (
        cues.ADMISSION.search(message.text) is not None
        or message.author.id == view.message(group[0]).author.id
    )
    return min(shared, 3.0) * (1.5 if explains else 1.0) * (1.2 if owns and explains else 1.0)


def _reversal(group: Sequence[Fact], about: frozenset[str], view: Scene) -> Fact | None:
    """The last thing done before the trouble ended, when it is about this change."""
    end = view.case.facts.recovery
    if end is None:
        return None
    done = [
        f
        for f in view.case.facts.of(FactKind.ACTION, FactKind.DECISION)
        if end.at - _RECOVERY_SPAN <= f.at <= end.at
    ]
    failed = {i for f in view.case.facts.of(FactKind.RULED_OUT) for i in f.cites[1:]}
    own = {fact.cites[0] for fact in group}
    fitting = [
        f
        for f in done
        if f.cites[0] not in failed | own
        and what_kind(f) not in view.routine
        and view.weights.overlap(about, f.entities) >= _RAREST
    ]
    return fitting[-1] if fitting else None


def _refuted_by(group: Sequence[Fact], view: Scene) -> tuple[Fact, ...]:
    ids = {fact.cites[0] for fact in group}
    return tuple(f for f in view.case.facts.of(FactKind.RULED_OUT) if ids & set(f.cites[1:]))


def _is_restored(refuted: tuple[Fact, ...], support: Sequence[tuple[Fact, float]]) -> bool:
    last = max((f.at for f in refuted), default=None)
    return last is not None and any(f.at > last and w >= 3 for f, w in support)  # noqa: PLR2004


def shipped_steps(candidate: Candidate, view: Scene) -> tuple[Candidate, ...]:
    """Return the earlier steps of the same work that put something into service, the last one first."""
    steps = (f for f in reversed(candidate.earlier_steps) if _SHIPS.search(view.message(f).text))
    return tuple(_weighed((step,), view) for step in steps if not _BEGINS.search(step.short))


def traced(view: Scene) -> tuple[Candidate, ...]:
    """Return what was posted before the trouble and is what people's later explanation speaks of, best first.

    It catches what nothing marks as a change: an explanation leads back to whatever shares its rare names.
    """
    if view.onset_at is None:
        return ()
    early = [f for f in view.case.facts.of(FactKind.OBSERVATION) if view.message(f).at < view.onset_at]
    told = [f for f in view.case.facts.of(*FINDINGS) if _explains(view.message(f))]
    weighed = (_weighed((fact,), view) for fact in early if _may_be_explained(fact, told, view))
    return tuple(sorted((c for c in weighed if _is_explained(c, view)), key=lambda c: (-c.score, c.at)))


def _may_be_explained(fact: Fact, told: Sequence[Fact], view: Scene) -> bool:
    """Ask cheaply first: in a long thread few of the many observations share anything with an explanation."""
    about = _entities((fact,), view)
    return any(view.weights.overlap(about, f.entities) >= _TRACED for f in told) or bool(owned((fact,), view))


def _is_explained(candidate: Candidate, view: Scene) -> bool:
    onset = view.onset_at
    told = (f for f, _ in candidate.support if onset is not None and view.message(f).at > onset)
    explained = any(_explains(view.message(f)) and _shares_much(f, candidate, view) for f in told)
    return explained or bool(owned(candidate.facts, view))


def _explains(message: Message) -> bool:
    said = cues.EXPLAINS.search(message.text) or cues.ADMISSION.search(message.text)
    return message.author.kind is AuthorKind.PERSON and said is not None


def _shares_much(fact: Fact, candidate: Candidate, view: Scene) -> bool:
    return view.weights.overlap(candidate.entities, fact.entities) >= _TRACED


def conditions(view: Scene) -> tuple[Candidate, ...]:
    """Return the states people found that could be the start of it where nothing was changed, best first."""
    found = [f for f in view.case.facts.of(FactKind.OBSERVATION) if _is_condition(view.message(f), f)]
    weighed = [_as_condition(_weighed((fact,), view), view) for fact in found]
    return tuple(sorted(weighed, key=lambda c: (-c.score, c.at)))


def _is_condition(message: Message, fact: Fact) -> bool:
    said_by_person = message.author.kind is AuthorKind.PERSON
    return bool(said_by_person and cues.CONDITION.search(fact.text) and cues.UNSAFE.search(fact.text))


def _as_condition(candidate: Candidate, view: Scene) -> Candidate:
    """A state has no moment; what was reproduced and what was fixed afterwards speak for it."""
    proven = any(cues.REPRODUCED.search(view.message(f).text) for f, _ in candidate.support)
    affinity = candidate.affinity + (2.0 if proven else 1.0)
    return replace(candidate, affinity=affinity, score=affinity, is_condition=True)
