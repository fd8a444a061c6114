"""The digests of incidents: what stands for folded messages, sealed like the log and never older than it.

A digest is kept only beside an open log, and goes with it. Beside the sealed piece stands, in the clear, of
which messages it tells, so that it can be dropped without being opened when one of them loses its words.
"""

from pydantic import TypeAdapter, ValidationError
from redis.asyncio import Redis

from bot.adapters import lua
from bot.adapters.keys import key
from bot.adapters.replies import as_bytes, as_text, store_errors_named
from bot.adapters.sealing import SealBrokenError, Sealer
from bot.answers import KeptDigest
from bot.incident.digest import Digest
from bot.incident.messages import IncidentRef

_DIGEST = TypeAdapter(Digest)


class RedisDigests:
    """The `Digests` port; every method raises `StoreUnavailableError` when the store is away.

    Args:
        redis: Where; not closed by this class.
        sealer: Seals what is kept.
        ttl_seconds: How long words are kept after they were said.
    """

    def __init__(self, redis: Redis, sealer: Sealer, *, ttl_seconds: int) -> None:
        self._redis = redis
        self._sealer = sealer
        self._ttl_seconds = ttl_seconds
        self._commit = redis.register_script(lua.COMMIT_DIGEST)

    async def digest(self, ref: IncidentRef) -> KeptDigest:
        """Return the digest; an empty one when there is none, or none that can be opened."""
        name = key("digest", ref.key)
        with store_errors_named():
            version, sealed = await self._redis.hmget(name, ["version", "digest"])
        return KeptDigest(digest=self._opened(as_bytes(sealed), name), version=int(as_text(version or b"0")))

    async def commit_digest(self, ref: IncidentRef, kept: KeptDigest, *, age_seconds: int = 0) -> bool:
        """Store a digest as the next version; see `bot.ports.Digests`."""
        name = key("digest", ref.key)
        sealed = self._sealer.seal(_DIGEST.dump_json(kept.digest), about=name)
        told = sorted(kept.told)
        args: list[int | bytes | str] = [kept.version, sealed, self._ttl_seconds, age_seconds, *told]
        with store_errors_named():
            return bool(await self._commit(keys=[name, key("log", ref.key)], args=args))

    async def drop_digest(self, ref: IncidentRef) -> None:
        """Remove the digest of an incident."""
        with store_errors_named():
            await self._redis.unlink(key("digest", ref.key))

    def _opened(self, sealed: bytes | None, name: str) -> Digest:
        if not sealed:
            return Digest()
        try:
            return _DIGEST.validate_json(self._sealer.open(sealed, about=name))
        except (SealBrokenError, ValidationError):  # another secret, or an older form: folded anew
            return Digest()


async def drop_what_tells_of(redis: Redis, ref: IncidentRef, ts: str) -> bool:
    """Remove the digest of an incident if it tells of a message; return whether it did."""
    with store_errors_named():
        return bool(await redis.eval(lua.DROP_DIGEST, 2, key("digest", ref.key), key("numbers", ref.key), ts))
