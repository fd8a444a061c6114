"""The ways in which Claude's API fails in `bench.failures`, and what a person must read then."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SCENARIO = "objectstore-key-rotation"
NOBODY = "http://127.0.0.1:9"
"""Nothing listens there."""
TLS_HANDSHAKE = b"\x16"
BAD_FORM = "the model did not answer in the agreed form"
BROKE = "connection to the API broke"
LIMITED = "API rate limit reached"
MOVED = "had no room"


_ANSWERED = frozenset(
    {
        *("real_speed", "answer", "declined", "too_long", "window_exceeded", "prompt_too_long", "no_json"),
        *("bad_schema", "unknown_end", "empty", "no_such_model", "key_refused", "forbidden", "no_credit"),
        *("unpaid", "too_large"),
    }
)
"""Turns by which an API is known to be there: they close the circuit of the model that was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One failure.

    Attributes:
        turns: What the API does, by the names that `tests.messages_api` has, comma-separated, the last one
            for ever; empty when `address` is no API at all.
        reason: What the answer must say of it; empty where it is over before anybody sees it.
        ends_in: `rules`, `model`, or `other tier`.
        goes_on: The worker is that of the row before, whatever it knows.
        address: Where the API would be: `dns`, `refused`, `tls` or `mute`.
    """

    name: str
    turns: str = ""
    reason: str = ""
    ends_in: str = "rules"
    goes_on: bool = False
    address: str = ""

    @property
    def is_outage(self) -> bool:
        """The worker counts failures of the API in it, and may stop asking after two such rows."""
        return bool(self.address or not _ANSWERED.intersection(self.turns.split(",")))


def _row(name: str, turns: str, reason: str) -> Row:
    return Row(name=name, turns=turns, reason=reason)


def _passing(name: str, turns: str, reason: str = "") -> Row:
    return Row(name=name, turns=turns, reason=reason, ends_in="model")


def _moved(name: str, turns: str) -> Row:
    return Row(name=name, turns=turns, reason=MOVED, ends_in="other tier")


AT_REAL_SPEED = _passing("none: answered at real speed", "real_speed")
"""Takes about twenty seconds: only with the real limits."""
ROWS = (
    _passing("529 once, then an answer", "overloaded,answer"),
    _row("529 always", "overloaded", "API overloaded"),
    _moved("529, other tier has room", "overloaded,overloaded,overloaded,answer"),
    _moved("overloaded in the stream, then room", "error_in_stream,error_in_stream,error_in_stream,answer"),
    _row("overloaded in the stream always", "error_in_stream", "API overloaded"),
    _passing("429 Retry-After 1", "limited,answer"),
    _row("429 Retry-After 3600 on both tiers", "limited_for_an_hour", LIMITED),
    _moved("529 Retry-After 3600, then room", "wait_an_hour,answer"),
    _row("429 Retry-After -5", "wait_negative", LIMITED),
    _row("429 Retry-After a date in 2099", "wait_until_2099", LIMITED),
    _row("429 Retry-After garbage", "wait_garbage", LIMITED),
    _row("cut after message_start", "cut_at_the_start", BROKE),
    _row("cut mid-JSON", "cut", BROKE),
    _row("cut before message_stop", "cut_at_the_end", BROKE),
    _row("silent end", "silence", "the answer was cut"),
    _row("silence after the first words", "stall", "no answer"),
    _passing("silence after a whole hypothesis", "stall_after_one", "best so far"),
    _row("1 byte a second", "trickle", "no answer within"),
    _row("pings only", "pings", "no answer within"),
    _row("refusal by both models", "declined", "the model declined"),
    _row("max_tokens", "too_long", "the answer was too long"),
    _passing("context exceeded, then less", "window_exceeded,answer", "too long to be read as planned"),
    _row("context exceeded always", "window_exceeded", "too long for the model"),
    _row("prompt too long (400)", "prompt_too_long", "too long for the model"),
    _row("invalid JSON", "no_json", BAD_FORM),
    _row("schema violated", "bad_schema", BAD_FORM),
    _row("unknown stop_reason", "unknown_end", BAD_FORM),
    _row("empty content", "empty", BAD_FORM),
    _row("unknown model (404)", "no_such_model", "model not available"),
    _row("401", "key_refused", "API key refused"),
    _row("403", "forbidden", "not allowed to use this model"),
    _row("credit exhausted (400)", "no_credit", "no API credit left"),
    _row("credit exhausted (402)", "unpaid", "no API credit left"),
    _row("413", "too_large", "too long for the API"),
    _row("500 always", "failing", "the API failed"),
    Row(name="dead DNS", address="dns", reason="address was not found"),
    Row(name="TLS failure", address="tls", reason="no secure connection"),
    Row(name="accepts, never answers", address="mute", reason="no answer"),
    Row(name="connection refused", address="refused", reason="no connection to the API"),
    Row(name="refused, second question", address="refused", reason="no connection", goes_on=True),
    Row(name="refused, breaker open", address="refused", reason="again and again", goes_on=True),
)


@dataclass(slots=True)
class StandIn:
    """The stand-in for the API, a process of its own."""

    process: asyncio.subprocess.Process
    url: str

    async def play(self, turns: str) -> None:
        """Do this from now on."""
        if self.process.stdin and self.process.stdout:
            self.process.stdin.write(f"{turns}\n".encode())
            await self.process.stdout.readline()


@asynccontextmanager
async def stand_in() -> AsyncIterator[StandIn]:
    """Run the stand-in."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.messages_api", "--port", "0"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # it complains of clients that leave, as they must
        cwd=ROOT,
    )
    try:
        first = await process.stdout.readline() if process.stdout else b"{}"
        yield StandIn(process, json.loads(first)["base_url"])
    finally:
        process.terminate()
        await process.communicate()


@asynccontextmanager
async def api_for(row: Row, api: StandIn) -> AsyncIterator[str]:
    """Give the address of a row's API, which fails as the row says for the time of the block."""
    fixed = {"dns": "http://no-such-host.invalid", "refused": NOBODY, "": api.url}
    if row.address in fixed:
        if row.turns:
            await api.play(row.turns)
        yield fixed[row.address]
        return
    async with _mute(is_tls=row.address == "tls") as url:
        yield url


@asynccontextmanager
async def _mute(*, is_tls: bool) -> AsyncIterator[str]:
    server = await asyncio.start_server(_take, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"{'https' if is_tls else 'http'}://127.0.0.1:{port}"
    finally:
        server.close()


async def _take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take what comes; a client that begins TLS is answered in plain text, any other not at all."""
    try:
        if await reader.read(1) == TLS_HANDSHAKE:
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            await writer.drain()
            return
        while await reader.read(65_536):
            pass
    except OSError:
        return
    finally:
        writer.close()
