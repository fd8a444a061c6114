"""A small app that takes what Slack would send, for the workspace's tests."""

import asyncio
import contextlib
import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from aiohttp import web


@dataclass(slots=True, kw_only=True)
class Receiver:
    """What came, and what is answered.

    Attributes:
        answers: Status and body of the next answers; then 200 with nothing.
        hang: The next request is held until the test ends.
    """

    secret: str = field(default_factory=lambda: secrets.token_hex(8))
    url: str = ""
    came: list[web.Request] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    answers: list[tuple[int, Any]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    hangs: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def events(self, kind: str = "") -> list[dict[str, Any]]:
        """The inner events that came, all or of one type."""
        found = [body["event"] for body in self.bodies if "event" in body]
        return [event for event in found if not kind or event["type"] == kind]

    async def take(self, request: web.Request) -> web.Response:
        raw = await request.read()
        self.came.append(request)
        self.raw.append(raw)
        self.bodies.append(_body(request.content_type, raw))
        self.arrived.set()
        if self.hangs:
            self.hangs -= 1
            await asyncio.Event().wait()
        status, body = self.answers.pop(0) if self.answers else (200, None)
        if isinstance(body, dict):
            return web.json_response(body, status=status, headers=self.headers)
        return web.Response(status=status, text=body or "", headers=self.headers)


def _body(content_type: str, raw: bytes) -> dict[str, Any]:
    if content_type == "application/json":
        return json.loads(raw)
    fields = {name: values[0] for name, values in parse_qs(raw.decode(), keep_blank_values=True).items()}
    return json.loads(fields["payload"]) if "payload" in fields else fields


@contextlib.asynccontextmanager
async def running_receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/slack/events", receiver.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    try:
        yield receiver
    finally:
        await runner.cleanup()
