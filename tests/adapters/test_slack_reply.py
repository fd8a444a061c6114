import pytest
from slack_sdk.errors import SlackApiError

from bot.errors import PostRefusedError, StaleRunError
from sandbox.faults import Fault
from tests.adapters.conftest import StaleFence, said

FACTS, FIRST, FINAL = "Facts first", "H1 likely", "Likely, not proven"


@pytest.fixture
async def root(place):
    return place.thread(1)


async def test_an_answer_is_streamed_and_put_in_order_by_one_update(place, root):
    request = place.ask(thread_ts=root)
    reply = place.reply(request, root)

    await reply.show(said(request, FACTS), text=FACTS)
    await reply.show(said(request, FIRST, start=1), text=FIRST)
    growing = place.texts()
    posted = await reply.finish(said(request, FINAL), text=FINAL)

    [message] = place.own()
    assert growing == [f"{FACTS} {FIRST}"]
    assert place.texts() == [FINAL]
    assert message["text"] == FINAL
    assert message["thread_ts"] == root
    assert posted.ts == message["ts"]
    assert [
        len(place.calls(f"chat.{m}")) for m in ("startStream", "appendStream", "stopStream", "update")
    ] == [
        1,
        1,
        1,
        1,
    ]


async def test_an_answer_at_the_top_of_a_channel_is_posted_and_edited(place):
    request = place.ask()
    reply = place.reply(request, None)

    await reply.show(said(request, FACTS), text=FACTS)
    await reply.show(said(request, FIRST, start=1), text=FIRST)
    growing = place.texts()
    await reply.finish(said(request, FINAL), text=FINAL)

    assert growing == [f"{FACTS} {FIRST}"]
    assert place.texts() == [FINAL]
    assert place.calls("chat.startStream") == []


async def test_a_reply_that_showed_nothing_before_is_one_post_without_previews(place, root):
    request = place.ask(thread_ts=root)

    assert not await place.reply(request, root).exists()
    await place.reply(request, root).finish(said(request, FINAL), text=FINAL)

    [call] = place.calls("chat.postMessage")
    assert place.texts() == [FINAL]
    assert call["unfurl_links"] in {False, "0"}


@pytest.mark.parametrize(
    "fault", [Fault(error="channel_type_not_supported"), Fault(status=429, retry_after_seconds=60)]
)
async def test_a_refused_stream_is_replaced_by_a_post_at_once(place, root, fault):
    request = place.ask(thread_ts=root)
    reply = place.reply(request, root)
    place.faults.order("chat.startStream", fault)

    await reply.show(said(request, FACTS), text=FACTS)
    await reply.show(said(request, FIRST, start=1), text=FIRST)

    assert place.texts() == [f"{FACTS} {FIRST}"]
    assert len(place.calls("chat.startStream")) == 1


async def test_a_stream_that_ends_early_loses_nothing(place, root):
    request = place.ask(thread_ts=root)
    reply = place.reply(request, root)
    await reply.show(said(request, FACTS), text=FACTS)
    place.sandbox.workspace.stream_age_seconds = 0.0

    await reply.show(said(request, FIRST, start=1), text=FIRST)
    await reply.show(said(request, "H2", start=2), text="H2")
    growing = place.texts()
    await reply.finish(said(request, FINAL), text=FINAL)

    assert growing == [f"{FACTS} {FIRST} H2"]
    assert place.texts() == [FINAL]


async def test_blocks_that_came_too_fast_come_with_the_next_ones(place, root):
    request = place.ask(thread_ts=root)
    reply = place.reply(request, root)
    await reply.show(said(request, FACTS), text=FACTS)
    place.faults.order("chat.appendStream", Fault(status=429, retry_after_seconds=0))

    await reply.show(said(request, FIRST, start=1), text=FIRST)
    await reply.show(said(request, "H2", start=2), text="H2")

    assert place.texts() == [f"{FACTS} {FIRST} H2"]


async def test_a_crash_after_posting_and_before_noting_it_leads_to_the_same_message(place, root):
    request = place.ask(thread_ts=root)
    place.faults.order("chat.startStream", Fault(status=500, is_performed=True))
    await place.reply(request, root).show(said(request, FACTS), text=FACTS)

    reply = place.again().reply(request, root)
    await reply.show(said(request, FACTS), text=FACTS)
    shown = place.own()[0]["text"]
    await reply.finish(said(request, FINAL), text=FINAL)

    assert place.texts() == [FINAL]
    assert shown == FACTS


async def test_the_same_message_is_found_on_a_later_page_of_a_long_thread(place):
    root = place.thread(300)
    request = place.ask(thread_ts=root)
    place.faults.order("chat.postMessage", Fault(status=500, is_performed=True))
    with pytest.raises(SlackApiError):
        await place.reply(request, root).finish(said(request, FINAL), text=FINAL)
    for n in range(5):
        place.say(f"later {n}", thread_ts=root)

    await place.again().reply(request, root).finish(said(request, FINAL), text=FINAL)

    assert place.texts() == [FINAL]


@pytest.mark.parametrize("later", [3, 230])
async def test_the_same_message_is_found_at_the_top_of_a_channel(place, later):
    request = place.ask()
    place.faults.order("chat.postMessage", Fault(status=500, is_performed=True))
    with pytest.raises(SlackApiError):
        await place.reply(request, None).finish(said(request, FINAL), text=FINAL)
    for n in range(later):
        place.say(f"later {n}")

    await place.again().reply(request, None).finish(said(request, FINAL), text=FINAL)

    assert place.texts() == [FINAL]


async def test_a_commands_reply_is_found_in_its_thread_even_when_another_is_newer_now(place, root):
    request = place.ask()
    place.faults.order("chat.startStream", Fault(status=500, is_performed=True))
    await place.reply(request, root).show(said(request, FACTS), text=FACTS)
    newer = place.thread(1)

    await place.again().reply(request, newer).finish(said(request, FINAL), text=FINAL)

    [message] = place.own()
    assert message["thread_ts"] == root
    assert place.texts() == [FINAL]


async def test_a_crash_mid_stream_is_finished_in_the_same_message(place, root):
    request = place.ask(thread_ts=root)
    first = place.reply(request, root)
    await first.show(said(request, FACTS), text=FACTS)
    await first.show(said(request, FIRST, start=1), text=FIRST)

    second = place.again().reply(request, root)
    assert await second.exists()
    await second.show(said(request, FACTS), text=FACTS)
    await second.show(said(request, FIRST, start=1), text=FIRST)
    growing = place.texts()
    await second.finish(said(request, FINAL), text=FINAL)
    await place.again().reply(request, root).finish(said(request, FINAL), text=FINAL)

    assert growing == [f"{FACTS} {FIRST}"]
    assert place.texts() == [FINAL]


async def test_a_crash_before_anything_was_posted_posts_it(place, root):
    request = place.ask(thread_ts=root)
    place.faults.order("chat.postMessage", Fault(status=500))
    with pytest.raises(SlackApiError):
        await place.reply(request, root).finish(said(request, FINAL), text=FINAL)

    again = place.again().reply(request, root)
    assert not await again.exists()
    await again.finish(said(request, FINAL), text=FINAL)

    assert place.texts() == [FINAL]


async def test_other_requests_messages_are_never_taken_over(place, root):
    other, request = place.ask(thread_ts=root), place.ask(thread_ts=root)
    await place.reply(other, root).finish(said(other, "another answer"), text="another")
    place.faults.order("chat.postMessage", Fault(status=500))
    with pytest.raises(SlackApiError):
        await place.reply(request, root).finish(said(request, FINAL), text=FINAL)

    await place.again().reply(request, root).finish(said(request, FINAL), text=FINAL)

    assert place.texts() == ["another answer", FINAL]


async def test_a_run_that_lost_its_request_sends_nothing(place, root):
    request = place.ask(thread_ts=root)
    reply = place.reply(request, root, StaleFence())

    for act in (reply.show, reply.finish):
        with pytest.raises(StaleRunError):
            await act(said(request, FACTS), text=FACTS)

    assert place.own() == []


async def test_a_message_deleted_mid_answer_is_posted_once_more(place, root):
    request = place.ask(thread_ts=root)
    reply = place.reply(request, root)
    await reply.show(said(request, FACTS), text=FACTS)
    place.delete(reply.posted.ts)

    await reply.show(said(request, FIRST, start=1), text=FIRST)
    growing = place.texts()
    await reply.finish(said(request, FINAL), text=FINAL)

    assert growing == [f"{FACTS} {FIRST}"]
    assert place.texts() == [FINAL]


async def test_a_message_deleted_twice_is_not_posted_again(place, root):
    request = place.ask(thread_ts=root)
    reply = place.reply(request, root)
    await reply.show(said(request, FACTS), text=FACTS)
    place.delete(reply.posted.ts)
    await reply.show(said(request, FIRST, start=1), text=FIRST)
    place.delete(reply.posted.ts)

    await reply.show(said(request, "H2", start=2), text="H2")
    await reply.finish(said(request, FINAL), text=FINAL)

    assert place.own() == []


async def test_a_crash_around_the_second_message_makes_no_third(place, root):
    request = place.ask(thread_ts=root)
    reply = place.reply(request, root)
    await reply.show(said(request, FACTS), text=FACTS)
    place.delete(reply.posted.ts)
    place.faults.order("chat.postMessage", Fault(status=500, is_performed=True))
    with pytest.raises(SlackApiError):
        await reply.finish(said(request, FINAL), text=FINAL)

    await place.again().reply(request, root).finish(said(request, FINAL), text=FINAL)

    assert place.texts() == [FINAL]


@pytest.mark.parametrize("code", ["invalid_blocks", "msg_too_long", "msg_blocks_too_long"])
async def test_a_refused_form_ends_in_a_named_error_and_the_message_still_takes_a_sentence(place, root, code):
    request = place.ask(thread_ts=root)
    reply = place.reply(request, root)
    await reply.show(said(request, FACTS), text=FACTS)
    place.faults.order("chat.update", Fault(error=code), times=3)

    with pytest.raises(PostRefusedError) as raised:
        await reply.finish(said(request, FINAL), text=FINAL)
    await place.reply(request, root).finish(
        said(request, raised.value.user_message), text=raised.value.user_message
    )

    [sentence] = place.texts()
    assert "Slack refused it" in sentence
    assert code in sentence


async def test_a_block_that_slack_refuses_on_the_way_does_not_spoil_the_rest(place, root):
    request = place.ask(thread_ts=root)
    reply = place.reply(request, root)
    broken = [{"type": "no_such_block"}]

    await reply.show(broken, text="broken")
    nothing = place.own()
    await reply.show(said(request, FACTS), text=FACTS)
    await reply.show(broken, text="broken")
    await reply.show(said(request, FIRST, start=1), text=FIRST)
    growing = place.texts()
    await reply.finish(said(request, FINAL), text=FINAL)

    assert nothing == []
    assert growing == [f"{FACTS} {FIRST}"]
    assert place.texts() == [FINAL]


@pytest.mark.parametrize("code", ["is_archived", "thread_not_found", "restricted_action"])
async def test_a_place_that_takes_no_message_is_a_named_error_and_no_message(place, root, code):
    request = place.ask(thread_ts=root)
    for method in ("chat.startStream", "chat.postMessage"):
        place.faults.order(method, Fault(error=code))
    reply = place.reply(request, root)

    with pytest.raises(PostRefusedError):
        await reply.show(said(request, FACTS), text=FACTS)

    assert not await reply.exists()


async def test_a_thread_deleted_meanwhile_holds_no_message_of_ours(place):
    root = place.say("gone soon")
    request = place.ask(thread_ts=root)
    place.delete(root)
    reply = place.reply(request, root)

    with pytest.raises(PostRefusedError):
        await reply.show(said(request, FACTS), text=FACTS)

    assert not await place.again().reply(request, root).exists()
    assert place.own() == []


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
async def test_a_rate_limit_on_the_final_form_is_waited_for(place, root, method):
    request = place.ask(thread_ts=root)
    reply = place.reply(request, root)
    if method == "chat.update":
        await reply.show(said(request, FACTS), text=FACTS)
    place.faults.order(method, Fault(status=429, retry_after_seconds=1))

    await reply.finish(said(request, FINAL), text=FINAL)

    assert place.texts() == [FINAL]
    assert len(place.calls(method)) == 2


@pytest.mark.parametrize("fault", [Fault(status=500), Fault(error="fatal_error")])
async def test_a_broken_slack_raises_so_that_the_request_is_tried_again(place, root, fault):
    request = place.ask(thread_ts=root)
    reply = place.reply(request, root)
    await reply.show(said(request, FACTS), text=FACTS)
    place.faults.order("chat.update", fault)

    with pytest.raises(SlackApiError):
        await reply.finish(said(request, FINAL), text=FINAL)
    await place.again().reply(request, root).finish(said(request, FINAL), text=FINAL)

    assert place.texts() == [FINAL]


async def test_a_stream_that_slack_could_not_close_is_closed_by_the_next_run(place, root):
    request = place.ask(thread_ts=root)
    reply = place.reply(request, root)
    await reply.show(said(request, FACTS), text=FACTS)
    place.faults.order("chat.stopStream", Fault(status=500))

    with pytest.raises(SlackApiError):
        await reply.finish(said(request, FINAL), text=FINAL)
    await place.again().reply(request, root).finish(said(request, FINAL), text=FINAL)

    assert place.texts() == [FINAL]


async def test_five_replies_in_one_thread_stay_apart(place, root):
    requests = [place.ask(thread_ts=root, asker_id=f"U0P{n}") for n in range(5)]
    replies = [place.reply(request, root) for request in requests]

    for reply, request in zip(replies, requests, strict=True):
        await reply.show(said(request, FACTS), text=FACTS)
    for n, (reply, request) in enumerate(zip(replies, requests, strict=True)):
        await reply.finish(said(request, f"answer {n}"), text=f"answer {n}")

    assert place.texts() == [f"answer {n}" for n in range(5)]


async def test_while_slack_cannot_be_searched_nothing_is_posted_a_second_time(place, root):
    request = place.ask(thread_ts=root)
    place.faults.order("chat.postMessage", Fault(status=500, is_performed=True))
    with pytest.raises(SlackApiError):
        await place.reply(request, root).finish(said(request, FINAL), text=FINAL)
    place.faults.order("conversations.replies", Fault(status=500))

    with pytest.raises(SlackApiError):
        await place.again().reply(request, root).finish(said(request, FINAL), text=FINAL)
    await place.again().reply(request, root).finish(said(request, FINAL), text=FINAL)

    assert place.texts() == [FINAL]
