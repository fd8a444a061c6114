"""The timer leaves no log of a channel that may not be followed any more."""

from dataclasses import replace

from bot.adapters.gaps import Gaps
from bot.adapters.log_looks import LogLooks
from bot.adapters.queue import RequestQueue
from bot.incident.log import Said
from bot.incident.messages import IncidentRef
from handlers import parse
from sandbox.people import TEAM_ID
from tests.adapters.conftest import CHANNEL

REF = IncidentRef(team_id=TEAM_ID, channel_id=CHANNEL)


async def test_a_log_that_may_not_be_kept_any_more_is_removed(place, queue: RequestQueue) -> None:
    logs, channels = place.slack.live.log, place.slack.channels
    gaps = Gaps(
        live=place.slack.live,
        log=logs,
        looks=LogLooks(place.redis),
        channels=channels,
        queue=queue,
        parse=parse,
        bot_user_id=place.slack.me.user_id,
    )
    await logs.open(REF)
    await logs.append([REF], [Said(ts="1.000001", version="1.000001", body="{}")])

    await channels.set_wish(TEAM_ID, CHANNEL, is_on=False)

    assert await gaps.look() == 0
    assert not (await logs.since(REF, None)).is_open
    assert not (await logs.since(replace(REF, thread_ts="1.000001"), None)).is_open
