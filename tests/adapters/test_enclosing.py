"""A file that an answer can do without: it is there, or the answer is told that it is not."""

import pytest

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

    assert taken == [True, True]
    assert files(place) == ["answer-inc.md"]


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
