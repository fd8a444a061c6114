import aiohttp.web
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack_failures import code_of, had_no_effect
from bot.adapters.slack_files import UploadFailedError
from bot.errors import EditFailedError, PostRefusedError
from sandbox.faults import Fault
from sandbox.people import PERSON_ID
from tests.adapters.conftest import CHANNEL, said, words

LOCKED = "C0LOCKED01"
DIRECT = f"D{PERSON_ID[1:]}"


@pytest.fixture
async def root(place):
    return place.thread(1)


def whispers(place):
    return [words(found["blocks"]) for found in place.sandbox.workspace.ephemerals.values()]


def files(place):
    return [file["name"] for message in place.own() for file in message.get("files", [])]


async def draft(place, request, root):
    await place.slack.attach(request, root, name="postmortem.md", content="# DRAFT", comment="Draft.")


async def test_a_whisper_is_shown_once_however_often_the_request_runs(place, root):
    request = place.ask(thread_ts=root)

    for _ in range(2):
        await place.again().slack.whisper(request, said(request, "only you"), text="only you")

    assert whispers(place) == ["only you"]
    assert place.own() == []


async def test_a_whisper_that_slack_refused_for_now_comes_with_the_next_run(place, root):
    request = place.ask(thread_ts=root)
    place.faults.order("chat.postEphemeral", Fault(status=500))

    with pytest.raises(SlackApiError):
        await place.slack.whisper(request, said(request, "only you"), text="only you")
    await place.again().slack.whisper(request, said(request, "only you"), text="only you")

    assert whispers(place) == ["only you"]


@pytest.mark.parametrize("code", ["", "user_not_in_channel", "is_archived"])
async def test_where_it_cannot_be_whispered_it_is_said_directly_and_names_the_channel(place, code):
    place.sandbox.add_channel(LOCKED, name="locked", at_ts="1700000000.000000", bot_is_member=bool(code))
    request = place.ask(channel=LOCKED)
    if code:
        place.faults.order("chat.postEphemeral", Fault(error=code))

    await place.slack.whisper(request, said(request, "invite me"), text="invite me")

    [message] = place.own(DIRECT)
    about = message["blocks"][0]["elements"][0]["elements"][1]
    assert about == {"type": "channel", "channel_id": LOCKED}
    assert words(message["blocks"]).endswith("invite me")


async def test_a_whisper_that_slack_takes_nowhere_is_a_named_error(place, root):
    request = place.ask(thread_ts=root, asker_id="U0NOBODY01")
    place.faults.order("chat.postEphemeral", Fault(error="user_not_in_channel"))

    with pytest.raises(PostRefusedError):
        await place.slack.whisper(request, said(request, "only you"), text="only you")


async def test_a_file_is_shared_once_in_its_thread(place, root):
    request = place.ask(thread_ts=root)

    await draft(place, request, root)
    await draft(place.again(), request, root)

    [message] = place.own()
    assert message["thread_ts"] == root
    assert message["text"] == "Draft."
    assert files(place) == ["postmortem.md"]


@pytest.mark.parametrize("replies", [1, 250])
@pytest.mark.parametrize("at_top", [True, False])
async def test_a_crash_after_sharing_a_file_shares_it_no_second_time(place, replies, at_top):
    root = None if at_top else place.thread(replies)
    request = place.ask(thread_ts=root)
    place.faults.order("files.completeUploadExternal", Fault(status=500, is_performed=True))
    with pytest.raises(SlackApiError):
        await draft(place, request, root)

    await draft(place.again(), request, root)
    await draft(place.again(), request, root)

    assert files(place) == ["postmortem.md"]


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
async def test_a_crash_before_sharing_a_file_shares_it_in_the_next_run(place, root, method):
    request = place.ask(thread_ts=root)
    place.faults.order(method, Fault(status=500))
    with pytest.raises(SlackApiError):
        await draft(place, request, root)

    await draft(place.again(), request, root)

    assert files(place) == ["postmortem.md"]


async def test_two_requests_share_two_files_of_one_name(place, root):
    first, second = place.ask(thread_ts=root), place.ask(thread_ts=root)
    await draft(place, first, root)
    place.faults.order("files.completeUploadExternal", Fault(status=500))
    with pytest.raises(SlackApiError):
        await draft(place, second, root)

    await draft(place.again(), second, root)

    assert files(place) == ["postmortem.md", "postmortem.md"]


async def test_a_file_that_slack_will_not_take_is_a_named_error(place, root):
    place.faults.order("files.completeUploadExternal", Fault(error="not_in_channel"))

    with pytest.raises(PostRefusedError) as raised:
        await draft(place, place.ask(thread_ts=root), root)

    assert "not_in_channel" in raised.value.user_message


async def test_bytes_that_do_not_arrive_are_a_failure(place, root):
    request = place.ask(thread_ts=root)
    place.faults.order("upload", Fault(status=503))

    with pytest.raises(UploadFailedError):
        await draft(place, request, root)

    assert files(place) == []


async def test_an_earlier_answer_is_changed_in_place(place, root):
    request = place.ask(thread_ts=root)
    posted = await place.reply(request, root).finish(said(request, "likely"), text="likely")

    await place.slack.update(posted, said(request, "superseded"), text="superseded")

    assert place.texts() == ["superseded"]


@pytest.mark.parametrize("code", ["message_not_found", "edit_window_closed", "is_archived"])
async def test_an_earlier_answer_that_cannot_be_changed_any_more_is_left_alone(place, root, code):
    request = place.ask(thread_ts=root)
    posted = await place.reply(request, root).finish(said(request, "likely"), text="likely")
    place.faults.order("chat.update", Fault(error=code))

    await place.slack.update(posted, said(request, "superseded"), text="superseded")

    assert place.texts() == ["likely"]


@pytest.mark.parametrize("fault", [Fault(status=503), Fault(error="msg_too_long")])
async def test_an_earlier_answer_that_cannot_be_changed_now_is_an_error(place, root, fault):
    request = place.ask(thread_ts=root)
    posted = await place.reply(request, root).finish(said(request, "likely"), text="likely")
    place.faults.order("chat.update", fault)

    with pytest.raises(EditFailedError):
        await place.slack.update(posted, said(request, "superseded"), text="superseded")


async def test_a_status_line_is_shown_and_cleared(place, root):
    request = place.ask(thread_ts=root)

    await place.slack.status(request, root, "reading 2 messages")
    shown = dict(place.sandbox.workspace.statuses)
    await place.slack.status(request, root, "")
    await place.slack.status(request, None, "nowhere")

    assert shown == {(CHANNEL, root): "reading 2 messages"}
    assert not any(place.sandbox.workspace.statuses.values())
    assert len(place.calls("assistant.threads.setStatus")) == 2


@pytest.mark.parametrize(
    "fault", [Fault(error="feature_disabled"), Fault(status=500), Fault(status=429, retry_after_seconds=60)]
)
async def test_a_status_line_that_slack_refuses_is_nobodys_problem(place, root, fault):
    place.faults.order("assistant.threads.setStatus", fault)

    await place.slack.status(place.ask(thread_ts=root), root, "reading")

    assert len(place.calls("assistant.threads.setStatus")) == 1


async def test_a_workspace_that_is_away_hides_no_status_error(place, root):
    await place.sandbox.stop()

    assert await place.slack.status(place.ask(thread_ts=root), root, "reading") is None


async def test_an_answer_that_is_not_slacks_has_no_code_but_its_status():
    async def nonsense(_request):
        return aiohttp.web.Response(status=502, text="<html>", content_type="application/json")

    app = aiohttp.web.Application()
    app.router.add_route("*", "/api/{method}", nonsense)
    runner = aiohttp.web.AppRunner(app)
    await runner.setup()
    await aiohttp.web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"

    with pytest.raises(SlackApiError) as raised:
        await AsyncWebClient(token="not-a-token", base_url=url, retry_handlers=[]).auth_test()
    await runner.cleanup()

    assert code_of(raised.value) == "http_502"
    assert not had_no_effect(raised.value)
