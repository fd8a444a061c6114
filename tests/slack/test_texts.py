"""Sentences, help, status lines, the evidence and the form."""

import pytest

from bot.slack.evidence_view import evidence_view
from bot.slack.limits import check, visible_chars
from bot.slack.modals import Choice, confirm_modal, result_modal, wrong_modal
from bot.slack.texts import help_blocks, plain, status_words
from tests.slack.samples import H1, H2, ID, OPUS, preview
from tests.slack.slackblocks_builder import rebuilt

AT = "2025-03-21T22:12:27.001644+00:00"


def test_a_sentence_keeps_its_code():
    assert (
        preview(plain("Invite me with `/invite @copilot`.", answer_id=ID))
        == "Invite me with /invite @copilot."
    )


def test_help_names_every_way_to_ask_and_what_is_never_done():
    shown = preview(help_blocks(answer_id=ID))

    assert all(
        words in shown for words in ("@copilot escalate", "/opus", "/copilot postmortem", "I only read")
    )


@pytest.mark.parametrize(
    ("unknown", "nearest", "first"),
    [
        ("fnord", "", "I do not know fnord."),
        ("unwach", "unwatch", "I do not know unwach. Did you mean /copilot unwatch?"),
        ("x" * 99, "", f"I do not know {'x' * 59}…."),
    ],
)
def test_help_says_first_what_was_not_understood(unknown, nearest, first):
    shown = preview(help_blocks(answer_id=ID, unknown=unknown, nearest=nearest))

    assert shown.splitlines()[0] == first
    assert "I read this incident" in shown.splitlines()[1]


def test_a_command_within_help_is_code_and_the_promise_stands_apart():
    [block, _buttons] = help_blocks(answer_id=ID)
    [section] = block["elements"]

    code = [one["text"] for one in section["elements"] if one.get("style", {}).get("code")]
    assert "/copilot unwatch" in code
    assert "\n\nI only read." in section["elements"][-1]["text"]


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ({}, "reading the thread"),
        ({"messages": 16}, "reading 16 messages"),
        ({"route": OPUS}, "asking Opus: because of InvalidAccessKeyId"),
        ({"route": OPUS, "model_name": "Opus 5.5"}, "asking Opus 5.5: because of InvalidAccessKeyId"),
    ],
)
def test_the_status_line_says_how_far_the_answer_is(known, words):
    assert status_words(**known) == words


def test_evidence_shows_number_author_time_exact_words_and_link_in_order():
    quotes = {
        "p1": ("policy", AT, "implicit deny", ""),
        "m13": ("Ben", AT, "storage auth failed:\n*403*", "https://acme.slack.com/archives/C1/p13"),
        "m2": ("Ana", AT, "", ""),
        "mx": ("odd", AT, "x", ""),
    }
    blocks = evidence_view(quotes, answer_id=ID)

    assert preview(blocks).splitlines() == [
        "Evidence · 3 messages cited, as they were read, and 1 computed verdict",
        "[x] odd · 21 Mar 22:12:27 UTC",
        "x",
        "[2] Ana · 21 Mar 22:12:27 UTC",
        "(no text)",
        "[13] Ben · 21 Mar 22:12:27 UTC",
        "storage auth failed:",
        "*403*",
        "[p1] policy · 21 Mar 22:12:27 UTC",
        "implicit deny",
    ]
    assert [rebuilt(block) for block in blocks] == blocks


def test_no_evidence_says_so():
    assert preview(evidence_view({}, answer_id=ID)).endswith("This answer cites nothing.")


@pytest.mark.parametrize(("count", "chars"), [(80, 10), (30, 5_000)])
def test_more_evidence_than_slack_takes_is_counted_not_lost_silently(count, chars):
    quotes = {f"m{n}": ("Ben", AT, "x" * chars, "") for n in range(1, count + 1)}
    blocks = evidence_view(quotes, answer_id=ID)

    check(blocks, "")
    assert visible_chars(blocks) < 13_000
    assert "more quotes not printed here" in preview(blocks)
    assert ("more characters in the message" in preview(blocks)) == (chars > 700)


def test_the_form_asks_which_one_and_why():
    view = wrong_modal(ID, {"H1": H1.claim, "H2": H2.claim})
    which, why, shown = (block["element"] for block in view["blocks"])

    assert (view["callback_id"], view["private_metadata"]) == ("refute", ID)
    assert [option["value"] for option in which["options"]] == ["H1", "H2"]
    assert which["options"][0]["text"]["text"].startswith("H1: production still uses")
    assert all(len(option["text"]["text"]) <= 75 for option in which["options"])
    assert (why["type"], view["blocks"][1]["optional"], len(view["title"]["text"]) <= 24) == (
        "plain_text_input",
        False,
        True,
    )
    assert (shown["action_id"], view["blocks"][2]["optional"]) == ("shown", True)


def test_the_form_of_a_result_says_what_its_check_expects():
    view = result_modal(ID, [Choice(id="H1", claim=H1.claim, if_true="before 20:19"), Choice(id="H2")])
    options = view["blocks"][1]["element"]["options"]

    assert [option["value"] for option in options] == ["yes", "no", "unclear"]
    assert [option.get("description", {}).get("text") for option in options] == [
        "H1: before 20:19",
        None,
        None,
    ]


def test_the_form_of_a_confirmation_must_name_a_message():
    _, shown, why = confirm_modal(ID, [Choice(id="H1")])["blocks"]

    assert [(block["element"]["action_id"], block["optional"]) for block in (shown, why)] == [
        ("shown", False),
        ("reason", True),
    ]


def test_the_form_for_an_answer_kept_without_claims_names_ids():
    option = wrong_modal(ID, {"H1": ""})["blocks"][0]["element"]["initial_option"]

    assert (option["text"]["text"], option["value"]) == ("H1", "H1")


def test_a_long_quote_is_cut_between_characters_as_people_see_them():
    blocks = evidence_view({"m1": ("Ben", AT, "🇩🇪" * 176 + "👩🏽‍🚒" * 200, "")}, answer_id=ID)

    shown = preview(blocks).split(" … ")[0]
    assert shown.endswith("👩🏽‍🚒")
