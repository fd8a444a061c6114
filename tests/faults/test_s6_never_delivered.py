"""Row S6: Slack never delivers some events; after the next activity all is found, each question once."""

import asyncio
from random import Random

from redis.asyncio import Redis

from bot.adapters.log_looks import LogLooks
from bot.incident.log import Log
from bot.incident.messages import IncidentRef
from bot.wiring import incident_log
from sandbox import acts
from sandbox.people import TEAM_ID
from tests.faults.product import CHANNEL, SECRET, Product, product
from tests.faults.row import row

REF = IncidentRef(team_id=TEAM_ID, channel_id=CHANNEL)
LOST_SHARE, SEED = 0.05, 6
TALK, ASKED = 120, 8
GAP_SECONDS = 1.0
LATER_MICROS = 120_000_000
"""What history does not list is taken for deleted when it is a minute old: it may lag."""
PATIENCE_SECONDS = 20.0


def talk(there: Product, dice: Random) -> None:
    """People speak, edit, delete and react, in the channel and in its threads."""
    channel = there.sandbox.workspace.channel(CHANNEL)
    roots = [f"1700000{lane:03d}.000001" for lane in range(there.lanes)]
    said: list[str] = []
    for number in range(TALK):
        thread = {"thread_ts": dice.choice(roots)} if dice.random() < 0.5 else {}
        content = {"user": "U0EVA00001", "text": f"talk {number}", **thread}
        said.append(there.sandbox.workspace.post(channel, content)["ts"])
        if number % 9 == 0:
            ts = said.pop(dice.randrange(len(said)))
            acts.delete(there.sandbox.workspace, channel, ts, author_id="U0EVA00001")
        elif number % 7 == 0:
            text = {"text": f"edited {number}"}
            acts.edit(there.sandbox.workspace, channel, dice.choice(said), text, author_id="U0EVA00001")
        if number % (TALK // ASKED) == 0:
            there.ask()


def truth(there: Product) -> dict[str, str]:
    """What stands in the channel, of people and bots other than the copilot."""
    found = there.sandbox.workspace.channel(CHANNEL).everything()
    return {message["ts"]: message["text"] for message in found if not message.get("bot_id")}


async def logged(there: Product, redis: Redis) -> dict[str, str]:
    """The same, of the log alone."""
    keeper, state = incident_log(there.settings, redis), Log()
    state.apply_all((await keeper.since(REF, None)).entries)
    await keeper.aclose()
    found = [said.raw for said in state.said.values()]
    return {raw["ts"]: raw.get("text", "") for raw in found if not raw.get("bot_id")}


async def test_s6_what_was_never_delivered_is_found_and_every_lost_question_answered_once(
    valkey_url: str, redis_client: Redis
) -> None:
    dice = Random(SEED)  # noqa: S311  # the same losses in each run
    async with product() as there, row("S6", "5 % of events and every third question lost") as counted:
        there.settings = there.settings.model_copy(update={"gap_seconds": GAP_SECONDS})
        await there.work(valkey_url, seeks=True)
        there.sandbox.deliver_http(await there.listen(valkey_url), SECRET)
        there.ask()
        await there.until_answered()
        traffic = there.sandbox.delivery.traffic
        traffic.random, traffic.lost_share = dice, LOST_SHARE
        traffic.is_lost = lambda event: any(f"({n})" in str(event.get("text")) for n in range(2, 99, 3))

        talk(there, dice)
        await there.sandbox.delivery.settled()
        traffic.lost_share, traffic.is_lost = 0.0, lambda _event: False
        clock = there.sandbox.workspace.channel(CHANNEL).clock
        clock.jump(clock.now_micros() + LATER_MICROS)
        there.sandbox.person.say(CHANNEL, "is anybody there?")
        await there.until_answered()
        until = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while (found := await logged(there, redis_client)) != truth(there):
            if asyncio.get_running_loop().time() > until:
                break
            await asyncio.sleep(0.2)

        there.fill(counted)
        counted.jobs = len(traffic.lost)
        stands = truth(there)
        counted.lost += sum(found.get(ts) != text for ts, text in stands.items())
        counted.double += len(found.keys() - stands.keys())
    assert counted.jobs > TALK * LOST_SHARE


async def test_s6_a_question_that_is_lost_before_total_silence_is_found_and_answered_once(
    valkey_url: str, redis_client: Redis
) -> None:
    async with product() as there, row("S6", "a question lost, then silence") as counted:
        there.settings = there.settings.model_copy(update={"gap_seconds": GAP_SECONDS})
        await there.work(valkey_url, seeks=True)
        there.sandbox.deliver_http(await there.listen(valkey_url), SECRET)
        there.ask()
        await there.until_answered()
        until = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while not await LogLooks(redis_client).newest(REF):
            assert asyncio.get_running_loop().time() < until
            await asyncio.sleep(0.1)
        traffic = there.sandbox.delivery.traffic
        traffic.is_lost = lambda _event: True
        there.ask()
        await there.sandbox.delivery.settled()
        await incident_log(there.settings, redis_client).missed()  # as when Slack says that it dropped events

        await there.until_answered()

        there.fill(counted)
        counted.jobs = len(traffic.lost)
    assert counted.jobs
