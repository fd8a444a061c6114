"""Row S4: what answers rest on is deleted or edited, and questions are taken back, on the whole product."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from redis.asyncio import Redis

from bench.mentions import CHANNEL
from bot.adapters.steady import steadied
from tests.faults import kept
from tests.faults.product import PATIENCE_SECONDS, Product, product
from tests.faults.row import row

ROOT, ALERT = "1700000000.000001", "1700000000.100001"
AUTHOR = "U0EVA00001"
TICK_SECONDS = 0.02


async def until(is_so: Callable[[], bool]) -> bool:
    """Wait until something is so, or patience ends."""
    for _ in range(int(PATIENCE_SECONDS / TICK_SECONDS)):
        if is_so():
            return True
        await asyncio.sleep(TICK_SECONDS)
    return False


def seen(part: Any) -> str:
    """All that a reader sees of blocks."""
    if isinstance(part, list):
        return " ".join(filter(None, map(seen, part)))
    if isinstance(part, dict):
        return part["text"] if isinstance(part.get("text"), str) else seen(list(part.values()))
    return ""


def answers_of(running: Product) -> list[str]:
    return [seen(post["blocks"]) for posts in running.posts().values() for post in posts]


def own_posts(running: Product) -> list[dict[str, Any]]:
    everything = running.sandbox.workspace.channel(CHANNEL).everything()
    return [message for message in everything if message.get("bot_id") and message.get("user") != AUTHOR]


async def started(running: Product, store_url: str) -> None:
    running.sandbox.deliver_http(
        await running.listen(store_url), running.settings.slack_signing_secret.get_secret_value()
    )


async def kept_text(store_url: str, running: Product) -> str:
    """All that the store keeps, opened."""
    async with steadied(Redis.from_url(store_url)) as redis:
        return await kept.text(redis, kept.secret_of(running.settings))


async def words_left(store_url: str, running: Product, *deleted: str) -> int:
    """How often the store still has what deleted messages said."""
    async with steadied(Redis.from_url(store_url)) as redis:
        return len(await kept.words_of(redis, kept.secret_of(running.settings), deleted))


@pytest.mark.parametrize("how", ["deleted", "edited"])
async def test_s4_an_answer_says_that_what_it_rests_on_was_taken_back(how: str, valkey_url: str) -> None:
    async with row("S4", f"a cited message is {how}") as counted, product(lanes=1) as running:
        await started(running, valkey_url)
        await running.work(valkey_url)
        running.ask()
        await running.until_answered()
        assert "5xx above" in answers_of(running)[0]

        if how == "deleted":
            running.sandbox.person.delete(CHANNEL, ALERT, as_user=AUTHOR)
        else:
            running.sandbox.person.edit(CHANNEL, ALERT, "never mind", as_user=AUTHOR)

        counted.stuck += not await until(lambda: f"was {how}" in answers_of(running)[0])
        await running.sandbox.delivery.settled()
        running.fill(counted)
        assert answers_of(running)[0].startswith("Updated")
        assert "5xx above" not in answers_of(running)[0]
        counted.double += "5xx above" in await kept_text(valkey_url, running)


async def test_s4_a_question_deleted_before_it_is_worked_gets_no_word(valkey_url: str) -> None:
    async with row("S4", "a question is deleted before it is worked") as counted, product(lanes=1) as running:
        await started(running, valkey_url)
        running.ask(2)
        await running.sandbox.delivery.settled()
        first, second = running.asked

        running.sandbox.person.delete(CHANNEL, first)
        await running.sandbox.delivery.settled()
        await running.work(valkey_url)

        running.asked = [second]
        await running.until_answered()
        running.fill(counted)
        counted.double += await words_left(valkey_url, running, first)
        counted.double += len(own_posts(running)) - 1
        assert running.sandbox.workspace.ephemerals == {}


async def test_s4_a_question_at_the_top_deleted_while_it_is_answered_leaves_no_stray_post(
    valkey_url: str,
) -> None:
    async with (
        row("S4", "a question is deleted while it is answered") as counted,
        product(lanes=1) as running,
    ):
        await started(running, valkey_url)
        await running.work(valkey_url)
        said = running.sandbox.person.say(CHANNEL, "@copilot why?")
        ts = str(said["ts"])
        assert await until(
            lambda: any(call.method == "conversations.history" for call in running.sandbox.web_api.calls)
        )

        running.sandbox.person.delete(CHANNEL, ts)
        await running.sandbox.delivery.settled()
        running.ask()
        await running.until_answered()

        running.fill(counted)
        counted.double += await words_left(valkey_url, running, ts)
        stray = [post for post in own_posts(running) if post.get("thread_ts", ts) == post["ts"]]
        counted.double += len(stray)
        assert running.sandbox.workspace.ephemerals == {}


async def test_s4_a_deletion_that_no_event_told_is_found_by_the_next_question(valkey_url: str) -> None:
    async with row("S4", "nobody tells that a message is deleted") as counted, product(lanes=1) as running:
        await started(running, valkey_url)
        await running.work(valkey_url)
        running.ask()
        await running.until_answered()
        await running.sandbox.delivery.settled()

        running.sandbox.delivery.traffic.lost_share = 1.0
        running.sandbox.person.delete(CHANNEL, ALERT, as_user=AUTHOR)
        running.sandbox.delivery.traffic.lost_share = 0.0
        running.ask()
        await running.until_answered()

        counted.stuck += not await until(lambda: any("was deleted" in words for words in answers_of(running)))
        running.fill(counted)
        assert "5xx above" not in " ".join(answers_of(running))
        counted.double += "5xx above" in await kept_text(valkey_url, running)
