"""The store's failures under the house's own name, and its replies in one type."""

from collections.abc import Iterator
from contextlib import contextmanager

from redis.exceptions import RedisError, ResponseError

from bot.errors import StoreUnavailableError

STORE_ERRORS = (RedisError, OSError, TimeoutError)
"""What a client raises when the store is away, full, loading or too slow."""


@contextmanager
def store_errors_named() -> Iterator[None]:
    """Raise `StoreUnavailableError` in place of the client's errors."""
    try:
        yield
    except STORE_ERRORS as error:
        raise StoreUnavailableError(type(error).__name__) from error


def error_name(error: Exception) -> str:
    """Return what went wrong in a word: the server's, such as `MISCONF`, where the client has none."""
    if type(error) is not ResponseError:
        return type(error).__name__
    return next(iter(str(error).split()), "ResponseError")


def as_bytes(value: bytes | str | None) -> bytes | None:
    """Return a reply as bytes, whatever the client was told to decode."""
    return value.encode() if isinstance(value, str) else value


def as_text(value: bytes | str) -> str:
    """Return a reply as text, whatever the client was told to decode."""
    return value.decode() if isinstance(value, bytes) else value
