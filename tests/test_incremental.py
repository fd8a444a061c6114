"""An incident asked about again is read as if it were read for the first time."""

import random
from dataclasses import replace

import pytest

from bot.incident.extraction import extract
from bot.incident.messages import Incident, IncidentRef
from bot.investigation import redact
from bot.safety import redaction
from bot.safety.redaction import Redactor
from evals.incidents import SHIPPED
from evals.recorded import load

SECRET = "Zq7" + "vK2pLw9xT"
SAID = (
    f"the job uses {SECRET} somewhere",
    f"password={SECRET}",
    "rolled it back, no change",
    "kms maybe?",
    "not kms, it is healthy",
    "we deployed api-gw 4.12 at 09:20, sorry, my mistake",
    "arn:aws:iam::123456789012:role/deploy was edited",
)
TOLD = [message for file in sorted(SHIPPED.glob("*.json")) for message in load(file).incident.messages]


def as_new(messages):
    """Nothing that was kept beside a message comes with its copy."""
    return [replace(message) for message in messages]


def answer(messages):
    incident = Incident(ref=IncidentRef(team_id="T1", channel_id="C1"), messages=tuple(messages))
    clean, found = redact(incident, Redactor(b"k", literals=("own-literal-1",)))
    return clean.messages, found, extract(clean, now=messages[-1].at)


def changed(messages, dice):
    """Append, edit or delete a message."""
    what, at = dice.choice("aaaed"), dice.randrange(len(messages))
    if what == "a":
        text = dice.choice(SAID) if dice.random() < 0.5 else dice.choice(TOLD).text
        last = messages[-1]
        ts = f"{int(last.ts[:10]) + dice.randrange(1, 900)}.000001"
        new = replace(dice.choice(TOLD), id=f"m{last.number + 1}", ts=ts, thread_ts=None, text=text)
        return [*messages, new]
    if what == "e":
        return [*messages[:at], replace(messages[at], text=dice.choice(SAID)), *messages[at + 1 :]]
    return [*messages[:at], *messages[at + 1 :]] if len(messages) > 1 else messages


@pytest.mark.parametrize("seed", range(8))
def test_appends_edits_and_deletions_lead_to_what_a_first_reading_says(seed):
    dice = random.Random(seed)  # noqa: S311  # no secret
    messages = as_new(load(dice.choice(sorted(SHIPPED.glob("*.json")))).incident.messages)
    for _ in range(12):
        again = answer(messages)
        redaction._HARMLESS.clear()
        assert answer(as_new(messages)) == again
        messages = changed(messages, dice)


def test_a_secret_that_is_named_later_leaves_the_messages_that_were_clean_before():
    first, later = replace(TOLD[0], id="m1", text=SAID[0]), replace(TOLD[0], id="m2", text=SAID[1])

    before, found_before, _ = answer([first])
    after, found_after, _ = answer([first, later])

    assert (found_before, before[0].text) == (0, SAID[0])
    assert (found_after, after[0].text) == (1, "the job uses [password:1] somewhere")


def test_what_nothing_was_found_in_is_remembered_for_one_set_of_own_secrets_only():
    text = "it is own-literal-2 so"
    assert Redactor(b"k").redact(text).text == text

    assert Redactor(b"k", literals=("own-literal-2",)).redact(text).text == "it is [own_secret:1] so"


def test_so_many_harmless_texts_are_remembered_and_no_word_of_them():
    redaction._HARMLESS.clear()
    Redactor(b"k").redact("harmless words")

    (mark,) = redaction._HARMLESS
    assert len(mark) == 16
    assert b"harmless" not in mark
