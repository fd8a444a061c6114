"""Events on their way to the app: signed, doubled, repeated."""

import hashlib
import hmac

from slack_sdk.web.async_client import AsyncWebClient

from sandbox.people import BOT_USER_ID
from sandbox.server import Sandbox
from tests.sandbox.conftest import CHANNEL
from tests.sandbox.receiver import Receiver


async def test_a_mention_in_a_channel_comes_twice_with_different_event_ids(sandbox: Sandbox, app: Receiver):
    sandbox.person.say(CHANNEL, "@copilot why?")
    await sandbox.delivery.settled()

    [mention], [message] = app.events("app_mention"), app.events("message")
    assert mention["text"] == message["text"] == f"<@{BOT_USER_ID}> why?"
    assert mention["ts"] == message["ts"]
    assert len({body["event_id"] for body in app.bodies}) == 2
    assert message["channel_type"] == "channel"


async def test_what_is_no_mention_comes_once(sandbox: Sandbox, app: Receiver):
    sandbox.person.say(CHANNEL, "mail me at me@copilot.example & <b>")
    await sandbox.delivery.settled()

    assert [event["text"] for event in app.events()] == ["mail me at me@copilot.example &amp; &lt;b&gt;"]


async def test_events_are_signed_as_slack_signs_them(sandbox: Sandbox, app: Receiver):
    sandbox.person.say(CHANNEL, "hello")
    await sandbox.delivery.settled()

    request, body = app.came[0], app.raw[0]
    base = f"v0:{request.headers['X-Slack-Request-Timestamp']}:{body.decode()}"
    expected = hmac.new(app.secret.encode(), base.encode(), hashlib.sha256).hexdigest()
    assert request.headers["X-Slack-Signature"] == f"v0={expected}"


async def test_an_event_that_is_not_acked_comes_three_times_again(sandbox: Sandbox, app: Receiver):
    app.answers = [(500, ""), (503, ""), (404, ""), (500, "")]

    sandbox.person.say(CHANNEL, "hello")
    await sandbox.delivery.settled()

    retries = [request.headers.get("X-Slack-Retry-Num") for request in app.came]
    reasons = {request.headers.get("X-Slack-Retry-Reason") for request in app.came[1:]}
    assert (retries, reasons) == ([None, "1", "2", "3"], {"http_error"})
    assert len({body["event_id"] for body in app.bodies}) == 1


async def test_an_event_that_is_acked_late_comes_again_because_of_a_timeout(sandbox: Sandbox, app: Receiver):
    sandbox.delivery.ack_seconds = 1.0  # a busy machine answers the second attempt well within it
    app.hangs = 1

    sandbox.person.say(CHANNEL, "hello")
    await sandbox.delivery.settled()

    assert app.came[1].headers["X-Slack-Retry-Reason"] == "http_timeout"
    assert [attempt.is_ok for attempt in sandbox.delivery.log] == [False, True]


async def test_the_app_can_ask_for_no_retry(sandbox: Sandbox, app: Receiver):
    app.answers, app.headers = [(500, "")], {"X-Slack-No-Retry": "1"}

    sandbox.person.say(CHANNEL, "hello")
    await sandbox.delivery.settled()

    assert len(app.came) == 1


async def test_an_app_that_is_away_is_tried_again(sandbox: Sandbox):
    sandbox.deliver_http("http://127.0.0.1:1/slack/events", "x")

    sandbox.person.say(CHANNEL, "hello")
    await sandbox.delivery.settled()

    assert [attempt.reason for attempt in sandbox.delivery.log] == ["connection_failed"] * 4


async def test_changes_deletions_and_reactions_are_events_too(
    sandbox: Sandbox, client: AsyncWebClient, app: Receiver
):
    ts = (await client.chat_postMessage(channel=CHANNEL, text="old"))["ts"]
    await client.chat_update(channel=CHANNEL, ts=ts, text="new")
    await client.reactions_add(channel=CHANNEL, timestamp=ts, name="eyes")
    await client.chat_delete(channel=CHANNEL, ts=ts)
    await sandbox.delivery.settled()

    events = {event.get("subtype") or event["type"]: event for event in app.events()}
    assert set(events) == {"message", "message_changed", "reaction_added", "message_deleted"}
    changed = events["message_changed"]
    assert (changed["message"]["text"], changed["previous_message"]["text"]) == ("new", "old")
    assert events["message_deleted"]["deleted_ts"] == ts


async def test_a_channel_without_the_bot_sends_nothing(sandbox: Sandbox, app: Receiver):
    sandbox.add_channel("C0FOREIGN01", name="x", at_ts="1.000000", bot_is_member=False)

    sandbox.person.say("C0FOREIGN01", "@copilot hello")
    await sandbox.delivery.settled()

    assert app.bodies == []
