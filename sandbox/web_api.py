"""`/api/<method>`: one door for all Web API methods, and the two doors beside it."""

import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from sandbox.args import Args, read_args, token_of
from sandbox.channel import Json
from sandbox.errors import SlackError
from sandbox.faults import Fault, Faults
from sandbox.methods import METHODS
from sandbox.misanswer import misanswer
from sandbox.people import SCOPES
from sandbox.rates import Rates
from sandbox.replies import Replies
from sandbox.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call as it came."""

    method: str
    args: dict[str, Any]


@dataclass(slots=True, kw_only=True)
class WebApi:
    """Slack's Web API over one workspace.

    Attributes:
        rates: Limits on calls a minute; none by itself.
        scopes: What the token may do, as every answer says; nothing is refused for the lack of one.
        calls: The latest calls, oldest first, for tests and for the curious.
    """

    workspace: Workspace
    replies: Replies
    faults: Faults = field(default_factory=Faults)
    rates: Rates = field(default_factory=Rates)
    scopes: tuple[str, ...] = SCOPES
    calls: deque[Call] = field(default_factory=lambda: deque(maxlen=2000))

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of this face."""
        return [
            web.route("*", "/api/{method}", self._call),
            web.post("/upload/v1/{file_id}", self._upload),
            web.post("/respond/{token}", self._respond),
        ]

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        fault = None
        answer: Json = {}
        try:
            args = await read_args(request)
            self.calls.append(Call(method=method, args=args.values))
            fault = self.faults.next(method)
            fault = fault or self._limited(method)
            if fault is None or fault.is_performed:
                answer = self._perform(request, method, args)
        except SlackError as error:
            answer = error.body()
        if fault is None:
            return web.json_response(answer, headers=self._headers())
        return await misanswer(request, fault, answer, headers=self._headers())

    def _limited(self, method: str) -> Fault | None:
        wait_seconds = self.rates.seconds_to_wait(method, now_seconds=self.workspace.monotonic())
        return None if wait_seconds is None else Fault(status=429, retry_after_seconds=wait_seconds)

    def _headers(self) -> dict[str, str]:
        return {"x-oauth-scopes": ",".join(self.scopes), "x-slack-req-id": "local"}

    def _perform(self, request: web.Request, method: str, args: Args) -> Json:
        token_of(request, args)
        self.workspace.catch_up()
        if method == "apps.connections.open":
            return {"ok": True, "url": f"{self.workspace.base_url.replace('http', 'ws', 1)}/link"}
        found = METHODS.get(method)
        if found is None:
            raise SlackError("unknown_method", req_method=method)
        return found(self.workspace, args)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        fault = self.faults.next("upload")
        if fault is not None:
            return await misanswer(request, fault, {}, headers={})
        content = await _content(request)
        try:
            file = self.workspace.uploads.receive(request.match_info["file_id"], content)
        except KeyError:
            return web.Response(status=404, text="no such upload")
        return web.Response(text=f"OK - {file.length}")

    async def _respond(self, request: web.Request) -> web.Response:
        """Take what an app sends to a `response_url`."""
        try:
            body = json.loads(await request.read())
            place = self.replies.use(request.match_info["token"], now_seconds=self.workspace.monotonic())
            self.replies.apply(self.workspace, place, body if isinstance(body, dict) else {})
        except ValueError:
            return web.json_response({"ok": False, "error": "invalid_payload"}, status=400)
        except SlackError as error:
            return web.json_response(error.body(), status=404)
        return web.Response(text="ok")


async def _content(request: web.Request) -> bytes:
    """Return the bytes of an upload, sent bare or as a form's first file."""
    if request.content_type != "multipart/form-data":
        return await request.read()
    for part in (await request.post()).values():
        if isinstance(part, web.FileField):
            return part.file.read()
    return b""
