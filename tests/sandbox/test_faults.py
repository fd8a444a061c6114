"""What a test can let go wrong in the Web API."""

import json
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.faults import NEVER, Body, Fault
from sandbox.server import Sandbox
from tests.sandbox.conftest import CHANNEL

POST = "chat.postMessage"


async def posted(sandbox: Sandbox, *, timeout_seconds: float = 5.0) -> tuple[int, Any, str]:
    """Post a message with a bare client; returns status, headers and the body as text."""
    timeout = aiohttp.ClientTimeout(total=timeout_seconds)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        headers = {"Authorization": "Bearer not-a-token"}
        body = {"channel": CHANNEL, "text": "hello"}
        async with session.post(f"{sandbox.api_url}{POST}", json=body, headers=headers) as response:
            return response.status, response.headers, await response.text()


def texts(sandbox: Sandbox) -> list[str]:
    return [message["text"] for message in sandbox.workspace.channel(CHANNEL).everything()]


@pytest.mark.parametrize(
    ("is_performed", "stored"), [(False, []), (True, ["hello"])], ids=["lost", "performed"]
)
async def test_a_call_that_hangs_is_never_answered(
    sandbox: Sandbox, *, is_performed: bool, stored: list[str]
):
    sandbox.faults.order(POST, Fault(wait_seconds=NEVER, is_performed=is_performed))

    with pytest.raises(TimeoutError):
        await posted(sandbox, timeout_seconds=0.1)

    assert texts(sandbox) == stored


async def test_a_late_answer_is_the_true_one(sandbox: Sandbox):
    sandbox.faults.order(POST, Fault(wait_seconds=0.1, is_performed=True))

    _, _, text = await posted(sandbox)

    assert json.loads(text)["message"]["text"] == "hello"


@pytest.mark.parametrize("body", ["cut", "reset"])
async def test_a_connection_can_break_in_the_answer_although_the_call_took_effect(
    sandbox: Sandbox, body: Body
):
    sandbox.faults.order(POST, Fault(is_performed=True, body=body))

    with pytest.raises(aiohttp.ClientError):
        await posted(sandbox)

    assert texts(sandbox) == ["hello"]


async def test_a_proxys_error_page_is_html(sandbox: Sandbox):
    sandbox.faults.order(POST, Fault(status=502, body="html"))

    status, headers, text = await posted(sandbox)

    assert (status, headers["Content-Type"][:9]) == (502, "text/html")
    assert text.startswith("<!DOCTYPE html>")


async def test_an_answer_can_come_in_drops_and_be_whole(sandbox: Sandbox):
    sandbox.faults.order(POST, Fault(status=429, retry_after_seconds="soon", body="slow"))

    status, headers, text = await posted(sandbox)

    assert (status, headers["Retry-After"]) == (429, "soon")
    assert json.loads(text) == {"ok": False, "error": "ratelimited"}


async def test_faults_come_in_the_order_in_which_they_were_ordered_and_end(
    sandbox: Sandbox, client: AsyncWebClient
):
    sandbox.faults.order(POST, Fault(error="internal_error"), times=2)
    sandbox.faults.order(POST, Fault(status=503))

    found = [json.loads((await posted(sandbox))[2]).get("error") for _ in range(3)]
    sandbox.faults.order(POST, Fault(status=503), times=100)
    sandbox.faults.clear()

    assert found == ["internal_error", "internal_error", "internal_error"]
    assert (await client.chat_postMessage(channel=CHANNEL, text="again"))["ok"]


async def test_every_answer_says_the_scopes_and_the_date(sandbox: Sandbox):
    sandbox.faults.order(POST, Fault(status=500))

    _, failed, _ = await posted(sandbox)
    _, worked, _ = await posted(sandbox)

    assert all("chat:write" in headers["x-oauth-scopes"] for headers in (failed, worked))
    assert all(headers["Date"].endswith("GMT") for headers in (failed, worked))
