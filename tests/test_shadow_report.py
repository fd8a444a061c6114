"""What `python -m bot shadow` tells of channels that were followed unseen."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.adapters.shadow_course import ShadowCourse, as_paid
from bot.errors import BadInputError
from bot.incident.messages import IncidentRef
from bot.settings import Settings
from bot.shadow_report import Truth, Watched, report, row_of, truths_in
from bot.shadowing import Glance

REF = IncidentRef(team_id="T1", channel_id="C1")
START = datetime(2026, 3, 1, 3, 10, tzinfo=UTC)


def glance(minute, first="", trigger="", **changes):
    ranked = (first,) if first else ()
    told = Glance(
        answer_id=f"a{minute}",
        said_at=START + timedelta(minutes=minute),
        newest_ts=f"{START.timestamp() + 60 * minute:.6f}",
        messages=minute + 1,
        ranked=ranked,
        trigger_ts=(trigger,) if trigger else (),
    )
    return replace(told, **changes)


def ts(minute):
    return f"{START.timestamp() + 60 * minute:.6f}"


COURSE = (
    glance(0),
    glance(2, "H1", "1.000001"),
    glance(7, "H2", "1.000002"),
    glance(20, "H2", "1.000002", recovered_ts=ts(19)),
)


@pytest.mark.parametrize(
    ("truth", "confirmed", "expected"),
    [
        (Truth(), "", ("last word", 12.0, 5.0)),
        (Truth(), "H1", ("confirmed", 17.0, 13.0)),
        (Truth(trigger_ts=frozenset({"1.000001"}), decisive_ts=ts(10)), "", ("file", 8.0, 13.0)),
        (Truth(trigger_ts=frozenset({"1.000009"})), "", ("file", None, 18.0)),
    ],
)
def test_minutes_are_told_against_what_counts_as_true(truth, confirmed, expected):
    glances = (*COURSE[:-1], replace(COURSE[-1], confirmed=confirmed))

    row = row_of(Watched(ref=REF, glances=glances, claims={"H2": "the key was removed"}), truth)

    assert (row["truth"], row["minutes_before_people"], row["wrong_turn_minutes"]) == expected
    assert (row["first_named"], row["changes_of_first"], row["last_first"]) == (
        "H1",
        1,
        "the key was removed",
    )


def test_a_price_that_is_not_known_makes_the_sum_a_least():
    glances = (glance(0, cost_usd=Decimal("0.10")), glance(1, cost_usd=None))

    assert row_of(Watched(ref=REF, glances=glances), Truth())["cost_usd"] == ">= 0.10"


async def test_the_report_reads_the_store_of_the_copilot(redis_client, valkey_url):
    course = ShadowCourse(redis_client)
    for one in COURSE:
        await course.keep(REF, one)

    found = await report(Settings(redis_url=valkey_url, _env_file=None), {})

    assert [row["answers"] for row in found["channels"]] == [4]
    assert found["watched"]["rows"][0][0] == "C1"


async def test_without_a_store_it_says_where_to_run_it(tmp_path):
    with pytest.raises(BadInputError, match="holds no store"):
        await report(Settings(data_dir=tmp_path, redis_url="", _env_file=None), {})


def test_the_truth_is_read_by_channel(tmp_path):
    file = tmp_path / "known.json"
    file.write_text('{"C1": {"trigger_ts": "1742595888.002055", "decisive_ts": ""}, "C2": {}}')

    assert truths_in(file) == {"C1": Truth(trigger_ts=frozenset({"1742595888.002055"})), "C2": Truth()}


@pytest.mark.parametrize("text", ["no", "[]", '{"C1": 3}', '{"C1": {"trigger_ts": ["soon"]}}'])
def test_a_truth_that_cannot_be_used_is_refused_by_name(tmp_path, text):
    file = tmp_path / "known.json"
    file.write_text(text)

    with pytest.raises(BadInputError, match=r"known\.json"):
        truths_in(file)


def test_a_truth_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BadInputError, match="cannot be read"):
        truths_in(tmp_path / "gone.json")


@pytest.mark.parametrize(
    ("shadow", "who", "has_key"), [("off", "rules", True), ("on", "rules", False), ("on", "claude", True)]
)
def test_unseen_answers_are_paid_for_only_where_somebody_chose_it(shadow, who, has_key):
    settings = Settings(shadow=shadow, shadow_analyst=who, anthropic_api_key="a" * 12, _env_file=None)

    assert bool(as_paid(settings).anthropic_api_key.get_secret_value()) is has_key
