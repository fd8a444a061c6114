"""What people and pipelines say of a change beside its words: owned up to, outside, undone in vain."""

import re
from collections.abc import Sequence
from datetime import timedelta

from bot.analysts.rules_scene import FINDINGS, Scene
from bot.incident import cues, verdicts
from bot.incident.entities import is_name, listed, stem, words
from bot.incident.facts import Fact, FactKind
from bot.incident.messages import AuthorKind, Message
from bot.incident.news import is_ongoing

_OWNED_CHANGE = re.compile(r"\b(?:my|our) (?:change|pr|merge|deploy|release|rollout|flag)\b", re.IGNORECASE)
_NEXT_MESSAGES = 2
_PIPELINE_WORDS = frozenset(
    stem(word)
    for word in listed(
        "pipeline deploy deployment deployed rollback rolled release released version image completed "
        "success successful successfully live prod production synced sync open build job run started all "
        "pods tasks hosts"
    )
)
_SETTLING = timedelta(minutes=25)
_SHORTLY = timedelta(minutes=6)
ROUND_MOMENT = timedelta(minutes=10)


def owned(group: Sequence[Fact], view: Scene) -> float:
    """Somebody who did it says that it was wrong, or that it is the reason."""
    texts = [view.message(f).text for f in group]
    owned = any(cues.ADMISSION.search(t) and cues.FIRST_PERSON.search(t) for t in texts)
    return 2.0 if owned or _is_taken_up(group, view) or _is_claimed(group, view) else 0.0


def _is_taken_up(group: Sequence[Fact], view: Scene) -> bool:
    """`my change`, right after a change was posted, means that one."""
    messages = view.case.incident.messages
    posted = {m.id: n for n, m in enumerate(messages)}
    reported = max((view.message(f) for f in group), key=lambda m: m.number)
    later = messages[posted[reported.id] + 1 :][:_NEXT_MESSAGES]
    return any(_OWNED_CHANGE.search(m.text) and m.at - reported.at <= ROUND_MOMENT for m in later)


def _is_claimed(group: Sequence[Fact], view: Scene) -> bool:
    """`it is my migration` is said of the change that speaks of a migration."""
    start = max(view.message(f).number for f in group)
    about = {e for f in group for e in f.entities}
    later = (
        m for m in view.case.incident.messages if m.number > start and m.author.kind is AuthorKind.PERSON
    )
    found = (claim for m in later for claim in verdicts.CLAIMED.finditer(m.text))
    return any(stem(claim["mine"] or claim["ours"]) in about for claim in found)


def kind_fits(group: Sequence[Fact], view: Scene) -> float:
    """What was taken away fits an error that says it is not there; a change of rights fits a refusal."""
    denials = " ".join(view.message(f).text for f in view.case.facts.of(FactKind.DENIAL))
    texts = " ".join(f.text for f in group)
    return 1.0 if denials and cues.ABSENT.search(denials) and cues.DESTRUCTIVE.search(texts) else 0.0


def is_tied(
    group: Sequence[Fact], about: frozenset[str], support: Sequence[tuple[Fact, float]], view: Scene
) -> bool:
    """What a person did must share a name or two words with one finding; one common word is chance."""
    if any(view.message(f).author.kind is AuthorKind.BOT for f in group):
        return True
    shared = ({e for e in about & f.entities if view.weights.weights.get(e, 0.0) > 0} for f, _ in support)
    return any(len(found) > 1 or any(is_name(e) for e in found) for found in shared)


def is_outside(group: Sequence[Fact], view: Scene) -> bool:
    """A provider reports trouble of its own, which is always posted late."""
    return any(is_ongoing(view.message(fact)) for fact in group)


def undone_in_vain(group: Sequence[Fact], about: frozenset[str], view: Scene) -> bool:
    """It was taken back, people still spoke of the trouble a while later, and that was not its end."""
    end = view.case.facts.recovery
    start = max(view.message(f).at for f in group)
    undone = [
        f.at
        for f in view.case.facts.of(FactKind.ACTION)
        if f.at > start and cues.REVERSAL.search(view.message(f).text) and _takes_back(f, group, about, view)
    ]
    if not undone or (end is not None and end.at - undone[0] <= _SETTLING):
        return False
    return any(view.message(f).at - undone[0] >= _SHORTLY for f in view.case.facts.of(*FINDINGS))


def _takes_back(action: Fact, group: Sequence[Fact], about: frozenset[str], view: Scene) -> bool:
    """The pipeline that rolled it out rolled it back: the same bot names the same service."""
    told = view.message(action)
    same = [view.message(f) for f in group if view.message(f).author.id == told.author.id]
    if told.author.kind is not AuthorKind.BOT or not same:
        return False
    return bool((action.entities & about & _things(same)) - _PIPELINE_WORDS)


def _things(messages: Sequence[Message]) -> frozenset[str]:
    """Return what the bodies of posts name, versions and numbers left out."""
    return frozenset(e for m in messages for e in words(m.text))
