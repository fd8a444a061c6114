"""Posting, changing, reading: the Web API as slack-sdk calls it."""

from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.faults import Fault
from sandbox.people import BOT_ID, BOT_USER_ID, PERSON_ID
from sandbox.server import Sandbox, running_sandbox
from tests.sandbox.conftest import CHANNEL, NOW

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}


async def refused(call: Any) -> dict[str, Any]:
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response.data


async def test_auth_test_says_who_the_bot_is(client: AsyncWebClient):
    answer = await client.auth_test()

    assert (answer["user_id"], answer["bot_id"]) == (BOT_USER_ID, BOT_ID)
    assert "chat:write" in answer.headers["x-oauth-scopes"]


async def test_a_post_comes_back_in_slacks_shape_with_ids_on_its_blocks(client: AsyncWebClient):
    posted = await client.chat_postMessage(
        channel=CHANNEL, text="hi", blocks=[SECTION, {**SECTION, "block_id": "mine"}]
    )

    message = posted["message"]
    assert (message["bot_id"], message["user"], message["type"]) == (BOT_ID, BOT_USER_ID, "message")
    assert message["blocks"][0]["block_id"]
    assert message["blocks"][1]["block_id"] == "mine"
    assert message["bot_profile"]["name"] == "copilot"


async def test_every_post_has_a_later_ts_although_time_stands_still(client: AsyncWebClient):
    stamps = [(await client.chat_postMessage(channel=CHANNEL, text="hi"))["ts"] for _ in range(3)]

    assert stamps == ["1700000000.000000", "1700000000.000001", "1700000000.000002"]


async def test_metadata_comes_back_only_on_demand(client: AsyncWebClient):
    metadata = {"event_type": "answer", "event_payload": {"request": "r1"}}
    posted = await client.chat_postMessage(channel=CHANNEL, text="hi", metadata=metadata)

    plain = await client.conversations_history(channel=CHANNEL)
    full = await client.conversations_history(channel=CHANNEL, include_all_metadata=True)

    assert "metadata" not in posted["message"]
    assert "metadata" not in plain["messages"][0]
    assert full["messages"][0]["metadata"] == metadata


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "C0NOWHERE01", "text": "x"}, "channel_not_found"),
        ({"channel": "C0FOREIGN01", "text": "x"}, "not_in_channel"),
        ({"channel": CHANNEL}, "no_text"),
        ({"channel": CHANNEL, "text": "x" * 4001}, "msg_too_long"),
        ({"channel": CHANNEL, "markdown_text": "x" * 12_001}, "msg_too_long"),
        ({"channel": CHANNEL, "markdown_text": "x", "text": "y"}, "markdown_text_conflict"),
        ({"channel": CHANNEL, "text": "x", "thread_ts": "1.000000"}, "thread_not_found"),
        ({"channel": CHANNEL, "blocks": "not json"}, "invalid_blocks_format"),
        ({"channel": CHANNEL, "blocks": [SECTION] * 51}, "invalid_blocks"),
        ({"channel": CHANNEL, "blocks": [{"type": "surprise"}]}, "invalid_blocks"),
        ({"channel": CHANNEL, "attachments": ["x"]}, "invalid_attachments"),
        ({"channel": CHANNEL, "text": "x", "metadata": {"event_type": "x"}}, "invalid_metadata_format"),
    ],
)
async def test_what_slack_refuses_is_refused_by_name(
    sandbox: Sandbox, client: AsyncWebClient, arguments: dict[str, Any], error: str
):
    sandbox.add_channel("C0FOREIGN01", name="private", at_ts=NOW, bot_is_member=False)

    answer = await refused(client.api_call("chat.postMessage", json=arguments))

    assert answer["error"] == error


async def test_blocks_that_are_too_long_together_are_refused(client: AsyncWebClient):
    block = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2700}}

    answer = await refused(client.chat_postMessage(channel=CHANNEL, text="x", blocks=[block] * 5))

    assert answer["error"] == "msg_blocks_too_long"


async def test_an_unknown_method_and_a_missing_token_are_named(sandbox: Sandbox, client: AsyncWebClient):
    unknown = await refused(client.api_call("chat.sing"))
    nobody = await refused(
        AsyncWebClient(base_url=sandbox.api_url, session=client.session).api_call("auth.test")
    )

    assert (unknown["error"], nobody["error"]) == ("unknown_method", "not_authed")


@pytest.mark.parametrize(
    ("body", "error"), [("{", "invalid_json"), ("[]", "json_not_object"), ("[" * 100_000, "invalid_json")]
)
async def test_a_body_that_is_no_json_object_is_refused(
    sandbox: Sandbox, browser: aiohttp.ClientSession, body: str, error: str
):
    headers = {"Content-Type": "application/json", "Authorization": "Bearer x"}

    async with browser.post("/api/auth.test", data=body, headers=headers) as response:
        assert (await response.json())["error"] == error


async def test_arguments_come_by_query_form_or_json(browser: aiohttp.ClientSession):
    fields = {"token": "x", "channel": CHANNEL, "text": "hi"}

    answers = [
        await (await browser.get("/api/chat.postMessage", params=fields)).json(),
        await (await browser.post("/api/chat.postMessage", params=fields)).json(),
        await (await browser.post("/api/chat.postMessage", data=fields)).json(),
        await (await browser.post("/api/chat.postMessage", json=fields)).json(),
    ]

    assert [answer["ok"] for answer in answers] == [True] * 4


async def test_an_update_replaces_what_is_given_and_keeps_the_rest(client: AsyncWebClient):
    ts = (await client.chat_postMessage(channel=CHANNEL, text="old", blocks=[SECTION]))["ts"]

    await client.chat_update(channel=CHANNEL, ts=ts, text="new")
    message = (await client.conversations_history(channel=CHANNEL))["messages"][0]

    assert (message["text"], message["blocks"][0]["type"]) == ("new", "section")
    assert message["edited"]["user"] == BOT_USER_ID


async def test_only_own_messages_can_be_changed_or_deleted(sandbox: Sandbox, client: AsyncWebClient):
    theirs = sandbox.person.say(CHANNEL, "mine")["ts"]
    own = (await client.chat_postMessage(channel=CHANNEL, text="x"))["ts"]

    changed = await refused(client.chat_update(channel=CHANNEL, ts=theirs, text="x"))
    deleted = await refused(client.chat_delete(channel=CHANNEL, ts=theirs))
    await client.chat_delete(channel=CHANNEL, ts=own)
    gone = await refused(client.chat_update(channel=CHANNEL, ts=own, text="x"))

    assert [changed["error"], deleted["error"], gone["error"]] == [
        "cant_update_message",
        "cant_delete_message",
        "message_not_found",
    ]


async def test_history_pages_back_in_time_without_replies(client: AsyncWebClient):
    roots = [(await client.chat_postMessage(channel=CHANNEL, text=str(n)))["ts"] for n in range(5)]
    await client.chat_postMessage(channel=CHANNEL, text="reply", thread_ts=roots[0])

    seen: list[str] = []
    pages = 0
    async for page in await client.conversations_history(channel=CHANNEL, limit=2):
        pages += 1
        seen += [message["text"] for message in page["messages"]]

    assert (pages, seen) == (3, ["4", "3", "2", "1", "0"])


async def test_replies_page_forward_and_every_page_begins_with_the_root(client: AsyncWebClient):
    root = (await client.chat_postMessage(channel=CHANNEL, text="root"))["ts"]
    for n in range(5):
        await client.chat_postMessage(channel=CHANNEL, text=str(n), thread_ts=root)

    pages = [
        page["messages"]
        async for page in await client.conversations_replies(channel=CHANNEL, ts=root, limit=3)
    ]

    assert [[m["text"] for m in page] for page in pages] == [
        ["root", "0", "1"],
        ["root", "2", "3"],
        ["root", "4"],
    ]
    assert pages[0][0]["reply_count"] == 5


async def test_oldest_and_latest_are_exclusive_unless_inclusive(client: AsyncWebClient):
    ts = [(await client.chat_postMessage(channel=CHANNEL, text=str(n)))["ts"] for n in range(4)]
    bounds = {"channel": CHANNEL, "oldest": ts[1], "latest": ts[3]}

    between = await client.conversations_history(**bounds)
    including = await client.conversations_history(**bounds, inclusive=True)

    assert [m["text"] for m in between["messages"]] == ["2"]
    assert [m["text"] for m in including["messages"]] == ["3", "2", "1"]


async def test_a_thread_is_found_by_its_root_alone(client: AsyncWebClient):
    root = (await client.chat_postMessage(channel=CHANNEL, text="root"))["ts"]
    reply = (await client.chat_postMessage(channel=CHANNEL, text="reply", thread_ts=root))["ts"]

    for ts in (reply, "1.000000", "nonsense"):
        assert (await refused(client.conversations_replies(channel=CHANNEL, ts=ts)))[
            "error"
        ] == "thread_not_found"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"cursor": "!"}, "invalid_cursor"),
        ({"cursor": "b2Zmc2V0Ong="}, "invalid_cursor"),
        ({"limit": 0}, "invalid_limit"),
        ({"limit": 1001}, "invalid_limit"),
        ({"oldest": "yesterday"}, "invalid_ts_oldest"),
    ],
)
async def test_wrong_pages_are_refused(client: AsyncWebClient, arguments: dict[str, Any], error: str):
    answer = await refused(client.conversations_history(channel=CHANNEL, **arguments))

    assert answer["error"] == error


async def test_permalinks_of_replies_name_their_thread(sandbox: Sandbox, client: AsyncWebClient):
    root = (await client.chat_postMessage(channel=CHANNEL, text="root"))["ts"]
    reply = (await client.chat_postMessage(channel=CHANNEL, text="reply", thread_ts=root))["ts"]

    links = [
        (await client.chat_getPermalink(channel=CHANNEL, message_ts=ts))["permalink"] for ts in (root, reply)
    ]

    assert links[0] == f"{sandbox.url}/archives/{CHANNEL}/p1700000000000000"
    assert links[1].endswith(f"p1700000000000001?thread_ts={root}&cid={CHANNEL}")


async def test_people_bots_and_channels_can_be_looked_up(sandbox: Sandbox, client: AsyncWebClient):
    messages = (
        {"ts": "1699999999.000000", "user": "U0ANA00001", "text": "hi <@U0BEN00002>"},
        {"ts": "1699999999.000001", "bot_id": "B0ALERTS01", "username": "Alerts", "text": ""},
    )
    sandbox.add_channel("C0OTHER0001", name="other", at_ts=NOW, messages=messages)

    names = [
        (await client.users_info(user=user))["user"]["profile"]["display_name"]
        for user in ("U0ANA00001", "U0BEN00002")
    ]
    bot = (await client.bots_info(bot="B0ALERTS01"))["bot"]
    listed = (await client.conversations_list())["channels"]
    members = (await client.conversations_members(channel="C0OTHER0001"))["members"]

    assert names == ["Ana", "Ben"]
    assert bot["name"] == "Alerts"
    assert {channel["name"] for channel in listed} == {"inc-test", "other"}
    assert set(members) == {BOT_USER_ID, PERSON_ID}
    assert (await client.conversations_info(channel="C0OTHER0001"))["channel"]["is_member"] is True
    assert (await refused(client.users_info(user="U0NOBODY01")))["error"] == "user_not_found"


async def test_reactions_and_pins_are_counted_once(client: AsyncWebClient):
    ts = (await client.chat_postMessage(channel=CHANNEL, text="x"))["ts"]
    mark = {"channel": CHANNEL, "timestamp": ts}

    await client.reactions_add(name="eyes", **mark)
    twice = await refused(client.reactions_add(name="eyes", **mark))
    found = (await client.reactions_get(**mark))["message"]["reactions"]
    await client.reactions_remove(name="eyes", **mark)
    none = await refused(client.reactions_remove(name="eyes", **mark))
    await client.pins_add(**mark)
    pinned = await refused(client.pins_add(**mark))
    shown = (await client.conversations_history(channel=CHANNEL))["messages"][0]["pinned_to"]
    await client.pins_remove(**mark)
    unpinned = await refused(client.pins_remove(**mark))

    assert found == [{"name": "eyes", "users": [BOT_USER_ID], "count": 1}]
    assert shown == [CHANNEL]
    errors = [answer["error"] for answer in (twice, none, pinned, unpinned)]
    assert errors == ["already_reacted", "no_reaction", "already_pinned", "not_pinned"]


async def test_a_file_goes_up_in_three_steps_and_comes_down_again(
    client: AsyncWebClient, browser: aiohttp.ClientSession
):
    root = (await client.chat_postMessage(channel=CHANNEL, text="root"))["ts"]

    done = await client.files_upload_v2(
        channel=CHANNEL, thread_ts=root, filename="review.md", content="# Draft\n", initial_comment="here"
    )
    message = (await client.conversations_replies(channel=CHANNEL, ts=root))["messages"][1]
    response = await browser.get(done["file"]["url_private"])

    assert (message["text"], message["files"][0]["name"]) == ("here", "review.md")
    assert message["files"][0]["preview"] == "# Draft\n"
    assert (await response.text(), response.content_type) == ("# Draft\n", "text/markdown")
    assert (await client.files_info(file=done["file"]["id"]))["file"]["size"] == 8


async def test_bytes_may_come_as_a_form_and_only_for_what_was_announced(
    client: AsyncWebClient, browser: aiohttp.ClientSession
):
    announced = await client.files_getUploadURLExternal(filename="my log.txt", length=3)
    form = aiohttp.FormData()
    form.add_field("file", b"abc", filename="my log.txt")
    early = await refused(client.files_completeUploadExternal(files=[{"id": announced["file_id"]}]))

    taken = await browser.post(announced["upload_url"], data=form)
    unknown = await browser.post("/upload/v1/F0NOTHING1", data=b"x")
    done = await client.files_completeUploadExternal(files=[{"id": announced["file_id"]}])
    file = await browser.get(done["files"][0]["url_private"])

    assert (taken.status, unknown.status, early["error"]) == (200, 404, "file_not_found")
    assert (await file.read(), file.content_type) == (b"abc", "text/plain")


async def test_attachments_are_numbered_and_their_blocks_checked(client: AsyncWebClient):
    posted = await client.chat_postMessage(
        channel=CHANNEL, text="x", attachments=[{"blocks": [SECTION]}, {"text": "y"}]
    )
    wrong = await refused(
        client.chat_postMessage(channel=CHANNEL, text="x", attachments=[{"blocks": [{"type": "surprise"}]}])
    )

    first, second = posted["message"]["attachments"]
    assert (first["id"], second["id"]) == (1, 2)
    assert first["blocks"][0]["block_id"]
    assert wrong["error"] == "invalid_blocks"


async def test_a_reply_can_be_sent_to_the_channel_too(client: AsyncWebClient):
    root = (await client.chat_postMessage(channel=CHANNEL, text="root"))["ts"]
    await client.chat_postMessage(channel=CHANNEL, text="both", thread_ts=root, reply_broadcast=True)

    newest = (await client.conversations_history(channel=CHANNEL))["messages"][0]
    assert (newest["text"], newest["subtype"]) == ("both", "thread_broadcast")


async def test_everybody_who_was_met_is_listed_page_by_page(client: AsyncWebClient):
    names: list[str] = []
    async for page in await client.users_list(limit=1):
        names += [user["real_name"] for user in page["members"]]

    assert names == ["copilot", "you"]


async def test_an_uploaded_page_never_runs_in_ours(client: AsyncWebClient, browser: aiohttp.ClientSession):
    done = await client.files_upload_v2(filename="x.html", content="<script>1</script>")

    response = await browser.get(done["file"]["url_private"])

    assert response.content_type == "application/octet-stream"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_faults_come_on_order_and_then_stop(sandbox: Sandbox, client: AsyncWebClient):
    sandbox.faults.order("chat.postMessage", Fault(status=429, retry_after_seconds=3))
    sandbox.faults.order("chat.postMessage", Fault(error="restricted_action"))
    sandbox.faults.order("chat.postMessage", Fault(status=500, is_performed=True))

    limited = await refused(client.chat_postMessage(channel=CHANNEL, text="1"))
    named = await refused(client.chat_postMessage(channel=CHANNEL, text="2"))
    await refused(client.chat_postMessage(channel=CHANNEL, text="3"))
    await client.chat_postMessage(channel=CHANNEL, text="4")
    texts = [m["text"] for m in (await client.conversations_history(channel=CHANNEL))["messages"]]

    assert (limited["error"], named["error"]) == ("ratelimited", "restricted_action")
    assert texts == ["4", "3"]


async def test_a_post_to_a_person_goes_to_their_direct_messages(sandbox: Sandbox, client: AsyncWebClient):
    first = await client.chat_postMessage(channel=PERSON_ID, text="only you")
    second = await client.chat_postMessage(channel=PERSON_ID, text="and again")

    told = await client.conversations_history(channel=first["channel"])
    assert first["channel"] == second["channel"] == f"D{PERSON_ID[1:]}"
    assert [message["text"] for message in told["messages"]] == ["and again", "only you"]
    with pytest.raises(SlackApiError, match="channel_not_found"):
        await client.chat_postMessage(channel="U0NOBODY01", text="who?")


async def test_an_empty_workspace_has_direct_messages_too():
    async with running_sandbox() as empty:
        channel = empty.workspace.addressed_channel(PERSON_ID)

    assert channel.members == {PERSON_ID, BOT_USER_ID}
