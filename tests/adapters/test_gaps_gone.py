"""A deletion that no event told of is found by the timer and reaches what rests on the message."""

from bot.request import RequestKind
from bot.upkeep import DELETED
from tests.adapters.test_gaps import REF, Taken, active, gaps


async def test_a_deletion_that_only_history_tells_is_rechecked_once(place):
    ts = place.say("it was the old key")
    place.say("so it is")
    await place.slack.live.read(REF, until_ts=None, is_logged=True)
    place.delete(ts)
    place.later()
    place.say("what else?")
    queue = Taken()
    looking = gaps(place, queue=queue)
    await active(place)

    for _ in range(2):
        await looking.look()
        await active(place)

    [asked] = queue.requests.values()
    assert (asked.kind, asked.text, asked.subject) == (RequestKind.RECHECK, DELETED, ts)
    assert (asked.channel_id, asked.asker_id) == (REF.channel_id, "")
