"""A board is looked at again when its incident went on: once, when it is quiet, and not too often."""

import pytest

from bot.adapters.incident_log import IncidentLog
from bot.adapters.keys import TABLE, key
from bot.adapters.replies import as_text
from bot.adapters.review_timer import ReviewTimer, is_due
from bot.adapters.shadow_timer import Pulse, pulse_of
from bot.adapters.store import RedisMemory
from bot.answers import KeptBoardPost
from bot.incident.board import Board
from bot.incident.log import Said
from bot.incident.messages import IncidentRef
from bot.request import RequestKind
from tests.adapters.conftest import SEALER
from tests.adapters.test_gaps import Taken
from tests.slack.samples import H1

CHANNEL = IncidentRef(team_id="T1", channel_id="C1")
THREAD = IncidentRef(team_id="T1", channel_id="C2", thread_ts="1700000000.000001")
WITHOUT = IncidentRef(team_id="T1", channel_id="C3")


@pytest.mark.parametrize(
    ("seen", "looked_ms", "now_ms", "due"),
    [
        ("", 0, 110_000, True),  # never looked at, and quiet
        ("100000-0", 0, 900_000, False),  # nothing is new
        ("99000-0", 70_000, 105_000, True),  # nobody falls silent, and the last look is long ago
        ("99000-0", 80_000, 105_000, False),  # somebody may still type
        ("99000-0", 95_000, 112_000, False),  # just looked at
        ("99000-0", 90_000, 111_000, True),
    ],
)
def test_a_board_is_due(seen, looked_ms, now_ms, due):
    pulse = Pulse(ref=CHANNEL, element="100000-0", seen=seen, looked_ms=looked_ms)

    assert is_due(pulse, now_ms) is due
    assert not is_due(Pulse(ref=CHANNEL, element=""), now_ms)


async def test_boards_of_channels_and_threads_are_asked_for_and_no_others(redis_client):
    log, memory = IncidentLog(redis_client, SEALER, ttl_seconds=3_600), RedisMemory(redis_client)
    for ref in (CHANNEL, THREAD, WITHOUT):
        await log.open(ref)
        await log.append(
            [ref], [Said(ts="1700000000.000001", version="1700000000.000001", body='{"text": "down"}')]
        )
    for ref in (CHANNEL, THREAD):
        await memory.commit_board(ref, Board(hypotheses=(H1,)))
    queue = Taken()
    timer = ReviewTimer(redis=redis_client, queue=queue)

    looked = [await timer.look(), await timer.look()]

    assert looked == [2, 0]
    asked = {(r.kind, r.channel_id, r.thread_ts, r.asker_id) for r in queue.requests.values()}
    assert asked == {
        (RequestKind.REVIEW, "C1", None, ""),
        (RequestKind.REVIEW, "C2", THREAD.thread_ts, ""),
    }
    names = [as_text(name) async for name in redis_client.scan_iter(match=key("review*"))]
    assert names
    assert all(any(keys.matches(name) for keys in TABLE) for name in names)
    await log.aclose()


async def test_a_board_whose_message_is_behind_is_due_again_though_nothing_more_was_said(redis_client):
    await RedisMemory(redis_client).review_later(CHANNEL)

    turn = as_text(await redis_client.hget(key("review-turns"), CHANNEL.key))
    pulse = pulse_of(f"{CHANNEL.key}", "100000-0", turn)

    assert not is_due(pulse, pulse.looked_ms + 19_000)
    assert is_due(pulse, pulse.looked_ms + 20_000)


async def test_nothing_is_asked_for_where_nothing_is_open(redis_client):
    assert await ReviewTimer(redis=redis_client, queue=Taken()).look() == 0


async def test_where_a_board_stands_is_kept_and_goes_with_its_incident(redis_client):
    memory = RedisMemory(redis_client)
    post = KeptBoardPost(
        id="r1", channel_id="C1", ts="2.0", thread_ts=None, digest="d", edited_at="2026-01-01T00:00:00+00:00"
    )

    assert await memory.board_post(CHANNEL) is None
    await memory.save_board_post(CHANNEL, post)
    assert await memory.board_post(CHANNEL) == post
    assert await redis_client.ttl(key("board-post", CHANNEL.key)) > 0
    await memory.forget(CHANNEL)
    assert await memory.board_post(CHANNEL) is None
