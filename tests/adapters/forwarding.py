"""A forward proxy on loopback, and a server with a certificate that nobody knows."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


@dataclass
class Proxy:
    """Takes every host to one place, and remembers who was asked for; `refuses` with a status instead."""

    target: str
    address: str = ""
    refuses: str = ""
    asked: list[str] = field(default_factory=list)
    serving: set[asyncio.Task] = field(default_factory=set)
    writers: set[asyncio.StreamWriter] = field(default_factory=set)

    def accept(self, reader, writer):
        self.writers.add(writer)
        self.serving.add(asyncio.create_task(self._serve(reader, writer)))

    async def _serve(self, reader, writer):
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                first, _, rest = head.partition("\r\n")
                await self._answer(reader, writer, first.split(" "), rest)
        finally:
            writer.close()

    async def _answer(self, reader, writer, first, rest):
        verb, where, version = first
        self.asked.append(where if verb == "CONNECT" else urlsplit(where).netloc)
        if self.refuses:
            writer.write(f"HTTP/1.1 {self.refuses}\r\nContent-Length: 0\r\n\r\n".encode())
            await writer.drain()
            return
        host, _, port = self.target.partition(":")
        far_reader, far_writer = await asyncio.open_connection(host, int(port))
        try:
            if verb == "CONNECT":
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                far_writer.write(f"{verb} {_path(where)} {version}\r\n{self._host(rest)}".encode())
            await asyncio.gather(_pipe(reader, far_writer), _pipe(far_reader, writer))
        finally:
            far_writer.close()

    async def stop(self):
        for task in self.serving:
            task.cancel()
        await asyncio.gather(*self.serving, return_exceptions=True)
        for writer in self.writers:  # also of what had not begun to be served
            if not writer.is_closing():
                writer.transport.abort()
        await asyncio.gather(*(writer.wait_closed() for writer in self.writers), return_exceptions=True)

    def _host(self, rest):
        lines = [line for line in rest.split("\r\n") if line and not line.lower().startswith("host:")]
        if "upgrade:" not in rest.lower():  # a WebSocket stays; of anything else one answer is passed on
            lines = [line for line in lines if not line.lower().startswith("connection:")]
            lines.append("Connection: close")
        return "\r\n".join([f"Host: {self.target}", *lines, "", ""])


def _path(where):
    parts = urlsplit(where)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


async def _pipe(reader, writer):
    with suppress(ConnectionError, ssl.SSLError):
        while part := await reader.read(65536):
            writer.write(part)
            await writer.drain()
        writer.close()


@asynccontextmanager
async def forward_proxy(target: str, *, refuses: str = "") -> AsyncIterator[Proxy]:
    """Run a proxy that takes every host to `target` (`127.0.0.1:port`)."""
    proxy = Proxy(target=target, refuses=refuses)
    server = await asyncio.start_server(proxy.accept, "127.0.0.1", 0)
    proxy.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield proxy
        server.close()
        await proxy.stop()


@asynccontextmanager
async def tls_front(
    target: str, folder: Path, *, name: str = "slack.test"
) -> AsyncIterator[tuple[str, Path]]:
    """Run TLS before `target`; yields `127.0.0.1:port` and the file of its certificate."""
    certificate = made_certificate(folder, name)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    front = Proxy(target=target)
    server = await asyncio.start_server(front.accept, "127.0.0.1", 0, ssl=context)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}", certificate
        server.close()
        await front.stop()


def made_certificate(folder: Path, name: str) -> Path:
    """Make a certificate for a name and loopback that signs itself; the file holds its key too."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    names = x509.SubjectAlternativeName([x509.DNSName(name), x509.IPAddress(ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    file = folder / f"{name}.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, form, plain)
    )
    return file
