"""Which change may have started it: mentions gathered, weighed and, where the thread says so, ruled out."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.incident import cues
from bot.incident.case import Case
from bot.incident.entities import Lexicon, acronyms, entities, is_name, lexicon, words
from bot.incident.facts import Fact, FactKind
from bot.incident.messages import AuthorKind, Message
from bot.incident.naming import people

_SAME_MOMENT = timedelta(minutes=3)
_TOLD_SPAN = timedelta(minutes=20)
_ROUND_MOMENT = timedelta(minutes=10)
_HORIZON = timedelta(hours=72)
_RECOVERY_SPAN = timedelta(minutes=75)
_ROUTINE_TIMES = 4
_ROUTINE_SHARE = 0.4
_KIND_WORDS = 5
_STORY_SPAN = timedelta(hours=6)
_OWNED_CHANGE = re.compile(r"\b(?:my|our) (?:change|pr|merge|deploy|release|rollout|flag)\b", re.IGNORECASE)
_NEXT_MESSAGES = 2
_SHIPS = re.compile(
    r"\b(?:deploy\w*|released|rolled out|applied|put|synced|pushed|merged|enabled|switched|promoted|"
    r"upgraded)\b",
    re.IGNORECASE,
)
_BEGINS = re.compile(r"^(?:start(?:ing|ed)?|about to|preparing|planning|begin\w*)\b", re.IGNORECASE)
_PROCEDURE_SPAN = timedelta(minutes=90)
_RAREST = 0.55
_TOPS = (1.0, 0.7, 0.5, 0.35, 0.25)
_SYMPTOMS = frozenset({FactKind.ALERT, FactKind.IMPACT})
_FINDINGS = frozenset({FactKind.OBSERVATION, FactKind.DENIAL, FactKind.IMPACT, FactKind.ALERT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One case, read once: its messages, facts and how much each word says."""

    case: Case
    weights: Lexicon
    names: frozenset[str]
    routine: frozenset[str]
    onset_at: datetime | None
    symptom: Fact | None

    def message(self, fact: Fact) -> Message:
        """Return the message that states a fact."""
        return self.case.incident.by_id[fact.cites[0]]

    def ties(self, one: Fact, other: Fact) -> float:
        """Return how much two facts share, by rare words and names."""
        return self.weights.overlap(one.entities, other.entities)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One change (or a condition found) with all that speaks for it.

    Attributes:
        facts: Its mentions, the one that shows it best first.
        support: Later statements that point at it, strongest first, with their weight.
        score: How well it fits; comparable within one case only.
        affinity: The part of `score` that words and statements give, time left out.
        refuted_by: The facts that ruled it out; empty while it is alive.
        reversal: The action that undid it before the trouble ended.
        earlier_steps: What the same person did just before as part of the same work.
        is_condition: A state somebody found, not something that happened; it has no moment.
    """

    facts: tuple[Fact, ...]
    support: tuple[tuple[Fact, float], ...] = ()
    score: float = 0.0
    affinity: float = 0.0
    refuted_by: tuple[Fact, ...] = ()
    reversal: Fact | None = None
    earlier_steps: tuple[Fact, ...] = ()
    is_condition: bool = False
    entities: frozenset[str] = field(default_factory=frozenset)

    @property
    def head(self) -> Fact:
        """The mention that shows it best."""
        return self.facts[0]

    @property
    def at(self) -> datetime:
        """When it happened, by its earliest mention."""
        return min(fact.at for fact in self.facts)

    @property
    def ids(self) -> tuple[str, ...]:
        """The messages that mention it."""
        return tuple(dict.fromkeys(fact.cites[0] for fact in self.facts))


def scene(case: Case) -> Scene:
    """Read a case once for all that follows."""
    names = people(case.incident.messages)
    weights = lexicon([f.entities for f in case.facts], ignore={w for name in names for w in words(name)})
    symptom = _symptom(case, weights)
    at = symptom.at if symptom else None
    return Scene(
        case=case, weights=weights, names=names, routine=_routine(case), onset_at=at, symptom=symptom
    )


def _routine(case: Case) -> frozenset[str]:
    """Return what is shipped again and again in this thread: one more of it says little."""
    done = case.facts.of(FactKind.CHANGE, FactKind.ACTION)
    times = Counter(_what_kind(fact) for fact in done)
    return frozenset(kind for kind, count in times.items() if count >= _ROUTINE_TIMES)


def _what_kind(fact: Fact) -> str:
    return " ".join(re.sub(r"\S*\d\S*", "", fact.text).split()[:_KIND_WORDS])


def _symptom(case: Case, weights: Lexicon) -> Fact | None:
    """Return the trouble that was asked about: the symptom closest to the question, else the onset."""
    onset = case.facts.onset
    asked = words(case.question)
    symptoms = [f for f in case.facts.of(*_SYMPTOMS) if onset is None or f.at >= onset.at]
    tied = [(weights.overlap(asked, f.entities), f) for f in symptoms]
    own = weights.overlap(asked, onset.entities) if onset else 0.0
    best = max(tied, key=lambda pair: pair[0], default=None)
    if best is None or onset is None:
        return onset
    is_other_story = own == 0 and best[0] > 0 and best[1].at - onset.at > _STORY_SPAN
    return best[1] if best[0] > own + 1.0 or is_other_story else onset


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
    return (
        by_one_person and after.at - before.at <= _PROCEDURE_SPAN and told[0].thread_ts == told[1].thread_ts
    )


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
    if gap <= _ROUND_MOMENT and view.ties(one, other) > 0:
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
    affinity += _owned(group, view) + _kind_fits(group, view) + (2.5 if reversal else 0.0)
    affinity *= _ROUTINE_SHARE if all(_what_kind(fact) in view.routine for fact in group) else 1.0
    refuted = _refuted_by(group, view)
    return Candidate(
        facts=group, support=support, score=affinity + _nearness(group, view), affinity=affinity,
        refuted_by=() if _is_restored(refuted, support) else refuted, reversal=reversal, entities=about,
    )  # fmt: skip


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
        return 0.6 if _owned(group, view) else -100.0
    hours = (view.onset_at - at) / timedelta(hours=1)
    return 1.4 / (1 + math.log1p(hours)) if view.onset_at - at <= _HORIZON else 0.0


def _owned(group: Sequence[Fact], view: Scene) -> float:
    """Somebody who did it says that it was wrong, or that it is the reason."""
    texts = [view.message(f).text for f in group]
    owned = any(cues.ADMISSION.search(t) and cues.FIRST_PERSON.search(t) for t in texts)
    return 2.0 if owned or _is_taken_up(group, view) else 0.0


def _is_taken_up(group: Sequence[Fact], view: Scene) -> bool:
    """`my change`, right after a change was posted, means that one."""
    messages = view.case.incident.messages
    posted = {m.id: n for n, m in enumerate(messages)}
    reported = max((view.message(f) for f in group), key=lambda m: m.number)
    later = messages[posted[reported.id] + 1 :][:_NEXT_MESSAGES]
    return any(_OWNED_CHANGE.search(m.text) and m.at - reported.at <= _ROUND_MOMENT for m in later)


def _kind_fits(group: Sequence[Fact], view: Scene) -> float:
    """What was taken away fits an error that says it is not there; a change of rights fits a refusal."""
    denials = " ".join(view.message(f).text for f in view.case.facts.of(FactKind.DENIAL))
    texts = " ".join(f.text for f in group)
    return 1.0 if denials and cues.ABSENT.search(denials) and cues.DESTRUCTIVE.search(texts) else 0.0


def _support(group: Sequence[Fact], about: frozenset[str], view: Scene) -> tuple[tuple[Fact, float], ...]:
    own = {fact.cites[0] for fact in group}
    is_change = any(fact.kind is FactKind.CHANGE for fact in group)
    start = min(fact.at for fact in group)
    found = (f for f in view.case.facts.of(*_FINDINGS) if f.cites[0] not in own)
    later = (f for f in found if not is_change or view.message(f).at >= start)
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
        and _what_kind(f) not in view.routine
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
