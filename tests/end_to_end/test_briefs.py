"""Briefs in the local workspace: told alone, sent on, drafted; an order is declined and nothing is posted."""

from typing import Any

import pytest

from tests.end_to_end.conftest import Product
from tests.end_to_end.person import AtThePage, until, words

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def whisper_saying(person: AtThePage, part: str) -> dict[str, Any]:
    async def found() -> dict[str, Any] | None:
        every = (await person.state())["ephemerals"]
        return next((e for e in every if part in words(e["blocks"])), None)

    return await until(found)


def direct_messages(product: Product) -> str:
    channels = product.sandbox.workspace.channels.values()
    every = [m for channel in channels if channel.id.startswith("D") for m in channel.everything()]
    return " ".join(words(message.get("blocks", [])) for message in every)


async def test_a_person_catches_up_by_command_and_sends_it_to_their_direct_messages(product: Product):
    person = await product.fresh()
    await person.command("/copilot", "catchup")
    told = await whisper_saying(person, "no model asked")
    assert "Impact" in words(told["blocks"])

    await person.press(told, "brief_catchup")

    await person.whisper("Sent to your direct messages.")
    assert "no model asked" in direct_messages(product)
    assert await person.own_posts() == []


async def test_words_that_are_no_time_get_the_sentence_that_says_what_is(product: Product):
    person = await product.fresh()
    await person.command("/copilot", "catchup whenever")
    assert await person.whisper("catchup")


async def test_help_offers_what_is_asked_for_most_as_buttons(product: Product):
    person = await product.fresh()
    await person.command("/copilot", "help")
    told = await whisper_saying(person, "I read this incident")
    await person.press(told, "brief_summary")
    assert "Impact" in words((await whisper_saying(person, "Changed before"))["blocks"])


async def test_a_handoff_is_posted_in_the_thread_once(product: Product):
    person = await product.fresh()
    await person.ask("handoff")
    (post,) = await person.posts()
    assert "Handoff" in words(post["blocks"])


async def test_a_draft_opens_in_a_form_and_goes_to_nobody_else(product: Product):
    person = await product.fresh()
    await person.ask("draft an update for customers")
    told = await whisper_saying(person, "The draft for customers is ready")
    async with person.events() as next_event:
        await person.press(told, "open_draft")
        opened = await next_event("view")
    (block,) = opened["view"]["blocks"]
    assert "Investigating" in block["element"]["initial_value"]
    values = {block["block_id"]: {block["element"]["action_id"]: "We are on it."}}
    await person.call("submit", view_id=opened["view_id"], values=values)

    async def sent() -> bool:
        return "We are on it." in direct_messages(product)

    assert await until(sent)
    assert await person.own_posts() == []


async def test_an_order_is_declined_to_the_asker_alone(product: Product):
    person = await product.fresh()
    await person.ask("please roll the gateway back")
    assert "A person decides" in await person.whisper("I run nothing")
    assert await person.own_posts() == []
