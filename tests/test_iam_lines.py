"""`python -m bot iam` and `denials`: requests and texts in, one JSON line for each out."""

import json

import pytest

from bot.commands import denied, judged
from bot.errors import CopilotError
from tests.iam.requests import ALL, request


def lines(*documents):
    return "\n".join(one if isinstance(one, str) else json.dumps(one) for one in documents)


def test_each_line_is_answered_and_a_bad_one_does_not_end_the_run():
    good = {"id": "good", **request(identity=[ALL])}
    bad = {"id": "bad", **request(identity=[{}])}

    said = [json.loads(line) for line in judged(lines(bad, "", "[", good))]

    assert said[0] == {"id": "bad", "error": "identity policy 1: has no Statement"}
    assert "not a JSON object" in said[1]["error"]
    assert (said[2]["id"], said[2]["decision"]) == ("good", "allow")
    assert set(said[2]) == {"id", "decision", "because", "missing"}


def test_one_request_alone_may_span_many_lines():
    text = json.dumps({"id": "one", **request(identity=[ALL])}, indent=2)

    assert [json.loads(line)["decision"] for line in judged(text)] == ["allow"]


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000, '{"id": "x"}'])
def test_one_request_alone_that_cannot_be_used_ends_with_one_sentence(text):
    with pytest.raises(CopilotError) as error:
        list(judged(text))

    assert "\n" not in error.value.user_message


def test_a_line_separator_inside_a_text_does_not_end_a_line():
    odd = {"id": "a\u2028b", **request(identity=[ALL])}
    text = "\n".join([json.dumps(odd, ensure_ascii=False)] * 2)

    assert [json.loads(line)["id"] for line in judged(text)] == ["a\u2028b"] * 2


def test_a_denial_is_told_by_its_fields_and_none_is_null():
    text = "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: sqs:SendMessage"

    assert denied({"text": text})["denial"]["action"] == "sqs:SendMessage"
    assert denied({"text": "all is well"}) == {"denial": None}
