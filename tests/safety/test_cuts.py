"""What was cut before it was redacted leaves no half of a secret behind, and keeps its evidence."""

import pytest

from bot.incident.messages import Author, AuthorKind, File, Incident, IncidentRef, Message
from bot.investigation import redact
from bot.safety.redaction import Redactor
from tests.safety.secrets import LETTERS, UPPER, Maker

make = Maker(23)
KEY_ID = "AKI" + "A" + make.of(UPPER, 16)
LEFT_OUT = "[12,345 characters left out here]"
HALVES = [
    ("the key " + KEY_ID[:11], KEY_ID[:11]),
    ("T=" + (half := make.token("ghp" + "_", 6)), half),
    ("sent " + (half := "eyJ" + make.of(LETTERS, 7)), half),
    ("sent " + (half := make.token("xox" + "b-", 5)), half),
    ("redis://svc:" + (half := make.word(9)), half),
    ("deployed with " + (half := make.word(30)), half),
]


def redacted(text: str, *, is_cut: bool = True) -> str:
    (shown,) = Redactor(b"key").redact_all([text], cut=[text] if is_cut else [])
    return shown.text


@pytest.mark.parametrize(("text", "half"), HALVES)
@pytest.mark.parametrize("mark", ["", "…", " […]", "\n" + LEFT_OUT + "\nand more", "..."])
def test_half_a_secret_at_a_cut_is_gone(text: str, half: str, mark: str) -> None:
    shown = redacted(text + mark)

    assert half not in shown
    assert shown.startswith(text[:2])
    assert shown.endswith(mark)


@pytest.mark.parametrize(
    "text",
    [
        "at com.acme.store.Gateway.put(Gateway.java:12",
        "arn:aws:iam::111122223333:role/upl",
        "commit 4f502b1",
        "host web-12.eu-west-1.compute.inter",
        "2026-05-04T18:00:",
        "requests refused since 21:38, then ",
        "https://grafana.acme.local/d/orders",
        "",
    ],
)
def test_evidence_at_a_cut_stays(text: str) -> None:
    assert redacted(text) == text
    assert redacted(text + "…") == text + "…"


def test_a_whole_text_is_not_taken_for_a_cut_one() -> None:
    text = "the key " + KEY_ID[:11]

    assert redacted(text, is_cut=False) == text


def test_of_very_many_cuts_the_middle_ones_lose_their_run_unasked() -> None:
    shown = redacted("word […] " * 40, is_cut=False)

    assert shown.count("word") < 40
    assert shown.startswith("word […] word […]")


def test_letters_of_several_bytes_stay_whole_at_a_cut() -> None:
    assert redacted("é" * 600 + "aZ7!x").endswith("]")


def test_the_head_of_a_file_is_known_to_be_cut_and_its_half_is_gone_from_the_message_too() -> None:
    head = "log of the job\nkey " + KEY_ID[:11]
    message = Message(
        id="m1",
        ts="1.0",
        thread_ts=None,
        author=Author(id="U1", name="Ana", kind=AuthorKind.PERSON),
        text=f"see job.log:\n{head}",
        files=(File(name="job.log", head=head, is_partial=True),),
        permalink="https://acme.slack.com/archives/C1/p1",
    )
    incident = Incident(ref=IncidentRef(team_id="T1", channel_id="C1"), messages=(message,))

    clean, found = redact(incident, Redactor(b"key"))

    assert KEY_ID[:11] not in clean.messages[0].files[0].head + clean.messages[0].text
    assert found == 1
