"""What of an analyst's hypothesis may be shown: citations, quotes, names, order in time, status.

Nothing an analyst says about itself counts: times, order, status, likelihood and what was not seen are
computed here.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.incident import cues
from bot.incident.case import Case
from bot.incident.claims import unfounded
from bot.incident.facts import FactKind
from bot.incident.hypotheses import (
    Check,
    Dropped,
    Evidence,
    EvidenceKind,
    Hypothesis,
    Impact,
    Link,
    Mitigation,
    Order,
    Trigger,
)
from bot.incident.messages import Incident, Message
from bot.incident.naming import nameless, people
from bot.incident.order import with_times
from bot.incident.sentences import shorten
from bot.incident.standing import rank, status_by_rule, undoing

__all__ = ["Verified", "rank", "unread", "verify"]

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


def verify(hypothesis: Hypothesis, case: Case) -> Verified | Dropped:
    """Return what may be shown of `hypothesis`, or why nothing may.

    Args:
        hypothesis: As an analyst gave it; every value in it may be wrong or hostile.
        case: What was visible when it was asked.
    """
    return _Examination(case=case).examine(hypothesis)


class _Examination:
    """One hypothesis under examination.

    Attributes:
        dropped: What is taken out of it.
        named: Messages it cites with a wrong quote: no evidence, but what they hold is not invented.
    """

    def __init__(self, *, case: Case) -> None:
        self.case = case
        self.names = people(case.incident.messages)
        self.dropped: list[Dropped] = []
        self.named: dict[str, Message] = {}

    def examine(self, given: Hypothesis) -> Verified | Dropped:
        hypothesis = self._readable(given)
        reason = self._unshowable(hypothesis)
        if reason:
            return Dropped(what=hypothesis.claim, reason=reason)
        check, mitigations = self._check(hypothesis)
        timed = with_times(replace(hypothesis, next_check=check), self.case)
        judged = replace(
            timed,
            status=status_by_rule(timed, self.case),
            unseen=unread(self.case.incident),
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
        return replace(link, mechanism=self._mechanism(given.mechanism, link))

    def _mechanism(self, text: str, link: Link) -> str:
        """A mechanism with a number or a name that its own evidence does not hold is left out."""
        words = self._words(text)
        made_up = unfounded(words, self._cited([*link.evidence_for, *link.evidence_against]))
        if made_up:
            self.dropped.append(Dropped(what=words, reason=f"no cited message holds {made_up[0]}"))
        return "" if made_up else words

    def _evidence(self, given: Sequence[Evidence]) -> tuple[Evidence, ...]:
        kept = dict.fromkeys(item for item in given if self._is_real(item))
        return tuple(self._weighed(item) for item in kept)[:_MOST_EVIDENCE]

    def _is_real(self, item: Evidence) -> bool:
        message = self.case.incident.by_id.get(item.id)
        if message is None:
            self.dropped.append(Dropped(what=item.id[:12], reason="there is no such message"))
        elif message.at > self.case.asked_at:
            self.dropped.append(Dropped(what=item.id, reason="it was not there when this was asked"))
        elif item.quote not in message.text:
            self.named[message.id] = message
            self.dropped.append(Dropped(what=item.id, reason="the quote does not stand in the message"))
        else:
            return True
        return False

    def _weighed(self, item: Evidence) -> Evidence:
        """A suspicion or a question shows nothing; a citation without a quote shows no more than a fit."""
        kinds = {fact.kind for fact in self.case.facts if fact.cites[0] == item.id}
        if kinds and kinds <= {FactKind.BELIEF, FactKind.QUESTION}:
            return replace(item, kind=EvidenceKind.INFERENTIAL)
        if item.kind is EvidenceKind.DIRECT and not item.quote:
            return replace(item, kind=EvidenceKind.CORRELATIONAL)
        return item

    def _cited(self, evidence: Iterable[Evidence]) -> list[Message]:
        by_id = self.case.incident.by_id
        return [by_id[i] for i in dict.fromkeys(item.id for item in evidence) if i in by_id]

    def _unshowable(self, hypothesis: Hypothesis) -> str:
        if not hypothesis.trigger.evidence:
            return "no message shows its trigger"
        if not hypothesis.links or not any(link.evidence_for for link in hypothesis.links):
            return "no message shows any of its links"
        cited = [*self._cited(hypothesis.evidence), *self.named.values()]
        made_up = next((token for text in _stated(hypothesis) for token in unfounded(text, cited)), "")
        return f"no cited message holds {made_up}" if made_up else ""

    def _check(self, hypothesis: Hypothesis) -> tuple[Check | None, tuple[Mitigation, ...]]:
        check = hypothesis.next_check
        if check is None or not check.do.strip():
            return None, ()
        do = self._words(check.do)
        if cues.STATE_CHANGE_VERB.search(do):
            self.dropped.append(Dropped(what=do, reason="a check only reads; this would change something"))
            return None, (Mitigation(do=do, safe_under=(hypothesis.id,)),)
        return self._clamped(check, do), ()

    def _clamped(self, check: Check, do: str) -> Check:
        return Check(
            do=do,
            expect_if_true=self._words(check.expect_if_true),
            expect_if_false=self._words(check.expect_if_false),
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


def unread(incident: Incident) -> tuple[str, ...]:
    """Say what of an incident could not be read."""
    counted = (
        (incident.deleted, "deleted message", "deleted messages"),
        (incident.omitted, "message that could not be read", "messages that could not be read"),
        (incident.shortened, "message in its middle", "messages in their middle"),
        (incident.binary_files, "binary file", "binary files"),
        (incident.unread_files, "file without a preview", "files without a preview"),
        (incident.partial_files, "paste beyond its first lines", "pastes beyond their first lines"),
    )
    return tuple(f"{count} {one if count == 1 else many}" for count, one, many in counted if count)
