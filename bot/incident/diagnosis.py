"""Rules for a diagnosis as a whole: what follows the hypotheses, and what all of them have in common."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.incident.case import Case
from bot.incident.claims import unfounded
from bot.incident.entities import words
from bot.incident.facts import FactKind, Facts
from bot.incident.grounds import Ground
from bot.incident.hypotheses import Dropped, DroppedKind, Hypothesis, Mitigation
from bot.incident.leftovers import unlooked
from bot.incident.naming import nameless, people
from bot.incident.verification import whole_ground
from bot.incident.wording import counted

_ONE_ROLLOUT = timedelta(minutes=10)
_MOST_LINES = 10
_PLURALS = {
    DroppedKind.EXPLANATION: "explanations",
    DroppedKind.CITATION: "citations",
    DroppedKind.SENTENCE: "sentences",
    DroppedKind.CHECK: "checks",
    DroppedKind.MITIGATION: "mitigations",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """What an analyst says beside its hypotheses.

    Attributes:
        dropped: What of it was taken out, and why.
    """

    mitigations: tuple[Mitigation, ...] = ()
    open_questions: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    insufficient: str = ""
    dropped: tuple[Dropped, ...] = ()


def examined(rest: Rest, case: Case, *, whole: Ground | None = None) -> Rest:
    """Return what of it may be said.

    A mitigation needs a message that speaks of it; questions and what was not seen may name no number and no
    thing that was not read, but may say where one would look. When nothing is named as unseen, code names
    what stands there unopened.

    Args:
        rest: As an analyst gave it.
        case: What was visible.
        whole: The case's `whole_ground`, where it is made already.
    """
    return _Rest(case, whole or whole_ground(case)).examined(rest)


class _Rest:
    def __init__(self, case: Case, whole: Ground) -> None:
        self.case = case
        self.whole = whole
        self.names = people(case.incident.messages)
        self.dropped: list[Dropped] = []

    def examined(self, given: Rest) -> Rest:
        mitigations = tuple(kept for item in given.mitigations if (kept := self._mitigation(item)))
        questions, unseen = self._lines(given.open_questions), self._lines(given.unseen)
        insufficient = self._kept(given.insufficient, DroppedKind.SENTENCE, looks_ahead=True)
        if given.insufficient and not insufficient:
            insufficient = "What was read supports no chain."
        return Rest(
            mitigations=mitigations,
            open_questions=questions,
            unseen=unseen or unlooked(self.case),
            insufficient=insufficient,
            dropped=tuple(self.dropped),
        )

    def _lines(self, lines: Sequence[str]) -> tuple[str, ...]:
        kept = (self._kept(line, DroppedKind.SENTENCE, looks_ahead=True) for line in lines[:_MOST_LINES])
        return tuple(filter(None, kept))

    def _mitigation(self, given: Mitigation) -> Mitigation | None:
        do = nameless(" ".join(given.do.split()), names=self.names)
        cites = tuple(dict.fromkeys(one for one in given.cites if self._speaks_of(one, do)))
        if not cites:
            self.dropped.append(Dropped(what=do, reason="no message names it", kind=DroppedKind.MITIGATION))
            return None
        kept = self._kept(do, DroppedKind.MITIGATION)
        return replace(given, do=kept, cites=cites) if kept else None

    def _speaks_of(self, message_id: str, do: str) -> bool:
        message = self.case.incident.by_id.get(message_id)
        if message is None or message.at > self.case.asked_at:
            return False
        return bool(words(do) & words(message.text))

    def _kept(self, text: str, kind: DroppedKind, *, looks_ahead: bool = False) -> str:
        made_up = unfounded(text, self.whole, looks_ahead=looks_ahead)
        if made_up:
            self.dropped.append(Dropped(what=text, reason=f"nothing read holds {made_up[0]}", kind=kind))
        return "" if made_up else text


def rest_on_latest(hypotheses: Collection[Hypothesis], facts: Facts) -> bool:
    """Say whether two or more hypotheses all start from the latest change before the trouble.

    Changes within ten minutes of it are one rollout.
    """
    changes = [fact for fact in facts.changes_before_onset() if fact.kind is FactKind.CHANGE]
    if len(hypotheses) <= 1 or not changes:
        return False
    latest = {fact.cites[0] for fact in changes if changes[0].at - fact.at <= _ONE_ROLLOUT}
    return all(latest & {item.id for item in h.trigger.evidence} for h in hypotheses)


def left_out(dropped: Iterable[Dropped]) -> str:
    """Say how much was taken out of an answer, by kind: `1 explanation, 2 citations`; empty for nothing."""
    kinds = [item.kind for item in dropped if not item.is_moved]
    told = [counted(kinds.count(kind), kind.value, _PLURALS[kind]) for kind in DroppedKind if kind in kinds]
    return ", ".join(told)
