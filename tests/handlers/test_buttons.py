"""Buttons and the form behind `That's wrong…` become requests."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.request import RequestKind
from handlers import parse
from handlers.views import placed

NOW = datetime(2026, 11, 23, 3, 10, tzinfo=UTC)


def press(action_id="evidence", value="a-1", **fields):
    payload = {
        "type": "block_actions",
        "team": {"id": "T0"},
        "user": {"id": "U0BEN"},
        "channel": {"id": "C0INC"},
        "container": {"type": "message", "channel_id": "C0INC", "thread_ts": "1742586540.000137"},
        "trigger_id": "1.2.3",
        "actions": [{"action_id": action_id, "value": value, "action_ts": "1742595900.000001"}],
    }
    return payload | fields


def submission(inputs=None, place=None, **view):
    inputs = inputs or {
        "which": {"hypothesis": {"type": "static_select", "selected_option": {"value": "H2"}}},
        "why": {"reason": {"type": "plain_text_input", "value": " the nodes were idle "}},
    }
    place = place or {"answer_id": "a-1", "channel_id": "C0INC", "thread_ts": "1742586540.000137"}
    form = {
        "id": "V0",
        "hash": "156.abc",
        "callback_id": "refute",
        "private_metadata": json.dumps(place),
        "state": {"values": inputs},
    }
    return {
        "type": "view_submission",
        "team": {"id": "T0"},
        "user": {"id": "U0BEN"},
        "view": form | view,
    }


def parsed(body):
    return parse(body, "U0BOT", now=NOW)


@pytest.mark.parametrize(
    ("action_id", "value", "kind", "text"),
    [
        ("evidence", "a-1", RequestKind.EVIDENCE, ""),
        ("escalate", "a-1", RequestKind.ESCALATE, ""),
        ("consent_opus", "a-1", RequestKind.CONSENT, ""),
        ("consent_full", "a-1", RequestKind.CONSENT, ""),
        ("consent_sonnet", "a-1", RequestKind.DECLINE, ""),
        ("retry_model", "a-1", RequestKind.ANSWER, ""),
        ("deescalate", "a-1", RequestKind.DEESCALATE, ""),
        ("keep_going", "a-1", RequestKind.KEEP_GOING, ""),
        ("postmortem", "a-1", RequestKind.POSTMORTEM, ""),
        ("feedback", "good|a-1", RequestKind.FEEDBACK, "good"),
        ("feedback", "bad|a-1", RequestKind.FEEDBACK, "bad"),
    ],
)
def test_a_button_asks_for_what_its_action_id_says_about_its_answer(action_id, value, kind, text):
    request, keys = parsed(press(action_id, value))

    assert (request.kind, request.subject, request.text) == (kind, "a-1", text)
    assert (request.channel_id, request.thread_ts) == ("C0INC", "1742586540.000137")
    assert keys == ("act:1.2.3",)


def test_a_press_without_a_trigger_id_is_known_by_its_time_and_person():
    _, keys = parsed(press(trigger_id=None))

    assert keys == ("act:1742595900.000001:U0BEN",)


def test_the_thread_can_stand_in_the_message_and_the_channel_in_the_container():
    body = press(container={"channel_id": "C0INC"}, channel=None, message={"thread_ts": "1742586540.000137"})

    request, _ = parsed(body)

    assert (request.channel_id, request.thread_ts) == ("C0INC", "1742586540.000137")


def test_an_organisation_wide_installation_names_the_workspace_by_the_person():
    request, _ = parsed(press(team=None, user={"id": "U0BEN", "team_id": "T9"}))

    assert request.team_id == "T9"


@pytest.mark.parametrize(
    "body",
    [
        press("wrong"),
        press("open_link"),
        press(value=""),
        press("feedback", "meh|a-1"),
        press(actions=[]),
        press(actions="evidence"),
        press(trigger_id=None, actions=[{"action_id": "evidence", "value": "a-1"}]),
        press(type="block_suggestion"),
        press(user={}),
    ],
)
def test_a_press_that_asks_for_nothing_is_no_request(body):
    assert parsed(body) is None


def test_a_submitted_form_refutes_a_hypothesis_with_its_reason():
    request, keys = parsed(submission())

    assert request.kind is RequestKind.REFUTE
    assert (request.subject, request.text) == ("a-1|H2", "the nodes were idle")
    assert (request.channel_id, request.thread_ts) == ("C0INC", "1742586540.000137")
    assert keys == ("view:V0:156.abc",)


def test_a_form_about_the_only_hypothesis_needs_no_choice():
    inputs = {"why": {"reason": {"value": "no"}}}

    request, _ = parsed(
        submission(inputs, {"answer_id": "a-1", "channel_id": "C0INC", "hypothesis_id": "H1"})
    )

    assert (request.subject, request.thread_ts) == ("a-1|H1", None)


@pytest.mark.parametrize(
    "body",
    [
        submission(callback_id="other"),
        submission(private_metadata="{"),
        submission(private_metadata="[" * 100_000),
        submission(state=None),
        submission({"why": {"reason": {"value": " "}}, "odd": "block"}),
    ],
)
def test_a_form_that_does_not_say_what_is_wrong_asks_for_nothing(body):
    assert parsed(body) is None


def test_the_form_remembers_where_its_button_stood():
    view = placed({"type": "modal", "callback_id": "refute"}, press("wrong", "a-7"))

    request, _ = parsed(submission(private_metadata=view["private_metadata"]))

    assert request.subject == "a-7|H2"
    assert (request.channel_id, request.thread_ts) == ("C0INC", "1742586540.000137")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def test_agreeing_to_read_everything_in_full_is_no_less():
    assert parsed(press("consent_full"))[0].is_full
    assert not parsed(press("consent_opus"))[0].is_full


@given(
    base=st.sampled_from(
        [
            press(),
            submission(),
            press("feedback", "good|a-1"),
            {"command": "/opus"},
            {"type": "event_callback", "team_id": "T0", "event": {"type": "app_mention", "user": "U1"}},
        ]
    ),
    path=st.lists(st.integers(0, 9), min_size=1, max_size=4),
    odd=json_values,
)
def test_no_payload_however_odd_raises(base, path, odd):
    body = json.loads(json.dumps(base))
    node = body
    for step in path[:-1]:
        keys = list(node)
        child = node[keys[step % len(keys)]] if isinstance(node, dict) and keys else None
        node = child if isinstance(child, dict) and child else node
    node[list(node)[path[-1] % len(node)]] = odd

    result = parsed(body)

    assert result is None or result[1]


@given(json_values)
def test_no_json_at_all_raises(odd):
    assert parsed(odd) is None or isinstance(odd, dict)
