"""Pages that listen for news by server-sent events. A slow one is dropped; it never holds anybody up."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

MOST_WAITING = 1000
"""Events that may wait for one page; it reads everything anew after a drop."""
KEEP_ALIVE_SECONDS = 15.0
_END = b""


@dataclass(slots=True, eq=False)
class Listener:
    """One open page.

    Attributes:
        drop: Cuts its connection.
    """

    drop: Callable[[], None]
    waiting: asyncio.Queue[bytes] = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))


@dataclass(slots=True)
class Listeners:
    """All open pages."""

    _open: set[Listener] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self._open)

    def publish(self, event: dict[str, Any]) -> None:
        """Send an event to every page; never waits."""
        data = b"data: " + json.dumps(event, separators=(",", ":"), default=str).encode() + b"\n\n"
        for listener in list(self._open):
            try:
                listener.waiting.put_nowait(data)
            except asyncio.QueueFull:
                self._open.discard(listener)
                listener.drop()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Feed one page until it goes."""
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        listener = Listener(_cutter(request))
        self._open.add(listener)
        try:
            await _feed(listener, response)
        except ConnectionError:
            return response
        finally:
            self._open.discard(listener)
        return response

    def stop(self) -> None:
        """Let every connection end."""
        for listener in list(self._open):
            try:
                listener.waiting.put_nowait(_END)
            except asyncio.QueueFull:
                listener.drop()


async def _feed(listener: Listener, response: web.StreamResponse) -> None:
    await response.write(b"retry: 1000\n\n")
    while True:
        try:
            data = await asyncio.wait_for(listener.waiting.get(), KEEP_ALIVE_SECONDS)
        except TimeoutError:
            data = b": still here\n\n"
        if data == _END:
            return
        await response.write(data)


def _cutter(request: web.Request) -> Callable[[], None]:
    def cut() -> None:
        if request.transport is not None:
            request.transport.abort()

    return cut
