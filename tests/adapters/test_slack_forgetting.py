"""`forget` with a Slack: what is posted, and files, and what an answer under way leaves."""

import pytest

from bot.adapters.log_keeper import LogKeeper
from bot.adapters.purse_store import RedisPurse
from bot.adapters.slack_forgetting import SlackPosts
from bot.answers import KeptFile
from bot.errors import EditFailedError
from bot.forgetting import Forgetting
from bot.incident.messages import IncidentRef
from bot.permalinks import Place as Where
from sandbox.faults import Fault
from sandbox.people import TEAM_ID
from tests.adapters.conftest import CHANNEL

REF = IncidentRef(team_id=TEAM_ID, channel_id=CHANNEL)


def forgetting(place):
    keeper = LogKeeper(place.slack.live.log, place.redis)
    return Forgetting(
        kept=place.slack.memory,
        logs=keeper,
        books=RedisPurse(place.redis),
        slack=SlackPosts(place.slack.client),
    )


@pytest.fixture
async def shared(place):
    """A thread of three with a file of ours that quotes its first message."""
    root = place.thread(2)
    request = place.ask(message_ts=root)
    await place.slack.read(REF, until_ts=None)
    file_id = await place.slack.attach(
        request, root, name="answer.md", content="line 1 [1]", comment="Whole."
    )
    file = KeptFile(id=file_id, request_id=request.id, cites=frozenset({"m1"}))
    await place.slack.memory.save_file(REF, file)
    return root


def modes(place):
    return [file.get("mode") for message in place.own() for file in message.get("files", [])]


async def test_the_files_of_a_forgotten_thread_are_gone(place, shared):
    counts = await forgetting(place).forget(TEAM_ID, Where(channel_id=CHANNEL, ts=shared), whole_thread=True)

    assert (counts.messages, counts.files, counts.left) == (3, 1, set())
    assert modes(place) == ["tombstone"]


async def test_a_file_that_slack_keeps_for_now_is_told_and_goes_the_next_time(place, shared):
    where = Where(channel_id=CHANNEL, ts=shared)
    place.faults.order("files.delete", Fault(status=500))
    before = await forgetting(place).forget(TEAM_ID, where)

    counts = await forgetting(place).forget(TEAM_ID, where)

    assert (before.files, len(before.left)) == (0, 1)
    assert (counts.files, modes(place)) == (1, ["tombstone"])


async def test_a_post_that_cannot_be_replaced_is_a_named_error(place, shared):
    place.faults.order("files.delete", Fault(error="cant_delete_file"))

    with pytest.raises(EditFailedError):
        await SlackPosts(place.slack.client).remove_file("F1")
