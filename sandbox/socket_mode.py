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
PING_SECONDS = 10.0


@dataclass(slots=True, kw_only=True, eq=False)
class Connection:
    """One connection of the app.

    Attributes:
        is_silent: Nothing is sent, no ping is answered, nothing is heard; the TCP connection stays.
        sent: The ids of the envelopes that were sent here, oldest first.
    """

    socket: web.WebSocketResponse
    request: web.Request
    is_silent: bool = False
    sent: list[str] = field(default_factory=list)

    def cut(self) -> None:
        """Abort the TCP connection without a word."""
        if self.request.transport is not None:
            self.request.transport.abort()


@dataclass(slots=True, kw_only=True)
class SocketMode:
    """All open connections of the app.

    Attributes:
        most_connections: One more is sent away with `too_many_websockets`.
        ping_seconds: How often every connection is pinged.
        acks_to_lose: So many of the next acks are not heard.
        handshakes_to_refuse: So many of the next connections get HTTP 503.
        open: The open connections, oldest first.
    """

    most_connections: int = MOST_CONNECTIONS
    ping_seconds: float = PING_SECONDS
    acks_to_lose: int = 0
    handshakes_to_refuse: int = 0
    open: list[Connection] = field(default_factory=list)
    _waiting: dict[str, list[asyncio.Future[Json]]] = field(default_factory=dict)
    _turn: Iterator[int] = field(default_factory=itertools.count)
    _opened: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self.open)

    async def connected(self, count: int) -> None:
        """Wait until so many connections are open."""
        while len(self.open) < count:
            self._opened.clear()
            await self._opened.wait()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Hold one connection until it ends."""
        if self.handshakes_to_refuse:
            self.handshakes_to_refuse -= 1
            return web.Response(status=503, text="try again later")
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        if len(self.open) >= self.most_connections:
            await _say_goodbye(socket, "too_many_websockets")
            return socket
        await self._hold(Connection(socket=socket, request=request))
        return socket

    async def send(self, envelope: Envelope, *, timeout_seconds: float) -> Ack:
        """Send to one connection and wait for its ack."""
        live = [connection for connection in self.open if not connection.socket.closed]
        if not live:
            return Ack(is_ok=False, reason="connection_failed")
        acked: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(envelope.id, []).append(acked)
        try:
            async with asyncio.timeout(timeout_seconds):
                await _send(live[next(self._turn) % len(live)], envelope)
                body = await acked
        except TimeoutError:
            return Ack(is_ok=False, reason="timeout")
        except ConnectionError:
            return Ack(is_ok=False, reason="connection_failed")
        finally:
            self._forget(envelope.id, acked)
        return Ack(is_ok=True, body=body)

    async def disconnect(self, *, reason: str = "refresh_requested", close: bool = True) -> None:
        """Tell every connection to go, as Slack does when it moves them.

        Args:
            reason: `warning`, `refresh_requested`, `link_disabled` or `too_many_websockets`.
            close: Close them too; Slack only warns ten seconds before it does.
        """
        for connection in list(self.open):
            await connection.socket.send_json(_goodbye(reason))
            if close:
                await connection.socket.close()

    def go_silent(self) -> None:
        """Let every open connection fall silent, as one whose other end has gone without closing it."""
        for connection in self.open:
            connection.is_silent = True

    def cut(self) -> None:
        """Abort every open connection without a closing frame."""
        for connection in list(self.open):
            connection.cut()

    async def stop(self) -> None:
        """Close everything; a silent one is cut, because it would not answer the closing."""
        for connection in list(self.open):
            if connection.is_silent:
                connection.cut()
            else:
                await connection.socket.close()

    async def _hold(self, connection: Connection) -> None:
        self.open.append(connection)
        pinging = asyncio.create_task(self._ping(connection))
        try:
            await connection.socket.send_json(self._hello())
            self._opened.set()
            await self._listen(connection)
        except ConnectionError:
            return
        finally:
            self.open.remove(connection)
            pinging.cancel()
            await asyncio.gather(pinging, return_exceptions=True)

    async def _listen(self, connection: Connection) -> None:
        async for frame in connection.socket:
            if connection.is_silent:
                continue
            if frame.type is WSMsgType.TEXT:
                self._take(frame.data)
            elif frame.type is WSMsgType.PING:
                await connection.socket.pong(frame.data)

    async def _ping(self, connection: Connection) -> None:
        while not connection.socket.closed:
            await asyncio.sleep(self.ping_seconds)
            if not connection.is_silent:
                await connection.socket.ping(b"Ping from local")

    def _take(self, text: str) -> None:
        try:
            found = json.loads(text)
        except ValueError:
            return
        waiting = self._waiting.get(str(found.get("envelope_id"))) if isinstance(found, dict) else None
        if not waiting:
            return
        if self.acks_to_lose:
            self.acks_to_lose -= 1
            return
        payload = found.get("payload")
        for acked in waiting:
            if not acked.done():
                acked.set_result(payload if isinstance(payload, dict) else {})

    def _forget(self, envelope_id: str, acked: asyncio.Future[Json]) -> None:
        waiting = self._waiting[envelope_id]
        waiting.remove(acked)
        if not waiting:
            del self._waiting[envelope_id]

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.open),
            "debug_info": {"host": "local", "build_number": 0, "approximate_connection_time": 18060},
            "connection_info": {"app_id": APP_ID},
        }


async def _send(connection: Connection, envelope: Envelope) -> None:
    connection.sent.append(envelope.id)
    if not connection.is_silent:
        await connection.socket.send_json(_frame(envelope))


async def _say_goodbye(socket: web.WebSocketResponse, reason: str) -> None:
    await socket.send_json(_goodbye(reason))
    await socket.close()


def _goodbye(reason: str) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "local"}}


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
