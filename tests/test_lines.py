import json

import pytest

from bot.lines import answered, text_of


def echo(document):
    return {"text": text_of(document).upper()}


def test_each_line_is_answered_and_a_bad_one_does_not_stop_the_run():
    lines = ['{"id": 1, "text": "a"}', "", "{oops", "[1]", '{"id": 4}', '{"id": 5, "text": "e"}']

    answers = [json.loads(line) for line in answered(lines, echo)]

    assert [answer["id"] for answer in answers] == [1, None, None, 4, 5]
    assert answers[0]["text"] == "A"
    assert answers[1]["error"] == "line 3 is not a JSON object: it cannot be read from character 2 on"
    assert answers[2]["error"] == "line 4 is not a JSON object with `id` and `text`"
    assert answers[3]["error"] == "text: must be a string"
    assert answers[4]["text"] == "E"


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("", ""),
        ("nonsense", "it cannot be read from character 1 on"),
        ("\N{REPLACEMENT CHARACTER}\x00", "it holds bytes that are not UTF-8"),
        ("[" * 200_000, "it is nested too deeply"),
        ('{"id": ' + "1" * 5_000 + "}", "it holds a number that is too long"),
    ],
)
def test_a_bad_line_is_told_in_one_sentence_with_its_own_number(line, fault):
    errors = [json.loads(answer)["error"] for answer in answered(["", line], echo)]

    assert errors == ([f"line 2 is not a JSON object: {fault}"] if fault else [])
