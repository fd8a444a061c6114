"""What an incident is about: alarms and ends of other services in the same channel are not its own."""

import pytest

from bot.incident.facts import FactKind
from tests.incident.scripts import facts

BUSY = """
02:00 Datadog* Triggered: pod kiln-7 restarts
03:00 Datadog* Triggered: disk of archive-2 full
03:30 Datadog* Triggered: certificate of intranet old
08:40 Datadog* Triggered: batch of payroll slow
09:00 ann parcel labels fail for all customers
09:20 Datadog* Triggered: parcel labels rejected above 5 %
{after}
"""


def test_among_many_monitors_the_onset_is_what_shares_its_subject_with_the_impact():
    told = facts(BUSY.format(after=""))

    assert told.onset is not None
    assert told.onset.cites == ("m5",)


def test_an_alarm_of_another_service_hours_before_the_impact_is_no_onset():
    told = facts(
        "02:00 Datadog* Triggered: pod kiln-7 restarts\n09:00 ann parcel labels fail for all customers"
    )

    assert told.onset is not None
    assert told.onset.kind is FactKind.IMPACT


def test_an_alarm_shortly_before_the_impact_opens_it_whatever_it_is_called():
    told = facts(
        "08:50 Datadog* Triggered: pod kiln-7 restarts\n09:00 ann parcel labels fail for all customers"
    )

    assert told.onset is not None
    assert told.onset.cites == ("m1",)


@pytest.mark.parametrize(
    ("after", "ended_by"),
    [
        ("09:50 Datadog* Recovered: batch of payroll-4 slow", None),
        ("09:50 Datadog* Recovered: parcel labels rejected above 5 %", "m7"),
        ("09:50 ann kiln-7 recovered alone. not related to the parcels", None),
        (
            "09:50 Datadog* Recovered: parcel labels rejected above 5 %\n10:10 ann labels still fail for all",
            None,
        ),
    ],
)
def test_it_is_over_when_its_own_alarm_says_so_and_nobody_contradicts(after, ended_by):
    recovery = facts(BUSY.format(after=after)).recovery

    assert (recovery.cites[0] if recovery else None) == ended_by


def test_trouble_that_has_nothing_to_do_with_it_is_no_impact():
    told = facts("09:00 ann the outage of the shop for all users at 07:10 had nothing to do with the parcels")

    assert not told.of(FactKind.IMPACT)


RELEASE = """
08:30 Deploys* label-printer 3.4.1 deployed to prod
09:00 Datadog* Triggered: parcel labels rejected above 5 %
09:05 ann parcel labels fail for all customers
09:10 Deploys* label-printer 3.4.1 rolled back to 3.4.0
09:20 ben {0}
"""


@pytest.mark.parametrize(
    ("words", "is_cleared"),
    [
        ("label-printer queue is idle, so nothing arrives there", False),
        ("the label-printer release is innocent, same without it", True),
        ("label-printer 3.4.1 is fine", True),
    ],
)
def test_a_release_is_ruled_out_by_who_names_it_not_by_who_names_its_service(words, is_cleared):
    cleared = facts(RELEASE.format(words)).of(FactKind.RULED_OUT)

    assert bool(cleared) is is_cleared
