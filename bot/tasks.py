"""Ending tasks for certain.

A task that is cancelled once may go on for ever. Before Python 3.12 `asyncio.wait_for` loses a cancellation
that comes in the moment in which what it waits for is done (python/cpython#86296), libraries that we use wait
through it, and the engine's worker takes its first cancellation as a wish to finish what runs.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import structlog

log = structlog.get_logger()

RESTART_SECONDS = 60.0
AGAIN_SECONDS = 0.5
"""Long enough for what a task does at its end, which another cancellation would cut off."""


async def ended(*tasks: "asyncio.Task[Any]", again_seconds: float = AGAIN_SECONDS) -> None:
    """Cancel tasks until all of them have ended, however they end.

    Args:
        tasks: May have ended already.
        again_seconds: So soon is a cancellation repeated.
    """
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=again_seconds)
    await asyncio.gather(*tasks, return_exceptions=True)  # so that nobody warns of what they raised


@asynccontextmanager
async def running(work: Coroutine[Any, Any, None]) -> "AsyncIterator[asyncio.Task[None]]":
    """Let something run for the time of a block; then end it."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        await ended(task)


async def kept_up(
    begin: Callable[[], Coroutine[Any, Any, None]], *, restart_seconds: float = RESTART_SECONDS
) -> None:
    """Let something run for ever: when an error that nobody expected ends it, say so and begin again."""
    while True:
        async with running(begin()) as task:
            await asyncio.wait({task})
            error = None if task.cancelled() else task.exception()
        if error is None:
            return
        log.error("work.ended", work=begin.__qualname__, error=type(error).__name__, exc_info=error)
        await asyncio.sleep(restart_seconds)
