"""An answer that has no room for all goes with a file of the whole, where a file can go."""

from dataclasses import replace

import pytest

from bot.slack.limits import visible_text
from tests.fakes import FakeFence, FakeWorkspace
from tests.slack.samples import H1, H2, STORE
from tests.test_copilot import CLAUDE, copilot, request

QUESTIONS = tuple(
    f"what of the {thing}?"
    for thing in ("nodes", "cache", "quota", "clock", "proxy", "pool", "disk", "queue", "router")
)


@pytest.mark.parametrize("takes_files", [True, False])
async def test_what_the_message_leaves_out_stands_in_a_file_and_only_then_it_says_so(takes_files):
    workspace = FakeWorkspace(STORE, takes_files=takes_files)
    bot, asked = copilot(H1, H2, replace(CLAUDE, open_questions=QUESTIONS), workspace=workspace), request()

    await bot.handle(asked, FakeFence())

    words = "\n".join(visible_text(block) for block in workspace.replies[asked.id].final)
    assert "5 open questions" in words
    assert ("The whole answer is in the attached file." in words) is takes_files
    assert [name for name, _ in workspace.files] == ["answer-inc-0321-object-writes.md"] * takes_files
    assert all(question in text for _, text in workspace.files for question in QUESTIONS)


async def test_an_answer_that_has_room_for_all_is_one_message():
    workspace = FakeWorkspace(STORE)
    bot, asked = copilot(H1, H2, CLAUDE, workspace=workspace), request()

    await bot.handle(asked, FakeFence())

    assert workspace.files == []
