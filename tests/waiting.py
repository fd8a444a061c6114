"""Waiting in tests for what happens by itself."""

import asyncio
from collections.abc import Callable

PATIENCE_SECONDS = 60.0
"""Far longer than anything takes; reached only when it never happens."""


async def eventually(is_so: Callable[[], object]) -> None:
    """Return once `is_so` says yes; something that is not there yet counts as no."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not _holds(is_so):  # noqa: ASYNC110  # nobody tells of it
            await asyncio.sleep(0.005)


def _holds(is_so: Callable[[], object]) -> bool:
    try:
        return bool(is_so())
    except LookupError:
        return False
