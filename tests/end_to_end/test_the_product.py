import pytest

from sandbox.faults import Fault
from sandbox.people import BOT_USER_ID
from tests.end_to_end.person import thumb, until, words

pytestmark = pytest.mark.asyncio(loop_scope="module")

LOCKED = "C0LOCKED01"
UNASKED = ("follow:", "recheck:")
"""What the ids of requests begin with that nobody asked for."""


async def ended(product, count=1):
    """Wait until the worker has ended so many requests."""

    async def found():
        finished = [entry["request"] for entry in product.logged("ticket.finished")]
        return len([one for one in finished if not one.startswith(UNASKED)]) >= count

    await until(found)


async def test_a_mention_delivered_twice_gets_one_cited_answer(product):
    person = await product.fresh()

    await person.ask()
    [answer] = await person.answers()
    await product.sandbox.delivery.settled()
    await ended(product)

    assert len(await person.own_posts()) == 1
    assert "[3]" in words(answer["blocks"])
    assert "InvalidAccessKeyId" in words(answer["blocks"])
    assert {entry["duplicate"] for entry in product.logged("request.accepted")} == {True, False}
    assert product.logged("question.routed")[0]["tier"] == "opus"


async def test_without_the_thread_the_same_question_goes_to_the_smaller_model(product):
    person = await product.fresh()
    channel = product.sandbox.add_channel("C0QUIET001", name="talk", at_ts="1742595888.000001")

    text = f"<@{BOT_USER_ID}> why are uploads failing?"
    product.sandbox.workspace.post(channel, {"user": "U0BEN00001", "text": text})
    await ended(product)

    assert product.logged("question.routed")[0]["tier"] == "sonnet"
    assert await person.own_posts() == []


async def test_an_empty_mention_gets_help_that_only_the_asker_sees(product):
    person = await product.fresh()

    await person.ask("")

    assert "/copilot postmortem" in await person.whisper("I read this incident")
    assert await person.own_posts() == []


async def test_the_slash_command_escalates_and_the_postmortem_is_a_file(product):
    person = await product.fresh()

    await person.command("/opus", "what broke?")
    [answer] = await person.answers()
    await person.command("/copilot", "postmortem")
    review = await person.file()

    _, root = await person.place()
    assert answer["thread_ts"] == root
    assert {entry["tier"] for entry in product.logged("question.routed")} == {"opus"}
    assert review.startswith("# DRAFT")
    assert "| Time" in review


async def test_buttons_show_evidence_take_thumbs_and_refute(product):
    person = await product.fresh()
    await person.ask()
    [answer] = await person.answers()
    await person.ask("what changed before?")
    await person.answers(2)

    await person.press(answer, "evidence")
    quotes = await person.whisper("Evidence")
    await person.press(answer, "feedback", thumb(answer, "negative_button"))
    thanks = await person.whisper("Noted")
    await person.refute(answer, "the production gateway has the new pair, I looked")
    told = await person.whisper("is refuted, under your name")

    posts = [words(post["blocks"]) for post in await person.own_posts()]
    assert "removed the old pair" in quotes
    assert thanks.startswith("Noted. What was wrong with it?")
    assert "the production gateway has the new pair" in told
    assert posts[0].startswith("Superseded 22:2")
    assert product.logged("feedback.saved", verdict="bad")


async def test_an_incident_that_nobody_has_seen_is_answered_too(product):
    person = await product.fresh("mine")

    await person.ask()
    [answer] = await person.answers()

    assert "renewed the certificate" in words(answer["blocks"])


async def test_an_answer_that_slack_could_not_take_comes_with_the_next_run(product):
    person = await product.fresh()
    product.sandbox.faults.order("chat.update", Fault(status=500), times=1_000)

    await person.ask()

    async def failed():
        return product.logged("ticket.failed")

    await until(failed)
    product.sandbox.faults.clear()
    await person.answers()

    assert len(await person.own_posts()) == 1


async def test_an_answer_that_slack_never_takes_ends_in_one_sentence(product):
    person = await product.fresh()
    product.sandbox.faults.order("chat.update", Fault(error="invalid_blocks"), times=3)

    await person.ask()
    await ended(product)

    [post] = await person.own_posts()
    assert "Slack refused it (invalid_blocks)" in words(post["blocks"])
    assert not product.logged("ticket.failed")


async def test_a_question_deleted_before_its_answer_is_answered_to_the_asker_alone(product):
    person = await product.fresh()
    for method in ("chat.startStream", "chat.postMessage"):
        product.sandbox.faults.order(method, Fault(error="thread_not_found"))

    await person.ask()

    assert "thread_not_found" in await person.whisper("I cannot show my answer")
    assert await person.own_posts() == []


async def test_a_command_where_we_are_not_a_member_is_answered_directly(product):
    await product.fresh()
    sandbox = product.sandbox
    sandbox.add_channel(LOCKED, name="inc-locked", at_ts="1742595888.000001", bot_is_member=False)

    await sandbox.person.command(LOCKED, "/opus", "why?")
    await ended(product)

    direct = [c for c in sandbox.workspace.channels.values() if c.id.startswith("D")]
    [message] = [message for channel in direct for message in channel.everything()]
    assert "Invite me with /invite @copilot" in words(message["blocks"])


async def test_two_questions_of_two_people_are_answered_side_by_side_in_their_own_messages(product):
    person = await product.fresh()
    channel_id, root = await person.place()
    channel = product.sandbox.workspace.channel(channel_id)

    for name in ("U0BEN00001", "U0CHO00001"):
        text = f"<@{BOT_USER_ID}> why are uploads failing?"
        product.sandbox.workspace.post(channel, {"user": name, "text": text, "thread_ts": root})
    answers = await person.answers(2)

    assert len({answer["ts"] for answer in answers}) == 2
