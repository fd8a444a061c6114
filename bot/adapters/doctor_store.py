"""What `doctor` asks the store, and a trial of the embedded one."""

import re
import socket
import ssl
import tempfile
import time
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from bot.adapters.keys import key
from bot.adapters.proxy import shown
from bot.adapters.valkey import EmbeddedValkey, StoreMissingError, StoreNotStartedError
from bot.doctor import store
from bot.doctor.finding import Finding, Trouble

TRIAL_KEY = key("doctor")
TRIAL_SECONDS = 60
PINGS = 5
SECTIONS = ("server", "memory", "persistence", "replication")

_TLS_WORDS = re.compile(r"SSL|CERTIFICATE", re.IGNORECASE)
_DNS_WORDS = re.compile(
    r"Name or service not known|nodename nor servname|getaddrinfo|name resolution|-[235] "
)


async def examine(url: str, *, seconds: float) -> list[Finding]:
    """Ask a server whether it is fit to keep what is accepted."""
    host = shown(url)
    try:
        redis = Redis.from_url(
            url,
            socket_timeout=seconds / 2,
            socket_connect_timeout=seconds / 2,
            retry=Retry(NoBackoff(), 0),
            decode_responses=True,
        )
    except ValueError as error:
        return [store.store_address(str(error).splitlines()[0])]
    async with redis:
        try:
            return store.store(await _facts(redis, host))
        except (RedisConnectionError, RedisTimeoutError, OSError) as error:
            return [_silent(error, host)]
        except RedisError as error:
            return [store.store_refused(str(error), host=host)]


async def examine_embedded() -> list[Finding]:
    """Start an embedded server in a folder of its own, ask it, and stop it."""
    with tempfile.TemporaryDirectory(prefix="copilot-") as folder:
        try:
            async with EmbeddedValkey(Path(folder), start_seconds=3) as url, Redis.from_url(url) as redis:
                info = await redis.info("server")
        except (StoreMissingError, StoreNotStartedError) as error:
            return [store.embedded_failed(error.user_message)]
    return [store.embedded(str(info.get("valkey_version") or info.get("redis_version")))]


async def _facts(redis: Redis, host: str) -> store.StoreFacts:
    await redis.ping()
    return store.StoreFacts(
        host=host, info=await _info(redis), write_error=await _write(redis), ping_ms=await _ping_ms(redis)
    )


async def _info(redis: Redis) -> dict[str, str]:
    """Return what the server tells of itself; empty when the user may not ask."""
    found: dict[str, str] = {}
    try:
        for section in SECTIONS:
            found |= {name: str(value) for name, value in (await redis.info(section)).items()}
    except ResponseError:
        return {}
    return found


async def _write(redis: Redis) -> str:
    try:
        await redis.set(TRIAL_KEY, "1", ex=TRIAL_SECONDS)
        await redis.delete(TRIAL_KEY)
    except ResponseError as error:
        return f"{getattr(error, 'status_code', '')} {type(error).__name__} {error}"
    return ""


async def _ping_ms(redis: Redis) -> float:
    taken = []
    for _ in range(PINGS):
        began = time.perf_counter()
        await redis.ping()
        taken.append((time.perf_counter() - began) * 1000)
    return median(taken)


def _silent(error: Exception, host: str) -> Finding:
    """Tell why there was no answer; redis-py puts every cause into words of one class, so words decide."""
    words, cause = str(error), error.__cause__ or error.__context__
    name = urlsplit(host).hostname or host
    if isinstance(error, RedisTimeoutError | TimeoutError):
        return store.store_unreachable(Trouble.TIMEOUT, host=name)
    if "WRONG_VERSION" in words or "RECORD_LAYER" in words:
        return store.store_without_tls(name)
    if isinstance(cause, ssl.SSLError) or _TLS_WORDS.search(words):
        return store.store_unreachable(Trouble.TLS, host=name)
    if isinstance(cause, socket.gaierror) or _DNS_WORDS.search(words):
        return store.store_unreachable(Trouble.DNS, host=name)
    if isinstance(cause, ConnectionRefusedError | FileNotFoundError) or "connecting to" in words:
        return store.store_unreachable(Trouble.REFUSED, host=host)
    return store.store_refused(words, host=host)
