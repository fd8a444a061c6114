"""What Slack's history says beside what a log has: the entries that make the log say the same.

A page of history is true as of the newest message in it: it may lag behind events that are logged by then. So
history wins over what was older than that, and loses to whatever is younger.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from bot.incident.log import Deleted, Entry, Log, Reacted, Said, is_ts, seen
from bot.incident.messages import ts_key

Raw = Mapping[str, Any]
Place = tuple[tuple[int, int], str]
"""What orders a message, and its `ts`."""

BROADCAST = '"subtype":"thread_broadcast"'
HIDDEN = '"hidden":true'
"""In a body: such a message is told by an event and never listed."""


@dataclass(slots=True)
class Standing:
    """The messages that stand, in order and by thread.

    Attributes:
        log: Their state; changed through `take` alone.
        replies: The `ts` of the replies to each root.
    """

    log: Log = field(default_factory=Log)
    replies: dict[str, set[str]] = field(default_factory=dict)
    _placed: set[str] = field(default_factory=set)
    _order: list[Place] = field(default_factory=list)
    _is_sorted: bool = True

    @property
    def order(self) -> Sequence[Place]:
        """The place and `ts` of every message, oldest first."""
        if not self._is_sorted:
            self._order.sort()
            self._is_sorted = True
        return self._order

    def take(self, entries: Iterable[Entry]) -> set[str]:
        """Take entries; return the `ts` of the messages that stand otherwise than before."""
        changed = self.log.apply_all(entries)
        for ts in changed:
            said = self.log.said.get(ts)
            if said is not None:
                self._join(said)
        self._leave({ts for ts in changed if ts not in self.log.said} & self._placed)
        return changed

    def top_level(self) -> Iterator[str]:
        """Yield the `ts` of what stands in the channel itself, newest first."""
        for _, ts in reversed(self.order):
            said = self.log.said[ts]
            if not _is_reply(said) or BROADCAST in said.body:
                yield ts

    def _join(self, said: Said) -> None:
        if _is_reply(said):
            self.replies.setdefault(str(said.thread_ts), set()).add(said.ts)
        if said.ts not in self._placed:
            self._placed.add(said.ts)
            self._order.append((ts_key(said.ts), said.ts))
            self._is_sorted = False

    def _leave(self, gone: set[str]) -> None:
        if not gone:
            return
        self._order = [place for place in self._order if place[1] not in gone]
        self._placed -= gone
        for replies in self.replies.values():
            replies.difference_update(gone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Us:
    """How the copilot's own posts are known.

    Attributes:
        user_id: Its user.
        bot_id: Its bot; may be empty.
    """

    user_id: str
    bot_id: str

    def wrote(self, raw: Raw) -> bool:
        """Say whether a message is the copilot's own."""
        is_bot = bool(self.bot_id) and raw.get("bot_id") == self.bot_id
        return is_bot or (bool(self.user_id) and raw.get("user") == self.user_id)


def news_in(page: Sequence[Raw], log: Log, *, as_of: str, us: Us) -> Iterator[Entry]:
    """Yield what a page of history says otherwise than the log.

    Args:
        page: Message objects; those without a good `ts` are passed over.
        log: It may be changed while this goes on.
        as_of: The newest `ts` that history has shown.
        us: Of our own posts only their standing is kept.
    """
    for raw in page:
        is_own = us.wrote(raw)
        for entry in seen(raw, as_of=_as_of(raw, as_of), known=log, is_own=is_own):
            if _is_news(entry, log) and not (is_own and isinstance(entry, Reacted)):
                yield entry


def _as_of(raw: Raw, as_of: str) -> str:
    """Return a time at which a message surely stood so: an edit may be younger than the newest message."""
    edited = raw.get("edited")
    edited_ts = edited.get("ts") if isinstance(edited, dict) else None
    return max(edited_ts, as_of, key=ts_key) if is_ts(edited_ts) else as_of


def _is_news(entry: Entry, log: Log) -> bool:
    """Say whether something would stand otherwise; what is not younger than what stands changes nothing."""
    if isinstance(entry, Deleted):
        return not log.is_gone(entry.ts)
    if log.is_gone(entry.ts) or log.is_gone(entry.ts, as_of=entry.version):
        return False
    if isinstance(entry, Said):
        standing = log.said.get(entry.ts)
        return standing is None or (standing.body != entry.body and standing.rank < entry.rank)
    last = log.reacted(entry.ts).get((entry.name, entry.person_id))
    return entry.count > 0 if last is None else last.count != entry.count and last.rank < entry.rank


def missing(
    listed: AbstractSet[str], known: Iterable[str], *, log: Log, as_of: str, end: tuple[int, int]
) -> Iterator[Deleted]:
    """Yield what the log has in a stretch of history and history has not.

    History may lag behind the events, so what is young is passed over; and what it lists again later stands
    again.

    Args:
        listed: Every `ts` of that stretch, as history has it.
        known: Every `ts` of it, as the log had it before history was asked.
        log: Tells what is never listed, and what was seen as late as this.
        as_of: The newest `ts` that history has shown.
        end: What lies there or later counts as young; `as_of` at most.
    """
    for ts in known:
        if ts not in listed and ts_key(ts) < end:
            said = log.said[ts]
            if HIDDEN not in said.body and ts_key(said.version) < ts_key(as_of):
                yield Deleted(ts=ts, as_of=as_of)


def differs(root: Raw, replies: Iterable[str]) -> bool:
    """Say whether a root's counters, as history has them, are others than its known replies make."""
    known = set(replies)
    count, latest = counters(root)
    return count != len(known) or (count > 0 and latest != max(known, key=ts_key))


def counters(root: Raw) -> tuple[int, str]:
    """Return how many replies a root has and the `ts` of the last one; 0 and empty without any."""
    count, latest = root.get("reply_count"), root.get("latest_reply")
    return (count, latest if is_ts(latest) else "") if isinstance(count, int) and count > 0 else (0, "")


def is_overdue(entry: Entry, *, as_of: str, seconds: int) -> bool:
    """Say whether an event should have told a message or a deletion long before history did."""
    return not isinstance(entry, Reacted) and ts_key(as_of)[0] - ts_key(entry.ts)[0] > seconds


def _is_reply(said: Said) -> bool:
    return said.thread_ts is not None and said.thread_ts != said.ts
