"""Posts that no list of tools foresees: providers' news, records of changes, one value and the next."""

import pytest

from bot.incident.alerts import bot_at, bot_kind
from bot.incident.facts import FactKind
from tests.incident.scripts import facts, message

ALERT = "10:00 Datadog* Triggered: page weight above 2 MB\\nweight 3 MB"


def posted(text, clock="10:00"):
    return message(1, f"{clock} bot* {text}")


@pytest.mark.parametrize(
    ("text", "began"),
    [
        ("Slow mail\\nInvestigating - Mail to some hosts is slow since 09:12 UTC", "09:12"),
        ("Slow mail\\n[Identified] A relay failed. Posted 09:41 UTC", "09:41"),
        ("Mail status\\nMonitoring: a fix is in place for the delays from 08:50 UTC", "08:50"),
        ("Partial outage: mail relay north\\nWe are looking into it", "10:00"),
        ("Degraded performance: mail\\nlatency is up since 08:55 UTC", "08:55"),
    ],
)
def test_trouble_at_a_provider_is_a_change_from_the_time_it_states(text, began):
    told = posted(text)

    assert bot_kind(told) is FactKind.CHANGE
    assert f"{bot_at(told, FactKind.CHANGE):%H:%M}" == began


@pytest.mark.parametrize(
    "text",
    [
        "Slow mail\\nResolved - All mail is delivered again.",
        "Slow mail\\n[Resolved] All good",
        "Degraded performance: mail\\nThis incident has been resolved.",
    ],
)
def test_a_provider_that_reports_the_end_started_nothing(text):
    assert bot_kind(posted(text)) is FactKind.RECOVERY


def test_a_monitor_of_ours_that_speaks_of_elevated_errors_is_no_provider():
    assert bot_kind(posted("Elevated error rate\\nvalue 9 is above the threshold 5")) is FactKind.ALERT


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Notes of May\\nMail over 20 MB is cut from 9 May 00:00 UTC on", "09"),
        ("Notes of May\\nthe free tier holds 5 GB, effective 2031-05-12", "12"),
    ],
)
def test_what_is_announced_for_a_day_happens_on_that_day(text, day):
    told = posted(text)

    assert bot_kind(told) is FactKind.CHANGE
    assert f"{bot_at(told, FactKind.CHANGE):%d}" == day


@pytest.mark.parametrize(
    "text",
    [
        "cart is now on shard 7 (was shard 2)",
        "timeouts.router 3000 ⇒ 300",
        "profile mail-v3 assigned to 1,204 devices",
        "job 'tune' finished: 42 ok, 3 changed, 0 failed",
        "converged 12 nodes, 4 resources updated, failed=0",
        "pool-b: 8/8 nodes drained, 0 evictions refused",
        "storage-pool leader is now st-2, planned by cron",
        "CHG0012345 · Closed complete\\nNew switches in row C",
    ],
)
def test_a_change_is_known_by_its_structure_whatever_posts_it(text):
    assert bot_kind(posted(text)) is FactKind.CHANGE


@pytest.mark.parametrize(
    "text",
    [
        "on-call: ann → ben",
        "Reminder: review moved to 15:00",
        "Anomaly: orders dropped from 300 to 120",
        "PR 221 approved by tom",
        "p99 90 → 400 ms",
    ],
)
def test_rosters_reminders_and_curves_are_no_changes(text):
    assert bot_kind(posted(text)) is not FactKind.CHANGE


def test_a_pipeline_that_goes_back_by_structure_alone_is_a_response():
    assert bot_kind(posted("cart is now on shard 2 (rollback to shard 2)")) is FactKind.ACTION


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("remediation task deny-open succeeded 08:17 UTC (looked up by ann)", "08:17"),
        ("CHG0012345 · Closed complete\\nRow C, window 06:10 to 06:30", "06:10"),
        ("mail-gw 3.1 live in prod, hold until 08:00", "10:00"),
    ],
)
def test_a_change_that_is_looked_up_later_stands_at_its_own_time(text, clock):
    assert f"{bot_at(posted(text), FactKind.CHANGE):%H:%M}" == clock


def test_the_key_of_an_event_gives_way_to_its_words():
    script = "09:00 vault* deploy_token_auto_revoked\\ntoken mail-read revoked by the leak rule\n" + ALERT

    (change,) = facts(script).of(FactKind.CHANGE)

    assert change.label == "token mail-read revoked by the leak rule"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        (
            "Investigating: slow mail to some hosts\\nInvestigating - since 09:12 UTC",
            "slow mail to some hosts",
        ),
        (
            "Notes of May\\nNew icons. Mail over 20 MB is cut from 9 May on.",
            "Mail over 20 MB is cut from 9 May",
        ),
    ],
)
def test_news_from_outside_is_shown_by_its_headline_or_by_the_sentence_with_the_day(text, label):
    (change,) = facts(f"08:59 Feed* {text}").of(FactKind.CHANGE)

    assert change.label == label


@pytest.mark.parametrize(
    "answer",
    [
        "build 12 at 09:40 was green and already on web-2031.4",
        "web-2031.4 is clean",
        "no errors with web-2031.4 in between",
        "web-2031.4 ran from nine to ten with 1 MB, normal",
    ],
)
def test_a_counter_example_rules_out_the_change_it_names(answer):
    known = facts(f"09:00 ci* web-2031.4 deployed to prod\n{ALERT}\n10:20 ann {answer}")

    (ruled_out,) = known.of(FactKind.RULED_OUT)

    assert ruled_out.cites == ("m3", "m1")
    assert known.recovery is None


def test_a_version_two_changes_share_is_no_counter_example_to_either():
    script = f"09:00 ci* web-2031.4 deployed to prod\n09:05 ci* web-2031.4 deployed to lab\n{ALERT}"

    known = facts(f"{script}\n10:20 ann web-2031.4 is clean")

    assert all(fact.cites == ("m4",) or "m1" not in fact.cites for fact in known.of(FactKind.RULED_OUT))


@pytest.mark.parametrize("line", ["the jack is back, dock 2", "their status page is green as you see"])
def test_what_is_back_or_green_ends_nothing_when_nobody_missed_it(line):
    assert facts(f"{ALERT}\n10:20 ann {line}").recovery is None


@pytest.mark.parametrize("line", ["last one that started at all: 09:12", "last run that passed was 09:12"])
def test_when_it_last_worked_is_no_first_sign(line):
    known = facts(f"{ALERT}\n10:20 ann {line}")

    assert f"{known.onset.at:%H:%M}" == "10:00"


def test_a_counter_example_with_a_time_is_no_first_sign():
    known = facts(f"{ALERT}\n10:20 ann page of 09:44 had all fonts missing too, no errors there since then")

    assert f"{known.onset.at:%H:%M}" == "10:00"


def test_going_back_during_the_trouble_is_a_response_even_when_its_doer_owns_up():
    known = facts(f"{ALERT}\n10:20 ann that is my w41. putting w37 back")

    assert not known.of(FactKind.CHANGE)
