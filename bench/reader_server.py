"""The Web API's reading methods, as fast as a page can be sent: `python -m bench.reader_server COUNT LIMIT`.

LIMIT is how many calls of each method are allowed a minute, 0 any number. It runs beside what is measured, so
that none of its time is charged to it. Prints its port.
"""

import asyncio
import json
import math
import sys
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Awaitable, Callable

from aiohttp import web

from bench.reader_corpus import CHANNEL, OUR_BOT, TEAM, US, Json, corpus, new

READY = "port "
API = "/api/"
MINUTE_SECONDS = 60
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Line = tuple[str, bytes]
"""A message's `ts` and its JSON."""


class Store:
    """All messages, as the bytes that are sent."""

    def __init__(self, count: int) -> None:
        self.top: list[Line] = []
        self.threads: dict[str, list[Line]] = defaultdict(list)
        self.calls = 0
        self.newest = ""
        for message in corpus(count):
            self.add(message)

    def add(self, message: Json) -> None:
        """Let a message stand."""
        self.newest = ts = message["ts"]
        root = message.get("thread_ts")
        line = (ts, json.dumps(message).encode())
        if root:
            self.threads[root].append(line)
        if root in {None, ts}:
            self.top.append(line)


class Methods:
    """What is answered."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def history(self, request: web.Request) -> web.Response:
        """Answer `conversations.history`."""
        lines, limit = self.store.top, int(request.query["limit"])
        end = int(request.query.get("cursor") or len(lines))
        first = max(0, end - limit)
        return page(lines[first:end][::-1], str(first) if first else "")

    async def replies(self, request: web.Request) -> web.Response:
        """Answer `conversations.replies`, all on one page."""
        root, *lines = self.store.threads[request.query["ts"]]
        first = bisect_left(lines, (request.query.get("oldest") or "", b""))
        return page([root, *lines[first:]], "")

    async def users(self, request: web.Request) -> web.Response:
        """Answer `users.info`."""
        one = request.query["user"]
        profile = {"display_name": f"Person {one[-3:]}", "real_name": "Somebody"}
        return web.json_response({"ok": True, "user": {"id": one, "name": one.lower(), "profile": profile}})

    async def bots(self, request: web.Request) -> web.Response:
        """Answer `bots.info`."""
        return web.json_response({"ok": True, "bot": {"id": request.query["bot"], "name": "alerts"}})

    async def auth(self, _request: web.Request) -> web.Response:
        """Answer `auth.test`."""
        me = {"user_id": US, "bot_id": OUR_BOT, "team_id": TEAM, "url": "https://bench.example.com/"}
        return web.json_response({"ok": True, **me})

    async def say(self, request: web.Request) -> web.Response:
        """Let people say more; return it as their events carry it."""
        said = list(new(int(request.query["count"]), self.store.newest))
        for message in said:
            self.store.add(message)
        return web.json_response(said)

    async def calls(self, _request: web.Request) -> web.Response:
        """Return how often the Web API was called."""
        return web.json_response(self.store.calls)


def page(lines: list[Line], cursor: str) -> web.Response:
    """Return some lines as one page."""
    body = b",".join(line for _, line in lines)
    tail = json.dumps({"response_metadata": {"next_cursor": cursor}}).encode()[1:]
    return web.Response(
        body=b'{"ok":true,"messages":[' + body + b"]," + tail, content_type="application/json"
    )


class Limits:
    """So many calls of each method a minute, as Slack's tiers allow; 0 for any number."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.since: dict[str, tuple[float, int]] = {}

    def wait_seconds(self, method: str) -> int:
        """Count a call; return how long to wait before it is taken, 0 when it is taken now."""
        now = time.monotonic()
        began, count = self.since.get(method, (now, 0))
        if now - began >= MINUTE_SECONDS:
            began, count = now, 0
        self.since[method] = (began, count + 1)
        return math.ceil(began + MINUTE_SECONDS - now) if self.limit and count >= self.limit else 0


def build(store: Store, limits: Limits) -> web.Application:
    """Return the server."""
    methods = Methods(store)

    @web.middleware
    async def limited(request: web.Request, handler: Handler) -> web.StreamResponse:
        seconds = limits.wait_seconds(request.path) if request.path.startswith(API) else 0
        if seconds:
            return web.json_response(
                {"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": str(seconds)}
            )
        return await handler(request)

    async def count(request: web.Request, _response: web.StreamResponse) -> None:
        if request.path.startswith(API):
            store.calls += 1

    app = web.Application(middlewares=[limited])
    app.on_response_prepare.append(count)
    shown = {
        "conversations.history": methods.history,
        "conversations.replies": methods.replies,
        "users.info": methods.users,
        "bots.info": methods.bots,
        "auth.test": methods.auth,
    }
    app.add_routes([web.route("*", f"{API}{name}", found) for name, found in shown.items()])
    app.add_routes([web.get("/say", methods.say), web.get("/calls", methods.calls)])
    return app


async def serve(count: int, limit: int) -> None:
    """Serve until killed."""
    runner = web.AppRunner(build(Store(count), Limits(limit)), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(f"{READY}{runner.addresses[0][1]} {CHANNEL}", flush=True)  # told to who started it
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))
