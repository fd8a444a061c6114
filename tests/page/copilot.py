"""A copilot that says what a test tells it to: posts through the workspace's Web API, takes its payloads."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.server import Sandbox

Json = dict[str, Any]

TOKEN = "any-token"
"""The workspace asks for the presence of a token, never for its value."""
_PARTS = re.compile(r"\*([^*]+)\*|_([^_]+)_|`([^`]+)`|\[(\d+)\]")


@dataclass(slots=True, kw_only=True)
class Copilot:
    """The scripted app of a workspace.

    Attributes:
        payloads: What the workspace sent, oldest first: events, commands, presses, submits.
    """

    sandbox: Sandbox
    client: AsyncWebClient
    payloads: asyncio.Queue[Json] = field(default_factory=asyncio.Queue)

    @property
    def channel(self) -> str:
        """The channel of the take that is on."""
        return self.sandbox.current_channel.id

    @property
    def root(self) -> str:
        """The root of the incident's thread."""
        return self.ts_of(1)

    def ts_of(self, number: int) -> str:
        """The ts of a numbered message of the scenario."""
        return self.sandbox.player.take.scenario.messages[number - 1]["ts"]

    def permalink(self, number: int) -> str:
        """Where a numbered message stands."""
        digits = self.ts_of(number).replace(".", "")
        return (
            f"{self.sandbox.url}/archives/{self.channel}/p{digits}?thread_ts={self.root}&cid={self.channel}"
        )

    async def post(self, **content: Any) -> str:
        """Post in the incident's thread and return the message's ts."""
        where = {"channel": self.channel, "thread_ts": self.root, "text": "an answer"}
        answer = await self.client.chat_postMessage(**(where | content))
        return str(answer["ts"])

    async def update(self, ts: str, **content: Any) -> None:
        """Change a message."""
        await self.client.chat_update(channel=self.channel, ts=ts, **({"text": "an answer"} | content))

    async def status(self, words: str) -> None:
        """Show a status line in the thread."""
        await self.client.assistant_threads_setStatus(
            channel_id=self.channel, thread_ts=self.root, status=words
        )

    def log(self, event: str, request: str = "r1", **fields: Any) -> None:
        """Let the page see one event of the copilot's log."""
        self.sandbox.publish({"type": "run", "event": event, "request": request, **fields})

    async def payload(self, kind: str) -> Json:
        """Wait for the next payload of a kind: `app_mention`, `block_actions`, `/opus` …"""
        while True:
            payload = await asyncio.wait_for(self.payloads.get(), 10)
            if kind in {payload.get("type"), payload.get("command"), payload.get("event", {}).get("type")}:
                return payload

    def rich(self, *lines: str) -> Json:
        """Make a rich_text block of lines in a small markup: *bold*, _italic_, `code`, [number]."""
        text = "\n".join(lines)
        elements, end = [], 0
        for match in _PARTS.finditer(text):
            elements += [{"type": "text", "text": text[end : match.start()]}] if match.start() > end else []
            elements.append(self._element(match))
            end = match.end()
        elements += [{"type": "text", "text": text[end:]}] if text[end:] else []
        return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}

    def _element(self, match: re.Match[str]) -> Json:
        bold, italic, code, number = match.groups()
        if number:
            return {"type": "link", "url": self.permalink(int(number)), "text": f"[{number}]"}
        style = {"bold": True} if bold else {"italic": True} if italic else {"code": True}
        return {"type": "text", "text": bold or italic or code, "style": style}


@asynccontextmanager
async def running_copilot(sandbox: Sandbox) -> AsyncIterator[Copilot]:
    """Connect a scripted copilot to a workspace by signed HTTP."""
    copilot = Copilot(sandbox=sandbox, client=AsyncWebClient(token=TOKEN, base_url=sandbox.api_url))

    async def take(request: web.Request) -> web.Response:
        copilot.payloads.put_nowait(_parsed(await request.text()))
        return web.Response()

    app = web.Application()
    app.router.add_post("/", take)
    runner = web.AppRunner(app, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sandbox.deliver_http(f"http://127.0.0.1:{runner.addresses[0][1]}/", "signing")
    try:
        yield copilot
    finally:
        await runner.cleanup()


def _parsed(body: str) -> Json:
    if body.startswith("{"):
        return json.loads(body)
    form = {name: values[0] for name, values in parse_qs(body).items()}
    return json.loads(form["payload"]) if "payload" in form else form
