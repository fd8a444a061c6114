"""What the page in the browser calls."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from aiohttp import web

from sandbox.channel import Json
from sandbox.errors import PageError, SlackError
from sandbox.listeners import Listeners
from sandbox.news import News
from sandbox.people import BOT_NAME, BOT_USER_ID, PERSON_ID, PERSON_NAME
from sandbox.person import Person
from sandbox.player import Player
from sandbox.workspace import Workspace

PAGE_FOLDER = Path(__file__).parent / "page"
_SAFE_TYPES = frozenset({"text/plain", "text/markdown", "application/json"})

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class BotProcesses(Protocol):
    """The processes of the copilot, as far as the page may see and kill them."""

    def info(self) -> dict[str, object]:
        """Return `mode`, `detail` and `worker_pid`."""
        ...

    async def kill_worker(self) -> int:
        """Kill the worker at once and return its process id."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PageApi:
    """The page's calls over one workspace.

    Attributes:
        processes: Returns the copilot's processes; None when it runs elsewhere or not at all.
    """

    workspace: Workspace
    player: Player
    person: Person
    news: News
    listeners: Listeners
    processes: Callable[[], BotProcesses | None]

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of this face."""
        return [
            web.get("/", self._index),
            web.get("/archives/{channel}/{message}", self._index),
            web.get("/static/{path:.+}", self._static),
            web.get("/files/{file_id}/{name}", self._file),
            web.get("/page/state", self._state),
            web.get("/page/events", self._events),
            web.post("/page/say", _guarded(self._say)),
            web.post("/page/edit", _guarded(self._edit)),
            web.post("/page/delete", _guarded(self._delete)),
            web.post("/page/react", _guarded(self._react)),
            web.post("/page/stop", _guarded(self._stop)),
            web.post("/page/command", _guarded(self._command)),
            web.post("/page/press", _guarded(self._press)),
            web.post("/page/submit", _guarded(self._submit)),
            web.post("/page/clock", _guarded(self._clock)),
            web.post("/page/scenario", _guarded(self._scenario)),
            web.post("/page/kill", _guarded(self._kill)),
        ]

    def state(self) -> Json:
        """Return everything the page needs to draw itself."""
        self.player.catch_up()
        library, take = self.player.library, self.player.take
        channel = take.channel if take else None
        messages = [self.news.page_message(channel, m) for m in channel.everything()] if channel else []
        return {
            "scenarios": [scenario.listed() for scenario in library.scenarios.values()],
            "broken": [{"file": e.file, "field": e.field, "problem": e.problem} for e in library.broken],
            "scenario": self.player.scenario_state(),
            "clock": self.player.clock_state(),
            "bot": self._bot(),
            "me": {"user_id": PERSON_ID, "name": PERSON_NAME},
            "users": self.workspace.people.for_page(),
            "channels": self._channels(),
            "messages": messages,
            "numbers": dict(channel.numbers) if channel else {},
            "statuses": {
                thread_ts: status
                for (channel_id, thread_ts), status in self.workspace.statuses.items()
                if channel and channel_id == channel.id and status
            },
            "ephemerals": [
                e for e in self.workspace.ephemerals.values() if channel and e["channel"] == channel.id
            ],
            "views": [
                {"view_id": view.id, "view": view.as_slack()} for view in self.workspace.views.opened()
            ],
        }

    def _bot(self) -> Json:
        processes = self.processes()
        bot: Json = {"user_id": BOT_USER_ID, "name": BOT_NAME, "mode": "", "detail": "", "worker_pid": None}
        return bot | (processes.info() if processes else {"detail": "the copilot is not running here"})

    def _channels(self) -> list[Json]:
        take = self.player.take
        current = take.channel.id if take else ""
        return [
            {
                "id": current if take and take.scenario is scenario else scenario.channel_id,
                "name": scenario.channel_name,
                "is_current": take is not None and take.scenario is scenario,
            }
            for scenario in self.player.library.scenarios.values()
        ]

    async def _index(self, _request: web.Request) -> web.StreamResponse:
        return _page_file("index.html")

    async def _static(self, request: web.Request) -> web.StreamResponse:
        return _page_file(request.match_info["path"])

    async def _file(self, request: web.Request) -> web.StreamResponse:
        try:
            file = self.workspace.uploads.find(request.match_info["file_id"])
        except SlackError:
            return web.Response(status=404, text="no such file")
        if file.content is None or file.name != request.match_info["name"]:
            return web.Response(status=404, text="no such file")
        mimetype = file.mimetype if file.mimetype in _SAFE_TYPES else "application/octet-stream"
        return web.Response(
            body=file.content, content_type=mimetype, charset="utf-8" if file.is_text else None
        )

    async def _state(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response(self.state(), headers={"Cache-Control": "no-store"})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        self.player.watch()
        return await self.listeners.serve(request)

    async def _say(self, body: Json) -> Json:
        self.player.catch_up()
        thread_ts = _optional(body, "thread_ts")
        message = self.person.say(_text(body, "channel"), _text(body, "text"), thread_ts=thread_ts)
        return {"ts": message["ts"]}

    async def _edit(self, body: Json) -> Json:
        self.player.catch_up()
        self.person.edit(_text(body, "channel"), _text(body, "ts"), _text(body, "text"))
        return {}

    async def _delete(self, body: Json) -> Json:
        """Delete any message: the person at the page is an admin of this workspace."""
        self.player.catch_up()
        self.person.delete(_text(body, "channel"), _text(body, "ts"), is_admin=True)
        return {}

    async def _react(self, body: Json) -> Json:
        self.player.catch_up()
        act = self.person.react if body.get("on", True) else self.person.unreact
        act(_text(body, "channel"), _text(body, "ts"), _text(body, "name"))
        return {}

    async def _stop(self, body: Json) -> Json:
        self.player.catch_up()
        return {"stopped": self.person.stop(_text(body, "channel"), _text(body, "ts"))}

    async def _command(self, body: Json) -> Json:
        self.player.catch_up()
        text = str(body.get("text") or "")
        ack = await self.person.command(_text(body, "channel"), _text(body, "command"), text)
        return {"acked": ack.is_ok}

    async def _press(self, body: Json) -> Json:
        self.player.catch_up()
        ack = await self.person.press(
            _text(body, "channel"),
            _text(body, "ts"),
            block_id=_text(body, "block_id"),
            action_id=_text(body, "action_id"),
            value=_optional(body, "value"),
        )
        return {"acked": ack.is_ok}

    async def _submit(self, body: Json) -> Json:
        view_id = _text(body, "view_id")
        if body.get("closed") is True:
            await self.person.dismiss(view_id)
            return {}
        values = body.get("values") or {}
        if not isinstance(values, dict) or not all(isinstance(v, dict) for v in values.values()):
            raise PageError("values must be {block_id: {action_id: value}}")
        errors = await self.person.submit(view_id, values)
        return {"errors": errors} if errors else {}

    async def _clock(self, body: Json) -> Json:
        speed = body.get("speed")
        if speed is not None and (isinstance(speed, bool) or not isinstance(speed, int | float)):
            raise PageError("speed must be a number")
        self.player.control(_text(body, "action"), ts=_optional(body, "ts"), speed=speed)
        return self.player.clock_state()

    async def _scenario(self, body: Json) -> Json:
        self.player.open(_text(body, "id"))
        return {}

    async def _kill(self, _body: Json) -> Json:
        processes = self.processes()
        if processes is None:
            raise PageError("the copilot does not run here", status=409)
        return {"pid": await processes.kill_worker()}


def _guarded(act: Callable[[Json], Awaitable[Json]]) -> Handler:
    """Read the body, act, and answer what went wrong as `{"error"}`."""

    async def handler(request: web.Request) -> web.StreamResponse:
        try:
            answer = await act(_object(await request.read()))
        except PageError as error:
            return web.json_response({"ok": False, "error": error.problem}, status=error.status)
        except SlackError as error:
            return web.json_response({"ok": False, "error": error.code}, status=404)
        return web.json_response({"ok": True, **answer})

    return handler


def _object(body: bytes) -> Json:
    try:
        found = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise PageError("the body must be JSON") from None
    if not isinstance(found, dict):
        raise PageError("the body must be a JSON object")
    return found


def _text(body: Json, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise PageError(f"{name} must be a string")
    return value


def _optional(body: Json, name: str) -> str | None:
    value: Any = body.get(name)
    return None if value in (None, "") else str(value)


def _page_file(name: str) -> web.StreamResponse:
    path = (PAGE_FOLDER / name).resolve()
    if not path.is_relative_to(PAGE_FOLDER.resolve()) or not path.is_file():
        return web.Response(status=404, text=f"{name} is not part of the page")
    return web.FileResponse(path, headers={"Cache-Control": "no-cache"})
