"""Where a refusal can be decided when nobody has pasted the policy: each place is a rival with its look."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice

from bot.iam.thread import ThreadVerdict
from bot.incident.case import Case
from bot.incident.hypotheses import Check, Evidence, EvidenceKind, Hypothesis, Link, Trigger, cited_ids
from bot.incident.judged import PLACES

_MOST = 3
_MINUTES = 5
_SPEAKS_OF: Mapping[str, re.Pattern[str]] = {
    "scp": re.compile(r"\b(?:scps?|service control|guard ?rail|organi[sz]ation policy)\b", re.IGNORECASE),
    "rcp": re.compile(r"\b(?:rcps?|resource control)\b", re.IGNORECASE),
    "resource": re.compile(r"\b(?:bucket|queue|topic|key|resource) polic(?:y|ies)\b", re.IGNORECASE),
    "boundary": re.compile(r"\b(?:permissions? )?boundar(?:y|ies)\b", re.IGNORECASE),
    "session": re.compile(r"\bsession polic(?:y|ies)\b", re.IGNORECASE),
    "endpoint": re.compile(r"\bendpoints?\b|\bvpce-\w+", re.IGNORECASE),
    "identity": re.compile(r"\b(?:role|user|identity|inline|managed) polic(?:y|ies)\b", re.IGNORECASE),
}
"""By which words a chain blames that place already: then it is no rival of it."""


def places(leader: Hypothesis, case: Case, *, start: int) -> tuple[Hypothesis, ...]:
    """Return the rivals of a chain through a refusal that no pasted policy decides; three at most.

    Args:
        leader: The chain; only refusals that it cites count.
        case: With what was computed of the refusals.
        start: The number of the first rival.
    """
    cited = set(cited_ids(leader.evidence))
    open_ones = (one for one in case.verdicts if one.rivals and one.cites[0] in cited)
    found = islice((each for one in open_ones for each in _places_of(one, leader)), _MOST)
    return tuple(_rival(*each, leader=leader, number=n) for n, each in enumerate(found, start))


def _places_of(one: ThreadVerdict, leader: Hypothesis) -> Iterator[tuple[ThreadVerdict, str]]:
    ends = (words for link in leader.links for words in (link.cause, link.effect))
    told = " ".join((leader.claim, leader.trigger.what, *ends))
    for place, _ in one.rivals:
        if not _SPEAKS_OF[place].search(told):
            yield one, place


def _rival(one: ThreadVerdict, place: str, *, leader: Hypothesis, number: int) -> Hypothesis:
    what, source = one.denial.action or "the request", one.cites[0]
    name = PLACES[place]
    shown = Evidence(id=source)
    return Hypothesis(
        id=f"H{number}",
        claim=f"{name} refuses {what}, whatever else was changed",
        trigger=Trigger(what=f"refusal of {what}", evidence=(shown,)),
        links=(
            Link(
                cause=f"{name} does not let {what} pass",
                effect=f"refusal of {what}",
                evidence_for=(Evidence(id=source, kind=EvidenceKind.INFERENTIAL),),
                falsifier=f"{name} allows it",
            ),
        ),
        impact=leader.impact,
        next_check=Check(
            do=f"What does {name} say of {what}?",
            expect_if_true="it denies it, or nothing in it allows it",
            expect_if_false="it allows it, or does not speak of it",
            splits=(leader.id, f"H{number}"),
            minutes=_MINUTES,
        ),
        refuted_if=f"{name} allows {what}",
        is_by_rules=True,
    )
