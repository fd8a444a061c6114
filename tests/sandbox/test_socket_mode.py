"""Events by Socket Mode, taken by slack-sdk's own client and by a bare socket."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.faults import Fault
from sandbox.server import Sandbox
from tests.sandbox.conftest import CHANNEL


@pytest.fixture
async def socket(sandbox: Sandbox, client: AsyncWebClient) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """A bare connection that has heard `hello`."""
    sandbox.deliver_socket_mode()
    url = (await client.apps_connections_open(app_token="not-a-token"))["url"]
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as connection:
        assert (await connection.receive_json())["type"] == "hello"
        yield connection


async def test_the_sdks_own_client_takes_and_acks_events(sandbox: Sandbox, client: AsyncWebClient):
    sandbox.deliver_socket_mode()
    taken: list[str] = []

    async def take(connection: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        taken.append(request.payload["event"]["type"])
        await connection.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))

    connection = SocketModeClient(app_token="not-a-token", web_client=client)
    connection.socket_mode_request_listeners.append(take)
    await connection.connect()
    sandbox.person.say(CHANNEL, "@copilot why?")
    await sandbox.delivery.settled()
    await connection.close()

    assert sorted(taken) == ["app_mention", "message"]
    assert all(attempt.is_ok for attempt in sandbox.delivery.log)


async def test_an_envelope_that_is_not_acked_comes_again_with_its_attempt(
    sandbox: Sandbox, socket: aiohttp.ClientWebSocketResponse
):
    sandbox.delivery.ack_seconds = 0.05

    sandbox.person.say(CHANNEL, "hello")
    first = await socket.receive_json()
    again = await socket.receive_json()
    await socket.send_json({"envelope_id": again["envelope_id"]})
    await sandbox.delivery.settled()

    assert (first["retry_attempt"], again["retry_attempt"], again["retry_reason"]) == (0, 1, "timeout")
    assert first["payload"] == again["payload"]
    assert [attempt.is_ok for attempt in sandbox.delivery.log] == [False, True]


async def test_what_an_ack_carries_is_shown(sandbox: Sandbox, socket: aiohttp.ClientWebSocketResponse):
    running = asyncio.create_task(sandbox.person.command(CHANNEL, "/copilot", "help"))
    envelope = await socket.receive_json()
    await socket.send_str("nonsense")
    await socket.send_json({"envelope_id": envelope["envelope_id"], "payload": {"text": "here"}})
    await running

    assert (envelope["type"], envelope["accepts_response_payload"]) == ("slash_commands", True)
    assert [message["text"] for message in sandbox.workspace.ephemerals.values()] == ["here"]


async def test_a_disconnect_is_announced(sandbox: Sandbox, socket: aiohttp.ClientWebSocketResponse):
    await sandbox.socket_mode.disconnect(reason="refresh_requested")

    assert (await socket.receive_json())["reason"] == "refresh_requested"
    assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE


async def test_an_eleventh_connection_is_sent_away(sandbox: Sandbox, client: AsyncWebClient):
    url = (await client.apps_connections_open(app_token="not-a-token"))["url"]

    async with aiohttp.ClientSession() as session:
        connections = [await session.ws_connect(url) for _ in range(11)]
        hellos: list[Any] = [await connection.receive_json() for connection in connections]
        for connection in connections:
            await connection.close()

    assert [hello["type"] for hello in hellos] == ["hello"] * 10 + ["disconnect"]
    assert hellos[-1]["reason"] == "too_many_websockets"


async def test_without_a_connection_an_event_is_tried_again_in_vain(sandbox: Sandbox):
    sandbox.deliver_socket_mode()

    sandbox.person.say(CHANNEL, "hello")
    await sandbox.delivery.settled()

    assert [attempt.reason for attempt in sandbox.delivery.log] == ["connection_failed"] * 4


async def test_a_lost_ack_makes_the_envelope_come_again(
    sandbox: Sandbox, socket: aiohttp.ClientWebSocketResponse
):
    sandbox.delivery.ack_seconds = 0.05
    sandbox.socket_mode.acks_to_lose = 1

    sandbox.person.say(CHANNEL, "hello")
    seen = []
    for _ in range(2):
        seen.append(await socket.receive_json())
        await socket.send_json({"envelope_id": seen[-1]["envelope_id"]})
    await sandbox.delivery.settled()

    assert [frame["retry_attempt"] for frame in seen] == [0, 1]
    assert [attempt.is_ok for attempt in sandbox.delivery.log] == [False, True]


async def test_a_silent_connection_answers_no_ping_and_stays_open(
    sandbox: Sandbox, socket: aiohttp.ClientWebSocketResponse
):
    sandbox.delivery.ack_seconds, sandbox.delivery.retry_pauses_seconds = 0.05, ()
    sandbox.socket_mode.go_silent()

    sandbox.person.say(CHANNEL, "hello")
    await socket.ping()
    await sandbox.delivery.settled()

    with pytest.raises(TimeoutError):
        await socket.receive(timeout=0.05)
    assert (sandbox.socket_mode.connections, sandbox.delivery.log[0].reason) == (1, "timeout")


async def test_pings_go_both_ways(sandbox: Sandbox, client: AsyncWebClient):
    sandbox.socket_mode.ping_seconds = 0.01
    url = (await client.apps_connections_open(app_token="not-a-token"))["url"]

    async with aiohttp.ClientSession() as session, session.ws_connect(url, autoping=False) as connection:
        await connection.receive_json()
        await connection.ping(b"mine")
        kinds = {(await connection.receive()).type for _ in range(5)}

    assert kinds == {aiohttp.WSMsgType.PING, aiohttp.WSMsgType.PONG}


async def test_a_connection_can_be_cut_without_a_closing(
    sandbox: Sandbox, socket: aiohttp.ClientWebSocketResponse
):
    sandbox.socket_mode.cut()

    frame = await socket.receive()

    assert frame.type in {aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.ERROR}
    assert socket.close_code != 1000


async def test_with_two_connections_each_envelope_goes_to_one_of_them(
    sandbox: Sandbox, client: AsyncWebClient
):
    sandbox.deliver_socket_mode()
    sandbox.delivery.ack_seconds, sandbox.delivery.retry_pauses_seconds = 0.05, ()
    url = (await client.apps_connections_open(app_token="not-a-token"))["url"]

    async with aiohttp.ClientSession() as session:
        two = [await session.ws_connect(url) for _ in range(2)]
        hellos = [await connection.receive_json() for connection in two]
        for _ in range(4):
            sandbox.person.say(CHANNEL, "hello")
        await sandbox.delivery.settled()
        sent = [set(connection.sent) for connection in sandbox.socket_mode.open]
        for connection in two:
            await connection.close()

    assert [hello["num_connections"] for hello in hellos] == [1, 2]
    assert [len(ids) for ids in sent] == [2, 2]
    assert not sent[0] & sent[1]


async def test_a_connection_can_be_refused_before_and_in_the_handshake(
    sandbox: Sandbox, client: AsyncWebClient
):
    sandbox.faults.order("apps.connections.open", Fault(error="internal_error"))
    sandbox.socket_mode.handshakes_to_refuse = 1

    with pytest.raises(SlackApiError):
        await client.apps_connections_open(app_token="not-a-token")
    url = (await client.apps_connections_open(app_token="not-a-token"))["url"]
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await session.ws_connect(url)
        async with session.ws_connect(url) as connection:
            await sandbox.socket_mode.connected(1)
            hello = await connection.receive_json()

    assert (caught.value.status, hello["type"]) == (503, "hello")
