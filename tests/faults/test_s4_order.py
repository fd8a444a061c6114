"""S4: events late, twice and out of order, with pages of history in between, end in the one true state."""

import asyncio
import io
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from random import Random

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from redis.asyncio import Redis
from slack_sdk.web.async_client import AsyncWebClient

import handlers
from bot import wiring
from bot.adapters.incident_log import IncidentLog
from bot.adapters.queue import RequestQueue
from bot.adapters.sealing import Sealer
from bot.incident.log import Entry, Log
from bot.incident.messages import IncidentRef
from handlers import happenings
from handlers.receiver import build_app, build_receiver
from sandbox.people import TEAM_ID
from tests.adapters.queueing import SEALER
from tests.faults import kept
from tests.faults.conversation import (
    CHANNEL,
    PEOPLE,
    SELF_BOT,
    SELF_USER,
    TEAM,
    Conversation,
    state,
    words,
)
from tests.faults.product import SECRET as PRODUCT_SECRET
from tests.faults.product import Product, product
from tests.faults.row import Row, row
from tests.handlers.receiving import SECRET, TOKEN, FakeSlack, signed

NOW = datetime(2026, 7, 14, 3, 10, tzinfo=UTC)
REF = IncidentRef(team_id=TEAM, channel_id=CHANNEL)
PLACE, NOW_TS = "C0INC00009", "1700000000.000000"
SEED = 20260714
CONVERSATIONS, ORDERS = 200, 10_000


def told(body: object) -> tuple[Entry, ...]:
    """What an event says."""
    found = happenings.parse(body, bot_user_id=SELF_USER, bot_id=SELF_BOT, now=NOW)
    return found.entries if found else ()


def folded(entries: Iterable[Entry]) -> Log:
    log = Log()
    log.apply_all(entries)
    return log


def count(counted: Row, found: dict[str, object], truth: dict[str, object]) -> None:
    """Count what is not as it should be, and what should not be there."""
    counted.lost += sum(found.get(ts) != is_so for ts, is_so in truth.items())
    counted.double += len(found.keys() - truth.keys())


def exact(log: Log) -> object:
    reactions = {ts: log.reactions(ts) for ts in log.said}
    return {ts: said.body for ts, said in log.said.items()}, log.deleted, reactions


async def test_s4_ten_thousand_orders_fold_to_the_state_of_the_ordered_log() -> None:
    chance = Random(SEED)  # noqa: S311  # the same conversations in each run
    async with row("S4", "events and pages in any order, in memory") as counted:
        counted.events, counted.orders = 0, ORDERS
        for _ in range(CONVERSATIONS):
            conversation = Conversation(chance).go_on(30)
            entries = [entry for body in conversation.events for entry in told(body)] + conversation.seen()
            entries += chance.choices(entries, k=len(entries) // 5)
            counted.events += len(conversation.events)
            ordered = exact(folded(entries))
            count(counted, state(folded(entries)), conversation.truth())
            for _ in range(ORDERS // CONVERSATIONS):
                chance.shuffle(entries)
                counted.double += exact(folded(entries)) != ordered
            await asyncio.sleep(0)


async def test_s4_orders_through_the_store_end_in_the_same_state(redis_client: Redis) -> None:
    chance = Random(SEED)  # noqa: S311  # the same conversations in each run
    async with row("S4", "two receivers and a reader at once, in the store") as counted:
        counted.events, counted.orders = 0, 40
        for number in range(40):
            conversation = Conversation(chance).go_on(40)
            log = IncidentLog(redis_client, Sealer(SECRET), ttl_seconds=1000)
            other = IncidentLog(redis_client, Sealer(SECRET), ttl_seconds=1000)
            ref = IncidentRef(team_id=TEAM, channel_id=f"C{number}")
            await log.open(ref)
            pieces = [
                told(body) for body in (*conversation.events, *chance.choices(conversation.events, k=9))
            ]
            chance.shuffle(pieces)
            await asyncio.gather(
                *(chance.choice([log, other]).append([ref], piece) for piece in pieces if piece),
                other.write(ref, conversation.seen()),
            )
            counted.events += len(pieces)
            found = await log.since(ref, None)
            count(counted, state(folded(found.entries)), conversation.truth())
            await kept.erase(redis_client, SECRET)
            late = [(log.append, [ref]), (other.write, ref)]  # sent again, read before and written now
            await asyncio.gather(*(act(where, piece) for piece in pieces if piece for act, where in late))
            count(counted, state(folded((await log.since(ref, None)).entries)), conversation.truth())
            counted.double += len(await kept.words_of(redis_client, SECRET, conversation.deleted))


@pytest.fixture
async def slack():
    fake = FakeSlack()
    app = web.Application()
    app.add_routes([web.route("*", "/api/{method}", fake.call)])
    async with TestServer(app) as server:
        fake.url = str(server.make_url("/"))
        yield fake


async def deliver(door: TestClient, body: object) -> int:
    data = json.dumps(body).encode()
    async with door.post("/slack/events", data=io.BytesIO(data), headers=signed(data)) as response:
        return response.status


async def test_s4_orders_through_the_receiver_end_in_the_same_state(
    redis_client: Redis, valkey_url: str, slack: FakeSlack
) -> None:
    chance = Random(SEED)  # noqa: S311  # the same conversations in each run
    client = AsyncWebClient(token=TOKEN, base_url=slack.url + "api/")
    log = IncidentLog(redis_client, Sealer(SECRET), ttl_seconds=1000)
    async with (
        row("S4", "any order over HTTP, each event twice") as counted,
        RequestQueue(valkey_url, sealer=SEALER) as queue,
    ):
        app = build_app(client=client, signing_secret=SECRET, queue=queue, parse=handlers.parse, diary=log)
        counted.events, counted.acked, counted.orders = 0, 0, 5
        async with TestClient(TestServer(build_receiver(app=app, store=queue))) as door:
            for _ in range(5):
                await log.remove(REF)
                await log.open(REF)
                conversation = Conversation(chance).go_on(40)
                bodies = conversation.events * 2
                chance.shuffle(bodies)
                statuses = await asyncio.gather(*(deliver(door, body) for body in bodies))
                counted.events += len(conversation.events)
                counted.acked += statuses.count(200)
                counted.lost += sum(status != 200 for status in statuses)
                await kept.erase(redis_client, SECRET)
                again = await asyncio.gather(*(deliver(door, body) for body in conversation.events))
                counted.lost += sum(status != 200 for status in again)
                found = folded((await log.since(REF, None)).entries)
                count(counted, state(found), conversation.truth())
                counted.double += len(await kept.words_of(redis_client, SECRET, conversation.deleted))


def stir(running: Product, chance: Random) -> None:
    """Let people in the local workspace do one thing each, a hundred times."""
    people, channel = running.sandbox.person, running.sandbox.workspace.channel(PLACE)
    for number in range(100):
        said = [raw for raw in channel.everything() if raw.get("subtype") != "tombstone"]
        raw, who = chance.choice(said), chance.choice(PEOPLE)
        owner = str(raw["user"])
        match chance.randrange(6):
            case 0:
                people.edit(PLACE, raw["ts"], f"corrected {number}", as_user=owner)
            case 1 if len(said) > 5:
                people.delete(PLACE, raw["ts"], as_user=owner)
            case 2 if not any(who in one["users"] for one in raw.get("reactions", ())):
                people.react(PLACE, raw["ts"], "eyes", as_user=who)
            case 3 if any(who in one["users"] for one in raw.get("reactions", ())):
                people.unreact(PLACE, raw["ts"], "eyes", as_user=who)
            case _:
                thread_ts = chance.choice([None, raw.get("thread_ts") or raw["ts"]])
                people.say(PLACE, f"line {number}", thread_ts=thread_ts, as_user=who)


async def test_s4_a_workspace_that_held_its_events_and_sends_them_shuffled_is_logged_as_it_stands(
    valkey_url: str, redis_client: Redis
) -> None:
    chance = Random(SEED)  # noqa: S311  # the same acts in each run
    async with product() as running, row("S4", "held by a workspace, then sent shuffled") as counted:
        sandbox, log = running.sandbox, wiring.incident_log(running.settings, redis_client)
        sandbox.deliver_http(await running.listen(valkey_url), PRODUCT_SECRET)
        sandbox.add_channel(PLACE, name="inc-held", at_ts=NOW_TS)
        ref = IncidentRef(team_id=TEAM_ID, channel_id=PLACE)
        await log.open(ref)
        sandbox.delivery.hold()
        sandbox.person.say(PLACE, "writes fail", as_user=PEOPLE[0])
        stir(running, chance)
        counted.events, counted.orders = sandbox.delivery.resume(is_shuffled=True), 1
        await sandbox.delivery.settled()
        counted.acked = sum(attempt.is_ok for attempt in sandbox.delivery.log)
        found = folded((await log.since(ref, None)).entries)
        channel = sandbox.workspace.channel(PLACE)
        standing = [channel.shown(raw) for raw in channel.everything() if raw.get("subtype") != "tombstone"]
        truth = {raw["ts"]: words(raw) for raw in standing} | dict.fromkeys(found.deleted, "deleted")
        count(counted, state(found), truth)
        assert found.deleted.isdisjoint(raw["ts"] for raw in standing)
        secret = kept.secret_of(running.settings)
        await kept.erase(redis_client, secret)
        counted.double += len(await kept.words_of(redis_client, secret, found.deleted))
