"""Followed channels are looked at unasked: once, soon, and not while somebody types."""

import pytest

from bot.adapters.incident_log import IncidentLog
from bot.adapters.keys import TABLE, key
from bot.adapters.replies import as_text
from bot.adapters.shadow_timer import Pulse, ShadowTimer, request_of
from bot.incident.log import Said
from bot.incident.messages import IncidentRef
from bot.request import RequestKind
from tests.adapters.conftest import SEALER
from tests.adapters.test_gaps import Taken

REF = IncidentRef(team_id="T1", channel_id="C1")
THREAD = IncidentRef(team_id="T1", channel_id="C2", thread_ts="1700000000.000001")


@pytest.mark.parametrize(
    ("seen", "looked_ms", "now_ms", "is_due"),
    [
        ("", 0, 100_000, True),  # a channel that opens
        ("100000-0", 90_000, 200_000, False),  # nothing is new
        ("99000-0", 99_000, 110_000, False),  # somebody may still type
        ("99000-0", 99_000, 115_000, True),  # quiet
        ("40000-0", 40_000, 100_001, True),  # they never fall silent
    ],
)
def test_a_channel_is_due(seen, looked_ms, now_ms, is_due):
    pulse = Pulse(ref=REF, element="100000-0", seen=seen, looked_ms=looked_ms)

    assert pulse.is_due(now_ms) is is_due


def test_an_open_log_in_which_nothing_was_said_is_not_due():
    assert not Pulse(ref=REF, element="").is_due(10**9)


async def test_each_channel_is_asked_for_once_and_threads_never(redis_client):
    log = IncidentLog(redis_client, SEALER, ttl_seconds=3_600)
    for ref in (REF, THREAD):
        await log.open(ref)
        await log.append(
            [ref], [Said(ts="1700000000.000001", version="1700000000.000001", body='{"text": "down"}')]
        )
    queue = Taken()
    timer = ShadowTimer(redis=redis_client, queue=queue)

    looked = [await timer.look(), await timer.look()]

    assert looked == [1, 0]
    [request] = queue.requests.values()
    assert (request.kind, request.channel_id, request.asker_id) == (RequestKind.SHADOW, "C1", "")
    names = [as_text(name) async for name in redis_client.scan_iter(match=key("shadow*"))]
    assert all(any(keys.matches(name) for keys in TABLE) for name in names)
    await log.aclose()


async def test_two_workers_ask_for_the_same_look():
    pulse = Pulse(ref=REF, element="1700000000123-4")

    assert request_of(pulse).id == request_of(pulse).id == "shadow:T1:C1:1700000000123-4"
    assert request_of(pulse).pressed_ts == "1700000000.123000"
