"""Which calls are made again; over real HTTP these are rows S1 and S2 of the fault matrix."""

import pytest
from slack_sdk.http_retry.response import HttpResponse

from bot.adapters.slack_retry import has_no_answer, is_limited, is_repeatable


@pytest.mark.parametrize(
    ("method", "may_be_repeated"),
    [
        ("conversations.history", True),
        ("conversations.replies", True),
        ("users.info", True),
        ("auth.test", True),
        ("usergroups.list", True),
        ("chat.update", True),
        ("chat.stopStream", True),
        ("chat.postMessage", False),
        ("chat.postEphemeral", False),
        ("chat.startStream", False),
        ("chat.appendStream", False),
        ("files.completeUploadExternal", False),
        ("views.open", False),
    ],
)
def test_what_could_be_seen_twice_is_never_repeated_blindly(method: str, *, may_be_repeated: bool) -> None:
    assert is_repeatable(method) is may_be_repeated


def answer(status: int, body: object) -> HttpResponse:
    return HttpResponse(status_code=status, headers={}, body=body)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("response", "is_a_limit", "is_no_answer"),
    [
        (None, False, False),
        (answer(200, {"ok": True}), False, False),
        (answer(200, {"ok": False, "error": "channel_not_found"}), False, False),
        (answer(200, {"ok": False, "error": "ratelimited"}), True, False),
        (answer(429, {"ok": False, "error": "ratelimited"}), True, False),
        (answer(429, None), True, False),
        (answer(200, {"ok": False, "error": "internal_error"}), False, True),
        (answer(200, ["a list"]), False, True),
        (answer(200, None), False, True),
        (answer(503, {"ok": False, "error": "service_unavailable"}), False, True),
    ],
)
def test_an_answer_is_a_limit_broken_or_to_be_relied_on(
    response: HttpResponse | None, *, is_a_limit: bool, is_no_answer: bool
) -> None:
    assert (is_limited(response), has_no_answer(response)) == (is_a_limit, is_no_answer)
