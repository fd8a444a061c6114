"""The page's calls and its stream of events."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.listeners import MOST_WAITING
from sandbox.people import BOT_USER_ID
from sandbox.server import Sandbox, running_sandbox
from tests.sandbox.conftest import Ticker, incident

STAMPS = [str(message["ts"]) for message in incident()["messages"]]  # type: ignore[attr-defined]
ROOT = STAMPS[0]
CHANNEL = "C0SMALL001"


@pytest.fixture
async def sandbox(library: Path, ticker: Ticker) -> AsyncIterator[Sandbox]:
    """The small incident at its question."""
    settings = {"scenario_dir": library, "lead_seconds": 0, "autoplay": False, "monotonic": ticker}
    async with running_sandbox(**settings) as running:
        yield running


class Page:
    """One open page: its calls and the events it has heard."""

    def __init__(self, session: aiohttp.ClientSession, stream: aiohttp.ClientResponse) -> None:
        self.session = session
        self._stream = stream

    async def event(self, kind: str) -> dict[str, Any]:
        """Wait for the next event of this type."""
        async for line in self._stream.content:
            if line.startswith(b"data: "):
                event = json.loads(line.removeprefix(b"data: "))
                if event["type"] == kind:
                    return event
        raise AssertionError(f"the stream ended before {kind}")

    async def post(self, path: str, **body: Any) -> dict[str, Any]:
        async with self.session.post(path, json=body) as response:
            return await response.json()

    async def state(self) -> dict[str, Any]:
        async with self.session.get("/page/state") as response:
            return await response.json()


@pytest.fixture
async def page(sandbox: Sandbox) -> AsyncIterator[Page]:
    async with aiohttp.ClientSession(sandbox.url) as session, session.get("/page/events") as stream:
        yield Page(session, stream)


async def test_the_state_holds_everything_the_page_draws(page: Page):
    state = await page.state()

    assert state["scenarios"] == [
        {"id": "small", "channel": "inc-small", "question": "why?", "shape": "thread"}
    ]
    assert (state["scenario"]["take"], state["scenario"]["found_at"]) == (1, STAMPS[3])
    assert [tick["alert"] for tick in state["scenario"]["ticks"]] == [False, False, False, False, True, False]
    assert state["clock"]["at_ask"] is True
    assert state["channels"] == [{"id": CHANNEL, "name": "inc-small", "is_current": True}]
    assert [message["ts"] for message in state["messages"]] == STAMPS[:3]
    assert state["numbers"] == {ts: n for n, ts in enumerate(STAMPS[:3], 1)}
    assert state["users"]["U0ANA00001"] == {"name": "Ana", "is_bot": False}
    assert state["bot"]["detail"] == "the copilot is not running here"


async def test_what_the_person_says_is_heard_at_once(page: Page):
    said = await page.post("/page/say", channel=CHANNEL, thread_ts=ROOT, text="@Copilot why <b>?")

    event = await page.event("message")
    assert event["message"]["ts"] == said["ts"]
    assert event["message"]["text"] == f"<@{BOT_USER_ID}> why &lt;b&gt;?"
    assert "number" not in event
    assert (await page.event("message"))["message"]["reply_count"] == 3


async def test_a_growing_answer_is_marked_as_a_stream_until_it_stops(
    sandbox: Sandbox, page: Page, client: AsyncWebClient
):
    place = {"channel": CHANNEL, "thread_ts": ROOT, "recipient_user_id": "U1", "recipient_team_id": "T1"}
    ts = (await client.chat_startStream(**place, chunks=[{"type": "markdown_text", "text": "a"}]))["ts"]
    await client.chat_appendStream(channel=CHANNEL, ts=ts, chunks=[{"type": "markdown_text", "text": "b"}])
    await client.chat_stopStream(channel=CHANNEL, ts=ts)

    seen: list[tuple[str, bool]] = []
    while ("ab", False) not in seen:
        message = (await page.event("message"))["message"]
        if message["ts"] == ts:
            seen.append((message["text"], message.get("stream", False)))

    assert seen[-3:] == [("a", True), ("ab", True), ("ab", False)]


async def test_status_whispers_and_deletions_are_heard(page: Page, client: AsyncWebClient):
    await client.assistant_threads_setStatus(channel_id=CHANNEL, thread_ts=ROOT, status="reading 3 messages")
    status = await page.event("status")
    shown = (await page.state())["statuses"]
    posted = await client.chat_postMessage(channel=CHANNEL, thread_ts=ROOT, text="done")
    cleared = await page.event("status")
    await client.chat_postEphemeral(channel=CHANNEL, user="U0YOU00001", thread_ts=ROOT, text="psst")
    whisper = await page.event("ephemeral")
    await client.chat_delete(channel=CHANNEL, ts=posted["ts"])
    deleted = await page.event("deleted")

    assert (status["status"], shown) == ("reading 3 messages", {ROOT: "reading 3 messages"})
    assert (cleared["status"], cleared["thread_ts"]) == ("", ROOT)
    assert (whisper["text"], whisper["thread_ts"]) == ("psst", ROOT)
    assert deleted["ts"] == posted["ts"]


async def test_the_newer_status_method_never_overwrites_words(page: Page, client: AsyncWebClient):
    place = {"channel_id": CHANNEL, "thread_ts": ROOT}

    await client.agents_sessions_setStatus(**place, status="processing")
    working = (await page.state())["statuses"]
    await client.assistant_threads_setStatus(**place, status="asking Opus")
    await client.agents_sessions_setStatus(**place, status="processing")
    words = (await page.state())["statuses"]
    await client.agents_sessions_setStatus(**place, status="active")

    assert (working, words) == ({ROOT: "is working…"}, {ROOT: "asking Opus"})
    assert (await page.state())["statuses"] == {}


async def test_going_back_tells_the_page_to_draw_anew(page: Page):
    answer = await page.post("/page/clock", action="seek", ts=STAMPS[1])
    await page.event("state")

    state = await page.state()
    assert (answer["ts"], state["scenario"]["take"]) == (STAMPS[1], 2)
    assert state["channels"][0]["id"] == f"{CHANNEL}T2"


async def test_choosing_an_incident_again_starts_it_afresh(page: Page):
    await page.post("/page/scenario", id="small")

    assert (await page.state())["scenario"]["take"] == 2
    assert (await page.post("/page/scenario", id="none"))["error"] == "there is no incident 'none'"


async def test_a_playing_clock_is_heard_and_messages_come_with_their_numbers(
    sandbox: Sandbox, page: Page, ticker: Ticker
):
    await page.post("/page/clock", action="play")
    playing = await page.event("clock")
    ticker.seconds += 10
    message = await page.event("message")
    await page.post("/page/clock", action="speed", speed=1)
    await page.post("/page/clock", action="pause")

    assert playing["paused"] is False
    assert (message["message"]["ts"], message["number"]) == (STAMPS[3], 4)


async def test_runs_and_processes_are_passed_on(sandbox: Sandbox, page: Page):
    sandbox.publish({"type": "run", "event": "request.signed", "request": "r1", "ms": 1})

    assert (await page.event("run"))["event"] == "request.signed"


class Processes:
    def info(self) -> dict[str, object]:
        return {"mode": "no model", "detail": "x", "worker_pid": 7}

    async def kill_worker(self) -> int:
        return 7


async def test_the_worker_can_be_killed_when_there_is_one(sandbox: Sandbox, page: Page):
    nobody = await page.post("/page/kill")
    sandbox.bot = Processes()

    assert nobody["error"] == "the copilot does not run here"
    assert (await page.post("/page/kill"))["pid"] == 7
    assert (await page.state())["bot"]["mode"] == "no model"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/page/say", b"{", 400),
        ("/page/say", b"[]", 400),
        ("/page/say", b'{"channel": 7, "text": "x"}', 400),
        ("/page/say", b'{"channel": "C0NOWHERE01", "text": "x"}', 404),
        ("/page/say", b'{"channel": "C0SMALL001", "text": "x", "thread_ts": "1.000000"}', 404),
        ("/page/command", b'{"channel": "C0SMALL001", "command": "opus"}', 400),
        ("/page/clock", b'{"action": "speed", "speed": "fast"}', 400),
        ("/page/submit", b'{"view_id": "V1", "values": []}', 404),
        ("/page/submit", b'{"view_id": "V1", "values": {"a": 1}}', 400),
    ],
)
async def test_a_wrong_call_is_refused_in_words(page: Page, path: str, body: bytes, status: int):
    async with page.session.post(path, data=body) as response:
        assert response.status == status
        assert (await response.json())["error"]


@pytest.mark.parametrize("headers", [{"Origin": "https://elsewhere.example"}, {"Host": "rebound.example"}])
async def test_other_sites_cannot_reach_the_workspace(page: Page, headers: dict[str, str]):
    async with page.session.post("/page/kill", json={}, headers=headers) as response:
        assert response.status == 403


async def test_the_page_is_served_and_nothing_beside_it(page: Page):
    index = await page.session.get("/")
    permalink = await page.session.get(f"/archives/{CHANNEL}/p1700000000000100")
    outside = await page.session.get("/static/..%2Fserver.py")

    assert [index.status, permalink.status, outside.status] == [200, 200, 404]
    assert "frame-ancestors 'none'" in index.headers["Content-Security-Policy"]


async def test_a_page_that_reads_too_slowly_is_cut_off_and_nobody_waits(sandbox: Sandbox, page: Page):
    await page.state()
    for _ in range(MOST_WAITING + 1):
        sandbox.publish({"type": "run", "event": "x"})

    assert len(sandbox.listeners) == 0
    with pytest.raises(aiohttp.ClientPayloadError):
        await page.event("never")


async def test_a_leap_over_many_messages_is_one_event(library: Path, ticker: Ticker):
    many = [{"ts": f"{1_700_000_000 + n}.000000", "text": str(n)} for n in range(300)]
    (library / "small.json").write_text(json.dumps({"id": "many", "messages": many}))
    heard: list[str] = []
    async with running_sandbox(
        scenario_dir=library, lead_seconds=None, autoplay=False, monotonic=ticker
    ) as sandbox:
        sandbox.player.publish = lambda event: heard.append(event["type"])
        sandbox.player.control("seek", ts=many[-1]["ts"])
        await asyncio.sleep(0)

    assert heard.count("state") == 1
    assert "message" not in heard
