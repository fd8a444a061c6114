import json

from bot.lines import answered, text_of


def echo(document):
    return {"text": text_of(document).upper()}


def test_each_line_is_answered_and_a_bad_one_does_not_stop_the_run():
    lines = ['{"id": 1, "text": "a"}', "", "{oops", "[1]", '{"id": 4}', '{"id": 5, "text": "e"}']

    answers = [json.loads(line) for line in answered(lines, echo)]

    assert [answer["id"] for answer in answers] == [1, None, None, 4, 5]
    assert answers[0]["text"] == "A"
    assert "line 3 is not JSON" in answers[1]["error"]
    assert "must be a JSON object" in answers[2]["error"]
    assert answers[3]["error"] == "text: must be a string"
    assert answers[4]["text"] == "E"
