import pytest

from bot.slack.pauses import asked_seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": ["30"]}, 30.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"RETRY-AFTER": ["86400"]}, 86_400.0),
        ({"Retry-After": ["0"]}, 0.0),
        ({"Retry-After": ["-1"]}, None),
        ({"Retry-After": ["abc"]}, None),
        ({"Retry-After": ["nan"]}, None),
        ({"Retry-After": ["9" * 400]}, None),
        ({"Retry-After": ["Wed, 21 Oct 2026 07:28:00 GMT"]}, None),
        ({"Retry-After": []}, None),
        ({}, None),
    ],
    ids=str,
)
def test_a_pause_is_a_number_from_zero_on_or_unsaid(
    headers: dict[str, list[str] | str], seconds: float | None
) -> None:
    assert asked_seconds(headers) == seconds
