"""Who lets the copilot read what, on the whole product: private channels, wishes, other organisations."""

from typing import Any

import pytest

from sandbox.people import TEAM_ID
from tests.faults.product import Product, product
from tests.waiting import eventually

CLOSED, SHARED = "C0CLOSED01", "C0SHARED01"
AUTHOR = "U0EVA00001"
AT = "1700001000.000000"
FIRST, SECOND = "1700000000.000001", "1700000500.000001"


def seen(part: Any) -> str:
    """All that a reader sees of blocks."""
    if isinstance(part, list):
        return " ".join(filter(None, map(seen, part)))
    if isinstance(part, dict):
        return part["text"] if isinstance(part.get("text"), str) else seen(list(part.values()))
    return ""


def finals(running: Product, channel: str) -> list[str]:
    posts = running.sandbox.workspace.channel(channel).everything()
    return [seen(post["blocks"]) for post in posts if "check before you act" in seen(post.get("blocks"))]


def whispers(running: Product) -> list[str]:
    return [seen(found["blocks"]) for found in running.sandbox.workspace.ephemerals.values()]


def threads() -> tuple[dict[str, Any], ...]:
    """Two threads: the second names the change that the first does not."""
    said = ((FIRST, FIRST, "cart: 5xx above 5 %"), (SECOND, SECOND, "deployed cart r77 to prod"))
    return tuple({"user": AUTHOR, "ts": ts, "thread_ts": root, "text": text} for ts, root, text in said)


async def begin(running: Product, store_url: str, **kind: bool) -> str:
    """Add a channel of some kind and let everything be delivered and worked."""
    channel = SHARED if kind.get("is_external") else CLOSED
    running.sandbox.add_channel(channel, name="inc-quiet", at_ts=AT, messages=threads(), **kind)
    url = await running.listen(store_url)
    running.sandbox.deliver_http(url, running.settings.slack_signing_secret.get_secret_value())
    await running.work(store_url)
    return channel


async def test_a_private_channel_is_read_by_the_thread_until_a_member_opens_it(
    valkey_url, redis_client
) -> None:
    async with product(lanes=1) as running:
        channel = await begin(running, valkey_url, is_private=True)

        running.sandbox.person.say(channel, "@copilot why?", thread_ts=FIRST)
        await eventually(lambda: len(finals(running, channel)) == 1)
        assert "r77" not in finals(running, channel)[0]
        assert "/copilot watch lets me read the channel" in finals(running, channel)[0]
        assert [name async for name in redis_client.scan_iter(match=f"*:log:{TEAM_ID}:{channel}:*")] == []

        await running.sandbox.person.command(channel, "/copilot", "watch")
        await eventually(lambda: "I follow this whole channel" in whispers(running)[0])
        running.sandbox.person.say(channel, "@copilot why?", thread_ts=FIRST)
        await eventually(lambda: len(finals(running, channel)) == 2)
        assert "r77" in finals(running, channel)[1]
        assert "/copilot watch" not in finals(running, channel)[1]

        await running.sandbox.person.command(channel, "/copilot", "unwatch")
        await eventually(lambda: "no longer follow" in whispers(running)[1])
        assert [name async for name in redis_client.scan_iter(match=f"*:log:{TEAM_ID}:{channel}:*")] == []


@pytest.mark.parametrize("words", ["@copilot why?", "@copilot watch"])
async def test_in_a_channel_shared_with_others_one_whisper_says_why_and_who_can_change_it(
    valkey_url, redis_client, words
) -> None:
    async with product(lanes=1) as running:
        channel = await begin(running, valkey_url, is_external=True)

        running.sandbox.person.say(channel, words, thread_ts=FIRST)
        await eventually(lambda: whispers(running))
        await running.sandbox.delivery.settled()

        [whisper] = whispers(running)
        assert "SLACK_CONNECT=on" in whisper
        assert finals(running, channel) == []
        assert [name async for name in redis_client.scan_iter(match=f"*:log:*{channel}*")] == []
