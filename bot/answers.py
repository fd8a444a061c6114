"""What analysts return, and what is posted and kept of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from bot.incident.digest import Digest
from bot.incident.hypotheses import Mitigation
from bot.incident.observations import Observation

Blocks = list[dict[str, Any]]
"""Slack's Block Kit, built by `bot.slack` and passed by the gate; never parsed again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a model call used.

    Attributes:
        cost_usd: None when the price of the model is not known; never 0 for that reason.
        is_partial: A call broke off before all of its use was reported, so more was used than this.
    """

    model: str
    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    cost_usd: Decimal | None = None
    request_id: str = ""
    is_partial: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What was looked up before a question was answered.

    Attributes:
        observations: Oldest first.
        unseen: Why there is less than there could be, in people's words; else empty.
        usage: What the model used that chose the look-ups; None when the API reported nothing.
    """

    observations: tuple[Observation, ...] = ()
    unseen: str = ""
    usage: Usage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What an analyst says after its last hypothesis.

    Attributes:
        analyst: `claude` or `rules`: who really answered.
        insufficient: Why no chain can be given; empty when there is one.
        note: Why another analyst or model answered than the route asked for, in people's words; else empty.
        cut_short: Why the answer stopped early with the best so far, in people's words; else empty.
        can_go_on: The time was up, not the model's wits: asked once more, it may come to an end.
        stopped_by: Who stopped it, by name; empty when nobody did.
    """

    analyst: str
    mitigations: tuple[Mitigation, ...] = ()
    open_questions: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    insufficient: str = ""
    note: str = ""
    cut_short: str = ""
    usage: Usage | None = None
    can_go_on: bool = False
    stopped_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restart:
    """Every hypothesis yielded so far must be discarded: the analyst, or another one, begins anew.

    Attributes:
        reason: Short words for people, such as `API overloaded`.
        analyst: Who speaks from now on, when it is another one: `claude` or `rules`; else empty.
    """

    reason: str
    analyst: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """One message of ours in Slack."""

    channel_id: str
    ts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedAnswer:
    """An answer as posted, kept so that its buttons work.

    Attributes:
        claims: Id → claim of each of `hypothesis_ids`, redacted; those of older answers may be missing.
        quotes: Evidence id → (author, UTC time as ISO text, exact redacted text, permalink).
        blocks: The blocks as posted, to put a line on top later.
        top_line: That line, once it stands there.
        lost: What happened since to messages that it cites, such as `message [13] was deleted`.
        lost_at: When the last of that happened, by Slack's clock, as ISO text; empty when nothing did.
        tier: Whom it was asked, `sonnet` or `opus`; empty of an older answer.
        is_escalated: A person asked for the stronger model.
        is_full: Every message was to be read in full.
        continues: Id of the request that asked this first, when it was asked to go on; else empty.
        analyst: `claude` or `rules`: who answered; empty of an older answer.
        standing: How each live hypothesis stood: id → (status, likelihood, links shown in words,
            ids that it cites).
    """

    id: str
    incident_key: str
    channel_id: str
    ts: str
    question: str
    thread_ts: str | None = None
    asker_id: str = ""
    hypothesis_ids: tuple[str, ...] = ()
    quotes: dict[str, tuple[str, str, str, str]] = field(default_factory=dict)
    blocks: Blocks = field(default_factory=list)
    text: str = ""
    top_line: str = ""
    claims: dict[str, str] = field(default_factory=dict)
    lost: tuple[str, ...] = ()
    lost_at: str = ""
    tier: str = ""
    is_escalated: bool = False
    is_full: bool = False
    continues: str = ""
    analyst: str = ""
    standing: dict[str, tuple[str, str, str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptBoardPost:
    """The message that shows the board of an incident.

    Attributes:
        id: Of the request that posted it; its blocks are named by it.
        digest: Of what it shows, so that the same is not sent again.
        edited_at: When it was posted or edited last, as ISO text.
    """

    id: str
    channel_id: str
    ts: str
    thread_ts: str | None
    digest: str
    edited_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRead:
    """Up to when one person was told how an incident stands.

    Attributes:
        asked_at: When they asked, by our clock; whoever asks again soon gets the same.
        since: From when on they were told then; empty for the start.
        upto: The time of the newest message then. All as ISO text.
    """

    asked_at: str
    since: str
    upto: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAliases:
    """What the secrets of an incident are called, as it is stored.

    Attributes:
        names: The MAC of a value, as hex → its alias, such as `[password:1]`.
        version: How often it was stored; 0 when it never was.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDigest:
    """The folded part of an incident as it is stored.

    Attributes:
        version: How often it was stored; 0 when it never was.
    """

    digest: Digest = field(default_factory=Digest)
    version: int = 0

    @property
    def told(self) -> frozenset[str]:
        """The ids of all messages of which it holds any words."""
        chunks = self.digest.chunks
        noted = (one for chunk in chunks for note in chunk.notes for one in note.cites)
        repeated = (one for chunk in chunks for pattern in chunk.patterns for one in pattern.ids)
        return self.digest.ids.union(noted, repeated)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A file of ours in Slack: a whole answer or the draft of a review.

    Attributes:
        cites: Ids of the messages that it cites.
    """

    id: str
    request_id: str
    cites: frozenset[str]
