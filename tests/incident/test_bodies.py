"""What is kept of a message object: what a reader needs, in a form that can be compared, within bounds."""

import json

import pytest

from bot.incident.bodies import CUT, MAX_BODY_CHARS, MAX_DEPTH, body_of

TS = "10.000001"


def kept(**raw):
    body = body_of({"ts": TS, **raw})
    assert len(body) <= MAX_BODY_CHARS + 100
    assert "\n" not in body
    return json.loads(body)


def nested(depth):
    value: object = "deep"
    for _ in range(depth):
        value = [value]
    return value


def test_equal_objects_give_equal_text_whatever_their_order_and_surroundings():
    event = {"type": "message", "text": "a", "ts": TS, "channel": "C1", "event_ts": TS, "client_msg_id": "x"}
    listed = {"ts": TS, "text": "a", "type": "message", "thread_ts": None, "reply_count": 3}

    assert body_of(event) == body_of(listed)


def test_what_people_write_at_most_is_kept_whole():
    text = "é" * 40_000
    blocks = [{"type": "rich_text", "elements": [{"type": "text", "text": text}]}]

    assert kept(text=text, blocks=blocks) == {"ts": TS, "text": text, "blocks": blocks}


def test_half_a_surrogate_pair_is_kept_as_it_came():
    assert kept(text="half \ud83d")["text"] == "half \ud83d"


@pytest.mark.parametrize(
    ("raw", "chars"),
    [
        ({"text": "x" * 1_000_000}, 40_000 + len("\n[960,000 characters left out here]\n")),
        ({"text": "why", "attachments": [{"text": "x" * 30_000} for _ in range(40)]}, 3),
        ({"text": "why", "blocks": [{"text": {"text": "x" * 3_000}} for _ in range(400)]}, 3),
    ],
    ids=["one long text", "many long ones", "very many"],
)
def test_a_body_that_is_too_large_is_cut_in_its_strings_and_says_so(raw, chars):
    found = kept(**raw)

    assert len(found["text"]) == chars
    assert set(found) == {"ts", *raw, CUT}
    assert found[CUT] > 700_000
    assert "characters left out here]" in str(found)


def test_of_a_long_text_its_head_and_its_tail_stay():
    text = kept(text="begin " + "x" * 1_000_000 + " end")["text"]

    assert text.startswith("begin x")
    assert text.endswith("x end")


def test_of_a_body_of_countless_small_things_the_words_are_kept():
    found = kept(text="why", blocks=[{"type": "divider"}] * 100_000)

    assert found == {"ts": TS, "text": "why", CUT: found[CUT]}
    assert found[CUT] > 1_000_000


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 900, 3_000])
def test_what_lies_too_deep_is_left_out_and_said(depth):
    found = kept(text="why", blocks=nested(depth), attachments=[{"fields": nested(depth)}])

    assert found["text"] == "why"
    assert found[CUT] >= 1
    assert "deep" not in json.dumps(found)


def test_what_is_as_deep_as_slack_makes_it_is_kept():
    blocks = [nested(15) for _ in range(10)]

    assert kept(blocks=blocks) == {"ts": TS, "blocks": blocks}


def test_a_mapping_is_flattened_too():
    deep: dict = {}
    inner = deep
    for _ in range(MAX_DEPTH + 5):
        inner["next"] = {}
        inner = inner["next"]

    assert CUT in kept(blocks=[deep])
