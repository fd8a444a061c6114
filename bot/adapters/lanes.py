"""The lanes of one pool: which request is next, who works on it, and who no longer may.

Fair tickets: a ticket of the engine is anonymous; what it works on is decided when it runs. Workspaces take
turns, lanes of one workspace are served in the order in which they began to wait, and within a lane one
request is worked on at a time, in the order of arrival.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from redis.asyncio import Redis

from bot.adapters import lua
from bot.adapters.batch import BatchedScript
from bot.adapters.keys import (
    DEAD_LIMIT,
    DEAD_SECONDS,
    PREFIX,
    SEEN_SECONDS,
    WAITING_SECONDS,
    key,
)
from bot.adapters.replies import as_text
from bot.adapters.sealing import Sealer
from bot.adapters.wire import pack, split, unpack
from bot.errors import StaleRunError
from bot.request import Request

STALE = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A ticket's right to work on the head of a lane.

    Attributes:
        turn: Grows with each claim in the whole store; only the newest turn of a lane may act.
        begun: How often this request was begun, this time included; counts crashes.
        failed: How often a run of it ended in an error.
    """

    ticket: str
    lane: str
    turn: int
    request_id: str
    payload: bytes
    begun: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What became of a delivery.

    Attributes:
        is_new: No key of it was seen before.
        needs_ticket: A lane waits for which there may be no ticket.
    """

    is_new: bool
    needs_ticket: bool


class Lanes:
    """The lanes of one pool.

    Args:
        redis: Where they live; not closed by this class.
        pool: The pool's name; pools share nothing but the dead list.
        sealer: Seals what people typed.
    """

    def __init__(self, redis: "Redis", pool: str, sealer: Sealer) -> None:
        self._redis = redis
        self._sealer = sealer
        self._pool = key(pool)
        self._accept = BatchedScript(redis, lua.ACCEPT)
        self._claim = redis.register_script(lua.CLAIM)
        self._finish = redis.register_script(lua.FINISH)
        self._put_back = redis.register_script(lua.PUT_BACK)
        self._waiting = redis.register_script(lua.WAITING)

    async def close(self) -> None:
        """Let go of what is under way."""
        await self._accept.close()

    async def accept(self, request: Request, keys: Sequence[str]) -> Accepted:
        """Put a request at the end of its lane, unless one of `keys` was seen before."""
        lane = f"{request.team_id}|{request.lane}"
        element = pack(request, self._sealer)
        arguments: list[str | bytes | int] = [self._pool, lane, element, SEEN_SECONDS, WAITING_SECONDS]
        is_new, needs_ticket = await self._accept(keys=[key("seen", name) for name in keys], args=arguments)
        return Accepted(is_new=bool(is_new), needs_ticket=bool(needs_ticket))

    async def claim(self, ticket: str) -> Claim | None:
        """Give a ticket the lane it had already, else the next one that waits; None when none does."""
        found = await self._claim(args=[self._pool, PREFIX, ticket, WAITING_SECONDS])
        if found is None:
            return None
        lane, turn, element, begun, failed = found
        parts = split(element)
        return Claim(
            ticket=ticket,
            lane=lane.decode(),
            turn=turn,
            request_id=parts.request_id,
            payload=parts.payload,
            begun=begun,
            failed=failed,
        )

    def read(self, claim: Claim) -> Request:
        """Return the request that was claimed; one whose words cannot be opened says so.

        Raises:
            BadInputError: It was written by an incompatible version.
        """
        return unpack(claim.payload, self._sealer)

    async def check(self, claim: Claim) -> None:
        """Raise `StaleRunError` when another turn owns the lane."""
        owner = await self._redis.hget(f"{self._pool}:owners", claim.lane)
        if owner is None or int(owner) != claim.turn:
            raise StaleRunError(claim.request_id)

    async def finish(self, claim: Claim) -> bool:
        """Take the request out of its lane; True when the lane has more and needs a ticket.

        Raises:
            StaleRunError: Another turn owns the lane; nothing was changed.
        """
        return await self._end(claim, obituary="")

    async def bury(self, claim: Claim, *, reason: str, now: datetime) -> bool:
        """Like `finish`, and keep who died of what, without any text of people."""
        facts: dict[str, Any] = {
            "request": claim.request_id,
            "lane": claim.lane,
            "begun": claim.begun,
            "failed": claim.failed,
            "reason": reason,
            "at": now.isoformat(),
        }
        return await self._end(claim, obituary=json.dumps(facts))

    async def _end(self, claim: Claim, *, obituary: str) -> bool:
        arguments = [*self._head_of(claim), obituary, DEAD_SECONDS, DEAD_LIMIT, WAITING_SECONDS]
        answer = await self._finish(args=arguments)
        if answer == STALE:
            raise StaleRunError(claim.request_id)
        return bool(answer)

    async def put_back(self, claim: Claim, *, next_ticket: str) -> int:
        """Count a failure, and keep the lane for `next_ticket`; return how often the request failed.

        Raises:
            StaleRunError: Another turn owns the lane; nothing was changed.
        """
        failed = await self._put_back(args=[*self._head_of(claim), next_ticket, WAITING_SECONDS])
        if failed == STALE:
            raise StaleRunError(claim.request_id)
        return int(failed)

    def _head_of(self, claim: Claim) -> list[str | int]:
        return [self._pool, PREFIX, claim.ticket, claim.lane, claim.turn, claim.request_id]

    async def claimed(self) -> list[str]:
        """Return the tickets that hold a lane."""
        names = await self._redis.hkeys(f"{self._pool}:claims")
        return [as_text(name) for name in names]

    async def waiting(self) -> int:
        """Return how many lanes wait for a ticket."""
        return int(await self._waiting(args=[self._pool]))
