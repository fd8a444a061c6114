"""History that lags behind events, answers oddly, or does not answer."""

import json

import pytest
from aiohttp import ClientSession, web
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack_live import IDLE_SECONDS
from bot.adapters.slack_read import IncidentReader, Page
from bot.incident.log import Said, body_of
from bot.incident.messages import IncidentRef
from sandbox.faults import Fault
from sandbox.people import TEAM_ID
from tests.adapters.conftest import CHANNEL, ELSEWHERE, live_reader

REF = IncidentRef(team_id=TEAM_ID, channel_id=CHANNEL)


class Lagging(IncidentReader):
    """Slack's history as a replica has it that is behind."""

    is_behind = False
    hidden = ()

    async def newest(self, ref, *, limit, oldest=""):
        page = await super().newest(ref, limit=limit, oldest=oldest)
        left_out = self.hidden if self.is_behind else ()
        listed = [message for message in page.messages if message["text"] not in left_out]
        return Page(messages=listed, is_last=page.is_last)


def reader(place, **settings):
    return live_reader(place.slack.client, place.redis, place.slack.me, **settings)


async def read(live, ref=REF):
    return await live.read(ref, until_ts=None, is_logged=True)


async def texts(live, ref=REF):
    return [message.text for message in (await read(live, ref)).messages]


async def deliver(place, ts):
    raw = place.sandbox.workspace.channel(CHANNEL).find(ts)
    said = Said(ts=ts, version=ts, body=body_of(raw), thread_ts=raw.get("thread_ts"))
    await place.slack.live.log.append([REF], [said])


@pytest.mark.parametrize("hidden", [("deploy", "rollback", "why"), ("deploy",), ("rollback", "why")])
async def test_what_history_does_not_show_yet_stays(place, hidden):
    live = reader(place)
    live.reader = Lagging(place.slack.client)
    live.reader.hidden = hidden
    place.say("root")
    await read(live)
    for words in ("deploy", "rollback", "why"):
        place.later(2)
        await deliver(place, place.say(words))
    live.reader.is_behind = True

    behind = await read(live)
    live.reader.is_behind = False

    assert ([m.text for m in behind.messages], behind.deleted) == (["root", "deploy", "rollback", "why"], 0)
    assert await texts(live) == await texts(reader(place)) == ["root", "deploy", "rollback", "why"]


async def test_what_history_missed_for_long_stands_again_when_it_is_seen(place):
    live = reader(place)
    live.reader = Lagging(place.slack.client)
    live.reader.hidden = ("deploy",)
    place.say("root")
    await read(live)
    await deliver(place, place.say("deploy"))
    place.later()
    await deliver(place, place.say("why"))
    live.reader.is_behind = True
    missing = await texts(live)
    live.reader.is_behind = False

    seen = await read(live)

    assert (missing, [m.text for m in seen.messages], seen.deleted) == (
        ["root", "why"], ["root", "deploy", "why"], 0,
    )  # fmt: skip
    assert await texts(reader(place)) == ["root", "deploy", "why"]


async def test_an_answer_knows_that_history_did_not_answer(place):
    live = reader(place)
    place.say("root")
    before = await read(live)
    place.faults.order("conversations.history", Fault(status=500))

    torn, after = await read(live), await read(live)

    assert (before.is_unchecked, torn.is_unchecked, after.is_unchecked) == (False, True, False)


async def test_more_than_one_call_shows_makes_the_next_question_list_everything(place):
    live = reader(place, overdue_seconds=-1)
    place.say("root")
    await read(live)
    place.say("lost long ago")
    for number in range(201):
        await deliver(place, place.say(f"told {number}"))
    place.say("lost now")
    await deliver(place, place.say("told last"))

    first, second = await texts(live), await texts(live)

    assert ("lost now" in first, "lost long ago" in first) == (True, False)
    assert "lost long ago" in second
    assert await live.log.completeness(REF) == await live.log.epoch()


async def test_reactions_on_replies_are_seen_by_the_next_question_in_a_thread(place):
    root = place.thread(2, channel=ELSEWHERE)
    ref = IncidentRef(team_id=TEAM_ID, channel_id=ELSEWHERE, thread_ts=root)
    live = reader(place)
    reply = (await read(live, ref)).messages[1].ts
    await place.slack.client.reactions_add(channel=ELSEWHERE, timestamp=reply, name="eyes")
    raw = place.sandbox.workspace.channel(ELSEWHERE).find(reply)
    raw["reactions"] = [{"name": "eyes", "users": ["U0ANA00001"], "count": 1}]

    again = await read(live, ref)

    assert again.messages[1].reactions == (("eyes", 1),)


async def test_what_nobody_uses_for_an_hour_is_let_go_and_what_may_not_be_kept_at_once(place):
    at = [0.0]
    live = reader(place, monotonic=lambda: at[0])
    place.say("root")
    await read(live)

    await live.tidy(may_keep)
    kept = list(live._kept)
    await live.tidy(may_not_keep)
    refused = list(live._kept)
    await read(live)
    at[0] = IDLE_SECONDS + 1.0
    await live.tidy(may_keep)

    assert (kept, refused, list(live._kept)) == ([REF.key], [], [])


async def may_keep(_ref) -> bool:
    return True


async def may_not_keep(_ref) -> bool:
    return False


MESSAGE = {"ts": "1700000000.000000", "text": "hi"}


@pytest.mark.parametrize(
    "body",
    [
        "<html>log in</html>",
        "null",
        "[]",
        '{"ok": true}',
        '{"ok": true, "messages": null}',
        json.dumps({"ok": True, "messages": [MESSAGE], "response_metadata": "x"}),
        json.dumps({"ok": True, "messages": [MESSAGE], "response_metadata": {"next_cursor": 7}}),
    ],
)
async def test_what_is_no_answer_of_slack_is_no_answer_about_the_channel(place, body):
    async with odd(place, body) as live:
        with pytest.raises(SlackApiError):
            await read(live)


@pytest.mark.parametrize(
    "message",
    [
        {"reply_count": 3, "latest_reply": "abc"},
        {"reply_count": "7", "latest_reply": 9, "thread_ts": 5},
        {"user": ["U1"], "user_profile": 3, "edited": [], "reactions": {}},
    ],
)
async def test_odd_fields_of_a_message_fail_no_question(place, message):
    body = json.dumps({"ok": True, "messages": [MESSAGE | message, {"text": "no ts"}, "no message"]})
    async with odd(place, body) as live:
        assert await texts(live) == ["hi"]


class odd:  # noqa: N801  # used as a function
    """A reader for which Slack answers everything with one body."""

    def __init__(self, place, body):
        self.place, self.body = place, body

    async def __aenter__(self):
        async def answer(_request):
            return web.Response(text=self.body, content_type="application/json")

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", answer)
        self.runner = web.AppRunner(app)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        self.session = ClientSession()
        url = f"http://127.0.0.1:{self.runner.addresses[0][1]}/api/"
        client = AsyncWebClient(token="not-a-token", base_url=url, session=self.session, retry_handlers=[])
        return live_reader(client, self.place.redis, self.place.slack.me)

    async def __aexit__(self, *_error):
        await self.session.close()
        await self.runner.cleanup()
