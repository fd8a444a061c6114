"""What the secrets of incidents are called: sealed, and gone with the incident; no secret stands in it."""

from pydantic import TypeAdapter, ValidationError
from redis.asyncio import Redis

from bot.adapters import lua
from bot.adapters.keys import key
from bot.adapters.replies import as_bytes, as_text, store_errors_named
from bot.adapters.sealing import SealBrokenError, Sealer
from bot.answers import KeptAliases
from bot.incident.messages import IncidentRef

_NAMES = TypeAdapter(dict[str, str])


class RedisAliases:
    """The `Aliases` port; every method raises `StoreUnavailableError` when the store is away.

    Args:
        redis: Where; not closed by this class.
        sealer: Seals what is kept.
        ttl_seconds: How long it is kept after its last use: as long as the key that the MACs are made with.
    """

    def __init__(self, redis: Redis, sealer: Sealer, *, ttl_seconds: int) -> None:
        self._redis = redis
        self._sealer = sealer
        self._ttl_seconds = ttl_seconds
        self._commit = redis.register_script(lua.COMMIT_ALIASES)

    async def aliases(self, ref: IncidentRef) -> KeptAliases:
        """Return the names that were given in an incident; none when there are none that can be opened."""
        name = key("aliases", ref.key)
        with store_errors_named():
            version, sealed = await self._redis.hmget(name, ["version", "names"])
            await self._redis.expire(name, self._ttl_seconds)
        return KeptAliases(names=self._opened(as_bytes(sealed), name), version=int(as_text(version or b"0")))

    async def commit_aliases(self, ref: IncidentRef, kept: KeptAliases) -> bool:
        """Store names if nobody stored any since their version was read; else return False."""
        name = key("aliases", ref.key)
        sealed = self._sealer.seal(_NAMES.dump_json(dict(kept.names)), about=name)
        arguments: list[int | bytes] = [kept.version, sealed, self._ttl_seconds]
        with store_errors_named():
            return bool(await self._commit(keys=[name], args=arguments))

    def _opened(self, sealed: bytes | None, name: str) -> dict[str, str]:
        if not sealed:
            return {}
        try:
            return _NAMES.validate_json(self._sealer.open(sealed, about=name))
        except (SealBrokenError, ValidationError):  # another secret, or an older form: named anew
            return {}
