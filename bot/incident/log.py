"""The log of an incident: what happened to its messages, told in any order, folded to what stands.

Slack delivers events late, twice, out of order or never, and history fills the gaps. So every entry carries
the version it makes, and folding the same entries in any order gives the same state: the highest version of
a message stands, a deletion is for good, and a reaction is what its person did last.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from bot.incident.bodies import body_of
from bot.incident.messages import ts_key

__all__ = ["Deleted", "Entry", "Log", "Reacted", "Said", "body_of", "decode", "encode", "is_ts", "seen"]

TOMBSTONE = "tombstone"
"""The subtype of what stands in place of a deleted message that has replies."""
NAMELESS = ""
"""In place of a person: how many did it in all, where history does not name them all."""
_TS = re.compile(r"[0-9]{1,11}\.[0-9]{1,6}")


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
    """A message was deleted, or history had it no longer.

    Attributes:
        as_of: Empty when Slack said so: then it never comes back. Else a `ts` at which history surely did
            not have it; a version of that time or later brings it back, since history lags and errs.
    """

    ts: str
    as_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reacted:
    """A person put a reaction on a message or took it back.

    Attributes:
        person_id: `NAMELESS` when history does not name all: then `count` is how many people did in all.
        version: The `ts` of the event; for history see `seen`.
        count: 1, 0 when it was taken back, or how many in all.
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
        deleted: The `ts` of every message known to be deleted or missing in history.
    """

    said: dict[str, Said] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    _missed: dict[str, str] = field(default_factory=dict)
    """Of those deleted: which may come back, and as of when they were missing."""
    _reactions: dict[str, dict[tuple[str, str], Reacted]] = field(default_factory=dict)

    def apply(self, entry: Entry) -> bool:
        """Take one entry; True when something stands otherwise than before."""
        if isinstance(entry, Deleted):
            return self._bury(entry)
        if entry.ts in self.deleted and entry.ts not in self._missed:
            return False
        return self._say(entry) if isinstance(entry, Said) else self._react(entry)

    def is_gone(self, ts: str, *, as_of: str = "") -> bool:
        """Say whether a message is deleted; one that history had no longer only before `as_of`, if given."""
        missed = self._missed.get(ts)
        if missed is None or not as_of:
            return ts in self.deleted and missed is None
        return ts_key(as_of) < ts_key(missed)

    def apply_all(self, entries: Iterable[Entry]) -> set[str]:
        """Take entries; return the `ts` of the messages that stand otherwise than before."""
        return {entry.ts for entry in entries if self.apply(entry)}

    def reactions(self, ts: str) -> tuple[tuple[str, int], ...]:
        """Return how often each reaction stands on a message, in order of their names."""
        standing = self._reactions.get(ts, {})
        counts = {name: _count(name, standing) for name, _ in standing}
        return tuple(sorted((name, count) for name, count in counts.items() if count > 0))

    def reacted(self, ts: str) -> Mapping[tuple[str, str], Reacted]:
        """Return the last word of each person with each emoji on a message: (emoji, person) → reaction."""
        return self._reactions.get(ts, {})

    def entries(self) -> Iterator[Entry]:
        """Yield the fewest entries that lead to this state."""
        yield from (Deleted(ts=ts, as_of=self._missed.get(ts, "")) for ts in self.deleted)
        yield from self.said.values()
        for standing in self._reactions.values():
            yield from standing.values()

    def raw(self, ts: str) -> dict[str, Any]:
        """Return Slack's message object with its reactions, for a message that stands."""
        found = self.said[ts].raw
        reactions = [{"name": name, "count": count} for name, count in self.reactions(ts)]
        return {**found, "reactions": reactions} if reactions else found

    def _bury(self, entry: Deleted) -> bool:
        standing = self.said.get(entry.ts)
        if standing is not None and entry.as_of and ts_key(standing.version) >= ts_key(entry.as_of):
            return False
        was_gone, was_missed = entry.ts in self.deleted, self._missed.pop(entry.ts, None)
        self.deleted.add(entry.ts)
        self.said.pop(entry.ts, None)
        if not entry.as_of:
            self._reactions.pop(entry.ts, None)
        elif was_missed or not was_gone:
            self._missed[entry.ts] = max(was_missed or entry.as_of, entry.as_of, key=ts_key)
        return not was_gone

    def _say(self, entry: Said) -> bool:
        if self.is_gone(entry.ts, as_of=entry.version):
            return False
        if self._missed.pop(entry.ts, None):
            self.deleted.discard(entry.ts)
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


def _count(name: str, standing: Mapping[tuple[str, str], Reacted]) -> int:
    """Count the people of one emoji; those told of since history counted add to its count or take from it."""
    named = [last for (emoji, person), last in standing.items() if emoji == name and person != NAMELESS]
    total = standing.get((name, NAMELESS))
    known = sum(last.count for last in named)
    if total is None:
        return known
    since = [last for last in named if ts_key(last.version) > ts_key(total.version)]
    return max(known, total.count + sum(1 if last.count else -1 for last in since))


def seen(
    raw: Mapping[str, Any], *, as_of: str, known: Log | None = None, is_own: bool = False
) -> list[Entry]:
    """Return what history says of one message.

    Args:
        raw: Slack's message object, from `conversations.history` or `.replies`.
        as_of: A `ts` at which history surely stood so: the newest that was known before it was asked for,
            or stands in the answer. What happened before it and is told later changes nothing any more.
        known: Reactions that stand here and are not in `raw` were taken back.
        is_own: A post of the copilot.

    Returns:
        Nothing for an object without a usable `ts`.
    """
    ts = raw.get("ts")
    if not is_ts(ts):
        return []
    if raw.get("subtype") == TOMBSTONE:
        return [Deleted(ts=ts)]
    thread = raw.get("thread_ts")
    version = max(ts, as_of, key=ts_key)
    body = body_of(raw, is_own=is_own)
    said = Said(ts=ts, version=version, thread_ts=thread if is_ts(thread) else None, body=body, is_seen=True)
    return [said, *_reactions(raw, ts, version, known or Log())]


def is_ts(value: object) -> TypeGuard[str]:
    """Say whether a value can be a message's `ts`."""
    return isinstance(value, str) and _TS.fullmatch(value) is not None


def _reactions(raw: Mapping[str, Any], ts: str, version: str, known: Log) -> Iterator[Reacted]:
    standing = {pair: last.count for pair, last in known.reacted(ts).items()}
    shown = dict(_shown(raw))
    totals = {(name, NAMELESS) for name, person in shown if person == NAMELESS}
    gone = {
        pair: 0
        for pair, count in standing.items()
        if count and pair not in shown and (pair[0], NAMELESS) not in totals
    }
    for (name, person), count in {**shown, **gone}.items():
        yield Reacted(ts=ts, name=name, person_id=person, version=version, count=count, is_seen=True)


def _shown(raw: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], int]]:
    reactions = raw.get("reactions")
    for reaction in reactions if isinstance(reactions, list) else ():
        if not isinstance(reaction, Mapping) or not isinstance(reaction.get("name"), str):
            continue
        name, users, count = reaction["name"], reaction.get("users"), reaction.get("count")
        people = {user for user in users if isinstance(user, str) and user} if isinstance(users, list) else ()
        yield from (((name, person), 1) for person in people)
        if isinstance(count, int) and count > len(people):
            yield (name, NAMELESS), count


def encode(entries: Iterable[Entry]) -> bytes:
    """Return entries as bytes, a line of facts for each, with the body of a message on a line of its own."""
    lines = (line for entry in entries for line in _lines(entry))
    return "\n".join(lines).encode("utf-8", "surrogatepass")  # JSON may carry half a surrogate pair


def decode(data: bytes) -> Iterator[Entry]:
    """Yield the entries that `encode` was given.

    Raises:
        ValueError: It was not `encode` that made these bytes.
    """
    lines = iter(data.decode("utf-8", "surrogatepass").split("\n")) if data else iter(())
    for line in lines:
        kind, *facts = json.loads(line)
        if kind == "s":
            ts, version, thread_ts, is_seen = facts
            yield Said(
                ts=ts, version=version, thread_ts=thread_ts, is_seen=bool(is_seen), body=next(lines, "")
            )
        elif kind == "d":
            yield Deleted(ts=facts[0], as_of="".join(facts[1:]))
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
        return (json.dumps(["d", entry.ts, *filter(None, [entry.as_of])]),)
    return (
        json.dumps(
            ["r", entry.ts, entry.name, entry.person_id, entry.version, entry.count, int(entry.is_seen)]
        ),
    )
