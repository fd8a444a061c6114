"""What a draft of the review is made of: claims that cite, tables of them, and questions for people."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.incident.facts import Fact, Facts
from bot.incident.hypotheses import Evidence, Hypothesis, Likelihood, Status, cited_ids
from bot.incident.messages import AuthorKind, Incident
from bot.incident.wording import clock, without_citations

_STATUS_RANK = (Status.CONFIRMED, Status.SUPPORTED, Status.TESTING, Status.PROPOSED)
_LIKELIHOOD_RANK = tuple(Likelihood)
_SHORTEST_NAME = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One statement.

    Attributes:
        text: Without citations and, for a sentence, without its full stop.
        cites: The messages that state it; empty only for what code says of the draft itself.
        is_inferred: No message states it.
    """

    text: str
    cites: tuple[str, ...] = ()
    is_inferred: bool = False


Row = tuple[Claim, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of claims under named columns."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One numbered part.

    Attributes:
        claims: Sentences, shown as one paragraph.
        bullets: Sentences, shown as a list.
        people: What only people can answer; never filled in here.
    """

    number: int
    title: str
    claims: tuple[Claim, ...] = ()
    table: Table | None = None
    bullets: tuple[Claim, ...] = ()
    people: tuple[Claim, ...] = ()

    def __iter__(self) -> Iterator[Claim]:
        yield from self.claims
        for row in self.table.rows if self.table else ():
            yield from row
        yield from self.bullets
        yield from self.people


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """One row of the evidence.

    Attributes:
        text: The exact redacted words.
    """

    id: str
    ts: str
    author: str
    at: datetime
    text: str
    permalink: str = ""
    edited_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Postmortem:
    """A draft of the review: a header, eleven sections and the evidence.

    Attributes:
        header: Claims below the title.
        coverage: What was read and what was not.
        dropped: How many statements were left out because a source of theirs is not there.
    """

    title: str
    at: datetime
    header: tuple[Claim, ...]
    coverage: tuple[Claim, ...]
    sections: tuple[Section, ...]
    evidence: tuple[Quote, ...]
    dropped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a draft is written from."""

    incident: Incident
    facts: Facts
    hypotheses: tuple[Hypothesis, ...]
    now: datetime

    @property
    def lead(self) -> Hypothesis | None:
        """The explanation that stands best: confirmed, else supported, else the likeliest; None if none."""
        live = [hypothesis for hypothesis in self.hypotheses if hypothesis.is_live]
        return min(live, key=_standing, default=None)

    @property
    def start(self) -> datetime:
        """The first sign of trouble, else the first message, else now."""
        if self.facts.onset is not None:
            return self.facts.onset.at
        return self.incident.messages[0].at if self.incident.messages else self.now

    def clock(self, at: datetime) -> str:
        """Return a time of day, with its date where that is needed."""
        return clock(at, as_of=self.start)

    def author(self, evidence_id: str) -> str:
        """Return who wrote a message; empty when it is not there."""
        message = self.incident.by_id.get(evidence_id)
        return message.author.name if message else ""

    def fate(self, evidence: Iterable[Evidence], *words: str) -> str:
        """Say what became of the message behind words of a hypothesis: `deleted`, `edited`, or nothing.

        Args:
            evidence: What they rest on.
            words: Empty ones were taken out because nobody says them any more.
        """
        if any(cite not in self.incident.by_id for cite in cites_of(evidence)):
            return "deleted"
        return "" if all(words) else "edited"

    def blameless(self, words: str) -> str:
        """Return the words of a cause without a person's name: people act, systems let them."""
        people = {m.author.name for m in self.incident.messages if m.author.kind is AuthorKind.PERSON}
        names = sorted((name for name in people if len(name) >= _SHORTEST_NAME), key=len, reverse=True)
        plain = without_citations(words)
        if not names:
            return plain
        return re.sub(rf"@?\b(?:{'|'.join(map(re.escape, names))})\b", "a responder", plain)


def said(fact: Fact, words: str = "") -> Claim:
    """Return a fact as a claim, in its own words unless others are given."""
    return Claim(text=words or fact.text, cites=fact.cites)


def gist(fact: Fact) -> Claim:
    """Return a fact as a claim for a table's cell: its gist; its exact words stand in the evidence."""
    return said(fact, fact.short)


def cites_of(evidence: Iterable[Evidence]) -> tuple[str, ...]:
    """Return the messages among the evidence."""
    return tuple(i for i in cited_ids(evidence) if i.startswith("m"))


def _standing(hypothesis: Hypothesis) -> tuple[int, int]:
    return _STATUS_RANK.index(hypothesis.status), _LIKELIHOOD_RANK.index(hypothesis.likelihood)
