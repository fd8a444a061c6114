"""What stands for the messages that are no longer read in full: notes, patterns of repetition, marks."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.incident.facts import FactKind


class Folder(StrEnum):
    """Who folded a chunk; what a model folded was checked and completed by code."""

    CODE = "code"
    CLAUDE = "claude"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One statement of folded messages.

    Attributes:
        at: When it happened; aware, UTC.
        text: What is said, in short; empty when the quote says it all.
        cites: Message ids, the one that `quote` stands in first; at least one.
        quote: Exact words of the first cited message; may be empty.
        who: Who said it, for display; may be empty.
    """

    kind: FactKind
    at: datetime
    text: str
    cites: tuple[str, ...]
    quote: str = ""
    who: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Messages, or lines of messages, that differ in numbers and names alone.

    Attributes:
        example_id: The first message in which it stands.
        example: Exact words of that message: all of it, or one line.
        count: How often it stands; a line may stand several times in one message.
        first_id, first_at, last_id, last_at: Between which messages it was seen.
        ids: Every message in which it stands, in the order of the incident.
        values: For each place that varies all distinct values, verbatim, in order of first appearance; of
            plain numbers without a unit the smallest and the largest when there are many.
        is_table: `values` has one row for each of `ids` instead, with what varies in that message.
    """

    example_id: str
    example: str
    count: int
    first_id: str
    first_at: datetime
    last_id: str
    last_at: datetime
    ids: tuple[str, ...]
    values: tuple[tuple[str, ...], ...] = ()
    is_table: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """Identifiers and figures of one folded message that stand in no note and no pattern, verbatim."""

    id: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """What one compaction folded; it never changes while its messages stay as they were.

    Attributes:
        ids: The folded messages in the order of the incident.
        prints: A short fingerprint of each one's words, in the same order.
        left_out: How many identifiers and statements of them had no room here.
        shortened: Of how many statements and repetitions the names and figures alone are left.
        raw_tokens: About how many tokens the messages take in full; 0 where that was not counted.
        is_spent: It and the chunks before it have hardly a word to give up: squeezing them was tried.
    """

    ids: tuple[str, ...]
    prints: tuple[str, ...]
    notes: tuple[Note, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    carried: tuple[Carried, ...] = ()
    by: Folder = Folder.CODE
    left_out: int = 0
    shortened: int = 0
    raw_tokens: int = 0
    is_spent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """The folded part of an incident, in the order in which it was folded. No message is folded twice."""

    chunks: tuple[Chunk, ...] = field(default=())

    @property
    def ids(self) -> frozenset[str]:
        """Every folded message."""
        return frozenset(message_id for chunk in self.chunks for message_id in chunk.ids)

    @property
    def notes(self) -> int:
        """How many notes it has."""
        return sum(len(chunk.notes) for chunk in self.chunks)

    @property
    def patterns(self) -> int:
        """How many patterns of repetition it has."""
        return sum(len(chunk.patterns) for chunk in self.chunks)

    @property
    def left_out(self) -> int:
        """How many identifiers and statements had no room."""
        return sum(chunk.left_out for chunk in self.chunks)

    @property
    def shortened(self) -> int:
        """Of how many statements and repetitions the names and figures alone are left."""
        return sum(chunk.shortened for chunk in self.chunks)
