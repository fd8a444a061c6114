"""What happens is in the log before it is acknowledged, over real HTTP."""

import json
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from slack_sdk.web.async_client import AsyncWebClient
from structlog.testing import capture_logs

import handlers
from bot.adapters.incident_log import Appended
from bot.errors import StoreUnavailableError
from bot.incident.log import Entry
from bot.incident.messages import IncidentRef
from bot.request import RequestKind
from handlers.noting import FOLLOW_SECONDS, MAX_CHANNELS, Noting
from handlers.receiver import build_app, build_receiver
from tests.handlers.receiving import SECRET, TOKEN, FakeQueue, FakeSlack, mention, parse, post
from tests.handlers.test_happenings import (
    CHANNEL,
    LATER,
    TS,
    changed,
    message,
    reaction,
    spoken,
    told,
    wrapped,
)

Door = TestClient[Any, Any]


class FakeDiary:
    """Logs of which some are open; fails while it has an error."""

    def __init__(self) -> None:
        self.open: set[IncidentRef] = set()
        self.kept: list[Entry] = []
        self.withdrawn: list[str] = []
        self.turn: int | None = None
        self.losses = 0
        self.error: Exception | None = None

    async def append(
        self, refs: Sequence[IncidentRef], entries: Iterable[Entry], *, withdraws: str = "", recheck: str = ""
    ) -> Appended:
        if self.error is not None:
            raise self.error
        kept = tuple(ref for ref in refs if ref in self.open)
        self.kept += entries if kept else ()
        self.withdrawn += [withdraws] if withdraws else []
        return Appended(open=kept, turn=self.turn if recheck else None)

    async def missed(self) -> None:
        if self.error is not None:
            raise self.error
        self.losses += 1


@pytest.fixture
def diary() -> FakeDiary:
    return FakeDiary()


@pytest.fixture
async def door(slack: FakeSlack, queue: FakeQueue, diary: FakeDiary) -> AsyncIterator[Door]:
    client = AsyncWebClient(token=TOKEN, base_url=slack.url + "api/")
    app = build_app(client=client, signing_secret=SECRET, queue=queue, parse=parse, diary=diary)
    async with TestClient(TestServer(build_receiver(app=app, store=queue))) as made:
        yield made


def edited(text: str, *, at_ts: str) -> dict[str, Any]:
    return changed({**message(), "text": text}) | {"event_ts": at_ts}


async def deliver(door: Door, event: object) -> int:
    body = {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": event}
    return await post(door, json.dumps(body).encode())


async def test_what_is_said_in_a_logged_channel_is_kept_and_acknowledged(door, queue, diary):
    diary.open = {CHANNEL}

    assert await deliver(door, spoken()) == 200

    assert [entry.ts for entry in diary.kept] == [TS]
    assert queue.stored == []


@pytest.mark.parametrize(
    "event", [spoken(), changed(message()), reaction(), wrapped("message_deleted", deleted_ts=TS)]
)
async def test_what_cannot_be_kept_is_not_acknowledged(door, queue, diary, event):
    diary.error = StoreUnavailableError("away")

    assert await deliver(door, event) == 503

    assert queue.stored == []


async def test_our_own_post_reaches_the_log(door, diary):
    diary.open = {CHANNEL}

    assert await deliver(door, spoken(user="U0BOT", bot_id="B0BOT")) == 200

    assert [entry.raw for entry in diary.kept] == [{"ts": TS, "user": "U0BOT", "bot_id": "B0BOT"}]


async def test_what_is_said_in_another_channel_asks_about_it_once(door, queue):
    for n in range(3):
        ts = f"17000001{n:02}.000001"
        assert await deliver(door, spoken(ts=ts, event_ts=ts)) == 200

    assert len(queue.stored) == 1
    assert queue.stored[0].startswith("follow:T1:C1:")
    assert queue.keys == [(queue.stored[0],)]


async def test_a_channel_that_could_not_be_asked_about_is_not_acknowledged_and_asked_about_again(door, queue):
    queue.error = StoreUnavailableError("away")
    assert await deliver(door, spoken()) == 503
    queue.error = None

    assert await deliver(door, spoken()) == 200

    assert len(queue.stored) == 1


async def test_a_deletion_is_looked_into_wherever_something_rests_on_the_message(door, queue, diary):
    gone = wrapped("message_deleted", deleted_ts=TS, previous_message=message())
    assert await deliver(door, gone) == 200
    assert queue.stored == []
    diary.turn = 0

    assert await deliver(door, gone) == 200

    assert queue.stored == [f"recheck:T1:C1:{TS}:{LATER}"]
    assert diary.withdrawn == [f"msg:T1:C1:{TS}"] * 2


async def test_a_message_that_changes_all_the_time_waits_for_one_look_at_a_time(door, queue, diary):
    diary.turn = 0
    for number in range(3):
        assert await deliver(door, edited(f"{number} %", at_ts=f"1760000400.00000{number}")) == 200
    assert {key for keys in queue.keys for key in keys} == {f"recheck:T1:C1:{TS}:edited:0"}

    diary.turn = 1
    assert await deliver(door, edited("4 %", at_ts="1760000401.000000")) == 200

    assert queue.keys[-1] == (f"recheck:T1:C1:{TS}:edited:1",)


async def test_a_renamed_channel_is_asked_about(door, queue, diary):
    renamed = {"type": "channel_rename", "channel": {"id": "C1", "name": "inc-9"}, "event_ts": LATER}

    assert await deliver(door, renamed) == 200

    assert queue.stored == [f"follow:T1:C1:renamed:{LATER}"]
    assert diary.kept == []


async def test_a_mention_is_accepted_as_before(door, queue, diary):
    diary.open = {CHANNEL}

    assert await post(door, json.dumps(mention()).encode()) == 200

    assert (queue.stored, diary.kept) == (["1.0:U0BOT"], [])


async def test_a_question_told_as_a_message_is_both_kept_and_accepted(slack, queue, diary):
    diary.open = {CHANNEL}
    client = AsyncWebClient(token=TOKEN, base_url=slack.url + "api/")
    app = build_app(client=client, signing_secret=SECRET, queue=queue, parse=handlers.parse, diary=diary)

    async with TestClient(TestServer(build_receiver(app=app, store=queue))) as door:
        assert await deliver(door, spoken(text="<@U0BOT> why?")) == 200

    assert [entry.ts for entry in diary.kept] == [TS]
    assert queue.stored == [f"msg:T1:C1:{TS}"]


async def test_news_that_deliveries_were_lost_are_kept_or_not_acknowledged(door, diary):
    limited = json.dumps({"type": "app_rate_limited", "team_id": "T1", "minute_rate_limited": 1}).encode()

    assert await post(door, limited) == 200
    assert diary.losses == 1

    diary.error = StoreUnavailableError("away")
    assert await post(door, limited) == 503


@pytest.mark.parametrize(
    "event",
    [
        spoken(text="half \ud83d"),
        spoken(text="x" * 900_000),
        spoken(text=7, blocks="words", attachments=[None, 7, []], files={"a": 1}, thread_ts=[]),
        spoken(user={"id": "U1"}, bot_id=[], subtype={}),
    ],
    ids=["half a surrogate pair", "nearly a megabyte", "wrong types", "no author"],
)
async def test_hostile_messages_are_kept_within_bounds(door, diary, event):
    diary.open = {CHANNEL}

    assert await deliver(door, event) == 200

    (said,) = diary.kept
    assert said.ts == TS
    assert len(said.body) < 300_000
    assert isinstance(said.raw, dict)


async def test_a_hundredfold_nested_message_is_kept_without_its_depth(door, diary):
    diary.open = {CHANNEL}
    blocks: Any = []
    for _ in range(100):
        blocks = [blocks]

    assert await deliver(door, spoken(blocks=blocks)) == 200

    assert diary.kept[0].raw["text"] == "disk full on db-2"


async def test_an_odd_event_is_acknowledged_and_leaves_no_trace_but_a_line(door, diary):
    diary.open = {CHANNEL}

    with capture_logs() as logs:
        assert await deliver(door, spoken(ts="yesterday", event_ts="today")) == 200

    assert diary.kept == []
    assert "happening.not_kept" in [entry["event"] for entry in logs]
    assert "disk full" not in str(logs)


async def test_each_channel_is_asked_about_again_after_a_while(queue, diary):
    times = iter((0.0, FOLLOW_SECONDS - 1, FOLLOW_SECONDS, FOLLOW_SECONDS))
    noting = Noting(diary=diary, queue=queue, clock=lambda: next(times))

    for _ in range(3):
        await noting.note(told(spoken()))
    await noting.note(told(spoken(channel="C2")))

    assert len(queue.stored) == 3


async def test_of_very_many_channels_the_first_ones_are_forgotten(queue, diary):
    noting = Noting(diary=diary, queue=queue, clock=lambda: 0.0)

    for n in range(MAX_CHANNELS + 1):
        await noting.note(told(spoken(channel=f"C{n}")))
    before = len(queue.stored)
    await noting.note(told(spoken(channel="C0")))
    await noting.note(told(spoken(channel=f"C{MAX_CHANNELS}")))

    assert len(queue.stored) == before + 1
    assert RequestKind.FOLLOW.value in queue.stored[-1]
