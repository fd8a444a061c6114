"""What can be looked up in an incident: bounded, with ids, and one clear sentence where it cannot be."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.errors import ToolFailedError
from bot.incident.case import Case
from bot.incident.extraction import extract
from bot.incident.hypotheses import Change, Hypothesis, Impact, Status, Trigger
from bot.incident.observations import TEXT_CHARS, Observation, capped, shown_by
from bot.incident.shown import utc
from bot.incident.tools import MOST_FOUND, OFFERS, RESULT_CHARS, call
from tests.adapters.claude_cases import a_message, a_route, an_incident, object_store

BARE = object_store()
CASE = replace(BARE, facts=extract(BARE.incident, now=BARE.asked_at))


def case_of(*messages) -> Case:
    incident = an_incident(*messages)
    now = messages[-1].at
    return Case(
        question="why?", asked_at=now, incident=incident, facts=extract(incident, now=now), route=a_route()
    )


def told(case, name, **arguments):
    found = call(case, name, arguments)
    return json.loads(found.text), found


def test_every_offer_is_a_closed_object_and_can_be_called():
    assert [offer.name for offer in OFFERS] == sorted(offer.name for offer in OFFERS)
    for offer in OFFERS:
        assert offer.schema["additionalProperties"] is False
        needed = dict.fromkeys(offer.schema["required"], "m3")
        assert call(
            CASE, offer.name, needed or {"after": "00:00"} if offer.name == "search_log" else needed
        ).text


@pytest.mark.parametrize(
    ("arguments", "shows"),
    [
        ({"words": "InvalidAccessKeyId 403"}, ("m13",)),
        ({"words": "INVALIDACCESSKEYID kraken"}, ("m13",)),
        ({"words": "kraken"}, ()),
        ({"words": "rotat", "before": "20:00"}, ("m1",)),
        ({"words": "", "after": "2025-03-21T22:12:00Z", "before": "2025-03-21T22:13:00"}, ("m13",)),
        ({"author": "nobody"}, ()),
    ],
)
def test_a_search_tells_the_messages_with_most_of_the_words(arguments, shows):
    result, found = told(CASE, "search_log", **arguments)

    assert found.shows == shows
    assert tuple(message["id"] for message in result["messages"]) == shows


def test_a_search_that_finds_much_tells_both_ends_and_how_much_there_is():
    many = [a_message(n, f"disk full on node {n} " + "x" * 200) for n in range(1, 200)]

    result, found = told(case_of(*many), "search_log", words="disk")

    assert result["messages_found"] == 199
    assert {"m1", "m199"} <= set(found.shows)
    assert len(found.shows) == MOST_FOUND
    assert found.is_partial
    assert list(found.shows) == sorted(found.shows, key=lambda one: int(one[1:]))


def test_a_search_in_a_long_paste_shows_the_words_around_the_hit():
    paste = a_message(1, "a" * 50_000 + " OOMKilled here " + "b" * 50_000)

    result, found = told(case_of(paste), "search_log", words="oomkilled")

    (message,) = result["messages"]
    assert "OOMKilled here" in message["text"]
    assert len(found.text) < RESULT_CHARS
    assert message["text"].startswith("… a")


def test_a_long_neighbour_is_told_by_its_ends():
    case = case_of(a_message(1, "first " + "a" * 9_000 + " last"), a_message(2, "why?"))

    result, _ = told(case, "read_message", id="2")

    assert result["neighbours"][0]["text"].startswith("first ")
    assert result["neighbours"][0]["text"].endswith(" last")


def test_a_message_is_read_in_full_with_its_neighbours_of_the_same_thread():
    root = a_message(1, "it is down", thread_ts="1742586060.000100")
    apart = a_message(2, "lunch?")
    replies = [a_message(n, f"reply {n}", thread_ts=root.ts) for n in (3, 4, 5)]
    case = case_of(root, apart, *replies)

    result, found = told(case, "read_message", id="[m4]", neighbours=1)

    assert result["message"]["text"] == "reply 4"
    assert found.shows == ("m4", "m3", "m5")
    assert not found.is_partial


def test_of_a_very_long_message_both_ends_are_read():
    result, found = told(case_of(a_message(1, "first " + "x" * 90_000 + " last")), "read_message", id="m1")

    text = result["message"]["text"]
    assert (text[:6], text[-5:], found.is_partial) == ("first ", " last", True)
    assert len(text) < RESULT_CHARS + 100


def test_changes_are_listed_with_the_first_sign_of_trouble():
    result, found = told(CASE, "list_changes", before="20:50")

    assert result["first_sign_of_trouble"] == utc(CASE.facts.onset.at)
    assert "m3" in found.shows
    assert all(change["at"] <= "2025-03-21T20:50:00Z" for change in result["changes"])


def test_more_changes_than_have_room_leave_out_the_oldest_and_say_so():
    many = [
        a_message(n, f"deployed the gateway v1.{n}.0 to production with a new setting") for n in range(1, 90)
    ]

    result, found = told(case_of(*many), "list_changes")

    assert result["left_out"] > 0
    assert found.is_partial
    assert "m89" in found.shows


def test_a_refusal_is_parsed_and_an_authentication_error_explained():
    arn = "arn:aws:sts::123456789012:assumed-role/ci/run"
    denied = a_message(
        1, f"User: {arn} is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::b/k"
    )
    quiet = a_message(2, "all green")
    case = case_of(denied, quiet)

    result, found = told(case, "parse_denial", id="m1")
    other, nothing = told(case, "parse_denial", id="m2")
    known, _ = told(CASE, "parse_denial", id="m13")

    assert (result["denials"][0]["action"], found.shows) == ("s3:PutObject", ("m1",))
    assert (other["denials"], nothing.shows) == ([], ())
    assert "the key is unknown" in known["authentication_errors"]["InvalidAccessKeyId"]


def fallen(by: str) -> Hypothesis:
    at = datetime(2025, 3, 21, 22, 0, tzinfo=UTC)
    change = Change(at=at, status=Status.REFUTED, because=("m10",), reason="nodes idle", by=by)
    return Hypothesis(
        id="H1",
        claim="Storage nodes are down",
        trigger=Trigger(what="nodes"),
        links=(),
        impact=Impact(symptom="writes fail"),
        status=Status.REFUTED,
        reopen_if="a node reports errors",
        history=(change,) if by else (),
    )


@pytest.mark.parametrize(
    ("by", "told_by"), [("rule", "code"), ("U10", "Ana"), ("U404", "a person"), ("", None)]
)
def test_what_was_ruled_out_is_told_with_who_when_and_what_would_reopen_it(by, told_by):
    standing = replace(fallen("rule"), id="H2", status=Status.PROPOSED)

    result, found = told(replace(CASE, board=(fallen(by), standing)), "ruled_out_before")

    (own,) = result["on_the_board"]
    assert (own["id"], own["reopen_if"], own.get("by")) == ("H1", "a node reports errors", told_by)
    assert {said["who"] for said in result["said"]} == {"Ana"}
    assert "m12" in found.shows


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [
        ("drop_tables", {}, "There is no such tool; there are list_changes"),
        ("search_log", {}, "needs `words`, `author`, `after` or `before`"),
        ("search_log", {"regex": "a+"}, "takes words, author, after, before; it does not know regex"),
        ("search_log", {"words": 7}, "`words` must be a text of at most 200 characters"),
        ("search_log", {"words": "x" * 201}, "`words` must be a text of at most 200 characters"),
        ("search_log", {"after": "yesterday"}, "`after` must be a time such as"),
        ("search_log", {"after": "25:99"}, "`after` must be a time such as"),
        ("read_message", {}, "`id` must be the id of a message"),
        ("read_message", {"id": "m999"}, "`id` must be the id of a message"),
        ("read_message", {"id": "m3", "neighbours": 6}, "`neighbours` must be a whole number from 0 to 5"),
        ("read_message", {"id": "m3", "neighbours": True}, "`neighbours` must be a whole number"),
        ("ruled_out_before", {"words": "x"}, "takes no arguments"),
    ],
)
def test_arguments_of_no_use_are_answered_in_one_sentence(name, arguments, says):
    with pytest.raises(ToolFailedError) as caught:
        call(CASE, name, arguments)

    assert says in caught.value.reason
    assert caught.value.reason.endswith(".")


def test_a_time_of_day_is_the_last_one_before_the_question():
    result, _ = told(CASE, "search_log", words="rotation", after="23:59")

    assert result["messages_found"] > 0  # 23:59 of the day before


def test_what_is_too_long_is_told_by_both_ends():
    text, is_cut = capped("a" * TEXT_CHARS + "z" * TEXT_CHARS)

    assert (text[0], text[-1], is_cut) == ("a", "z", True)
    assert f"{TEXT_CHARS} characters left out" in text
    assert capped("short") == ("short", False)


def test_an_observation_of_messages_is_cited_by_them_and_one_of_a_live_system_by_itself():
    own = Observation(
        id="t1", tool="search_log", arguments={}, at=CASE.asked_at, text="{}", shows=("m3", "m3")
    )
    live = replace(own, id="t2", tool="prometheus/query", shows=())

    assert (own.is_evidence, live.is_evidence) == (False, True)
    assert shown_by((own, live)) == ("m3",)
