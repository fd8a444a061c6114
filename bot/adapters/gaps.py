"""Finds what no event told: on a timer, logs are compared with Slack's history.

Slack loses events, pauses its queue and gives up on a receiver that was away for long. A question that was
lost so is found in history and put into the queue as if it had just arrived; it was accepted before if the
queue knows its keys, so it is answered once. Logs in which something was said go first, and those of quiet
channels have a turn of their own: after silence nothing else would find a question.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import structlog

from bot.adapters.incident_log import IncidentLog
from bot.adapters.log_looks import LogLooks
from bot.adapters.slack_failures import FAULTS
from bot.adapters.slack_live import QUIET, THOROUGH, Checked, Effort, LiveReader
from bot.errors import BadInputError, ChannelUnreadableError, StoreUnavailableError
from bot.incident.messages import IncidentRef
from bot.ports import Queue
from bot.request import Request, RequestKind
from bot.upkeep import DELETED

log = structlog.get_logger()

TURNS = 3
"""How often the timer looks for logs in the time in which each log has one turn."""
AT_ONCE = 3
"""Logs a turn, with up to six calls each: Slack allows 50 a minute, and questions come first. One quiet log
more has its turn, with one call, and as many more as fewer were spoken in."""
QUIET_SECONDS = 300
"""How often a channel is compared in which nothing is said."""
UNREADABLE_SECONDS = 3600
"""How long a channel is left alone that Slack does not let us read."""
LATE_SECONDS = 3600
"""By Slack's clock: who asked longer ago has found help elsewhere."""

Body = Mapping[str, Any]
Parse = Callable[..., tuple[Request, tuple[str, ...]] | None]


class Allows(Protocol):
    """Says what may be kept."""

    async def is_logged(self, ref: IncidentRef) -> bool:
        """Say whether what is said in an incident may be kept."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    """Looks for gaps and closes them.

    Args:
        live: Compares logs with history.
        log: Says in which of them something was said.
        looks: Says when each of them was compared.
        channels: Say which of them may still be kept.
        queue: Takes the questions that were lost.
        parse: Returns the request in an event of Slack; called with its payload, our user id and `now`.
        bot_user_id: Ours.
        gap_seconds: How long a log is left alone after its turn.
        quiet_seconds: The same where nothing is said.
    """

    live: LiveReader
    log: IncidentLog
    looks: LogLooks
    channels: Allows
    queue: Queue
    parse: Parse
    bot_user_id: str
    gap_seconds: float = 60.0
    quiet_seconds: int = QUIET_SECONDS
    late_seconds: int = LATE_SECONDS

    async def run(self) -> None:
        """Look for gaps until cancelled."""
        while True:
            await asyncio.sleep(self.gap_seconds / TURNS)
            try:
                await self.look()
                await self.live.tidy(self._may_keep)
            except StoreUnavailableError as error:
                log.warning("gaps.postponed", error=str(error))

    async def look(self) -> int:
        """Give logs their turn, those first in which something was said; return how many questions were lost.

        Raises:
            StoreUnavailableError: The store is away.
        """
        seconds, found = max(1, round(self.gap_seconds)), 0
        turns = await self.log.claim(limit=AT_ONCE, seconds=seconds)
        for active in turns:
            is_done, questions = await self._look_into(active.ref, THOROUGH)
            found += questions
            if is_done:
                await self.log.settled(active)
        quiet = await self.looks.claim(
            limit=max(1, AT_ONCE - len(turns)), seconds=seconds, every_seconds=self.quiet_seconds
        )
        return found + sum([(await self._look_into(ref, QUIET))[1] for ref in quiet])

    async def _look_into(self, ref: IncidentRef, effort: Effort) -> tuple[bool, int]:
        """Compare a log with history; say whether that is done, and how many questions it had."""
        try:
            if not await self.channels.is_logged(ref):
                await self.log.remove(ref)  # renamed, made private, shared: it may not be kept any more
                return True, 0
            checked = await self.live.check(ref, seconds=self.late_seconds, effort=effort)
        except ChannelUnreadableError as error:
            log.info("gaps.unreadable", incident=ref.key, error=error.code)
            await self.looks.looked(ref, newest="", wait_seconds=UNREADABLE_SECONDS)
            return True, 0
        except FAULTS as error:
            log.info("gaps.postponed", incident=ref.key, error=type(error).__name__)
            return False, 0
        for ts in sorted(checked.gone):
            await self._recheck(ref, ts, at_ts=checked.newest)
        return checked.is_whole, await self._accept_all(ref, checked, effort)

    async def _recheck(self, ref: IncidentRef, ts: str, *, at_ts: str) -> None:
        """Let what rests on a message fall of whose deletion no event told."""
        request = Request(
            id=f"gone:{ref.team_id}:{ref.channel_id}:{ts}",
            kind=RequestKind.RECHECK,
            team_id=ref.team_id,
            channel_id=ref.channel_id,
            thread_ts=ref.thread_ts,
            asker_id="",
            text=DELETED,
            subject=ts,
            received_at=datetime.now(UTC),
            pressed_ts=at_ts,
        )
        if await self.queue.accept(request, keys=[request.id]):
            log.info("deletion.found", request=request.id)

    async def _accept_all(self, ref: IncidentRef, checked: Checked, effort: Effort) -> int:
        """Put the questions of a log into the queue; the queue may have forgotten what it had days ago.

        So nothing is put there where nothing is newer than at the last look, nor at the first look at a quiet
        channel: its newest message may be years old.
        """
        before = await self.looks.newest(ref)
        if checked.newest == before:
            return 0
        asked = checked.asked if before or effort is THOROUGH else []
        found = sum([await self._accept(ref, message) for message in asked])
        if checked.is_whole:
            await self.looks.looked(ref, newest=checked.newest)
        return found

    async def _accept(self, ref: IncidentRef, message: Body) -> bool:
        """Put a question into the queue; False when it was there before, or is none."""
        event = {**message, "type": "message", "channel": ref.channel_id}
        body = {"type": "event_callback", "team_id": ref.team_id, "event": event}
        parsed = self.parse(body, self.bot_user_id, now=datetime.now(UTC))
        if parsed is None:
            return False
        request, keys = parsed
        try:
            is_new = await self.queue.accept(request, keys=keys)
        except BadInputError as error:  # no event would have been accepted with it either
            log.warning("question.refused", request=request.id, error=str(error))
            return False
        if is_new:
            log.warning("question.found", request=request.id)
        return is_new

    async def _may_keep(self, ref: IncidentRef) -> bool:
        try:
            return await self.channels.is_logged(ref)
        except ChannelUnreadableError:
            return False
        except FAULTS:
            return True
