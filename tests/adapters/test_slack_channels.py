"""Channels of the local workspace, over HTTP, and members' wishes in the real store."""

from dataclasses import dataclass, replace

import pytest

from bot.adapters.slack_channels import CACHE_SECONDS, Channels, facts_of
from bot.adapters.store import RedisMemory
from bot.errors import ChannelUnreadableError, ClosedChannelError, ExternalChannelError, NoThreadError
from bot.incident.messages import IncidentRef
from bot.watching import ChannelFacts, Scope
from sandbox.people import TEAM_ID
from tests.adapters.conftest import CHANNEL, ELSEWHERE

CLOSED, SHARED = "C0CLOSED01", "C0SHARED01"
AT = "1700000000.000000"


@dataclass
class Clock:
    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def memory(place):
    return RedisMemory(place.redis)


@pytest.fixture
def channels(place, memory, clock):
    place.sandbox.add_channel(CLOSED, name="inc-closed", at_ts=AT, is_private=True)
    place.sandbox.add_channel(SHARED, name="inc-shared", at_ts=AT, is_external=True)
    return Channels(client=place.slack.client, wishes=memory, patterns=("inc-*",), monotonic=clock)


@pytest.fixture
def slack(place, channels):
    place.slack.channels = channels
    return place.slack


async def test_a_channel_is_asked_about_once_in_five_minutes(place, channels, clock):
    for _ in range(2):
        facts = await channels.about(TEAM_ID, CHANNEL)
    assert facts == ChannelFacts(id=CHANNEL, name="inc-test")
    assert len(place.calls("conversations.info")) == 1

    clock.seconds += CACHE_SECONDS
    await channels.about(TEAM_ID, CHANNEL)
    channels.drop(TEAM_ID, CHANNEL)
    await channels.about(TEAM_ID, CHANNEL)

    assert len(place.calls("conversations.info")) == 3


async def test_a_direct_message_is_not_asked_about(place, channels):
    facts = await channels.about(TEAM_ID, "D0ANA00001")

    assert facts.is_direct
    assert place.calls("conversations.info") == []


async def test_a_channel_that_slack_does_not_show_is_a_named_error(channels):
    with pytest.raises(ChannelUnreadableError, match="channel_not_found"):
        await channels.about(TEAM_ID, "C0NOWHERE1")


@pytest.mark.parametrize(
    ("channel", "scope", "is_logged"),
    [
        (CHANNEL, Scope.CHANNEL, True),
        (ELSEWHERE, Scope.THREAD, True),
        (CLOSED, Scope.THREAD, False),
        (SHARED, Scope.REFUSED, False),
    ],
)
async def test_what_may_be_done_follows_from_what_slack_says(channels, channel, scope, is_logged):
    watch = await channels.watch(TEAM_ID, channel)

    assert (watch.scope, watch.is_logged) == (scope, is_logged)


async def test_a_members_wish_counts_at_once(channels):
    ref = IncidentRef(team_id=TEAM_ID, channel_id=CLOSED)
    assert not await channels.is_logged(ref)

    await channels.set_wish(TEAM_ID, CLOSED, is_on=True)
    assert await channels.is_logged(ref)
    assert not await channels.is_logged(replace(ref, thread_ts=AT))

    await channels.set_wish(TEAM_ID, CLOSED, is_on=False)
    assert not await channels.is_logged(ref)


async def test_an_operator_can_admit_channels_shared_with_others(channels):
    with pytest.raises(ExternalChannelError):
        await channels.admit(TEAM_ID, SHARED)

    channels.allow_external = True

    assert (await channels.admit(TEAM_ID, SHARED)).scope is Scope.CHANNEL


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ({"is_mpim": True, "name": "mpdm-a--b"}, {"is_private": True, "name": "mpdm-a--b"}),
        ({"is_im": True, "user": "U1"}, {"is_direct": True}),
        ({"is_pending_ext_shared": True, "name": "x"}, {"is_external": True, "name": "x"}),
        ({"is_org_shared": True, "is_shared": True, "name": "x"}, {"name": "x"}),
        ({"is_member": False, "name": None}, {"is_member": False}),
    ],
)
def test_what_matters_of_slacks_channel_object(flags, expected):
    assert facts_of("C1", flags) == ChannelFacts(id="C1", **expected)


async def test_a_private_channel_is_read_by_the_thread_and_searched_for_none(place, slack):
    root = place.thread(1, channel=CLOSED)

    asked = await slack.locate(place.ask(channel=CLOSED, message_ts=root))
    with pytest.raises(ClosedChannelError):
        await slack.locate(place.ask(channel=CLOSED))

    assert asked.thread_ts == root
    assert place.calls("conversations.history") == []


async def test_a_private_channel_that_a_member_opened_is_one_incident(place, slack):
    request = place.ask(channel=CLOSED)
    await slack.wish(request, is_on=True)

    assert (await slack.locate(request)).thread_ts is None


async def test_a_channel_shared_with_others_is_not_read(place, slack):
    with pytest.raises(ExternalChannelError) as raised:
        await slack.locate(place.ask(channel=SHARED, message_ts=AT))

    assert "SLACK_CONNECT=on" in raised.value.user_message


async def test_a_command_in_a_channel_without_threads_says_what_to_do(place, slack):
    with pytest.raises(NoThreadError) as raised:
        await slack.locate(place.ask(channel=ELSEWHERE))

    assert "/copilot watch" in raised.value.user_message


async def test_a_channel_that_the_copilot_is_not_in_cannot_be_watched(place, slack):
    place.sandbox.add_channel("C0OUTSIDE1", name="outside", at_ts=AT, bot_is_member=False)

    with pytest.raises(ChannelUnreadableError) as raised:
        await slack.admit(place.ask(channel="C0OUTSIDE1"))

    assert "/invite" in raised.value.user_message


async def test_a_name_is_asked_for_anew_when_it_may_have_changed(place, slack):
    request = place.ask()
    await slack.admit(request)
    await slack.admit(request)
    assert len(place.calls("conversations.info")) == 1

    await slack.admit(request, is_fresh=True)

    assert len(place.calls("conversations.info")) == 2


async def test_only_the_thread_of_a_private_channel_was_read_and_the_incident_says_so(place, slack):
    root = place.thread(1, channel=CLOSED)

    incident = await slack.read(await slack.locate(place.ask(channel=CLOSED, message_ts=root)), until_ts=None)

    assert incident.is_thread_only
    assert incident.cursor == ""
    assert [name async for name in place.redis.scan_iter(match="*:log:*")] == []
