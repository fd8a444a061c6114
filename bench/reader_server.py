"""The Web API's reading methods, as fast as a page can be sent: `python -m bench.reader_server COUNT`.

It runs beside what is measured, so that none of its time is charged to it. Prints its port.
"""

import asyncio
import json
import sys
from bisect import bisect_left
from collections import defaultdict

from aiohttp import web

from bench.reader_corpus import CHANNEL, OUR_BOT, TEAM, US, Json, corpus, new

READY = "port "


class Store:
    """All messages, as the bytes that are sent."""

    def __init__(self, count: int) -> None:
        self.top: list[tuple[str, bytes]] = []
        self.threads: dict[str, list[tuple[str, bytes]]] = defaultdict(list)
        self.calls: dict[str, int] = defaultdict(int)
        for message in corpus(count):
            self.add(message)

    def add(self, message: Json) -> None:
        """Let a message stand."""
        ts, root = message["ts"], message.get("thread_ts")
        line = (ts, json.dumps(message).encode())
        if root:
            self.threads[root].append(line)
        if root in {None, ts}:
            self.top.append(line)

    def page(self, lines: list[tuple[str, bytes]], first: int, limit: int, cursor: str) -> web.Response:
        """Return some lines as one page."""
        body = b",".join(line for _, line in lines[first : first + limit])
        tail = json.dumps({"response_metadata": {"next_cursor": cursor}}).encode()[1:]
        return web.Response(
            body=b'{"ok":true,"messages":[' + body + b"]," + tail, content_type="application/json"
        )


def build(store: Store) -> web.Application:
    """Return the server."""

    async def history(request: web.Request) -> web.Response:
        limit, cursor = int(request.query["limit"]), request.query.get("cursor") or str(len(store.top))
        first = max(0, int(cursor) - limit)
        lines = store.top[first : int(cursor)][::-1]
        return store.page(lines, 0, limit, str(first) if first else "")

    async def replies(request: web.Request) -> web.Response:
        root, *lines = store.threads[request.query["ts"]]
        first = bisect_left(lines, (request.query.get("oldest") or "", b""))
        return store.page([root, *lines[first:]], 0, 10**6, "")

    async def users(request: web.Request) -> web.Response:
        one = request.query["user"]
        profile = {"display_name": f"Person {one[-3:]}", "real_name": "Somebody"}
        return web.json_response({"ok": True, "user": {"id": one, "name": one.lower(), "profile": profile}})

    async def bots(request: web.Request) -> web.Response:
        return web.json_response({"ok": True, "bot": {"id": request.query["bot"], "name": "alerts"}})

    async def say(request: web.Request) -> web.Response:
        said = list(new(int(request.query["count"]), store.top[-1][0]))
        for message in said:
            store.add(message)
        return web.json_response(said)

    async def auth(_request: web.Request) -> web.Response:
        me = {"user_id": US, "bot_id": OUR_BOT, "team_id": TEAM, "url": "https://bench.example.com/"}
        return web.json_response({"ok": True, **me})

    async def calls(_request: web.Request) -> web.Response:
        return web.json_response(store.calls)

    @web.middleware
    async def count(request: web.Request, handler: object) -> web.StreamResponse:
        store.calls[request.path.rpartition("/")[2]] += 1
        return await handler(request)  # type: ignore[operator, no-any-return]  # aiohttp's own handler

    app = web.Application(middlewares=[count])
    shown = {
        "conversations.history": history,
        "conversations.replies": replies,
        "users.info": users,
        "bots.info": bots,
        "auth.test": auth,
    }
    app.add_routes([web.get(f"/api/{name}", found) for name, found in shown.items()])
    app.add_routes([web.post("/api/auth.test", auth), web.get("/say", say), web.get("/calls", calls)])
    return app


async def serve(count: int) -> None:
    """Serve until killed."""
    runner = web.AppRunner(build(Store(count)), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(f"{READY}{runner.addresses[0][1]} {CHANNEL}", flush=True)  # told to who started it
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
