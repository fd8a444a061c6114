"""The button `That's wrong…` opens its form in time, through a real Bolt app and a real Web API endpoint."""

import json
from urllib.parse import urlencode

import pytest
from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

import handlers
from handlers.views import opener

PRESS = {
    "type": "block_actions",
    "team": {"id": "T0"},
    "user": {"id": "U0BEN"},
    "channel": {"id": "C0INC"},
    "container": {"type": "message", "channel_id": "C0INC", "thread_ts": "1742586540.000137"},
    "trigger_id": "1.2.3",
    "actions": [
        {"type": "button", "block_id": "b", "action_id": "wrong", "value": "a-1", "action_ts": "1.000001"}
    ],
}


@pytest.fixture
async def slack():
    """Run an endpoint that keeps what is sent to views.open; yield its address and what it kept."""
    opened = []

    async def views_open(request):
        opened.append(await request.json())
        return web.json_response({"ok": True, "view": {"id": "V0"}})

    server = web.Application()
    server.router.add_post("/api/views.open", views_open)
    runner = web.AppRunner(server)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/api/", opened
    await runner.cleanup()


async def pressed(address, view_for):
    async def authorize():
        return AuthorizeResult(enterprise_id=None, team_id="T0", bot_token="xoxb-none", bot_user_id="U0BOT")

    client = AsyncWebClient(token="xoxb-none", base_url=address)
    client.proxy = None  # as the composition root does for an address that is reached directly
    app = AsyncApp(
        client=client, authorize=authorize, request_verification_enabled=False, process_before_response=True
    )
    handlers.register(app, opener(view_for))
    body = urlencode({"payload": json.dumps(PRESS)})
    headers = {"content-type": ["application/x-www-form-urlencoded"]}
    return await app.async_dispatch(AsyncBoltRequest(body=body, headers=headers))


async def test_a_press_opens_the_form_of_its_answer(slack):
    address, opened = slack

    async def view_for(press):
        return {"type": "modal", "callback_id": "refute", "external_id": press.answer_id}

    response = await pressed(address, view_for)

    assert response.status == 200
    (sent,) = opened
    assert (sent["trigger_id"], sent["view"]["external_id"]) == ("1.2.3", "a-1")
    assert json.loads(sent["view"]["private_metadata"]) == {
        "answer_id": "a-1",
        "channel_id": "C0INC",
        "thread_ts": "1742586540.000137",
        "pressed_ts": "1.000001",
    }


async def test_the_form_opens_past_a_proxy_that_our_client_does_not_use(slack, monkeypatch):
    address, opened = slack
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")

    async def view_for(press):
        return {"type": "modal", "callback_id": "refute", "external_id": press.answer_id}

    response = await pressed(address, view_for)

    assert response.status == 200
    assert len(opened) == 1


async def test_a_forgotten_answer_is_said_to_be_forgotten(slack):
    address, opened = slack

    async def view_for(answer_id):
        return None

    await pressed(address, view_for)

    (sent,) = opened
    assert sent["view"]["callback_id"] == "nothing_to_change"
