"""The board lives: people act on hypotheses from where they are, and the incident itself moves it."""

import pytest

from tests.end_to_end.conftest import Product
from tests.end_to_end.person import AtThePage, until, words
from tests.end_to_end.test_what_people_do import first_words

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def board_saying(person: AtThePage, part: str) -> str:
    """Wait until the board's message says something."""

    async def told() -> str:
        texts = [words(m["blocks"]) for m in await person.own_posts() if m.get("blocks")]
        return next((text for text in texts if text.startswith("Board") and part in text), "")

    return await until(told)


async def test_a_person_suspects_refutes_and_reopens_and_everything_says_so(product: Product):
    person = await product.fresh()
    await person.ask()
    await person.answers()

    await person.ask("board")
    await board_saying(person, "H1 proposed")
    await person.ask("suspect the cache in front of the storage")
    assert "is on the board under your name" in await person.whisper("is on the board under your name")
    await person.ask("refute H1 because it has the new pair since 20:19")

    assert "H1 refuted" in await first_words(person, "Superseded")
    await person.ask("reopen H1 that was staging")
    assert "H1 is proposed" in await person.whisper("H1 is proposed")
    assert len([m for m in await person.own_posts() if words(m["blocks"]).startswith("Board")]) == 1


async def test_who_asks_what_was_ruled_out_alone_is_told(product: Product):
    person = await product.fresh()
    await person.ask()
    await person.answers()

    await person.ask("did anyone check the storage nodes?")

    told = await person.whisper("Ruled out")
    assert "storage nodes" in told
    assert "reopen if" in told


async def test_an_act_that_cannot_be_done_is_said_in_one_sentence(product: Product):
    person = await product.fresh()
    await person.ask()
    await person.answers()

    await person.ask("confirm H9 [3]")

    assert await person.whisper("is not on this incident's board")


async def test_the_incident_goes_on_and_the_board_and_the_old_answer_follow_unasked(product: Product):
    person = await product.fresh()
    await person.ask()
    await person.answers()
    await person.ask("board")
    await board_saying(person, "H1 proposed")
    end = product.sandbox.player.take.scenario.messages[-1]["ts"]

    await person.call("clock", action="seek", ts=end)

    assert "confirmed" in await first_words(person, "Updated")
    assert "confirmed" in await board_saying(person, "H1 confirmed")
    assert len(await person.own_posts()) == 2
