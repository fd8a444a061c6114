"""What durability costs the acknowledgement: our receiver beside a bare Bolt app and plain aiohttp.

`python -m bench.ack [--rounds 5] [--seconds 3] [--event message]`: questions, or talk in channels that are
logged. The server under test is one process on one core; the store
and the load share the other. Rounds are interleaved, so that drift of the machine hits all alike: read the
ratios of one run, not absolute numbers across days. Goal: at least 0.35 of bare Bolt, p99 at most 25 ms.
"""

import argparse
import asyncio
import hashlib
import hmac
import json
import logging
import os
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bench.load import EVENTS, SECRET

ROOT = Path(__file__).resolve().parents[1]
SERVERS = ("plain", "bolt", "durable")
GOAL_RATIO, GOAL_P99_MS = 0.35, 25.0
SERVER_CORE, LOAD_CORE = 0, 1
THREADS, LOG_SECONDS = 50, 3600


async def plain() -> web.Application:
    """Return the limit: signature and JSON checked by hand, nothing stored."""

    async def receive(request: web.Request) -> web.Response:
        body, headers = await request.read(), request.headers
        timestamp = headers["X-Slack-Request-Timestamp"]
        base = b"v0:" + timestamp.encode() + b":" + body
        expected = "v0=" + hmac.new(SECRET.encode(), base, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected, headers["X-Slack-Signature"]) or not json.loads(body)["event"]:
            return web.Response(status=401)
        return web.Response()

    app = web.Application()
    app.router.add_post("/slack/events", receive)
    return app


async def bolt(api_url: str) -> web.Application:
    """Return a Bolt app with one empty listener: nothing stored, nothing logged."""
    client = AsyncWebClient(token="xoxb-bench", base_url=api_url)  # noqa: S106  # no token of anybody
    bare = AsyncApp(client=client, signing_secret=SECRET)

    async def on_event() -> None:
        """Do nothing."""

    for kind in EVENTS:
        bare.event(kind)(on_event)

    async def receive(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await bare.async_dispatch(await to_bolt_request(request)))

    app = web.Application()
    app.router.add_post("/slack/events", receive)
    return app


@asynccontextmanager
async def durable(api_url: str, store_url: str) -> AsyncIterator[web.Application]:
    """Give the receiver of role `web`, as in production: screened, stored, logged."""
    import handlers  # noqa: PLC0415  # the baselines must not pay for our imports
    from bot import logs  # noqa: PLC0415  # as above
    from bot.adapters.incident_log import IncidentLog  # noqa: PLC0415  # as above
    from bot.adapters.queue import RequestQueue  # noqa: PLC0415  # as above
    from bot.adapters.sealing import Sealer  # noqa: PLC0415  # as above
    from bot.incident.messages import IncidentRef  # noqa: PLC0415  # as above
    from handlers.receiver import build_app, build_receiver  # noqa: PLC0415  # as above

    async def open_form(_body: Mapping[str, Any], _client: AsyncWebClient) -> None:
        """Never called."""

    logs.set_up(form="json", level="info")
    client = AsyncWebClient(token="xoxb-bench", base_url=api_url)  # noqa: S106  # no token of anybody
    async with RequestQueue(store_url, sealer=Sealer(SECRET)) as queue:
        diary = IncidentLog(queue.redis, Sealer(SECRET), ttl_seconds=LOG_SECONDS)
        for number in range(THREADS):
            await diary.open(IncidentRef(team_id="T000BENCH", channel_id=f"C{number:08d}"))
        app = build_app(
            client=client,
            signing_secret=SECRET,
            queue=queue,
            parse=handlers.parse,
            register=lambda app: handlers.register(app, open_form),
            diary=diary,
        )
        yield build_receiver(app=app, store=queue)


async def serve(name: str, api_url: str, store_url: str) -> None:
    """Run one server until it is ended; print its port."""
    os.sched_setaffinity(0, {SERVER_CORE})
    logging.basicConfig(level=logging.WARNING)
    if name == "durable":
        async with durable(api_url, store_url) as app:
            await listen(app)
    else:
        await listen(await plain() if name == "plain" else await bolt(api_url))


async def listen(app: web.Application) -> None:
    """Listen on a free port for ever."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


@asynccontextmanager
async def fake_slack() -> AsyncIterator[str]:
    """Give the address of a Web API that knows `auth.test`."""

    async def answer(_request: web.Request) -> web.Response:
        return web.json_response(
            {"ok": True, "team_id": "T000BENCH", "user_id": "U000BOT", "bot_id": "B000BOT"}
        )

    app = web.Application()
    app.router.add_route("*", "/api/{method}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    await runner.cleanup()


async def one_round(
    name: str, number: int, *, seconds: float, api_url: str, store_url: str, event: str
) -> dict[str, float]:
    """Run one server under load and return what the load saw."""
    with tempfile.TemporaryFile() as errors:
        server = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.ack", "--serve", name, "--api", api_url, "--store", store_url,
            cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=errors,
        )  # fmt: skip
        try:
            if server.stdout is None:
                raise RuntimeError("the server has no standard output")
            port = (await server.stdout.readline()).decode().strip()
            load = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bench.load", "--port", port,
                "--seconds", str(seconds), "--salt", str(number), "--event", event,
                cwd=ROOT, stdout=asyncio.subprocess.PIPE,
            )  # fmt: skip
            before = cpu_seconds(server.pid)
            out, _ = await load.communicate()
            seen: dict[str, float] = json.loads(out)
            return {**seen, "cpu_us": (cpu_seconds(server.pid) - before) / seen["sent"] * 1e6}
        finally:
            server.kill()
            await server.wait()


def cpu_seconds(pid: int) -> float:
    """Return the processor time a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measure(rounds: int, seconds: float, event: str) -> dict[str, list[dict[str, float]]]:
    """Run all servers `rounds` times, interleaved."""
    from bot.adapters.valkey import EmbeddedValkey  # noqa: PLC0415  # only the one who measures needs it

    os.sched_setaffinity(0, {LOAD_CORE})  # inherited by the store and the load
    seen: dict[str, list[dict[str, float]]] = {name: [] for name in SERVERS}
    with tempfile.TemporaryDirectory() as folder:
        async with EmbeddedValkey(Path(folder)) as store_url, fake_slack() as api_url:
            for number in range(rounds):
                for name in SERVERS:
                    seen[name].append(
                        await one_round(
                            name, number, seconds=seconds, api_url=api_url, store_url=store_url, event=event
                        )
                    )
    return seen


def report(seen: dict[str, list[dict[str, float]]]) -> dict[str, object]:
    """Print a table; return the medians and whether the goal is met."""

    def median(name: str, what: str) -> float:
        return round(statistics.median(run[what] for run in seen[name]), 2)

    print(
        f"{'server':10}{'acks/s':>10}{'p50 ms':>10}{'p99 ms':>10}{'of bolt':>10}{'cpu us':>10}{'refused':>10}"
    )
    ratios = {
        name: round(
            statistics.median(
                a["per_second"] / b["per_second"] for a, b in zip(runs, seen["bolt"], strict=True)
            ),
            2,
        )
        for name, runs in seen.items()
    }
    for name in SERVERS:
        refused = sum(run["refused"] for run in seen[name])
        row = (
            median(name, "per_second"),
            median(name, "p50_ms"),
            median(name, "p99_ms"),
            ratios[name],
            median(name, "cpu_us"),
            refused,
        )
        print(f"{name:10}" + "".join(f"{value:>10}" for value in row))
    p99_ms = median("durable", "p99_ms")
    is_met = ratios["durable"] >= GOAL_RATIO and p99_ms <= GOAL_P99_MS
    return {
        "bench": "ack",
        "connections": 16,
        "threads": THREADS,
        **{f"{name}_per_second": median(name, "per_second") for name in SERVERS},
        "ratio": ratios["durable"],
        "cpu_ratio": round(median("bolt", "cpu_us") / median("durable", "cpu_us"), 2),
        "p99_ms": p99_ms,
        "goal_met": is_met,
    }


def main() -> None:
    """Measure, or serve as one of the servers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--event", choices=EVENTS, default=EVENTS[0])
    parser.add_argument("--serve", choices=SERVERS)
    parser.add_argument("--api", default="")
    parser.add_argument("--store", default="")
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve(options.serve, options.api, options.store))
        return
    print(
        json.dumps(
            {
                **report(asyncio.run(measure(options.rounds, options.seconds, options.event))),
                "event": options.event,
            }
        )
    )


if __name__ == "__main__":
    main()
