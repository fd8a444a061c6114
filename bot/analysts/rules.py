"""The analyst without a model: changes, symptoms, refusals and recoveries, tied by time, names and words.

It never knows why something happens; it knows what was changed before, what people say points back at it,
what stopped the trouble, and what was ruled out. Where that is not enough it says so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice

from bot.analysts.rules_access import places
from bot.analysts.rules_candidates import candidates, conditions, shipped_steps, traced
from bot.analysts.rules_chain import chain
from bot.analysts.rules_checks import check, question
from bot.analysts.rules_questions import insufficient, open_questions
from bot.analysts.rules_scene import Candidate, Scene, scene
from bot.analysts.rules_standing import undone_in_vain
from bot.analysts.rules_words import phrase
from bot.incident import cues
from bot.incident.case import Case
from bot.incident.facts import Fact, FactKind
from bot.incident.hypotheses import Diagnosis, Hypothesis, Mitigation, Status
from bot.incident.messages import AuthorKind
from bot.incident.wording import between

_ENOUGH = 0.9
"""Below this nothing but time ties a change to the trouble."""

_HINT = 0.05
"""A word shared with one finding: where nothing else stands, that and time make a suspicion, and no more."""

_RIVAL_SHARE = 0.4
_MOST_RIVALS = 2
_MOST_REFUTED = 3
_MOST_MITIGATIONS = 3


def diagnose(case: Case) -> Diagnosis:
    """Return the chains that structure, time and shared names alone can show, best first.

    Ruled-out changes follow as refuted hypotheses. Without a chain `insufficient` says what is not known
    and what to look at.
    """
    view = scene(case)
    found = candidates(view)
    told = (
        _told(_live(found), view)
        or _told(_live(traced(view)), view)
        or _told(_live(conditions(view)), view)
        or _told(_hinted(found, view), view)[:1]
    )
    told = _with_step_rival(told, view)
    hypotheses = _with_checks(tuple(h for _, h in told), [c for c, _ in told], view)
    if hypotheses and case.facts.recovery is None:
        hypotheses = (*hypotheses, *places(hypotheses[0], case, start=len(hypotheses) + 1))
    if not hypotheses:
        refuted = _refuted(found, view, start=1)
        return Diagnosis(
            hypotheses=refuted,
            open_questions=open_questions(view, is_explained=False),
            insufficient=insufficient(found, view),
        )
    refuted = _refuted(found, view, start=len(hypotheses) + 1)
    return Diagnosis(
        hypotheses=(*hypotheses, *refuted),
        mitigations=_mitigations([candidate for candidate, _ in told], view),
        open_questions=open_questions(view, is_explained=True),
    )


def _live(found: Iterable[Candidate]) -> tuple[Candidate, ...]:
    alive = [c for c in found if not c.refuted_by and c.affinity >= _ENOUGH and c.score > 0]
    best = max((c.score for c in alive), default=0.0)
    return tuple(c for c in alive if c.score >= best * _RIVAL_SHARE)


def _hinted(found: Iterable[Candidate], view: Scene) -> tuple[Candidate, ...]:
    """Return what was changed before the trouble and shares at least a word with it; better than silence.

    Not what somebody undid or looked at in vain: less than a word speaks for that.
    """
    early = [c for c in found if view.onset_at is not None and c.at <= view.onset_at]
    fitting = (c for c in early if not c.refuted_by and c.affinity >= _HINT and c.score > 0)
    return tuple(c for c in fitting if not undone_in_vain(c.facts, c.entities, view))


def _told(live: Iterable[Candidate], view: Scene) -> list[tuple[Candidate, Hypothesis]]:
    """Return the few best candidates of which a chain can be told, with their chains, numbered."""
    made = ((candidate, chain(candidate, view, number=0)) for candidate in live)
    found = islice(((c, h) for c, h in made if h is not None), _MOST_RIVALS + 1)
    return [(c, replace(h, id=f"H{n}")) for n, (c, h) in enumerate(found, start=1)]


def _with_step_rival(
    told: list[tuple[Candidate, Hypothesis]], view: Scene
) -> list[tuple[Candidate, Hypothesis]]:
    """An earlier step of the same work that shipped something is a rival, when there is no other."""
    if len(told) != 1 or view.case.facts.recovery is not None:
        return told
    leader, first = told[0]
    made = ((c, chain(c, view, number=2)) for c in shipped_steps(leader, view))
    rival = next(((c, h) for c, h in made if h is not None), None)
    if rival is None:
        return told
    asked = question(leader, view, effect=first.links[0].effect)
    against = f"the check for {first.id} answers: {asked.so}"
    return [*told, (rival[0], _as_earlier(rival[1], first, view, against=against))]


def _as_earlier(rival: Hypothesis, leader: Hypothesis, view: Scene, *, against: str) -> Hypothesis:
    """What happened long before the first sign leaves open why nothing failed in between."""
    at, first = rival.trigger.at, leader.trigger.at
    is_earlier = at is not None and first is not None and at < first
    gap = between(at, view.onset_at) if at and view.onset_at and is_earlier else ""
    open_end = (f"why nothing failed for the first {gap}",) if gap else ()
    return replace(rival, does_not_explain=open_end, refuted_if=against)


def _refuted(found: Sequence[Candidate], view: Scene, *, start: int) -> tuple[Hypothesis, ...]:
    out: list[Hypothesis] = []
    for candidate in found:
        made = chain(candidate, view, number=start + len(out)) if candidate.refuted_by else None
        if made is not None and len(out) < _MOST_REFUTED:
            out.append(_as_refuted(made, candidate))
    return tuple(out)


def _as_refuted(hypothesis: Hypothesis, candidate: Candidate) -> Hypothesis:
    told = candidate.refuted_by[0].text
    is_undone = cues.REVERSAL.search(told) or cues.FIX_FAILED.search(told)
    return replace(
        hypothesis,
        claim=hypothesis.trigger.what,
        status=Status.REFUTED,
        reopen_if="undoing it was not complete" if is_undone else "what cleared it turns out to be wrong",
        next_check=None,
    )


def _with_checks(
    hypotheses: tuple[Hypothesis, ...], live: Sequence[Candidate], view: Scene
) -> tuple[Hypothesis, ...]:
    """Once what was changed has been undone and the trouble is over, there is nothing left to look up."""
    if not hypotheses or live[0].reversal is not None:
        return hypotheses
    return (replace(hypotheses[0], next_check=check(live, hypotheses, view)), *hypotheses[1:])


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
        do=phrase(fact, names=view.names),
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
