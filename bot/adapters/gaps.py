"""Finds what no event told: on a timer, logs that were spoken in are compared with Slack's history.

Slack loses events, pauses its queue and gives up on a receiver that was away for long. A question that was
lost so is found in history and put into the queue as if it had just arrived; it was accepted before if the
queue knows its keys, so it is answered once.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import structlog

from bot.adapters.incident_log import Active, IncidentLog
from bot.adapters.slack_failures import FAULTS
from bot.adapters.slack_live import LiveReader
from bot.errors import ChannelUnreadableError, StoreUnavailableError
from bot.incident.messages import IncidentRef
from bot.ports import Queue
from bot.request import Request

log = structlog.get_logger()

TURNS = 3
"""How often the timer looks for logs in the time in which each log has one turn."""
AT_ONCE = 3
"""Logs a turn, with up to six calls each: Slack allows 50 a minute, and questions come first."""
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
        channels: Say which of them may still be kept.
        queue: Takes the questions that were lost.
        parse: Returns the request in an event of Slack; called with its payload, our user id and `now`.
        bot_user_id: Ours.
        gap_seconds: How long a log is left alone after its turn.
    """

    live: LiveReader
    log: IncidentLog
    channels: Allows
    queue: Queue
    parse: Parse
    bot_user_id: str
    gap_seconds: float = 60.0
    late_seconds: int = LATE_SECONDS

    async def run(self) -> None:
        """Look for gaps until cancelled."""
        while True:
            await asyncio.sleep(self.gap_seconds / TURNS)
            try:
                await self.look()
            except StoreUnavailableError as error:
                log.warning("gaps.postponed", error=str(error))

    async def look(self) -> int:
        """Give each log its turn in which something was said; return how many lost questions were found.

        Raises:
            StoreUnavailableError: The store is away.
        """
        turns = await self.log.claim(limit=AT_ONCE, seconds=max(1, round(self.gap_seconds)))
        return sum([await self._look_into(active) for active in turns])

    async def _look_into(self, active: Active) -> int:
        try:
            if not await self.channels.is_logged(active.ref):
                await self.log.remove(
                    active.ref
                )  # renamed, made private, shared: it may not be kept any more
                return 0
            asked = await self.live.check(active.ref, seconds=self.late_seconds)
        except ChannelUnreadableError as error:
            log.info("gaps.unreadable", incident=active.ref.key, error=error.code)
            await self.log.settled(active)
            return 0
        except FAULTS as error:
            log.info("gaps.postponed", incident=active.ref.key, error=type(error).__name__)
            return 0
        found = sum([await self._accept(active.ref, message) for message in asked])
        await self.log.settled(active)
        return found

    async def _accept(self, ref: IncidentRef, message: Body) -> bool:
        """Put a question into the queue; False when it was there before, or is none."""
        event = {**message, "type": "message", "channel": ref.channel_id}
        body = {"type": "event_callback", "team_id": ref.team_id, "event": event}
        parsed = self.parse(body, self.bot_user_id, now=datetime.now(UTC))
        if parsed is None:
            return False
        request, keys = parsed
        is_new = await self.queue.accept(request, keys=keys)
        if is_new:
            log.warning("question.found", request=request.id)
        return is_new
