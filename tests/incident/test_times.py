"""Times that a text states."""

from datetime import UTC, datetime

import pytest

from bot.incident.times import stated_at, stated_times

SAID = datetime(2031, 5, 6, 10, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("release at 09:00", "2031-05-06T09:00"),
        ("since 22:15", "2031-05-05T22:15"),
        ("at 10:25 by our clock", "2031-05-06T10:25"),
        ("yesterday 09:06", "2031-05-05T09:06"),
        ("ran 08:01:07", "2031-05-06T08:01"),
        ("merged 2 May 17:31", "2031-05-02T17:31"),
        ("merged May 2, 17:31", "2031-05-02T17:31"),
        ("merged 2 Dec 17:31", "2030-12-02T17:31"),
        ("merged 2 Dec 2029 17:31", "2029-12-02T17:31"),
        ("2031-05-04T01:31:07Z ERROR", "2031-05-04T01:31"),
        ("20 min ago", "2031-05-06T10:04"),
        ("2 hours ago", "2031-05-06T08:24"),
        ("with the roll at noon", "2031-05-05T12:00"),
        ("at midnight", "2031-05-06T00:00"),
        ("at 5:30pm", "2031-05-05T17:30"),
        ("at 12:10am", "2031-05-06T00:10"),
    ],
)
def test_a_clock_time_is_the_latest_one_before_it_was_said(text, expected):
    assert stated_at(text, said_at=SAID) == datetime.fromisoformat(expected + ":00+00:00").replace(
        second=7 if ":07" in text else 0
    )


@pytest.mark.parametrize(
    "text",
    [
        "no time",
        "10.2.3.4:5432",
        "2031-02-31T10:00 x",
        "ratio 1:2",
        "31 Feb 10:00",
        "the window closes at 12:00 today",
        "on hold until 15:00",
    ],
)
def test_what_is_no_time_is_not_taken_for_one(text):
    assert stated_at(text, said_at=SAID) is None


def test_a_day_without_a_clock_is_stated_but_not_exact():
    (day,) = stated_times("dated Apr 21", said_at=SAID)

    assert (day.at, day.is_exact) == (datetime(2031, 4, 21, tzinfo=UTC), False)


def test_times_come_in_the_order_of_the_text():
    found = stated_times("between 09:15 and 09:25 on 2031-05-06", said_at=SAID)

    assert [stated.start for stated in found] == sorted(stated.start for stated in found)
    assert len(found) == 3
