"""Rival explanations of one incident, as causal chains whose every part cites evidence.

An analyst (a model or the rules) fills the fields that say what it believes. The fields marked
*computed* belong to code: whatever an analyst writes there is overwritten by `verification`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EvidenceKind(StrEnum):
    """How strongly a piece of evidence carries a link."""

    DIRECT = "direct"
    """It shows the effect or the mechanism itself: a log line, a measurement, a doer's statement."""
    CORRELATIONAL = "correlational"
    """It fits in time or by a shared name, no more."""
    INFERENTIAL = "inferential"
    """Nothing shows it; it is a guess that the rest asks for."""


class Status(StrEnum):
    """Where a hypothesis stands; set by rule or by a person, never by a model."""

    PROPOSED = "proposed"
    TESTING = "testing"
    SUPPORTED = "supported"
    REFUTED = "refuted"
    CONFIRMED = "confirmed"
    STALE = "stale"
    """A rival is proven and nobody proposes it any more, or what it rests on was deleted or edited; no fact
    speaks against it."""

    @property
    def words(self) -> str:
        """How it is said to people."""
        return "not supported any more" if self is Status.STALE else self.value


class Likelihood(StrEnum):
    """The one measure of doubt: it orders the rivals of one answer and says nothing more."""

    LIKELY = "likely"
    POSSIBLE = "possible"
    LESS_LIKELY = "less likely"


class Order(StrEnum):
    """Whether a cause stands before its effect in time."""

    OK = "ok"
    UNKNOWN = "unknown"
    VIOLATED = "violated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One citation.

    Attributes:
        id: `m17` a message, `t3` a tool result, `p1` a computed verdict.
        quote: An exact substring of the redacted text of that message; may be empty.
    """

    id: str
    quote: str = ""
    kind: EvidenceKind = EvidenceKind.CORRELATIONAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One step of a chain: cause → effect.

    Attributes:
        cause, effect: Short noun phrases, 80 characters at most.
        mechanism: How the one leads to the other; one sentence, without a person's name.
        falsifier: What would show that this link does not hold.
        order: Computed.
    """

    cause: str
    effect: str
    mechanism: str = ""
    evidence_for: tuple[Evidence, ...] = ()
    evidence_against: tuple[Evidence, ...] = ()
    falsifier: str = ""
    order: Order = Order.UNKNOWN

    @property
    def is_shown(self) -> bool:
        """At least one item of evidence for it is more than an inference."""
        return any(item.kind is not EvidenceKind.INFERENTIAL for item in self.evidence_for)

    @property
    def status(self) -> str:
        """`contradicted` when something speaks against it, else `shown` or `inferred`."""
        if self.evidence_against:
            return "contradicted"
        return "shown" if self.is_shown else "inferred"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """What started it.

    Attributes:
        at: When it happened, as code read it from the evidence; None when not stated.
    """

    what: str
    evidence: tuple[Evidence, ...] = ()
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What is broken, for whom, since when."""

    symptom: str
    population: str = ""
    since: datetime | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What a hypothesis claims about a permission; never prose.

    Attributes:
        denial: The verdict on the refusal that it speaks of: `p1`.
        decision: `allow`, `explicit_deny`, `implicit_deny` or `unknown`.
        layer: Where that is decided: a set of policies, such as `identity` or `scp`; `none` for nowhere.
        disagreement: Computed: what code found instead; empty where it agrees or cannot tell.
    """

    denial: str
    decision: str
    layer: str
    disagreement: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Something to look at. It only reads; whatever changes state is a `Mitigation`.

    Attributes:
        do: One question or one read-only act.
        expect_if_true, expect_if_false: What would be seen either way.
        splits: Ids of the hypotheses between which the outcome decides.
        minutes: Estimated effort, 1 to 60.
    """

    do: str
    expect_if_true: str = ""
    expect_if_false: str = ""
    splits: tuple[str, ...] = ()
    minutes: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Mitigation:
    """Something that would stop the impact; a person decides, there is never a button."""

    do: str
    safe_under: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()


class Act(StrEnum):
    """What an entry in a history tells of."""

    PROPOSED = "proposed"
    """An analyst explained it so."""
    SUSPECTED = "suspected"
    """A person did."""
    RULED = "ruled"
    """A rule gave it this status."""
    CHECK_TAKEN = "check_taken"
    """A person has said they are looking."""
    RESULT = "result"
    """A person has said what a check showed."""
    REFUTED = "refuted"
    """By a person."""
    CONFIRMED = "confirmed"
    """By a person."""
    REOPENED = "reopened"
    """By a person."""
    LOST = "lost"
    """A message that it rests on was deleted or edited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One entry in the history of a hypothesis: what changed, when, because of what, by whom.

    Attributes:
        status: Its status from then on.
        because: Evidence ids: messages, or what was done and what followed.
        by: A person's id; `rule` when code did it.
        by_name: The person's name at that time, redacted; empty for a rule.
    """

    at: datetime
    status: Status
    because: tuple[str, ...] = ()
    reason: str = ""
    by: str = "rule"
    by_name: str = ""
    act: Act = Act.RULED


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """One explanation: trigger → link → … → impact.

    Attributes:
        id: `H1` …; an analyst numbers its own, the board keeps them stable.
        claim: One sentence, present tense, no person's name, 140 characters at most.
        likelihood, status, unseen, history: Computed.
        ended_by: Computed: what was done about the trigger → the recovery that followed it, if any.
        does_not_explain: What is seen in the incident and does not follow from this chain.
        reopen_if: Set when refuted: what would bring it back.
        refuted_if: What would refute the chain as a whole, in one line.
        access: What it claims about permissions.
        is_by_rules: The rules proposed it, not a model.
        raised_by: The id of the person who suspected it; empty when an analyst proposed it.
        raised_in: Evidence ids of the messages in which people raised it.
    """

    id: str
    claim: str
    trigger: Trigger
    links: tuple[Link, ...]
    impact: Impact
    conditions: tuple[str, ...] = ()
    does_not_explain: tuple[str, ...] = ()
    likelihood: Likelihood = Likelihood.POSSIBLE
    status: Status = Status.PROPOSED
    next_check: Check | None = None
    refuted_if: str = ""
    reopen_if: str = ""
    unseen: tuple[str, ...] = ()
    history: tuple[Change, ...] = ()
    ended_by: Link | None = None
    access: tuple[Access, ...] = ()
    is_by_rules: bool = False
    raised_by: str = ""
    raised_in: tuple[str, ...] = ()

    @property
    def shown(self) -> int:
        """How many links are shown by more than an inference."""
        return sum(link.is_shown for link in self.links)

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Every citation of the hypothesis, trigger first."""
        links = [item for link in self.links for item in (*link.evidence_for, *link.evidence_against)]
        return (*self.trigger.evidence, *links, *self.impact.evidence)

    @property
    def is_overruled(self) -> bool:
        """It claims about a permission what code computed otherwise."""
        return any(one.disagreement for one in self.access)

    @property
    def is_live(self) -> bool:
        """It is still in the race."""
        return self.status not in {Status.REFUTED, Status.STALE}

    @property
    def last_word(self) -> Change | None:
        """The latest entry that says something of its status; None before there is any."""
        return next((one for one in reversed(self.history) if one.act not in _NO_WORD), None)

    @property
    def is_decided(self) -> bool:
        """A person's word on its status is the last one: then no rule changes it."""
        last = self.last_word
        if last is None:
            return False
        is_seen_false = last.act is Act.RESULT and last.status is Status.REFUTED
        is_of_old = last.act is Act.RULED and last.by != "rule"  # kept before acts were told apart
        return last.act in {Act.REFUTED, Act.CONFIRMED} or is_seen_false or is_of_old

    @property
    def under_check(self) -> Change | None:
        """Who looks at it now: who took a check of it, while nobody has said what it showed."""
        last = next((one for one in reversed(self.history) if one.act not in _NO_LOOK), None)
        return last if last is not None and last.act is Act.CHECK_TAKEN and self.is_live else None


_NO_WORD = frozenset({Act.CHECK_TAKEN, Act.SUSPECTED})
_NO_LOOK = frozenset({Act.PROPOSED, Act.SUSPECTED, Act.RULED, Act.LOST})


class DroppedKind(StrEnum):
    """What it was that code did not let through."""

    EXPLANATION = "explanation"
    CITATION = "citation"
    SENTENCE = "sentence"
    CHECK = "check"
    MITIGATION = "mitigation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """Something an analyst said that code did not let through.

    Attributes:
        is_moved: It is told all the same, as something else.
    """

    what: str
    reason: str
    kind: DroppedKind = DroppedKind.SENTENCE
    is_moved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What an analyst has to say, best hypothesis first; there is no free summary.

    Attributes:
        is_unopposed: There is one hypothesis and no rival was found.
        insufficient: Why no chain can be given; empty when there is at least one.
    """

    hypotheses: tuple[Hypothesis, ...] = ()
    mitigations: tuple[Mitigation, ...] = ()
    open_questions: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    insufficient: str = ""

    @property
    def is_unopposed(self) -> bool:
        """There is one live hypothesis and no rival."""
        return len([h for h in self.hypotheses if h.is_live]) == 1


def cited_ids(evidence: Iterable[Evidence]) -> tuple[str, ...]:
    """Return the distinct ids in their order."""
    return tuple(dict.fromkeys(item.id for item in evidence))
