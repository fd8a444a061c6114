"""What the reader reads from Slack is kept no longer than promised, and no word that was taken back."""

from bot.adapters.keys import key
from bot.adapters.log_keeper import LogKeeper
from bot.incident.log import Deleted, Said, body_of
from bot.incident.messages import IncidentRef
from sandbox.people import TEAM_ID
from tests.adapters.conftest import CHANNEL, START, live_reader
from tests.adapters.test_slack_live import deliver, reader, texts

REF = IncidentRef(team_id=TEAM_ID, channel_id=CHANNEL)
HOUR_SECONDS = 3600
SECRET_WORDS = "the password is hunter2"


async def stored(place) -> list[str]:
    """What of people's words is in the store."""
    log = live_reader(place.slack.client, place.redis, place.slack.me).log
    return [one.raw["text"] for one in (await log.since(REF, None)).entries if isinstance(one, Said)]


async def later(place, hours: float, text: str) -> None:
    """Let somebody say something by then, and its event arrive."""
    await deliver(place, place.say(text, ts=f"{START + int(hours * HOUR_SECONDS)}.000000"))


async def age(place, hours: float) -> None:
    """Let so much time go by in the store."""
    name, due = key("log", REF.key), key("log-due", REF.key)
    for number, _ in await place.redis.xrange(name):
        known = await place.redis.zscore(due, number)
        at_ms = int(number.split(b"-")[0]) if known is None else known
        await place.redis.zadd(due, {number: at_ms - hours * HOUR_SECONDS * 1000})


async def test_no_word_stays_longer_than_promised_in_a_channel_that_is_read_all_the_time(place):
    place.say("long ago")
    await later(place, 10, "first hour")
    live = reader(place)
    assert await texts(live) == ["long ago", "first hour"]
    assert await stored(place) == ["first hour"]

    for cycle, words in ((11.1, "second hour"), (12.2, "third hour")):
        await age(place, 1.1)
        await later(place, cycle, words)
        await live.log.trim(every_seconds=0)
        await live.check(REF, seconds=60)
        assert set(await texts(live)) >= {"long ago", "first hour", words}
        assert await stored(place) == [words]

    assert await texts(reader(place)) == ["long ago", "first hour", "second hour", "third hour"]
    assert await stored(place) == ["third hour"]


async def test_a_message_that_slack_sends_again_after_its_deletion_is_not_kept(place):
    place.say("root")
    ts = place.say(SECRET_WORDS)
    live = reader(place)
    await texts(live)
    late = Said(ts=ts, version=ts, body=body_of(place.sandbox.workspace.channel(CHANNEL).find(ts)))
    place.delete(ts)
    await live.log.append([REF], [Deleted(ts=ts)])
    await LogKeeper(live.log, place.redis).erase(REF, ts, is_deleted=True)

    await live.log.append([REF], [late])

    assert await texts(live) == await texts(reader(place)) == ["root"]
    assert await stored(place) == ["root"]


async def test_a_deletion_that_only_history_shows_takes_the_words_out_of_the_store(place):
    place.say("root")
    ts = place.say(SECRET_WORDS)
    place.say("later", ts=f"{START + 300}.000000")
    live = reader(place)
    await texts(live)
    assert SECRET_WORDS in await stored(place)

    place.delete(ts)
    place.say("last", ts=f"{START + 600}.000000")
    await live.check(REF, seconds=60)

    assert SECRET_WORDS not in await stored(place)
