"""A TCP proxy that does what networks do: slow, cut, reset, swallow, refuse."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

CHUNK_BYTES = 65_536
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER on, for no time: closing sends a reset."""

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Proxy:
    """Stands before one server; its faults can be changed at any time.

    Attributes:
        target: The server's address as a URL: `http://host:port`, `redis://…` or `unix:///path`.
        latency_seconds: Each chunk waits so long, in both directions.
        cut_after_bytes: Each connection is reset when the server has sent so many; None never.
        swallows: Nothing passes any more, and nobody is told; what is sent is lost.
        port: Where it listens.
    """

    target: str
    latency_seconds: float = 0.0
    cut_after_bytes: int | None = None
    swallows: bool = False
    port: int = 0
    resets: int = 0
    _server: asyncio.Server | None = None
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _open: set[int] = field(default_factory=set)
    _dead: set[int] = field(default_factory=set)
    _count: int = 0

    async def up(self) -> None:
        """Listen, at the same port as before."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def down(self) -> None:
        """Refuse connections, and reset those that are open."""
        if self._server is not None:
            self._server.close()
            self._server = None
        await self.reset()

    async def reset(self) -> None:
        """Reset every open connection."""
        writers = list(self._writers)
        for writer in writers:
            self._reset(writer)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(writer.wait_closed() for writer in writers), return_exceptions=True)

    async def until_reset(self, *, patience_seconds: float = 30.0) -> None:
        """Wait until a connection was reset by its count of bytes."""
        async with asyncio.timeout(patience_seconds):
            while not self.resets:  # noqa: ASYNC110  # a count, read by a test
                await asyncio.sleep(0.02)

    def half_open(self) -> None:
        """Let nothing pass any more on the connections that are open, for ever; new ones are well."""
        self._dead |= self._open

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)  # now: a task that is cancelled before it begins closes nothing
        task = asyncio.create_task(self._serve((reader, writer)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, client: Streams) -> None:
        try:
            server = await self._connect()
        except OSError:
            self._reset(client[1])
            return
        self._writers.add(server[1])
        self._count += 1
        number = self._count
        self._open.add(number)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pass(number, client, server, is_request=True))
                both.create_task(self._pass(number, server, client, is_request=False))
        finally:
            self._open.discard(number)
            for writer in (client[1], server[1]):
                writer.close()
                self._writers.discard(writer)

    async def _connect(self) -> Streams:
        where = urlsplit(self.target)
        if where.scheme == "unix":
            return await asyncio.open_unix_connection(where.path)
        return await asyncio.open_connection(where.hostname, where.port)

    async def _pass(self, number: int, source: Streams, sink: Streams, *, is_request: bool) -> None:
        passed = 0
        with suppress(ConnectionError):
            while chunk := await source[0].read(CHUNK_BYTES):
                passed += len(chunk)
                if self.swallows or number in self._dead:
                    continue
                if self.latency_seconds:
                    await asyncio.sleep(self.latency_seconds)
                if not is_request and self.cut_after_bytes and passed > self.cut_after_bytes:
                    self.resets += 1
                    self._reset(sink[1])
                    break
                sink[1].write(chunk)
                await sink[1].drain()
        source[1].close()
        sink[1].close()

    def _reset(self, writer: asyncio.StreamWriter) -> None:
        self._writers.discard(writer)
        raw = writer.get_extra_info("socket")
        if raw is not None and raw.family == socket.AF_INET:
            with suppress(OSError):
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        writer.transport.abort()


@asynccontextmanager
async def proxied(target: str) -> AsyncIterator[Proxy]:
    """Run a proxy for the length of a block."""
    proxy = Proxy(target)
    await proxy.up()
    try:
        yield proxy
    finally:
        await proxy.down()
