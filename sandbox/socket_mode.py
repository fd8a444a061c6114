"""To the app by Socket Mode: it connects to us, we send envelopes, it acks them by id."""

import asyncio
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from sandbox.channel import Json
from sandbox.delivery import Ack, Envelope
from sandbox.people import APP_ID

MOST_CONNECTIONS = 10
"""An app may hold ten connections; each envelope goes to any one of them."""


@dataclass(slots=True)
class SocketMode:
    """All open connections of the app."""

    _connections: list[web.WebSocketResponse] = field(default_factory=list)
    _waiting: dict[str, asyncio.Future[Json]] = field(default_factory=dict)
    _turn: Iterator[int] = field(default_factory=itertools.count)

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._connections)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Hold one connection until it ends."""
        socket = web.WebSocketResponse(heartbeat=30.0)
        await socket.prepare(request)
        if len(self._connections) >= MOST_CONNECTIONS:
            await self._say_goodbye(socket, "too_many_websockets")
            return socket
        self._connections.append(socket)
        try:
            await socket.send_json(self._hello())
            await self._listen(socket)
        finally:
            self._connections.remove(socket)
        return socket

    async def send(self, envelope: Envelope, *, timeout_seconds: float) -> Ack:
        """Send to one connection and wait for its ack."""
        live = [socket for socket in self._connections if not socket.closed]
        if not live:
            return Ack(is_ok=False, reason="connection_failed")
        acked = self._waiting[envelope.id] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(timeout_seconds):
                await live[next(self._turn) % len(live)].send_json(_frame(envelope))
                body = await acked
        except TimeoutError:
            return Ack(is_ok=False, reason="timeout")
        except ConnectionError:
            return Ack(is_ok=False, reason="connection_failed")
        finally:
            self._waiting.pop(envelope.id, None)
        return Ack(is_ok=True, body=body)

    async def disconnect(self, *, reason: str = "refresh_requested", close: bool = True) -> None:
        """Tell every connection to go, as Slack does when it moves them.

        Args:
            reason: `warning`, `refresh_requested`, `link_disabled` or `too_many_websockets`.
            close: Close them too; Slack only warns ten seconds before it does.
        """
        for socket in list(self._connections):
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "local"}})
            if close:
                await socket.close()

    async def stop(self) -> None:
        """Close everything."""
        for socket in list(self._connections):
            await socket.close()

    async def _listen(self, socket: web.WebSocketResponse) -> None:
        async for frame in socket:
            if frame.type is WSMsgType.TEXT:
                self._take(frame.data)

    def _take(self, text: str) -> None:
        try:
            found = json.loads(text)
        except ValueError:
            return
        waiting = self._waiting.get(str(found.get("envelope_id"))) if isinstance(found, dict) else None
        if waiting is not None and not waiting.done():
            payload = found.get("payload")
            waiting.set_result(payload if isinstance(payload, dict) else {})

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self._connections),
            "debug_info": {"host": "local", "build_number": 0, "approximate_connection_time": 18060},
            "connection_info": {"app_id": APP_ID},
        }

    async def _say_goodbye(self, socket: web.WebSocketResponse, reason: str) -> None:
        await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "local"}})
        await socket.close()


def _frame(envelope: Envelope) -> Json:
    frame: Json = {
        "envelope_id": envelope.id,
        "type": envelope.kind,
        "payload": envelope.payload,
        "accepts_response_payload": envelope.kind != "events_api",
    }
    if envelope.kind == "events_api":
        frame |= {"retry_attempt": envelope.attempt, "retry_reason": envelope.reason}
    return frame
