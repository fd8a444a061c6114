"""A small stand-in for the workspace: just enough of its second face to drive the page.

It holds one scenario, moves its clock when told, records what the page posts, and sends whatever
a test scripts. The page against the real workspace is tested in `test_page_on_the_workspace.py`.
"""

import asyncio
import json
import mimetypes
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web

PAGE = Path(__file__).resolve().parents[2] / "sandbox" / "page"
INCIDENTS = Path(__file__).resolve().parents[2] / "evals" / "data" / "incidents"

BOT_ID = "U0COPILOT1"
ME_ID = "U0YOU00001"


class StandIn:
    """One scenario on a loopback port."""

    def __init__(self, incident: str = "objectstore-key-rotation") -> None:
        self.file = json.loads((INCIDENTS / f"{incident}.json").read_text())
        self.now = self.file["messages"][0]["ts"]
        self.is_paused = True
        self.take = 1
        self.extra: list[dict[str, Any]] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.files: dict[str, str] = {}
        self.found_at = self.file["decisive_ts"]
        self._streams: list[asyncio.Queue[dict[str, Any] | None]] = []
        self._arrived = asyncio.Event()
        self._serial = 0

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.add_routes(
            [
                web.get("/", self._index),
                web.get("/static/{name}", self._static),
                web.get("/page/state", self._state),
                web.get("/page/events", self._events),
                web.post("/page/{call}", self._call),
                web.get("/files/{id}/{name}", self._file),
            ]
        )
        self._runner = web.AppRunner(app, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.drop_streams()
        await self._runner.cleanup()

    def drop_streams(self) -> None:
        """End every event stream, as a restart of the server would."""
        for stream in self._streams:
            stream.put_nowait(None)

    def emit(self, **event: Any) -> None:
        """Send one event to every page."""
        for stream in self._streams:
            stream.put_nowait(event)

    def post(self, text: str = "", *, user: str = BOT_ID, thread_ts: str | None = None, **more: Any) -> str:
        """Put a message at the clock's moment and return its ts."""
        self._serial += 1
        ts = f"{self.now[:-3]}{900 + self._serial:03d}"
        message = {"type": "message", "ts": ts, "user": user, "text": text, **more}
        if thread_ts:
            message["thread_ts"] = thread_ts
        self.extra.append(message)
        self.emit(type="message", message=message)
        return ts

    def change(self, ts: str, **fields: Any) -> None:
        """Change a message that was posted here."""
        message = next(item for item in self.extra if item["ts"] == ts)
        message.update(fields)
        self.emit(type="message", message=dict(message))

    def move(self, ts: str, *, at_ask: bool = False, is_paused: bool = True) -> None:
        """Move the clock forward; the messages on the way appear."""
        known = {message["ts"] for message in self._visible()}
        self.now, self.is_paused = ts, is_paused
        for message in self._visible():
            if message["ts"] not in known:
                self.emit(type="message", message=message, number=self.numbers[message["ts"]])
        self.emit(type="clock", ts=ts, speed=60, paused=is_paused, at_ask=at_ask)

    async def called(self, path: str) -> dict[str, Any]:
        """Wait for a call of the page and return its body."""
        while True:
            for at, (name, body) in enumerate(self.calls):
                if name == path:
                    del self.calls[at]
                    return body
            self._arrived.clear()
            await asyncio.wait_for(self._arrived.wait(), 10)

    @property
    def numbers(self) -> dict[str, int]:
        """The number of each message of the scenario."""
        return {message["ts"]: at for at, message in enumerate(self.file["messages"], start=1)}

    def ts_of(self, number: int) -> str:
        """The ts of one message of the scenario."""
        return self.file["messages"][number - 1]["ts"]

    def permalink(self, number: int) -> str:
        """A link to one message, as the copilot prints it."""
        return f"{self.url}/archives/{self.file['channel']['id']}/p{self.ts_of(number).replace('.', '')}?thread_ts=1.0"

    def _visible(self) -> list[dict[str, Any]]:
        shown = [message for message in self.file["messages"] if message["ts"] <= self.now]
        return [*shown, *self.extra]

    def snapshot(self) -> dict[str, Any]:
        """What `/page/state` answers."""
        channel = self.file["channel"]
        users = {message["user"] for message in self.file["messages"] if "user" in message}
        scenario = {key: self.file[key] for key in ("id", "question", "ask_at", "trigger_ts", "expected_at_ask")}
        ends = {"start": self.file["messages"][0]["ts"], "end": self.file["messages"][-1]["ts"]}
        name = channel["name"]
        listed = [
            {
                "id": data["id"],
                "channel": data["channel"]["name"],
                "question": data["question"],
                "shape": data["shape"],
            }
            for data in (json.loads(path.read_text()) for path in sorted(INCIDENTS.glob("*.json")))
        ]
        return {
            "scenarios": listed,
            "scenario": {**scenario, **ends, "found_at": self.found_at, "take": self.take},
            "clock": {"ts": self.now, "speed": 60, "paused": self.is_paused},
            "bot": {"user_id": BOT_ID, "name": "copilot", "mode": "no model", "detail": "no key", "worker_pid": 4711},
            "me": {"user_id": ME_ID, "name": "you"},
            "users": {user: {"name": user[2:5].title(), "is_bot": False} for user in users},
            "channels": [{"id": channel["id"], "name": name, "is_current": True}],
            "messages": self._visible(),
            "numbers": {message["ts"]: self.numbers[message["ts"]] for message in self.file["messages"]},
        }

    async def _index(self, _: web.Request) -> web.Response:
        return web.Response(text=(PAGE / "index.html").read_text(), content_type="text/html")

    async def _static(self, request: web.Request) -> web.Response:
        path = PAGE / request.match_info["name"]
        kind = mimetypes.guess_type(path.name)[0] or "text/plain"
        return web.Response(text=path.read_text(), content_type=kind)

    async def _state(self, _: web.Request) -> web.Response:
        return web.json_response(self.snapshot())

    async def _events(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        stream: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self._streams.append(stream)
        await response.write(b": hello\n\n")
        while (event := await stream.get()) is not None:
            await response.write(f"data: {json.dumps(event)}\n\n".encode())
        self._streams.remove(stream)
        return response

    async def _call(self, request: web.Request) -> web.Response:
        name, body = request.match_info["call"], await request.json()
        self.calls.append((name, body))
        self._arrived.set()
        return web.json_response(self._answer(name, body))

    def _answer(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        if name == "say":
            return {"ts": self.post(body["text"], user=ME_ID, thread_ts=body.get("thread_ts"))}
        if name == "kill":
            self.emit(type="bot", event="worker_killed", pid=4711)
            return {"pid": 4711}
        if name == "clock" and body["action"] == "seek":
            self._seek(body["ts"])
        return {}

    def _seek(self, ts: str) -> None:
        if ts >= self.now:
            return self.move(ts)
        self.now, self.take, self.extra = ts, self.take + 1, []
        return self.emit(type="state")

    async def _file(self, request: web.Request) -> web.Response:
        return web.Response(text=self.files[request.match_info["id"]], content_type="text/markdown")
