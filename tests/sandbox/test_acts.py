"""What people and bots do, and the events that Slack sends for it."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.errors import SlackError
from sandbox.people import BOT_ID, BOT_USER_ID, PERSON_ID
from sandbox.server import Sandbox
from tests.sandbox.conftest import CHANNEL, NOW
from tests.sandbox.receiver import Receiver

RECIPIENT = {"recipient_user_id": PERSON_ID, "recipient_team_id": "T0LOCAL001"}


async def last_event(sandbox: Sandbox, app: Receiver, kind: str = "") -> dict[str, Any]:
    """The latest inner event that came, of a type or a subtype."""
    await sandbox.delivery.settled()
    return [event for event in app.events() if kind in {"", event["type"], event.get("subtype")}][-1]


async def test_an_edit_tells_the_message_before_and_after(sandbox: Sandbox, app: Receiver):
    ts = sandbox.person.say(CHANNEL, "the pool is at 50", as_user="U0ANA00001")["ts"]

    sandbox.person.edit(CHANNEL, ts, "the pool is at 90", as_user="U0ANA00001")

    event = await last_event(sandbox, app, "message_changed")
    assert (event["previous_message"]["text"], event["message"]["text"]) == (
        "the pool is at 50",
        "the pool is at 90",
    )
    assert event["message"]["edited"] == {"user": "U0ANA00001", "ts": NOW}
    assert event["message"]["blocks"][0]["elements"][0]["elements"][0]["text"] == "the pool is at 90"
    assert event["ts"] == event["event_ts"] > ts
    assert event["hidden"] is True


async def test_a_deletion_tells_what_stood_there(sandbox: Sandbox, app: Receiver):
    ts = sandbox.person.say(CHANNEL, "never mind")["ts"]

    sandbox.person.delete(CHANNEL, ts)

    event = await last_event(sandbox, app, "message_deleted")
    assert (event["deleted_ts"], event["previous_message"]["text"]) == (ts, "never mind")


async def test_a_deleted_root_with_replies_leaves_a_tombstone(
    sandbox: Sandbox, client: AsyncWebClient, app: Receiver
):
    root = sandbox.person.say(CHANNEL, "writes fail")["ts"]
    sandbox.person.say(CHANNEL, "since 10:02", thread_ts=root, as_user="U0ANA00001")

    sandbox.person.delete(CHANNEL, root)

    event = await last_event(sandbox, app, "message_changed")
    history = (await client.conversations_history(channel=CHANNEL))["messages"]
    thread = (await client.conversations_replies(channel=CHANNEL, ts=root))["messages"]
    assert (event["message"]["subtype"], event["previous_message"]["text"]) == ("tombstone", "writes fail")
    assert event["message"]["reply_count"] == event["previous_message"]["reply_count"] == 1
    assert [(m["ts"], m["user"], m["text"], m["hidden"]) for m in history] == [
        (root, "USLACKBOT", "This message was deleted.", True)
    ]
    assert [message["text"] for message in thread] == ["This message was deleted.", "since 10:02"]


async def test_a_roots_counters_follow_its_replies_without_an_event(
    sandbox: Sandbox, client: AsyncWebClient, app: Receiver
):
    root = sandbox.person.say(CHANNEL, "writes fail")["ts"]
    first = sandbox.person.say(CHANNEL, "one", thread_ts=root, as_user="U0ANA00001")["ts"]
    second = sandbox.person.say(CHANNEL, "two", thread_ts=root, as_user="U0BEN00001")["ts"]

    sandbox.person.delete(CHANNEL, second, as_user="U0BEN00001")

    shown = (await client.conversations_history(channel=CHANNEL))["messages"][0]
    await sandbox.delivery.settled()
    subtypes = sorted(event.get("subtype", "") for event in app.events())
    assert (shown["reply_count"], shown["latest_reply"], shown["reply_users"]) == (1, first, ["U0ANA00001"])
    assert subtypes == ["", "", "", "message_deleted"]


async def test_a_root_whose_last_reply_went_is_no_thread_any_more(sandbox: Sandbox, client: AsyncWebClient):
    root = sandbox.person.say(CHANNEL, "writes fail")["ts"]
    reply = sandbox.person.say(CHANNEL, "one", thread_ts=root)["ts"]

    sandbox.person.delete(CHANNEL, reply)

    shown = (await client.conversations_history(channel=CHANNEL))["messages"][0]
    assert "reply_count" not in shown
    assert "thread_ts" not in shown


@pytest.mark.parametrize(
    ("author", "item_user"), [("U0ANA00001", "U0ANA00001"), ("B0ALERTS01", None)], ids=["person", "bot"]
)
async def test_reactions_name_who_reacted_and_whose_message_it_is(
    sandbox: Sandbox, app: Receiver, author: str, item_user: str | None
):
    ts = sandbox.person.say(CHANNEL, "CPU is high", as_user=author)["ts"]

    sandbox.person.react(CHANNEL, ts, "eyes")
    added = await last_event(sandbox, app, "reaction_added")
    sandbox.person.unreact(CHANNEL, ts, "eyes")
    removed = await last_event(sandbox, app, "reaction_removed")

    assert (added["user"], added["reaction"], added.get("item_user")) == (PERSON_ID, "eyes", item_user)
    assert added["item"] == removed["item"] == {"type": "message", "channel": CHANNEL, "ts": ts}
    assert "reactions" not in sandbox.workspace.channel(CHANNEL).message(ts)


async def test_only_ones_own_message_can_be_edited_or_deleted(sandbox: Sandbox):
    ts = sandbox.person.say(CHANNEL, "mine", as_user="U0ANA00001")["ts"]

    with pytest.raises(SlackError, match="cant_update_message"):
        sandbox.person.edit(CHANNEL, ts, "yours")
    with pytest.raises(SlackError, match="cant_delete_message"):
        sandbox.person.delete(CHANNEL, ts)
    sandbox.person.react(CHANNEL, ts, "eyes")
    with pytest.raises(SlackError, match="already_reacted"):
        sandbox.person.react(CHANNEL, ts, "eyes")
    with pytest.raises(SlackError, match="no_reaction"):
        sandbox.person.unreact(CHANNEL, ts, "fire")
    with pytest.raises(SlackError, match="invalid_name"):
        sandbox.person.react(CHANNEL, ts, "no such emoji!")


async def test_a_bot_posts_and_edits_its_alert(sandbox: Sandbox, app: Receiver):
    firing = {"attachments": [{"title": "[FIRING] high latency", "color": "danger"}]}
    ts = sandbox.person.post(CHANNEL, firing, as_user="B0ALERTS01")["ts"]

    sandbox.person.edit(CHANNEL, ts, "resolved", as_user="B0ALERTS01")

    posted = await last_event(sandbox, app, "bot_message")
    changed = await last_event(sandbox, app, "message_changed")
    assert (posted["bot_id"], posted["attachments"][0]["title"]) == ("B0ALERTS01", "[FIRING] high latency")
    assert changed["message"]["text"] == "resolved"


async def test_the_apps_own_posts_come_as_events_too(sandbox: Sandbox, client: AsyncWebClient, app: Receiver):
    posted = await client.chat_postMessage(channel=CHANNEL, text="one moment")
    own = await last_event(sandbox, app)
    await client.chat_update(channel=CHANNEL, ts=posted["ts"], text="done")
    changed = await last_event(sandbox, app)

    assert (own["type"], own["ts"], own["bot_id"], own["user"]) == (
        "message",
        posted["ts"],
        BOT_ID,
        BOT_USER_ID,
    )
    assert (changed["subtype"], changed["message"]["bot_id"]) == ("message_changed", BOT_ID)
    assert changed["message"]["edited"]["ts"].endswith(".000000")


async def test_a_reply_that_is_also_sent_to_the_channel_carries_its_root(
    sandbox: Sandbox, client: AsyncWebClient, app: Receiver
):
    root = sandbox.person.say(CHANNEL, "writes fail")["ts"]
    content = {"text": "mitigated", "subtype": "thread_broadcast"}
    sandbox.person.post(CHANNEL, content, thread_ts=root, as_user="U0ANA00001")

    event = await last_event(sandbox, app, "thread_broadcast")
    history = (await client.conversations_history(channel=CHANNEL))["messages"]

    assert (event["thread_ts"], event["root"]["text"]) == (root, "writes fail")
    assert [message["text"] for message in history] == ["mitigated", "writes fail"]


@pytest.mark.parametrize(
    ("is_private", "joined_type", "left", "renamed"),
    [(False, "C", "channel_left", "channel_rename"), (True, "G", "group_left", "group_rename")],
    ids=["public", "private"],
)
async def test_the_bot_hears_of_being_added_of_a_new_name_and_of_being_taken_out(
    sandbox: Sandbox, app: Receiver, *, is_private: bool, joined_type: str, left: str, renamed: str
):
    sandbox.add_channel("C0OTHER0001", name="old", at_ts=NOW, bot_is_member=False, is_private=is_private)

    sandbox.person.invite("C0OTHER0001")
    joined = await last_event(sandbox, app, "member_joined_channel")
    sandbox.person.rename("C0OTHER0001", "inc-new")
    rename = await last_event(sandbox, app, renamed)
    sandbox.person.remove("C0OTHER0001")
    gone = await last_event(sandbox, app, left)

    assert (joined["user"], joined["inviter"], joined["channel_type"]) == (
        BOT_USER_ID,
        PERSON_ID,
        joined_type,
    )
    assert (rename["channel"]["id"], rename["channel"]["name"]) == ("C0OTHER0001", "inc-new")
    assert (gone["channel"], gone["actor_id"]) == ("C0OTHER0001", PERSON_ID)
    said = [e for e in app.events("message") if e["channel"] == "C0OTHER0001"]
    assert [event["subtype"] for event in said] == ["channel_join", "channel_name"]
    assert {event["channel_type"] for event in said} == {"group" if is_private else "channel"}


async def test_stop_ends_the_stream_and_tells_which(sandbox: Sandbox, client: AsyncWebClient, app: Receiver):
    root = sandbox.person.say(CHANNEL, "@copilot why?")["ts"]
    stream = await client.chat_startStream(channel=CHANNEL, thread_ts=root, **RECIPIENT)

    stopped = sandbox.person.stop(CHANNEL, root)

    event = await last_event(sandbox, app, "agent_session_stopped")
    with pytest.raises(SlackApiError, match="stopped_by_user"):
        await client.chat_appendStream(channel=CHANNEL, ts=stream["ts"], markdown_text="more")
    closed = await client.chat_stopStream(channel=CHANNEL, ts=stream["ts"], markdown_text=" that is all")
    with pytest.raises(SlackApiError, match="message_not_in_streaming_state"):
        await client.chat_appendStream(channel=CHANNEL, ts=stream["ts"], markdown_text="more")
    assert stopped == event["streaming_message_ts"] == [stream["ts"]]
    assert (event["channel"], event["thread_ts"], event["user"]) == (CHANNEL, root, PERSON_ID)
    assert "that is all" in closed["message"]["text"]


async def test_stop_works_before_anything_is_streamed(sandbox: Sandbox, app: Receiver):
    root = sandbox.person.say(CHANNEL, "@copilot why?")["ts"]

    sandbox.person.stop(CHANNEL, root)

    assert (await last_event(sandbox, app, "agent_session_stopped"))["streaming_message_ts"] == []


async def test_events_of_a_channel_shared_with_others_say_so(sandbox: Sandbox, app: Receiver):
    sandbox.add_channel("C0SHARED001", name="with-a-vendor", at_ts=NOW, is_external=True)

    sandbox.person.say("C0SHARED001", "hello", as_user="U0ANA00001")
    await sandbox.delivery.settled()

    assert app.bodies[-1]["is_ext_shared_channel"] is True
