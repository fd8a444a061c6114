"""The page's calls for what is done to a message that stands there."""

from typing import Any

import aiohttp
import pytest

from sandbox.server import Sandbox
from tests.sandbox.conftest import CHANNEL


async def post(browser: aiohttp.ClientSession, path: str, **body: Any) -> tuple[int, dict[str, Any]]:
    async with browser.post(path, json=body) as response:
        return response.status, await response.json()


async def test_the_page_edits_deletes_reacts_and_stops(sandbox: Sandbox, browser: aiohttp.ClientSession):
    mine = sandbox.person.say(CHANNEL, "why?")["ts"]
    theirs = sandbox.person.say(CHANNEL, "no idea", thread_ts=mine, as_user="U0ANA00001")["ts"]
    at = {"channel": CHANNEL, "ts": mine}

    edited = await post(browser, "/page/edit", **at, text="why now?")
    reacted = await post(browser, "/page/react", **at, name="eyes")
    taken_back = await post(browser, "/page/react", **at, name="eyes", on=False)
    stopped = await post(browser, "/page/stop", **at)
    deleted = await post(browser, "/page/delete", channel=CHANNEL, ts=theirs)

    assert [status for status, _ in (edited, reacted, taken_back, deleted)] == [200] * 4
    assert stopped == (200, {"ok": True, "stopped": []})
    assert [m["text"] for m in sandbox.workspace.channel(CHANNEL).everything()] == ["why now?"]


@pytest.mark.parametrize(
    ("path", "fields", "error"),
    [
        ("/page/edit", {"text": "mine now"}, "cant_update_message"),
        ("/page/edit", {"text": "x", "ts": "1.000000"}, "message_not_found"),
        ("/page/react", {"name": "no such emoji"}, "invalid_name"),
        ("/page/delete", {"ts": "1.000000"}, "message_not_found"),
        ("/page/stop", {"ts": "1.000000"}, "message_not_found"),
    ],
)
async def test_what_the_page_may_not_do_is_refused_by_name(
    sandbox: Sandbox, browser: aiohttp.ClientSession, path: str, fields: dict[str, str], error: str
):
    ts = sandbox.person.say(CHANNEL, "mine", as_user="U0ANA00001")["ts"]

    status, answer = await post(browser, path, **({"channel": CHANNEL, "ts": ts} | fields))

    assert (status, answer["error"]) == (404, error)
