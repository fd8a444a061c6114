"""What the person at the page does, and what the app's answers make of it."""

from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from sandbox.people import PERSON_ID
from sandbox.server import Sandbox
from tests.sandbox.conftest import CHANNEL, NOW, Ticker
from tests.sandbox.receiver import Receiver


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


BUTTON = {"type": "button", "text": plain("Evidence"), "action_id": "evidence", "value": "a1"}
THUMBS = {
    "type": "feedback_buttons",
    "action_id": "thumbs",
    "positive_button": {"text": plain("Good"), "value": "good"},
    "negative_button": {"text": plain("Bad"), "value": "bad"},
}
BLOCKS = [
    {"type": "actions", "block_id": "doors", "elements": [BUTTON]},
    {"type": "context_actions", "block_id": "feedback", "elements": [THUMBS]},
]
OPTIONS = [{"text": plain("H1"), "value": "H1"}, {"text": plain("H2"), "value": "H2"}]
VIEW = {
    "type": "modal",
    "callback_id": "refute",
    "title": plain("That's wrong"),
    "submit": plain("Send"),
    "private_metadata": "a1",
    "blocks": [
        {
            "type": "input",
            "block_id": "which",
            "label": plain("Which"),
            "element": {"type": "static_select", "action_id": "id", "options": OPTIONS},
        },
        {
            "type": "input",
            "block_id": "why",
            "label": plain("Why"),
            "element": {"type": "plain_text_input", "action_id": "text"},
        },
    ],
}


async def post(browser: aiohttp.ClientSession, path: str, **body: Any) -> tuple[int, dict[str, Any]]:
    async with browser.post(path, json=body) as response:
        return response.status, await response.json()


async def answered(client: AsyncWebClient) -> tuple[str, str]:
    root = (await client.chat_postMessage(channel=CHANNEL, text="root"))["ts"]
    answer = await client.chat_postMessage(channel=CHANNEL, text="x", thread_ts=root, blocks=BLOCKS)
    return root, answer["ts"]


async def opened(sandbox: Sandbox, client: AsyncWebClient, app: Receiver) -> str:
    await sandbox.person.command(CHANNEL, "/copilot", "")
    trigger_id = app.bodies[-1]["trigger_id"]
    return str((await client.views_open(trigger_id=trigger_id, view=VIEW))["view"]["id"])


async def refusal(client: AsyncWebClient, trigger_id: str) -> str:
    with pytest.raises(SlackApiError) as caught:
        await client.views_open(trigger_id=trigger_id, view=VIEW)
    return str(caught.value.response["error"])


def shown(sandbox: Sandbox) -> list[str]:
    return [message["text"] for message in sandbox.workspace.ephemerals.values()]


async def test_a_command_arrives_as_a_form_without_a_thread(
    sandbox: Sandbox, browser: aiohttp.ClientSession, app: Receiver
):
    status, answer = await post(browser, "/page/command", channel=CHANNEL, command="/opus", text="why <x>?")

    [fields] = app.bodies
    assert (status, answer) == (200, {"ok": True, "acked": True})
    assert (fields["command"], fields["text"], fields["channel_id"]) == ("/opus", "why &lt;x&gt;?", CHANNEL)
    assert "thread_ts" not in fields
    assert app.came[0].content_type == "application/x-www-form-urlencoded"


@pytest.mark.parametrize("body", [{"text": "on it"}, "on it"])
async def test_what_a_commands_ack_says_is_shown_to_the_person_alone(
    sandbox: Sandbox, client: AsyncWebClient, app: Receiver, body: Any
):
    app.answers = [(200, body)]

    await sandbox.person.command(CHANNEL, "/copilot", "help")

    assert shown(sandbox) == ["on it"]
    assert (await client.conversations_history(channel=CHANNEL))["messages"] == []


async def test_an_ack_can_speak_to_the_whole_channel(sandbox: Sandbox, client: AsyncWebClient, app: Receiver):
    app.answers = [(200, {"text": "hello all", "response_type": "in_channel"})]

    await sandbox.person.command(CHANNEL, "/copilot", "")

    assert (await client.conversations_history(channel=CHANNEL))["messages"][0]["text"] == "hello all"


async def test_a_command_that_is_not_acked_is_not_sent_again_and_says_so(sandbox: Sandbox, app: Receiver):
    app.answers = [(500, "")]

    await sandbox.person.command(CHANNEL, "/copilot", "")

    assert len(app.came) == 1
    assert shown(sandbox) == ["/copilot failed: the app did not answer in time"]


async def test_a_button_sends_what_slack_would_send(
    client: AsyncWebClient, browser: aiohttp.ClientSession, app: Receiver, sandbox: Sandbox
):
    root, ts = await answered(client)
    await sandbox.delivery.settled()

    await post(
        browser, "/page/press", channel=CHANNEL, ts=ts, block_id="doors", action_id="evidence", value="a1"
    )

    payload = app.bodies[-1]
    assert payload["type"] == "block_actions"
    assert payload["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": CHANNEL,
        "is_ephemeral": False,
        "thread_ts": root,
    }
    assert (payload["actions"][0]["value"], payload["actions"][0]["type"]) == ("a1", "button")
    assert (payload["channel"]["id"], payload["message"]["thread_ts"]) == (CHANNEL, root)
    assert payload["trigger_id"]
    assert payload["response_url"].startswith(sandbox.url)


async def test_thumbs_arrive_as_feedback_buttons_with_the_chosen_value(
    client: AsyncWebClient, sandbox: Sandbox, app: Receiver
):
    _, ts = await answered(client)
    await sandbox.delivery.settled()

    await sandbox.person.press(CHANNEL, ts, block_id="feedback", action_id="thumbs", value="bad")

    [action] = app.bodies[-1]["actions"]
    assert (action["type"], action["value"], action["block_id"]) == ("feedback_buttons", "bad", "feedback")


async def test_what_cannot_be_pressed_is_refused(client: AsyncWebClient, browser: aiohttp.ClientSession):
    _, ts = await answered(client)
    press = {"channel": CHANNEL, "ts": ts, "action_id": "thumbs", "block_id": "feedback", "value": "maybe"}

    statuses = [
        (await post(browser, "/page/press", **press))[0],
        (await post(browser, "/page/press", **press | {"block_id": "doors"}))[0],
        (await post(browser, "/page/press", **press | {"ts": "1.000000"}))[0],
        (await post(browser, "/page/press", channel=CHANNEL))[0],
    ]

    assert statuses == [400, 404, 404, 400]


async def test_a_response_url_takes_five_answers(sandbox: Sandbox, client: AsyncWebClient, app: Receiver):
    _, ts = await answered(client)
    await sandbox.delivery.settled()
    await sandbox.person.press(CHANNEL, ts, block_id="doors", action_id="evidence", value="a1")
    url = app.bodies[-1]["response_url"]

    hook = AsyncWebhookClient(url, session=client.session)
    whispered = await hook.send(text="only you")
    replaced = await hook.send(text="instead", replace_original=True)
    public = await hook.send(text="all", response_type="in_channel")
    deleted = await hook.send(delete_original=True)
    empty = await hook.send(text="")
    sixth = await hook.send(text="no")

    statuses = [answer.status_code for answer in (whispered, replaced, public, deleted, empty, sixth)]
    assert statuses == [200, 200, 200, 200, 404, 404]
    assert shown(sandbox) == ["only you"]
    assert "used_url" in sixth.body


async def test_a_button_of_an_ephemeral_answer_can_replace_it(
    sandbox: Sandbox, client: AsyncWebClient, app: Receiver
):
    sent = await client.chat_postEphemeral(channel=CHANNEL, user="U0YOU00001", text="old", blocks=BLOCKS)
    await sandbox.person.press(
        CHANNEL, sent["message_ts"], block_id="doors", action_id="evidence", value="a1"
    )
    payload = app.bodies[-1]

    await AsyncWebhookClient(payload["response_url"], session=client.session).send(
        text="new", replace_original=True
    )

    assert payload["container"]["is_ephemeral"] is True
    assert "message" not in payload
    assert shown(sandbox) == ["new"]


async def test_a_modal_opens_once_and_in_time(
    sandbox: Sandbox, client: AsyncWebClient, app: Receiver, ticker: Ticker
):
    await sandbox.person.command(CHANNEL, "/copilot", "")
    first = app.bodies[-1]["trigger_id"]
    await client.views_open(trigger_id=first, view=VIEW)
    await sandbox.person.command(CHANNEL, "/copilot", "")
    late = app.bodies[-1]["trigger_id"]
    ticker.seconds += 3.1

    errors = [await refusal(client, trigger) for trigger in (first, late, "x")]

    assert errors == ["exchanged_trigger_id", "expired_trigger_id", "invalid_trigger_id"]


async def test_a_submitted_modal_carries_its_values_and_closes(
    sandbox: Sandbox, client: AsyncWebClient, browser: aiohttp.ClientSession, app: Receiver
):
    view_id = await opened(sandbox, client, app)

    _, answer = await post(
        browser, "/page/submit", view_id=view_id, values={"which": {"id": "H2"}, "why": {"text": "no"}}
    )

    view = app.bodies[-1]["view"]
    assert (app.bodies[-1]["type"], view["callback_id"], view["private_metadata"]) == (
        "view_submission",
        "refute",
        "a1",
    )
    assert view["state"]["values"]["which"]["id"]["selected_option"]["value"] == "H2"
    assert view["state"]["values"]["why"]["text"] == {"type": "plain_text_input", "value": "no"}
    assert answer == {"ok": True}
    assert sandbox.workspace.views.opened() == []


async def test_the_app_can_refuse_or_change_a_modal(
    sandbox: Sandbox, client: AsyncWebClient, browser: aiohttp.ClientSession, app: Receiver
):
    view_id = await opened(sandbox, client, app)
    values = {"why": {"text": ""}}
    app.answers = [
        (200, {"response_action": "errors", "errors": {"why": "say why"}}),
        (200, {"response_action": "update", "view": VIEW | {"title": plain("Again")}}),
        (500, ""),
    ]

    refused = await post(browser, "/page/submit", view_id=view_id, values=values)
    changed = await post(browser, "/page/submit", view_id=view_id, values=values)
    title = sandbox.workspace.views.find(view_id).definition["title"]["text"]
    failed = await post(browser, "/page/submit", view_id=view_id, values=values)
    unknown = await post(browser, "/page/submit", view_id=view_id, values={"which": {"id": "H9"}})

    assert refused[1]["errors"] == {"why": "say why"}
    assert (changed[1], title) == ({"ok": True}, "Again")
    assert (failed[0], unknown[0]) == (504, 400)


async def test_a_modal_is_updated_by_its_id_and_hash(sandbox: Sandbox, client: AsyncWebClient, app: Receiver):
    view_id = await opened(sandbox, client, app)
    old_hash = sandbox.workspace.views.find(view_id).hash

    await client.views_update(view_id=view_id, hash=old_hash, view=VIEW)
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await client.views_update(view_id=view_id, hash=old_hash, view=VIEW)


async def test_closing_a_modal_is_told_only_when_asked_for(
    sandbox: Sandbox, client: AsyncWebClient, browser: aiohttp.ClientSession, app: Receiver
):
    quiet = await opened(sandbox, client, app)
    await sandbox.person.command(CHANNEL, "/copilot", "")
    view = VIEW | {"notify_on_close": True}
    telling = (await client.views_open(trigger_id=app.bodies[-1]["trigger_id"], view=view))["view"]["id"]

    await post(browser, "/page/submit", view_id=quiet, closed=True)
    await post(browser, "/page/submit", view_id=telling, closed=True)

    assert [body["view"]["id"] for body in app.bodies if body.get("type") == "view_closed"] == [telling]


@pytest.mark.parametrize("text", ["", "   ", "x" * 12_001])
async def test_an_empty_or_endless_message_is_refused(browser: aiohttp.ClientSession, text: str):
    status, _ = await post(browser, "/page/say", channel=CHANNEL, text=text)

    assert status == 400


async def test_what_one_person_saw_in_another_channel_never_hides_a_button_here(
    sandbox: Sandbox, client: AsyncWebClient, app: Receiver
):
    sandbox.add_channel("C0TWIN00001", name="twin", at_ts=NOW)
    hidden = await client.chat_postEphemeral(channel="C0TWIN00001", user=PERSON_ID, text="only you")
    posted = await client.chat_postMessage(channel=CHANNEL, text="x", blocks=BLOCKS)

    assert hidden["message_ts"] == posted["ts"]
    await sandbox.person.press(CHANNEL, posted["ts"], block_id="doors", action_id="evidence", value="a1")

    assert app.bodies[-1]["container"]["message_ts"] == posted["ts"]
