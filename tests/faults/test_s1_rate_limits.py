"""Row S1: Slack limits the rate, with every kind of `Retry-After`; waits end, nothing is lost or twice."""

import asyncio
from collections import Counter

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack_failures import code_of
from bot.adapters.slack_retry import MOST_SECONDS, retry_handlers
from bot.slack.error_names import LIMITED
from sandbox.faults import Fault
from sandbox.server import running_sandbox
from tests.faults.product import CHANNEL, NOW, SECRET, product
from tests.faults.row import row

CALLS, AT_ONCE = 1000, 50
ASKED: list[int | str | None] = [1, 30, 86400, None, "abc", -1, "9" * 400]


class Waits:
    """Waits no time, and adds up for how long each call would have waited."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()

    async def sleep(self, seconds: float) -> None:
        task = asyncio.current_task()
        self.seconds[task.get_name() if task else ""] += seconds
        await asyncio.sleep(0)


async def post(client: AsyncWebClient, text: str) -> int:
    """Post once, as a request does that is tried again when its call was refused; return how often it was."""
    refused = 0
    while True:
        try:
            await client.chat_postMessage(channel=CHANNEL, text=text)
        except SlackApiError as error:
            if code_of(error) != LIMITED:
                raise
            refused += 1
        else:
            return refused


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: str(asked)[:9])
async def test_s1_a_thousand_posts_stand_once_each_whatever_retry_after_says(asked: int | str | None) -> None:
    waits = Waits()
    async with running_sandbox() as sandbox, row("S1", f"429, Retry-After {str(asked)[:9]}") as counted:
        channel = sandbox.add_channel(CHANNEL, name="limits", at_ts=NOW)
        client = AsyncWebClient(
            token="any", base_url=sandbox.api_url, retry_handlers=retry_handlers(sleep=waits.sleep)
        )
        for first in range(0, CALLS, AT_ONCE):
            sandbox.faults.order("chat.postMessage", Fault(status=429, retry_after_seconds=asked), times=20)
            texts = [str(number) for number in range(first, first + AT_ONCE)]
            tasks = [asyncio.create_task(post(client, text), name=text) for text in texts]
            counted.jobs = (counted.jobs or 0) + len(await asyncio.gather(*tasks))
        stands = Counter(str(message["text"]) for message in channel.everything())
        counted.events, counted.posts = CALLS, stands.total()
        counted.lost = CALLS - len(stands)
        counted.double = stands.total() - len(stands)

    assert len(waits.seconds) > CALLS // AT_ONCE
    assert max(waits.seconds.values()) <= MOST_SECONDS


async def test_s1_a_limit_that_does_not_end_is_told_after_a_minute() -> None:
    waits = Waits()
    async with running_sandbox() as sandbox:
        sandbox.add_channel(CHANNEL, name="limits", at_ts=NOW)
        sandbox.faults.order(
            "chat.postMessage", Fault(status=429, retry_after_seconds=86_400), times=1_000_000
        )
        client = AsyncWebClient(
            token="any", base_url=sandbox.api_url, retry_handlers=retry_handlers(sleep=waits.sleep)
        )
        with pytest.raises(SlackApiError) as raised:
            await client.chat_postMessage(channel=CHANNEL, text="x")

    assert code_of(raised.value) == LIMITED
    assert waits.seconds.total() == MOST_SECONDS


async def test_s1_answers_stand_once_each_though_every_method_is_limited(valkey_url: str) -> None:
    limits = [Fault(status=429, retry_after_seconds=asked) for asked in (1, None, "abc")]
    async with product() as running, row("S1", "429 on reads, streams and posts") as counted:
        running.sandbox.deliver_http(await running.listen(valkey_url), SECRET)
        await running.work(valkey_url)
        for method in ("conversations.replies", "chat.startStream", "chat.update", "chat.postMessage"):
            for limit in limits:
                running.sandbox.faults.order(method, limit, times=2)
        running.ask(10)
        await running.until_answered()
        await running.sandbox.delivery.settled()
        running.fill(counted)
