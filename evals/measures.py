"""What one replayed incident says of its analyst. Pure: moments in, figures out.

A shown link is *right* when it cites a message that shows some true link, and the shown links follow the true
ones' order: of links that go back, the later one is wrong. A true link can be *recalled* when a message that
shows it was visible. "True trigger first" means that the best live hypothesis cites, as its own trigger, the
message that shows the trigger, or another one of that link.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.incident.hypotheses import Hypothesis, Link, Status
from evals.growing import Moment, before, half, upto
from evals.recorded import Told
from evals.scores import Rate

_FEWEST_LINKS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Links shown at one moment against the true ones.

    Attributes:
        precision: Of the links shown by the best hypothesis, those that are right.
        recall: Of the true links that could be known, those that some right link cites.
        every: Of the links shown by all live hypotheses, those that are right.
        citations: Of the messages that the best hypothesis' shown links cite, those that show a true link.
    """

    precision: Rate
    recall: Rate
    every: Rate
    citations: Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How an incident went.

    Attributes:
        first_ts: The first message after which the true trigger ranks first; empty when it never does.
        people_minutes: How long before the people; negative when later, None when one of both never knew.
        wrong_minutes: How long a false cause ranked first.
        changes: How often what ranks first changed: what a reader would have been told anew.
        likelihood: The word for the best hypothesis just before people knew; empty when there was none.
    """

    first_ts: str
    people_minutes: float | None
    wrong_minutes: float
    changes: int
    likelihood: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One answer against the truth.

    Attributes:
        is_honest: At least two links where a chain can be had, none where nothing shows the trigger.
        supports_wrong: A listed wrong guess is the trigger of a supported or confirmed hypothesis.
        noise: Messages of noise that are cited.
        unknown: Citations of messages that do not exist.
    """

    links: int
    is_honest: bool
    has_trigger: bool
    cites_trigger: bool
    is_wrong_guess: bool
    supports_wrong: bool
    noise: int
    unknown: int
    baseline: bool


def links(told: Told, moment: Moment) -> Links:
    """Compare the links shown at one moment with the true ones."""
    best = _shown(moment.live[:1])
    hits = [_hit(told, moment.cited(_ids(link))) for link in best]
    right = _in_order(hits)
    visible = {m.ts for m in moment.incident.messages}
    known = {n for n, link in enumerate(told.truth) if link.evidence_ts & visible}
    found = {n for hit, is_right in zip(hits, right, strict=True) if is_right for n in hit}
    cited = moment.cited(i for link in best for i in _ids(link))
    true = frozenset(ts for link in told.truth for ts in link.evidence_ts)
    return Links(
        precision=Rate(right=sum(right), n=len(right)),
        recall=Rate(right=len(found & known), n=len(known)),
        every=_summed(_right(told, moment, h) for h in moment.live),
        citations=Rate(right=len(cited & true), n=len(cited)),
    )


def _right(told: Told, moment: Moment, hypothesis: Hypothesis) -> Rate:
    right = _in_order([_hit(told, moment.cited(_ids(link))) for link in _shown([hypothesis])])
    return Rate(right=sum(right), n=len(right))


def _summed(rates: Iterable[Rate]) -> Rate:
    every = list(rates)
    return Rate(right=sum(rate.right for rate in every), n=sum(rate.n for rate in every))


def _shown(hypotheses: Iterable[Hypothesis]) -> list[Link]:
    return [link for hypothesis in hypotheses for link in hypothesis.links if link.is_shown]


def _ids(link: Link) -> list[str]:
    return [item.id for item in link.evidence_for]


def _hit(told: Told, cited: frozenset[str]) -> set[int]:
    return {n for n, link in enumerate(told.truth) if link.evidence_ts & cited}


def _in_order(hits: Sequence[set[int]]) -> list[bool]:
    """Say of each shown link whether it is right: it hits a true link no earlier than the one before."""
    reached, out = 0, []
    for hit in hits:
        fitting = [n for n in hit if n >= reached]
        out.append(bool(fitting))
        reached = min(fitting, default=reached)
    return out


def course(told: Told, moments: Sequence[Moment]) -> Course:
    """Follow what ranks first through an incident."""
    first = next((m for m in moments if is_true(told, m.top, m)), None)
    known = [m for m in moments if m.ts == before(told, told.decisive_ts)] if told.decisive_ts else []
    top = known[-1].top if known else None
    return Course(
        first_ts=first.ts if first else "",
        people_minutes=_lead(told, first),
        wrong_minutes=_wrong_minutes(told, moments),
        changes=_changes(moments),
        likelihood=top.likelihood.value if top else "",
    )


def is_true(told: Told, hypothesis: Hypothesis | None, moment: Moment) -> bool:
    """Say whether a hypothesis has the true trigger for its own."""
    return hypothesis is not None and bool(_own(hypothesis, moment) & told.trigger_messages)


def _own(hypothesis: Hypothesis, moment: Moment) -> frozenset[str]:
    return moment.cited(item.id for item in hypothesis.trigger.evidence)


def _lead(told: Told, first: Moment | None) -> float | None:
    if first is None or not told.decisive_ts:
        return None
    return round((float(told.decisive_ts) - float(first.ts)) / 60, 1)


def _wrong_minutes(told: Told, moments: Sequence[Moment]) -> float:
    if not told.is_labelled:
        return 0.0
    spans = pairwise(moments)
    wrong = ((one.at, other.at) for one, other in spans if one.top and not is_true(told, one.top, one))
    return round(sum((end - start).total_seconds() for start, end in wrong) / 60, 1)


def _changes(moments: Sequence[Moment]) -> int:
    tops = [m.top.trigger.what if m.top else "" for m in moments]
    return sum(1 for one, other in zip(["", *tops], tops, strict=False) if other and other != one)


def look(told: Told, moment: Moment, *, expects_chain: bool) -> Look:
    """Compare one answer with the truth."""
    top, live = moment.top, moment.live
    own = _own(top, moment) if top else frozenset[str]()
    every = {item.id for h in moment.hypotheses for item in h.evidence}
    return Look(
        links=len(top.links) if top else 0,
        is_honest=(top is not None and len(top.links) >= _FEWEST_LINKS) == expects_chain,
        has_trigger=told.trigger_ts in own,
        cites_trigger=told.trigger_ts in moment.cited(item.id for h in live for item in h.evidence),
        is_wrong_guess=bool(own & told.wrong_ts),
        supports_wrong=any(_is_supported(h) and _own(h, moment) & told.wrong_ts for h in live),
        noise=len(moment.cited(every) & told.noise_ts),
        unknown=len(every - set(moment.incident.by_id)),
        baseline=told.trigger_ts in moment.baseline,
    )


def _is_supported(hypothesis: Hypothesis) -> bool:
    return hypothesis.status in {Status.SUPPORTED, Status.CONFIRMED}


def cuts(told: Told, moments: Sequence[Moment]) -> dict[str, Moment]:
    """Return the answers at the question's moment, at half of the messages and at the end, as far as made."""
    wanted = {
        "ask": upto(told, told.ask_at),
        "half": half(told),
        "end": told.incident.messages[-1].ts,
    }
    by_ts = {moment.ts: moment for moment in moments}
    return {name: by_ts[ts] for name, ts in wanted.items() if ts in by_ts}
