"""Incidents as this process knows them: folded from their logs, compared with Slack, kept in memory.

A question costs one look into the log and one call of Slack's history, however long the incident is. Where
the two say different things, what differs is read; where nobody received for a while, everything is listed
anew. What is found is written to the log, so that it is found once. Several processes may do this at the same
time: a log leads to the same state in whatever order it was written.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from bot.adapters.incident_log import IncidentLog
from bot.adapters.live_incident import Again, Live, Taking, asked_of, latest_of
from bot.adapters.slack_failures import FAULTS
from bot.adapters.slack_names import Names
from bot.adapters.slack_read import IncidentReader, Page, Raw
from bot.adapters.slack_shown import Mint, Shown
from bot.incident.forgotten import Forgotten
from bot.incident.history import Standing, Us, counters, is_overdue
from bot.incident.log import Deleted, Entry
from bot.incident.messages import Incident, IncidentRef

log = structlog.get_logger()

READ_SECONDS = 25.0
"""How long a question waits for history; it has 110 seconds in all."""
CHECK_SECONDS = 10.0
"""How long the timer reads history at a time, since questions wait meanwhile; what is left is read later."""
LOOK_SECONDS = 8.0
"""How long a question waits where the log is whole: then that answers alone."""
OVERDUE_SECONDS = 60
"""An event may be so late before it counts as lost, and history may lag so much behind events."""
IDLE_SECONDS = 3600
"""Whoever asks later than that after the last question waits for the log to be read again."""
MOST_MESSAGES = 60_000
"""So many messages are kept in memory, over all incidents: about 300 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """What a comparison with history may cost.

    Attributes:
        newest: How many messages its one call asks for; of a thread, how many are looked at again.
        threads: So many of the newest threads are read again, though their counters are as known.
        is_check: Nobody waits for it: what was not compared for long is read to its end.
    """

    newest: int
    threads: int = 0
    is_check: bool = False


QUESTION = Effort(newest=200)
QUIET = Effort(newest=200, is_check=True)
THOROUGH = Effort(newest=999, threads=5, is_check=True)
MOST_NEWEST = 999
"""Slack's largest page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a comparison of a log with history has shown.

    Attributes:
        asked: Messages that mention us lately, oldest first.
        newest: The `ts` of the newest message.
        is_whole: All was read that there is.
        gone: The `ts` of messages that were found deleted since the last time.
    """

    asked: list[Raw]
    newest: str
    is_whole: bool
    gone: frozenset[str] = frozenset()


async def _always(_ref: IncidentRef) -> bool:
    return True


class Past(Mint, Protocol):
    """What of a memory the reading of incidents needs."""

    async def forgotten(self, ref: IncidentRef) -> Forgotten:
        """Return what must not be read again."""
        ...


def _deleted(news: Sequence[Entry]) -> set[str]:
    return {entry.ts for entry in news if isinstance(entry, Deleted)}


@dataclass(slots=True, kw_only=True)
class LiveReader:
    """Reads incidents and keeps them.

    Args:
        us: How our own posts are known.
        permalink: Called with the incident, a `ts` and its `thread_ts`.
        may_keep: Says whether an incident may be logged, asked just after its log was opened:
            a member may have taken that back meanwhile.
        most_messages: How many are kept in memory; those of the incidents used last.
        overdue_seconds: By Slack's clock, how late an event may be before it counts as lost.
        read_seconds: The most that reading history may take for one question.
        check_seconds: The same, for the timer.
        look_seconds: The most that the one call of a later question may take, rate limits included.
        monotonic: Our seconds, for how long nobody used an incident.
    """

    reader: IncidentReader
    log: IncidentLog
    names: Names
    memory: Past
    us: Us
    permalink: Callable[[IncidentRef, str, str | None], str]
    may_keep: Callable[[IncidentRef], Awaitable[bool]] = _always
    most_messages: int = MOST_MESSAGES
    overdue_seconds: int = OVERDUE_SECONDS
    read_seconds: float = READ_SECONDS
    check_seconds: float = CHECK_SECONDS
    look_seconds: float = LOOK_SECONDS
    monotonic: Callable[[], float] = time.monotonic
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
            await self._bring_up(live, QUESTION, is_logged=is_logged)
            await live.shown.refresh(self.names, self.memory, until_ts=until_ts)
            found = Incident(
                ref=ref,
                messages=tuple(live.shown.until(until_ts)),
                deleted=live.shown.deleted(until_ts, unread=sum(live.unread.values())),
                omitted=sum(live.unread.values()),
                cursor=(live.cursor or "") if is_logged else "",
                is_unchecked=live.is_unchecked,
            )
        self._forget_oldest()
        return found

    async def check(self, ref: IncidentRef, *, seconds: int, effort: Effort = THOROUGH) -> Checked:
        """Open a log if need be, compare it with history, and read on what was left unread.

        Args:
            ref: Which.
            seconds: By Slack's clock: how much older than the newest message a question may be.
            effort: What it may cost.

        Raises:
            ChannelUnreadableError: Slack does not let us.
            SlackApiError: Slack is busy or broken.
            StoreUnavailableError: The store is away.
        """
        live = self._live(ref)
        async with live.lock:
            await self._bring_up(live, effort, is_logged=True)
            await live.shown.learn_more(self.names)
            is_whole = not live.unread and not live.is_unchecked
            asked, gone = asked_of(live, self.us, seconds), frozenset(live.gone)
            live.gone.clear()
        found = Checked(asked=asked, newest=live.newest, is_whole=is_whole, gone=gone)
        self._forget_oldest()
        return found

    async def tidy(self, is_allowed: Callable[[IncidentRef], Awaitable[bool]]) -> None:
        """Let go of what nobody used for an hour, what has no log any more and what may not be kept.

        Raises:
            StoreUnavailableError: The store is away.
        """
        for name, live in list(self._kept.items()):
            if live.lock.locked():
                continue
            is_idle = self.monotonic() - live.used_at > IDLE_SECONDS
            if is_idle or not await self._has_log(live) or not await is_allowed(live.ref):
                self._kept.pop(name, None)

    async def _has_log(self, live: Live) -> bool:
        return live.cursor is not None and (await self.log.since(live.ref, live.cursor)).is_open

    def _live(self, ref: IncidentRef) -> Live:
        if ref.key not in self._kept:
            self._kept[ref.key] = self._new(ref)
        self._kept.move_to_end(ref.key)
        self._kept[ref.key].used_at = self.monotonic()
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

    async def _bring_up(self, live: Live, effort: Effort, *, is_logged: bool) -> None:
        live.forgotten, live.is_unchecked = await self.memory.forgotten(live.ref), False
        if not is_logged:
            await self._read_all(live, effort, wants=live.is_news)
            return
        epoch = await self.log.epoch()
        known = await self._load(live)
        is_whole = known == epoch and not (live.is_cut and live.epoch != epoch)
        if is_whole:
            live.epoch = epoch
        is_checked = is_whole or (live.epoch == epoch and not effort.is_check)
        if known is not None and is_checked and not live.unread and not live.is_broken:
            await self._look(live, effort)
        else:
            await self._restore(live, effort, epoch, known)

    async def _load(self, live: Live) -> str | None:
        """Take what is new in the log; return the epoch in which it was whole, None when it is not."""
        known = await self.log.completeness(live.ref)
        if known is None and live.was_whole:
            live.empty(self._shown(live.ref))
        found = await self.log.since(live.ref, live.cursor)
        if not found.is_open:
            live.empty(self._shown(live.ref))
            await self.log.open(live.ref)
            if not await self.may_keep(live.ref):  # taken back while this waited
                await self.log.remove(live.ref)
            found = await self.log.since(live.ref, None)
        live.take(found.entries)
        live.cursor, live.was_whole = found.cursor, known is not None
        live.is_broken, live.is_cut = live.is_broken or found.is_broken, found.is_cut
        return known

    async def _look(self, live: Live, effort: Effort) -> None:
        """Compare with history by one call; read on only where it says that something is missing."""
        taking = self._taking(live)
        is_part = live.ref.thread_ts is not None and not effort.threads
        oldest = live.newest_but(effort.newest) if is_part else ""
        try:
            async with asyncio.timeout(self.look_seconds):
                page = await self.reader.newest(
                    live.ref, limit=MOST_NEWEST if live.ref.thread_ts else effort.newest, oldest=oldest
                )
        except FAULTS as error:
            log.warning("history.unreachable", incident=live.ref.key, error=type(error).__name__)
            live.is_unchecked = True  # the log is whole: what was said and told of stands in it
            return
        taking(page.messages)
        taking.looked(page, oldest=oldest)
        is_lost = any(is_overdue(e, as_of=taking.as_of, seconds=self.overdue_seconds) for e in taking.news)
        await self._read_on(live, effort, taking, page)
        live.gone |= _deleted(taking.news)
        await self._write(live, taking.news)
        if live.unread or (is_lost and not page.is_last):
            live.epoch = ""
            await self.log.set_complete(live.ref, "")  # list everything anew, next time

    async def _read_on(self, live: Live, effort: Effort, taking: Taking, page: Page) -> None:
        """Read the threads that are others than known, and the newest: an edit there shows nowhere else."""
        news = [raw for raw in page.messages if live.is_news(raw)]
        if live.ref.thread_ts:
            if news:
                await self._read_all(live, effort, wants=live.is_news, taking=taking)
            return
        threads = sorted((raw for raw in page.messages if counters(raw)[0]), key=latest_of, reverse=True)
        roots = [*news, *(raw for raw in threads[: effort.threads] if raw not in news)]
        if roots:
            seconds = self._seconds(effort)
            taking.read(await self.reader.threads(live.ref, roots, take=taking, seconds=seconds))

    async def _restore(self, live: Live, effort: Effort, epoch: str, known: str | None) -> None:
        """List everything anew and read what differs; after nobody received, threads that do not as well."""
        is_aged = known is None or live.is_broken
        again = Again(live, is_all=effort.is_check, is_none=is_aged or live.epoch == epoch)
        news = await self._read_all(live, effort, wants=again)
        live.gone |= _deleted(news)
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
        self, live: Live, effort: Effort, *, wants: Callable[[Raw], bool], taking: Taking | None = None
    ) -> Sequence[Entry]:
        taking = taking or self._taking(live)
        seconds = self._seconds(effort)
        taking.read(await self.reader.everything(live.ref, take=taking, wants=wants, seconds=seconds))
        return taking.news

    def _taking(self, live: Live) -> Taking:
        return Taking(live, self.us, self.overdue_seconds)

    def _seconds(self, effort: Effort) -> float:
        return self.check_seconds if effort.is_check else self.read_seconds

    async def _write(self, live: Live, news: Sequence[Entry]) -> None:
        if news:
            cursor = await self.log.write(live.ref, news, as_of=live.newest, behind=live.cursor or "")
            live.cursor = cursor or live.cursor

    async def _rewrite(self, live: Live) -> None:
        """Put all that stands in place of what the log had: it is as young as this reading."""
        entries = live.standing.log.entries()
        cursor = live.cursor or ""
        written = await self.log.write(live.ref, entries, as_of=live.newest, instead_of=cursor, behind=cursor)
        live.cursor = written or live.cursor
