"""A file that an answer can do without: it is there, or the answer is told that it is not."""

import pytest

from bot.errors import EditFailedError
from sandbox.faults import Fault

WHOLE = {"name": "answer-inc.md", "content": "# The answer in full\n", "comment": "the whole answer"}


@pytest.fixture
async def root(place):
    return place.thread(1)


def files(place):
    return [file["name"] for message in place.own() for file in message.get("files", [])]


async def test_a_file_goes_into_the_thread_once(place, root):
    request = place.ask(thread_ts=root)

    taken = [await place.slack.enclose(request, root, **WHOLE) for _ in range(2)]

    [message] = place.own()
    assert taken == [message["files"][0]["id"]] * 2
    assert files(place) == ["answer-inc.md"]


async def test_a_file_can_be_removed_again_and_what_is_gone_is_gone(place, root):
    file_id = await place.slack.enclose(place.ask(thread_ts=root), root, **WHOLE)

    for _ in range(2):
        await place.slack.remove_file(file_id)

    [message] = place.own()
    assert message["files"] == [{"id": file_id, "mode": "tombstone"}]


async def test_a_file_that_cannot_be_removed_now_is_a_named_error(place, root):
    file_id = await place.slack.enclose(place.ask(thread_ts=root), root, **WHOLE)
    place.faults.order("files.delete", Fault(status=500))

    with pytest.raises(EditFailedError):
        await place.slack.remove_file(file_id)


@pytest.mark.parametrize(
    ("method", "fault"),
    [
        ("files.getUploadURLExternal", Fault(error="missing_scope")),
        ("files.getUploadURLExternal", Fault(status=500)),
        ("upload", Fault(status=500)),
        ("files.completeUploadExternal", Fault(error="is_archived")),
        ("files.completeUploadExternal", Fault(body="reset")),
    ],
)
async def test_a_file_that_cannot_be_shared_now_costs_the_answer_nothing(place, root, method, fault):
    request = place.ask(thread_ts=root)
    place.faults.order(method, fault)

    assert not await place.slack.enclose(request, root, **WHOLE)
    assert files(place) == []
