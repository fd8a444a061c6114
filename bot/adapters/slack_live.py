"""Incidents as this process knows them: folded from their logs, compared with Slack, kept in memory.

A question costs one look into the log and one call of Slack's history, however long the incident is. Where
the two say different things, what differs is read; where nobody received for a while, everything is listed
anew. What is found is written to the log, so that it is found once. Several processes may do this at the same
time: a log leads to the same state in whatever order it was written.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Protocol

import structlog

from bot.adapters.incident_log import IncidentLog
from bot.adapters.live_incident import Live, Taking
from bot.adapters.slack_failures import FAULTS
from bot.adapters.slack_names import Names
from bot.adapters.slack_read import IncidentReader, Page, Raw
from bot.adapters.slack_shown import Mint, Shown
from bot.incident.forgotten import Forgotten
from bot.incident.history import Standing, Us, counters, is_overdue
from bot.incident.log import Entry
from bot.incident.messages import Incident, IncidentRef, ts_key

log = structlog.get_logger()

NEWEST, NEWEST_THOROUGH = 200, 999
"""Messages of the one call that a question costs, and of the timer's."""
READ_SECONDS = 25.0
"""How long a question waits for history; it has 110 seconds in all."""
LOOK_SECONDS = 8.0
"""How long a question waits where the log is whole: then that answers alone."""
MARGIN_SECONDS = 600
"""How far before its last known reply a thread is looked at again."""
OVERDUE_SECONDS = 60
"""An event may be so late before it counts as lost."""
RECENT_SECONDS = 86_400
"""After nobody received, a question reads those threads again whose last reply is at most so much older than
the newest; the timer reads all."""
THREADS_AGAIN = 5
"""The timer reads so many of the newest threads again, though their counters are as known."""
MOST_MESSAGES = 60_000
"""So many messages are kept in memory, over all incidents: about 300 MB."""


class Past(Mint, Protocol):
    """What of a memory the reading of incidents needs."""

    async def forgotten(self, ref: IncidentRef) -> Forgotten:
        """Return what must not be read again."""
        ...


@dataclass(slots=True, kw_only=True)
class LiveReader:
    """Reads incidents and keeps them.

    Args:
        us: How our own posts are known.
        permalink: Called with the incident, a `ts` and its `thread_ts`.
        most_messages: How many are kept in memory; those of the incidents used last.
        overdue_seconds: By Slack's clock, how late an event may be before it counts as lost.
        read_seconds: The most that reading history may take for one question.
        look_seconds: The most that the one call of a later question may take, rate limits included.
    """

    reader: IncidentReader
    log: IncidentLog
    names: Names
    memory: Past
    us: Us
    permalink: Callable[[IncidentRef, str, str | None], str]
    most_messages: int = MOST_MESSAGES
    overdue_seconds: int = OVERDUE_SECONDS
    read_seconds: float = READ_SECONDS
    look_seconds: float = LOOK_SECONDS
    _kept: OrderedDict[str, Live] = field(default_factory=OrderedDict)

    async def read(self, ref: IncidentRef, *, until_ts: str | None, is_logged: bool) -> Incident:
        """Return an incident up to a message, it and what came later left out.

        Args:
            ref: Which.
            until_ts: None reads to the end.
            is_logged: What is said there may be kept; otherwise it is read from Slack each time.

        Raises:
            ChannelUnreadableError: Slack does not let us.
            SlackApiError: Slack is busy or broken, and not enough is known to do without it.
            StoreUnavailableError: The store is away.
        """
        live = self._live(ref) if is_logged else self._new(ref)
        async with live.lock:
            await self._bring_up(live, is_logged=is_logged, is_thorough=False)
            await live.shown.refresh(self.names, self.memory, until_ts=until_ts)
            found = Incident(
                ref=ref,
                messages=tuple(live.shown.until(until_ts)),
                deleted=live.shown.deleted(until_ts),
                omitted=sum(live.unread.values()),
                cursor=(live.cursor or "") if is_logged else "",
            )
        self._forget_oldest()
        return found

    async def check(self, ref: IncidentRef, *, seconds: int) -> list[Raw]:
        """Open a log if need be and make it whole; return what was asked of us lately, oldest first.

        Args:
            ref: Which.
            seconds: By Slack's clock: how much older than the newest message a question may be.

        Raises:
            ChannelUnreadableError: Slack does not let us.
            SlackApiError: Slack is busy or broken.
            StoreUnavailableError: The store is away.
        """
        live = self._live(ref)
        async with live.lock:
            await self._bring_up(live, is_logged=True, is_thorough=True)
            await live.shown.learn_more(self.names)
            asked = _asked(live, self.us, seconds)
        self._forget_oldest()
        return asked

    def _live(self, ref: IncidentRef) -> Live:
        if ref.key not in self._kept:
            self._kept[ref.key] = self._new(ref)
        self._kept.move_to_end(ref.key)
        return self._kept[ref.key]

    def _new(self, ref: IncidentRef) -> Live:
        return Live(ref=ref, shown=self._shown(ref))

    def _shown(self, ref: IncidentRef) -> Shown:
        def permalink(ts: str, thread_ts: str | None) -> str:
            return self.permalink(ref, ts, thread_ts)

        return Shown(ref=ref, standing=Standing(), us=self.us, permalink=permalink)

    def _forget_oldest(self) -> None:
        """Let go of the incidents used longest ago; the last one is kept however long it is."""
        total = sum(len(live.standing.order) for live in self._kept.values())
        for key, live in list(self._kept.items())[:-1]:
            if total <= self.most_messages:
                return
            if not live.lock.locked():
                total -= len(live.standing.order)
                del self._kept[key]

    async def _bring_up(self, live: Live, *, is_logged: bool, is_thorough: bool) -> None:
        live.forgotten = await self.memory.forgotten(live.ref)
        if not is_logged:
            await self._read_all(live, wants=live.is_news)
            return
        epoch = await self.log.epoch()
        known = await self._load(live)
        if known == epoch:
            live.epoch = epoch
        is_checked = known == epoch or (live.epoch == epoch and not is_thorough)
        if known is not None and is_checked and not live.unread and not live.is_broken:
            await self._look(live, is_thorough=is_thorough)
        else:
            await self._restore(live, epoch, known, is_thorough=is_thorough)

    async def _load(self, live: Live) -> str | None:
        """Take what is new in the log; return the epoch in which it was whole, None when it is not."""
        known = await self.log.completeness(live.ref)
        if known is None and live.was_whole:
            live.empty(self._shown(live.ref))
        found = await self.log.since(live.ref, live.cursor)
        if not found.is_open:
            live.empty(self._shown(live.ref))
            await self.log.open(live.ref)
            found = await self.log.since(live.ref, None)
        live.take(found.entries)
        live.cursor, live.was_whole = found.cursor, known is not None
        live.is_broken = live.is_broken or found.is_broken
        return known

    async def _look(self, live: Live, *, is_thorough: bool) -> None:
        """Compare with history by one call; read on only where it says that something is missing."""
        taking = Taking(live, self.us)
        is_part = live.ref.thread_ts is not None and not is_thorough
        oldest = f"{ts_key(live.newest)[0] - MARGIN_SECONDS}.000000" if is_part else ""
        limit = NEWEST_THOROUGH if is_thorough or is_part else NEWEST
        try:
            async with asyncio.timeout(self.look_seconds):
                page = await self.reader.newest(live.ref, limit=limit, oldest=oldest)
        except FAULTS as error:
            log.warning("history.unreachable", incident=live.ref.key, error=type(error).__name__)
            return  # the log is whole: what was said stands in it
        taking(page.messages)
        taking.looked(page, oldest=oldest)
        is_lost = any(is_overdue(e, as_of=taking.as_of, seconds=self.overdue_seconds) for e in taking.news)
        await self._read_on(live, taking, page, again=THREADS_AGAIN if is_thorough else 0)
        await self._write(live, taking.news)
        if live.unread or (is_lost and not page.is_last):
            await self.log.set_complete(live.ref, "")  # list everything anew, next time

    async def _read_on(self, live: Live, taking: Taking, page: Page, *, again: int) -> None:
        """Read the threads that are others than known, and the newest: an edit there shows nowhere else."""
        news = [raw for raw in page.messages if live.is_news(raw)]
        if live.ref.thread_ts:
            if news:
                await self._read_all(live, wants=live.is_news, taking=taking)
            return
        threads = sorted((raw for raw in page.messages if counters(raw)[0]), key=_latest, reverse=True)
        roots = [*news, *(raw for raw in threads[:again] if raw not in news)]
        if roots:
            read = self.reader.threads(live.ref, roots, take=taking, seconds=self.read_seconds)
            taking.read(await read)

    async def _restore(self, live: Live, epoch: str, known: str | None, *, is_thorough: bool) -> None:
        """List everything anew and read what differs; after nobody received, threads that do not as well."""
        is_aged = known is None or live.is_broken
        again = _Again(live, is_all=is_thorough, is_none=is_aged or live.epoch == epoch)
        news = await self._read_all(live, wants=again)
        if is_aged and not live.unread:
            await self._rewrite(live)
        else:
            await self._write(live, news)
        if not live.unread:
            live.epoch, live.is_broken = epoch, False
            if is_aged or not again.left:
                await self.log.set_complete(live.ref, epoch)
                live.was_whole = True

    async def _read_all(
        self, live: Live, *, wants: Callable[[Raw], bool], taking: Taking | None = None
    ) -> Sequence[Entry]:
        taking = taking or Taking(live, self.us)
        found = await self.reader.everything(live.ref, take=taking, wants=wants, seconds=self.read_seconds)
        taking.read(found)
        return taking.news

    async def _write(self, live: Live, news: Sequence[Entry]) -> None:
        if news:
            self._go_on(live, await self.log.write(live.ref, news, behind=live.cursor or ""))

    async def _rewrite(self, live: Live) -> None:
        """Put all that stands in place of what the log had: it is as young as this reading."""
        entries = live.standing.log.entries()
        cursor = live.cursor or ""
        self._go_on(live, await self.log.write(live.ref, entries, instead_of=cursor, behind=cursor))

    def _go_on(self, live: Live, cursor: str) -> None:
        live.cursor = cursor or live.cursor


@dataclass(slots=True)
class _Again:
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
        age = ts_key(self.live.newest)[0] - _latest(root)[0]
        is_read = not self.is_none and age <= RECENT_SECONDS
        self.left = self.left or not is_read
        return is_read


def _latest(root: Raw) -> tuple[int, int]:
    return ts_key(counters(root)[1] or "0.0")


def _asked(live: Live, us: Us, seconds: int) -> list[Raw]:
    """Return what mentions us, as far back as `seconds` before the newest message."""
    since = ts_key(live.newest)[0] - seconds
    recent = takewhile(lambda place: place[0][0] >= since, reversed(live.standing.order))
    said = [live.standing.log.said[ts] for _, ts in recent]
    return [one.raw for one in reversed(said) if f"<@{us.user_id}" in one.body]
