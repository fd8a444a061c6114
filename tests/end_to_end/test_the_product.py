import asyncio
import json

from tests.end_to_end.person import words


async def test_a_mention_delivered_twice_gets_one_cited_answer(playing, log_of):
    async with playing() as (person, _, _):
        await person.ask()
        answer = await person.answer()
        await asyncio.sleep(0.5)
        posts = await person.own_posts()

    assert len(posts) == 1
    assert "[3]" in words(answer["blocks"])
    assert "InvalidAccessKeyId" in words(answer["blocks"])
    assert {entry["duplicate"] for entry in log_of("request.accepted")} == {True, False}
    assert log_of("question.routed")[0]["tier"] == "opus"


async def test_a_worker_killed_mid_answer_leaves_one_whole_answer(playing, log_of):
    async with playing(pace_seconds=0.8) as (person, bot, _):
        await person.ask()
        async with asyncio.timeout(10):
            while not await person.own_posts():
                await asyncio.sleep(0.05)
        killed = await bot.kill_worker()
        answer = await person.answer()
        posts = await person.own_posts()

    assert len(posts) == 1
    assert "check before you act" in words(answer["blocks"])
    assert bot.worker.process.pid != killed
    assert log_of("request.repeated")


async def test_the_slash_command_escalates_and_the_postmortem_is_a_file(playing, log_of):
    async with playing() as (person, _, sandbox):
        state = await person.state()
        channel, _ = person.place(state)
        await person.call("command", channel=channel, command="/opus", text="what broke?")
        await person.answer()
        await person.call("command", channel=channel, command="/copilot", text="postmortem")
        async with asyncio.timeout(20):
            while not (files := [f for m in await person.own_posts() for f in m.get("files", [])]):
                await asyncio.sleep(0.1)
        async with person.session.get(files[0]["url_private"]) as answer:
            review = await answer.text()

    assert {entry["tier"] for entry in log_of("question.routed")} == {"opus"}
    assert review.startswith("# DRAFT")
    assert "| Time" in review


async def test_buttons_show_evidence_take_thumbs_and_refute(playing, log_of):
    async with playing() as (person, _, sandbox):
        seen = []
        listener = asyncio.create_task(_listen(person, seen))
        await person.ask()
        answer = await person.answer()

        await person.press(answer, "evidence")
        quotes = await person.wait_for(seen, "ephemeral")
        await person.press(answer, "wrong")
        opened = await person.wait_for(seen, "view")
        values = {
            block["block_id"]: {block["element"]["action_id"]: _filled(block["element"])}
            for block in opened["view"]["blocks"]
        }
        await person.call("submit", view_id=opened["view_id"], values=values)
        async with asyncio.timeout(15):
            while "Superseded" not in words((await person.own_posts())[0]["blocks"]):
                await asyncio.sleep(0.1)
        listener.cancel()

    assert "removed the old pair" in words(quotes["blocks"])


async def _listen(person, seen):
    async with person.session.get(f"{person.url}/page/events") as stream:
        async for line in stream.content:
            if line.startswith(b"data:"):
                seen.append(json.loads(line[5:]))


def _filled(element):
    if element["type"] == "static_select":
        return element["options"][0]["value"]
    return "the production gateway has the new pair, I looked"


async def test_an_incident_file_dropped_into_the_folder_plays(playing, tmp_path):
    incidents = tmp_path / "incidents"
    incidents.mkdir()
    (incidents / "mine.json").write_text(MINE)
    async with playing(scenario=None, incidents=incidents) as (person, _, _):
        await person.ask()
        answer = await person.answer()

    assert "renewed the certificate" in words(answer["blocks"])


MINE = """{"id": "mine", "channel": {"id": "C0MINE", "name": "inc-checkout"}, "shape": "thread",
 "ask_at": "1700000900.000001", "question": "why does checkout fail?",
 "messages": [
  {"type": "message", "ts": "1700000000.000001", "thread_ts": "1700000000.000001", "user": "U0EVA",
   "reply_count": 3, "text": "renewed the certificate of the payment proxy"},
  {"type": "message", "ts": "1700000300.000001", "thread_ts": "1700000000.000001", "bot_id": "B0MON",
   "subtype": "bot_message", "username": "Alertmanager", "text": "[FIRING:1] CheckoutErrors: 5xx above 5 %"},
  {"type": "message", "ts": "1700000600.000001", "thread_ts": "1700000000.000001", "user": "U0KAI",
   "text": "log: ```x509: certificate signed by unknown authority (payment proxy)```"},
  {"type": "message", "ts": "1700000900.000001", "thread_ts": "1700000000.000001", "user": "U0EVA",
   "text": "checkout is down for everybody"}]}"""
