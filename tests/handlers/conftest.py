from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from handlers.receiver import build_app, build_receiver
from tests.handlers.receiving import SECRET, TOKEN, FakeQueue, FakeSlack, parse


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    fake = FakeSlack()
    app = web.Application()
    app.add_routes([web.route("*", "/api/{method}", fake.call), web.get("/ws", fake.connect)])
    async with TestServer(app) as server:
        fake.url = str(server.make_url("/"))
        yield fake


@pytest.fixture
def queue() -> FakeQueue:
    return FakeQueue()


@pytest.fixture
def app(slack: FakeSlack, queue: FakeQueue) -> AsyncApp:
    client = AsyncWebClient(token=TOKEN, base_url=slack.url + "api/")
    return build_app(client=client, signing_secret=SECRET, queue=queue, parse=parse)


@pytest.fixture
async def door(app: AsyncApp, queue: FakeQueue) -> AsyncIterator[TestClient[Any, Any]]:
    async with TestClient(TestServer(build_receiver(app=app, store=queue))) as client:
        yield client
