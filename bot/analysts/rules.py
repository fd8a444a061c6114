"""The analyst without a model: changes, symptoms, refusals and recoveries, tied by time, names and words.

It never knows why something happens; it knows what was changed before, what people say points back at it,
what stopped the trouble, and what was ruled out. Where that is not enough it says so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice

from bot.analysts.rules_candidates import Candidate, Scene, candidates, conditions, scene
from bot.analysts.rules_chain import chain
from bot.analysts.rules_words import phrase
from bot.incident import cues
from bot.incident.case import Case
from bot.incident.facts import Fact, FactKind
from bot.incident.hypotheses import Check, Diagnosis, Hypothesis, Mitigation, Status
from bot.incident.messages import AuthorKind

_ENOUGH = 0.9
"""Below this nothing but time ties a change to the trouble."""

_RIVAL_SHARE = 0.4
_MOST_RIVALS = 2
_MOST_REFUTED = 3
_MOST_MITIGATIONS = 3
_MOST_QUESTIONS = 3


def diagnose(case: Case) -> Diagnosis:
    """Return the chains that structure, time and shared names alone can show, best first.

    Ruled-out changes follow as refuted hypotheses. Without a chain `insufficient` says what is not known
    and what to look at.
    """
    view = scene(case)
    found = candidates(view)
    told = _told(_live(found), view) or _told(_live(conditions(view)), view)
    hypotheses = _with_checks(tuple(hypothesis for _, hypothesis in told), view)
    if not hypotheses:
        refuted = _refuted(found, view, start=1)
        return Diagnosis(
            hypotheses=refuted, open_questions=_open_questions(case), insufficient=_insufficient(found, view)
        )
    refuted = _refuted(found, view, start=len(hypotheses) + 1)
    return Diagnosis(
        hypotheses=(*hypotheses, *refuted),
        mitigations=_mitigations([candidate for candidate, _ in told], view),
        open_questions=_open_questions(case),
        unseen=_unseen(case),
    )


def _live(found: Iterable[Candidate]) -> tuple[Candidate, ...]:
    alive = [c for c in found if not c.refuted_by and c.affinity >= _ENOUGH and c.score > 0]
    best = max((c.score for c in alive), default=0.0)
    return tuple(c for c in alive if c.score >= best * _RIVAL_SHARE)


def _told(live: Iterable[Candidate], view: Scene) -> list[tuple[Candidate, Hypothesis]]:
    """Return the few best candidates of which a chain can be told, with their chains, numbered."""
    made = ((candidate, chain(candidate, view, number=0)) for candidate in live)
    found = islice(((c, h) for c, h in made if h is not None), _MOST_RIVALS + 1)
    return [(c, replace(h, id=f"H{n}")) for n, (c, h) in enumerate(found, start=1)]


def _refuted(found: Sequence[Candidate], view: Scene, *, start: int) -> tuple[Hypothesis, ...]:
    out: list[Hypothesis] = []
    for candidate in found:
        made = chain(candidate, view, number=start + len(out)) if candidate.refuted_by else None
        if made is not None and len(out) < _MOST_REFUTED:
            out.append(_as_refuted(made, candidate, view))
    return tuple(out)


def _as_refuted(hypothesis: Hypothesis, candidate: Candidate, view: Scene) -> Hypothesis:
    words = phrase(candidate.refuted_by[0], names=view.names)
    return replace(
        hypothesis,
        status=Status.REFUTED,
        reopen_if=f"what ruled it out does not hold: {words}",
        next_check=None,
    )


def _with_checks(hypotheses: tuple[Hypothesis, ...], view: Scene) -> tuple[Hypothesis, ...]:
    if not hypotheses or view.case.facts.recovery is not None:
        return hypotheses
    return (replace(hypotheses[0], next_check=_check(hypotheses)), *hypotheses[1:])


def _check(hypotheses: Sequence[Hypothesis]) -> Check:
    """Look when the first effect began: it cannot be older than its cause, whatever the rivals are."""
    best = hypotheses[0]
    rival = next((h for h in hypotheses[1:] if h.trigger.at != best.trigger.at), None)
    if best.trigger.at is None:
        return _state_check(hypotheses)
    since = f"{best.trigger.at:%H:%M}"
    other = (
        f"it began at {rival.trigger.at:%H:%M}"
        if rival and rival.trigger.at
        else f"it was there before {since}"
    )
    return Check(
        do=f"Look up when this was first seen: {best.links[0].effect}",
        expect_if_true=f"not before {since} UTC, and soon after",
        expect_if_false=other,
        splits=tuple(h.id for h in hypotheses),
        minutes=5,
    )


def _state_check(hypotheses: Sequence[Hypothesis]) -> Check:
    return Check(
        do=f"Read the log for the first trace of this: {hypotheses[0].trigger.what}",
        expect_if_true=f"it stands before {hypotheses[0].links[0].effect}",
        expect_if_false="no trace of it",
        splits=tuple(h.id for h in hypotheses),
        minutes=15,
    )


def _mitigations(live: Sequence[Candidate], view: Scene) -> tuple[Mitigation, ...]:
    """What people named that would undo a live candidate, and that has not failed."""
    failed = {i for f in view.case.facts.of(FactKind.RULED_OUT) for i in f.cites[1:]}
    named = [f for f in view.case.facts.of(FactKind.ACTION, FactKind.DECISION) if f.cites[0] not in failed]
    found = [m for fact in named if (m := _mitigation(fact, live, view)) is not None]
    return tuple(found[-_MOST_MITIGATIONS:])


def _mitigation(fact: Fact, live: Sequence[Candidate], view: Scene) -> Mitigation | None:
    helped = [n for n, c in enumerate(live, start=1) if _acts_on(fact, c, view)]
    if not helped or view.symptom is None or view.message(fact).at < view.symptom.at:
        return None
    return Mitigation(
        do=phrase(fact, names=view.names, limit=120),
        safe_under=tuple(f"H{n}" for n in helped),
        cites=fact.cites[:1],
    )


def _acts_on(fact: Fact, candidate: Candidate, view: Scene) -> bool:
    if candidate.reversal is not None and candidate.reversal.id == fact.id:
        return True
    if view.message(fact).author.kind is AuthorKind.BOT:
        return False
    does = (
        cues.DOING.search(fact.text)
        or cues.REVERSAL.search(fact.text)
        or cues.STATE_CHANGE_VERB.search(fact.text)
    )
    return bool(does) and view.weights.overlap(candidate.entities, fact.entities) >= _ENOUGH / 2


def _open_questions(case: Case) -> tuple[str, ...]:
    answered = case.facts.of(FactKind.QUESTION)
    return tuple(f.text for f in answered)[-_MOST_QUESTIONS:]


def _unseen(case: Case) -> tuple[str, ...]:
    partial = case.incident.partial_files
    return (f"{partial} pasted files beyond their first lines",) if partial else ()


def _insufficient(found: Sequence[Candidate], view: Scene) -> str:
    """Say what is not known and where to look, from what the thread does hold."""
    if view.onset_at is None:
        return (
            "Nothing here says when it began or what fails. "
            "Look for the first failed request and its exact error."
        )
    since = f"{view.onset_at:%H:%M} UTC"
    before = [c for c in found if c.at <= view.onset_at and not c.refuted_by]
    if before:
        words = phrase(before[0].head, names=view.names, limit=60)
        return (
            f"Changes before {since} are visible ({words}), but nothing ties one of them to the failure. "
            "Look at the exact error and at which parts fail and which do not."
        )
    return (
        f"No change before {since} is visible here that is not ruled out. "
        f"Look at what changed between the last good run and {since}: "
        "merges, configuration, permissions, flags."
    )
