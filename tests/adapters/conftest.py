"""A Slack workspace on loopback and our adapter in it, with the real store behind."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count

import aiohttp
import pytest
from redis.asyncio import Redis
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.incident_log import IncidentLog
from bot.adapters.ledger import RedisLedger
from bot.adapters.queue import RequestQueue
from bot.adapters.sealing import Sealer
from bot.adapters.slack import SlackWorkspace, identify, permalinks
from bot.adapters.slack_channels import Channels
from bot.adapters.slack_live import LiveReader
from bot.adapters.slack_members import Members
from bot.adapters.slack_names import Names
from bot.adapters.slack_read import IncidentReader
from bot.adapters.slack_stream import Pace
from bot.adapters.store import RedisMemory
from bot.errors import StaleRunError
from bot.incident.history import Us
from bot.request import Request, RequestKind
from bot.slack.texts import plain
from sandbox.people import BOT_ID, PERSON_ID, TEAM_ID
from sandbox.server import Sandbox, running_sandbox
from tests.adapters.queueing import QUICK_PATIENCE, SEALER
from tests.fakes import FakeFence

CHANNEL = "C0INC00001"
ELSEWHERE = "C0TALK0001"
AT_ONCE = Pace(flush_seconds=0.0, retry_seconds=3_600.0, final_pauses_seconds=())
"""Everything is sent when it comes; after a failure nothing is tried again, as after a crash."""
START = 1_700_000_000


@dataclass
class Place:
    """The workspace, and what a worker has in its hands; `again` is the next worker after a crash."""

    sandbox: Sandbox
    redis: Redis
    slack: SlackWorkspace
    ids: "count[int]" = field(default_factory=lambda: count(1))
    workers: list[SlackWorkspace] = field(default_factory=list)

    def again(self) -> "Place":
        self.workers.append(self.slack)
        return replace(self, slack=worker(self.slack.client, self.redis, self.slack))

    def at_pace(self, **limits) -> "Place":
        self.slack.pace = replace(self.slack.pace, **limits)
        return self

    async def close(self):
        for slack in (*self.workers, self.slack):
            await slack.close()

    @property
    def faults(self):
        return self.sandbox.faults

    def calls(self, method: str) -> list[dict]:
        return [call.args for call in self.sandbox.web_api.calls if call.method == method]

    def say(self, text, *, channel=CHANNEL, thread_ts=None, **fields):
        place = self.sandbox.workspace.channel(channel)
        return self.sandbox.workspace.post(
            place, {"user": "U0ANA00001", "text": text, "thread_ts": thread_ts, **fields}
        )["ts"]

    def thread(self, replies, *, channel=CHANNEL):
        root = self.say("writes fail", channel=channel)
        for n in range(replies):
            self.say(f"line {n}", channel=channel, thread_ts=root)
        return root

    def ask(self, *, thread_ts=None, message_ts=None, channel=CHANNEL, **fields) -> Request:
        values = {
            "id": f"msg:{TEAM_ID}:{channel}:{next(self.ids)}",
            "kind": RequestKind.ANSWER,
            "team_id": TEAM_ID,
            "channel_id": channel,
            "asker_id": PERSON_ID,
            "text": "why?",
            "received_at": datetime.now(UTC),
            "thread_ts": thread_ts,
            "message_ts": message_ts,
        }
        return Request(**{**values, **fields})

    def reply(self, request, thread_ts, fence=None):
        return self.slack.reply(request, thread_ts, fence or FakeFence())

    def own(self, channel=CHANNEL):
        """All that the copilot has posted."""
        found = self.sandbox.workspace.channel(channel).everything()
        return [message for message in found if message.get("bot_id") == BOT_ID]

    def texts(self, channel=CHANNEL):
        return [words(message["blocks"]) for message in self.own(channel)]

    def later(self, seconds=120, *, channel=CHANNEL):
        """Let Slack's clock go on."""
        clock = self.sandbox.workspace.channel(channel).clock
        clock.jump(clock.now_micros() + seconds * 1_000_000)

    def delete(self, ts, channel=CHANNEL):
        self.sandbox.workspace.delete(self.sandbox.workspace.channel(channel), ts)


class StaleFence:
    async def check(self) -> None:
        raise StaleRunError


def said(request: Request, *sentences: str, start: int = 0):
    """Blocks of a reply: one a sentence."""
    blocks = [block for sentence in sentences for block in plain(sentence, answer_id=request.id)]
    return [
        {**block, "block_id": block["block_id"].rpartition(":")[0] + f":{n}"}
        for n, block in enumerate(blocks, start)
    ]


def words(part):
    """All that a reader sees of blocks, a space between elements."""
    if isinstance(part, list):
        return " ".join(filter(None, map(words, part)))
    if isinstance(part, dict):
        return part["text"] if isinstance(part.get("text"), str) else words(part.get("elements", []))
    return ""


def live_reader(client: AsyncWebClient, redis: Redis, me, **settings) -> LiveReader:
    """What reads incidents, as one process has it."""
    sealer = Sealer("a secret of tests")
    return LiveReader(
        reader=IncidentReader(client),
        log=IncidentLog(redis, sealer, ttl_seconds=3600),
        names=Names(client=client, redis=redis, sealer=sealer, team_id=me.team_id),
        memory=RedisMemory(redis),
        us=Us(user_id=me.user_id, bot_id=me.bot_id),
        permalink=permalinks(me.url),
        **settings,
    )


def worker(client: AsyncWebClient, redis: Redis, earlier: SlackWorkspace | None = None, me=None):
    me = earlier.me if earlier else me
    channels = Channels(client=client, wishes=RedisMemory(redis), patterns=("inc-*",))
    return SlackWorkspace(
        client=client,
        me=me,
        live=live_reader(client, redis, me, may_keep=channels.is_logged),
        memory=RedisMemory(redis),
        ledger=RedisLedger(redis),
        channels=channels,
        reader=IncidentReader(client),
        members=Members(client),
        pace=AT_ONCE,
    )


@pytest.fixture
async def place(redis_client: Redis) -> AsyncIterator[Place]:
    made = Sandbox(retry_pauses_seconds=(0.0, 0.0, 0.0))
    made.add_channel(CHANNEL, name="inc-test", at_ts=f"{START}.000000")
    made.add_channel(ELSEWHERE, name="talk", at_ts=f"{START}.000000")
    async with running_sandbox(made) as sandbox, aiohttp.ClientSession() as session:
        client = AsyncWebClient(
            token="not-a-token",
            base_url=sandbox.api_url,
            session=session,
            retry_handlers=[AsyncRateLimitErrorRetryHandler(max_retry_count=2)],
        )
        slack = worker(client, redis_client, me=await identify(client))
        place = Place(sandbox=sandbox, redis=redis_client, slack=slack)
        yield place
        await place.close()


@pytest.fixture
async def queue(valkey_url: str) -> AsyncIterator[RequestQueue]:
    async with RequestQueue(valkey_url, sealer=SEALER, patience=QUICK_PATIENCE) as queue:
        yield queue
