"""People edit and delete after an answer; events get lost, doubled and late on their way."""

from random import Random

import pytest

from tests.end_to_end.conftest import Product
from tests.end_to_end.person import AtThePage, until, words

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def first_words(person: AtThePage, part: str) -> str:
    """Wait until the first lines of the first answer say something."""

    async def told() -> str:
        shown = words((await person.answers())[0]["blocks"])
        return shown if part in shown[:200] else ""

    return await until(told)


async def test_an_answer_whose_evidence_was_rewritten_says_so(product: Product):
    person = await product.fresh()
    channel, _ = await person.place()
    await person.ask()
    await person.answers()
    removal = product.sandbox.player.take.scenario.messages[2]

    product.sandbox.person.edit(channel, removal["ts"], "nothing was removed", as_user=removal["user"])

    assert "[3]" in await first_words(person, "Updated")


async def test_an_answer_whose_evidence_was_deleted_says_nothing_against_itself(product: Product):
    person = await product.fresh()
    channel, _ = await person.place()
    await person.ask()
    await person.answers()
    [log_line] = [
        m for m in product.sandbox.player.take.scenario.messages if "storage auth failed" in m["text"]
    ]

    product.sandbox.person.delete(channel, log_line["ts"], as_user=log_line["user"])

    shown = await first_words(person, "Updated")
    assert "not supported any more: message [13] was deleted" in shown
    for gone in ("InvalidAccessKeyId", "(deleted)", "likely", "links shown", "Candidate", "Ask next"):
        assert gone not in shown


async def test_whatever_becomes_of_the_events_the_next_answer_reads_what_stands(product: Product):
    person = await product.fresh()
    channel, root = await person.place()
    await person.ask()
    await person.answers()
    traffic = product.sandbox.delivery.traffic
    traffic.random, traffic.lost_share = Random(3), 0.4  # noqa: S311  # nothing secret
    traffic.copies, traffic.late_seconds = 2, (0.0, 0.3)
    people = product.sandbox.person
    said = [people.say(channel, f"note {n}", thread_ts=root, as_user="U0ANA00001")["ts"] for n in range(30)]
    for ts in said[::3]:
        people.delete(channel, ts, as_user="U0ANA00001")
    for ts in said[1::3]:
        people.edit(channel, ts, "note, corrected", as_user="U0ANA00001")
    await product.sandbox.delivery.settled()
    traffic.lost_share, traffic.copies, traffic.late_seconds = 0.0, 1, (0.0, 0.0)
    await person.wait_for_slack(seconds=90)

    await person.ask("what now?")
    await person.answers(2)

    [first, second] = product.logged("incident.read")
    assert second["messages"] == first["messages"] + 20
