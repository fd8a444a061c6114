"""One case, read once, and one change of it with all that speaks for it."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.incident import cues
from bot.incident.case import Case
from bot.incident.entities import Lexicon, lexicon, listed, stem, words
from bot.incident.facts import Fact, FactKind, Facts
from bot.incident.messages import AuthorKind, Message
from bot.incident.naming import people

_ROUTINE_TIMES = 4
_KIND_WORDS = 5
_STORY_SPAN = timedelta(hours=6)
_SYMPTOMS = frozenset({FactKind.ALERT, FactKind.IMPACT})
_COMMON_DEEDS = frozenset(
    stem(word)
    for word in listed(
        "moved changed added updated started stopped running created loaded opened closed finished completed "
        "succeeded success successful successfully done open build job"
    )
)
"""Whatever was done to whatever: two texts that share only these share nothing."""
FINDINGS = frozenset({FactKind.OBSERVATION, FactKind.DENIAL, FactKind.IMPACT, FactKind.ALERT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One case, read once: its messages, facts and how much each word says.

    Attributes:
        over_at: When it was over; None while it lasts.
    """

    case: Case
    weights: Lexicon
    names: frozenset[str]
    routine: frozenset[str]
    onset_at: datetime | None
    symptom: Fact | None
    over_at: datetime | None = None

    def message(self, fact: Fact) -> Message:
        """Return the message that states a fact."""
        return self.case.incident.by_id[fact.cites[0]]

    def is_aftermath(self, fact: Fact) -> bool:
        """Say whether it was said after all was over without explaining anything: plans, thanks, lists."""
        if fact.kind is not FactKind.OBSERVATION or self.over_at is None:
            return False
        message = self.message(fact)
        if message.author.kind is AuthorKind.BOT or message.at <= self.over_at:
            return False
        return not (cues.EXPLAINS.search(message.text) or cues.ADMISSION.search(message.text))

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
    ignored = _COMMON_DEEDS | {w for name in names for w in words(name)}
    weights = lexicon([f.entities for f in case.facts], ignore=ignored)
    symptom = _symptom(case, weights)
    at = symptom.at if symptom else None
    return Scene(
        case=case, weights=weights, names=names, routine=_routine(case), onset_at=at, symptom=symptom,
        over_at=_over_at(case.facts),
    )  # fmt: skip


def _over_at(facts: Facts) -> datetime | None:
    """Return when it was over: the last recovery, unless an alert came after it."""
    end = max((fact.at for fact in facts.of(FactKind.RECOVERY)), default=None)
    last = max((fact.at for fact in facts.of(FactKind.ALERT)), default=None)
    return None if end is None or (last is not None and last >= end) else end


def _routine(case: Case) -> frozenset[str]:
    """Return what is done again and again in this thread, by a bot in the very same words even twice."""
    done = case.facts.of(FactKind.CHANGE, FactKind.ACTION)
    times = Counter(what_kind(fact) for fact in done)
    by_bots = [f for f in done if case.incident.by_id[f.cites[0]].author.kind is AuthorKind.BOT]
    alike = Counter(fact.text for fact in by_bots)
    often = {kind for kind, count in times.items() if count >= _ROUTINE_TIMES}
    return frozenset(often | {what_kind(fact) for fact in by_bots if alike[fact.text] > 1})


def what_kind(fact: Fact) -> str:
    """Return what stays the same when the same thing is done again: its first words without numbers."""
    return " ".join(re.sub(r"\S*\d\S*", "", fact.text).split()[:_KIND_WORDS])


def _symptom(case: Case, weights: Lexicon) -> Fact | None:
    """Return the trouble that was asked about: the symptom closest to the question, else the onset."""
    onset = case.facts.onset
    asked = words(case.question)
    symptoms = [f for f in case.facts.of(*_SYMPTOMS) if onset is None or f.at >= onset.at]
    by_id = case.incident.by_id
    sure = [f for f in symptoms if f is onset or not cues.HEDGE.search(by_id[f.cites[0]].text)]
    tied = [(weights.overlap(asked, f.entities), f) for f in sure]
    own = weights.overlap(asked, onset.entities) if onset else 0.0
    best = max(tied, key=lambda pair: pair[0], default=None)
    if best is None or onset is None:
        return onset
    is_other_story = own == 0 and best[0] > 0 and best[1].at - onset.at > _STORY_SPAN
    return best[1] if best[0] > own + 1.0 or is_other_story else onset
