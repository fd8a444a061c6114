"""What the thread states, extracted by code: each fact with a time and its citations."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class FactKind(StrEnum):
    """What kind of statement it is."""

    ALERT = "alert"
    """A monitor or pager fired, or a symptom was first measured."""
    RECOVERY = "recovery"
    """An alert resolved, or somebody says it works again."""
    IMPACT = "impact"
    """What is broken and for whom, in a person's words."""
    CHANGE = "change"
    """Something was altered: deploy, flag, configuration, permission, credential, node, data."""
    OBSERVATION = "observation"
    """Something was looked at: a log line, a measurement, a state."""
    DENIAL = "denial"
    """An authorization or authentication refusal."""
    DECISION = "decision"
    ACTION = "action"
    """Somebody did something in response: rollback, restart, block, scale."""
    BELIEF = "belief"
    """Somebody suspects something."""
    RULED_OUT = "ruled_out"
    """A suspect was looked at and found innocent; `status` names what."""
    QUESTION = "question"
    FOLLOW_UP = "follow_up"
    ROLE = "role"
    """Severity, incident commander or another role, as stated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One statement.

    Attributes:
        id: `f1` … in time order.
        text: What is shown, at most 120 characters, made of the message's own words.
        cites: Evidence ids, the message that states it first.
        at: When it happened: a time that the text states, else the message's own.
        status: For `RULED_OUT` the suspect; for `ACTION` its outcome when known; else empty.
        entities: Lower-case names it speaks of (services, hosts, versions, error codes, words that matter).
        label: Its gist in one short phrase, about 60 characters, for chains and lists; may be empty.
        quote: The words of the message that carry it, an exact substring of its text; may be empty.
    """

    id: str
    kind: FactKind
    text: str
    cites: tuple[str, ...]
    at: datetime
    status: str = ""
    entities: frozenset[str] = frozenset()
    label: str = ""
    quote: str = ""

    @property
    def short(self) -> str:
        """Its gist, or all of its text when it has none."""
        return self.label or self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All facts of an incident in time order.

    Attributes:
        onset: The first sign of trouble (an alert, else the first stated impact); None when there is none.
        recovery: The recovery that ended it; None while it lasts.
        unread_chars: How many characters of the middles of long messages were not searched.
    """

    items: tuple[Fact, ...] = ()
    onset: Fact | None = None
    recovery: Fact | None = None
    unread_chars: int = 0

    def of(self, *kinds: FactKind) -> tuple[Fact, ...]:
        """Return the facts of these kinds, in time order."""
        return tuple(fact for fact in self.items if fact.kind in kinds)

    def __iter__(self) -> Iterator[Fact]:
        return iter(self.items)

    def changes_before_onset(self) -> tuple[Fact, ...]:
        """Return the changes up to the onset, nearest to it first."""
        changes = self.of(FactKind.CHANGE)
        onset = self.onset
        if onset is None:
            return tuple(reversed(changes))
        return tuple(reversed([fact for fact in changes if fact.at <= onset.at]))
