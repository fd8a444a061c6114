"""Channels are followed and left, and what nobody asked for is done without a word."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.errors import ChannelUnreadableError, ExternalChannelError
from bot.outgoing import Outgoing
from bot.request import Request, RequestKind
from bot.safety.redaction import Redactor
from bot.slack.limits import visible_text
from bot.upkeep import NOTHING_TO_WATCH, UNWATCHED, Upkeep
from bot.watching import Scope, Watch
from tests.fakes import FakeLog, FakeMemory, FakeWorkspace
from tests.slack.samples import STORE

CHANNEL = "T1:C1:channel"
THREAD = "T1:C1:1.000001"


@pytest.fixture
def workspace():
    return FakeWorkspace(STORE)


@pytest.fixture
def log():
    return FakeLog()


@pytest.fixture
def upkeep(workspace, log):
    return Upkeep(
        workspace=workspace,
        memory=FakeMemory(),
        log=log,
        out=Outgoing(redactor=Redactor(b"k"), link_hosts=frozenset()),
        literals=(),
        retention_days=30,
    )


def request(kind, **changes):
    values = {
        "id": f"r-{kind}",
        "kind": kind,
        "team_id": "T1",
        "channel_id": "C1",
        "asker_id": "UBEN",
        "text": "",
        "received_at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return Request(**{**values, **changes})


def whispered(workspace):
    return ["\n".join(map(visible_text, blocks)) for _, blocks, _ in workspace.whispers]


async def test_a_member_lets_the_copilot_follow_a_channel(upkeep, workspace):
    await upkeep.handle(request(RequestKind.WATCH))

    assert workspace.wishes == [True]
    assert [ref.key for ref in workspace.followed] == [CHANNEL]
    [words] = whispered(workspace)
    assert "30 days" in words
    assert "/copilot unwatch" in words


async def test_what_was_kept_of_a_channel_is_removed_when_a_member_takes_it_back(upkeep, workspace, log):
    await upkeep.handle(request(RequestKind.UNWATCH))

    assert workspace.wishes == [False]
    assert log.removed == [(CHANNEL, True)]
    assert whispered(workspace) == [UNWATCHED.format(days=30).replace("`", "")]


@pytest.mark.parametrize("kind", [RequestKind.WATCH, RequestKind.UNWATCH])
async def test_a_direct_message_is_no_channel(upkeep, workspace, log, kind):
    await upkeep.handle(request(kind, channel_id="D1", is_direct=True))

    assert whispered(workspace) == [NOTHING_TO_WATCH.replace("`", "")]
    assert (workspace.wishes, workspace.followed, log.removed) == ([], [], [])


async def test_a_channel_shared_with_others_cannot_be_watched(upkeep, workspace):
    workspace.watch = Watch(scope=Scope.REFUSED)

    with pytest.raises(ExternalChannelError, match="C1"):
        await upkeep.handle(request(RequestKind.WATCH))

    assert workspace.wishes == []


async def test_a_channel_that_may_be_logged_is_followed_without_a_word(upkeep, workspace):
    await upkeep.handle(request(RequestKind.FOLLOW, asker_id=""))

    assert [ref.key for ref in workspace.followed] == [CHANNEL]
    assert workspace.whispers == []


async def test_a_channel_that_may_not_be_followed_any_more_has_no_log(upkeep, workspace, log):
    workspace.watch = Watch(scope=Scope.THREAD, is_closed=True)

    await upkeep.handle(request(RequestKind.FOLLOW, asker_id=""))

    assert log.removed == [(CHANNEL, False)]
    assert workspace.followed == []


async def test_nothing_is_kept_of_a_channel_that_others_came_into(upkeep, workspace, log):
    workspace.watch = Watch(scope=Scope.REFUSED)

    with pytest.raises(ExternalChannelError):
        await upkeep.handle(request(RequestKind.FOLLOW, asker_id=""))

    assert log.removed == [(CHANNEL, True)]


@pytest.mark.parametrize("pressed_ts", ["", "1742596572.000100"])
async def test_a_message_is_rechecked_in_its_channel_and_in_its_thread(upkeep, log, pressed_ts):
    recheck = request(
        RequestKind.RECHECK, subject="1.000002", thread_ts="1.000001", text="deleted", pressed_ts=pressed_ts
    )

    await upkeep.handle(recheck)
    await upkeep.handle(replace(recheck, subject="1.000001", thread_ts=None, text="edited"))

    assert log.erased == [
        (CHANNEL, "1.000002"),
        (THREAD, "1.000002"),
        (CHANNEL, "1.000001"),
        (THREAD, "1.000001"),
    ]


async def test_a_channel_that_cannot_be_read_is_told_after_the_wish_was_kept(upkeep, workspace):
    workspace.failure = ChannelUnreadableError(channel_id="C1", code="missing_scope")

    with pytest.raises(ChannelUnreadableError):
        await upkeep.handle(request(RequestKind.WATCH))

    assert workspace.wishes == [True]


async def test_a_recheck_that_is_given_up_keeps_no_deleted_word(upkeep, log):
    await upkeep.give_up(request(RequestKind.RECHECK, subject="1.000001", text="deleted"))
    await upkeep.give_up(request(RequestKind.FOLLOW))

    assert log.erased == [(CHANNEL, "1.000001"), (THREAD, "1.000001")]
