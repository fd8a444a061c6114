"""One reading of Slack's errors for all who call it."""

import pytest

from bot.slack.error_names import LIMITED, had_no_effect, is_refusal, name_of

CASES = [
    ({"error": "ratelimited"}, 429, LIMITED, True, False),
    ({"error": "rate_limited"}, 200, LIMITED, True, False),
    ("slow down", 429, LIMITED, True, False),
    ({"error": "invalid_auth"}, 200, "invalid_auth", True, True),
    ({"error": "internal_error"}, 200, "internal_error", False, False),
    ({"error": "fatal_error"}, 500, "fatal_error", False, False),
    ({"ok": False}, 200, "http_200", True, False),
    ("<html>", 502, "http_502", False, False),
    (["odd"], 0, "http_0", False, False),
]


@pytest.mark.parametrize(("body", "status", "name", "is_harmless", "is_for_good"), CASES)
def test_what_an_answer_means_follows_from_its_name_and_status(body, status, name, is_harmless, is_for_good):
    assert name_of(body, status) == name
    assert had_no_effect(name, status) is is_harmless
    assert is_refusal(name, status) is is_for_good
