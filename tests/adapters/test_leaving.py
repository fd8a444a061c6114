"""A member takes a channel back, or an operator has it forgotten, while a question about it is worked."""

import asyncio

from bot.adapters.log_keeper import LogKeeper
from bot.incident.messages import IncidentRef
from sandbox.people import TEAM_ID
from tests.adapters.conftest import CHANNEL
from tests.waiting import eventually

REF = IncidentRef(team_id=TEAM_ID, channel_id=CHANNEL)


def keeper(place):
    return LogKeeper(place.slack.live.log, place.redis)


async def leave(place):
    """What `/copilot unwatch` does."""
    await place.slack.channels.set_wish(TEAM_ID, CHANNEL, is_on=False)
    await keeper(place).remove(REF, with_threads=True)


async def test_a_question_that_waited_while_the_channel_was_left_opens_no_log_again(place):
    place.say("root words")
    await place.slack.read(REF, until_ts=None)
    live = place.slack.live._live(REF)
    async with live.lock:
        question = asyncio.create_task(place.slack.read(REF, until_ts=None))
        await eventually(lambda: live.lock._waiters)
        await leave(place)

    incident = await question

    kept = await place.slack.live.log.since(REF, None)
    assert [message.text for message in incident.messages] == ["root words"]
    assert (kept.is_open, kept.entries) == (False, [])
    assert await place.slack.live.log.claim(limit=9) == []


async def test_what_a_removed_log_would_have_told_counts_as_changed(place):
    place.say("root words")
    incident = await place.slack.read(REF, until_ts=None)
    before = await keeper(place).changed(incident)

    await leave(place)

    assert before == frozenset()
    assert await keeper(place).changed(incident) == {message.ts for message in incident.messages}
