"""What the receiver's tests share: a small Slack, a queue that remembers, signed deliveries."""

import asyncio
import hashlib
import hmac
import io
import json
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestClient

from bot.request import Request, RequestKind

SECRET = "a-signing-" + "secret"
TOKEN = "xoxb-" + "test"


class FakeSlack:
    """A Web API of two methods, and a Socket Mode connection whose frames the test sends and reads."""

    def __init__(self) -> None:
        self.error = ""
        self.delay_seconds = 0.0
        self.calls: list[str] = []
        self.connected: asyncio.Queue[web.WebSocketResponse] = asyncio.Queue()
        self.frames: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.url = ""

    async def call(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        self.calls.append(method)
        await asyncio.sleep(self.delay_seconds)
        if self.error:
            return web.json_response({"ok": False, "error": self.error})
        if method == "apps.connections.open":
            return web.json_response({"ok": True, "url": self.url.replace("http", "ws") + "ws"})
        return web.json_response({"ok": True, "team_id": "T1", "user_id": "U0BOT", "bot_id": "B0BOT"})

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1})
        await self.connected.put(socket)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await self.frames.put(json.loads(message.data))
        return socket


class FakeQueue:
    """Takes `delay_seconds` to store a request, or fails."""

    def __init__(self) -> None:
        self.stored: list[str] = []
        self.keys: list[Sequence[str]] = []
        self.delay_seconds = 0.0
        self.error: Exception | None = None

    async def accept(self, request: Request, *, keys: Sequence[str]) -> bool:
        await asyncio.sleep(self.delay_seconds)
        if self.error is not None:
            raise self.error
        is_new = request.id not in self.stored
        self.stored.append(request.id)
        self.keys.append(keys)
        return is_new

    async def ping(self) -> None:
        await asyncio.sleep(self.delay_seconds)
        if self.error is not None:
            raise self.error


def parse(body: Any, bot_user_id: str, *, now: datetime) -> tuple[Request, tuple[str, ...]] | None:
    """Find a request in a mention, a command or a pressed button."""
    asked = body.get("event", {}).get("ts") or body.get("command") or body.get("trigger_id")
    if not asked or body.get("event", {}).get("type") == "message":
        return None
    request = Request(
        id=f"{asked}:{bot_user_id}",
        kind=RequestKind.ANSWER,
        team_id="T1",
        channel_id="C1",
        asker_id="U1",
        text="why?",
        received_at=now,
    )
    return request, (f"ev:{body.get('event_id')}",)


def mention(**event: object) -> dict[str, Any]:
    inner = {"type": "app_mention", "user": "U1", "channel": "C1", "ts": "1.0", "text": "<@U0BOT> why?"}
    return {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": {**inner, **event}}


def signed(body: bytes, *, age_seconds: float = 0, **changes: str) -> dict[str, str]:
    timestamp = str(int(time.time() - age_seconds))
    base = b"v0:" + timestamp.encode() + b":" + body
    headers = {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": "v0=" + hmac.new(SECRET.encode(), base, hashlib.sha256).hexdigest(),
    }
    return {**headers, **changes}


async def post(door: TestClient[Any, Any], body: bytes, **changes: Any) -> int:
    async with door.post("/slack/events", data=io.BytesIO(body), headers=signed(body, **changes)) as response:
        return response.status


async def post_form(door: TestClient[Any, Any], fields: dict[str, str]) -> int:
    body = urlencode(fields).encode()
    return await post(door, body, **{"Content-Type": "application/x-www-form-urlencoded"})


MENTION = json.dumps(mention()).encode()
