"""Row S5: Socket Mode through every way in which a connection ends; nothing lost, nothing twice.

The patience of the connection is shortened, so that the suite is quick; `recovery_ms` is from the end of the
fault to the last answer. What Slack's own times make of it, `python -m tests.faults` tells.
"""

import asyncio
from contextlib import AsyncExitStack

import pytest
from aiohttp import ClientSession
from structlog.testing import capture_logs

from handlers.socket_mode import run_socket
from sandbox.faults import Fault
from sandbox.socket_mode import MOST_CONNECTIONS
from tests.faults.product import product
from tests.faults.proxy import proxied
from tests.faults.row import row
from tests.faults.sockets import APP_TOKEN, HASTE, behind, connect, half_open, settle
from tests.waiting import eventually


@pytest.mark.parametrize(
    ("reason", "closes"),
    [("warning", False), ("refresh_requested", True), ("link_disabled", True), ("too_many_websockets", True)],
)
async def test_s5_a_goodbye_of_slack_is_followed_by_the_next_connection(
    valkey_url: str, reason: str, *, closes: bool
) -> None:
    async with product() as running, row("S5", f"disconnect: {reason}, thrice") as counted:
        await connect(running, valkey_url)
        await running.work(valkey_url)
        for _ in range(3):
            running.ask(2)
            await running.sandbox.socket_mode.disconnect(reason=reason, close=closes)
            running.ask(2)
            await asyncio.sleep(0.1)
        await settle(running, counted)

        assert running.sandbox.socket_mode.connections == 1


async def test_s5_connections_held_by_others_are_waited_for_with_one_warning(valkey_url: str) -> None:
    async with product() as running, row("S5", "too_many_websockets: others hold all") as counted:
        await running.work(valkey_url)
        async with AsyncExitStack() as others:
            session = await others.enter_async_context(ClientSession())
            link = running.sandbox.url.replace("http", "ws") + "/link"
            for _ in range(MOST_CONNECTIONS):
                await others.enter_async_context(session.ws_connect(link))
            with capture_logs() as logs:
                await connect(running, valkey_url)
                await asyncio.sleep(1.0)
        running.ask(3)
        await settle(running, counted)

    told = [entry for entry in logs if entry["event"] == "socket.waiting"]
    assert [(entry["reason"], entry["log_level"]) for entry in told] == [("too_many_websockets", "warning")]
    assert "end other processes" in told[0]["remedy"]


async def test_s5_a_half_open_connection_is_found_dead_and_replaced(valkey_url: str) -> None:
    await half_open(valkey_url, pace=HASTE)


async def test_s5_a_network_that_is_gone_for_a_while_is_found_again(valkey_url: str) -> None:
    async with (
        product() as running,
        proxied(running.sandbox.url) as proxy,
        row("S5", "nothing passes, for 1.5 s") as counted,
    ):
        await behind(running, proxy, valkey_url)
        running.ask(2)
        proxy.swallows = True
        running.ask(2)
        await asyncio.sleep(1.5)
        proxy.swallows = False
        await settle(running, counted)


async def test_s5_a_connection_reset_without_a_word_is_replaced(valkey_url: str) -> None:
    async with (
        product() as running,
        proxied(running.sandbox.url) as proxy,
        row("S5", "connection reset, five times") as counted,
    ):
        await behind(running, proxy, valkey_url)
        for _ in range(5):
            running.ask(1)
            await asyncio.sleep(0.02)
            await proxy.reset()
            running.ask(1)
        await settle(running, counted)


async def test_s5_an_envelope_whose_ack_was_lost_comes_again_and_is_known(valkey_url: str) -> None:
    async with (
        product() as running,
        proxied(running.sandbox.url) as proxy,
        row("S5", "acks lost") as counted,
    ):
        await behind(running, proxy, valkey_url)
        running.sandbox.socket_mode.acks_to_lose = 5
        running.ask(5)
        await eventually(lambda: not running.sandbox.socket_mode.acks_to_lose)
        await proxy.reset()
        await settle(running, counted)

        again = [attempt for attempt in running.sandbox.delivery.log if attempt.number]
        assert again


async def test_s5_two_connections_share_the_work_and_one_may_leave(valkey_url: str) -> None:
    async with product() as running, row("S5", "2 connections, one stops midway") as counted:
        await connect(running, valkey_url)
        await running.work(valkey_url)
        app = await running.receiver(valkey_url)
        async with run_socket(app=app, app_token=APP_TOKEN, pace=HASTE):
            assert running.sandbox.socket_mode.connections == 2
            running.ask(8)
            await asyncio.sleep(0.01)
        running.ask(2)
        await settle(running, counted)


@pytest.mark.parametrize(
    "fault",
    [Fault(status=503, body="html"), Fault(status=429, retry_after_seconds=0), Fault(error="invalid_auth")],
    ids=["503", "429", "invalid_auth"],
)
async def test_s5_an_address_that_slack_does_not_give_is_asked_for_again(
    valkey_url: str, fault: Fault
) -> None:
    name = fault.error or str(fault.status)
    async with product() as running, row("S5", f"apps.connections.open: {name}, five times") as counted:
        await connect(running, valkey_url)
        await running.work(valkey_url)
        running.sandbox.faults.order("apps.connections.open", fault, times=5)
        await running.sandbox.socket_mode.disconnect()
        running.ask(3)
        await settle(running, counted)
