"""What an answer is made of, before it is laid out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.incident.compaction import Reading
from bot.incident.facts import Facts
from bot.incident.hypotheses import Hypothesis, Mitigation
from bot.incident.messages import Incident
from bot.routing.route import Route
from bot.slack.limits import Blocks
from bot.slack.money import NO_BILL, Bill


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A message ready for the gate.

    Attributes:
        text: What the lock screen shows: the bottom line, escaped for Slack.
        whole: The whole answer as Markdown, for a file, when the blocks leave something out and say that it
            is in one; else empty.
    """

    blocks: Blocks
    text: str
    whole: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """Something that code worked out, such as what a denial means, with its source."""

    words: str
    cites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """The answer before this one about the same incident, by the same analyst.

    Attributes:
        at: When it was given; aware, UTC.
        standing: How each live hypothesis stood then: id → (status, likelihood, links shown in words,
            ids that it cites).
        permalink: Its address; empty when not known.
    """

    at: datetime
    standing: Mapping[str, tuple[str, str, str, str]]
    permalink: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Everything an answer says; nothing in it was left unverified.

    Attributes:
        id: Of the request; the buttons' value.
        hypotheses: Verified and ranked, best first; refuted ones included.
        unproposed: Ids of hypotheses of earlier answers that still stand and that nobody proposed now.
        analyst: `claude` or `rules`: who really answered.
        model_name: The model's name for people, such as `Opus 5.5`; the one that was asked, also
            when it did not answer.
        note: Why no model was used, in a few words; else empty.
        cut_short: Why this is only the best so far, as a sentence; else empty.
        can_go_on: The model's time was up: asked once more, it may come to an end.
        insufficient: Why there is no chain; empty when there is one.
        computed: What code worked out about permissions and the like.
        unseen: What would have helped and was not in the thread.
        as_of: The time of the newest message that was read; aware, UTC.
        asked_at, answered_at: When the question was accepted and when this answer was made.
        seconds: From accepting to this answer.
        bill: What it cost, and the incident with it.
        dropped: How many statements of the analyst had no source and were left out.
        left_out: The same by kind, in words: `1 explanation, 2 citations`; empty when nothing was.
        reading: What a model reads in full and what stands for the rest; None for all messages in full.
        is_full: A person asked for every message in full.
        is_set_up: There is a model that can be asked at all.
        again: The earlier question that was asked again without typing it anew; else empty.
        before: The answer before; None for the first one.
        risen: Where the question would go by what was found while it was answered, when that is higher.
    """

    id: str
    incident: Incident
    facts: Facts
    route: Route
    as_of: datetime
    hypotheses: tuple[Hypothesis, ...] = ()
    mitigations: tuple[Mitigation, ...] = ()
    open_questions: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    computed: tuple[Computed, ...] = ()
    unproposed: tuple[str, ...] = ()
    analyst: str = "claude"
    model_name: str = ""
    note: str = ""
    cut_short: str = ""
    can_go_on: bool = False
    insufficient: str = ""
    asked_at: datetime | None = None
    answered_at: datetime | None = None
    seconds: float = 0.0
    bill: Bill = NO_BILL
    dropped: int = 0
    left_out: str = ""
    reading: Reading | None = None
    is_full: bool = False
    is_set_up: bool = True
    again: str = ""
    before: Before | None = None
    risen: Route | None = None

    @property
    def live(self) -> tuple[Hypothesis, ...]:
        """The hypotheses still in the race, best first."""
        return tuple(h for h in self.hypotheses if h.is_live)

    @property
    def fallen(self) -> tuple[Hypothesis, ...]:
        """The hypotheses out of the race, in the order in which they fell."""
        out = (h for h in self.hypotheses if not h.is_live)
        return tuple(sorted(out, key=lambda h: h.last_word.at if h.last_word else self.as_of))

    @property
    def has_model(self) -> bool:
        """A model gave this answer."""
        return self.analyst != "rules"
