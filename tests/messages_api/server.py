"""A local stand-in for the Messages API. Used by tests alone; nothing in the product knows it."""

import asyncio
import math
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.messages_api.cache import PromptCache
from tests.messages_api.events import as_sse, content_of, error_event, events, summary_events, summary_of
from tests.messages_api.issued import Issued
from tests.messages_api.judge import RefusalError, judge
from tests.messages_api.models import MODELS, entry, listed
from tests.messages_api.script import Turn

PING_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass(slots=True)
class StandIn:
    """The running stand-in: what it will do, and what it was asked."""

    turns: list[Turn]
    gathering: list[Turn] = field(default_factory=lambda: [Turn(words="done")])
    """What look-ups are answered with, apart from `turns`."""
    summing: list[Turn] = field(default_factory=lambda: [Turn(words="What was found so far.")])
    """What conversations are summed up by; a turn that ends otherwise than by itself holds no summary."""
    issued: Issued = field(default_factory=Issued)
    base_url: str = ""
    requests: list[Recorded] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    usages: list[dict[str, Any]] = field(default_factory=list)
    cache: PromptCache = field(default_factory=PromptCache)
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    listed: dict[str, dict[str, Any]] = field(default_factory=lambda: {name: listed(name) for name in MODELS})
    refused_status: int = 0

    @property
    def looked_up(self) -> list[dict[str, Any]]:
        """The bodies of the requests that looked things up."""
        return [body for body in self.bodies if is_gathering(body)]

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [request.body for request in self.requests]

    def script(self, *turns: Turn) -> None:
        self.turns[:] = turns

    def list_model(self, name: str, *, able: dict[str, Any] | None = None, **facts: Any) -> None:
        """Let the Models API know one more model: what it can do (see `entry`), and other facts of it."""
        self.listed[name] = entry(name, **(able or {})) | facts

    async def messages(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.requests.append(Recorded(headers=dict(request.headers), body=body))
        has_key = request.headers.get("Authorization", "").startswith("Bearer ")
        try:
            may_go_on = bool(body.get("messages")) and self.issued.may_end_in(body["messages"][-1])
            judge(body, has_key=has_key, betas=_betas(request), may_go_on=may_go_on)
            self.issued.judge(body)
        except RefusalError as refusal:
            self.refusals.append(refusal.message)
            return self._error(status=refusal.status, kind=refusal.kind, message=refusal.message)
        turns = self._turns_of(body)
        turn = turns.pop(0) if len(turns) > 1 else turns[0]
        if turn.status != 200:
            headers = {"retry-after": turn.retry_after} if turn.retry_after else {}
            return self._error(status=turn.status, kind=turn.error, message=turn.message, headers=headers)
        return await self._stream(request, body, turn)

    def _turns_of(self, body: dict[str, Any]) -> list[Turn]:
        if "compaction" in body:
            return self.summing
        return self.gathering if is_gathering(body) else self.turns

    async def model(self, request: web.Request) -> web.Response:
        """`GET /v1/models/{id}`: what the API knows of one model, whom it lets ask for it."""
        if self.refused_status:
            return self._error(status=self.refused_status, kind="authentication_error", message="refused")
        found = self.listed.get(request.match_info["id"])
        if found is None:
            return self._error(status=404, kind="not_found_error", message="no such model")
        return web.json_response(found)

    async def asked(self, _request: web.Request) -> web.Response:
        return web.json_response(self.bodies)

    def _error(
        self, *, status: int, kind: str, message: str, headers: dict[str, str] | None = None
    ) -> web.Response:
        request_id = f"req_{len(self.requests):04d}"
        body = {"type": "error", "error": {"type": kind, "message": message}, "request_id": request_id}
        return web.json_response(body, status=status, headers={"request-id": request_id, **(headers or {})})

    async def _stream(self, request: web.Request, body: dict[str, Any], turn: Turn) -> web.StreamResponse:
        number = len(self.requests)
        response = web.StreamResponse(
            headers={"content-type": "text/event-stream", "request-id": f"req_{number:04d}"}
        )
        await response.prepare(request)
        text = turn.words if isinstance(turn.words, str) else turn.words(body)
        usage = self.cache.count(body, _betas(request))
        self.usages.append(usage)
        is_thinking = turn.think_seconds > 0
        for event in self._events(body, turn, text, usage):
            if is_thinking and event["type"] == "content_block_stop":
                is_thinking = False
                await self._ping(response, turn.think_seconds)
            await response.write(as_sse(event))
            await asyncio.sleep(turn.pause_seconds)
        if turn.break_after_chars is not None:
            await self._break(request, response, turn)
        return response

    def _events(
        self, body: dict[str, Any], turn: Turn, text: str, usage: dict[str, Any]
    ) -> Iterator[dict[str, Any]]:
        number = len(self.requests)
        told = {"number": number, "model": body["model"], "usage": usage}
        if "compaction" in body and turn.end == "end_turn":
            summary = summary_of(text, number=number)
            self.issued.note(body, [summary], end="compaction")
            return summary_events(summary, **told)
        content = [] if "compaction" in body else content_of(turn, text, number=number)
        self.issued.note(body, content, end=turn.end)
        return events(turn, content, **told)

    async def _break(self, request: web.Request, response: web.StreamResponse, turn: Turn) -> None:
        match turn.breaks_by:
            case "error":
                await response.write(as_sse(error_event(turn, request_id=f"req_{len(self.requests):04d}")))
            case "garbage":
                await response.write(b"event: content_block_delta\ndata: {not json\n\n")
            case "disorder":
                delta = {"type": "text_delta", "text": "{"}
                await response.write(as_sse({"type": "content_block_delta", "index": 7, "delta": delta}))
            case "cut" if request.transport:
                await asyncio.sleep(0.02)  # what was written must arrive before the connection breaks
                request.transport.abort()
            case "stall":
                await self.closing.wait()
            case "pings":
                await self._ping(response, math.inf)
            case "trickle":
                await self._trickle(response)

    async def _ping(self, response: web.StreamResponse, seconds: float) -> None:
        left = seconds
        while left > 0 and not self.closing.is_set():
            await response.write(as_sse({"type": "ping"}))
            await asyncio.sleep(min(left, PING_SECONDS))
            left -= PING_SECONDS

    async def _trickle(self, response: web.StreamResponse) -> None:
        for byte in as_sse({"type": "ping"}) * 10:
            if self.closing.is_set():
                return
            await response.write(bytes([byte]))
            await asyncio.sleep(1.0)


def is_gathering(body: dict[str, Any]) -> bool:
    return any(tool.get("name") == "search_log" for tool in body.get("tools") or ())


def _betas(request: web.Request) -> frozenset[str]:
    return frozenset(filter(None, request.headers.get("anthropic-beta", "").split(",")))


@asynccontextmanager
async def stand_in(turns: Sequence[Turn], *, port: int = 0) -> AsyncIterator[StandIn]:
    """Run the stand-in on loopback; a port of 0 takes a free one."""
    state = StandIn(list(turns))
    app = web.Application(client_max_size=50_000_000)
    app.router.add_post("/v1/messages", state.messages)
    app.router.add_get("/v1/models/{id}", state.model)
    app.router.add_get("/requests", state.asked)
    runner = web.AppRunner(app, shutdown_timeout=0.5)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        bound = runner.addresses[0][1]
        state.base_url = f"http://127.0.0.1:{bound}"
        yield state
    finally:
        state.closing.set()
        await runner.cleanup()
