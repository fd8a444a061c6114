"""What of an analyst's hypothesis may be shown: citations, quotes, numbers, names, order in time, status.

Nothing an analyst says about itself counts: times, order, status, likelihood and what was not seen are
computed here. What a field may speak of, and what becomes of it when it speaks of something else:

- claim, trigger, cause, effect, symptom, population: of all the hypothesis cites; else the hypothesis falls.
- mechanism: of what its link cites; else it is left out. A condition: of all the hypothesis cites; likewise.
- what it does not explain: of all that was read, for it is told nowhere in the chain; else left out.
- falsifiers, when it opens again, the check and its outcomes: of all that was read, and of what one may say
  of a look that nobody has made yet (see `claims.unfounded`); else left out. There is no new threshold.

The asker's question is part of every ground.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.incident.access import with_access
from bot.incident.acts import changes_state
from bot.incident.case import Case
from bot.incident.claims import unfounded
from bot.incident.facts import FactKind
from bot.incident.grounds import Ground
from bot.incident.hypotheses import (
    Check,
    Dropped,
    DroppedKind,
    Evidence,
    EvidenceKind,
    Hypothesis,
    Impact,
    Link,
    Mitigation,
    Order,
    Trigger,
)
from bot.incident.judged import text_of
from bot.incident.leftovers import unexplained, unlooked, unread
from bot.incident.messages import Message
from bot.incident.naming import nameless, people
from bot.incident.order import with_times
from bot.incident.quotes import shows_directly
from bot.incident.sentences import shorten
from bot.incident.standing import rank, status_by_rule, undoing

__all__ = ["Verified", "rank", "unread", "verify", "whole_ground"]

_MOST_CHARS = 1_000
"""A guard, longer than anything worth reading: how much is printed is decided where it is laid out."""
_MOST_LINKS = 8
_MOST_EVIDENCE = 8
_MOST_LINES = 5
_MINUTES = (1, 60)
_ROOT_CAUSE = re.compile(r"\b(?:the )?root[- ]cause\b", re.IGNORECASE)
_HYPOTHESIS_ID = re.compile(r"H\d{1,3}")
_ID = re.compile(r"[A-Za-z0-9]{1,12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A hypothesis that may be shown.

    Attributes:
        mitigations: Checks that would have changed something, turned into mitigations.
        dropped: What was taken out, and why.
    """

    hypothesis: Hypothesis
    mitigations: tuple[Mitigation, ...] = ()
    dropped: tuple[Dropped, ...] = ()


def verify(hypothesis: Hypothesis, case: Case, *, whole: Ground | None = None) -> Verified | Dropped:
    """Return what may be shown of `hypothesis`, or why nothing may.

    Args:
        hypothesis: As an analyst gave it; every value in it may be wrong or hostile.
        case: What was visible when it was asked.
        whole: The `whole_ground` of the case, so that it is made once for several hypotheses.
    """
    return _Examination(case=case, whole=whole or whole_ground(case)).examine(hypothesis)


def whole_ground(case: Case) -> Ground:
    """Return all that was read for a case, as the ground of what looks beyond one chain."""
    seen = [m for m in case.incident.messages if m.at <= case.asked_at]
    texts = (case.question, *(found.text for found in case.observations), *map(text_of, case.verdicts))
    return Ground.of(seen, texts=texts, at=[fact.at for fact in case.facts])


class _Examination:
    """One hypothesis under examination.

    Attributes:
        dropped: What is taken out of it.
        named: Messages it cites with a wrong quote: no evidence, but what they hold is not invented.
    """

    def __init__(self, *, case: Case, whole: Ground) -> None:
        self.case = case
        self.whole = whole
        self.names = people(case.incident.messages)
        self.judged = {one.id: one for one in case.verdicts}
        self.looked_up = {found.id: found.text for found in case.observations if found.is_evidence} | {
            one.id: text_of(one) for one in case.verdicts
        }
        self.dropped: list[Dropped] = []
        self.named: dict[str, Message] = {}

    def examine(self, given: Hypothesis) -> Verified | Dropped:
        hypothesis = self._readable(given)
        reason = self._unshowable(hypothesis)
        if reason:
            return Dropped(what=hypothesis.claim, reason=reason, kind=DroppedKind.EXPLANATION)
        founded = with_access(self._founded(hypothesis), self.case.verdicts)
        check, mitigations = self._check(founded)
        timed = with_times(replace(founded, next_check=check), self.case)
        judged = replace(
            timed,
            status=status_by_rule(timed, self.case),
            does_not_explain=timed.does_not_explain or self._lines(unexplained(timed, self.case)),
            unseen=(*unread(self.case.incident), *unlooked(self.case)),
            ended_by=_ended_by(timed, self.case),
        )
        return Verified(hypothesis=judged, mitigations=mitigations, dropped=tuple(self.dropped))

    def _readable(self, given: Hypothesis) -> Hypothesis:
        return replace(
            given,
            id=given.id if _ID.fullmatch(given.id) else "H0",
            claim=self._words(given.claim),
            trigger=self._trigger(given.trigger),
            links=tuple(self._link(link) for link in given.links[:_MOST_LINKS]),
            impact=self._impact(given.impact),
            conditions=self._lines(given.conditions),
            does_not_explain=self._lines(given.does_not_explain),
            refuted_if=self._words(given.refuted_if),
            reopen_if=self._words(given.reopen_if),
            history=(),
        )

    def _words(self, text: str) -> str:
        plain = _ROOT_CAUSE.sub("cause", nameless(" ".join(text.split()), names=self.names))
        return shorten(plain, _MOST_CHARS)

    def _lines(self, lines: Sequence[str]) -> tuple[str, ...]:
        found = (self._words(line) for line in lines[:_MOST_LINES])
        return tuple(line for line in found if line)

    def _trigger(self, given: Trigger) -> Trigger:
        return replace(given, what=self._words(given.what), evidence=self._evidence(given.evidence))

    def _impact(self, given: Impact) -> Impact:
        return replace(
            given,
            symptom=self._words(given.symptom),
            population=self._words(given.population),
            evidence=self._evidence(given.evidence),
        )

    def _link(self, given: Link) -> Link:
        link = replace(
            given,
            cause=self._words(given.cause),
            effect=self._words(given.effect),
            falsifier=self._words(given.falsifier),
            evidence_for=self._evidence(given.evidence_for),
            evidence_against=self._evidence(given.evidence_against),
        )
        return self._read(replace(link, mechanism=self._mechanism(given.mechanism, link)))

    def _read(self, link: Link) -> Link:
        """Return a link of which nothing is called direct that does not tell of it."""
        about = f"{link.cause}\n{link.effect}"
        return replace(link, evidence_for=tuple(self._as_read(item, about) for item in link.evidence_for))

    def _as_read(self, item: Evidence, about: str) -> Evidence:
        if item.kind is not EvidenceKind.DIRECT or shows_directly(item.quote, self._told(item), about=about):
            return item
        return replace(item, kind=EvidenceKind.CORRELATIONAL)

    def _told(self, item: Evidence) -> str:
        message = self.case.incident.by_id.get(item.id)
        return self.looked_up[item.id] if message is None else message.text

    def _mechanism(self, text: str, link: Link) -> str:
        return self._kept(self._words(text), self._ground([*link.evidence_for, *link.evidence_against]))

    def _founded(self, hypothesis: Hypothesis) -> Hypothesis:
        """Return it without what its ground does not hold, where it can be spared."""
        own = self._ground(hypothesis.evidence)
        return replace(
            hypothesis,
            links=tuple(replace(link, falsifier=self._ahead(link.falsifier)) for link in hypothesis.links),
            conditions=tuple(filter(None, (self._kept(line, own) for line in hypothesis.conditions))),
            does_not_explain=tuple(
                filter(None, (self._kept(line, self.whole) for line in hypothesis.does_not_explain))
            ),
            refuted_if=self._ahead(hypothesis.refuted_if),
            reopen_if=self._ahead(hypothesis.reopen_if),
        )

    def _ahead(self, text: str, kind: DroppedKind = DroppedKind.SENTENCE) -> str:
        return self._kept(text, self.whole, kind=kind, looks_ahead=True)

    def _kept(
        self,
        text: str,
        ground: Ground,
        *,
        kind: DroppedKind = DroppedKind.SENTENCE,
        looks_ahead: bool = False,
    ) -> str:
        """Return a sentence, or nothing when its ground does not hold a number or a name in it."""
        made_up = unfounded(text, ground, looks_ahead=looks_ahead)
        if made_up:
            self.dropped.append(Dropped(what=text, reason=_unheld(made_up), kind=kind))
        return "" if made_up else text

    def _evidence(self, given: Sequence[Evidence]) -> tuple[Evidence, ...]:
        real = (item for item in given if self._is_real(item))
        kept = dict.fromkeys(each for item in real for each in self._with_sources(item))
        return tuple(self._weighed(item) for item in kept)[:_MOST_EVIDENCE]

    def _with_sources(self, item: Evidence) -> Iterator[Evidence]:
        """Yield it, and for a verdict the messages that it was computed from: it falls with them."""
        yield item
        if item.id in self.judged:
            yield from (Evidence(id=one, kind=item.kind) for one in self.judged[item.id].cites)

    def _is_real(self, item: Evidence) -> bool:
        reason = self._flaw(item)
        if reason:
            self.dropped.append(Dropped(what=item.id[:12], reason=reason, kind=DroppedKind.CITATION))
        return not reason

    def _flaw(self, item: Evidence) -> str:
        """Say why a citation does not hold; empty when it does."""
        if item.id in self.looked_up:
            stands = bool(item.quote) and item.quote in self.looked_up[item.id]
            return "" if stands else "the quote does not stand in what was looked up or computed"
        message = self.case.incident.by_id.get(item.id)
        if message is None:
            return "there is no such message"
        if message.at > self.case.asked_at:
            return "it was not there when this was asked"
        if item.quote not in message.text:
            self.named[message.id] = message
            return "the quote does not stand in the message"
        return ""

    def _weighed(self, item: Evidence) -> Evidence:
        """A suspicion or a question shows nothing; a citation without a quote shows no more than a fit."""
        kinds = {fact.kind for fact in self.case.facts if fact.cites[0] == item.id}
        if kinds and kinds <= {FactKind.BELIEF, FactKind.QUESTION}:
            return replace(item, kind=EvidenceKind.INFERENTIAL)
        if item.kind is EvidenceKind.DIRECT and (not item.quote or self._is_undecided(item)):
            return replace(item, kind=EvidenceKind.CORRELATIONAL)
        return item

    def _is_undecided(self, item: Evidence) -> bool:
        """A verdict that does not decide shows no more than a fit."""
        found = self.judged.get(item.id)
        return found is not None and (found.verdict is None or found.verdict.decision == "unknown")

    def _ground(self, evidence: Iterable[Evidence], named: Iterable[Message] = ()) -> Ground:
        ids = dict.fromkeys(item.id for item in evidence)
        cited = [self.case.incident.by_id[i] for i in ids if i in self.case.incident.by_id]
        looked_up = [self.looked_up[i] for i in ids if i in self.looked_up]
        at = [fact.at for fact in self.case.facts if fact.cites[0] in ids]
        return Ground.of((*cited, *named), texts=(self.case.question, *looked_up), at=at)

    def _unshowable(self, hypothesis: Hypothesis) -> str:
        if not hypothesis.trigger.evidence:
            return "no message shows its trigger"
        if not hypothesis.links or not any(link.evidence_for for link in hypothesis.links):
            return "no message shows any of its links"
        ground = self._ground(hypothesis.evidence, self.named.values())
        made_up = tuple(token for text in _stated(hypothesis) for token in unfounded(text, ground))
        return _unheld(made_up) if made_up else ""

    def _check(self, hypothesis: Hypothesis) -> tuple[Check | None, tuple[Mitigation, ...]]:
        check = hypothesis.next_check
        do = self._words(check.do) if check else ""
        if check is None or not do:
            return None, ()
        if changes_state(do):
            return None, self._moved(do, hypothesis.id)
        kept = self._ahead(do, DroppedKind.CHECK)
        return (self._clamped(check, kept), ()) if kept else (None, ())

    def _moved(self, do: str, hypothesis_id: str) -> tuple[Mitigation, ...]:
        """Return what would change something as a mitigation; a made-up one is none."""
        kept = self._kept(do, self.whole, kind=DroppedKind.CHECK)
        if not kept:
            return ()
        reason = "a check only reads; this would change something"
        self.dropped.append(Dropped(what=do, reason=reason, kind=DroppedKind.CHECK, is_moved=True))
        return (Mitigation(do=do, safe_under=(hypothesis_id,)),)

    def _clamped(self, check: Check, do: str) -> Check:
        return Check(
            do=do,
            expect_if_true=self._ahead(self._words(check.expect_if_true)),
            expect_if_false=self._ahead(self._words(check.expect_if_false)),
            splits=tuple(s for s in check.splits if _HYPOTHESIS_ID.fullmatch(s))[:_MOST_LINES],
            minutes=min(max(check.minutes, _MINUTES[0]), _MINUTES[1]),
        )


def _stated(hypothesis: Hypothesis) -> Iterator[str]:
    yield hypothesis.claim
    yield hypothesis.trigger.what
    for link in hypothesis.links:
        yield link.cause
        yield link.effect
    yield hypothesis.impact.symptom
    yield hypothesis.impact.population


def _ended_by(hypothesis: Hypothesis, case: Case) -> Link | None:
    """Return what was done about the trigger and the recovery that followed; it fits, and proves nothing."""
    action, recovery = undoing(hypothesis, case), case.facts.recovery
    if action is None or recovery is None:
        return None
    cited = tuple(Evidence(id=fact.cites[0], quote=fact.quote) for fact in (action, recovery))
    names = people(case.incident.messages)
    ends = (nameless(fact.short, names=names) for fact in (action, recovery))
    return Link(cause=next(ends), effect=next(ends), evidence_for=cited, order=Order.OK)


def _unheld(made_up: Sequence[str]) -> str:
    return f"no cited message holds {made_up[0]}"
