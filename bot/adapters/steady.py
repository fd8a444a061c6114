"""Connections to the store from which a cancellation, and so a deadline too, always comes back.

redis-py 8.1 sends through `asyncio.wait_for`, which before Python 3.12 loses a cancellation that comes in the
moment in which the command has left. The caller goes on as if nothing had been said; `asyncio.timeout` works
by one cancellation, so a deadline that was lost never comes again.
"""

import asyncio
from collections.abc import Iterable

from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection, Connection, SSLConnection, UnixDomainSocketConnection
from redis.exceptions import TimeoutError as StoreTimeoutError


class _Steady(AbstractConnection):
    """Sends within the same limit as redis-py, in the caller's own task."""

    async def send_packed_command(
        self,
        command: bytes | str | Iterable[bytes],
        check_health: bool = True,  # noqa: FBT001, FBT002  # as redis-py has it
    ) -> None:
        if not self.is_connected:
            await self.connect_check_health(check_health=False)
        limit_seconds, self.socket_timeout = self.socket_timeout, None  # so redis-py sends without `wait_for`
        try:
            async with asyncio.timeout(limit_seconds):
                await super().send_packed_command(command, check_health)
        except TimeoutError:
            raise StoreTimeoutError("the store takes nothing") from None
        finally:
            self.socket_timeout = limit_seconds


class _Tcp(_Steady, Connection):
    """`redis://`."""


class _Tls(_Steady, SSLConnection):
    """`rediss://`."""


class _Socket(_Steady, UnixDomainSocketConnection):
    """`unix://`."""


STEADY: dict[type[AbstractConnection], type[AbstractConnection]] = {
    Connection: _Tcp,
    SSLConnection: _Tls,
    UnixDomainSocketConnection: _Socket,
}


def steadied(redis: Redis) -> Redis:
    """Return a client, just made, whose connections are of this kind."""
    pool = redis.connection_pool
    pool.connection_class = STEADY[pool.connection_class]
    return redis
