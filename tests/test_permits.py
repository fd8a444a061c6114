"""What only full members may ask for, and what anybody may."""

from dataclasses import replace

import pytest

from bot.permits import MEMBERS_ONLY
from bot.request import RequestKind
from bot.slack.limits import visible_text
from tests.fakes import FakeFence, FakeWorkspace
from tests.slack.samples import STORE
from tests.test_boarding import request
from tests.test_copilot import copilot


@pytest.mark.parametrize("kind", [RequestKind.CONFIRM, RequestKind.CONSENT, RequestKind.WATCH])
async def test_a_guest_is_told_in_one_sentence_who_may(kind):
    workspace = FakeWorkspace(STORE, guests=frozenset({"UBen"}))
    await copilot(workspace=workspace).handle(request(kind), FakeFence())
    ((_, blocks, _),) = workspace.whispers
    assert f"may {MEMBERS_ONLY[kind]}" in visible_text(blocks)
    assert all(reply.posted is None for reply in workspace.replies.values())
    assert workspace.wishes == []


async def test_anybody_may_ask_and_catch_up():
    workspace = FakeWorkspace(STORE, guests=frozenset({"UBen"}))
    asked = replace(request(RequestKind.BRIEF), subject="summary")
    await copilot(workspace=workspace).handle(asked, FakeFence())
    ((_, blocks, _),) = workspace.whispers
    assert "Summary" in visible_text(blocks)
