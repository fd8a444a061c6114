"""Policies are pasted in an incident: the answer carries the verdict and the statement that decides."""

import json

import pytest

from bot.iam.thread import CHECKS
from bot.replay import Telling, replay
from bot.settings import Settings
from tests.iam.requests import policy, says

OWN = "123456789012"
ROLE = f"arn:aws:iam::{OWN}:role/parcel-writer"
SESSION = f"arn:aws:sts::{OWN}:assumed-role/parcel-writer/i-0f3"
OBJECT = "arn:aws:s3:::parcel-labels/2026/11/23/1.pdf"
REFUSED = f"log: User: {SESSION} is not authorized to perform: s3:PutObject on resource: {OBJECT}"
IDENTITY = policy(says("Allow", "s3:*", "arn:aws:s3:::parcel-labels/*", Sid="Labels"))
BUCKET = policy(
    says("Allow", "s3:GetObject", "arn:aws:s3:::parcel-labels/*", to=ROLE, Sid="ReadLabels"),
    says("Deny", "s3:PutObject", "arn:aws:s3:::parcel-labels/2026/*", to="*", Sid="FreezeYear"),
)
WROTE = (
    ("UANN00001", "merged the retention change, new bucket policy on parcel-labels is applied"),
    ("UBEN00001", "label printing fails for all depots, every upload is refused"),
    ("UBEN00001", REFUSED),
    ("UCHO00001", f"role policy of parcel-writer:\n```{json.dumps(IDENTITY, indent=1)}```"),
)
HEAD = json.dumps(BUCKET, indent=1)
DECIDES = 'resource policy, statement 2 "FreezeYear"'
FILE = {"name": "bucket-policy.json", "mimetype": "text/plain", "preview": HEAD, "size": len(HEAD)}


def ts(number):
    return f"17956{number:05d}.000100"


def incident(*, has_file=True, wrote=WROTE):
    messages = [
        {"type": "message", "ts": ts(n * 60), "user": who, "text": words}
        for n, (who, words) in enumerate(wrote)
    ]
    shared = {"type": "message", "ts": ts(999), "user": "UANN00001", "text": "and on it", "files": [FILE]}
    users = {"UANN00001": "Ann", "UBEN00001": "Ben", "UCHO00001": "Cho"}
    return {
        "id": "labels-refused",
        "question": "why are label uploads refused?",
        "users": users,
        "messages": [*messages, *([shared] if has_file else [])],
    }


@pytest.fixture
def settings(monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "")
    return Settings(_env_file=None)


async def test_the_answer_says_which_statement_of_which_message_decides(settings):
    answered = await replay(incident(), Telling(), settings)

    [verdict] = answered.document["verdicts"]
    assert (verdict["id"], verdict["decision"], verdict["rivals"]) == ("p1", "explicit_deny", [])
    assert verdict["deciding"] == [
        {
            "words": f"{DECIDES}: Deny applies (names the caller by itself or by *)",
            "evidence": ts(999),
        }
    ]
    assert verdict["evidence"] == [ts(120), ts(999)]
    assert f"Computed: `s3:PutObject` is refused by an explicit deny: {DECIDES}" in answered.words
    assert "[5]. [3]" in answered.words


async def test_the_next_look_is_how_old_the_deciding_statement_is(settings):
    answered = await replay(incident(), Telling(), settings)

    [check] = [each["next_check"] for each in answered.document["hypotheses"] if each["next_check"]]
    assert check == f"Since when does this deny s3:PutObject: {DECIDES}?"


async def test_without_a_policy_every_place_is_named_with_a_look(settings):
    answered = await replay(incident(has_file=False, wrote=WROTE[:3]), Telling(), settings)

    [verdict] = answered.document["verdicts"]
    assert (verdict["decision"], verdict["deciding"]) == (None, [])
    assert {each["place"]: each["check"] for each in verdict["rivals"]} == CHECKS
    assert "no policy was shown that decides it. Not shown, so it can still be refused in" in answered.words


async def test_an_unknown_key_is_not_evaluated(settings):
    wrote = (*WROTE[:2], ("UBEN00001", "log: 403 InvalidAccessKeyId"))
    answered = await replay(incident(has_file=False, wrote=wrote), Telling(), settings)

    [verdict] = answered.document["verdicts"]
    assert verdict["decision"] is None
    assert verdict["not_evaluated"] == "InvalidAccessKeyId is about authentication: no policy was looked at"
    assert verdict["rivals"] == []
