"""Every text of a message that can leave the process passes the redactor, what a bot states too."""

from dataclasses import replace
from datetime import UTC, datetime

from bot.incident.messages import (
    Alert,
    AlertState,
    Author,
    AuthorKind,
    File,
    Incident,
    IncidentRef,
    Link,
    Message,
)
from bot.investigation import redact
from bot.safety.redaction import Redactor

SECRET = "correct-horse-" + "battery-staple"
AT = datetime(2025, 3, 21, 21, 38, tzinfo=UTC)
MESSAGE = Message(
    id="m1",
    ts="1742593500.000001",
    author=Author(id="B1", name=f"bot {SECRET}", kind=AuthorKind.BOT),
    text=f"text {SECRET}",
    title=f"title {SECRET}",
    fields=((f"name {SECRET}", f"value {SECRET}"),),
    files=(File(name=f"file {SECRET}", head=f"head {SECRET}"),),
    links=(Link(url=f"https://a.example/{SECRET}", label=f"label {SECRET}"),),
    alert=Alert(
        state=AlertState.FIRING,
        status=f"status {SECRET}",
        severity=f"severity {SECRET}",
        service=f"service {SECRET}",
        times=((f"time {SECRET}", AT),),
    ),
)


def redacted(message: Message) -> Message:
    incident = Incident(ref=IncidentRef(team_id="T1", channel_id="C1"), messages=(message,))
    clean, _ = redact(incident, Redactor(b"k", literals=(SECRET,)))
    return clean.messages[0]


def test_no_text_of_a_message_keeps_a_secret():
    assert SECRET not in repr(redacted(MESSAGE))


def test_everything_else_of_a_message_stays_in_its_place():
    clean = redacted(MESSAGE)

    assert clean.fields[0][0].startswith("name ")
    assert clean.alert.state is AlertState.FIRING
    assert clean.alert.service.startswith("service ")
    assert clean.alert.times[0][1] == AT
    assert clean.links[0].label.startswith("label ")


def test_a_message_of_a_person_has_nothing_stated():
    assert redacted(replace(MESSAGE, alert=None)).alert is None


def test_names_of_channels_and_reactions_pass_the_redactor_too():
    name = "password=" + "Zx9qLm" + "2Wp7"
    message = replace(
        Message(id="m1", ts="1.0", author=Author(id="U1", name="Ana", kind=AuthorKind.PERSON), text="hi"),
        reactions=((name, 2),),
    )
    ref = IncidentRef(team_id="T1", channel_id="C1")
    raw = Incident(ref=ref, messages=(message,), channel_name=name)

    incident, _ = redact(raw, Redactor(b"key"))

    assert "Zx9q" not in repr((incident.channel_name, incident.messages[0].reactions))
    assert incident.messages[0].reactions[0][1] == 2
