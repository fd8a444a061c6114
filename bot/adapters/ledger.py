"""The effects ledger: what a request has done to the world, so that a second run does not do it again.

Slack's `chat.postMessage` has no idempotency key. So an effect is written down before it happens and again
with its outcome; a run that finds only the intent looks whether the effect happened, and adopts it.
"""

from enum import Enum

from redis.asyncio import Redis

from bot.adapters.keys import EFFECT_SECONDS, key
from bot.adapters.replies import as_bytes, store_errors_named


class Intent(Enum):
    """The type of `INTENT`."""

    INTENT = "intent"


INTENT = Intent.INTENT
"""An effect was about to happen; whether it did is not known here."""

_INTENDED = b"?"
_DONE = b"="


class RedisLedger:
    """Remembers effects for two days.

    Args:
        redis: Where; not closed by this class.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def lookup(self, request_id: str, name: str) -> Intent | str | None:
        """Return None when nothing is known, `INTENT`, or the recorded value.

        Raises:
            StoreUnavailableError: The store does not answer.
        """
        with store_errors_named():
            found = as_bytes(await self._redis.get(key("fx", request_id, name)))
        if found is None:
            return None
        return INTENT if found == _INTENDED else found.removeprefix(_DONE).decode()

    async def intend(self, request_id: str, name: str) -> bool:
        """Write down that the effect is about to happen; False when an intent or outcome stands already.

        Raises:
            StoreUnavailableError: The store does not answer; the effect must not happen.
        """
        with store_errors_named():
            stored = await self._redis.set(key("fx", request_id, name), _INTENDED, nx=True, ex=EFFECT_SECONDS)
        return bool(stored)

    async def record(self, request_id: str, name: str, value: str) -> None:
        """Write down that the effect happened, with what identifies it.

        Raises:
            StoreUnavailableError: The store does not answer; the intent still stands.
        """
        with store_errors_named():
            await self._redis.set(key("fx", request_id, name), _DONE + value.encode(), ex=EFFECT_SECONDS)
