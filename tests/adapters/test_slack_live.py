import asyncio

import pytest
from slack_sdk.errors import SlackApiError

from bot.adapters.incident_log import IncidentLog
from bot.adapters.sealing import Sealer
from bot.adapters.slack_read import IncidentReader
from bot.errors import ChannelUnreadableError
from bot.incident.log import Said, body_of
from bot.incident.messages import IncidentRef
from sandbox import acts
from sandbox.faults import Fault
from sandbox.people import BOT_USER_ID, TEAM_ID
from tests.adapters.conftest import CHANNEL, ELSEWHERE, live_reader

REF = IncidentRef(team_id=TEAM_ID, channel_id=CHANNEL)
ANA = "U0ANA00001"
READS = ("conversations.history", "conversations.replies")


def reader(place, **settings):
    """What one more process has."""
    return live_reader(place.slack.client, place.redis, place.slack.me, **settings)


async def texts(live, ref=REF, *, until_ts=None, is_logged=True):
    read = await live.read(ref, until_ts=until_ts, is_logged=is_logged)
    return [message.text for message in read.messages]


def calls(place) -> list[str]:
    """The reading calls since the last time."""
    found = [call.method for call in place.sandbox.web_api.calls if call.method in READS]
    place.sandbox.web_api.calls.clear()
    return found


async def deliver(place, ts, ref=REF):
    """Append a message to the log, as the receiver does for its event."""
    raw = place.sandbox.workspace.channel(ref.channel_id).find(ts)
    said = Said(ts=ts, version=ts, body=body_of(raw), thread_ts=raw.get("thread_ts"))
    await live_reader(place.slack.client, place.redis, place.slack.me).log.append([ref], [said])


def edit(place, ts, text):
    channel = place.sandbox.workspace.channel(CHANNEL)
    acts.edit(place.sandbox.workspace, channel, ts, {"text": text}, author_id=ANA)


async def test_a_second_question_costs_one_call_however_many_threads_there_are(place):
    root, _ = place.thread(3), place.thread(3)
    live = reader(place)
    await texts(live)
    calls(place)
    await deliver(place, place.say("it is back", thread_ts=root))

    again = await texts(live)

    assert again.count("it is back") == 1
    assert calls(place) == ["conversations.history"]


async def test_another_worker_knows_all_from_the_log_with_one_call(place):
    place.thread(3)
    first = await texts(reader(place))
    calls(place)

    assert await texts(reader(place)) == first
    assert calls(place) == ["conversations.history"]


async def test_what_no_event_told_is_found_and_written_down_for_others(place):
    root = place.thread(2)
    gone, changed = place.say("gone"), place.say("changed")
    live = reader(place)
    await texts(live)
    place.delete(gone)
    edit(place, changed, "changed its mind")
    place.later()
    place.say("new")
    place.say("a reply", thread_ts=root)

    found = await texts(live)
    calls(place)
    other = await reader(place).read(REF, until_ts=None, is_logged=True)

    assert found == ["writes fail", "line 0", "line 1", "changed its mind", "new", "a reply"]
    assert [message.text for message in other.messages] == found
    assert (other.deleted, calls(place)) == (1, ["conversations.history"])


async def test_nothing_later_than_the_question_is_read_though_it_is_known(place):
    place.say("before")
    asked = place.say(f"<@{BOT_USER_ID}> why?")
    place.say("after")
    live = reader(place)

    assert await texts(live, until_ts=asked) == ["before"]
    assert await texts(live) == ["before", "after"]
    assert await texts(live, until_ts=asked) == ["before"]


async def test_a_thread_is_followed_with_one_call_too(place):
    root = place.thread(2, channel=ELSEWHERE)
    ref = IncidentRef(team_id=TEAM_ID, channel_id=ELSEWHERE, thread_ts=root)
    live = reader(place)
    await texts(live, ref)
    calls(place)
    await deliver(place, place.say("told", channel=ELSEWHERE, thread_ts=root), ref)
    told, told_calls = await texts(live, ref), calls(place)
    place.say("never told", channel=ELSEWHERE, thread_ts=root)
    place.delete((await live.read(ref, until_ts=None, is_logged=True)).messages[1].ts, ELSEWHERE)
    place.later(channel=ELSEWHERE)
    place.say("last", channel=ELSEWHERE, thread_ts=root)

    assert (told[-1], told_calls) == ("told", ["conversations.replies"])
    assert await texts(live, ref) == ["writes fail", "line 1", "told", "never told", "last"]


async def test_after_nobody_received_an_edit_in_a_thread_is_found_too(place):
    root = place.thread(2)
    live = reader(place)
    before = await live.read(REF, until_ts=None, is_logged=True)
    edit(place, before.messages[2].ts, "edited meanwhile")
    place.say("later")
    await live.log.missed()

    found = await texts(live)
    calls(place)

    assert found == ["writes fail", "line 0", "edited meanwhile", "later"]
    assert await live.log.completeness(REF) == await live.log.epoch()
    assert await texts(live) == found
    assert calls(place) == ["conversations.history"]
    assert before.messages[0].ts == root


async def test_a_log_that_cannot_be_opened_any_more_is_read_anew_and_replaced(place):
    place.thread(2)
    first = await texts(reader(place))
    rotated = reader(place)
    rotated.log = IncidentLog(place.redis, Sealer("after rotation"), ttl_seconds=3600)

    assert await texts(rotated) == first
    assert not (await rotated.log.since(REF, None)).is_broken


async def test_a_log_that_was_removed_is_filled_from_history_again(place):
    place.thread(2)
    live = reader(place)
    first = await live.read(REF, until_ts=None, is_logged=True)
    await live.log.remove(REF)

    again = await live.read(REF, until_ts=None, is_logged=True)

    assert again.messages == first.messages
    assert (await live.log.since(REF, None)).entries


async def test_what_may_not_be_kept_is_read_each_time_and_kept_nowhere(place):
    place.thread(2)
    live = reader(place)

    first = await texts(live, is_logged=False)
    calls(place)

    assert await texts(live, is_logged=False) == first
    assert calls(place) == ["conversations.history", "conversations.replies"]
    assert not (await live.log.since(REF, None)).is_open


async def test_what_was_forgotten_is_not_read_again(place):
    forgotten, kept = place.say("forget me"), place.say("keep me")
    live = reader(place)
    await live.memory.mark_message_forgotten(REF, forgotten)

    assert await texts(live) == ["keep me"]
    assert kept


@pytest.mark.parametrize("fault", [Fault(status=500), Fault(error="fatal_error")])
async def test_when_slack_is_ill_a_whole_log_answers_alone(place, fault):
    place.say("writes fail")
    live = reader(place)
    await texts(live)
    place.faults.order("conversations.history", fault)

    assert await texts(live) == ["writes fail"]


async def test_a_rate_limit_is_not_waited_out_where_the_log_is_whole(place):
    place.say("writes fail")
    live = reader(place, look_seconds=0.2)
    await texts(live)
    place.faults.order("conversations.history", Fault(status=429, retry_after_seconds=30))

    async with asyncio.timeout(10):
        assert await texts(live) == ["writes fail"]


async def test_threads_for_which_there_was_no_time_are_counted_and_read_by_the_next_question(place):
    place.thread(4)
    place.say("top")
    live = reader(place, read_seconds=0.5)
    place.faults.order("conversations.replies", Fault(status=429, retry_after_seconds=30))

    hurried = await live.read(REF, until_ts=None, is_logged=True)
    whole = await live.read(REF, until_ts=None, is_logged=True)

    assert ([message.text for message in hurried.messages], hurried.omitted) == (["writes fail", "top"], 4)
    assert (len(whole.messages), whole.omitted) == (6, 0)


async def test_when_slack_is_ill_a_first_question_fails(place):
    place.say("writes fail")
    place.faults.order("conversations.history", Fault(status=500))

    with pytest.raises(SlackApiError):
        await texts(reader(place))


async def test_a_channel_we_were_removed_from_is_not_answered_from_its_log(place):
    place.say("writes fail")
    live = reader(place)
    await texts(live)
    place.faults.order("conversations.history", Fault(error="not_in_channel"))

    with pytest.raises(ChannelUnreadableError):
        await texts(live)


async def test_a_page_that_cannot_be_read_is_counted_and_read_the_next_time(place):
    for number in range(5):
        place.say(f"top {number}")
    live = reader(place)
    live.reader = IncidentReader(place.slack.client, page_size=2)
    place.faults.order("conversations.history", None)
    place.faults.order("conversations.history", Fault(status=500))

    torn = await live.read(REF, until_ts=None, is_logged=True)
    whole = await live.read(REF, until_ts=None, is_logged=True)

    assert ([m.text for m in torn.messages], torn.omitted) == (["top 3", "top 4"], 1)
    assert (len(whole.messages), whole.omitted) == (5, 0)


async def test_of_many_incidents_those_used_last_are_kept(place):
    refs = []
    for _ in range(3):
        root = place.thread(3, channel=ELSEWHERE)
        refs.append(IncidentRef(team_id=TEAM_ID, channel_id=ELSEWHERE, thread_ts=root))
    live = reader(place, most_messages=9)

    for ref in refs:
        await texts(live, ref)

    assert list(live._kept) == [ref.key for ref in refs[1:]]


async def test_numbers_that_the_store_forgot_are_given_anew(place):
    for number in range(3):
        place.say(f"top {number}")
    live = reader(place)
    first = await live.read(REF, until_ts=None, is_logged=True)
    place.delete(first.messages[0].ts)
    await live.read(REF, until_ts=None, is_logged=True)
    await live.memory.forget(REF)
    place.say("new")

    again = await live.read(REF, until_ts=None, is_logged=True)
    stored = await live.memory.mint(REF, [message.ts for message in again.messages])

    assert [message.number for message in again.messages] == list(stored.values())


async def test_what_had_a_number_and_is_gone_is_counted_when_the_log_that_told_of_it_is_gone_too(place):
    gone = [place.say(words) for words in ("a", "b", "c")][1:]
    live = reader(place)
    before = await live.read(REF, until_ts=None, is_logged=True)
    for ts in gone:
        place.delete(ts)
    await live.log.remove(REF)

    after = await reader(place).read(REF, until_ts=None, is_logged=True)

    assert len(after.messages) == len(before.messages) - 2
    assert len(after.messages) + after.deleted >= max(message.number for message in before.messages)
