"""The turns of look-ups under way, sealed in the store: another worker goes on and pays nothing twice.

All look-ups of an incident stand under one key, which goes with the incident's log, with any lost word of it,
and within a day. A run that finds its own gone, because words were taken back, keeps nothing more.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic import TypeAdapter, ValidationError
from redis.asyncio import Redis

from bot.adapters.keys import GATHERED_SECONDS, key
from bot.adapters.replies import as_bytes, store_errors_named
from bot.adapters.sealing import SealBrokenError, Sealer
from bot.incident.messages import Incident, IncidentRef, ts_key
from bot.incident.observations import Observation

KEEP = """
-- KEYS: look-ups of an incident. ARGV: which, how many turns it has, sealed, how long it lives.
-- Only the first turns make the entry: what was dropped meanwhile does not come back. Nothing lives longer
-- than the oldest of them.
if tonumber(ARGV[2]) > 0 and redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
if redis.call('TTL', KEYS[1]) < 0 then redis.call('EXPIRE', KEYS[1], ARGV[4]) end
return 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTurns:
    """Look-ups as far as they came.

    Attributes:
        model: Whose turns they are; no other model takes them.
        until_ts: The newest message that was known when they began.
        known: What the messages up to there said, as a hash.
        turns: The conversation, verbatim and whole.
        observations: What was found, oldest first.
        calls: How many calls were made, failed ones too.
        rounds: How many turns the model has taken; 0 while nothing is paid for.
        is_done: Nothing more is to be looked up.
    """

    model: str
    until_ts: str = ""
    known: str = ""
    turns: tuple[dict[str, Any], ...] = ()
    observations: tuple[Observation, ...] = ()
    calls: int = 0
    rounds: int = 0
    is_done: bool = False

    def fits(self, incident: Incident, model: str) -> bool:
        """Say whether these turns can go on: the same model, and every word they may tell of still stands."""
        return self.model == model and self.known == known_of(incident, self.until_ts)


class Turns(Protocol):
    """Where turns are kept; every method may raise `StoreUnavailableError`."""

    async def kept(self, ref: IncidentRef, name: str) -> KeptTurns | None:
        """Return what is kept under a name; None when nothing is."""
        ...

    async def keep(self, ref: IncidentRef, name: str, kept: KeptTurns) -> None:
        """Keep turns, unless what was kept of them was dropped meanwhile."""
        ...

    async def drop(self, ref: IncidentRef, name: str) -> None:
        """Keep nothing under a name."""
        ...


@dataclass(slots=True)
class LocalTurns:
    """The `Turns` of one process."""

    entries: dict[tuple[str, str], KeptTurns] = field(default_factory=dict)

    async def kept(self, ref: IncidentRef, name: str) -> KeptTurns | None:
        """Return what is kept under a name."""
        return self.entries.get((ref.key, name))

    async def keep(self, ref: IncidentRef, name: str, kept: KeptTurns) -> None:
        """Keep turns."""
        self.entries[ref.key, name] = kept

    async def drop(self, ref: IncidentRef, name: str) -> None:
        """Keep nothing under a name."""
        self.entries.pop((ref.key, name), None)


_KEPT = TypeAdapter(KeptTurns)


@dataclass(frozen=True, slots=True)
class RedisTurns:
    """`Turns` over Redis or Valkey; every method raises `StoreUnavailableError` when it is away.

    Args:
        redis: Where; not closed by this class.
        sealer: Seals what is kept.
    """

    redis: Redis
    sealer: Sealer

    async def kept(self, ref: IncidentRef, name: str) -> KeptTurns | None:
        """Return what is kept under a name; None when nothing is, or nothing that can be opened."""
        with store_errors_named():
            sealed = as_bytes(await self.redis.hget(_place(ref), name))
        if not sealed:
            return None
        try:
            return _KEPT.validate_json(self.sealer.open(sealed, about=f"{_place(ref)} {name}"))
        except (SealBrokenError, ValidationError):  # another secret, or an older form: looked up anew
            return None

    async def keep(self, ref: IncidentRef, name: str, kept: KeptTurns) -> None:
        """Keep turns, unless what was kept of them was dropped meanwhile."""
        sealed = self.sealer.seal(_KEPT.dump_json(kept), about=f"{_place(ref)} {name}")
        args: list[str | int | bytes] = [name, kept.rounds, sealed, GATHERED_SECONDS]
        with store_errors_named():
            await self.redis.eval(KEEP, 1, _place(ref), *args)

    async def drop(self, ref: IncidentRef, name: str) -> None:
        """Keep nothing under a name."""
        with store_errors_named():
            await self.redis.hdel(_place(ref), name)


async def drop_look_ups(redis: Redis, ref: IncidentRef) -> None:
    """Keep no look-ups of an incident: one of its messages lost words."""
    with store_errors_named():
        await redis.unlink(_place(ref))


def known_of(incident: Incident, until_ts: str) -> str:
    """Return a hash of what the messages up to a moment say."""
    known = hashlib.sha256()
    for message in incident.messages:
        if not until_ts or ts_key(message.ts) <= ts_key(until_ts):
            known.update(f"{message.id}\0{message.author.name}\0{message.text}\0".encode("utf-8", "replace"))
    return known.hexdigest()


def _place(ref: IncidentRef) -> str:
    return key("gathered", ref.key)
