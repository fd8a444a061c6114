"""How an answer grows: by size and time, through every failure of a stream, and never in two messages."""

import asyncio

import pytest

from bot.errors import PostRefusedError
from bot.slack.blocks import actions, button, feedback
from bot.slack.limits import visible_text
from sandbox.faults import NEVER, Fault
from tests.adapters.conftest import CHANNEL, StaleFence, said, words
from tests.fakes import FakeFence
from tests.waiting import eventually

FACTS, FIRST, SECOND, FINAL = "Facts first", "H1 likely", "H2 less likely", "Likely, not proven"
UNHURRIED_SECONDS = 1.0
"""Long enough that nothing is flushed before the test is ready for it, however busy the machine."""
NEVER_BY_ITSELF = 3_600.0
PERSISTENT = {"retry_seconds": 0.0, "final_pauses_seconds": (0.0, 0.0), "call_seconds": 0.5}


@pytest.fixture
async def root(place):
    return place.thread(1)


def count(place, *methods):
    return [len(place.calls(f"chat.{method}")) for method in methods]


async def grow(reply, request):
    for n, sentence in enumerate((FACTS, FIRST, SECOND)):
        await reply.show(said(request, sentence, start=n), text=sentence)


async def test_what_comes_quickly_is_sent_together_and_nothing_waits_for_more(place, root):
    request = place.ask(thread_ts=root)
    reply = place.at_pace(flush_seconds=0.3).reply(request, root)

    for n in range(11):
        await reply.show(said(request, f"part {n}", start=n), text="part")

    await eventually(lambda: place.texts() == [" ".join(f"part {n}" for n in range(11))])
    assert count(place, "startStream", "appendStream") == [1, 1]


async def test_much_is_sent_at_once(place, root):
    request = place.ask(thread_ts=root)
    reply = place.at_pace(flush_seconds=NEVER_BY_ITSELF, flush_chars=20).reply(request, root)

    await reply.show(said(request, FACTS), text=FACTS)
    await reply.show(said(request, FIRST, start=1), text=FIRST)
    little = place.texts()
    await reply.show(said(request, SECOND, start=2), text=SECOND)

    assert little == [FACTS]
    assert place.texts() == [f"{FACTS} {FIRST} {SECOND}"]


async def test_what_still_waits_at_the_end_is_not_sent_behind_the_final_form(place, root):
    request = place.ask(thread_ts=root)
    reply = place.at_pace(flush_seconds=0.05).reply(request, root)

    await grow(reply, request)
    await reply.finish(said(request, FINAL), text=FINAL)
    await asyncio.sleep(0.1)

    assert place.texts() == [FINAL]


async def test_an_old_stream_is_stopped_before_slack_ends_it_and_the_same_message_goes_on(place, root):
    request = place.ask(thread_ts=root)
    reply = place.at_pace(rotate_seconds=0.05).reply(request, root)

    await reply.show(said(request, FACTS), text=FACTS)
    await eventually(lambda: place.calls("chat.stopStream"))
    await reply.show(said(request, FIRST, start=1), text=FIRST)
    growing = place.texts()
    await reply.finish(said(request, FINAL), text=FINAL)

    assert growing == [f"{FACTS} {FIRST}"]
    assert place.texts() == [FINAL]
    assert count(place, "startStream", "appendStream", "stopStream") == [1, 0, 1]


async def test_what_waits_when_a_stream_grows_old_is_shown_then(place, root):
    request = place.ask(thread_ts=root)
    reply = place.at_pace(flush_seconds=NEVER_BY_ITSELF, rotate_seconds=0.05).reply(request, root)

    await reply.show(said(request, FACTS), text=FACTS)
    await reply.show(said(request, FIRST, start=1), text=FIRST)

    await eventually(lambda: place.texts() == [f"{FACTS} {FIRST}"])


LOST = Fault(status=500)
DONE_ANSWER_LOST = Fault(status=500, is_performed=True)
TOO_FAST = Fault(status=429, retry_after_seconds=0)
TROUBLES = {
    "append: the stream is over": {"chat.appendStream": Fault(error="message_not_in_streaming_state")},
    "append: conflict": {"chat.appendStream": Fault(error="streaming_state_conflict")},
    "append: too fast": {"chat.appendStream": TOO_FAST},
    "append: too fast, by its other name": {"chat.appendStream": Fault(error="rate_limited")},
    "append: too fast, says a proxy": {"chat.appendStream": Fault(status=429, body="html")},
    "append: lost": {"chat.appendStream": LOST},
    "append: done, answer lost": {"chat.appendStream": DONE_ANSWER_LOST},
    "append: reset": {"chat.appendStream": Fault(body="reset")},
    "append: done, reset": {"chat.appendStream": Fault(body="reset", is_performed=True)},
    "append: no answer": {"chat.appendStream": Fault(wait_seconds=NEVER)},
    "append: done, no answer": {"chat.appendStream": Fault(wait_seconds=NEVER, is_performed=True)},
    "append: a proxy's page": {"chat.appendStream": Fault(status=502, body="html")},
    "start: out of starts": {"chat.startStream": Fault(status=429, retry_after_seconds=60)},
    "start: not here": {"chat.startStream": Fault(error="channel_type_not_supported")},
    "start: lost": {"chat.startStream": LOST},
    "start: done, answer lost": {"chat.startStream": DONE_ANSWER_LOST},
    "start: done, reset": {"chat.startStream": Fault(body="reset", is_performed=True)},
    "start: no answer": {"chat.startStream": Fault(wait_seconds=NEVER)},
    "start: done, no answer": {"chat.startStream": Fault(wait_seconds=NEVER, is_performed=True)},
    "start: refused, post done, answer lost": {
        "chat.startStream": Fault(error="channel_type_not_supported"),
        "chat.postMessage": DONE_ANSWER_LOST,
    },
    "stop: lost": {"chat.stopStream": LOST},
    "stop: done, answer lost": {"chat.stopStream": DONE_ANSWER_LOST},
    "stop: too fast": {"chat.stopStream": TOO_FAST},
    "stop: over already": {"chat.stopStream": Fault(error="message_not_in_streaming_state")},
    "update: lost": {"chat.update": LOST},
    "update: done, answer lost": {"chat.update": DONE_ANSWER_LOST},
    "update: conflict": {"chat.update": Fault(error="streaming_state_conflict")},
    "update: reset": {"chat.update": Fault(body="reset")},
    "update: Slack is ill": {"chat.update": Fault(error="fatal_error")},
    "append and its stop: lost": {"chat.appendStream": LOST, "chat.stopStream": LOST},
    "append, stop and update: lost": {
        "chat.appendStream": LOST,
        "chat.stopStream": LOST,
        "chat.update": LOST,
    },
}


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES.keys())
async def test_whatever_fails_all_is_seen_on_the_way_and_the_end_stands_once(place, root, trouble):
    request = place.ask(thread_ts=root)
    reply = place.at_pace(**PERSISTENT).reply(request, root)
    for method, fault in trouble.items():
        place.faults.order(method, fault)

    await grow(reply, request)
    await eventually(lambda: place.texts() == [f"{FACTS} {FIRST} {SECOND}"])
    await reply.finish(said(request, FINAL), text=FINAL)

    assert place.texts() == [FINAL]
    assert len(place.own()) == 1


@pytest.mark.parametrize("code", ["invalid_blocks", "msg_too_long", "msg_blocks_too_long"])
async def test_blocks_that_are_refused_do_not_take_down_those_sent_with_them(place, root, code):
    request = place.ask(thread_ts=root)
    reply = place.at_pace(flush_seconds=NEVER_BY_ITSELF, flush_chars=20).reply(request, root)
    await reply.show(said(request, FACTS), text=FACTS)
    place.faults.order("chat.appendStream", Fault(error=code))  # both together
    place.faults.order("chat.appendStream", Fault(error=code))  # the first alone

    await reply.show(said(request, FIRST, start=1), text=FIRST)
    await reply.show(said(request, SECOND, start=2), text=SECOND)
    growing = place.texts()
    await reply.finish(said(request, f"{FIRST} {SECOND}"), text=FINAL)

    assert growing == [f"{FACTS} {SECOND}"]
    assert place.texts() == [f"{FIRST} {SECOND}"]


async def test_what_no_message_can_hold_is_left_to_the_final_form(place, root):
    request = place.ask(thread_ts=root)
    reply = place.reply(request, root)

    await reply.show(said(request, FACTS), text=FACTS)
    for n in range(1, 7):
        await reply.show(said(request, "long " * 550, start=n), text="long")
    growing = place.texts()
    await reply.finish(said(request, FINAL), text=FINAL)

    assert len(growing[0]) < 13_000
    assert place.texts() == [FINAL]


async def test_once_out_of_starts_no_more_are_tried_until_slack_allows_it(place, root):
    place.faults.order("chat.startStream", Fault(status=429, retry_after_seconds=60))
    requests = [place.ask(thread_ts=root, asker_id=f"U0P{n}") for n in range(3)]

    for request in requests:
        await grow(place.reply(request, root), request)

    assert place.texts() == [f"{FACTS} {FIRST} {SECOND}"] * 3
    assert count(place, "startStream", "postMessage") == [1, 3]


async def test_a_person_who_presses_stop_stops_the_growing_and_not_the_end(place, root):
    request, other = (place.ask(thread_ts=root, asker_id=f"U0P{n}") for n in range(2))
    reply = place.reply(request, root)
    await reply.show(said(request, FACTS), text=FACTS)
    place.sandbox.person.stop(CHANNEL, reply.posted.ts)
    others = place.reply(other, root)

    await reply.show(said(request, FIRST, start=1), text=FIRST)
    await others.show(said(other, FACTS), text=FACTS)
    growing = place.texts()
    await reply.finish(said(request, FINAL), text=FINAL)

    assert reply.is_stopped
    assert not others.is_stopped
    assert growing == [FACTS, FACTS]
    assert place.texts() == [FINAL, FACTS]


async def test_a_form_that_a_workspace_does_not_know_is_sent_without_its_newest_blocks(place, root):
    request = place.ask(thread_ts=root)
    reply = place.reply(request, root)
    buttons = [actions([button("Evidence", action_id="evidence", value="x")]), feedback("x")]
    place.faults.order("chat.postMessage", Fault(error="invalid_blocks"))

    await reply.finish([*said(request, FINAL), *buttons], text=FINAL)

    [message] = place.own()
    assert [block["type"] for block in message["blocks"]] == ["rich_text", "actions"]


async def test_a_form_that_is_refused_twice_is_sent_as_plain_words_and_found_again(place, root):
    request = place.ask(thread_ts=root)
    place.faults.order("chat.postMessage", Fault(error="invalid_blocks"), times=2)
    place.faults.order("chat.postMessage", Fault(status=500, is_performed=True))
    reply = place.at_pace(final_pauses_seconds=(0.0,)).reply(request, root)

    await reply.finish(said(request, FINAL, "and more"), text=FINAL)

    [message] = place.own()
    assert [block["type"] for block in message["blocks"]] == ["section", "section"]
    assert [visible_text(block) for block in message["blocks"]] == [FINAL, "and more"]


async def test_an_edit_that_its_place_refuses_for_good_ends_the_run(place):
    request = place.ask()
    reply = place.reply(request, None)
    await reply.show(said(request, FACTS), text=FACTS)
    place.faults.order("chat.update", Fault(error="edit_window_closed"))

    with pytest.raises(PostRefusedError):
        await reply.show(said(request, FIRST, start=1), text=FIRST)


async def test_within_a_run_one_object_sends_and_another_run_silences_it(place, root):
    request, fence = place.ask(thread_ts=root), FakeFence()
    place.at_pace(flush_seconds=0.05)
    first = place.reply(request, root, fence)
    await grow(first, request)
    same = place.reply(request, root, fence)

    await place.reply(request, root, FakeFence()).finish(said(request, FINAL), text=FINAL)
    await asyncio.sleep(0.1)

    assert same is first
    assert place.texts() == [FINAL]


async def test_a_timer_of_a_run_that_lost_its_request_sends_nothing(place, root):
    request, fence = place.ask(thread_ts=root), FakeFence()
    reply = place.at_pace(flush_seconds=UNHURRIED_SECONDS).reply(request, root, fence)
    await grow(reply, request)

    reply.fence = StaleFence()
    await asyncio.sleep(1.5 * UNHURRIED_SECONDS)

    assert place.texts() == [FACTS]


async def test_closing_the_workspace_ends_what_waits(place, root):
    request = place.ask(thread_ts=root)
    reply = place.at_pace(flush_seconds=UNHURRIED_SECONDS).reply(request, root)
    await grow(reply, request)

    await place.slack.close()
    await asyncio.sleep(1.5 * UNHURRIED_SECONDS)

    assert [words(message["blocks"]) for message in place.own()] == [FACTS]
