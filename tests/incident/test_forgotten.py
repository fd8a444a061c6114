import pytest

from bot.incident.forgotten import Forgotten

MARKS = Forgotten(until_ts="100.0", threads={"200.0": "205.0"}, messages=frozenset({"300.5"}))


@pytest.mark.parametrize(
    ("ts", "thread_ts", "is_covered"),
    [
        ("99.9", None, True),
        ("100.0", None, True),
        ("100.1", None, False),
        ("200.0", None, True),
        ("205.0", "200.0", True),
        ("205.1", "200.0", False),
        ("205.0", "201.0", False),
        ("300.5", "300.0", True),
        ("300.6", "300.0", False),
    ],
)
def test_a_mark_covers_a_message_a_thread_or_a_channel_up_to_a_message(ts, thread_ts, is_covered):
    assert MARKS.covers(ts, thread_ts) is is_covered


def test_no_marks_cover_nothing():
    assert not Forgotten()
    assert not Forgotten().covers("1.0")
    assert MARKS
