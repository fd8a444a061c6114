"""One incident as this process knows it, and what takes pages of Slack's history into it."""

import asyncio
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import takewhile

from bot.adapters.slack_read import Found, Page, Raw
from bot.adapters.slack_shown import GONE, Shown
from bot.incident.forgotten import Forgotten
from bot.incident.history import Standing, Us, counters, differs, missing, news_in
from bot.incident.log import Entry, is_ts
from bot.incident.messages import IncidentRef, ts_key

RECENT_SECONDS = 86_400
"""After nobody received, a question reads those threads again whose last reply is at most so much older than
the newest; the timer reads all."""
NOTHING = "0.0"
"""Older than any `ts`."""


@dataclass(slots=True, kw_only=True)
class Live:
    """One incident.

    Attributes:
        cursor: How far its log was read; None before it was.
        epoch: In which this process compared it with history; empty before it did.
        settled: The counters of each root whose thread was read whole at these counters.
        unread: Root → how many replies could not be read; `""` for the channel itself.
        was_whole: Its log was known to be whole. If it no longer is, it was removed or has aged.
        is_broken: Pieces of its log could not be opened.
        is_cut: What was too old for its log is not in there: each process reads that from history.
        is_unchecked: It could not be compared with history the last time.
        gone: Messages that history has no more, as no event told; until the timer passes them on.
        forgotten: What must not be read again.
        used_at: When a question or the timer had it last; our seconds.
    """

    ref: IncidentRef
    shown: Shown
    cursor: str | None = None
    epoch: str = ""
    settled: dict[str, tuple[int, str]] = field(default_factory=dict)
    unread: dict[str, int] = field(default_factory=dict)
    was_whole: bool = False
    is_broken: bool = False
    is_cut: bool = False
    is_unchecked: bool = False
    used_at: float = 0.0
    gone: set[str] = field(default_factory=set)
    forgotten: Forgotten = field(default_factory=Forgotten)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def standing(self) -> Standing:
        """What stands."""
        return self.shown.standing

    @property
    def newest(self) -> str:
        """The `ts` of the newest message known; before there is one, that of nothing."""
        order = self.standing.order
        return order[-1][1] if order else self.ref.thread_ts or NOTHING

    def newest_but(self, count: int) -> str:
        """Return the `ts` behind which so many messages are known; empty when there are no more than that."""
        order = self.standing.order
        return order[-count - 1][1] if len(order) > count else ""

    def take(self, entries: Iterable[Entry]) -> None:
        """Take entries of the log or from history."""
        self.shown.note(self.standing.take(entries))

    def is_news(self, root: Raw) -> bool:
        """Say whether a root's thread is another than the one known."""
        ts = str(root.get("ts"))
        is_settled = self.settled.get(ts) == counters(root)
        return not is_settled and differs(root, self.standing.replies.get(ts, ()))

    def empty(self, shown: Shown) -> None:
        """Forget all that was known."""
        self.shown, self.cursor, self.epoch = shown, None, ""
        self.was_whole, self.is_broken = False, False
        self.settled, self.unread = {}, {}


@dataclass(slots=True)
class Taking:
    """Takes history into an incident.

    Attributes:
        young_seconds: By Slack's clock: what is not so much older than the newest message known is not
            taken for deleted because history does not list it.
        as_of: The newest `ts` that history has shown.
        news: What the incident did not know.
    """

    live: Live
    us: Us
    young_seconds: int
    as_of: str = NOTHING
    news: list[Entry] = field(default_factory=list)

    def __call__(self, page: Sequence[Raw]) -> None:
        """Take one page."""
        live = self.live
        wanted = [raw for raw in page if is_ts(raw.get("ts")) and not self._is_forgotten(raw)]
        self.as_of = max([self.as_of, *(raw["ts"] for raw in wanted)], key=ts_key)
        tombs = {raw["ts"] for raw in wanted if raw.get("subtype") == GONE}
        live.shown.tombs |= tombs
        self._learn(news_in(wanted, live.standing.log, as_of=self.as_of, us=self.us))
        live.shown.note(tombs)

    def _is_forgotten(self, raw: Raw) -> bool:
        thread = raw.get("thread_ts")
        return self.live.forgotten.covers(raw["ts"], thread if is_ts(thread) else None)

    def _learn(self, entries: Iterable[Entry]) -> None:
        found = list(entries)
        self.news += found
        self.live.take(found)

    def looked(self, page: Page, *, oldest: str) -> None:
        """Take what is missing in the one page of a look for deleted.

        Args:
            page: As taken.
            oldest: The bound it was asked with; empty for none.
        """
        listed = {raw["ts"] for raw in page.messages if is_ts(raw.get("ts"))}
        known: Iterable[str]
        root = self.live.ref.thread_ts
        if root:
            start = ts_key(oldest or NOTHING)
            known = [ts for ts in self._replies(root) if ts_key(ts) > start]
        elif page.is_last:
            known = self.live.standing.top_level()
        else:
            start = ts_key(min(listed, key=ts_key, default=NOTHING))
            known = takewhile(lambda ts: ts_key(ts) > start, self.live.standing.top_level())
        self._miss(listed, known)

    def read(self, found: Found) -> None:
        """Take what is missing in all that was read for deleted, and remember what was read whole."""
        if found.is_channel_whole:
            self._miss(found.listed, self.live.standing.top_level())
            for root in self.live.standing.replies.keys() - found.listed:
                self._miss(found.listed, self._replies(root))
        for root, counted in found.read.items():
            if root not in found.unread:
                self._miss(found.listed, self._replies(root))
                self.live.settled[root] = counted
        self.live.unread = found.unread

    def _replies(self, root: str) -> set[str]:
        return self.live.standing.replies.get(root, set())

    def _miss(self, listed: AbstractSet[str], known: Iterable[str]) -> None:
        """Take for deleted what is known for a while and not listed."""
        newest = max(self.live.newest, self.as_of, key=ts_key)
        end = min(ts_key(self.as_of), (ts_key(newest)[0] - self.young_seconds, 0))
        self._learn(missing(listed, known, log=self.live.standing.log, as_of=self.as_of, end=end))


@dataclass(slots=True)
class Again:
    """Says which threads to read although their counters are as known: an edit changes no counter.

    Attributes:
        is_all: All of them.
        is_none: Only those whose counters are not as known.
        left: Some were not read.
    """

    live: Live
    is_all: bool
    is_none: bool
    left: bool = False

    def __call__(self, root: Raw) -> bool:
        """Say whether to read the replies to a root."""
        if self.live.is_news(root) or (self.is_all and not self.is_none):
            return True
        age = ts_key(self.live.newest)[0] - latest_of(root)[0]
        is_read = not self.is_none and age <= RECENT_SECONDS
        self.left = self.left or not is_read
        return is_read


def latest_of(root: Raw) -> tuple[int, int]:
    """Return the place of the last reply to a root."""
    return ts_key(counters(root)[1] or NOTHING)


def asked_of(live: Live, us: Us, seconds: int) -> list[Raw]:
    """Return what mentions us, as far back as `seconds` before the newest message."""
    since = ts_key(live.newest)[0] - seconds
    recent = takewhile(lambda place: place[0][0] >= since, reversed(live.standing.order))
    said = [live.standing.log.said[ts] for _, ts in recent]
    return [one.raw for one in reversed(said) if f"<@{us.user_id}" in one.body]
