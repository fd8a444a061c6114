import asyncio

import pytest

import handlers
from bot.adapters.gaps import Gaps
from bot.adapters.log_looks import LogLooks
from bot.errors import BadInputError, StoreUnavailableError
from bot.incident.log import Deleted
from bot.incident.messages import IncidentRef
from bot.tasks import running
from sandbox.faults import Fault
from sandbox.people import BOT_USER_ID, PERSON_ID, TEAM_ID
from tests.adapters.conftest import CHANNEL

REF = IncidentRef(team_id=TEAM_ID, channel_id=CHANNEL)


class Taken:
    """A queue that knows what it has taken."""

    def __init__(self) -> None:
        self.requests = {}
        self.has_some = asyncio.Event()

    async def accept(self, request, *, keys):
        is_new = request.id not in self.requests
        self.requests.setdefault(request.id, request)
        self.has_some.set()
        return is_new


class Allowed:
    """Whether anything may be kept."""

    def __init__(self, *, is_on: bool = True) -> None:
        self.is_on = is_on

    async def is_logged(self, ref) -> bool:
        return self.is_on


def gaps(place, **settings) -> Gaps:
    live = place.slack.live
    values = {"channels": Allowed(), "queue": Taken(), "looks": LogLooks(place.redis), **settings}
    return Gaps(live=live, log=live.log, parse=handlers.parse, bot_user_id=BOT_USER_ID, **values)


async def active(place) -> None:
    """Something happens in a channel whose log is open; its event is delivered."""
    await place.slack.live.log.open(REF)
    await place.slack.live.log.append([REF], [Deleted(ts="1699999999.000001")])


async def left(place) -> list:
    """What is still to be compared with history, claims aside."""
    async for name in place.redis.scan_iter("*log-claim*"):
        await place.redis.delete(name)
    return await place.slack.live.log.claim(limit=9)


def ask(place, text="why?", **fields) -> str:
    return place.say(f"<@{BOT_USER_ID}> {text}", user=PERSON_ID, **fields)


async def test_questions_that_were_never_delivered_are_accepted_once_wherever_they_stand(place):
    root = place.thread(1)
    asked = [ask(place), ask(place, thread_ts=root)]
    await active(place)
    looking = gaps(place)

    found = await looking.look()
    again = await left(place)
    await active(place)
    second = await looking.look()

    assert (found, second, again) == (2, 0, [])
    assert [request.message_ts for request in looking.queue.requests.values()] == asked
    assert {request.asker_id for request in looking.queue.requests.values()} == {PERSON_ID}


async def test_who_asked_long_before_the_newest_message_is_not_answered_late(place):
    ask(place)
    place.sandbox.workspace.channel(CHANNEL).clock.jump(1_700_007_300_000_000)
    late = ask(place)
    await active(place)
    looking = gaps(place)

    assert await looking.look() == 1
    assert [request.message_ts for request in looking.queue.requests.values()] == [late]


async def test_a_bot_that_mentions_us_asks_nothing(place):
    place.say(f"<@{BOT_USER_ID}> alarm", user=None, bot_id="B0ALARM")
    await active(place)

    assert await gaps(place).look() == 0


async def test_where_nothing_may_be_kept_any_more_nothing_is_read(place):
    ask(place)
    await active(place)

    assert await gaps(place, channels=Allowed(is_on=False)).look() == 0
    assert place.calls("conversations.history") == []
    assert await left(place) == []


@pytest.mark.parametrize(
    ("fault", "is_left"), [(Fault(error="not_in_channel"), False), (Fault(status=500), True)]
)
async def test_what_slack_refuses_is_let_go_and_what_it_cannot_do_now_is_kept(place, fault, is_left):
    ask(place)
    await active(place)
    place.faults.order("conversations.history", fault)

    assert await gaps(place).look() == 0
    assert bool(await left(place)) is is_left


async def test_the_timer_goes_on_when_the_store_is_away_for_a_while(place):
    ask(place)
    await active(place)
    looking = gaps(place, channels=Failing(), gap_seconds=1.0)

    async with running(looking.run()), asyncio.timeout(10):
        await looking.queue.has_some.wait()

    assert len(looking.queue.requests) == 1


async def test_a_question_that_was_lost_in_silence_is_found_after_nobody_received(place):
    looking = gaps(place)
    place.say("writes fail")
    await active(place)
    await looking.look()
    ask(place)
    await place.slack.live.log.missed()

    assert [await look_again(place, looking) for _ in range(3)] == [1, 0, 0]


async def test_a_quiet_channel_has_its_turn_with_one_call(place):
    looking = gaps(place, quiet_seconds=0)
    place.thread(2)
    await place.slack.live.check(REF, seconds=0)
    await looking.look()
    ask(place)
    place.sandbox.web_api.calls.clear()

    assert await look_again(place, looking) == 1
    assert [call.method for call in place.sandbox.web_api.calls if call.method != "conversations.info"] == [
        "conversations.history"
    ]


async def test_an_old_question_is_not_asked_again_because_somebody_reacts_to_it(place):
    looking = gaps(place)
    ask(place)
    await active(place)
    first = await looking.look()
    looking.queue.requests.clear()  # as the store forgets them after a day
    await active(place)

    assert (first, await look_again(place, looking)) == (1, 0)


async def test_what_was_asked_before_a_channel_was_followed_is_left_alone(place):
    ask(place)
    await place.slack.live.check(REF, seconds=0)
    looking = gaps(place, quiet_seconds=0)

    assert [await look_again(place, looking) for _ in range(2)] == [0, 0]


async def test_a_long_channel_is_read_on_by_the_timer_until_it_is_whole(place):
    place.thread(4)
    live = place.slack.live
    live.check_seconds = 0.5
    place.faults.order("conversations.replies", Fault(status=429, retry_after_seconds=30))
    await live.check(REF, seconds=0)
    before = await live.log.completeness(REF)

    await look_again(place, gaps(place))

    assert (before, await live.log.completeness(REF)) == (None, await live.log.epoch())


async def test_a_question_that_the_queue_refuses_stops_nothing(place):
    ask(place)
    ask(place, "again?")
    await active(place)
    looking = gaps(place, queue=Full())

    assert await looking.look() == 0
    assert looking.queue.tries == 2


async def test_an_incident_whose_log_is_gone_is_not_kept_in_memory(place):
    place.say("writes fail")
    live, looking = place.slack.live, gaps(place, gap_seconds=0.1)
    await live.check(REF, seconds=0)
    await live.log.remove(REF)

    async with running(looking.run()), asyncio.timeout(10):
        while live._kept:  # noqa: ASYNC110  # nothing tells
            await asyncio.sleep(0.02)


async def look_again(place, looking) -> int:
    """Look as if the time between two turns had passed."""
    await left(place)
    async for name in place.redis.scan_iter("*log-claim*"):
        await place.redis.delete(name)
    return await looking.look()


class Full(Taken):
    """Refuses everything."""

    tries = 0

    async def accept(self, request, *, keys):
        self.tries += 1
        raise BadInputError(field="text", problem="too large")


class Failing(Allowed):
    """Allows at the second attempt."""

    tries = 0

    async def is_logged(self, ref) -> bool:
        self.tries += 1
        if self.tries == 1:
            raise StoreUnavailableError
        return True
