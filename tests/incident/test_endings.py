"""What ended it, in what order things were seen, and who is who in a recorded incident."""

from dataclasses import replace

import pytest

from bot.errors import BadInputError
from bot.incident.hypotheses import Evidence, EvidenceKind, Hypothesis, Impact, Link, Order, Trigger
from bot.incident.replay import load_incident_file
from bot.incident.verification import verify
from tests.incident.scripts import case

SCRIPT = """
08:00 ann removed the old pair of the parcel vault
09:00 Datadog* Triggered: parcel writes low\\n91.2 % and falling
09:05 ben parcel writes fail for all users: the pair is unknown
{after}
09:30 Datadog* Recovered: parcel writes low\\n99.9 %
"""


def cite(message_id):
    return Evidence(id=message_id, kind=EvidenceKind.CORRELATIONAL)


def hypothesis(*links, trigger="m1"):
    return Hypothesis(
        id="H1", claim="pair removed", trigger=Trigger(what="old pair removed", evidence=(cite(trigger),)),
        links=links, impact=Impact(symptom="parcel writes low", evidence=(cite("m2"),)),
    )  # fmt: skip


REMOVED = Link(cause="old pair removed", effect="parcel writes fail", evidence_for=(cite("m1"), cite("m3")))


def checked(script, found):
    return verify(found, case(script)).hypothesis


def test_a_recovery_names_what_was_done_about_the_trigger_before_it():
    ended = checked(
        SCRIPT.format(after="09:20 cy putting the old pair back into the vault"), hypothesis(REMOVED)
    ).ended_by

    assert (ended.cause, ended.effect) == (
        "putting the old pair back into the vault",
        "parcel writes low: 99.9 %",
    )
    assert [item.id for item in ended.evidence_for] == ["m4", "m5"]


@pytest.mark.parametrize(
    "after",
    [
        "09:20 cy restarting the lift",
        "09:20 cy putting the old pair back\n09:25 cy old pair is back, no change",
        "09:10 cy hello",
    ],
)
def test_what_was_about_something_else_or_did_not_help_ended_nothing(after):
    assert checked(SCRIPT.format(after=after), hypothesis(REMOVED)).ended_by is None


def test_an_effect_seen_before_its_cause_is_flagged_and_a_step_before_the_trigger_stays_open():
    late = replace(REMOVED, cause="lift stopped", evidence_for=(cite("m4"), cite("m3")))
    before = Link(cause="a plan", effect="old pair chosen", evidence_for=(cite("m1"),))
    script = SCRIPT.format(after="09:10 cy stopped the lift")

    assert checked(script, hypothesis(late, trigger="m4")).links[0].order is Order.VIOLATED
    assert checked(script, hypothesis(before, late, trigger="m4")).links[0].order is Order.UNKNOWN


def test_who_owns_up_after_the_first_sign_says_what_was_done_not_when():
    script = """
    09:00 Datadog* Triggered: parcel writes low
    09:10 ann oh no, I removed the wrong pair of the parcel vault
    09:12 ben parcel writes fail for all users
    """
    link = Link(
        cause="wrong pair removed", effect="parcel writes fail", evidence_for=(cite("m2"), cite("m3"))
    )
    found = replace(
        hypothesis(link, trigger="m2"), impact=Impact(symptom="parcel writes low", evidence=(cite("m3"),))
    )

    assert checked(script, found).links[0].order is Order.OK


def test_at_noon_is_about_when_the_pipeline_reported_it():
    script = """
    12:04 ci* mill-web 7.1 rolled to all nodes
    13:00 Datadog* Triggered: mill errors
    13:10 ben mill-web 7.1 came with the roll at noon, that explains the mill errors
    """
    link = Link(cause="mill-web 7.1", effect="mill errors", evidence_for=(cite("m1"), cite("m2")))
    found = replace(hypothesis(link), trigger=Trigger(what="mill-web 7.1", evidence=(cite("m1"), cite("m3"))))

    assert f"{checked(script, found).trigger.at:%H:%M}" == "12:04"


def test_names_come_from_the_file_or_from_ids_that_were_made_of_names():
    messages = [{"ts": "1.1", "user": "U0ANA00001", "text": "a"}, {"ts": "2.1", "user": "U7QX9", "text": "b"}]

    assert load_incident_file({"messages": messages}).users == {"U0ANA00001": "Ana"}
    assert load_incident_file({"messages": messages, "users": {"U7QX9": "Bo"}}).users["U7QX9"] == "Bo"


@pytest.mark.parametrize("users", [["Ana"], {"U1": 7}])
def test_names_of_another_shape_are_refused_by_field(users):
    with pytest.raises(BadInputError, match="users"):
        load_incident_file({"messages": [{"ts": "1.1", "text": "a"}], "users": users})
