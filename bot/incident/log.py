"""The log of an incident: what happened to its messages, told in any order, folded to what stands.

Slack delivers events late, twice, out of order or never, and history fills the gaps. So every entry carries
the version it makes, and folding the same entries in any order gives the same state: the highest version of
a message stands, a deletion is for good, and a reaction is what its person did last.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.incident.messages import ts_key

KEPT = frozenset(
    {
        "ts",
        "thread_ts",
        "type",
        "subtype",
        "user",
        "bot_id",
        "username",
        "text",
        "blocks",
        "attachments",
        "files",
        "edited",
        "hidden",
        "team",
        "user_team",
        "bot_profile",
        "user_profile",
    }
)
"""What of Slack's message object is kept: all that a reader of the incident needs, and no more."""
OWN_KEPT = frozenset({"ts", "thread_ts", "user", "bot_id", "subtype"})
"""What is kept of the copilot's own posts: that they stand there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message as it stands at one version.

    Attributes:
        version: The `ts` at which it became so: the event's for an edit, else the message's own.
        body: The kept part of Slack's message object, as canonical JSON without line feeds.
        is_seen: Read from history. It knows more than an event of the same version.
    """

    ts: str
    version: str
    body: str
    thread_ts: str | None = None
    is_seen: bool = False

    @property
    def raw(self) -> dict[str, Any]:
        """Return Slack's message object."""
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def rank(self) -> tuple[tuple[int, int], bool, str]:
        """What orders two versions of one message; the body makes it total."""
        return ts_key(self.version), self.is_seen, self.body


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """A message was deleted, or is no longer in history; it never comes back."""

    ts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reacted:
    """A person put a reaction on a message or took it back.

    Attributes:
        person_id: Empty for those whom history counts and does not name.
        version: The `ts` of the event; for history that of the message.
        count: How many; more than 1 only for those without a name, 0 when it was taken back.
        is_seen: Read from history.
    """

    ts: str
    name: str
    person_id: str
    version: str
    count: int = 1
    is_seen: bool = False

    @property
    def rank(self) -> tuple[tuple[int, int], bool, int]:
        """What orders two reactions of one person with one emoji on one message."""
        return ts_key(self.version), self.is_seen, self.count


Entry = Said | Deleted | Reacted


@dataclass(slots=True)
class Log:
    """The state that entries lead to.

    Attributes:
        said: The standing version of each message, by `ts`; those deleted are not in it.
        deleted: The `ts` of every message known to be deleted.
    """

    said: dict[str, Said] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    _reactions: dict[str, dict[tuple[str, str], Reacted]] = field(default_factory=dict)

    def apply(self, entry: Entry) -> bool:
        """Take one entry; True when something stands otherwise than before."""
        if entry.ts in self.deleted:
            return False
        if isinstance(entry, Deleted):
            self.deleted.add(entry.ts)
            self.said.pop(entry.ts, None)
            self._reactions.pop(entry.ts, None)
            return True
        return self._say(entry) if isinstance(entry, Said) else self._react(entry)

    def apply_all(self, entries: Iterable[Entry]) -> set[str]:
        """Take entries; return the `ts` of the messages that stand otherwise than before."""
        return {entry.ts for entry in entries if self.apply(entry)}

    def reactions(self, ts: str) -> tuple[tuple[str, int], ...]:
        """Return how often each reaction stands on a message, in order of their names."""
        counts: dict[str, int] = {}
        for reaction in self._reactions.get(ts, {}).values():
            counts[reaction.name] = counts.get(reaction.name, 0) + reaction.count
        return tuple(sorted((name, count) for name, count in counts.items() if count > 0))

    def reacted(self, ts: str) -> Mapping[tuple[str, str], Reacted]:
        """Return the last word of each person with each emoji on a message: (emoji, person) → reaction."""
        return self._reactions.get(ts, {})

    def raw(self, ts: str) -> dict[str, Any]:
        """Return Slack's message object with its reactions, for a message that stands."""
        found = self.said[ts].raw
        reactions = [{"name": name, "count": count} for name, count in self.reactions(ts)]
        return {**found, "reactions": reactions} if reactions else found

    def _say(self, entry: Said) -> bool:
        standing = self.said.get(entry.ts)
        if standing is not None and standing.rank >= entry.rank:
            return False
        self.said[entry.ts] = entry
        return standing is None or standing.body != entry.body

    def _react(self, entry: Reacted) -> bool:
        standing = self._reactions.setdefault(entry.ts, {})
        last = standing.get((entry.name, entry.person_id))
        if last is not None and last.rank >= entry.rank:
            return False
        standing[entry.name, entry.person_id] = entry
        return (last.count if last else 0) != entry.count


def body_of(raw: Mapping[str, Any], *, is_own: bool = False) -> str:
    """Return the kept part of a message object, as canonical JSON: equal objects give equal text."""
    kept = OWN_KEPT if is_own else KEPT
    found = {name: value for name, value in raw.items() if name in kept and value is not None}
    return json.dumps(found, sort_keys=True, separators=(",", ":"))


def encode(entries: Iterable[Entry]) -> bytes:
    """Return entries as bytes, a line of facts for each, with the body of a message on a line of its own."""
    return "\n".join(line for entry in entries for line in _lines(entry)).encode()


def decode(data: bytes) -> Iterator[Entry]:
    """Yield the entries that `encode` was given."""
    lines = iter(data.decode().split("\n")) if data else iter(())
    for line in lines:
        kind, *facts = json.loads(line)
        if kind == "s":
            ts, version, thread_ts, is_seen = facts
            yield Said(ts=ts, version=version, thread_ts=thread_ts, is_seen=bool(is_seen), body=next(lines))
        elif kind == "d":
            yield Deleted(ts=facts[0])
        else:
            ts, name, person_id, version, count, is_seen = facts
            yield Reacted(
                ts=ts, name=name, person_id=person_id, version=version, count=count, is_seen=bool(is_seen)
            )


def _lines(entry: Entry) -> tuple[str, ...]:
    if isinstance(entry, Said):
        facts = ["s", entry.ts, entry.version, entry.thread_ts, int(entry.is_seen)]
        return json.dumps(facts), entry.body
    if isinstance(entry, Deleted):
        return (json.dumps(["d", entry.ts]),)
    return (
        json.dumps(
            ["r", entry.ts, entry.name, entry.person_id, entry.version, entry.count, int(entry.is_seen)]
        ),
    )
